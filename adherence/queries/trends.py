"""Stored days summed up by agent, team, site, client or queue and by day, week or month, in SQL."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db.models import Max, QuerySet
from numpy.typing import NDArray

from adherence.core.data import Ints
from adherence.core.waterfall import Waterfall, waterfalls
from adherence.models import ActivityTime, AdherenceDay
from adherence.queries.arrays import copy_integers
from adherence.queries.time_off import OffRow, off_rows
from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent, Queue

EPOCH = date(1970, 1, 1)
_Off = Mapping[int, Mapping[int, int]]
NOBODY = 0
"""The group of time that belongs to no team, site, client or queue."""


class TrendBy(StrEnum):
    """What time is summed over."""

    ALL = "all"
    AGENT = "agent"
    TEAM = "team"
    SITE = "site"
    CLIENT = "client"
    QUEUE = "queue"


class TrendStep(StrEnum):
    """The steps of the period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_GROUPS = {
    TrendBy.ALL: "0::bigint",
    TrendBy.AGENT: "time.agent_id",
    TrendBy.TEAM: "coalesce(assignment.team_id, 0)",
    TrendBy.SITE: "coalesce(team.site_id, 0)",
    TrendBy.CLIENT: "coalesce(queue.client_id, 0)",
    TrendBy.QUEUE: "coalesce(queue.id, 0)",
}
_STEPS = {
    TrendStep.DAY: "time.operational_date",
    TrendStep.WEEK: "date_trunc('week', time.operational_date)::date",
    TrendStep.MONTH: "date_trunc('month', time.operational_date)::date",
}
# The team is the one of the day itself. Cells hold their queue in the upper bits.
_SQL = """
SELECT grouping(part_group)::bigint, is_before, coalesce(part_group, step), cell,
    sum(seconds)::bigint
FROM (
    SELECT (time.operational_date < %s)::int::bigint AS is_before, {group} AS part_group,
        ({step} - date '1970-01-01')::bigint AS step, part.cell, part.seconds
    FROM ({days}) AS time(agent_id, operational_date, cells, seconds)
    LEFT JOIN org_agentassignment assignment ON assignment.agent_id = time.agent_id
        AND assignment.starts_on <= time.operational_date
        AND (assignment.ends_on IS NULL OR assignment.ends_on > time.operational_date)
    LEFT JOIN org_team team ON team.id = assignment.team_id
    CROSS JOIN LATERAL unnest(time.cells, time.seconds) AS part(cell, seconds)
    {queues}
    WHERE (%s::bigint IS NULL OR assignment.team_id = %s)
        AND (%s::bigint IS NULL OR team.site_id = %s)
        AND (%s::bigint[] IS NULL OR part.cell >> 38 = ANY(%s))
) AS told
GROUP BY GROUPING SETS ((is_before, part_group, cell), (is_before, step, cell))
"""
_QUEUES = "LEFT JOIN org_queue queue ON queue.id = part.cell >> 38"


@dataclass(frozen=True, kw_only=True)
class TrendQuestion:
    """Which time is asked for; both days are included."""

    first: date
    last: date
    by: TrendBy = TrendBy.ALL
    step: TrendStep = TrendStep.DAY
    team_id: int | None = None
    site_id: int | None = None
    client_id: int | None = None
    queue_id: int | None = None
    agent_ids: tuple[int, ...] | None = None

    @property
    def before(self) -> tuple[date, date]:
        """The period before: as many whole months for whole months, else as many days."""
        return period_before(self.first, self.last)

    def step_of(self, day: date) -> date:
        """The first day of the step in which a day lies."""
        if self.step is TrendStep.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.step is TrendStep.MONTH else day


@dataclass(frozen=True)
class Trends:
    """The answer: by group for the period and the one before it, by step for the period."""

    groups: Mapping[int, Waterfall]
    groups_before: Mapping[int, Waterfall]
    steps: Mapping[date, Waterfall]
    total: Waterfall
    total_before: Waterfall


@dataclass(frozen=True)
class Completeness:
    """How much of a period the figures rest on."""

    days: int
    told_days: int
    open_days: int
    computed_at: datetime | None

    @property
    def missing_days(self) -> int:
        """Agent-days that were computed before their activities were kept."""
        return self.days - self.told_days


def period_before(first: date, last: date) -> tuple[date, date]:
    """The period before one that includes both days."""
    after = last + timedelta(days=1)
    if first.day == 1 and after.day == 1:
        months = (after.year - first.year) * 12 + after.month - first.month
        year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
        return date(year, month + 1, 1), first - timedelta(days=1)
    return first - (after - first), first - timedelta(days=1)


