"""Broken rules about a week or more: days, hours, days off, weekends, split shifts, rotation, period."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from scheduling.core.mark_types import Limits, Mark, PlannedShift

SATURDAY = 5
WEEK = timedelta(days=7)
WINDOW = 4


def week_marks(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    """Judge each week of the limits, then what reaches over weeks."""
    inside = [s for s in shifts if limits.starts_on <= s.operational_date < limits.ends_on]
    by_week: dict[int, list[PlannedShift]] = defaultdict(list)
    for shift in inside:
        by_week[(shift.operational_date - limits.starts_on).days // 7].append(shift)
    for week in range(-(-(limits.ends_on - limits.starts_on).days // 7)):
        first = limits.starts_on + week * WEEK
        yield from _days_and_hours(by_week[week], limits, week, first)
        yield from _days_off(by_week[week], limits, first)
        yield from _splits(by_week[week], limits, first)
        yield from _band(by_week[week], limits, first)
    yield from _weekends(inside, limits)
    yield from _rotation(inside, limits)
    yield from _period(inside, limits)


def _days_and_hours(
    shifts: Sequence[PlannedShift], limits: Limits, week: int, first: date
) -> Iterator[Mark]:
    days = len({s.operational_date for s in shifts}) + _of_week(limits.credited_days, week)
    minutes = sum(s.paid_minutes for s in shifts) + _of_week(limits.credited_minutes, week)
    least_days, most_days = limits.days_per_week
    least, most = limits.paid_minutes_per_week
    name = first.isoformat()
    if days > most_days:
        yield Mark(code="days", values={"days": days, "most": most_days, "week": name})
    if days < least_days:
        yield Mark(code="too_few_days", values={"days": days, "least": least_days, "week": name})
    if minutes > most:
        values = {"hours": minutes / 60, "most": most / 60, "week": name}
        yield Mark(code="minutes", values=values)
    if minutes < least:
        values = {"hours": minutes / 60, "least": least / 60, "week": name}
        yield Mark(code="too_few_minutes", values=values)


def _of_week(credited: Sequence[int], week: int) -> int:
    return credited[week] if week < len(credited) else 0


def _days_off(shifts: Sequence[PlannedShift], limits: Limits, first: date) -> Iterator[Mark]:
    """So many days off stand together once a week; a week with fewer days off keeps all together."""
    days = min(7, (limits.ends_on - first).days)
    worked = {(s.operational_date - first).days for s in shifts}
    longest = run = 0
    for day in range(days):
        run = 0 if day in worked else run + 1
        longest = max(longest, run)
    least = min(limits.consecutive_days_off, days - len(worked))
    if longest < least:
        values = {"days": longest, "least": least, "week": first.isoformat()}
        yield Mark(code="days_off_together", values=values)


def _splits(shifts: Sequence[PlannedShift], limits: Limits, first: date) -> Iterator[Mark]:
    split, most = sum(s.is_split for s in shifts), limits.max_split_shifts_per_week
    if most is not None and split > most:
        values = {"splits": split, "most": most, "week": first.isoformat()}
        yield Mark(code="splits", values=values)


def _band(shifts: Sequence[PlannedShift], limits: Limits, first: date) -> Iterator[Mark]:
    starts, most = [s.start_minute for s in shifts], limits.start_band_minutes
    if most is None or not starts or max(starts) - min(starts) <= most:
        return
    values = {
        "hours": (max(starts) - min(starts)) / 60,
        "most": most / 60,
        "week": first.isoformat(),
    }
    yield Mark(code="band", values=values)


def _weekends(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    most = limits.max_weekends_in_4_weeks
    if most is None:
        return
    first_shift: dict[date, PlannedShift] = {}
    for shift in shifts:
        saturday = _saturday(shift.operational_date)
        if saturday is not None:
            first_shift.setdefault(saturday, shift)
    worked = limits.worked_saturdays | set(first_shift)
    for saturday, shift in sorted(first_shift.items()):
        weekends = sum(saturday - back * WEEK in worked for back in range(WINDOW))
        if weekends > most:
            values = {
                "weekends": weekends,
                "most": most,
                "weekend": saturday.isoformat(),
            }
            yield Mark(code="weekends", shift=shift.number, values=values)


def _saturday(day: date) -> date | None:
    return day - timedelta(days=day.weekday() - SATURDAY) if day.weekday() >= SATURDAY else None


def _rotation(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    worked = {s.operational_date for s in shifts}
    for day, letter in sorted(limits.rotation.items()):
        if letter == "W" and day not in worked:
            yield Mark(code="rotation_work", values={"day": day.isoformat()})


def _period(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    if limits.paid_minutes_per_period is None:
        return
    least, most = limits.paid_minutes_per_period
    minutes = sum(s.paid_minutes for s in shifts) + sum(limits.credited_minutes)
    if minutes > most:
        yield Mark(code="period_minutes", values={"hours": minutes / 60, "most": most / 60})
    if minutes < least:
        yield Mark(code="period_too_few", values={"hours": minutes / 60, "least": least / 60})
