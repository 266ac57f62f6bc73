"""The engine against what planners do today, on real volumes; `make bench` prints the table."""

# ruff: noqa: T201 - the printed table is the point

from datetime import date
from time import process_time

import numpy as np
import pytest

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.baselines import MEAN_WEEKS
from tests.benchmarks.forecasting.cases import ALL_SETS
from tests.benchmarks.forecasting.sets import DATA, bank_calls, read_set

HORIZONS = {"next day": (0, 1), "days 1-14": (0, 14), "days 29-56": (28, 56)}
HISTORY_DAYS = 42
ORIGINS = 8
QUANTILES = (0.1, 0.5, 0.9)
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason=f"The development data is absent: expected it in {DATA}."
)


def open_slots(history):
    """Weekday × label slots with a row in at least half of the weeks; slot 0 is the first date's."""
    return np.stack([np.isfinite(history[slot::7]).mean(axis=0) >= 0.5 for slot in range(7)])


def planners_mean(history, mask, days):
    """Mean of the last six same weekdays, weights 1 to 6."""
    rates = np.zeros((7, history.shape[1]))
    for slot in range(7):
        rows = history[slot::7][-MEAN_WEEKS:]
        known = np.isfinite(rows) & mask[slot]
        weights = np.arange(1, len(rows) + 1)[:, None] * known
        rates[slot] = (weights * np.nan_to_num(rows)).sum(axis=0) / np.maximum(
            weights.sum(axis=0), 1e-9
        )
    return rates[(len(history) + np.arange(days)) % 7]


def engine(history, mask, days):
    past = np.arange(len(history)) % 7
    ahead = (len(history) + np.arange(days)) % 7
    result = forecast(
        history=HistoryData(
            offered=history[None], open_mask=mask[past][None],
            first_date=date(2024, 1, 1), interval_minutes=1440 // history.shape[1],
        ),
        horizon=HorizonData(open_mask=mask[ahead][None]),
        params=ForecastParams(quantiles=QUANTILES),
    )  # fmt: skip
    return result.mean[0], result.quantiles[:, 0]


def add_scores(scores, history, future):
    mask = open_slots(history)
    days = len(future)
    mean, bands = engine(history, mask, days)
    methods = {
        "engine": bands[1],
        "mean of weekdays": planners_mean(history, mask, days),
        "last week": np.nan_to_num(history[-7:])[np.arange(days) % 7],
    }
    ahead = (len(history) + np.arange(days)) % 7
    known = np.isfinite(future) & mask[ahead]
    for horizon, (first, last) in HORIZONS.items():
        part = slice(first, last)
        use, actual = known[part], future[part]
        sums = scores.setdefault(horizon, {})
        total = actual[use].sum()
        for method, values in methods.items():
            add(sums, method, np.abs(values[part] - actual)[use].sum(), total)
        add(sums, "bias", (mean[part] - actual)[use].sum(), total)
        large = use & (mean[part] >= 5)
        low, high = bands[0][part][large], bands[2][part][large]
        inside = (actual[large] > low) & (actual[large] < high)
        edge = (actual[large] == low) | (actual[large] == high)
        add(sums, "in band", (inside + 0.5 * edge).sum(), large.sum())


def add(sums, key, numerator, denominator):
    before = sums.get(key, (0.0, 0.0))
    sums[key] = (before[0] + numerator, before[1] + denominator)


def scores_of(all_series):
    scores = {}
    for series in all_series:
        days = len(series.volumes)
        horizon = min(56, days - HISTORY_DAYS)
        for origin in np.unique(np.linspace(HISTORY_DAYS, days - horizon, ORIGINS).astype(int)):
            history = series.volumes[origin - HISTORY_DAYS : origin]
            add_scores(scores, history, series.volumes[origin : origin + horizon])
    return scores


@pytest.fixture(scope="module")
def table():
    begun = process_time()
    found = {name: scores_of(read_set(name)) for name in ALL_SETS}
    print(
        f"\nForecasting, six weeks of history, {ORIGINS} origins, {process_time() - begun:.0f} CPU s"
    )
    for horizon in HORIZONS:
        print(
            f"\n{horizon:16s}{'engine':>8s}{'weekdays':>10s}{'ratio':>7s}{'last week':>11s}{'bias':>7s}{'in band':>9s}"
        )
        for name, scores in found.items():
            rates = {
                key: value / max(total, 1e-9) for key, (value, total) in scores[horizon].items()
            }
            if scores[horizon]["engine"][1] == 0:
                continue
            ratio = rates["engine"] / rates["mean of weekdays"]
            print(
                f"{name:16s}{rates['engine']:8.1%}{rates['mean of weekdays']:10.1%}{ratio:7.3f}"
                f"{rates['last week']:11.1%}{rates['bias']:7.1%}{rates['in band']:9.1%}"
            )
        print(f"{'geometric mean':16s}{'':18s}{ratio_of(found, horizon, 'mean of weekdays'):7.3f}")
    return found


def ratio_of(found, horizon, rival):
    """Geometric mean over the sets of the engine's WAPE over the rival's."""
    logs = [
        np.log(scores[horizon]["engine"][0] / scores[horizon][rival][0])
        for scores in found.values()
        if scores[horizon]["engine"][1] > 0
    ]
    return float(np.exp(np.mean(logs)))


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize(
    ("horizon", "bar"), [("next day", 0.93), ("days 1-14", 0.95), ("days 29-56", 0.99)]
)
def test_the_engine_beats_the_mean_of_the_weekdays(table, horizon, bar):
    assert ratio_of(table, horizon, "mean of weekdays") <= bar


@needs_data
@pytest.mark.shared
def test_the_engine_beats_last_week_on_every_set(table):
    for name, scores in table.items():
        engine_error, naive = (scores["days 1-14"][key][0] for key in ("engine", "last week"))
        assert engine_error < naive, name


def test_the_last_two_weeks_of_the_banks_calls():
    """The demo's voice queue: 15 minutes, one call in ten; 20 weeks of history."""
    volumes = bank_calls(thinning=0.1).volumes
    history, future = volumes[-14 - 140 : -14], volumes[-14:]
    mask = open_slots(history)
    mean, bands = engine(history, mask, 14)
    known = np.isfinite(future) & mask[(len(history) + np.arange(14)) % 7]
    naive = np.nan_to_num(history[-7:])[np.arange(14) % 7]
    total = future[known].sum()
    wape, of_naive = (np.abs(values - future)[known].sum() / total for values in (bands[1], naive))
    bias = (mean - future)[known].sum() / total
    print(
        f"\nbank_calls, last two weeks: WAPE {wape:.1%}, last week's day {of_naive:.1%}, bias {bias:.1%}"
    )
    assert wape < 0.8 * of_naive


def test_two_hundred_queues_take_seconds():
    rng = np.random.default_rng(1)
    profile = 8 * np.exp(-(((np.arange(96) - 48) / 20) ** 2))
    volumes = rng.poisson(profile * rng.uniform(0.2, 5, (200, 1, 1)) * np.ones((200, 182, 96)))
    mask = np.ones((200, 56, 96), dtype=bool)
    begun = process_time()
    forecast(
        history=HistoryData(
            offered=volumes.astype(float), open_mask=np.ones(volumes.shape, dtype=bool),
            first_date=date(2025, 1, 6), interval_minutes=15,
        ),
        horizon=HorizonData(open_mask=mask),
    )  # fmt: skip
    took = process_time() - begun
    print(
        f"\n200 queues, 26 weeks × 96 intervals → 56 days: {took:.1f} CPU s ({took * 5:.0f} ms a queue)"
    )
    assert took < 30
