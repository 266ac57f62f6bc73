"""The scores of the benchmark against numbers worked out by hand."""

from datetime import date

import numpy as np
import pytest

from tests.benchmarks.forecasting.cases import PANELS, Case, series_cases
from tests.benchmarks.forecasting.peers.registry import WEEKDAYS, peer
from tests.benchmarks.forecasting.robustness import DAMAGES, damaged
from tests.benchmarks.forecasting.run import ENGINE, Results
from tests.benchmarks.forecasting.scoring import Prediction, coverage, score, total, wape
from tests.benchmarks.forecasting.sets import Series
from tests.benchmarks.forecasting.tables import PanelScores


def case_of(history: np.ndarray, future: np.ndarray, **changes: object) -> Case:
    given = {
        "panel": "main", "set_name": "bank_calls", "series": "made up",
        "first_date": date(2024, 1, 1), "interval_minutes": 720,
    }  # fmt: skip
    return Case(history=history, future=future, **(given | changes))


@pytest.fixture
def case() -> Case:
    """Two weeks of history, one week ahead; two labels; Sundays never had a row."""
    history = np.full((14, 2), 10.0)
    future = np.tile([8.0, 20.0], (7, 1))
    history[6::7] = np.nan
    future[6::7] = np.nan
    return case_of(history, future)


def test_closed_and_unknown_cells_do_not_count(case):
    case.future[0, 0] = np.nan
    sums = score(case, Prediction(np.full((7, 2), 10.0)))
    assert sums["next day"] == {"cells": 1, "actual": 20, "error": 10, "bias": -10}
    assert sums["days 1-14"] == {
        "cells": 11, "actual": 160, "error": 5 * 2 + 6 * 10, "bias": 5 * 2 - 6 * 10,
    }  # fmt: skip
    assert "days 29-56" not in sums


def test_ends_of_a_band_count_half_and_small_means_not_at_all(case):
    mean = np.full((7, 2), 10.0)
    mean[0, 1] = 4.9
    quantiles = np.stack([np.full((7, 2), 8.0), mean, np.full((7, 2), 20.5)])
    sums = score(case, Prediction(mean, quantiles))["days 1-14"]
    assert sums["large"] == 11
    assert coverage(sums) == pytest.approx((6 * 0.5 + 5) / 11)


def test_the_pinball_loss_is_the_mean_over_the_quantiles(case):
    quantiles = np.stack([np.full((7, 2), level) for level in (5.0, 10.0, 15.0)])
    sums = score(case, Prediction(np.full((7, 2), 11.0), quantiles))["next day"]
    of_eight = 0.1 * 3 + 0.5 * 2 + 0.1 * 7
    of_twenty = 0.1 * 15 + 0.5 * 10 + 0.9 * 5
    assert sums["pinball"] == pytest.approx((of_eight + of_twenty) / 3)
    assert sums["error"] == 2 + 10, "the median is judged"
    assert sums["bias"] == 3 - 9, "the mean is judged"


def test_the_weekday_mean_weighs_last_week_six_times():
    history = np.repeat(np.arange(1.0, 7.0), 7)[:, None] * np.ones((42, 2))
    found = peer(WEEKDAYS)(case_of(history, np.zeros((7, 2))))
    assert found.mean == pytest.approx(sum(week * week for week in range(1, 7)) / 21)


def test_the_best_peer_is_picked_for_each_set_afterwards():
    results = Results()
    for name, own, first, second in (("a", 9.0, 10.0, 20.0), ("b", 8.0, 20.0, 10.0)):
        results.scores[f"main/{name}/x/2024-01-01"] = {
            method: {"next day": {"actual": 100.0, "error": error}}
            for method, error in ((ENGINE, own), ("one", first), ("two", second))
        }
    scores = PanelScores("main", results)
    assert scores.ratio_to_best("next day", "b") == pytest.approx(0.8)
    assert scores.mean_to_best("next day") == pytest.approx(np.sqrt(0.9 * 0.8))
    assert scores.mean_to("next day", "one") == pytest.approx(np.sqrt(0.9 * 0.4))


def test_sums_add_up_before_they_are_divided():
    assert wape(total([{"error": 1.0, "actual": 2.0}, {"error": 1.0, "actual": 8.0}])) == 0.2


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_changes_the_last_weeks_of_the_history_alone(name):
    rng = np.random.default_rng(3)
    before = case_of(rng.poisson(50, (42, 2)).astype(float), np.ones((7, 2)))
    after = damaged(before, name)
    changed = (after.history != before.history).any(axis=1)
    assert changed.any()
    assert not changed[:28].any()
    assert (after.past_mask == before.past_mask).all()
    assert after.key != before.key


def test_origins_keep_history_and_horizon_apart():
    volumes = np.arange(150.0)[:, None]
    found = list(
        series_cases(PANELS["main"], "ems_wales", Series("x", date(2024, 1, 1), volumes), origins=4)
    )
    assert [len(case.history) for case in found] == [42] * 4
    assert [case.days for case in found] == [56] * 4
    assert all(case.history.max() + 1 == case.future.min() for case in found)
    assert found[-1].future.max() == 149
