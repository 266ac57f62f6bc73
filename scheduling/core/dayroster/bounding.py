"""A bound for problems that are too large for column generation: prices by steps along a subgradient.

(M. Held, P. Wolfe and H. P. Crowder, Mathematical Programming 6, 1974, 62-88.) Limits on weekends and
shifts are left out or priced, so that everyone's tour takes milliseconds.
"""

from collections.abc import Callable

import numpy as np

from scheduling.core.dayroster.data import OFF, FloatArray
from scheduling.core.dayroster.generation import Generation

FIRST_SCALE, LEAST_SCALE = 1.0, 1e-3
STEPS_WITHOUT = 4
"""After so many steps without a better bound they become shorter."""


def ascend(
    generation: Generation, cover: FloatArray, *, target: float, report: Callable[[float], None]
) -> None:
    """Report better and better bounds, from these prices on, until time is over."""
    best, best_cover, scale, without = -np.inf, generation.in_range(cover), FIRST_SCALE, 0
    cover = best_cover
    while not generation.is_over() and scale > LEAST_SCALE:
        bound, slope = _bound(generation, cover, scale)
        if bound > best:
            best, best_cover, without = bound, cover, 0
            report(bound)
        else:
            without += 1
        if without >= STEPS_WITHOUT:
            scale, without, cover = scale / 2, 0, best_cover
            continue
        length = float((slope**2).sum())
        if length == 0 or not np.isfinite(bound):
            return
        cover = generation.in_range(cover + scale * max(1.0, target - bound) / length * slope)


def _bound(generation: Generation, cover: FloatArray, scale: float) -> tuple[float, FloatArray]:
    """Return the bound of these prices, and by how much requirements exceed everyone's tours."""
    data = generation.data
    bound = float((cover * data.required).sum()) + float(data.wish_base.sum())
    slope = data.required.astype(np.float64)
    for person, programme in enumerate(generation.programmes):
        if generation.is_over():
            return -np.inf, slope
        cost = data.wish_cost[person] - cover
        value, tour = programme.relaxed_bound(cost, step=scale)
        bound += value
        if tour is not None:
            days = np.flatnonzero(tour != OFF)
            slope[days, tour[days]] -= 1
    return bound, slope
