"""When people can work: availability, time off, and what time off counts for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from scheduling.core.data import Horizon, Span
from scheduling.models import Availability, ScheduleVersion, TimeOff, TimeOffStatus
from scheduling.models.rotation import OFF
from scheduling.queries.solve_input.axis import Axis
from wfm.org.models import AgentAssignment, TimeOffCredit
from wfm.timeline import Interval, day_bounds


def availability_by_weekday(version: ScheduleVersion) -> dict[int, dict[int, list[Availability]]]:
    """Rows by agent and weekday that hold in the week."""
    found: dict[int, dict[int, list[Availability]]] = defaultdict(lambda: defaultdict(list))
    for row in Availability.objects.all():
        begins = row.starts_on is None or row.starts_on < version.ends_on
        goes_on = row.ends_on is None or row.ends_on > version.starts_on
        if begins and goes_on:
            found[row.agent_id][row.weekday].append(row)
    return found


def granted_time_off(axis: Axis) -> dict[int, list[TimeOff]]:
    found: dict[int, list[TimeOff]] = defaultdict(list)
    approved = TimeOff.objects.filter(
        status=TimeOffStatus.APPROVED,
        ends_at__gt=axis.starts_at,
        starts_at__lt=axis.moment(axis.slots),
    )
    for row in approved.order_by("starts_at"):
        found[row.agent_id].append(row)
    return found


def credited_by_agent(
    version: ScheduleVersion, assignments: Sequence[AgentAssignment]
) -> dict[int, tuple[int, ...]]:
    """Paid minutes of each week of a version that granted time off counts for."""
    rows: dict[int, list[TimeOff]] = defaultdict(list)
    for row in TimeOff.objects.filter(
        agent__in=[item.agent_id for item in assignments],
        status=TimeOffStatus.APPROVED,
        starts_at__date__lte=version.ends_on,
        ends_at__date__gte=version.starts_on,
    ):
        rows[row.agent_id].append(row)
    return {
        item.agent_id: credited_weeks(
            rows[item.agent_id], item, first=version.starts_on, last=version.ends_on
        )[1]
        for item in assignments
        if item.agent_id in rows
    }


def credited_weeks(
    rows: Sequence[TimeOff],
    assignment: AgentAssignment,
    *,
    first: date,
    last: date,
    letters: str = "",
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Days and paid minutes of each week of [first, last) that granted time off counts for."""
    weeks = -(-(last - first).days // 7)
    if not rows:
        return (), ()
    found = []
    for week in range(weeks):
        monday = first + timedelta(weeks=week)
        found.append(
            credited_time(
                rows,
                assignment,
                first=monday,
                last=min(last, monday + timedelta(weeks=1)),
                letters=letters[7 * week : 7 * week + 7],
            )
        )
    return tuple(days for days, _ in found), tuple(minutes for _, minutes in found)


def credited_time(
    rows: Sequence[TimeOff],
    assignment: AgentAssignment,
    *,
    first: date,
    last: date,
    letters: str = "",
) -> tuple[int, int]:
    """Days and paid minutes of the week [first, last) that granted time off counts for.

    By the contract: the paid minutes of each grant, shared out over its length; or so many minutes for
    each day that is off for half a day or more, days that a rotation leaves free apart; or nothing.
    """
    contract = assignment.employment_contract
    if contract.time_off_credit == TimeOffCredit.NONE:
        return 0, 0
    if contract.time_off_credit == TimeOffCredit.DAY:
        days = min(
            contract.days_per_week_max,
            sum(
                letters[number : number + 1] != OFF
                and _is_off(rows, first + timedelta(days=number), assignment.team.site.timezone)
                for number in range((last - first).days)
            ),
        )
        return days, min(days * contract.time_off_day_minutes, contract.weekly_minutes_max)
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


def _is_off(rows: Sequence[TimeOff], day: date, timezone: str) -> bool:
    """Half of the day or more is granted off."""
    bounds = day_bounds(day, timezone)
    parts = [Interval(row.starts_at, row.ends_at).clip(bounds) for row in rows]
    return sum(part.seconds for part in parts if part is not None) * 2 >= bounds.seconds


def touches_day(rows: Sequence[TimeOff], day: date, timezone: str) -> bool:
    """Some of the day is granted off."""
    bounds = day_bounds(day, timezone)
    return any(row.starts_at < bounds.ends_at and bounds.starts_at < row.ends_at for row in rows)


def open_spans(
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
                wall_slot(horizon, day, row.starts_minute),
                min(axis.slots, wall_slot(horizon, day, row.ends_minute)),
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


def wall_slot(horizon: Horizon, day: int, minute: int) -> int:
    """The slot at which the wall clock of this day (or the next) reaches a minute."""
    day, minute = day + minute // 1440, minute % 1440
    midnight = horizon.day_starts[min(day, horizon.days)]
    if day >= horizon.days:
        return midnight + minute // horizon.interval_minutes
    for slot in range(midnight, horizon.day_starts[day + 1]):
        if horizon.wall_minutes[slot] >= minute:
            return slot
    return horizon.day_starts[day + 1]
