"""Who could work longer or go earlier, and what each would change: offers from the present marginal costs.

An offer is not a tour of the contract: overtime lengthens a shift or adds one beyond it, voluntary time off shortens
or cancels one. The effect of each offer alone is exact; two offers together may overlap in the same hours,
so whoever sends offers takes the best, applies it and asks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scheduling.core.reach import SHORT
from scheduling.core.reoptimise import cheapest_breaks
from scheduling.core.roster import Roster
from scheduling.core.tours import PlacedShift, Tour

Floats = NDArray[np.float64]


class OfferKind(StrEnum):
    """What is offered."""

    START_EARLIER = "start_earlier"
    END_LATER = "end_later"
    EXTRA_SHIFT = "extra_shift"
    START_LATER = "start_later"
    END_EARLIER = "end_earlier"
    DAY_OFF = "day_off"


OVERTIME = frozenset({OfferKind.START_EARLIER, OfferKind.END_LATER, OfferKind.EXTRA_SHIFT})


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One offer and its effect while everybody else stays."""

    agent: int
    day: int
    kind: OfferKind
    slots: tuple[int, ...]
    """On position more or less."""
    saved_cost: float
    """Shortage and idleness that it saves, its pay or the pay saved counted."""
    short_hours: float = 0.0
    """Change of the hours short; below 0 where it helps."""

    @property
    def span(self) -> tuple[int, int]:
        """First slot and the slot after the last one."""
        return self.slots[0], self.slots[-1] + 1


@dataclass(frozen=True, kw_only=True)
class OfferParams:
    """What may be offered and what an hour costs."""

    overtime_cost_per_hour: float = 0.0
    saved_pay_per_hour: float = 0.0
    most_hours: float = 2.0
    from_slot: int = 0
    """Nothing that starts before it is offered."""
    count: int = 30

    def __post_init__(self) -> None:
        """Refuse an offer of nothing."""
        if self.most_hours <= 0:
            raise ValueError(f"Expected most_hours > 0, got {self.most_hours}.")


def overtime_offers(roster: Roster, params: OfferParams) -> list[Offer]:
    """Longer shifts and extra shifts that save most, the best first; only those that save at all."""
    found: list[Offer] = []
    for agent, tour in enumerate(roster.tours):
        if tour is not None:
            weights = roster.coverage.weights(roster.masks[agent])
            found += _longer(roster, agent, tour, weights, params)
            found += _extra(roster, agent, tour, weights, params)
    return _best(roster, found, params)


def time_off_offers(roster: Roster, params: OfferParams) -> list[Offer]:
    """Shorter shifts and days off that cost nothing or save pay, the best first."""
    found: list[Offer] = []
    for agent, tour in enumerate(roster.tours):
        if tour is not None and len(tour.days):
            roster.take(agent)
            weights = roster.coverage.weights(roster.masks[agent])
            roster.put(agent, tour)
            found += _shorter(roster, agent, tour, weights, params)
    return _best(roster, found, params)


def _best(roster: Roster, found: list[Offer], params: OfferParams) -> list[Offer]:
    useful = [offer for offer in found if offer.saved_cost > SHORT]
    order = sorted(useful, key=lambda o: (-o.saved_cost, o.agent, o.day, o.kind))
    return [_with_effect(roster, offer) for offer in order[: params.count]]


def _with_effect(roster: Roster, offer: Offer) -> Offer:
    """Try the offer on the coverage: the change of the hours short."""
    hours = roster.data.horizon.interval_minutes / 60
    mask, slots = roster.masks[offer.agent], np.asarray(offer.slots, dtype=np.int64)
    sign = 1.0 if offer.kind in OVERTIME else -1.0
    before = float(roster.coverage.shortage().sum())
    roster.coverage.add(mask, slots, count=sign)
    after = float(roster.coverage.shortage().sum())
    roster.coverage.add(mask, slots, count=-sign)
    return replace(offer, short_hours=(after - before) * hours)


def _slots(roster: Roster, hours: float) -> int:
    return max(1, round(hours * 60 / roster.data.horizon.interval_minutes))


def _offer(
    roster: Roster,
    agent: int,
    day: int,
    kind: OfferKind,
    slots: NDArray[np.int64],
    weights: Floats,
    rate: float,
) -> Offer:
    """Price an offer of these slots on position; `rate` is pay per hour, spent or saved."""
    hours = roster.data.horizon.interval_minutes / 60
    sign = 1.0 if kind in OVERTIME else -1.0
    return Offer(
        agent=agent,
        day=day,
        kind=kind,
        slots=tuple(slots.tolist()),
        saved_cost=sign * (float(weights[slots].sum()) - rate * hours * len(slots)),
    )


