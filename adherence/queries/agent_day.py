"""One agent's operational day for a page: plan, what happened, and what of it counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
from django.db.models import QuerySet

from adherence.core.data import SweepResult
from adherence.core.groups import StateGroup
from adherence.core.projections import DEFAULT, FIGURES, day_figures, project_all
from adherence.core.sweep import sweep
from adherence.models import AdherenceDay
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.retention import oldest_computable
from scheduling.models import Shift, ShiftChange
from wfm.metrics import Ratio
from wfm.org.models import ActivityCode, AgentAssignment, Queue

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlannedBlock:
    """A planned activity."""

    starts_at: datetime
    ends_at: datetime
    code: ActivityCode
    queue: str
    is_home: bool


@dataclass(frozen=True)
class ActualBlock:
    """A state that lasted; `code` None: clocked out."""

    starts_at: datetime
    ends_at: datetime
    code: ActivityCode | None
    group: str


@dataclass(frozen=True)
class Stretch:
    """Not where the plan expected; `counts` when longer than the tolerance."""

    starts_at: datetime
    ends_at: datetime
    planned: ActivityCode
    group: str
    counts: bool

    @property
    def seconds(self) -> int:
        """How long."""
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True)
class AgentDayView:
    """One agent's operational day."""

    operational_date: date
    timezone: str
    planned: tuple[PlannedBlock, ...]
    actual: tuple[ActualBlock, ...]
    stretches: tuple[Stretch, ...]
    figures: dict[str, int]
    """Seconds by the names of `FIGURES`."""
    is_kept: bool = True
    """Whether its events are; otherwise figures and stretches are those stored with the day."""

    @cached_property
    def rates(self) -> dict[str, Ratio]:
        """Every formula's numerator, denominator and value, by key."""
        return project_all(self.figures)

    @property
    def adherence_rate(self) -> float | None:
        """By our default formula."""
        return self.rates[DEFAULT].value

    @property
    def conformance_rate(self) -> float | None:
        """Worked on position over scheduled on position."""
        return self.rates["conformance_rate"].value

    @property
    def scheduled_seconds(self) -> int:
        """Planned so far."""
        return self.figures["scheduled_seconds"]

    @property
    def out_seconds(self) -> int:
        """Out of adherence."""
        return self.figures["out_seconds"]

    @property
    def excepted_seconds(self) -> int:
        """Not as planned, and approved."""
        return self.figures["excepted_seconds"]

    @property
    def unknown_seconds(self) -> int:
        """Planned, and the feed was silent."""
        return self.figures["unknown_seconds"]

    @property
    def counted(self) -> tuple[Stretch, ...]:
        """The stretches that count as out of adherence."""
        return tuple(stretch for stretch in self.stretches if stretch.counts)


def agent_day(*, agent_id: int, at: datetime, day: date | None = None) -> AgentDayView:
    """Return a day as far as it has passed at `at`; without `day` the present operational day."""
    if day and day < oldest_computable(at):
        return _stored_day(agent_id, day, at)
    today = at.astimezone(UTC).date()
    first, last = (day, day) if day else (today - ONE_DAY, today + ONE_DAY)
    days = load_agent_days(agent_ids=[agent_id], first_date=first, last_date=last, until=at)
    row = 0 if day else _present_row(days, at)
    timezone = agent_zone(agent_id=agent_id, day=days.dates[row])
    return _view(days, sweep(days.data), row, timezone)


def days_back(*, agent_id: int, at: datetime, count: int) -> list[AgentDayView]:
    """Return the last operational days with anything planned or done, the present one first."""
    last = at.astimezone(UTC).date() + ONE_DAY
    first = last - (count + 1) * ONE_DAY
    days = load_agent_days(agent_ids=[agent_id], first_date=first, last_date=last, until=at)
    result, present = sweep(days.data), _present_row(days, at)
    timezone = agent_zone(agent_id=agent_id, day=days.dates[present])
    rows = range(present, max(-1, present - count), -1)
    found = [_view(days, result, row, timezone) for row in rows]
    return [day for day in found if day.planned or day.actual]


def _view(days: AgentDays, result: SweepResult, row: int, timezone: str) -> AgentDayView:
    figures = day_figures(result, days.codes.kinds)
    return AgentDayView(
        operational_date=days.dates[row],
        timezone=timezone,
        planned=_planned(days, row),
        actual=_actual(days, row),
        stretches=_stretches(days, result, row),
        figures={name: int(values[row]) for name, values in figures.items()},
    )


