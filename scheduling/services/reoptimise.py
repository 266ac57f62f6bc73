"""A version planned again after absences or a new requirement: the curve, and offers beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scheduling.core.absence import with_absences
from scheduling.core.activities import stretches
from scheduling.core.break_moves import move_breaks
from scheduling.core.changes import Change, by_day, changes_between
from scheduling.core.offers import Offer, OfferParams, overtime_offers, time_off_offers
from scheduling.core.reoptimise import Curve, Point, ReoptimiseParams, reoptimise
from scheduling.core.roster import Roster
from scheduling.core.tours import PlacedShift, Tour
from scheduling.models import ScheduleVersion, TimeOff, TimeOffStatus
from scheduling.queries.planned import PlannedVersion, planned_version
from scheduling.services.errors import UnableToEdit
from scheduling.services.reoptimise_options import ReoptimiseOptions
from scheduling.services.repick import GAP, WORK
from wfm.org.models import AgentAssignment

MOST_POINTS = 14


def curve_of(
    version: ScheduleVersion,
    options: ReoptimiseOptions,
    *,
    at: datetime,
    report: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Plan the version again and return the curve as JSON: what the job keeps as its result."""
    planned = planned_version(version)
    absent, granted = _absent(planned, options, at)
    data, roster, kept = with_absences(planned.data, planned.tours, absent, granted=granted)
    lost = _lost(planned, absent)
    until = options.frozen_until or at
    params = ReoptimiseParams(
        prices=options.change_prices(),
        now_slot=planned.axis.end_slot(until),
        frozen_days=frozenset((day - planned.axis.first_date).days for day in options.frozen_dates),
        seed=version.seed or 1,
    )
    if options.breaks_of is not None:
        curve = _breaks_only(roster, kept, options.breaks_of, planned, params)
    else:
        curve = reoptimise(roster, before=kept, params=params, report=report, cancelled=cancelled)
    roster.load(kept)
    return {
        "version_id": version.pk,
        "revision": version.revision,
        "lost": lost,
        "points": [_as_json(planned, roster, point, curve) for point in _thinned(curve.points)],
        "unrestricted": {
            "changes": len(curve.unrestricted.changes),
            "short_hours": round(curve.unrestricted.short_hours, 2),
        },
        "recoverable_hours": round(curve.recoverable_hours, 2),
        "offers": _offers(planned, roster, params.now_slot),
        "over_cost_hour": round(data.over_cost * 60 / data.horizon.interval_minutes, 2),
    }


