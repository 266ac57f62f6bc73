"""The split of a forecast into first and repeated contacts, told what the forecast was told."""

from datetime import date

import numpy as np
import pytest

from forecasting.computations.batch import BatchInput
from forecasting.computations.repeat_forecast import repeat_share
from forecasting.core import HistoryData, HorizonData
from forecasting.queries import ContactSplit

DAYS, AHEAD, LABELS = 56, 14, 24
SURGE = 4


def shares(*, future=None, today=None):
    """Share of repeats by coming day: three of ten firsts call again on the next day."""
    rng = np.random.default_rng(3)
    first = rng.poisson(30.0, (DAYS, LABELS)).astype(float)
    repeat = rng.poisson(9.0, (DAYS, LABELS)).astype(float)
    is_open = np.ones((1, DAYS, LABELS), dtype=bool)
    given = BatchInput(
        history=HistoryData(
            offered=(first + repeat)[None],
            open_mask=is_open,
            first_date=date(2026, 1, 5),
            interval_minutes=60,
        ),
        horizon=HorizonData(
            open_mask=np.ones((1, AHEAD, LABELS), dtype=bool),
            day_factors=None if future is None else future[None],
            today_offered=today,
        ),
        drivers=(None,),
    )
    lags = np.array([0.0, 0.3 * first[:-1].sum()])
    found = repeat_share(0, given, ContactSplit(first=first, repeat=repeat, lag_counts=lags))
    return found.shares


def test_a_surge_of_the_driver_brings_first_contacts_and_then_repeats():
    plain = shares()[:, 12]
    assert plain == pytest.approx(0.3 / 1.3, abs=0.02)
    future = np.ones(AHEAD)
    future[SURGE] = 3.0
    driven = shares(future=future)[:, 12]
    assert driven[SURGE] == pytest.approx(0.3 / 3.3, abs=0.02)
    assert driven[SURGE + 1] == pytest.approx(0.9 / 1.9, abs=0.03)
    assert np.delete(driven, [SURGE, SURGE + 1]) == pytest.approx(
        np.delete(plain, [SURGE, SURGE + 1]), abs=0.01
    )


def test_a_busy_morning_holds_first_contacts_not_repeats_of_yesterday():
    today = np.full((1, LABELS), np.nan)
    today[0, :12] = 3 * 39
    busy, plain = shares(today=today), shares()
    assert busy[0, 12:] == pytest.approx(0.3 / (0.3 + 3), abs=0.05)
    assert busy[0, 18] < 0.7 * plain[0, 18]
