"""What an ordinary day would have brought on every past date: the measure of special days.

A date's usual volume is its level (a two-sided discounted mean over the days around it) times its
weekday's factor (the same over the same weekdays). Special days, outages and spikes carry next to
no weight, and no date counts for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.cleaning import OUTLIER_WEIGHT, SPREAD_FLOOR, SUSPICIOUS_Z, nan_median
from forecasting.core.data import DAYS_PER_WEEK, HistoryData
from forecasting.core.discounting import around_sums
from forecasting.core.wall_clock import BoolArray, FloatArray

LEVEL_HALF_LIFE_DAYS = 8.0
WEEKDAY_HALF_LIFE_WEEKS = 6.0
LEAST_KNOWN_SHARE = 0.5
"""A day is judged by its total only if this share of its usual contacts lies in known labels."""
ROUNDS = 3
PROFILE_WEEKS = 8
RELIABLE_SHARE = 0.95


@dataclass(frozen=True)
class UsualDays:
    """Observed and usual contacts of every queue × past date."""

    observed: FloatArray
    """Contacts of the whole day, scaled up where some labels are missing; NaN where unknown."""
    usual: FloatArray
    """What an ordinary day would have brought; 0 where there is nothing to tell it from."""
    weekday: FloatArray
    """Factor of each date's weekday within the usual; 1 is an average day, 0 unknown."""
    spread: FloatArray
    """Usual log ratio between the two on ordinary days, per queue."""
    ordinary: BoolArray
    """Days that may be learnt from and were judged."""


def weekday_factor(usual: UsualDays, *, queue: int, day: int) -> float:
    """Factor of a date's weekday, of the last such weekday where the date lies ahead; 1 if unknown."""
    days = usual.weekday.shape[1]
    back = max(0, -(-(day - days + 1) // DAYS_PER_WEEK)) * DAYS_PER_WEEK
    place = day - back
    if place < 0:
        return 1.0
    factor = float(usual.weekday[queue, place])
    return factor if factor > 0 else 1.0


def usual_days(history: HistoryData, ordinary: BoolArray) -> UsualDays:
    """Observed and usual contacts of all past days.

    Args:
        history: the past.
        ordinary: queue × date, False on special days.

    An open day without any value counts as a day of zero contacts where the queue otherwise
    hardly ever misses a day and the date is special: it was closed.
    """
    factors = np.ones(ordinary.shape) if history.day_factors is None else history.day_factors
    known = history.known()
    volumes = np.where(known, history.offered, 0.0)
    share = _known_shares(volumes, known, history.open_mask, ordinary)
    enough = share >= LEAST_KNOWN_SHARE
    scale = np.where(enough, share * factors, 1.0)
    observed = np.where(enough, volumes.sum(axis=-1) / np.maximum(scale, 1e-9), np.nan)
    is_open = history.open_mask.any(axis=-1)
    absent = is_open & ~known.any(axis=-1)
    judged = is_open & ordinary
    present = (judged & ~absent).sum(axis=1) / np.maximum(judged.sum(axis=1), 1)
    closed = absent & ~ordinary & (present >= RELIABLE_SHARE)[:, None]
    observed = np.where(closed, 0.0, observed)
    usable = judged & np.isfinite(observed)
    usual, weekday, spread = _usual(np.where(usable, observed, 0.0), usable)
    return UsualDays(
        observed=observed, usual=usual, weekday=weekday, spread=spread, ordinary=usable
    )


def _known_shares(
    volumes: FloatArray, known: BoolArray, open_mask: BoolArray, ordinary: BoolArray
) -> FloatArray:
    """Share of each day's usual contacts that lies in its known labels (0 on closed days)."""
    shares = np.zeros(ordinary.shape)
    slots = np.arange(ordinary.shape[1]) % DAYS_PER_WEEK
    for slot in range(DAYS_PER_WEEK):
        days = slots == slot
        counted = known[:, days] & ordinary[:, days, None]
        counts = counted.sum(axis=1)
        mean = (volumes[:, days] * counted).sum(axis=1) / np.maximum(counts, 1)
        # A label that was never seen must not hide that it is missing.
        mean = mean + 1e-6 * np.maximum(mean.mean(axis=-1, keepdims=True), 1e-9)
        of_open = np.einsum("qdl,ql->qd", open_mask[:, days], mean)
        of_known = np.einsum("qdl,ql->qd", known[:, days], mean)
        shares[:, days] = np.where(of_open > 0, of_known / np.maximum(of_open, 1e-300), 0.0)
    return shares


def _usual(totals: FloatArray, usable: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Usual totals by level × weekday factor, that factor, and the spread around them."""
    days = totals.shape[1]
    weights: FloatArray = usable.astype(np.float64)
    counts = np.maximum(usable.sum(axis=1, keepdims=True), 1)
    level = np.repeat(totals.sum(axis=1, keepdims=True) / counts, days, axis=1)
    spread = np.full(len(totals), SPREAD_FLOOR)
    usual = weekday = level
    for _ in range(ROUNDS):
        weekday = _ratio(_other_weeks(weights * totals), _other_weeks(weights * level))
        level = _ratio(_other_days(weights * totals), _other_days(weights * weekday))
        usual = level * weekday
        ratios = np.where(usable & (usual > 0), np.log((totals + 0.5) / (usual + 0.5)), np.nan)
        spread = np.maximum(np.nan_to_num(1.4826 * nan_median(np.abs(ratios))), SPREAD_FLOOR)
        limit = SUSPICIOUS_Z * np.sqrt(spread[:, None] ** 2 + 1 / np.maximum(usual, 0.5))
        strange = np.abs(np.nan_to_num(ratios)) > limit
        weights = np.where(usable, np.where(strange, OUTLIER_WEIGHT, 1.0), 0.0)
    return usual, weekday, spread


def _other_days(values: FloatArray) -> FloatArray:
    """Discounted sums over the days around each one, without its own."""
    return around_sums(values, LEVEL_HALF_LIFE_DAYS, own=False)


def _other_weeks(values: FloatArray) -> FloatArray:
    """Discounted sums over the same weekdays of other weeks."""
    sums = np.empty(values.shape)
    for slot in range(DAYS_PER_WEEK):
        same = values[:, slot::DAYS_PER_WEEK]
        sums[:, slot::DAYS_PER_WEEK] = around_sums(same, WEEKDAY_HALF_LIFE_WEEKS, own=False)
    return sums


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.where(below > 1e-9, above / np.maximum(below, 1e-9), 0.0)


def usual_profile(history: HistoryData, ordinary: BoolArray, *, queue: int, day: int) -> FloatArray:
    """Mean contacts by label on the same weekday within eight weeks of a date (may lie ahead)."""
    offsets = np.arange(-PROFILE_WEEKS, PROFILE_WEEKS + 1) * DAYS_PER_WEEK
    back = max(0, -(-(day - history.days + 1) // DAYS_PER_WEEK)) * DAYS_PER_WEEK
    near = day - back + offsets[offsets != 0 if back == 0 else slice(None)]
    near = near[(near >= 0) & (near < history.days)]
    near = near[ordinary[queue, near]]
    cells = history.offered[queue, near]
    known = history.open_mask[queue, near] & np.isfinite(cells)
    return np.asarray(np.where(known, cells, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
