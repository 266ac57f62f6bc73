"""Every peer by name, cheapest first; packages are imported when a peer is first used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.scoring import Prediction

Method = Callable[[Case], Prediction]

WEEKDAYS = "weekday mean"
PEERS: dict[str, str] = {
    WEEKDAYS: "simple:weekday_mean",
    "AutoETS on totals": "classical:ets_on_totals",
    "AutoTheta on totals": "classical:theta_on_totals",
    "Poisson GLM": "regression:poisson_glm",
    "LightGBM": "boosting:lightgbm",
    "MSTL+AutoETS": "classical:mstl_ets",
    "Prophet": "additive:prophet",
}

USE_HOLIDAYS = {"Poisson GLM", "LightGBM", "Prophet"}
"""Peers whose forecast depends on the holidays that a panel tells them."""
WITHOUT_PACKAGES = {
    WEEKDAYS: PEERS[WEEKDAYS],
    "last week": "simple:last_week",
    "smoothed level": "simple:smoothed_level",
}
"""Rivals of the smoke version: NumPy alone."""


def peer(name: str) -> Method:
    """The peer of a name."""
    module, _, function = (PEERS | WITHOUT_PACKAGES)[name].partition(":")
    method: Method = getattr(
        import_module(f"tests.benchmarks.forecasting.peers.{module}"), function
    )
    return method
