"""First contacts and repeats: who calls again, how soon, and what that means for coming days."""

import numpy as np
import pytest

from forecasting.core.imports.values import parse_instant
from forecasting.core.repeats import estimate_kernel, repeat_days, repeat_shares
from tests.forecasting.customers import first_contacts


def test_the_kernel_counts_only_contacts_old_enough_to_have_shown_it():
    kernel = estimate_kernel(first_days=np.full(10, 100.0), lag_counts=np.array([50, 90.0, 80.0]))
    assert kernel.shares.tolist() == [0.05, 0.1, 0.1]
    assert kernel.repeats_per_first == pytest.approx(0.25)
    assert kernel.usual_days == (1, 2)


def test_nothing_known_brings_nothing():
    kernel = estimate_kernel(first_days=np.zeros(3), lag_counts=np.array([4.0, 1.0]))
    assert kernel.repeats_per_first == 0
    assert kernel.usual_days == (0, 0)


def test_the_kernel_is_found_in_simulated_customers():
    rng = np.random.default_rng(4)
    firsts = np.repeat(np.arange(200), 300)
    again = rng.random(firsts.size) < 0.3
    lags = rng.integers(1, 6, firsts.size)
    days = np.concatenate([firsts, (firsts + lags)[again]])
    customers = np.concatenate([np.arange(firsts.size), np.flatnonzero(again)])
    inside = days < 200
    days, customers = days[inside], customers[inside]
    roots = first_contacts(list(zip(customers, days, strict=True)), window=7)
    is_repeat = roots != np.arange(roots.size)
    lag_counts = np.bincount((days - days[roots])[is_repeat])
    kernel = estimate_kernel(
        first_days=np.bincount(days[~is_repeat]).astype(float),
        lag_counts=lag_counts.astype(float),
    )
    assert kernel.shares == pytest.approx([0, 0.06, 0.06, 0.06, 0.06, 0.06], abs=0.004)


def test_a_surge_of_first_contacts_brings_repeats_days_later():
    kernel = estimate_kernel(first_days=np.full(50, 100.0), lag_counts=np.array([0, 0, 960.0]))
    past = np.append(np.full(9, 100.0), 600.0)
    days = repeat_days(kernel=kernel, past_first=past, future_first=np.full(4, 100.0))
    assert days == pytest.approx([20, 120, 20, 20])


def test_repeats_come_when_repeats_came_before_and_only_while_open():
    past_first = np.tile([100.0, 100, 0, 0], (20, 1))
    past_repeat = np.tile([0.0, 50, 0, 0], (20, 1))
    first_mean = np.array([[100.0, 100, 0, 0], [0, 0, 0, 0]])
    shares = repeat_shares(
        first_mean=first_mean,
        repeats_by_day=np.array([40.0, 40.0]),
        past_first=past_first,
        past_repeat=past_repeat,
    )
    repeats = first_mean * shares / (1 - shares)
    assert repeats[0].sum() == pytest.approx(40)
    assert repeats[0, 1] > 0.97 * 40
    assert (shares[0, 2:] == 0).all()
    assert (shares[1] == 0).all()
    assert ((shares >= 0) & (shares < 1)).all()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-03-01 09:15:42", 42),
        ("2026-03-01T09:15:42.5", 42.5),
        ("2026-03-01 09:15", 0),
        ("2026-03-01 09:15:42 am", 42),
        ("2026-03-01T09:15:42+00:00", 42),
    ],
)
def test_contacts_are_read_to_the_second(text, seconds):
    moment = parse_instant(text)
    assert (moment.hour, moment.minute) == (9, 15)
    assert moment.second + moment.microsecond / 1e6 == seconds
