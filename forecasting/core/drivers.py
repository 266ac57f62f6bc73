"""Driver links: how contacts of one queue follow another series (claims → calls) by days.

The expected volume of a day is multiplied by 1 - share + share × z, z being the driver smeared over
the following days by a gamma-shaped lag kernel and divided by its mean. Share, mean lag and shape
are searched on a grid; the link is kept only if it lowers the error of one-week-ahead forecasts on
held-out weeks (the last 40 % of the history).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import gammainc

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import FloatArray

LONGEST_LAG_DAYS = 28
MEAN_LAGS_DAYS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)
SHAPES = (1.0, 2.0, 4.0, 8.0, 16.0)
SHARES = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
HELD_OUT_SHARE = 0.4
LEAST_DAYS = 56
LEAST_GAIN = 0.03
"""A link must lower the held-out error by at least this share."""
LEAST_GAIN_SCORE = 2.0
"""Standard errors by which the daily gain must lie above 0."""
LEVEL_HALF_LIFE_DAYS = 28.0


@dataclass(frozen=True)
class DriverLink:
    """A kept link and its evidence."""

    mean_lag_days: float
    shape: float
    share: float
    contacts_per_unit: float
    error_without: float
    error_with: float

    @property
    def usual_days(self) -> tuple[int, int]:
        """First and last day of the middle half of the lags."""
        reached = np.cumsum(lag_kernel(self.mean_lag_days, self.shape))
        return int(np.searchsorted(reached, 0.25)), int(np.searchsorted(reached, 0.75))

    def in_words(self, driver: str, contact: str) -> str:
        """The link as a planner would say it."""
        low, high = self.usual_days
        when = f"{low} days" if low == high else f"{low}-{high} days"
        gain = 1 - self.error_with / self.error_without
        return (
            f"Each {driver} brings {self.contacts_per_unit:.2g} {contact}, most after {when}; "
            f"the error of held-out weeks falls by {gain:.0%}."
        )


def lag_kernel(mean_lag_days: float, shape: float) -> FloatArray:
    """Weights of lags 0, 1, 2, … days: a gamma density cut into days, summing to 1."""
    if mean_lag_days <= 0 or shape <= 0:
        raise ValueError(f"Expected lag and shape > 0, got {mean_lag_days} and {shape}.")
    edges = np.concatenate([[0.0], np.arange(LONGEST_LAG_DAYS) + 0.5])
    weights = np.diff(gammainc(shape, edges * shape / mean_lag_days))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def driver_multiple(driver: FloatArray, *, mean_lag_days: float, shape: float) -> FloatArray:
    """The driver smeared by its lags, as a multiple of its mean; 1 before the kernel is filled."""
    kernel = lag_kernel(mean_lag_days, shape)
    values = np.nan_to_num(driver, nan=float(np.nanmean(driver)))
    mean = values.mean()
    if mean <= 0:
        return np.ones(values.size)
    padded = np.concatenate([np.full(kernel.size - 1, mean), values])
    return np.asarray(np.convolve(padded, kernel, mode="valid") / mean, dtype=np.float64)


def day_factors(driver: FloatArray, link: DriverLink) -> FloatArray:
    """Multiplier of each day's expected volume, for HistoryData and HorizonData."""
    z = driver_multiple(driver, mean_lag_days=link.mean_lag_days, shape=link.shape)
    return 1.0 - link.share + link.share * z


def estimate_link(totals: FloatArray, driver: FloatArray) -> DriverLink | None:
    """The best link between a queue's daily totals and a driver, or None if it does not help.

    Args:
        totals: contacts per day; NaN or days without opening as NaN.
        driver: driver per day, same days.
    """
    known = np.isfinite(totals)
    values = driver[np.isfinite(driver)]
    if known.sum() < LEAST_DAYS or values.size == 0 or values.std() <= 0:
        return None
    options = list(product(MEAN_LAGS_DAYS, SHAPES, SHARES))
    factors = _factor_grid(driver)
    errors = _week_ahead_errors(totals, np.vstack([np.ones(totals.size), factors]))
    cut = totals.size - round(HELD_OUT_SHARE * totals.size)
    best = int(np.argmin(np.nansum(errors[1:, :cut], axis=1)))
    lag, shape, share = options[best]
    without = float(np.nansum(errors[0, cut:]))
    with_link = float(np.nansum(errors[1 + best, cut:]))
    if not with_link < (1.0 - LEAST_GAIN) * without:
        return None
    if _gain_score(errors[0, cut:] - errors[1 + best, cut:]) < LEAST_GAIN_SCORE:
        return None
    return DriverLink(
        mean_lag_days=lag,
        shape=shape,
        share=share,
        contacts_per_unit=share * float(np.nanmean(totals)) / float(values.mean()),
        error_without=without,
        error_with=with_link,
    )


def _gain_score(gains: FloatArray) -> float:
    """Mean gain per day over its standard error."""
    known = gains[np.isfinite(gains)]
    spread = float(known.std()) / np.sqrt(max(known.size, 1))
    return float(known.mean() / max(spread, 1e-12))


def _factor_grid(driver: FloatArray) -> FloatArray:
    """Day factors of every option (lag × shape × share), one row each."""
    rows: list[FloatArray] = []
    for lag, shape in product(MEAN_LAGS_DAYS, SHAPES):
        z = driver_multiple(driver, mean_lag_days=lag, shape=shape)
        rows.extend(1.0 - share + share * z for share in SHARES)
    return np.stack(rows)


def _week_ahead_errors(totals: FloatArray, factors: FloatArray) -> FloatArray:
    """Absolute error of each option and day, forecast from same weekdays up to a week before.

    The rate of a weekday is a discounted mean of its contacts over the factors of those days. NaN
    for the first four weeks and for days without a value.
    """
    options, days = factors.shape
    discount = 0.5 ** (DAYS_PER_WEEK / LEVEL_HALF_LIFE_DAYS)
    known = np.isfinite(totals)
    came = np.zeros(DAYS_PER_WEEK)
    exposed = np.zeros((options, DAYS_PER_WEEK))
    errors = np.full((options, days), np.nan)
    for day in range(days):
        slot = day % DAYS_PER_WEEK
        if not known[day]:
            continue
        if day >= 4 * DAYS_PER_WEEK and came[slot] > 0:
            rate = came[slot] / np.maximum(exposed[:, slot], 1e-9)
            errors[:, day] = np.abs(rate * factors[:, day] - totals[day])
        came[slot] = discount * came[slot] + totals[day]
        exposed[:, slot] = discount * exposed[:, slot] + factors[:, day]
    return errors
