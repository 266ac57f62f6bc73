"""The engine of the product on a case."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.special_days import SpecialDate, horizon_factors, learn_mask
from tests.benchmarks.forecasting.cases import QUANTILES, Case
from tests.benchmarks.forecasting.scoring import Prediction

CALENDARS = Path(__file__).resolve().parents[3] / "forecasting/queries/national_calendars.py"


def engine(case: Case) -> Prediction:
    """Forecast one case with the documented function on arrays."""
    history, horizon = _inputs(case)
    result = forecast(history=history, horizon=horizon, params=ForecastParams(quantiles=QUANTILES))
    flag = result.outcomes[0].flag
    if flag.startswith("refused"):
        print(f"{case.key} counts as zero: {flag}", file=sys.stderr)  # noqa: T201
        return Prediction(
            np.zeros(case.future.shape), np.zeros((len(QUANTILES), *case.future.shape))
        )
    return Prediction(np.asarray(result.mean[0]), np.asarray(result.quantiles[:, 0]))


def _inputs(case: Case) -> tuple[HistoryData, HorizonData]:
    history = HistoryData(
        offered=case.past[None],
        open_mask=case.past_mask[None],
        first_date=case.first_date,
        interval_minutes=case.interval_minutes,
    )
    horizon = HorizonData(open_mask=case.future_mask[None])
    if case.known_holidays is None:
        return history, horizon
    last = case.origin_date + timedelta(days=case.days)
    special = [_holidays(case.known_holidays, case.first_date, last)]
    mask = learn_mask(special, case.first_date, len(case.history))
    history = replace(history, learn_mask=mask)
    found = horizon_factors(history=history, special=special, days=case.days)
    return history, replace(
        horizon, special_factors=found.factors, special_variances=found.variances
    )


def _holidays(codes: str, first: date, last: date) -> tuple[SpecialDate, ...]:
    found: tuple[SpecialDate, ...] = _calendars().national_calendar(codes, first, last).dates
    return found


@cache
def _calendars() -> ModuleType:
    """The product's calendars, by file: their package wants Django's settings, which the bench has not."""
    spec = spec_from_file_location("national_calendars", CALENDARS)
    if spec is None or spec.loader is None:
        raise ImportError(f"Expected the national calendars in {CALENDARS}.")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
