"""Stretches in which nothing was recorded although much was expected: lines down, files cut off.

They say nothing of demand and count as missing. What goes on for days at the same time of day is
taken for real: a queue that closed, or closes earlier now.
"""

from __future__ import annotations

import numpy as np

from forecasting.core.cleaning import SPREAD_WEEKS, median_excess, nan_median
from forecasting.core.fitting import whole_weeks
from forecasting.core.silence import least_silence, too_silent
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

LASTING_DAYS = 4


def outages(volumes: FloatArray, known: FloatArray) -> BoolArray:
    """Cells of an outage (queue × day × label).

    Args:
        volumes: contacts; 0 where not known.
        known: 1 where open and recorded.

    What was due is the median of the same weekday and label. The more a queue scatters, the longer
    it may be silent by chance.
    """
    days = volumes.shape[1]
    x, seen = whole_weeks(volumes, days), whole_weeks(known, days)
    usual = nan_median(np.moveaxis(np.where(seen > 0, x, np.nan), 1, -1))
    due = np.nan_to_num(usual)[:, None] * seen
    recent = np.s_[:, -SPREAD_WEEKS:]
    spread = median_excess(np.abs(x - due)[recent], seen[recent], due[recent])
    least = least_silence(spread)
    due = due.reshape(len(due), -1, due.shape[-1])[:, -days:]
    silent = (volumes == 0) | (known == 0)
    dead = np.zeros(silent.shape, dtype=bool)
    # Only days that were silent for so much in all can hold a stretch of it.
    queue, day = np.nonzero(np.einsum("qdl,qdl->qd", due, silent * 1.0) >= 0.999 * least[:, None])
    if queue.size:
        dead[queue, day] = too_silent(due[queue, day], silent[queue, day], least[queue])
        dead &= known > 0
    if not dead.any():
        return dead
    return np.asarray(dead & ~_lasting(dead, known > 0))


def _lasting(dead: BoolArray, seen: BoolArray) -> BoolArray:
    """Dead cells whose label is dead on LASTING_DAYS open days in a row."""
    back = _dead_days_so_far(dead, seen)
    ahead = _dead_days_so_far(dead[:, ::-1], seen[:, ::-1])[:, ::-1]
    return np.asarray(dead & (back + ahead - 1 >= LASTING_DAYS))


def _dead_days_so_far(dead: BoolArray, seen: BoolArray) -> IntArray:
    """Length of the run of dead days that ends at each cell; days that are not open pass it on."""
    runs = np.zeros(dead.shape, dtype=np.int64)
    run = runs[:, 0]
    for day in range(dead.shape[1]):
        run = np.where(dead[:, day], run + 1, np.where(seen[:, day], 0, run))
        runs[:, day] = run
    return runs
