"""Peers of the package statsforecast, one thread, their own prediction intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from statsforecast.models import MSTL, AutoETS, AutoTheta

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.peers.common import Prepared
from tests.benchmarks.forecasting.scoring import Prediction


def ets_on_totals(case: Case) -> Prediction:
    """AutoETS with a weekly season on day totals, spread by the weekday's recent profile."""
    return _on_totals(case, lambda season: AutoETS(season_length=season))


def theta_on_totals(case: Case) -> Prediction:
    """AutoTheta on day totals (it takes the weekly season off itself), spread likewise."""
    return _on_totals(case, lambda season: AutoTheta(season_length=season))


def _on_totals(case: Case, model: Callable[[int], AutoETS | AutoTheta]) -> Prediction:
    ready = Prepared(case)
    season = ready.open_weekdays if len(ready.totals) >= 2 * ready.open_weekdays else 1
    found = model(season).forecast(y=ready.totals, h=len(ready.future_days), level=[80])
    mean = ready.by_profile(np.asarray(found["mean"]))
    if case.labels > 1:
        return Prediction(mean)
    low, high = (ready.by_profile(np.asarray(found[side])) for side in ("lo-80", "hi-80"))
    return Prediction(mean, np.stack([low, mean, high]))


def mstl_ets(case: Case) -> Prediction:
    """MSTL with the seasons of day and week, AutoETS on what is left."""
    ready = Prepared(case)
    values, seasons = ready.sequence
    seasons = [season for season in seasons if len(values) >= 2 * season]
    found = MSTL(season_length=seasons).forecast(y=values, h=ready.steps_ahead, level=[80])
    mean, low, high = (
        ready.unrolled(np.asarray(found[side])) for side in ("mean", "lo-80", "hi-80")
    )
    return Prediction(mean, np.stack([low, mean, high]))
