"""The engine of the product on a case."""

from __future__ import annotations

import sys

import numpy as np

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from tests.benchmarks.forecasting.cases import QUANTILES, Case
from tests.benchmarks.forecasting.scoring import Prediction


def engine(case: Case) -> Prediction:
    """Forecast one case with the documented function on arrays."""
    result = forecast(
        history=HistoryData(
            offered=case.past[None],
            open_mask=case.past_mask[None],
            first_date=case.first_date,
            interval_minutes=case.interval_minutes,
        ),
        horizon=HorizonData(open_mask=case.future_mask[None]),
        params=ForecastParams(quantiles=QUANTILES),
    )
    flag = result.outcomes[0].flag
    if flag.startswith("refused"):
        print(f"{case.key} counts as zero: {flag}", file=sys.stderr)  # noqa: T201
        return Prediction(
            np.zeros(case.future.shape), np.zeros((len(QUANTILES), *case.future.shape))
        )
    return Prediction(np.asarray(result.mean[0]), np.asarray(result.quantiles[:, 0]))
