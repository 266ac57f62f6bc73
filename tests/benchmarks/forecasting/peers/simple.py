"""What planners do without any package: means and copies of past days. NumPy only."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.scoring import Prediction

MEAN_WEEKS = 6
SMOOTHING = (0.0, 0.05, 0.1, 0.2, 0.4, 0.7)


def weekday_mean(case: Case) -> Prediction:
    """Mean of the last six same weekdays and labels, weights 1 to 6 (6 = last week)."""
    return Prediction(spread(weekday_rates(case), case))


def weekday_rates(case: Case) -> np.ndarray:
    """That mean by slot × label; 0 where nothing is known."""
    rates = np.zeros((7, case.labels))
    for slot in range(7):
        rows = case.past[slot::7][-MEAN_WEEKS:]
        weights = np.arange(1, len(rows) + 1)[:, None] * np.isfinite(rows)
        total = np.maximum(weights.sum(axis=0), 1e-9)
        rates[slot] = (weights * np.nan_to_num(rows)).sum(axis=0) / total
    return rates


def last_week(case: Case) -> Prediction:
    """The same weekday of the last week; where it is missing, of the week before, and so on."""
    rates = np.zeros((7, case.labels))
    for slot in range(7):
        for row in case.past[slot::7]:
            rates[slot] = np.where(np.isfinite(row), row, rates[slot])
    return Prediction(spread(rates, case))


def smoothed_level(case: Case) -> Prediction:
    """The weekday mean, moved to the exponentially smoothed level of the latest days.

    The smoothing is the one of a few that would have forecast the history's own days best.
    """
    rates = weekday_rates(case)[np.arange(len(case.history)) % 7]
    known = np.isfinite(case.past)
    due = np.where(known, rates, 0.0).sum(axis=1)
    came = np.where(known, case.past, 0.0).sum(axis=1)
    days = np.flatnonzero(due > 0)
    if days.size == 0:
        return Prediction(np.zeros(case.future.shape))
    levels = [_smoothed(came[days], due[days], share) for share in SMOOTHING]
    best = min(levels, key=lambda found: found[1])
    return Prediction(weekday_mean(case).mean * best[0])


def _smoothed(came: np.ndarray, due: np.ndarray, share: float) -> tuple[float, float]:
    """Last level (1 = as the weekday mean says) and the sum of the errors of one day ahead."""
    level, error = 1.0, 0.0
    for actual, expected in zip(came, due, strict=True):
        error += abs(actual - level * expected)
        level += share * (actual / expected - level)
    return max(level, 0.0), error


def spread(rates: np.ndarray, case: Case) -> np.ndarray:
    """Slot × label to the dates of the horizon, closed cells 0."""
    slots = (len(case.history) + np.arange(case.days)) % 7
    return np.where(case.future_mask, np.maximum(rates[slots], 0.0), 0.0)
