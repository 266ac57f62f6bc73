"""How long the rows of a series are: as the interval asked for, finer on some dates, or too coarse.

A file says when its rows begin, never how long they are. A step is therefore told from the gaps
between rows, date by date, because a source may change its step: single rows off the grid are no
finer step, and a few missing rows are no coarser one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.wall_clock import MINUTES_PER_DAY, BoolArray, IntArray

FINER_SHARE = 0.15
"""Rows have the finer step that at least this share of their gaps show."""
FINER_RUN = 8
"""So many gaps of a finer step in a row (or two whole intervals) are no accident, …"""
FINER_GAPS = 16
"""… once there are so many of them."""
LEAST_ODD_GAPS = 20
"""Gaps off the grid that tell the step of a series whose intervals without contacts have no row."""
STEP_SHARE = 0.97
"""Part of the gaps that a step must explain where rows come seldom."""
COARSE_DATES = 7
COARSE_ROWS = 14
"""Dates and rows on the interval's grid without which finer rows are taken for missing."""
COARSER_GAPS = 12
LEAST_COARSER_GAPS_A_DAY = 4
"""Equal gaps longer than the interval that are no accident of missing rows."""


@dataclass(frozen=True)
class DateSteps:
    """Minutes that a row stands for, by date."""

    days: IntArray
    """Dates that have rows (days since 1970), rising."""
    minutes: IntArray

    def at(self, days: IntArray) -> IntArray:
        """Step of some dates; one without rows has that of the date before it."""
        return self.minutes[np.maximum(np.searchsorted(self.days, days, side="right") - 1, 0)]

    @property
    def finest(self) -> int:
        """A step that divides all others."""
        return int(np.gcd.reduce(self.minutes))


@dataclass(frozen=True)
class _Dates:
    """The rows of a series by date."""

    days: IntArray
    rows: IntArray
    """Rows of each date."""
    gaps: IntArray
    """Minutes between one row and the next of the same date."""
    owner: IntArray
    """Position of the date of each gap."""
    off_grid: IntArray
    """Rows of each date that do not begin an interval."""

    def count(self, chosen: BoolArray) -> IntArray:
        """Chosen gaps of each date."""
        return np.bincount(self.owner[chosen], minlength=self.days.size)


def date_steps(minutes: IntArray, interval_minutes: int) -> DateSteps:
    """Step of every date from when rows begin (minutes since 1970, rising, without repeats)."""
    dates = _by_date(minutes, interval_minutes)
    steps = np.full(dates.days.size, interval_minutes, dtype=np.int64)
    finer = finer_steps(np.diff(minutes), dates.gaps, interval_minutes)
    if not finer.size or not dates.off_grid.any():
        return DateSteps(days=dates.days, minutes=steps)
    within = np.maximum(dates.rows - 1, 1)
    found = np.zeros(dates.days.size, dtype=np.int64)
    for step in finer[::-1]:
        shown = dates.count(dates.gaps == step)
        found[(shown > 0) & (shown >= FINER_SHARE * within)] = step
    whole = _whole_stretches(dates, found == 0)
    steps = _filled(found, finer[0])
    steps[whole] = interval_minutes
    return DateSteps(days=dates.days, minutes=steps)


def _by_date(minutes: IntArray, interval_minutes: int) -> _Dates:
    days, position = np.unique(minutes // MINUTES_PER_DAY, return_inverse=True)
    same = position[1:] == position[:-1]
    off_grid = minutes % MINUTES_PER_DAY % interval_minutes != 0
    return _Dates(
        days=days,
        rows=np.bincount(position),
        gaps=np.diff(minutes)[same],
        owner=position[1:][same],
        off_grid=np.bincount(position[off_grid], minlength=days.size),
    )


def finer_steps(gaps: IntArray, within: IntArray, interval_minutes: int) -> IntArray:
    """Steps below the interval, and dividing it, that a series shows (rising).

    Args:
        gaps: minutes from each row to the next.
        within: those between rows of one date.
        interval_minutes: the interval asked for.
    """
    divisors = _divisors(interval_minutes)
    found = [step for step in divisors if _is_frequent(gaps, step, interval_minutes)]
    odd = within % interval_minutes != 0
    if not found and odd.sum() >= max(LEAST_ODD_GAPS, FINER_SHARE * within.size):
        explained = [step for step in divisors if (within % step == 0).mean() >= STEP_SHARE]
        found = explained[-1:]
    return np.array(found, dtype=np.int64)


def _divisors(interval_minutes: int) -> list[int]:
    return [step for step in range(1, interval_minutes) if interval_minutes % step == 0]


def _is_frequent(gaps: IntArray, step: int, interval_minutes: int) -> bool:
    """Many gaps of this step in all, or enough of them in long rows."""
    equal = gaps == step
    if not equal.any():
        return False
    if equal.sum() >= FINER_SHARE * gaps.size:
        return True
    lengths = _run_lengths(equal)
    least = min(FINER_RUN, 2 * interval_minutes // step)
    return bool(lengths[lengths >= least].sum() >= FINER_GAPS)


def _run_lengths(flags: BoolArray) -> IntArray:
    """Lengths of the runs of True."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    return np.asarray(np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1))


def _runs(flags: BoolArray) -> list[slice]:
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    return [
        slice(int(first), int(end))
        for first, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    ]


def _whole_stretches(dates: _Dates, unshown: BoolArray) -> BoolArray:
    """Dates of long stretches whose rows lie on the interval's grid, as whole intervals do."""
    whole = np.zeros(unshown.shape, dtype=bool)
    for run in _runs(unshown & (dates.off_grid <= FINER_SHARE * dates.rows)):
        if run.stop - run.start >= COARSE_DATES and dates.rows[run].sum() >= COARSE_ROWS:
            whole[run] = True
    return whole


def _filled(found: IntArray, otherwise: int) -> IntArray:
    """Dates that show no step take that of the date before, the first ones that of the next."""
    known = np.flatnonzero(found)
    if not known.size:
        return np.full(found.size, otherwise)
    before = np.searchsorted(known, np.arange(found.size), side="right") - 1
    return found[known[np.maximum(before, 0)]]


def coarser_dates(minutes: IntArray, interval_minutes: int) -> tuple[IntArray, int]:
    """Dates (days since 1970) whose rows stand for more than the interval, and the first gap.

    A date is coarser when all gaps between its rows are one and the same multiple of the interval,
    on enough dates in a row: missing rows leave no such pattern.
    """
    dates = _by_date(minutes, interval_minutes)
    gaps = np.zeros(dates.days.size, dtype=np.int64)
    gaps[dates.owner] = dates.gaps
    alike = dates.count(dates.gaps == gaps[dates.owner]) == dates.rows - 1
    first_rows = minutes[np.searchsorted(minutes, dates.days * MINUTES_PER_DAY)]
    daily = (dates.rows == 1) & (first_rows % MINUTES_PER_DAY == 0)
    usable = alike & (gaps > interval_minutes) & (dates.rows > LEAST_COARSER_GAPS_A_DAY)
    gaps = np.where(daily & (interval_minutes < MINUTES_PER_DAY), MINUTES_PER_DAY, gaps * usable)
    found = np.zeros(gaps.size, dtype=bool)
    for gap in np.unique(gaps[gaps > 0]):
        for run in _runs(gaps == gap):
            if np.maximum(dates.rows[run] - 1, 1).sum() >= COARSER_GAPS:
                found[run] = True
    return dates.days[found], int(gaps[found][0]) if found.any() else 0
