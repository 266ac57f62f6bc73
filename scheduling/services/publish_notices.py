"""Telling of a publication: each agent whose own shifts differ once, and other systems as one change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy

from scheduling.models import ScheduleVersion
from wfm.integration.services import Words, lazy_words, notify_each, record_change
from wfm.org.models import User
from wfm.web.formats import day_span, local_day

PORTAL_SHIFTS = "/portal/shifts/"
# Each agent's day as one text, as it stands in force and as the version has it; days that are the
# same in both fall out. Read before the version is put in force.
DIFFERENCES_SQL = """
WITH shift AS (
    SELECT s.agent_id, s.operational_date, s.version_id = %(version)s AS is_new, s.starts_at,
        concat_ws('|', s.starts_at, s.ends_at, s.site_id, s.place, work.text) AS text
    FROM scheduling_shift s
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', a.activity_code_id, coalesce(a.queue_id, 0),
            a.starts_at, a.ends_at), ',' ORDER BY a.starts_at, a.id) AS text
        FROM scheduling_shiftactivity a WHERE a.shift_id = s.id
    ) work ON true
    WHERE s.version_id = %(version)s OR (s.is_published
        AND s.operational_date >= %(first)s AND s.operational_date < %(end)s)
), day AS (
    SELECT agent_id, operational_date, is_new, string_agg(text, ';' ORDER BY starts_at) AS text
    FROM shift GROUP BY agent_id, operational_date, is_new
)
SELECT agent_id, operational_date, bool_or(NOT is_new) FROM day
GROUP BY agent_id, operational_date HAVING count(*) = 1 OR min(text) <> max(text)
ORDER BY agent_id, operational_date
"""


@dataclass(frozen=True)
class AgentDifference:
    """The days on which an agent's shifts differ; `is_first`: none of them was in force before."""

    days: tuple[date, ...]
    is_first: bool


def differences(version: ScheduleVersion) -> dict[int, AgentDifference]:
    """Return per agent what publishing the version would change, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            DIFFERENCES_SQL,
            {"version": version.pk, "first": version.starts_on, "end": version.ends_on},
        )
        rows = cursor.fetchall()
    days: defaultdict[int, list[date]] = defaultdict(list)
    known: set[int] = set()
    for agent_id, day, was_in_force in rows:
        days[agent_id].append(day)
        if was_in_force:
            known.add(agent_id)
    return {
        agent_id: AgentDifference(tuple(found), agent_id not in known)
        for agent_id, found in days.items()
    }


def tell_of_publication(
    version: ScheduleVersion,
    *,
    changed: Mapping[int, AgentDifference],
    superseded: Sequence[int],
    at: datetime,
) -> None:
    """Tell the agents, and record what other systems may ask for; the caller holds the version."""
    users = User.objects.filter(agent__in=list(changed), is_active=True)
    words = {
        user_id: _words(changed[agent_id])
        for user_id, agent_id in users.values_list("pk", "agent_id")
    }
    notify_each(words=words, kind="schedule.published", at=at)
    record_change(
        kind="schedule.published",
        key=f"schedule-version:{version.pk}",
        payload={
            "version": version.pk,
            "starts_on": version.starts_on,
            "ends_on": version.ends_on,
            "timezone": version.timezone,
            "published_at": at,
            "published_by": version.published_by_id,
            "agents_changed": len(changed),
            "superseded": list(superseded),
        },
    )
    for pk in superseded:
        record_change(
            kind="schedule.superseded",
            key=f"schedule-version:{pk}",
            payload={"version": pk, "superseded_by": version.pk, "at": at},
        )


def _words(changed: AgentDifference) -> Words:
    first, last = changed.days[0], changed.days[-1]
    if changed.is_first:
        subject = gettext_lazy("Your schedule is published: %(days)s")
    else:
        subject = gettext_lazy("Your schedule has changed: %(days)s")
    return Words(
        subject=lazy_words(subject, days=lazy(day_span, str)(first, last)),
        body=_day_list(changed.days),
        url=PORTAL_SHIFTS,
    )


def _named(days: Sequence[date]) -> str:
    return "\n".join(local_day(day) for day in days)


def _day_list(days: Sequence[date]) -> str | Promise:
    return lazy(_named, str)(days)
