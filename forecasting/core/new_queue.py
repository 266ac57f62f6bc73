"""A queue without history: what is expected of it, and how its own days take over.

What is expected comes from a look-alike queue's forecast, scaled, or from a typed week. Own days
correct it in three steps, each a Gamma-Poisson update that weighs the expectation against the
contacts seen: the level, the weekdays, the parts of the day. A few days settle the level; the
profile follows as contacts come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, nbdtrik

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import BoolArray, FloatArray

LEVEL_DOUBT = 0.35
"""Relative standard deviation of a planned level: a third too high or low is ordinary."""
UNKNOWN_LEVEL_DOUBT = 3.0
"""Of a level that nobody planned."""
WEEKDAY_DOUBT = 0.2
LABEL_DOUBT = 0.35
DAY_SPREAD = 0.1
"""Relative standard deviation of a day around its expectation, beyond Poisson."""
LABEL_SPREAD = 0.15
LABEL_REACH = 2
"""Neighbours on each side that lend a label their contacts."""
EVEN_SHARES = (0.17, 0.165, 0.16, 0.16, 0.155, 0.10, 0.09)
"""Monday to Sunday of a service that is open every day; closed days fall away."""
USUAL_SHAPE = (
    0.35, 0.75, 1.10, 1.30, 1.35, 1.25, 1.05, 0.95, 1.00, 1.12, 1.18, 1.12, 1.00, 0.85, 0.65, 0.45,
)  # fmt: skip
"""Contacts over the opening hours in sixteen equal parts: a morning peak, a lower one after lunch."""
LARGE_MEAN = 1e6


@dataclass(frozen=True)
class StartForecast:
    """The forecast of a new queue and how much of it rests on its own days."""

    mean: FloatArray
    """Day × label."""
    quantiles: FloatArray
    """Quantile × day × label."""
    own_share: float
    """Weight of the own days in the level, 0 to 1."""
    ratio: float
    """Own contacts over the expected ones, as far as the own days show."""


def typed_expectation(
    *,
    weekly_contacts: float,
    open_mask: BoolArray,
    first_weekday: int,
    weekday_shares: tuple[float, ...] | None = None,
    profile: tuple[float, ...] | None = None,
) -> FloatArray:
    """Contacts by day × label of a typed week.

    Args:
        weekly_contacts: contacts of a week with ordinary opening hours.
        open_mask: day × label, True where the queue is open.
        first_weekday: weekday of the first day, 0 is Monday.
        weekday_shares: Monday to Sunday, any scale; usual ones when left out.
        profile: contacts over the opening hours in equal parts, any scale; a usual one when left out.

    Raises:
        ValueError: shares that are negative, all zero, or not seven.
    """
    shares = _checked(weekday_shares or EVEN_SHARES, "weekday shares")
    if shares.size != DAYS_PER_WEEK:
        raise ValueError(f"Expected seven weekday shares from Monday on, got {shares.size}.")
    parts = _checked(profile or USUAL_SHAPE, "parts of the day")
    weekday = (first_weekday + np.arange(open_mask.shape[0])) % DAYS_PER_WEEK
    is_open = np.asarray(open_mask.any(axis=1))
    # A weekday that always is closed here brings nothing; one beyond these few days may be open.
    closed = np.array(
        [
            (weekday == slot).any() and not is_open[weekday == slot].any()
            for slot in range(DAYS_PER_WEEK)
        ]
    )
    shares = np.where(closed, 0.0, shares)
    shares = shares / max(shares.sum(), 1e-12)
    reached = np.concatenate([[0.0], np.cumsum(parts)])
    result = np.zeros(open_mask.shape)
    for day in np.flatnonzero(is_open):
        labels = np.flatnonzero(open_mask[day])
        edges = np.linspace(0.0, 1.0, labels.size + 1)
        shape = np.diff(np.interp(edges, np.linspace(0.0, 1.0, parts.size + 1), reached))
        whole = max(shape.sum(), 1e-12)
        result[day, labels] = weekly_contacts * shares[weekday[day]] * shape / whole
    return result


def scaled_to_week(expected: FloatArray, weekly_contacts: float) -> FloatArray:
    """A look-alike's forecast (day × label) scaled so that its average week has these contacts."""
    totals = expected.sum(axis=1)
    week = DAYS_PER_WEEK * float(totals.mean())
    if week <= 0:
        raise ValueError("Expected a look-alike with contacts, its forecast is 0 everywhere.")
    return np.asarray(expected * (weekly_contacts / week))


