"""The service level of many intervals from that of each: sums over sums, never a mean of rates."""

import numpy as np

from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Prediction

RATIOS = frozenset(
    {
        ServiceLevel.EXCL_ABANDONS_WITHIN,
        ServiceLevel.EXCL_SHORT_ABANDONS,
        ServiceLevel.ANSWERED_OVER_ANSWERED,
    }
)


def with_base(definition: ServiceLevel) -> frozenset[ServiceLevel]:
    """Return the definitions to evaluate so that `definition` can be pooled."""
    return frozenset({definition, ServiceLevel.ANSWERED_OVER_OFFERED})


def level_counts(
    definition: ServiceLevel, *, offered: FloatArray, prediction: Prediction
) -> tuple[FloatArray, FloatArray]:
    """Return the expected numerator and denominator of the level in each interval.

    The ratios share their numerator, the contacts answered in time, and differ in whom they leave
    out below the line; the other definitions count against all that is offered.
    """
    level = prediction.service_levels[definition]
    if definition not in RATIOS:
        return offered * level, offered
    in_time = offered * prediction.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED]
    counted = np.divide(in_time, level, out=offered.astype(np.float64).copy(), where=level > 0.0)
    return in_time, counted
