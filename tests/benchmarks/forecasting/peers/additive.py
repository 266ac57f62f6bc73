"""Prophet."""

from __future__ import annotations

import logging
from datetime import timedelta

import numpy as np
import pandas as pd
from prophet import Prophet

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.peers.common import Prepared, holiday_flags
from tests.benchmarks.forecasting.scoring import Prediction

SAMPLES = 200
WEEKLY_WAVES = 3
YEAR_DAYS = 365


def prophet(case: Case) -> Prediction:
    """Multiplicative Prophet on day totals, spread by the weekday's recent profile."""
    ready = Prepared(case)
    dates = np.array(
        [case.first_date + timedelta(days=day) for day in range(len(case.history) + case.days)]
    )
    flags = holiday_flags(case)
    model = Prophet(
        seasonality_mode="multiplicative",
        weekly_seasonality=WEEKLY_WAVES,
        daily_seasonality=False,
        yearly_seasonality=len(case.history) >= YEAR_DAYS,
        interval_width=0.8,
        uncertainty_samples=SAMPLES,
        holidays=_holidays(dates, flags),
    )
    for name in ("cmdstanpy", "prophet", "prophet.plot"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    model.fit(pd.DataFrame({"ds": dates[ready.past_days], "y": ready.totals}), seed=1)
    np.random.seed(1)  # noqa: NPY002 - Prophet draws from the global state
    ahead = dates[len(case.history) :][ready.future_days]
    found = model.predict(pd.DataFrame({"ds": ahead}))
    mean = ready.by_profile(found["yhat"].to_numpy())
    if case.labels > 1:
        return Prediction(mean)
    low, high = (ready.by_profile(found[side].to_numpy()) for side in ("yhat_lower", "yhat_upper"))
    return Prediction(mean, np.stack([low, mean, high]))


def _holidays(dates: np.ndarray, flags: np.ndarray) -> pd.DataFrame | None:
    """One effect for all public holidays; None where none is known."""
    if not flags.any():
        return None
    return pd.DataFrame({"holiday": "public holiday", "ds": pd.to_datetime(dates[flags > 0])})