def start_forecast(
    *,
    expected: FloatArray,
    expected_past: FloatArray,
    offered: FloatArray,
    quantiles: tuple[float, ...],
    level_is_planned: bool = True,
) -> StartForecast:
    """The expectation corrected by the own days so far.

    Args:
        expected: day × label ahead; the days follow the past ones.
        expected_past: what the same plan says of the own past days.
        offered: own contacts of those days, NaN where closed or unknown.
        quantiles: shares of the bands.
        level_is_planned: False where only the shape is known (a look-alike without a volume).
    """
    known = np.isfinite(offered) & (expected_past > 0)
    came = np.where(known, offered, 0.0)
    planned = np.where(known, expected_past, 0.0)
    doubt = LEVEL_DOUBT if level_is_planned else UNKNOWN_LEVEL_DOUBT
    level, own_share, level_doubt = _updated_level(came.sum(axis=1), planned.sum(axis=1), doubt)
    past_slots = np.arange(-offered.shape[0], 0) % DAYS_PER_WEEK
    weekday = _updated_weekdays(came.sum(axis=1), level * planned.sum(axis=1), past_slots)
    label = _updated_labels(came, level * planned * weekday[past_slots][:, None])
    ahead_slots = np.arange(expected.shape[0]) % DAYS_PER_WEEK
    mean = _same_totals(expected, label) * level * weekday[ahead_slots][:, None]
    spread = level_doubt**2 + DAY_SPREAD**2 + LABEL_SPREAD**2
    ratio = float(came.sum() / planned.sum()) if planned.sum() > 0 else 1.0
    return StartForecast(
        mean=mean,
        quantiles=np.stack([_quantile(share, mean, spread) for share in quantiles]),
        own_share=own_share,
        ratio=ratio,
    )


def blended(
    *, start: FloatArray, own: FloatArray, own_days: int, from_days: int, until_days: int
) -> FloatArray:
    """The start forecast giving way to the engine's between two ages of the history in days."""
    weight = float(np.clip((own_days - from_days) / max(until_days - from_days, 1), 0.0, 1.0))
    return np.asarray((1.0 - weight) * start + weight * own)


def _checked(values: tuple[float, ...], name: str) -> FloatArray:
    found = np.array(values, dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any() or found.sum() <= 0:
        raise ValueError(f"Expected {name} of 0 or more, not all 0; got {values}.")
    return found


def _updated_level(
    came: FloatArray, planned: FloatArray, doubt: float
) -> tuple[float, float, float]:
    """Ratio to the plan, weight of the own days in it, and what doubt is left (relative)."""
    seen = planned > 0
    # A day tells the ratio with the variance of its counting noise and its own scatter.
    precision = 1.0 / (1.0 / np.maximum(planned[seen], 1e-9) + DAY_SPREAD**2)
    prior = 1.0 / doubt**2
    total = float(precision.sum())
    ratios = came[seen] / np.maximum(planned[seen], 1e-9)
    level = float((prior + (precision * ratios).sum()) / (prior + total))
    return level, total / (prior + total), float(1.0 / np.sqrt(prior + total))


def _updated_weekdays(came: FloatArray, expected: FloatArray, slots: FloatArray) -> FloatArray:
    """Factor of each weekday slot; 1 where no day was seen."""
    factors = np.ones(DAYS_PER_WEEK)
    for slot in range(DAYS_PER_WEEK):
        chosen = (slots == slot) & (expected > 0)
        if chosen.any():
            precision = 1.0 / (1.0 / expected[chosen] + DAY_SPREAD**2)
            prior = 1.0 / WEEKDAY_DOUBT**2
            ratios = came[chosen] / expected[chosen]
            factors[slot] = (prior + (precision * ratios).sum()) / (prior + precision.sum())
    return factors


def _updated_labels(came: FloatArray, expected: FloatArray) -> FloatArray:
    """Factor of each label, its neighbours helping."""
    kernel = np.ones(2 * LABEL_REACH + 1)
    seen = np.convolve(came.sum(axis=0), kernel, mode="same")
    planned = np.convolve(expected.sum(axis=0), kernel, mode="same")
    if came.shape[1] < kernel.size:
        seen, planned = came.sum(axis=0), expected.sum(axis=0)
    days = np.maximum((expected > 0).sum(axis=0), 1)
    precision = np.where(
        planned > 0, 1.0 / (1.0 / np.maximum(planned, 1e-9) + LABEL_SPREAD**2 / days), 0.0
    )
    prior = 1.0 / LABEL_DOUBT**2
    ratios = seen / np.maximum(planned, 1e-9)
    return np.asarray((prior + precision * ratios) / (prior + precision))


def _same_totals(expected: FloatArray, label: FloatArray) -> FloatArray:
    """The expectation with other parts of the day and the same daily totals."""
    moved = expected * label
    totals, new = expected.sum(axis=1), moved.sum(axis=1)
    return np.asarray(moved * (totals / np.maximum(new, 1e-12))[:, None])


def _quantile(share: float, mean: FloatArray, dispersion: float) -> FloatArray:
    """Quantile of a negative binomial of that mean; of a gamma where counts are huge."""
    size = 1.0 / dispersion
    safe = np.clip(mean, 1e-9, LARGE_MEAN)
    steps = np.ceil(np.maximum(np.nan_to_num(nbdtrik(share, size, size / (size + safe))), 0.0))
    huge = mean * gammaincinv(size, share) / size
    return np.where(mean > LARGE_MEAN, huge, np.where(mean > 0, steps, 0.0))
