"""Contacts by day where some intervals are missing: one rule for queues and for their drivers."""

from __future__ import annotations

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.opening import open_slots
from forecasting.core.wall_clock import BoolArray, FloatArray

LEAST_KNOWN_SHARE = 0.8
"""A day counts when this share of its open intervals is known."""


def daily_totals(offered: FloatArray, open_mask: BoolArray) -> FloatArray:
    """Contacts of every series × day, scaled up for few missing intervals; NaN where unknown.

    Args:
        offered: series × date × label; NaN where nothing is recorded.
        open_mask: the same, True where contacts can arrive. Labels that hardly ever have a value
            are not waited for: the source may leave them out while nothing comes.
    """
    known = open_mask & np.isfinite(offered)
    weekday = np.arange(offered.shape[1]) % DAYS_PER_WEEK
    awaited = np.stack(
        [
            is_open & open_slots(has_value, is_open)[weekday]
            for is_open, has_value in zip(open_mask, known, strict=True)
        ]
    )
    waited = awaited.sum(axis=-1)
    share = (known & awaited).sum(axis=-1) / np.maximum(waited, 1)
    totals = np.where(known, offered, 0.0).sum(axis=-1)
    enough = (waited > 0) & (share >= LEAST_KNOWN_SHARE)
    return np.where(enough, totals / np.maximum(share, LEAST_KNOWN_SHARE), np.nan)
