"""Rates of adherence: each from stored seconds, NaN where they are undefined."""

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints

Rates = NDArray[np.float64]


def adherence_rate(*, out_seconds: Ints, scheduled_seconds: Ints, unknown_seconds: Ints) -> Rates:
    """1 - out / scheduled, floor 0. Time in which the feed was silent is in neither of the two.

    NaN without scheduled time that was observed. To pool, sum the seconds first.
    """
    observed = np.asarray(scheduled_seconds) - np.asarray(unknown_seconds)
    rates: Rates = np.maximum(1.0 - _share(np.asarray(out_seconds), observed), 0.0)
    return rates


def conformance_rate(*, worked_seconds: Ints, scheduled_seconds: Ints) -> Rates:
    """Time worked on position / time scheduled on position; may exceed 1. NaN without plan."""
    return _share(np.asarray(worked_seconds), np.asarray(scheduled_seconds))


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Rates:
    shape = np.broadcast_shapes(part.shape, whole.shape)
    shares: Rates = np.divide(part, whole, out=np.full(shape, np.nan), where=whole > 0)
    return shares
