"""The rest of a day under way: how far a morning moves the afternoon, and how sure it makes."""

import numpy as np
import pytest

from forecasting.core.intraday import (
    IntradayMemory,
    learn_memory,
    moved_bands,
    rest_of_day,
)

LABELS, DAYS = 48, 60


def made_days(*, day=0.0, fading=0.0, hours=2.0, level=30.0, seed=3, days=DAYS):
    """Days of two humps whose deviations have these variances; Poisson counts on top."""
    rng = np.random.default_rng(seed)
    hour = np.arange(LABELS) / 2
    expected = level * (
        np.exp(-(((hour - 10) / 3) ** 2)) + np.exp(-(((hour - 15) / 3) ** 2)) + 0.02
    )
    keep = np.exp(-0.5 / hours)
    drift = np.zeros((days, LABELS))
    drift[:, 0] = rng.normal(0, np.sqrt(fading), days)
    for label in range(1, LABELS):
        step = rng.normal(0, np.sqrt(fading * (1 - keep**2)), days)
        drift[:, label] = keep * drift[:, label - 1] + step
    true = expected * np.maximum(1 + rng.normal(0, np.sqrt(day), (days, 1)) + drift, 0.05)
    actual = rng.poisson(true).astype(float)
    return np.repeat(expected[None, None], days, axis=0), actual[:, None]


def learnt(**truth):
    predicted, actual = made_days(**truth)
    return learn_memory(predicted=predicted, actual=actual, weight=np.ones(actual.shape))


def until(actual, label):
    """What is known of one day when `label` begins."""
    return np.where(np.arange(LABELS) < label, actual, np.nan)


def memory(day=0.0, fading=0.0, hours=2.0, own=0.0):
    return IntradayMemory(*(np.array([value]) for value in (day, fading, hours, own)))


def test_the_parts_are_measured_from_past_days():
    steady = learnt(day=0.04)
    assert steady.day_variance[0] == pytest.approx(0.04, rel=0.5)
    assert steady.fading_variance[0] < 0.01
    drifting = learnt(fading=0.06, hours=1.5)
    assert drifting.fading_variance[0] > 3 * drifting.day_variance[0]
    assert drifting.fading_hours[0] <= 3
    noise = learnt()
    assert noise.day_variance[0] + noise.fading_variance[0] < 0.003


def test_without_past_days_the_usual_memory_holds():
    nothing = np.zeros((5, 1, LABELS))
    found = learn_memory(predicted=nothing, actual=nothing, weight=nothing)
    usual = IntradayMemory.usual(1)
    assert found.day_variance == pytest.approx(usual.day_variance, rel=0.2)
    assert found.fading_variance == pytest.approx(usual.fading_variance, rel=0.2)


def test_a_loud_morning_of_a_steady_queue_moves_the_whole_day():
    mean = np.full((1, LABELS), 40.0)
    rest = rest_of_day(mean=mean, today=until(mean * 1.3, 24), memory=memory(day=0.05))
    assert rest.factor[0, 24:] == pytest.approx(1.3, abs=0.02)
    assert (rest.factor[0, :24] == 1).all()


def test_what_fades_moves_the_next_hours_and_then_nothing():
    mean = np.full((1, LABELS), 40.0)
    rest = rest_of_day(mean=mean, today=until(mean * 1.3, 24), memory=memory(fading=0.05))
    assert rest.factor[0, 24] > 1.15
    assert (np.diff(rest.factor[0, 24:]) < 0).all()
    assert rest.factor[0, -1] == pytest.approx(1, abs=0.01)


def test_a_queue_of_few_contacts_moves_little():
    mean = np.full((1, LABELS), 0.2)
    rest = rest_of_day(mean=mean, today=until(mean * 0, 10), memory=memory(day=0.01))
    assert 0.97 < rest.factor[0, -1] < 1


@pytest.mark.parametrize("today", [np.full((1, LABELS), np.nan), np.zeros((1, LABELS))])
def test_nothing_known_and_a_closed_day_change_nothing(today):
    closed = np.isfinite(today).all()
    mean = np.zeros((1, LABELS)) if closed else np.full((1, LABELS), 9.0)
    rest = rest_of_day(mean=mean, today=today, memory=IntradayMemory.usual(1))
    assert (rest.factor == 1).all()
    assert rest.dispersion_after == pytest.approx(rest.dispersion_before)


def test_one_spike_does_not_carry_the_day_away():
    mean = np.full((1, LABELS), 40.0)
    today = until(mean, 24)
    today[0, 20] = 4_000
    rest = rest_of_day(mean=mean, today=today, memory=memory(day=0.02, fading=0.01))
    assert rest.factor[0, 24:].max() < 1.2


