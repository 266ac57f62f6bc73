"""LightGBM on lags and the calendar, one day after the other (forecast days feed later lags)."""

from __future__ import annotations

from datetime import timedelta

import lightgbm as lgb
import numpy as np

from tests.benchmarks.forecasting.cases import QUANTILES, Case
from tests.benchmarks.forecasting.peers.common import Prepared, holiday_flags
from tests.benchmarks.forecasting.scoring import Prediction

COMMON = {
    "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 20, "feature_fraction": 0.9,
    "verbosity": -1, "num_threads": 1, "deterministic": True, "seed": 1,
}  # fmt: skip
ROUNDS = 200
WEEKS_BACK = 4
YEAR_DAYS = 365


def lightgbm(case: Case) -> Prediction:
    """Mean by Poisson loss, quantiles by their own losses, on one set of features."""
    days = len(case.history)
    values = np.concatenate([Prepared(case).filled, np.full(case.future.shape, np.nan)])
    calendar = _calendar(case)
    known = np.isfinite(case.past)
    first = min(7, days - 7)
    rows = [_features(values, calendar, day)[known[day]] for day in range(first, days)]
    targets = np.concatenate([case.past[day][known[day]] for day in range(first, days)])
    table = np.concatenate(rows)
    mean_model = _train(table, targets, objective="poisson")
    models = [_train(table, targets, objective="quantile", alpha=share) for share in QUANTILES]
    quantiles = np.zeros((len(QUANTILES), *case.future.shape))
    for ahead in range(case.days):
        day = days + ahead
        features = _features(values, calendar, day)
        mask = case.future_mask[ahead]
        values[day] = np.where(mask, np.maximum(np.asarray(mean_model.predict(features)), 0.0), 0.0)
        for index, model in enumerate(models):
            predicted = np.maximum(np.asarray(model.predict(features)), 0.0)
            quantiles[index, ahead] = np.where(mask, predicted, 0.0)
    return Prediction(values[days:], np.sort(quantiles, axis=0))


def _train(table: np.ndarray, targets: np.ndarray, **objective: object) -> lgb.Booster:
    least = min(20, max(2, len(table) // 50))
    settings = COMMON | {"min_data_in_leaf": least} | objective
    if objective["objective"] == "poisson" and not targets.any():
        settings["objective"] = "regression"
    return lgb.train(settings, lgb.Dataset(table, targets), num_boost_round=ROUNDS)


def _calendar(case: Case) -> np.ndarray:
    """Weekday, holiday, the days beside it and the day of the year, for past and future dates."""
    days = len(case.history) + case.days
    dates = [case.first_date + timedelta(days=day) for day in range(days)]
    flags = holiday_flags(case)
    padded = np.pad(flags, 1)
    columns = [np.array([on.weekday() for on in dates]), flags, padded[:-2], padded[2:]]
    if len(case.history) >= YEAR_DAYS:
        columns.append(np.array([on.timetuple().tm_yday for on in dates]))
    return np.stack(columns, axis=1).astype(float)


def _features(values: np.ndarray, calendar: np.ndarray, day: int) -> np.ndarray:
    """One row a label: lags of one day and of one to four weeks, recent means, calendar."""
    labels = values.shape[1]
    lags = [values[day - 1]]
    weeks = [
        values[day - 7 * week] if day >= 7 * week else np.full(labels, np.nan)
        for week in range(1, WEEKS_BACK + 1)
    ]
    known = np.stack(weeks)
    counts = np.maximum(np.isfinite(known).sum(axis=0), 1)
    lags += [*weeks, np.nansum(known, axis=0) / counts]
    if day >= YEAR_DAYS:
        lags.append(values[day - 364])
    elif len(calendar[0]) > 4:
        lags.append(np.full(labels, np.nan))
    recent = values[max(0, day - 7) : day]
    scalars = [recent.mean(), values[max(0, day - 28) : day].mean(), values[day - 1].mean()]
    constant = np.concatenate([scalars, calendar[day]])
    return np.column_stack([np.arange(labels), *lags, np.tile(constant, (labels, 1))])
