"""Whether an agent has a legal tour that is at work in a slot: yes or no, without a best tour where that suffices."""

from __future__ import annotations

import numpy as np

from scheduling.core.priced_tours import FORCED
from scheduling.core.tour_facts import Places
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import TourModel


def works_at(model: TourModel, slot: int) -> bool:
    """True where some legal tour of the agent is at work in the slot."""
    from scheduling.core.at_work_loops import can_be_there  # noqa: PLC0415 - no Numba in web processes

    in_fixed = any(slot in shift.working_slots for shift in model.fixed.values())
    days = model.horizon.days
    there = can_be_there(
        -1 if in_fixed else slot,
        model.horizon.slots,
        Places(
            starts=model.start_table,
            legal=model.by_day,
            bonus=np.zeros((0, 0, 0)),
            fixed_kinds=model.fixed_kinds,
            earliest=np.zeros(days, dtype=np.int64),
            latest_end=np.full(days, model.horizon.slots),
        ),
        model.tables,
        model.weeks,
        model.limits,
    )
    if not there:
        return False
    if model.contract.paid_minutes_per_period is None and rest_is_implied(model):
        return True
    weights = np.zeros(model.horizon.slots)
    weights[slot] = FORCED
    tour = model.best_tour(weights)
    return tour is not None and bool((tour.working == slot).any())


def rest_is_implied(model: TourModel) -> bool:
    """True where the starts of one band leave rest between any two shifts, and no two weeks meet.

    Fixed shifts keep others at a distance by where these may start.
    """
    starts = model.start_table
    days, places = starts.shape
    if days > WEEKDAYS:
        return False
    longest = max((shape.length for shape in model.shapes), default=0)
    width = min(model.band, places - 1)
    widest = int((starts[:, width:] - starts[:, : places - width]).max(initial=0))
    apart = int((starts[1:] - starts[:-1]).min(initial=model.horizon.slots))
    return apart - widest - longest >= model.rest_slots
