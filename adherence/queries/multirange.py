"""The same seconds once more, computed by PostgreSQL with multiranges.

Kept as a second implementation that shares no code with the sweep: a test compares them to the
second, and `manage.py check_adherence` compares stored days with it. It reads all history of its
agents and is slow; nothing else may use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

SQL = """
WITH agent AS (SELECT unnest(%(agents)s::bigint[]) AS id),
local_midnight AS (
    SELECT agent.id AS agent_id, day::date AS day, floor(extract(epoch FROM
        -- Where the clock shows midnight twice the day begins with the first of them.
        CASE WHEN ((standard.at - interval '1 hour') AT TIME ZONE place.zone) = day
            THEN standard.at - interval '1 hour' ELSE standard.at END))::bigint AS at
    FROM agent
    CROSS JOIN generate_series(%(first)s::date::timestamp, %(last)s::date + interval '1 day', '1 day')
        AS day
    CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT site.timezone FROM org_agentassignment row JOIN org_team team ON team.id = row.team_id
            JOIN org_site site ON site.id = team.site_id
            WHERE row.agent_id = agent.id AND row.starts_on <= day
            ORDER BY row.starts_on DESC LIMIT 1),
        (SELECT site.timezone FROM org_agentassignment row JOIN org_team team ON team.id = row.team_id
            JOIN org_site site ON site.id = team.site_id
            WHERE row.agent_id = agent.id AND row.starts_on <= %(last)s::date + 1
            ORDER BY row.starts_on LIMIT 1),
        'UTC') AS zone) place
    CROSS JOIN LATERAL (SELECT day AT TIME ZONE place.zone AS at) standard
),
planned AS (
    SELECT shift.agent_id, shift.operational_date AS day, activity.activity_code_id AS code_id,
        floor(extract(epoch FROM activity.starts_at))::bigint AS starts_at,
        floor(extract(epoch FROM activity.ends_at))::bigint AS ends_at
    FROM scheduling_shiftactivity activity JOIN scheduling_shift shift ON shift.id = activity.shift_id
    JOIN agent ON agent.id = shift.agent_id
    WHERE shift.is_published
        AND shift.operational_date BETWEEN %(first)s::date - 1 AND %(last)s::date + 1
),
edge AS (
    SELECT midnight.agent_id, midnight.day, midnight.at,
        (SELECT max(ends_at) FROM planned WHERE planned.agent_id = midnight.agent_id
            AND planned.day < midnight.day) AS before,
        (SELECT min(starts_at) FROM planned WHERE planned.agent_id = midnight.agent_id
            AND planned.day >= midnight.day) AS after
    FROM local_midnight midnight
),
boundary AS (
    SELECT agent_id, day, max(CASE
        WHEN before + 7200 > after - 7200 THEN before + (after - before) / 2
        ELSE least(greatest(at, before + 7200), after - 7200) END)
        OVER (PARTITION BY agent_id ORDER BY day) AS at
    FROM edge
),
operational_day AS (
    SELECT agent_id, day, int8multirange(int8range(least(at, %(until)s), least(next_at, %(until)s))) AS span
    FROM (SELECT *, lead(at) OVER (PARTITION BY agent_id ORDER BY day) AS next_at FROM boundary) pair
    WHERE next_at IS NOT NULL
),
silent AS (
    SELECT agent_id, range_agg(int8range(greatest(heard + quiet, begins), least(until, ends))) AS span
    FROM (
        SELECT own.agent_id, own.begins, own.ends, feed.silence_limit_seconds AS quiet, heartbeat.at AS heard,
            coalesce(lead(heartbeat.at) OVER (PARTITION BY own.agent_id, feed.id ORDER BY heartbeat.at),
                %(until)s) AS until
        FROM (SELECT agent_id, source, min(begins) AS begins, max(ends) AS ends FROM (
            SELECT agent_id, source, 0::bigint AS begins, 1::bigint << 40 AS ends
            FROM org_agentsourcekey
            UNION ALL
            SELECT spoken.agent_id, source, extract(epoch FROM first_on)::bigint,
                extract(epoch FROM last_on + 32)::bigint
            FROM adherence_feedagent spoken JOIN adherence_eventfeed ON adherence_eventfeed.id = feed_id
            ) known GROUP BY agent_id, source) own
        JOIN agent ON agent.id = own.agent_id
        JOIN adherence_eventfeed feed ON feed.source = own.source
        CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM heard_at))::bigint AS at
            FROM adherence_feedheartbeat WHERE feed_id = feed.id) heartbeat
        WHERE feed.silence_limit_seconds IS NOT NULL AND heartbeat.at < %(until)s
    ) gap WHERE greatest(heard + quiet, begins) < least(until, ends) GROUP BY agent_id
),
excused AS (
    SELECT agent_id, range_agg(int8range(floor(extract(epoch FROM starts_at))::bigint,
        floor(extract(epoch FROM ends_at))::bigint)) AS span
    FROM adherence_adherenceexception WHERE status = 'APPROVED' AND agent_id IN (SELECT id FROM agent)
    GROUP BY agent_id
),
last_of_second AS (
    SELECT DISTINCT ON (agent_id, second) agent_id, second, code_id FROM (
        SELECT event.agent_id, floor(extract(epoch FROM occurred_at))::bigint AS second,
            occurred_at, sequence, event_uid, source, activity_code_id AS code_id
        FROM adherence_activityevent event JOIN agent ON agent.id = event.agent_id
        WHERE extract(epoch FROM occurred_at) < %(until)s
            AND occurred_at >= %(first)s::date - interval '36 days'
    ) event
    ORDER BY agent_id, second, occurred_at DESC, sequence DESC, event_uid COLLATE "C" DESC,
        source COLLATE "C" DESC
),
-- A state ends by itself 31 days after its last event.
lasting AS (
    SELECT agent_id, second, code_id FROM last_of_second
    UNION ALL
    SELECT agent_id, second + 31 * 86400, NULL FROM (
        SELECT *, lead(second) OVER (PARTITION BY agent_id ORDER BY second) AS again FROM last_of_second
    ) event
    WHERE code_id IS NOT NULL AND coalesce(again, %(until)s) - second > 31 * 86400
),
code_run AS (
    SELECT agent_id, second, code_id, lead(second) OVER (PARTITION BY agent_id ORDER BY second) AS until
    FROM (SELECT *, lag(code_id) OVER own AS before, row_number() OVER own AS place
        FROM lasting WINDOW own AS (PARTITION BY agent_id ORDER BY second)) ordered
    WHERE place = 1 OR code_id IS DISTINCT FROM before
),
declared AS (
    SELECT agent_id, part.state_group, part.span
    FROM code_run LEFT JOIN org_activitycode code ON code.id = code_id
    CROSS JOIN LATERAL (
        SELECT coalesce(code.state_group, 'OFFLINE') AS state_group, int8range(second, until) AS span
            WHERE NOT coalesce(code.is_work AND code.state_group = 'BUSY', false)
        UNION ALL
        SELECT 'HANDLING', int8range(second, until) * int8range(NULL, second + code.limit_seconds)
            WHERE code.is_work AND code.state_group = 'BUSY'
        UNION ALL
        SELECT 'BUSY', int8range(second, until) * int8range(second + code.limit_seconds, NULL)
            WHERE code.is_work AND code.state_group = 'BUSY' AND code.limit_seconds > 0
    ) part
),
by_group AS (
    SELECT agent_id, state_group, range_agg(span) AS span FROM declared GROUP BY agent_id, state_group
),
actual AS (
    SELECT od.agent_id, od.day, known.state_group,
        (CASE known.state_group
            WHEN 'UNKNOWN' THEN coalesce(silent.span, '{}')
            WHEN 'OFFLINE' THEN od.span - coalesce((SELECT range_agg(span) FROM declared
                WHERE declared.agent_id = od.agent_id AND state_group <> 'OFFLINE'), '{}')
                - coalesce(silent.span, '{}')
            ELSE coalesce(by_group.span, '{}') - coalesce(silent.span, '{}') END) * od.span AS span
    FROM operational_day od
    CROSS JOIN unnest(ARRAY['AVAILABLE', 'HANDLING', 'BUSY', 'AWAY', 'OFFLINE', 'UNKNOWN'])
        AS known(state_group)
    LEFT JOIN silent ON silent.agent_id = od.agent_id
    LEFT JOIN by_group ON by_group.agent_id = od.agent_id AND by_group.state_group = known.state_group
),
plan AS (
    SELECT od.agent_id, od.day, code.id AS code_id, code.tolerance_seconds AS tolerance,
        code.is_work OR code.state_group IN ('AVAILABLE', 'HANDLING') AS on_position,
        od.span * range_agg(int8range(planned.starts_at, planned.ends_at)) AS span,
        CASE WHEN code.is_work OR code.state_group IN ('AVAILABLE', 'HANDLING')
                THEN ARRAY['AVAILABLE', 'HANDLING']
            WHEN code.state_group = 'OFFLINE' OR (code.state_group = 'AWAY' AND NOT code.is_paid)
                THEN ARRAY['AWAY', 'OFFLINE']
            WHEN code.state_group = 'UNKNOWN' THEN '{}'
            ELSE ARRAY[code.state_group::text] END AS accepted
    FROM operational_day od
    JOIN planned ON planned.agent_id = od.agent_id
    JOIN org_activitycode code ON code.id = planned.code_id
    GROUP BY od.agent_id, od.day, od.span, code.id
),
judged AS (
    SELECT plan.*, coalesce(fits.span, '{}') AS fits, coalesce(excused.span, '{}') AS excused,
        coalesce(silent.span, '{}') AS silent
    FROM plan
    LEFT JOIN excused ON excused.agent_id = plan.agent_id
    LEFT JOIN silent ON silent.agent_id = plan.agent_id
    LEFT JOIN LATERAL (SELECT range_agg(piece) AS span FROM actual, unnest(actual.span) piece
        WHERE actual.agent_id = plan.agent_id AND actual.day = plan.day
            AND actual.state_group = ANY(plan.accepted)) fits ON true
),
counted AS (
    SELECT agent_id, day, on_position, length(span) AS scheduled, length(span * fits) AS matched,
        length(span * excused - fits) AS excused, length(span * silent - excused) AS unknown,
        (SELECT coalesce(sum(upper(piece) - lower(piece)), 0)
            FROM unnest(span - fits - excused - silent) piece
            WHERE upper(piece) - lower(piece) > tolerance) AS out
    FROM judged
)
SELECT od.agent_id, od.day, coalesce(scheduled, 0)::bigint, coalesce(out, 0)::bigint,
    coalesce(unknown, 0)::bigint, coalesce(excused, 0)::bigint, coalesce(on_position, 0)::bigint,
    (SELECT coalesce(sum(upper(piece) - lower(piece)), 0) FROM actual, unnest(actual.span) piece
        WHERE actual.agent_id = od.agent_id AND actual.day = od.day
            AND actual.state_group IN ('AVAILABLE', 'HANDLING'))::bigint