def trends(question: TrendQuestion, *, principal: object) -> Trends:
    """Sum up what the principal may see; as many queries for one agent as for thousands."""
    queues = _queues(question, principal)
    try:
        select = _select(question, principal, queues)
    except EmptyResultSet:  # Nobody is in sight.
        return Trends({}, {}, {}, Waterfall(), Waterfall())
    cells = _Cells(*copy_integers(*select, columns=5))
    found = off_rows(
        Agent.objects.filter(agent_filter(principal, "adherence.view", ""))
        .filter(**({} if question.agent_ids is None else {"pk__in": question.agent_ids}))
        .values("pk"),
        first=question.before[0],
        last=question.last,
        team_id=question.team_id,
        site_id=question.site_id,
    )
    off = [row for row in found if queues is None or row.queue_id in queues]
    now = [row for row in off if row.day >= question.first]
    before = [row for row in off if row.day < question.first]

    def group(row: OffRow) -> int:
        return _group_of(row, question.by)

    def step(row: OffRow) -> int:
        return (question.step_of(row.day) - EPOCH).days

    return Trends(
        groups=cells.by_group(is_before=False, off=_summed(now, group)),
        groups_before=cells.by_group(is_before=True, off=_summed(before, group)),
        steps={
            EPOCH + timedelta(days=number): waterfall
            for number, waterfall in cells.by_step(off=_summed(now, step)).items()
        },
        total=cells.total(is_before=False, off=_summed(now, _whole)),
        total_before=cells.total(is_before=True, off=_summed(before, _whole)),
    )


def completeness(question: TrendQuestion, *, principal: object) -> Completeness:
    """How many agent-days of the period are computed, how many still go on, and since when."""
    days = AdherenceDay.objects.visible_to(principal).filter(
        operational_date__range=(question.first, question.last)
    )
    told = _visible_days(question, principal, question.first)
    if question.agent_ids is not None:
        days = days.filter(agent__in=question.agent_ids)
    return Completeness(
        days=days.count(),
        told_days=told.count(),
        open_days=told.filter(is_final=False).count(),
        computed_at=days.aggregate(latest=Max("computed_at"))["latest"],
    )


@dataclass(frozen=True)
class _Cells:
    """Sums of cells: by group (`is_step` 0) and by step (1), of the period and the one before."""

    is_step: Ints
    is_before: Ints
    key: Ints
    cell: Ints
    seconds: Ints

    def by_group(self, *, is_before: bool, off: _Off) -> dict[int, Waterfall]:
        return self._of((self.is_step == 0) & (self.is_before == is_before), self.key, off)

    def by_step(self, *, off: _Off) -> dict[int, Waterfall]:
        return self._of((self.is_step == 1) & (self.is_before == 0), self.key, off)

    def total(self, *, is_before: bool, off: _Off) -> Waterfall:
        chosen = (self.is_step == 1) & (self.is_before == is_before)
        found = self._of(chosen, np.zeros(len(self.key), np.int64), off)
        return found.get(0, Waterfall())

    def _of(self, chosen: NDArray[np.bool_], key: Ints, off: _Off) -> dict[int, Waterfall]:
        return waterfalls(
            group=key[chosen], cell=self.cell[chosen], seconds=self.seconds[chosen], off=off
        )


def _select(
    question: TrendQuestion, principal: object, queues: frozenset[int] | None
) -> tuple[str, list[Any]]:
    """The statement that sums up the days, and its parameters."""
    begins = question.before[0]
    days = _visible_days(question, principal, begins)
    sql, params = days.values_list(
        "agent_id", "operational_date", "cells", "seconds"
    ).query.sql_with_params()
    named = question.by in {TrendBy.CLIENT, TrendBy.QUEUE}
    chosen = None if queues is None else sorted(queues)
    text = _SQL.format(
        group=_GROUPS[question.by],
        step=_STEPS[question.step],
        days=sql,
        queues=_QUEUES if named else "",
    )
    ids = (question.team_id, question.team_id, question.site_id, question.site_id)
    return text, [question.first, *params, *ids, chosen, chosen]


def _visible_days(
    question: TrendQuestion, principal: object, begins: date
) -> QuerySet[ActivityTime]:
    days = ActivityTime.objects.visible_to(principal).filter(
        operational_date__range=(begins, question.last)
    )
    return days if question.agent_ids is None else days.filter(agent__in=question.agent_ids)


def _queues(question: TrendQuestion, principal: object) -> frozenset[int] | None:
    """The queues whose time is told; None: of all, and time without queue."""
    visible = Queue.objects.visible_to(principal)
    if question.queue_id is not None:
        return frozenset(visible.filter(pk=question.queue_id).values_list("pk", flat=True))
    if question.client_id is not None:
        return frozenset(visible.filter(client=question.client_id).values_list("pk", flat=True))
    if access_of(principal).client_ids is None:
        return None
    return frozenset({NOBODY, *visible.values_list("pk", flat=True)})


def _group_of(row: OffRow, by: TrendBy) -> int:
    return 0 if by is TrendBy.ALL else int(getattr(row, f"{by}_id"))


def _whole(row: OffRow) -> int:
    return 0


def _summed(rows: Sequence[OffRow], group: Callable[[OffRow], int]) -> _Off:
    """Seconds by group and code."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        codes = found[group(row)]
        codes[row.code_id] = codes.get(row.code_id, 0) + row.seconds
    return found
