"""Chart payloads say what is drawn, and refuse what does not fit together."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from wfm.web.charts import Axis, CategoryChart, CurveChart, Mark, Series, TimeChart

START = datetime(2026, 11, 16, 5, tzinfo=UTC)
GRID = [START + timedelta(minutes=15 * index) for index in range(3)]


def time_chart(**changes):
    defaults = {
        "starts_at": GRID,
        "step_minutes": 15,
        "tz": "America/Toronto",
        "y": Axis(title="Agents"),
        "series": [Series(key="required", label="Required", shape="step", values=[1, 2, 3])],
    }
    return TimeChart(**defaults | changes)


def test_time_chart_carries_moments_in_utc_and_the_zone():
    chart = time_chart(now=START, marks=[Mark(at=START, label="published")]).payload()

    assert chart["x"] == [1794805200, 1794806100, 1794807000]
    assert chart["tz"] == "America/Toronto"
    assert chart["stepSeconds"] == 900
    assert chart["now"] == chart["marks"][0]["at"] == chart["x"][0]


def test_nan_and_infinity_become_gaps():
    values = np.array([1.0, np.nan, np.inf])
    series = Series(key="forecast", label="Forecast", values=values, low=values, high=values)

    drawn = time_chart(series=[series]).payload()["series"][0]

    assert drawn["values"] == drawn["low"] == drawn["high"] == [1.0, None, None]


def test_shares_keep_two_more_digits_than_they_show():
    axis = Axis(title="Service level", unit="%", digits=1)
    chart = CategoryChart(
        categories=["Cards"],
        x_title="Queue",
        y=axis,
        series=[Series(key="1", label="Level", values=[0.811319], shape="bar")],
    )

    assert chart.payload()["series"][0]["values"] == [0.81132]


def test_curve_marks_where_we_are():
    chart = CurveChart(
        xs=[1, 2],
        x=Axis(title="Agents"),
        y=Axis(title="Level", unit="%"),
        series=[Series(key="1", label="Level", values=[0.5, 0.8])],
        here=2,
        here_label="plan",
    ).payload()

    assert (chart["here"], chart["hereLabel"], chart["x"]) == (2, "plan", [1.0, 2.0])


@pytest.mark.parametrize("field", ["values", "low", "high"])
def test_a_series_of_another_length_is_refused(field):
    lengths = {"values": [1, 2, 3], "low": [1, 2, 3], "high": [1, 2, 3]} | {field: [1, 2]}

    with pytest.raises(ValueError, match=f"2 {field}; expected 3"):
        time_chart(series=[Series(key="forecast", label="Forecast", **lengths)]).payload()
