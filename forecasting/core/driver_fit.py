"""Fit and held-out test of drivers against daily totals.

The total of a day is weekday base + drifting level + coefficient × smeared driver. Passing all
columns through the one-step filter of exponential smoothing turns the drifting level into white
noise (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, ch. 7), so
that each kernel's coefficient is one weighted least squares step, and a driver that merely drifts
like the contacts gains nothing. Kernel, gain and coefficient are chosen without the block of days
that judges them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import FloatArray, IntArray

LEVEL_GAINS = (0.01, 0.04, 0.15, 0.4)
"""How fast the level may drift: gains of exponential smoothing."""
MEMORY_DAYS = 3
SLOW_HALF_LIFE_DAYS = 42.0
FEWEST_BLOCK_DAYS = 7
BLOCKS = 8
RIDGE = 1e-6


@dataclass(frozen=True)
class Observed:
    """The days that are learnt from, in order, without the unknown ones."""

    totals: FloatArray
    days: IntArray
    """Position of each in the history."""
    weights: FloatArray
    """Inverse variance, averaging 1."""

    @property
    def weekdays(self) -> FloatArray:
        """Day × slot, 1 where the day has that weekday."""
        return np.eye(DAYS_PER_WEEK)[self.days % DAYS_PER_WEEK]


@dataclass(frozen=True)
class Whitening:
    """A filter that leaves white noise of a drifting level with autoregressive errors."""

    gain: float
    memory: tuple[float, ...] = ()


@dataclass(frozen=True)
class Trial:
    """How one set of columns did: by kernel, refit on all days, and on held-out days."""

    held_out_errors: FloatArray
    """Weighted one-step errors of each day, forecast without its block."""
    whitening: Whitening
    coefficients: FloatArray
    """Of each candidate column, averaged over likely kernels. Empty without candidates."""


def filtered(columns: FloatArray, whitening: Whitening) -> FloatArray:
    """One-step errors along axis 0 of exponential smoothing and what its errors remember."""
    ahead = np.convolve([1.0, -1.0], [1.0, *(-part for part in whitening.memory)])
    errors = lfilter(ahead, [1.0, whitening.gain - 1.0], columns, axis=0)
    return np.asarray(errors, dtype=np.float64)


def whitenings_of(observed: Observed, fixed: FloatArray) -> tuple[Whitening, ...]:
    """The filters to try: each gain without memory, and with what its errors show to have."""
    found: list[Whitening] = []
    root = np.sqrt(observed.weights)
    for gain in LEVEL_GAINS:
        plain = Whitening(gain)
        y = filtered(observed.totals, plain) * root
        x = filtered(fixed, plain) * root[:, None]
        errors = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        lags = np.stack(
            [np.concatenate([np.zeros(lag), errors[:-lag]]) for lag in range(1, MEMORY_DAYS + 1)]
        )
        ridge = RIDGE * errors.size * max(float(errors @ errors) / errors.size, 1e-12)
        memory = np.linalg.solve(lags @ lags.T + ridge * np.eye(MEMORY_DAYS), lags @ errors)
        found += [plain, Whitening(gain, tuple(memory.tolist()))]
    return tuple(found)


def slow_mean(totals: FloatArray, days: IntArray, length: int) -> FloatArray:
    """Usual total of each day of 0 … length - 1: weekday mean × a level of about two months."""
    slots = days % DAYS_PER_WEEK
    mean = max(float(totals.mean()), 1e-9)
    usual = np.array(
        [
            totals[slots == slot].mean() / mean if (slots == slot).any() else 0.0
            for slot in range(DAYS_PER_WEEK)
        ]
    )
    came, expected = np.zeros(length), np.zeros(length)
    came[days], expected[days] = totals, usual[slots]
    level = _both_ways(came) / np.maximum(_both_ways(expected), 1e-9)
    return np.asarray(level * usual[np.arange(length) % DAYS_PER_WEEK])


def _both_ways(values: FloatArray) -> FloatArray:
    """Discounted sum of the days before and after each day."""
    discount = 0.5 ** (1 / SLOW_HALF_LIFE_DAYS)
    forward = lfilter([1.0], [1.0, -discount], values)
    backward = lfilter([1.0], [1.0, -discount], values[::-1])[::-1]
    return np.asarray(forward + backward - values, dtype=np.float64)


def blocks_of(count: int) -> IntArray:
    """Block number of each observed day."""
    blocks = int(np.clip(count // FEWEST_BLOCK_DAYS, 2, BLOCKS))
    return np.minimum(np.arange(count) * blocks // count, blocks - 1)


def run_trial(
    observed: Observed,
    fixed: FloatArray,
    candidates: FloatArray,
    whitenings: tuple[Whitening, ...],
) -> Trial:
    """Held-out errors of the best candidate column (day × candidate) beside the fixed ones.

    Without candidates the fixed columns alone are tried.
    """
    blocks = blocks_of(observed.totals.size)
    tries = [_Filtered.of(observed, fixed, candidates, one, blocks) for one in whitenings]
    held_out = np.stack([one.held_out_errors() for one in tries])
    chosen = int(np.argmin((held_out**2).sum(axis=1)))
    return Trial(
        held_out_errors=held_out[chosen],
        whitening=whitenings[chosen],
        coefficients=tries[chosen].coefficients(),
    )


class _Filtered:
    """All columns after one filter, fitted without each block in turn and on all days (last)."""

    def __init__(
        self, y: FloatArray, fixed: FloatArray, candidates: FloatArray, blocks: IntArray
    ) -> None:
        self.y, self.fixed, self.candidates, self.blocks = y, fixed, candidates, blocks
        starts = np.searchsorted(blocks, np.arange(int(blocks[-1]) + 1))
        both = np.column_stack([y, candidates])
        ff = _without_each(np.einsum("nf,ng->nfg", fixed, fixed), starts)
        fb = _without_each(np.einsum("nf,nx->nfx", fixed, both), starts)
        bb = _without_each(both**2, starts)
        xy = _without_each(candidates * y[:, None], starts)
        count = fixed.shape[1]
        size = np.maximum(np.trace(ff, axis1=1, axis2=2) / count, 1e-9)
        solved = np.linalg.solve(ff + RIDGE * size[:, None, None] * np.eye(count), fb)
        left = bb - (fb * solved).sum(axis=1)
        self.of_y, self.of_x = solved[:, :, 0], solved[:, :, 1:]
        self.left = left[:, 0]
        xx = left[:, 1:]
        xy = xy - np.einsum("bf,bfx->bx", fb[:, :, 0], self.of_x)
        usable = xx > 1e-6 * np.maximum(bb[-1, 1:], 1e-12)
        self.slope = np.where(usable, xy / np.where(usable, xx, 1.0), 0.0)
        self.fall = self.slope * xy

    @classmethod
    def of(
        cls,
        observed: Observed,
        fixed: FloatArray,
        candidates: FloatArray,
        whitening: Whitening,
        blocks: IntArray,
    ) -> _Filtered:
        """Filter and weight all columns."""
        root = np.sqrt(observed.weights)
        return cls(
            filtered(observed.totals, whitening) * root,
            filtered(fixed, whitening) * root[:, None],
            filtered(candidates, whitening) * root[:, None],
            blocks,
        )

    def held_out_errors(self) -> FloatArray:
        """Errors of each block by the fit on all others, kernel included."""
        errors = self.y - (self.fixed * self.of_y[self.blocks]).sum(axis=1)
        if not self.candidates.shape[1]:
            return np.asarray(errors)
        rows = np.arange(self.fall.shape[0])
        best = np.argmax(self.fall, axis=1)
        chosen = best[self.blocks]
        usual = self.of_x[rows, :, best][self.blocks]
        own = self.candidates[np.arange(self.y.size), chosen] - (self.fixed * usual).sum(axis=1)
        return np.asarray(errors - self.slope[rows, best][self.blocks] * own)

    def coefficients(self) -> FloatArray:
        """Slopes of the candidates by their Akaike weights, of one sign only."""
        if not self.candidates.shape[1]:
            return np.empty(0)
        slope, fall = self.slope[-1], self.fall[-1]
        best = int(np.argmax(fall))
        spare = max(self.y.size - self.fixed.shape[1] - 3, 1)
        variance = max((self.left[-1] - fall[best]) / spare, 1e-12)
        weights = np.exp(-np.minimum((fall[best] - fall) / (2 * variance), 700.0))
        weights[np.sign(slope) != np.sign(slope[best])] = 0.0
        return np.asarray(slope * weights / weights.sum())


def _without_each(products: FloatArray, starts: IntArray) -> FloatArray:
    """Sums over all days but those of each block; the last row is over all days."""
    by_block = np.add.reduceat(products, starts, axis=0)
    whole = by_block.sum(axis=0, keepdims=True)
    return np.concatenate([whole - by_block, whole])
