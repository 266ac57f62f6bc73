"""A Poisson regression on weekday × label with a trend."""

from __future__ import annotations

import numpy as np
from scipy import stats
from sklearn.linear_model import PoissonRegressor

from tests.benchmarks.forecasting.cases import QUANTILES, Case
from tests.benchmarks.forecasting.peers.common import holiday_flags
from tests.benchmarks.forecasting.scoring import Prediction

RIDGE = 1e-6
"""Only keeps cells that never saw a contact finite."""
YEAR_DAYS = 365.25
YEARLY_WAVES = 3


def poisson_glm(case: Case) -> Prediction:
    """Poisson GLM: weekday × label, log-linear trend, holidays, waves of the year.

    The trend stays only if it lowers Akaike's criterion; quantiles are negative binomial with the
    variance of the residuals.
    """
    days = len(case.history)
    known = np.isfinite(case.past)
    fits = [_fit(case, known, trend=trend) for trend in (False, True)]
    expected, _ = min(fits, key=lambda fit: fit[1])
    mean = np.where(case.future_mask, expected[days:], 0.0)
    excess = _excess(case.past[known], expected[:days][known])
    return Prediction(mean, _quantiles(mean, excess))


def _fit(case: Case, known: np.ndarray, *, trend: bool) -> tuple[np.ndarray, float]:
    """Expected volumes of all dates × labels and Akaike's criterion, scaled by dispersion."""
    features = _day_features(case, trend=trend)
    day, label = np.nonzero(known)
    cells = (np.arange(len(features)) % 7)[:, None] * case.labels + np.arange(case.labels)
    used, column = np.unique(cells[day, label], return_inverse=True)
    design = np.zeros((day.size, used.size + features.shape[1]))
    design[np.arange(day.size), column] = 1.0
    design[:, used.size :] = features[day]
    volumes = case.past[known]
    scale = max(float(volumes.mean()), 1e-9)
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky", max_iter=50, tol=1e-6)
    model.fit(design, volumes / scale)
    base = np.full(7 * case.labels, -np.inf)
    base[used] = model.coef_[: used.size] + model.intercept_
    with np.errstate(over="ignore"):
        logs = base[cells] + (features @ model.coef_[used.size :])[:, None]
        expected = np.exp(np.minimum(logs, 50.0)) * scale
    fitted = np.maximum(expected[: len(case.history)][known], 1e-9)
    ratio = np.where(volumes > 0, volumes / fitted, 1.0)
    deviance = 2 * float((volumes * np.log(ratio) - volumes + fitted).sum())
    dispersion = max(1.0, float(((volumes - fitted) ** 2 / fitted).sum() / max(day.size, 1)))
    return expected, deviance / dispersion + 2 * design.shape[1]


def _day_features(case: Case, *, trend: bool) -> np.ndarray:
    days = len(case.history) + case.days
    day = np.arange(days)
    columns = [day / len(case.history)] if trend else []
    flags = holiday_flags(case)
    if flags[: len(case.history)].any():
        columns.append(flags)
    if len(case.history) >= YEAR_DAYS:
        for wave in range(1, YEARLY_WAVES + 1):
            angle = 2 * np.pi * wave * day / YEAR_DAYS
            columns += [np.sin(angle), np.cos(angle)]
    return np.stack(columns, axis=1) if columns else np.zeros((days, 0))


def _excess(volumes: np.ndarray, fitted: np.ndarray) -> float:
    """Variance beyond Poisson as a share of the squared mean."""
    beyond = ((volumes - fitted) ** 2 - fitted).sum()
    return float(max(beyond / max((fitted**2).sum(), 1e-9), 1e-6))


def _quantiles(mean: np.ndarray, excess: float) -> np.ndarray:
    safe = np.maximum(mean, 1e-9)
    size = 1 / excess
    found = [stats.nbinom.ppf(share, size, size / (size + safe)) for share in QUANTILES]
    return np.where(mean > 0, np.stack(found), 0.0)
