"""The engine: what it forecasts, what it flags, what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.outcome import flag_of
from tests.forecasting.core.arrays import MONDAY, history, horizon, poisson_history


def run(past, *, ahead=None, **params):
    return forecast(history=past, horizon=ahead or horizon(past), params=ForecastParams(**params))


def test_the_mean_finds_level_and_weekday():
    past = poisson_history(days=84, mean=40, weekend=0.25)
    mean = run(past).mean[0].mean(axis=-1)
    assert mean[:5] == pytest.approx([40] * 5, rel=0.05)
    assert mean[5:7] == pytest.approx([10] * 2, rel=0.1)


def test_a_profile_is_found_in_every_label():
    shape = np.concatenate([np.zeros(16), np.linspace(5, 60, 16), np.linspace(60, 5, 16)])
    rng = np.random.default_rng(4)
    mask = np.broadcast_to(shape > 0, (1, 70, 48))
    past = history(rng.poisson(np.broadcast_to(shape, (1, 70, 48))), open_mask=mask)
    result = run(past, ahead=HorizonData(open_mask=mask[:, :14]))
    assert np.abs(result.mean[0] - shape).sum() / (14 * shape.sum()) < 0.04
    assert (result.mean[0][:, shape == 0] == 0).all()


def test_the_horizon_begins_with_its_own_weekday():
    past = poisson_history(days=59, weekend=0.1)  # ends on a Wednesday
    daily = run(past).mean[0].sum(axis=-1)
    assert np.argsort(daily[:7])[:2].tolist() in ([2, 3], [3, 2])


def test_bands_hold_what_they_promise():
    past = poisson_history(queues=6, days=112, mean=12, seed=5)
    train = history(past.offered[:, :98])
    result = run(train)
    actual = past.offered[:, 98:]
    inside = (actual > result.quantiles[0]) & (actual < result.quantiles[2])
    edge = (actual == result.quantiles[0]) | (actual == result.quantiles[2])
    assert (inside + 0.5 * edge).mean() == pytest.approx(0.8, abs=0.04)


def test_small_counts_have_whole_number_quantiles():
    past = poisson_history(days=84, mean=0.8, weekend=1)
    bands = run(past).quantiles
    assert set(np.unique(bands)) <= {0.0, 1.0, 2.0, 3.0}


@pytest.mark.parametrize(
    ("days", "flag"),
    [
        (13, "refused: At least 14 days of history are needed, 13 were found."),
        (14, "thin"),
        (27, "thin"),
        (28, "ok"),
    ],
)
def test_little_history_is_flagged_or_refused(days, flag):
    result = run(poisson_history(days=days))
    assert result.outcomes[0].flag == flag
    assert np.isnan(result.mean).all() == flag.startswith("refused")


def test_history_that_is_mostly_missing_is_thin():
    past = poisson_history(days=56)
    past.offered[:, :, 10:] = np.nan
    assert flag_of(past, 0) == "thin"


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_constant_history_is_repeated(value):
    past = history(np.full((1, 42, 24), value))
    result = run(past)
    assert result.outcomes[0].flag == "constant"
    assert (result.mean == value).all()
    assert (result.quantiles == value).all()
    assert result.outcomes[0].reason == "The history never varies, so the forecast repeats it."


def test_nothing_known_is_refused_beside_a_good_queue():
    past = poisson_history(queues=2, days=42)
    past.offered[1] = np.nan
    result = run(past)
    assert [outcome.is_refused for outcome in result.outcomes] == [False, True]
    assert np.isfinite(result.mean[0]).all()
    assert np.isnan(result.mean[1]).all()


def test_closed_days_ahead_are_zero():
    past = poisson_history(days=42)
    factors = np.ones((1, 14))
    factors[0, 3] = 0.0
    result = run(past, ahead=horizon(past, day_factors=factors))
    assert (result.mean[0, 3] == 0).all()
    assert (result.quantiles[:, 0, 3] == 0).all()
    assert (result.mean[0, 4] > 0).all()


def test_known_factors_scale_history_and_horizon():
    plain = poisson_history(days=84, weekend=1, mean=30)
    factors = np.where(np.arange(84) % 9 == 0, 2.0, 1.0)[None]
    past = HistoryData(
        offered=plain.offered * factors[:, :, None],
        open_mask=plain.open_mask,
        first_date=MONDAY,
        interval_minutes=30,
        day_factors=factors,
    )
    ahead = np.ones((1, 14))
    ahead[0, 2] = 3.0
    mean = run(past, ahead=horizon(past, day_factors=ahead)).mean[0].mean(axis=-1)
    assert mean[2] == pytest.approx(90, rel=0.06)
    assert mean[3] == pytest.approx(30, rel=0.06)


@pytest.mark.parametrize("harm", ["spike", "outage", "gap", "partial"])
def test_odd_days_move_the_forecast_by_two_percent_at_most(harm):
    clean = poisson_history(days=56, mean=40)
    past = history(clean.offered.copy())
    if harm == "spike":
        past.offered[0, 51] *= 3
    elif harm == "outage":
        past.offered[0, [44, 53]] = 0
    elif harm == "gap":
        past.offered[0, 45:50] = np.nan
    else:
        past.offered[0, 52, 20:] = np.nan
    before, after = run(clean).mean, run(past).mean
    assert np.abs(after - before).sum() / before.sum() < 0.02


def test_an_outlier_is_reported_by_its_weight():
    past = poisson_history(days=56, mean=40)
    past.offered[0, 51] *= 3
    weights = run(past).day_weights[0]
    assert np.flatnonzero(weights < 0.5).tolist() == [51]


def test_a_lasting_new_level_is_followed():
    past = poisson_history(days=98, mean=40)
    past.offered[0, 60:] *= 2
    assert run(past).mean[0, :5].mean() == pytest.approx(80, rel=0.1)


def test_part_of_today_corrects_the_rest_of_today_only():
    past = poisson_history(days=70, mean=40)
    today = np.full((1, 48), np.nan)
    today[0, :24] = 80
    usual = run(past).mean[0]
    busy = run(past, ahead=horizon(past, today_offered=today)).mean[0]
    assert busy[0, 24:].sum() > 1.4 * usual[0, 24:].sum()
    assert busy[0, :24] == pytest.approx(usual[0, :24])
    assert busy[1:] == pytest.approx(usual[1:])


def test_aht_is_forecast_by_weekday_and_label_and_shrunk_where_thin():
    past = poisson_history(days=56, mean=50)
    aht = np.full(past.offered.shape, 200.0)
    aht[:, :, :12] = 300.0
    aht[:, 10] = np.nan
    result = run(history(past.offered, aht_seconds=aht)).aht_seconds[0]
    assert result[:, :12].mean() == pytest.approx(300, rel=0.12)
    assert result[:, 12:].mean() == pytest.approx(200, rel=0.12)


def test_a_queue_without_handle_time_has_none():
    past = poisson_history(days=42)
    nothing = history(past.offered, aht_seconds=np.full(past.offered.shape, np.nan))
    assert np.isnan(run(nothing).aht_seconds).all()
    assert run(past).aht_seconds is None


def test_a_simple_history_may_choose_a_simple_method():
    """Weeks that repeat exactly are best forecast by last week."""
    week = np.random.default_rng(3).integers(1, 60, (1, 7, 48)).astype(float)
    past = history(np.tile(week, (1, 8, 1)))
    result = run(past)
    assert result.outcomes[0].method in {"weekday_mean", "seasonal_naive"}
    assert result.mean == pytest.approx(np.tile(week, (1, 2, 1)))


def test_scores_are_given_for_each_method_and_horizon():
    outcome = run(poisson_history(days=70)).outcomes[0]
    overall = {score.method: score for score in outcome.scores if score.horizon == "all"}
    assert overall["discounted_blend"].wape < overall["seasonal_naive"].wape
    assert overall["discounted_blend"].mase < 1
    assert {score.horizon for score in outcome.scores} == {
        "all", "day 1", "days 2-3", "days 4-7", "days 8-14", "days 15-28", "day 29 on"
    }  # fmt: skip


def test_coverage_is_measured_on_held_out_origins_when_asked():
    past = poisson_history(days=84, mean=20)
    assert run(past).outcomes[0].coverage is None
    assert run(past, measures_coverage=True).outcomes[0].coverage == pytest.approx(0.8, abs=0.06)
    single = run(past, measures_coverage=True, backtest_origins=1)
    assert single.outcomes[0].coverage is None


def test_chunks_give_the_same_as_one_piece():
    past = poisson_history(queues=5, days=42)
    whole = run(past, queues_per_chunk=5)
    parts = run(past, queues_per_chunk=2)
    assert whole.mean == pytest.approx(parts.mean, rel=1e-12)
    assert whole.quantiles == pytest.approx(parts.quantiles, rel=1e-9)


@settings(deadline=None, max_examples=25)
@given(
    days=st.integers(1, 60),
    labels=st.sampled_from([1, 24, 48]),
    mean=st.sampled_from([0.0, 0.05, 1.0, 30.0, 5_000.0]),
    missing=st.floats(0, 1),
    closed=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_history_gives_finite_ordered_numbers_or_a_refusal(
    days, labels, mean, missing, closed, seed
):
    rng = np.random.default_rng(seed)
    volumes = rng.poisson(mean, (2, days, labels)).astype(float)
    volumes[rng.random(volumes.shape) < missing] = np.nan
    slots = rng.random((2, 7, labels)) >= closed
    weekday = np.arange(days + 10) % 7
    past = history(volumes, open_mask=slots[:, weekday[:days]])
    result = run(past, ahead=HorizonData(open_mask=slots[:, weekday[days:]]))
    for queue, outcome in enumerate(result.outcomes):
        if outcome.is_refused:
            assert np.isnan(result.mean[queue]).all()
            continue
        assert np.isfinite(result.mean[queue]).all()
        assert (result.mean[queue] >= 0).all()
        assert (result.quantiles[:, queue] >= 0).all()
        assert (np.diff(result.quantiles[:, queue], axis=0) >= 0).all()
        assert (result.mean[queue][~slots[queue][weekday[days:]]] == 0).all()


@settings(deadline=None, max_examples=10)
@given(factor=st.floats(2, 50), seed=st.integers(0, 1000))
def test_more_history_volume_gives_more_forecast(factor, seed):
    past = poisson_history(days=42, seed=seed)
    more = history(np.round(past.offered * factor))
    assert run(more).mean.sum() > run(past).mean.sum()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"volumes": np.zeros((1, 4))}, "queues × dates × labels"),
        ({"volumes": -np.ones((1, 7, 24))}, "negative volume"),
        ({"open_mask": np.ones((1, 7, 12), dtype=bool)}, "open_mask of shape"),
        ({"learn_mask": np.ones((1, 6), dtype=bool)}, "learn_mask of shape"),
        ({"day_factors": np.ones((2, 7))}, "day_factors of shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(fields, words):
    fields = {"volumes": np.ones((1, 7, 24))} | fields
    volumes = fields.pop("volumes")
    with pytest.raises(ValueError, match=words):
        HistoryData(
            **{
                "offered": volumes,
                "open_mask": np.ones(volumes.shape, dtype=bool),
                "first_date": MONDAY,
                "interval_minutes": 60,
            }
            | fields
        )


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"quantiles": (0.0, 0.5)}, "between 0 and 1"),
        ({"quantiles": (0.5, 0.1)}, "rising quantiles"),
        ({"quantiles": (0.5, 0.5)}, "rising quantiles"),
        ({"backtest_origins": 0}, "at least one origin"),
        ({"backtest_days": 0}, "at least one origin"),
        ({"queues_per_chunk": 0}, "at least one origin"),
    ],
)
def test_params_are_checked(params, words):
    with pytest.raises(ValueError, match=words):
        ForecastParams(**params)


def test_the_outcome_says_how_much_is_chance_and_how_much_could_be_better():
    """Poisson arrivals leave nothing to improve; a level that jumps from day to day does."""
    calm = run(poisson_history(days=84)).outcomes[0]
    rng = np.random.default_rng(6)
    volumes = poisson_history(days=84).offered * rng.gamma(4, 1 / 4, (1, 84, 1))
    wild = run(history(np.round(volumes))).outcomes[0]

    assert calm.improvable < 0.1
    assert calm.dispersion < 0.01
    assert wild.improvable > 0.4
    assert wild.dispersion == pytest.approx(0.25, abs=0.15)


def test_a_constant_queue_keeps_its_special_days():
    past = history(np.full((1, 42, 24), 7.0))
    special = np.ones((1, 14, 24))
    special[0, 3] = 0.5
    special[0, 4] = 0.0
    mean = run(past, ahead=horizon(past, special_factors=special)).mean[0]

    np.testing.assert_allclose(mean[0], 7.0)
    np.testing.assert_allclose(mean[3], 3.5)
    assert (mean[4] == 0).all()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"day_factors": np.ones((2, 14))},
            r"horizon.day_factors of shape \(1, 14\), got \(2, 14\)",
        ),
        ({"special_factors": np.ones((1, 14, 3))}, "horizon.special_factors of shape"),
        ({"today_offered": np.ones((1, 3))}, "horizon.today_offered of shape"),
        ({"day_factors": np.full((1, 14), np.nan)}, "finite numbers in horizon.day_factors"),
    ],
)
def test_a_horizon_of_another_shape_is_refused(fields, words):
    past = poisson_history(days=42)
    with pytest.raises(ValueError, match=words):
        run(past, ahead=horizon(past, **fields))


def test_no_queues_give_no_forecast():
    past = history(np.ones((0, 42, 24)))
    result = run(past)
    assert result.mean.shape == (0, 14, 24)
    assert result.outcomes == ()
