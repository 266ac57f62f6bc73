"""Discounted sums around each day without a matrix of all days by all days."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from forecasting.core.wall_clock import FloatArray

BLOCK_STEPS = 365
"""What lies farther off than a block counts nothing; half-lives are a fortieth of it or less."""


def around_sums(values: FloatArray, half_life: float, *, own: bool = True) -> FloatArray:
    """Sums around each step of the last axis, halved with every half-life to either side.

    Args:
        values: … × step.
        half_life: in steps.
        own: whether a step counts in its own sum.
    """
    steps = values.shape[-1]
    sums = np.empty(values.shape)
    for first in range(0, steps, BLOCK_STEPS):
        last = min(first + BLOCK_STEPS, steps)
        low, high = max(first - BLOCK_STEPS, 0), min(last + BLOCK_STEPS, steps)
        kernel = _kernel(half_life, own=own)[: high - low, first - low : last - low]
        sums[..., first:last] = values[..., low:high] @ kernel
    return sums


@lru_cache(maxsize=4)
def _kernel(half_life: float, *, own: bool) -> FloatArray:
    steps = np.arange(3 * BLOCK_STEPS)
    gaps = np.abs(np.subtract.outer(steps, steps))
    return np.asarray(0.5 ** (gaps / half_life) * (own | (gaps > 0)))
