import numpy as np
import pytest
from scipy import stats

from adherence.core.measured_shrinkage import (
    LEAST_DAYS,
    Bands,
    PaidHours,
    measure,
    ratio_of_days,
    students_t,
)
from adherence.core.time_cells import Reason

BREAK, TROUBLE, VACATION = 1, 2, 3


def hours_of(rows, off=()):
    """(day, hour of the week, reason, code, seconds) rows."""
    table = np.array(rows, np.int64).reshape(-1, 5)
    return PaidHours(*(table[:, column] for column in range(5)), off=dict(off))


def week(*, days=28, per_hour=36_000, away=3600):
    """Monday 2 March 2026 on: nine to five, a tenth in trouble; the break at eleven is planned."""
    rows = []
    for day in range(days):
        for hour in range(9, 17):
            at = day % 7 * 24 + hour
            lost = away * (2 if day % 7 == 0 else 1)
            rest = 1800 if hour == 11 else 0
            rows += [
                (day, at, Reason.AVAILABLE, 0, per_hour - lost - rest),
                (day, at, Reason.OTHER, TROUBLE, lost),
                *([(day, at, Reason.PLANNED, BREAK, rest)] if rest else []),
            ]
    return rows


def test_shares_are_sums_over_sums():
    found = measure(hours_of(week()), Bands())
    trouble, rest = found.causes[Reason.OTHER, TROUBLE], found.causes[Reason.PLANNED, BREAK]
    paid = 28 * 8 * 36_000
    assert trouble.rate == pytest.approx((24 + 2 * 4) * 8 * 3600 / paid)
    assert rest.rate == pytest.approx(28 * 1800 / paid)
    assert found.total.rate == pytest.approx(trouble.rate + rest.rate)
    assert found.not_placed.rate == pytest.approx(trouble.rate)
    assert (found.total.days, found.total.paid_seconds) == (28, paid)
    assert found.is_enough


def test_the_interval_is_that_of_a_ratio_with_days_as_clusters():
    rng = np.random.default_rng(4)
    whole = rng.uniform(50_000, 90_000, 12)
    part = whole * rng.uniform(0.05, 0.2, 12)
    found = ratio_of_days(part, whole)
    rate = part.sum() / whole.sum()
    error = np.sqrt(12 * np.var(part - rate * whole, ddof=0) * 12 / 11) / whole.sum()
    reach = stats.t.ppf(0.975, 11) * error
    assert (found.rate, found.low, found.high) == pytest.approx((rate, rate - reach, rate + reach))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(8)
    held = 0
    for _sample in range(2000):
        whole = rng.uniform(40_000, 80_000, 20)
        found = ratio_of_days(whole * np.clip(rng.normal(0.12, 0.04, 20), 0, 1), whole)
        held += found.low <= 0.12 <= found.high
    assert 0.93 <= held / 2000 <= 0.97


def test_one_day_says_nothing_of_others():
    found = ratio_of_days(np.array([10.0]), np.array([100.0]))
    assert (found.rate, found.low, found.high, found.is_enough) == (0.1, 0.0, 1.0, False)
    assert ratio_of_days(np.zeros(3), np.zeros(3)).days == 0


def test_bands_of_weekdays_and_hours_keep_their_own_shares():
    found = measure(hours_of(week()), Bands(hours=2, by_weekday=True))
    lines = {(line.cause, line.weekday, line.starts_minute): line for line in found.lines}
    monday = lines[(Reason.OTHER, TROUBLE), 0, 600]
    tuesday = lines[(Reason.OTHER, TROUBLE), 1, 600]
    assert (monday.estimate.rate, tuesday.estimate.rate) == pytest.approx((0.2, 0.1))
    assert (monday.ends_minute, monday.is_pooled) == (720, False)
    rest = lines[(Reason.PLANNED, BREAK), 1, 600]
    assert rest.estimate.rate == pytest.approx(1800 / 72_000)
    assert not any(line.starts_minute < 480 for line in found.lines)  # nobody is paid then


def test_a_band_that_has_seen_too_little_takes_the_share_of_the_whole_week():
    rows = [row for row in week() if row[0] != 20]  # one Sunday of four: too few are left
    assert LEAST_DAYS == 4
    found = measure(hours_of(rows), Bands(by_weekday=True))
    sunday = [line for line in found.lines if line.weekday == 6]
    assert all(line.is_pooled for line in sunday)
    assert {line.estimate for line in sunday} == set(found.causes.values())
    assert not any(line.is_pooled for line in found.lines if line.weekday == 5)


def test_time_off_is_spread_like_the_plan_of_its_day_and_not_seen_is_in_no_rate():
    rows = [*week(), (3, 3 * 24 + 9, Reason.NOT_SEEN, 0, 99_999)]
    off = {(3, VACATION): 72_000, (99, VACATION): 72_000}  # nobody was planned on day 99
    found = measure(hours_of(rows, off), Bands(hours=1))
    paid = 28 * 8 * 36_000 + 72_000
    vacation = found.causes[Reason.PLANNED_OFF, VACATION]
    assert vacation.rate == pytest.approx(72_000 / paid)
    assert found.total.paid_seconds == pytest.approx(paid)
    assert found.not_seen_seconds == 99_999
    nine = [line for line in found.lines if line.cause[1] == VACATION and line.starts_minute == 540]
    assert nine[0].estimate.away_seconds == pytest.approx(72_000 / 8)
    assert found.not_placed.rate < found.total.rate - vacation.rate


def test_bands_divide_the_day():
    with pytest.raises(ValueError, match="bands of"):
        Bands(hours=5)
    assert Bands(hours=6, by_weekday=True).bounds(9) == (2, 360, 720)
    assert Bands(hours=6).bounds(3) == (None, 1080, 1440)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 27, 30, 120, 10_000])
def test_the_quantile_is_that_of_students_t(freedom):
    assert students_t(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=2e-3)