def _absent(
    planned: PlannedVersion, options: ReoptimiseOptions, at: datetime
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """Days on which people are away, and of these the days of granted time off.

    What time off counts is in the data already.
    """
    absent: dict[int, set[int]] = defaultdict(set)
    granted: dict[int, set[int]] = defaultdict(set)
    for absence in options.absences:
        if absence.agent_id not in planned.number_of:
            raise UnableToEdit(
                _("Person #%(agent)s is not among the people of this version.")
                % {"agent": absence.agent_id}
            )
        number = planned.number_of[absence.agent_id]
        for place in range((absence.last - absence.first).days + 1):
            day = (absence.first + timedelta(days=place) - planned.axis.first_date).days
            if 0 <= day < planned.axis.days:
                absent[number].add(day)
    for number, day in _days_of_time_off(planned, at):
        absent[number].add(day)
        granted[number].add(day)
    return (
        {number: frozenset(days) for number, days in absent.items()},
        {number: frozenset(days) for number, days in granted.items()},
    )


def _days_of_time_off(planned: PlannedVersion, at: datetime) -> list[tuple[int, int]]:
    """Shifts from now on that lie in granted time off."""
    off: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    first, last = planned.axis.moment(0), planned.axis.moment(planned.axis.slots)
    for agent_id, starts_at, ends_at in TimeOff.objects.filter(
        status=TimeOffStatus.APPROVED, starts_at__lt=last, ends_at__gt=max(first, at)
    ).values_list("agent_id", "starts_at", "ends_at"):
        off[agent_id].append((starts_at, ends_at))
    found = []
    for agent_id, spans in off.items():
        number = planned.number_of.get(agent_id)
        tour = None if number is None else planned.tours[number]
        if number is None or tour is None:
            continue
        for shift in tour.shifts:
            begins = planned.axis.moment(shift.start_slot)
            ends = planned.axis.moment(shift.end_slot)
            if any(low < ends and begins < high for low, high in spans):
                found.append((number, shift.day))
    return found


def _lost(planned: PlannedVersion, absent: Mapping[int, frozenset[int]]) -> list[list[Any]]:
    return [
        [planned.given.agents[number].pk, str(planned.axis.date(shift.day))]
        for number, days in sorted(absent.items())
        for shift in _shifts(planned.tours[number])
        if shift.day in days
    ]


def _shifts(tour: Tour | None) -> Sequence[PlacedShift]:
    return () if tour is None else tour.shifts


def _breaks_only(
    roster: Roster,
    kept: Sequence[Tour | None],
    day: date,
    planned: PlannedVersion,
    params: ReoptimiseParams,
) -> Curve:
    """The day's breaks placed anew as a curve of two points."""
    place = (day - planned.axis.first_date).days
    if not 0 <= place < planned.axis.days:
        raise UnableToEdit(_("%(day)s is not one of the version's days.") % {"day": day})
    roster.load(kept)
    plan = move_breaks(roster, day=place, now_slot=params.now_slot)
    factors = [1.0] * planned.axis.days
    changes = tuple(
        change
        for agent, (before, after) in enumerate(zip(kept, plan.tours, strict=True))
        for change in changes_between(
            agent, by_day(before), by_day(after), prices=params.prices, factors=factors
        )
    )
    now = Point(
        tours=tuple(kept),
        changes=(),
        change_price=0.0,
        short_hours=plan.short_hours_before,
        cost=plan.cost_before,
    )
    moved = Point(
        tours=plan.tours,
        changes=changes,
        change_price=sum(change.price for change in changes),
        short_hours=plan.short_hours,
        cost=plan.cost,
    )
    return Curve(points=(now, moved) if changes else (now,), unrestricted=moved)


def _thinned(points: Sequence[Point]) -> list[Point]:
    """At most so many points, evenly along the shortage, first and last among them."""
    if len(points) <= MOST_POINTS:
        return list(points)
    shorts = [point.short_hours for point in points]
    wanted = np.linspace(shorts[0], shorts[-1], MOST_POINTS)
    chosen = {min(range(len(points)), key=lambda n: (abs(shorts[n] - w), n)) for w in wanted}
    return [points[n] for n in sorted(chosen | {0, len(points) - 1})]


def _as_json(planned: PlannedVersion, roster: Roster, point: Point, curve: Curve) -> dict[str, Any]:
    return {
        "changes": [_change(planned, roster, point, change) for change in point.changes],
        "by_kind": {str(kind): count for kind, count in point.by_kind.items()},
        "count": len(point.changes),
        "people": len({change.agent for change in point.changes}),
        "change_price": round(point.change_price, 2),
        "short_hours": round(point.short_hours, 2),
        "recovered_share": round(curve.recovered_share(point), 4),
        "cost": round(point.cost, 2),
    }


def _change(
    planned: PlannedVersion, roster: Roster, point: Point, change: Change
) -> dict[str, Any]:
    tour = point.tours[change.agent]
    after = by_day(tour).get(change.day)
    return {
        "agent": planned.given.agents[change.agent].pk,
        "date": str(planned.axis.date(change.day)),
        "kind": str(change.kind),
        "price": round(change.price, 3),
        "before": _times(planned, change.before),
        "after": _times(planned, change.after),
        "paid": None if after is None else after.paid_minutes,
        "stretches": None if after is None else _stretches(planned, roster, change.agent, after),
    }


def _times(planned: PlannedVersion, span: tuple[int, int] | None) -> list[int] | None:
    if span is None:
        return None
    return [int(planned.axis.moment(slot).timestamp()) for slot in span]


def _stretches(
    planned: PlannedVersion, roster: Roster, agent: int, shift: PlacedShift
) -> list[list[int]]:
    """Work, breaks and gaps of a shift as [code, first, end] in epoch seconds."""
    assert shift.shape is not None
    model = roster.class_of[agent].model
    shape, start = model.shapes[shift.shape], shift.start_slot
    rules = model.contract.patterns[shape.pattern].breaks
    spans = [
        (start + offset, start + offset + window.length, int(rule.code))
        for rule, window, offset in zip(rules, shape.breaks, shift.breaks, strict=True)
    ]
    spans += [
        (start + offset + length, start + following, GAP)
        for (offset, length), (following, _length) in pairwise(shape.pieces)
        if following > offset + length
    ]
    working = {int(slot): WORK for slot in shape.working_slots(start=start, breaks=shift.breaks)}
    spans += [(first, end, WORK) for first, end, _queue in stretches(working)]
    second = [int(planned.axis.moment(slot).timestamp()) for slot in range(planned.axis.slots + 1)]
    return [[code, second[first], second[end]] for first, end, code in sorted(spans)]


def _offers(planned: PlannedVersion, roster: Roster, now_slot: int) -> dict[str, Any]:
    pay = {
        row.agent_id: float(row.hourly_cost or row.employment_contract.hourly_cost)
        for row in AgentAssignment.objects.effective_on(planned.axis.first_date).select_related(
            "employment_contract"
        )
    }
    mean = float(np.mean(list(pay.values()))) if pay else 0.0
    params = OfferParams(
        overtime_cost_per_hour=mean * 1.5, saved_pay_per_hour=mean, from_slot=max(0, now_slot)
    )
    return {
        "overtime": [_offer(planned, offer) for offer in overtime_offers(roster, params)],
        "time_off": [_offer(planned, offer) for offer in time_off_offers(roster, params)],
        "overtime_cost_per_hour": round(params.overtime_cost_per_hour, 2),
        "saved_pay_per_hour": round(params.saved_pay_per_hour, 2),
    }


def _offer(planned: PlannedVersion, offer: Offer) -> dict[str, Any]:
    return {
        "agent": planned.given.agents[offer.agent].pk,
        "date": str(planned.axis.date(offer.day)),
        "kind": str(offer.kind),
        "times": _times(planned, offer.span),
        "hours": len(offer.slots) * planned.data.horizon.interval_minutes / 60,
        "saved_cost": round(offer.saved_cost, 2),
        "short_hours": round(offer.short_hours, 2),
    }
