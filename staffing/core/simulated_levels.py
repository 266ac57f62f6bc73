"""Service levels of simulated days, by definition."""

import numpy as np

from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.simulation import GONE_SHORT, GONE_WITHIN, OFFERED, SERVED, SERVED_WITHIN


def level_sums(counts: FloatArray, definition: ServiceLevel) -> tuple[FloatArray, FloatArray]:
    """Return numerator and denominator of the level (the counts' shape without its last axis).

    Raises ValueError for `virtual`: nobody who gave up tells how long the wait would have been.
    """
    within, offered = counts[..., SERVED_WITHIN], counts[..., OFFERED]
    parts = {
        ServiceLevel.ANSWERED_OVER_OFFERED: (within, offered),
        ServiceLevel.ANSWERED_OR_ABANDONED: (within + counts[..., GONE_WITHIN], offered),
        ServiceLevel.EXCL_ABANDONS_WITHIN: (within, offered - counts[..., GONE_WITHIN]),
        ServiceLevel.EXCL_SHORT_ABANDONS: (within, offered - counts[..., GONE_SHORT]),
        ServiceLevel.ANSWERED_OVER_ANSWERED: (within, counts[..., SERVED]),
        ServiceLevel.SHORT_ABANDONS_COUNT: (within + counts[..., GONE_SHORT], offered),
    }
    if definition not in parts:
        msg = f"“{definition}” cannot be counted on single contacts; simulate another definition."
        raise ValueError(msg)
    return parts[definition]


def share(good: FloatArray, counted: FloatArray) -> FloatArray:
    """Return the level; NaN where nothing counts."""
    unknown = np.full(np.shape(counted), np.nan)
    return np.asarray(np.divide(good, counted, out=unknown, where=counted > 0))