def _room(roster: Roster, agent: int, tour: Tour, shift: PlacedShift) -> tuple[int, int]:
    """Free slots before and after a shift that keep the rest to the neighbours and the row."""
    rest = tour.model.rest_slots
    others = [s for s in tour.shifts if s.day != shift.day]
    before = max((s.end_slot + rest for s in others if s.end_slot <= shift.start_slot), default=0)
    after = min(
        (s.start_slot - rest for s in others if s.start_slot >= shift.end_slot),
        default=roster.data.horizon.slots,
    )
    spans = roster.data.agents[agent].spans[shift.day]
    low = min((low for low, high in spans if low <= shift.start_slot < high), default=0)
    high = max(
        (high for low, high in spans if low < shift.end_slot <= high), default=shift.end_slot
    )
    return (
        max(0, shift.start_slot - max(before, low)),
        max(0, min(after, high) - shift.end_slot),
    )


def _longer(
    roster: Roster, agent: int, tour: Tour, weights: Floats, params: OfferParams
) -> list[Offer]:
    most = _slots(roster, params.most_hours)
    found = []
    for shift in tour.shifts:
        if shift.start_slot < params.from_slot:
            continue
        before, after = _room(roster, agent, tour, shift)
        early = np.arange(shift.start_slot - 1, shift.start_slot - 1 - min(most, before), -1)
        late = np.arange(shift.end_slot, shift.end_slot + min(most, after))
        for kind, slots in ((OfferKind.START_EARLIER, early), (OfferKind.END_LATER, late)):
            best = _best_run(roster, slots, weights, params.overtime_cost_per_hour)
            if len(best):
                found.append(
                    _offer(
                        roster,
                        agent,
                        shift.day,
                        kind,
                        np.sort(best),
                        weights,
                        params.overtime_cost_per_hour,
                    )
                )
    return found


def _best_run(
    roster: Roster, slots: NDArray[np.int64], weights: Floats, rate: float
) -> NDArray[np.int64]:
    """The first so many of these slots that save most together; none where none save."""
    slots = slots[(slots >= 0) & (slots < roster.data.horizon.slots)]
    if not len(slots):
        return slots
    pay = rate * roster.data.horizon.interval_minutes / 60
    running = np.cumsum(weights[slots] - pay)
    best = int(np.argmax(running))
    return slots[: best + 1] if running[best] > SHORT else slots[:0]


def _extra(
    roster: Roster, agent: int, tour: Tour, weights: Floats, params: OfferParams
) -> list[Offer]:
    """The best further shift of each free day that keeps rest to what is there."""
    model = tour.model
    worked = set(tour.days.tolist())
    running = np.concatenate([[0.0], np.cumsum(weights)])
    found = []
    for day in range(model.horizon.days):
        if day in worked or model.horizon.day_starts[day] < params.from_slot:
            continue
        best: tuple[float, int, int] | None = None
        for number, shape in enumerate(model.shapes):
            starts = model.start_table[day][model.by_day[day, number]]
            starts = starts[_rested(tour, starts, shape.length)]
            for start in starts.tolist():
                worth = float(running[start + shape.length] - running[start])
                if best is None or worth > best[0]:
                    best = (worth, number, start)
        if best is None:
            continue
        _, number, start = best
        offsets = np.full((1, model.tables.breaks.shape[1]), -1)
        chosen = cheapest_breaks(model, number, start, running)
        offsets[0, : len(chosen)] = chosen
        single = Tour(
            model,
            days=np.array([day]),
            shapes=np.array([number]),
            starts=np.array([start]),
            offsets=offsets,
        )
        offer = _offer(
            roster,
            agent,
            day,
            OfferKind.EXTRA_SHIFT,
            single.working,
            weights,
            params.overtime_cost_per_hour,
        )
        found.append(offer)
    return found


def _rested(tour: Tour, starts: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    clear = np.ones(len(starts), dtype=bool)
    rest = tour.model.rest_slots
    for shift in tour.shifts:
        clear &= (starts >= shift.end_slot + rest) | (starts + length <= shift.start_slot - rest)
    return clear


def _shorter(
    roster: Roster, agent: int, tour: Tour, weights: Floats, params: OfferParams
) -> list[Offer]:
    most = _slots(roster, params.most_hours)
    found = []
    for shift in tour.shifts:
        if shift.start_slot < params.from_slot or shift.shape is None:
            continue
        own = tour.working[(tour.working >= shift.start_slot) & (tour.working < shift.end_slot)]
        early = own[own < shift.start_slot + most]
        late = own[own >= shift.end_slot - most][::-1]
        rate = -params.saved_pay_per_hour
        for kind, slots in ((OfferKind.START_LATER, early), (OfferKind.END_EARLIER, late)):
            best = _best_run(roster, slots, -weights, rate)
            if len(best):
                found.append(_offer(roster, agent, shift.day, kind, np.sort(best), weights, -rate))
        found.append(_offer(roster, agent, shift.day, OfferKind.DAY_OFF, own, weights, -rate))
    return found
