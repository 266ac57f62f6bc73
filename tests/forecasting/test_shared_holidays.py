"""Holidays of real series: knowing them is worth more than the choice of a model."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forecasting.computations.file_input import engine_inputs
from forecasting.computations.folding import folded
from forecasting.computations.forecast_file import FileForecastParams
from forecasting.computations.history_file import read_history_file
from forecasting.core import forecast
from forecasting.core.special_days import SpecialCalendar
from forecasting.queries.national_calendars import national_calendar

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "forecasting"
DAYS = 28
SETS = {
    "pedestrian_hourly": (
        "AU-VIC",
        "Australia/Melbourne",
        ["2016-03-04", "2016-10-20", "2016-12-04"],
    ),
    "nyc_ems_hourly_2015_2019": ("US-NY", "America/New_York", ["2018-11-15", "2019-05-20"]),
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no development data at {SHARED}"),
]


def errors(name, calendar):
    """Absolute error on holidays and on all days, as shares of what came there."""
    code, zone, starts = SETS[name]
    tz = ZoneInfo(zone)
    history = read_history_file(SHARED / f"{name}.csv", interval_minutes=60, tz=tz)
    params = FileForecastParams(
        interval_minutes=60, tz=tz, days=DAYS, history_days=1095, quantiles=("0.5",),
        calendar=calendar,
    )  # fmt: skip
    first = history.series[0].first_date
    dates = national_calendar(code, first, first + timedelta(days=4000)).dates
    on_holidays = {item.on_date for item in dates}
    missed, came = np.zeros(2), np.zeros(2)
    for start in starts:
        origin = datetime.fromisoformat(start)
        is_holiday = [origin.date() + timedelta(days=day) in on_holidays for day in range(DAYS)]
        for part in engine_inputs(history, origin, params):
            result = forecast(history=part.history, horizon=part.horizon, params=params.engine)
            for row, index in enumerate(part.indexes):
                series = history.series[index]
                actual = folded(
                    series, first_date=origin.date(), days=DAYS, interval_minutes=60, tz=tz
                ).volumes
                gap = np.nansum(np.abs(result.quantiles[0, row] - actual), axis=1)
                sums = np.nansum(actual, axis=1)
                missed += [gap[is_holiday].sum(), gap.sum()]
                came += [sums[is_holiday].sum(), sums.sum()]
    return missed / came


@pytest.mark.parametrize(("name", "at_most"), [("pedestrian_hourly", 0.75), ("nyc_ems_hourly_2015_2019", 0.8)])  # fmt: skip
def test_known_holidays_lower_the_error(name, at_most):
    first = datetime(2015, 1, 1).date()  # noqa: DTZ001 - a date
    calendar = national_calendar(SETS[name][0], first, first + timedelta(days=2500))
    told, untold = errors(name, calendar), errors(name, None)
    assert told[0] < at_most * untold[0]
    assert told[1] < untold[1]


def test_an_empty_calendar_changes_nothing():
    name = "pedestrian_hourly"
    assert errors(name, SpecialCalendar()).tolist() == errors(name, None).tolist()
