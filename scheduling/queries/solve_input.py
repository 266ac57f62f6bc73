"""From rows to the solver's input: who, which rules, what is required, on one axis of UTC slots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from forecasting.models import ForecastRun
from scheduling.core.data import (
    AgentRules,
    FixedShift,
    Horizon,
    ScheduleData,
    Span,
    WorkMode,
)
from scheduling.models import (
    Availability,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    TimeOff,
    TimeOffStatus,
)
from scheduling.queries.contracts import contract_rules
from staffing.models import RequirementQueueResult
from staffing.queries import people_in_force
from wfm.org.models import Agent, AgentAssignment, AgentSkill, Queue, SeatPool
from wfm.timeline import Interval, day_bounds, grid, local_minutes

INTERVAL_MINUTES = 15
LONGEST_SHIFT_MINUTES = 960
STEP = timedelta(minutes=INTERVAL_MINUTES)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The slots of a schedule: the first instant, how many, and the days of each time zone."""

    starts_at: datetime
    slots: int
    first_date: date
    days: int
    timezone: str

    def slot(self, moment: datetime) -> int:
        """The slot that holds the moment; may lie outside the axis."""
        return int((moment - self.starts_at) // STEP)

    def end_slot(self, moment: datetime) -> int:
        """The first slot at or after the moment."""
        return -int((self.starts_at - moment) // STEP)

    def moment(self, slot: int) -> datetime:
        """The instant at which a slot starts."""
        return self.starts_at + slot * STEP

    def date(self, day: int) -> date:
        """The local date of a day of the schedule."""
        return self.first_date + timedelta(days=day)

    def horizon(self, timezone: str) -> Horizon:
        """These slots read from a wall clock."""
        ends = [day_bounds(self.date(day), timezone).starts_at for day in range(self.days + 1)]
        instants = grid(self.starts_at, self.moment(self.slots), INTERVAL_MINUTES)
        return Horizon(
            interval_minutes=INTERVAL_MINUTES,
            day_starts=tuple(self.slot(moment) for moment in ends),
            wall_minutes=tuple(int(m) for m in local_minutes(instants, timezone)),
        )


@dataclass(frozen=True, kw_only=True)
class SolveInput:
    """The solver's data with the keys that lead back to rows."""

    data: ScheduleData
    axis: Axis
    agents: tuple[Agent, ...]
    queues: tuple[Queue, ...]
    required_by_queue: Mapping[int, NDArray[np.float64]]
    sites: Mapping[int, int]
    """Site of each agent."""


@dataclass(frozen=True, kw_only=True)
class CostParams:
    """What a quarter of an hour costs when someone is missing or idle, as parts of an hour's pay."""

    under_cost_ratio: float = 10.0
    start_band_minutes: int = 120

    def __post_init__(self) -> None:
        """Refuse ratios that reward shortage."""
        if self.under_cost_ratio <= 0:
            raise ValueError(f"Expected under_cost_ratio > 0, got {self.under_cost_ratio}.")


def make_axis(*, starts_on: date, ends_on: date, timezone: str, zones: Iterable[str] = ()) -> Axis:
    """The axis of local dates [starts_on, ends_on), long enough for every zone and a last night."""
    all_zones = {timezone, *zones}
    first = min(day_bounds(starts_on, zone).starts_at for zone in all_zones)
    last = max(day_bounds(ends_on, zone).starts_at for zone in all_zones)
    tail = timedelta(minutes=LONGEST_SHIFT_MINUTES)
    return Axis(
        starts_at=first,
        slots=int((last + tail - first) / STEP),
        first_date=starts_on,
        days=(ends_on - starts_on).days,
        timezone=timezone,
    )


def solve_input(*, version: ScheduleVersion, costs: CostParams) -> SolveInput:
    """Everything that decides the schedule of the version's week."""
    assignments = _assignments(version.starts_on)
    zones = {row.team.site.timezone for row in assignments}
    axis = make_axis(
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        timezone=version.timezone,
        zones=zones,
    )
    required = required_by_queue(version=version, axis=axis)
    queues = tuple(Queue.objects.filter(pk__in=required).order_by("pk"))
    horizon = axis.horizon(version.timezone)
    horizons = {zone: axis.horizon(zone) for zone in zones}
    outside = _published_outside(version, axis)
    counted = np.arange(axis.slots)
    hourly = [float(row.hourly_cost or row.employment_contract.hourly_cost) for row in assignments]
    over_cost = round(float(np.mean(hourly)) * INTERVAL_MINUTES / 60, 2) if hourly else 1.0
    skills = sorted({str(queue.skill_id) for queue in queues})
    agents = _agent_rules(version, axis, horizons, assignments, outside)
    data = ScheduleData(
        horizon=horizon,
        zones=horizons,
        contracts=contract_rules(
            {row.employment_contract for row in assignments},
            first_date=version.starts_on,
            days=axis.days,
            start_band_minutes=costs.start_band_minutes,
        ),
        agents=agents,
        required_agents={skill: _sum_of_skill(skill, queues, required, axis) for skill in skills},
        under_cost=dict.fromkeys(skills, round(over_cost * costs.under_cost_ratio, 2)),
        over_cost=over_cost,
        seats=_seats(axis, assignments),
        carried=_carried(axis, outside, skills),
        counted=(counted >= horizon.day_starts[0]) & (counted < horizon.day_starts[-1]),
    )
    return SolveInput(
        data=data,
        axis=axis,
        agents=tuple(row.agent for row in assignments),
        queues=queues,
        required_by_queue=required,
        sites={row.agent_id: row.team.site_id for row in assignments},
    )


def _assignments(day: date) -> list[AgentAssignment]:
    """Whoever works here on the first day, by agent; one row each (the table excludes overlaps)."""
    return list(
        AgentAssignment.objects.effective_on(day)
        .filter(agent__is_active=True)
        .select_related("agent", "team__site", "employment_contract")
        .order_by("agent_id")
    )


def required_by_queue(*, version: ScheduleVersion, axis: Axis) -> dict[int, NDArray[np.float64]]:
    """People needed per queue and slot, unplanned absence included (`required_fte`).

    Of the requirement that the version is solved for; where that one does not reach, of those in
    force of the same queues.
    """
    if version.requirement_run_id is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.queue_id, q.interval_minutes, extract(epoch FROM i.starts_at)::bigint, "
            "CASE WHEN i.is_open THEN i.required_fte END "
            "FROM staffing_requirementinterval i "
            "JOIN org_queue q ON q.id = i.queue_id "
            "WHERE i.run_id = %s AND i.starts_at >= %s AND i.starts_at < %s "
            "ORDER BY i.queue_id, i.starts_at",
            [version.requirement_run_id, axis.starts_at, axis.moment(axis.slots)],
        )
        rows = cursor.fetchall()
    required: dict[int, NDArray[np.float64]] = {}
    beside = _people_beside(version, axis)
    own = {row[0] for row in (*rows, *beside) if row[3] is not None}
    for part in (beside, rows):
        _fill(required, axis, [row for row in part if row[0] in own])
    return required


def _people_beside(
    version: ScheduleVersion, axis: Axis
) -> list[tuple[int, int, int, float | None]]:
    """What is in force of the version's queues; nothing where its own requirement has it all.

    That one may begin or end within the week, and what newer ones have replaced may be deleted.
    """
    results = RequirementQueueResult.objects.filter(
        run=version.requirement_run_id, is_refused=False
    )
    forecast = ForecastRun.objects.get(requirement_runs=version.requirement_run_id)
    reaches = (
        forecast.starts_at <= axis.starts_at
        and forecast.ends_at >= day_bounds(version.ends_on, version.timezone).starts_at
    )
    if reaches and not results.filter(cleared_at__isnull=False).exists():
        return []
    return people_in_force(
        list(results.values_list("queue_id", flat=True)),
        starts_at=axis.starts_at,
        ends_at=axis.moment(axis.slots),
    )


def required_in_force(axis: Axis) -> dict[int, NDArray[np.float64]]:
    """People needed per queue and slot as it is in force now, the update of today included."""
    rows = people_in_force(None, starts_at=axis.starts_at, ends_at=axis.moment(axis.slots))
    opened = {queue_id for queue_id, _minutes, _epoch, people in rows if people is not None}
    required: dict[int, NDArray[np.float64]] = {}
    _fill(required, axis, [row for row in rows if row[0] in opened])
    return required


def _fill(
    required: dict[int, NDArray[np.float64]],
    axis: Axis,
    rows: Iterable[tuple[int, int, int, float | None]],
) -> None:
    """Write the people of each interval (queue, minutes, epoch second; None: closed) into slots."""
    first = int(axis.starts_at.timestamp())
    for queue_id, minutes, epoch_seconds, people in rows:
        row = required.setdefault(queue_id, np.zeros(axis.slots))
        slot = (epoch_seconds - first) // (INTERVAL_MINUTES * 60)
        row[slot : slot + max(1, minutes // INTERVAL_MINUTES)] = people or 0.0


def _sum_of_skill(
    skill: str,
    queues: Sequence[Queue],
    required: Mapping[int, NDArray[np.float64]],
    axis: Axis,
) -> NDArray[np.float64]:
    total = np.zeros(axis.slots)
    for queue in queues:
        if str(queue.skill_id) == skill:
            total += required[queue.pk]
    return total


# -- published shifts around the week ------------------------------------------------------------


def _published_outside(version: ScheduleVersion, axis: Axis) -> dict[int, list[Shift]]:
    """Published shifts of other days near the week, by agent: they bind rest and runs of days."""
    near = Shift.objects.filter(
        is_published=True,
        ends_at__gt=axis.starts_at - timedelta(days=8),
        starts_at__lt=axis.moment(axis.slots) + timedelta(days=1),
    ).exclude(operational_date__gte=version.starts_on, operational_date__lt=version.ends_on)
    by_agent: dict[int, list[Shift]] = defaultdict(list)
    for shift in near.order_by("starts_at"):
        by_agent[shift.agent_id].append(shift)
    return by_agent


def _carried(
    axis: Axis, outside: Mapping[int, list[Shift]], skills: Sequence[str]
) -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
    """Skills and working slots of shifts of other days that reach into the axis."""
    reaching = [
        shift.pk
        for shifts in outside.values()
        for shift in shifts
        if shift.ends_at > axis.starts_at and shift.starts_at < axis.moment(axis.slots)
    ]
    own = _skills_by_agent(axis.first_date)
    slots: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = ShiftActivity.objects.filter(shift__in=reaching, activity_code__is_work=True)
    for shift_id, agent_id, starts_at, ends_at in rows.values_list(
        "shift_id", "shift__agent_id", "starts_at", "ends_at"
    ):
        first, last = max(0, axis.slot(starts_at)), min(axis.slots, axis.end_slot(ends_at))
        slots[shift_id, agent_id].extend(range(first, last))
    return tuple(
        (tuple(s for s in own.get(agent_id, ()) if s in skills), tuple(sorted(held)))
        for (_, agent_id), held in sorted(slots.items())
        if held
    )


def _previous_run_days(version: ScheduleVersion, shifts: Sequence[Shift]) -> int:
    worked = {shift.operational_date for shift in shifts}
    run, day = 0, version.starts_on - timedelta(days=1)
    while day in worked:
        run, day = run + 1, day - timedelta(days=1)
    return run


# -- agents --------------------------------------------------------------------------------------


def _skills_by_agent(day: date) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = AgentSkill.objects.filter(starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gt=day)
    )
    for agent_id, skill_id in rows.order_by("agent_id", "skill_id").values_list(
        "agent_id", "skill_id"
    ):
        found[agent_id].append(str(skill_id))
    return {agent_id: tuple(skills) for agent_id, skills in found.items()}


def _agent_rules(
    version: ScheduleVersion,
    axis: Axis,
    horizons: Mapping[str, Horizon],
    assignments: Sequence[AgentAssignment],
    outside: Mapping[int, list[Shift]],
) -> tuple[AgentRules, ...]:
    skills = _skills_by_agent(version.starts_on)
    availability = _availability(version)
    time_off = _time_off(axis)
    fixed = _locked_shifts(version, axis)
    found = []
    for row in assignments:
        zone, contract = row.team.site.timezone, row.employment_contract
        shifts = outside.get(row.agent_id, [])
        off = time_off.get(row.agent_id, [])
        credited_days, credited_minutes = credited_time(
            off, row, first=version.starts_on, last=version.ends_on
        )
        rest = timedelta(minutes=contract.min_rest_minutes)
        busy = [Interval(s.starts_at - rest, s.ends_at + rest) for s in shifts]
        busy += [Interval(o.starts_at, o.ends_at) for o in off]
        limits = availability.get(row.agent_id, {})
        days = range(axis.days)
        found.append(
            AgentRules(
                key=str(row.agent_id),
                contract=str(contract.pk),
                skills=skills.get(row.agent_id, ()),
                spans=tuple(
                    _spans(axis, horizons[zone], day, limits.get(axis.date(day).weekday()), busy)
                    for day in days
                ),
                fixed=fixed.get(row.agent_id, ()),
                previous_run_days=_previous_run_days(version, shifts),
                credited_days=(credited_days,),
                credited_minutes=(credited_minutes,),
                work_mode=WorkMode(row.work_mode),
                site=str(row.team.site_id),
                zone=zone,
            )
        )
    return tuple(found)


def _availability(version: ScheduleVersion) -> dict[int, dict[int, list[Availability]]]:
    """Rows by agent and weekday that hold in the week."""
    found: dict[int, dict[int, list[Availability]]] = defaultdict(lambda: defaultdict(list))
    for row in Availability.objects.all():
        begins = row.starts_on is None or row.starts_on < version.ends_on
        goes_on = row.ends_on is None or row.ends_on > version.starts_on
        if begins and goes_on:
            found[row.agent_id][row.weekday].append(row)
    return found


def _time_off(axis: Axis) -> dict[int, list[TimeOff]]:
    found: dict[int, list[TimeOff]] = defaultdict(list)
    approved = TimeOff.objects.filter(
        status=TimeOffStatus.APPROVED,
        ends_at__gt=axis.starts_at,
        starts_at__lt=axis.moment(axis.slots),
    )
    for row in approved.order_by("starts_at"):
        found[row.agent_id].append(row)
    return found


def credited_time(
    rows: Sequence[TimeOff], assignment: AgentAssignment, *, first: date, last: date
) -> tuple[int, int]:
    """Days and paid minutes of the dates [first, last) that granted time off counts for."""
    contract = assignment.employment_contract
    zone = assignment.team.site.timezone
    week = Interval(day_bounds(first, zone).starts_at, day_bounds(last, zone).starts_at)
    minutes = 0.0
    for row in rows:
        inside = Interval(row.starts_at, row.ends_at).clip(week)
        if inside is not None:
            share = inside.seconds / (row.ends_at - row.starts_at).total_seconds()
            minutes += row.paid_minutes * share
    per_day = contract.weekly_minutes_max / max(1, contract.days_per_week_max)
    days = min(contract.days_per_week_max, round(minutes / per_day)) if per_day else 0
    return days, min(round(minutes), contract.weekly_minutes_max)


def _spans(
    axis: Axis,
    horizon: Horizon,
    day: int,
    limits: Sequence[Availability] | None,
    busy: Sequence[Interval],
) -> tuple[Span, ...]:
    """The stretches of slots in which a shift of this day may lie."""
    midnight = horizon.day_starts[day]
    open_spans = (
        [(midnight, axis.slots)]
        if limits is None
        else [
            (
                _wall_slot(horizon, day, row.starts_minute),
                min(axis.slots, _wall_slot(horizon, day, row.ends_minute)),
            )
            for row in limits
            if row.is_available
        ]
    )
    closed = sorted((axis.slot(item.starts_at), axis.end_slot(item.ends_at)) for item in busy)
    found: list[Span] = []
    for low, high in sorted(open_spans):
        edges = [low]
        for first, last in closed:
            if last > low and first < high:
                edges += [max(first, low), min(last, high)]
        edges.append(high)
        found += [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return tuple(found)


def _wall_slot(horizon: Horizon, day: int, minute: int) -> int:
    """The slot at which the wall clock of this day (or the next) reaches a minute."""
    day, minute = day + minute // 1440, minute % 1440
    midnight = horizon.day_starts[min(day, horizon.days)]
    if day >= horizon.days:
        return midnight + minute // horizon.interval_minutes
    for slot in range(midnight, horizon.day_starts[day + 1]):
        if horizon.wall_minutes[slot] >= minute:
            return slot
    return horizon.day_starts[day + 1]


def _locked_shifts(version: ScheduleVersion, axis: Axis) -> dict[int, tuple[FixedShift, ...]]:
    """Shifts of the version that this one is based on and that the planner has locked."""
    if version.based_on_id is None:
        return {}
    locked = Shift.objects.filter(version=version.based_on_id, is_locked=True)
    working: dict[int, list[int]] = defaultdict(list)
    rows = ShiftActivity.objects.filter(shift__in=locked, activity_code__is_work=True)
    for shift_id, starts_at, ends_at in rows.values_list("shift_id", "starts_at", "ends_at"):
        working[shift_id].extend(range(axis.slot(starts_at), axis.end_slot(ends_at)))
    found: dict[int, list[FixedShift]] = defaultdict(list)
    for shift in locked.order_by("starts_at"):
        day = (shift.operational_date - axis.first_date).days
        if 0 <= day < axis.days:
            found[shift.agent_id].append(
                FixedShift(
                    day=day,
                    start_slot=axis.slot(shift.starts_at),
                    end_slot=axis.end_slot(shift.ends_at),
                    working_slots=tuple(s for s in working[shift.pk] if 0 <= s < axis.slots),
                    paid_minutes=shift.paid_minutes,
                    in_office=shift.place == "OFFICE",
                )
            )
    return {agent_id: tuple(shifts) for agent_id, shifts in found.items()}


def _seats(axis: Axis, assignments: Sequence[AgentAssignment]) -> dict[str, NDArray[np.int64]]:
    """Desks per site and slot; a site without a seat pool has no limit."""
    sites = {row.team.site_id: row.team.site.timezone for row in assignments}
    pools = list(SeatPool.objects.filter(site__in=sites).order_by("pk"))
    found: dict[str, NDArray[np.int64]] = {}
    for pool in pools:
        row = found.setdefault(str(pool.site_id), np.zeros(axis.slots, dtype=np.int64))
        zone = sites[pool.site_id]
        first = max(0, axis.slot(day_bounds(pool.starts_on, zone).starts_at))
        last = axis.slots
        if pool.ends_on is not None:
            last = max(0, min(last, axis.slot(day_bounds(pool.ends_on, zone).starts_at)))
        row[first:last] += pool.seats
    return found
