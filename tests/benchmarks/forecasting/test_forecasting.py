"""The smoke version of `make bench-forecasting`: the engine against rivals that need NumPy alone.

The full run with its seven peers is `make bench-forecasting`.
"""

# ruff: noqa: T201 - the printed tables are the point

from collections.abc import Iterable
from datetime import date
from time import process_time

import numpy as np
import pytest

from forecasting.core import HistoryData, HorizonData, forecast
from tests.benchmarks.forecasting.bars import (
    BIAS,
    COVERAGE,
    DAMAGE,
    WEEKDAY_MEAN,
    WEEKDAY_MEAN_WORST,
)
from tests.benchmarks.forecasting.cases import PANELS, Case, cases_of, series_cases
from tests.benchmarks.forecasting.driver_bar import GAP_BAR, HARM_BAR, driver_scores
from tests.benchmarks.forecasting.peers.registry import WEEKDAYS, WITHOUT_PACKAGES
from tests.benchmarks.forecasting.robustness import (
    CLEAN,
    DAMAGES,
    damage_ratios,
    damaged,
    robustness_table,
)
from tests.benchmarks.forecasting.run import ENGINE, Results, run_methods
from tests.benchmarks.forecasting.scoring import HORIZONS, bias, coverage
from tests.benchmarks.forecasting.sets import DATA, Series, bank_calls
from tests.benchmarks.forecasting.tables import PanelScores, peers_table

DRIVER_WORLDS = 4
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason=f"The development data is absent: expected it in {DATA}."
)


def run(cases: Iterable[Case]) -> Results:
    results, chosen = Results(), list(cases)
    run_methods([*WITHOUT_PACKAGES, ENGINE], chosen, results)
    return results


def panel_scores(name: str) -> PanelScores:
    found = PanelScores(name, run(cases_of(PANELS[name])))
    for horizon in found.by_horizon:
        print(f"\n{PANELS[name].title}, {horizon}: WAPE\n{peers_table(found, horizon)}")
        print(f"over the weekday mean: {found.mean_to(horizon, WEEKDAYS):.3f}")
    return found


@pytest.fixture(scope="module")
def scores() -> PanelScores:
    return panel_scores("main")


@pytest.fixture(scope="module")
def other_scores() -> PanelScores:
    """Real series that come with a package, so that this runs everywhere."""
    return panel_scores("other")


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize(
    ("horizon", "bar"), [("next day", 1.0), ("days 1-14", 0.975), ("days 29-56", 0.98)]
)
def test_the_engine_beats_the_best_of_the_simple_methods(scores, horizon, bar):
    """The best is picked afterwards for each set."""
    assert scores.mean_to_best(horizon) <= bar


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize(
    ("horizon", "bar"), [("next day", 0.93), ("days 1-14", 0.945), ("days 29-56", 0.97)]
)
def test_the_engine_beats_the_mean_of_the_weekdays(scores, horizon, bar):
    assert scores.mean_to(horizon, WEEKDAYS) <= bar
    for name in scores.by_horizon[horizon]:
        assert scores.ratio_to(horizon, name, WEEKDAYS) <= WEEKDAY_MEAN_WORST, name


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_mean_is_hardly_biased(scores, horizon):
    assert abs(bias(scores.pooled(horizon))) <= BIAS


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize("horizon", ["days 1-14", "days 29-56"])
def test_the_bands_hold(scores, horizon):
    assert COVERAGE[0] <= coverage(scores.pooled(horizon)) <= COVERAGE[1]


@pytest.mark.parametrize("horizon", HORIZONS)
def test_series_that_the_engine_was_not_developed_on(other_scores, horizon):
    assert other_scores.mean_to(horizon, WEEKDAYS) <= WEEKDAY_MEAN
    assert other_scores.mean_to_best(horizon) <= 1.0
    assert 0.75 <= coverage(other_scores.pooled(horizon)) <= 0.9


@pytest.fixture(scope="module")
def bank() -> Series:
    """The demo's voice queue: 15 minutes, one call in ten."""
    return bank_calls(thinning=0.1)


def bank_cases(bank: Series) -> list[Case]:
    return list(series_cases(PANELS["main"], "bank_calls", bank, origins=6))


def test_the_banks_calls(bank):
    found = PanelScores("main", run(bank_cases(bank)))
    for horizon in found.by_horizon:
        print(f"\nbank_calls, one call in ten, {horizon}: WAPE\n{peers_table(found, horizon)}")
    assert found.mean_to("days 1-14", WEEKDAYS) <= 0.97
    assert found.mean_to("days 29-56", WEEKDAYS) <= 0.97
    assert found.mean_to("days 1-14", "last week") <= 0.8


def test_broken_days_hardly_move_the_engine(bank):
    cases = bank_cases(bank)
    results = run(damaged(case, name) for name in (CLEAN, *DAMAGES) for case in cases)
    methods = [ENGINE, *WITHOUT_PACKAGES]
    print(f"\nWAPE over that of the clean history\n{robustness_table(results, methods, 'main')}")
    for name in DAMAGES:
        assert damage_ratios(results, name, ENGINE, "main")["bank_calls"] <= DAMAGE, name


def test_a_driver_closes_the_gap_and_noise_does_no_harm():
    found = driver_scores(DRIVER_WORLDS)
    print(f"\nDriver: closes {found.gap_closed:.0%} of the gap, noise {found.noise_harm:.3f}")
    assert found.kept == DRIVER_WORLDS
    assert found.gap_closed >= GAP_BAR
    assert found.noise_harm <= HARM_BAR


def test_the_time_a_queue_takes():
    """In units of drawing the same volumes, so that no machine is too slow to pass."""
    rng = np.random.default_rng(1)
    profile = 8 * np.exp(-(((np.arange(96) - 48) / 20) ** 2))
    rates = profile * rng.uniform(0.2, 5, (100, 1, 1)) * np.ones((100, 182, 96))
    offered = rng.poisson(rates).astype(float)
    drawn_cpu = cpu_seconds(lambda: rng.poisson(rates))
    forecast_cpu = cpu_seconds(
        lambda: forecast(
            history=HistoryData(
                offered=offered, open_mask=np.ones(offered.shape, dtype=bool),
                first_date=date(2025, 1, 6), interval_minutes=15,
            ),
            horizon=HorizonData(open_mask=np.ones((100, 56, 96), dtype=bool)),
        )
    )  # fmt: skip
    print(
        f"\n100 queues, 26 weeks × 96 intervals → 56 days: {10 * forecast_cpu:.0f} ms of CPU a "
        f"queue, {forecast_cpu / drawn_cpu:.0f} times the time to draw the volumes"
    )
    assert forecast_cpu <= 60 * drawn_cpu


def cpu_seconds(work) -> float:
    begun = process_time()
    work()
    return process_time() - begun
