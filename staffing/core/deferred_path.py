"""The smoothest plan between what is due and what is there to do."""

import numpy as np

from staffing.core.deferred import DeferredWork
from staffing.core.kernels import FloatArray


def shaped_people(
    work: DeferredWork, *, keep_up_seconds: float, target: float
) -> tuple[FloatArray, FloatArray]:
    """Return the smoothest plan between what is due (below) and what is there to do (above).

    The shortest path between the two curves over working time; it has the lowest peak of all plans.
    It ends where `keep_up_seconds` of work are done, as far as the curves allow.
    Also the working time of the straight piece in which each interval lies.
    """
    kept = work.is_due_inside & work.is_reachable
    ceiling = work.ceiling_level
    share = min(1.0, target / ceiling) if ceiling else 1.0
    held = np.where(work.counts, share, 1.0) * work.work_seconds * kept
    size = work.boundaries + 1
    due = np.minimum(work.due, work.boundaries)
    lower = np.cumsum(np.bincount(due, held, size))
    upper = np.cumsum(np.bincount(np.minimum(work.ready + 1, size), work.work_seconds, size + 1))[
        :size
    ]
    clock = work.clock
    at = np.concatenate([[0], np.flatnonzero(work.open_seconds > 0.0) + 1])
    last = np.append(at[1:] - 1, size - 1)  # a closed stretch belongs to the boundary before it
    top = upper[at]
    bottom = np.minimum(lower[last], top)
    end = float(np.clip(keep_up_seconds, bottom[-1], top[-1]))
    path = shortest_path(clock[at], bottom, top, end=end)
    slope = np.diff(path) / np.diff(clock[at])
    piece = np.concatenate([[0], np.cumsum(~np.isclose(slope[1:], slope[:-1]))])[: slope.size]
    agents, span = np.zeros(work.boundaries), np.zeros(work.boundaries)
    agents[at[1:] - 1] = slope
    lengths = np.bincount(piece.astype(np.int64), np.diff(clock[at]))
    span[at[1:] - 1] = lengths[piece.astype(np.int64)] if slope.size else 0.0
    return agents, span


def shortest_path(x: FloatArray, bottom: FloatArray, top: FloatArray, *, end: float) -> FloatArray:
    """Return the shortest path from 0 at x[0] to `end` at x[-1] between two rising curves.

    A taut string: from each bend it runs straight until the steepest slope that a point of `bottom`
    asks for passes the flattest one that a point of `top` allows, and bends at the tighter one.
    """
    low, high = bottom.copy(), top.copy()
    low[-1] = high[-1] = end
    path = np.zeros(x.size)
    here = 0
    while here < x.size - 1:
        ahead = slice(here + 1, x.size)
        run = x[ahead] - x[here]
        needs, allows = (low[ahead] - path[here]) / run, (high[ahead] - path[here]) / run
        steepest, flattest = np.maximum.accumulate(needs), np.minimum.accumulate(allows)
        crossed = np.flatnonzero(steepest > flattest)
        if not crossed.size:
            slope, bend = steepest[-1], needs.size - 1
        elif needs[crossed[0]] > flattest[crossed[0]]:
            slope = flattest[crossed[0]]
            bend = int(np.flatnonzero(allows[: crossed[0] + 1] == slope)[-1])
        else:
            slope = steepest[crossed[0]]
            bend = int(np.flatnonzero(needs[: crossed[0] + 1] == slope)[-1])
        path[here + 1 : here + bend + 2] = path[here] + slope * run[: bend + 1]
        here += bend + 1
    return path