def test_bands_narrow_by_what_the_morning_told_and_stay_in_order():
    mean = np.full((1, LABELS), 40.0)
    known = memory(day=0.05)
    rest = rest_of_day(mean=mean, today=until(mean * 1.2, 24), memory=known)
    bands = np.stack([mean * 0.7, mean * 0.98, mean * 1.3])
    moved = moved_bands(quantiles=bands, levels=(0.1, 0.5, 0.9), mean=mean, rest=rest)
    before, after = (bands[2] - bands[0])[0, 24:], (moved[2] - moved[0])[0, 24:]
    assert (after < 0.8 * before).all()
    assert (np.diff(moved, axis=0) >= 0).all()
    assert (np.abs(moved[1, 0, 24:] - 48) < 2).all()


def test_small_counts_have_whole_quantiles():
    mean = np.full((1, LABELS), 0.7)
    rest = rest_of_day(mean=mean, today=until(mean, 5), memory=memory(day=0.05))
    bands = np.stack([mean * 0, mean * 0 + 1, mean * 0 + 2])
    moved = moved_bands(quantiles=bands, levels=(0.1, 0.5, 0.9), mean=mean, rest=rest)
    assert set(np.unique(moved)) <= {0.0, 1.0, 2.0}
    assert moved[2].max() == 2


@pytest.mark.parametrize("truth", [{"day": 0.03}, {"fading": 0.05}, {"day": 0.01, "fading": 0.03}])
def test_the_rest_of_held_out_days_is_better_than_unchanged_and_than_full_scaling(truth):
    predicted, actual = made_days(days=120, **truth)
    found = learn_memory(
        predicted=predicted[:60], actual=actual[:60], weight=np.ones(actual[:60].shape)
    )
    errors = np.zeros(3)
    inside, cells = 0, 0
    for day in range(60, 120):
        for label in (20, 26, 32):
            mean, truth_now = predicted[day], actual[day]
            today = until(truth_now, label)
            rest = rest_of_day(mean=mean, today=today, memory=found)
            ratio = truth_now[0, :label].sum() / mean[0, :label].sum()
            ahead = np.arange(LABELS) >= label
            for index, factor in enumerate((1.0, ratio, rest.factor)):
                errors[index] += np.abs(mean * factor - truth_now)[0, ahead].sum()
            spread = np.sqrt(rest.dispersion_before * mean**2 + mean)
            bands = np.stack([mean - 1.2816 * spread, mean, mean + 1.2816 * spread]).clip(0)
            moved = moved_bands(quantiles=bands, levels=(0.1, 0.5, 0.9), mean=mean, rest=rest)
            judged = ahead & (mean[0] >= 5)
            hit = (truth_now[0] >= moved[0, 0]) & (truth_now[0] <= moved[2, 0])
            inside, cells = inside + hit[judged].sum(), cells + judged.sum()
    unchanged, full, ours = errors
    assert ours < 0.98 * unchanged
    assert ours < full
    assert inside / cells == pytest.approx(0.8, abs=0.06)


def test_a_day_unlike_any_before_is_believed_when_all_of_it_says_so():
    """Every quarter of the morning brings double: the afternoon follows. One spike does not do it."""
    mean = np.full((2, 48), 40.0)
    calm = IntradayMemory(np.full(2, 0.001), np.full(2, 0.001), np.full(2, 3.0), np.zeros(2))
    today = np.full((2, 48), np.nan)
    today[:, :24] = 40.0
    today[0, :24] = 80.0
    today[1, 6:9] = 500.0
    rest = rest_of_day(mean=mean, today=today, memory=calm)

    assert rest.factor[0, 24:].min() > 1.8
    assert rest.factor[1, 40:].max() < 1.05


def test_a_silent_morning_is_an_outage_and_not_a_quiet_day():
    """Nothing recorded although 960 were due: the afternoon stays; a quiet queue may be silent."""
    mean = np.stack([np.full(LABELS, 40.0), np.full(LABELS, 40.0), np.full(LABELS, 0.4)])
    today = np.full((3, LABELS), np.nan)
    today[:, :24] = 0.0
    today[1, :24] = 4.0
    usual = IntradayMemory.usual(3)
    rest = rest_of_day(mean=mean, today=today, memory=usual)
    assert rest.factor[0] == pytest.approx(1.0)
    assert rest.silenced[0, :24].all()
    assert not rest.silenced[0, 24:].any()
    assert not rest.silenced[1:].any()
    assert rest.factor[1, 24:].max() < 0.5, "a tenth all morning is a quiet day"
    assert rest.factor[2, 24:].max() < 1.0


def test_an_outage_within_the_morning_leaves_what_came_around_it_to_count():
    mean = np.full((1, LABELS), 40.0)
    today = until(mean * 1.3, 24)
    today[0, 6:18] = 0.0
    rest = rest_of_day(mean=mean, today=today, memory=memory(day=0.05))
    assert rest.factor[0, 24:] == pytest.approx(1.3, abs=0.03)
    assert rest.silenced[0].sum() == 12
