"""Which weekday × label slots are open, told from the rows that a history has."""

from __future__ import annotations

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import BoolArray

LEAST_SHARE_OF_WEEKS = 0.5


def open_slots(has_row: BoolArray, exists: BoolArray | None = None) -> BoolArray:
    """Slots (weekday × label) with a row in at least half of the weeks used, and in at least one.

    Args:
        has_row: date × label, True where there is a row, even one without a value. The weeks used
            begin with the first date that has any.
        exists: date × label, False where the clock skipped the label.

    Slot 0 is the weekday of the first date of the array.
    """
    days, labels = has_row.shape
    there = np.ones(has_row.shape, dtype=bool) if exists is None else exists
    slots = np.zeros((DAYS_PER_WEEK, labels), dtype=bool)
    with_rows = np.flatnonzero(has_row.any(axis=1))
    if with_rows.size == 0:
        return slots
    for slot in range(DAYS_PER_WEEK):
        dates = np.arange(slot, days, DAYS_PER_WEEK)
        used = dates[dates >= with_rows[0]]
        if used.size:
            weeks = there[used].sum(axis=0)
            slots[slot] = has_row[used].sum(axis=0) >= np.maximum(1.0, LEAST_SHARE_OF_WEEKS * weeks)
    return slots
