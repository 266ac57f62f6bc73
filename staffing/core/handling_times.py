"""Handle times that vary: the share of items that are done within some time."""

import math

import numpy as np

from staffing.core.kernels import FloatArray
from staffing.core.params import EXPONENTIAL_SPREAD

LEAST_SPREAD = 1e-6
"""Handle times whose spread is a smaller share of their mean are taken to be fixed."""


def share_done_within(
    spare_seconds: FloatArray, aht_seconds: FloatArray, handling_spread: float
) -> FloatArray:
    """Return the share of items that take no longer than so many seconds; 0 without any.

    `handling_spread` is the standard deviation over the mean: 1 is exponential, others lognormal.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(aht_seconds > 0.0, spare_seconds / aht_seconds, np.inf)
    if handling_spread < LEAST_SPREAD:
        share = (ratio >= 1.0).astype(np.float64)
    elif handling_spread == EXPONENTIAL_SPREAD:
        share = -np.expm1(-ratio)
    else:
        share = _lognormal_share(ratio, handling_spread)
    return np.where(spare_seconds > 0.0, share, 0.0)


def _lognormal_share(ratio: FloatArray, spread: float) -> FloatArray:
    sigma = math.sqrt(math.log1p(spread**2))
    with np.errstate(divide="ignore"):
        z = (np.log(ratio) + sigma**2 / 2.0) / (sigma * math.sqrt(2.0))
    return np.array([0.5 * math.erfc(-value) for value in z.tolist()])