def _stored_day(agent_id: int, day: date, at: datetime) -> AgentDayView:
    """A day that cannot be computed any more, as it stands in the reports."""
    stored = AdherenceDay.objects.filter(agent=agent_id, operational_date=day).first()
    days = load_agent_days(agent_ids=[agent_id], first_date=day, last_date=day, until=at)
    codes = {code.key: code for code in days.codes.codes}
    stretches = []
    for told in stored.exceptions if stored else []:
        starts_at = datetime.fromisoformat(told["starts_at"])
        ends_at = starts_at + timedelta(seconds=told["seconds"])
        code = codes.get(told["planned"])
        if code is not None:
            stretches.append(Stretch(starts_at, ends_at, code, told["group"], told["counts"]))
    return AgentDayView(
        operational_date=day,
        timezone=agent_zone(agent_id=agent_id, day=day),
        planned=_planned(days, 0),
        actual=(),
        stretches=tuple(stretches),
        figures=stored.figures if stored else dict.fromkeys(FIGURES, 0),
        is_kept=False,
    )


def unfollowed_changes(
    changes: QuerySet[ShiftChange], *, agent_id: int, day: date
) -> list[ShiftChange]:
    """Which of these changed the day's shifts when the day could not be computed any more."""
    found = changes.filter(days__agent=agent_id, days__operational_date=day)
    ordered = found.select_related("changed_by").order_by("changed_at", "pk").distinct()
    return [change for change in ordered if day < oldest_computable(change.changed_at)]


def agent_zone(*, agent_id: int, day: date) -> str:
    """The zone in which the agent lives that day."""
    zones = AgentAssignment.objects.filter(agent=agent_id, starts_on__lte=day)
    zone = zones.order_by("-starts_on").values_list("team__site__timezone", flat=True).first()
    return str(zone or "UTC")


def coming_shifts(*, agent_id: int, after: datetime, days: int) -> list[Shift]:
    """Published shifts that begin in the next days, with their activities."""
    shifts = Shift.objects.filter(
        agent=agent_id, is_published=True, starts_at__gt=after, starts_at__lt=after + days * ONE_DAY
    )
    return list(
        shifts.select_related("site")
        .prefetch_related("activities__activity_code")
        .order_by("starts_at")
    )


def _present_row(days: AgentDays, at: datetime) -> int:
    """The last day that has begun: the others are clipped to nothing."""
    begun = np.flatnonzero(days.data.windows.starts_at < int(at.timestamp()))
    return int(begun[-1]) if len(begun) else 0


def _planned(days: AgentDays, row: int) -> tuple[PlannedBlock, ...]:
    plan, detail = days.data.plan, days.plan_detail
    own = np.flatnonzero(detail.day == row)
    queues = dict(
        Queue.objects.filter(pk__in=detail.queue_id[own].tolist()).values_list("pk", "name")
    )
    return tuple(
        PlannedBlock(
            starts_at=_moment(plan.starts_at[index]),
            ends_at=_moment(plan.ends_at[index]),
            code=days.codes.codes[plan.code[index]],
            queue=queues.get(int(detail.queue_id[index]), ""),
            is_home=bool(detail.is_home[index]),
        )
        for index in own.tolist()
    )


def _actual(days: AgentDays, row: int) -> tuple[ActualBlock, ...]:
    """States inside the day, silences on top, without the hours before the first and after the last."""
    first, last = int(days.data.windows.starts_at[row]), int(days.data.windows.ends_at[row])
    states, silences = days.data.states, days.data.silences
    edges = np.unique(
        np.clip(
            np.concatenate([[first, last], states.at, silences.starts_at, silences.ends_at]),
            first,
            last,
        )
    )
    blocks: list[ActualBlock] = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        point = int(np.searchsorted(states.at, start, side="right")) - 1
        is_silent = bool(((silences.starts_at <= start) & (silences.ends_at > start)).any())
        code = days.codes.at(int(days.declared.code[point])) if point >= 0 else None
        group = StateGroup(int(states.group[point])) if point >= 0 else StateGroup.OFFLINE
        name = (StateGroup.UNKNOWN if is_silent else group).name
        if blocks and blocks[-1].code == code and blocks[-1].group == name:
            blocks[-1] = ActualBlock(blocks[-1].starts_at, _moment(end), code, name)
        else:
            blocks.append(ActualBlock(_moment(start), _moment(end), code, name))
    while blocks and blocks[0].group == StateGroup.OFFLINE.name:
        blocks.pop(0)
    while blocks and blocks[-1].group == StateGroup.OFFLINE.name:
        blocks.pop()
    return tuple(blocks)


def _stretches(days: AgentDays, result: SweepResult, row: int) -> tuple[Stretch, ...]:
    found = result.deviations
    return tuple(
        Stretch(
            starts_at=_moment(found.starts_at[index]),
            ends_at=_moment(found.ends_at[index]),
            planned=days.codes.codes[found.code[index]],
            group=StateGroup(int(found.first_group[index])).name,
            counts=bool(found.counts[index]),
        )
        for index in np.flatnonzero(found.window == row).tolist()
    )


def _moment(second: int | np.int64) -> datetime:
    return datetime.fromtimestamp(int(second), UTC)