FROM operational_day od
LEFT JOIN (
    SELECT agent_id, day, sum(scheduled) AS scheduled, sum(out) AS out, sum(unknown) AS unknown,
        sum(excused) AS excused, sum(scheduled) FILTER (WHERE on_position) AS on_position
    FROM counted GROUP BY agent_id, day
) total ON total.agent_id = od.agent_id AND total.day = od.day
ORDER BY od.agent_id, od.day
"""


def _with_lengths(sql: str) -> str:
    """Write length(multirange) out: PostgreSQL has no such function and we may not create one."""
    marker = "length("
    while marker in sql:
        before, rest = sql.split(marker, 1)
        expression, after = rest.split(")", 1)
        sql = (
            f"{before}(SELECT coalesce(sum(upper(piece) - lower(piece)), 0)"  # noqa: S608 - constant
            f" FROM unnest({expression}) piece){after}"
        )
    return sql


@dataclass(frozen=True)
class MultirangeDay:
    """One operational day as PostgreSQL has computed it."""

    agent_id: int
    operational_date: date
    scheduled_seconds: int
    out_seconds: int
    unknown_seconds: int
    excepted_seconds: int
    scheduled_work_seconds: int
    worked_seconds: int

    @property
    def in_seconds(self) -> int:
        """What is neither out nor unknown."""
        return self.scheduled_seconds - self.out_seconds - self.unknown_seconds


def multirange_days(
    *, agent_ids: Sequence[int], first_date: date, last_date: date, until: datetime
) -> list[MultirangeDay]:
    """Return every operational day of the agents, as far as it has passed at `until`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _with_lengths(SQL),
            {
                "agents": sorted(agent_ids),
                "first": first_date,
                "last": last_date,
                "until": int(until.timestamp()),
            },
        )
        return [MultirangeDay(*row) for row in cursor.fetchall()]
