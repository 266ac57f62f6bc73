"""Drivers of queues that have holidays, and drivers of which some intervals are missing."""

from datetime import timedelta

import numpy as np
import pytest

from forecasting import queries
from forecasting.jobs import start_forecast
from forecasting.models import DriverLink, ForecastInterval, ForecastQueueResult
from forecasting.queries.national_calendars import national_calendar
from forecasting.services import ActualRow, record_actuals
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])
PAST, AHEAD = 420, 80


def dates():
    return [ORIGIN.date() + timedelta(days=day) for day in range(-PAST, AHEAD)]


def holidays():
    found = national_calendar("GB-ENG", dates()[0], dates()[-1])
    return {item.on_date for item in found.dates}


def line_and_office(calls, claims):
    """Two daily queues, linked, with these contacts on the past days."""
    line, office = (
        make_queue(name=name, interval_minutes=1440, timezone="UTC") for name in ("Line", "Claims")
    )
    line.holiday_codes = "GB-ENG"
    line.save()
    record_actuals(
        rows=(
            ActualRow(queue.pk, ORIGIN - (PAST - day) * DAY, int(counts[day]))
            for queue, counts in ((line, calls), (office, claims)) for day in range(PAST)
        )
    )  # fmt: skip
    DriverLink.objects.create(queue=line, driver_queue=office)
    return line


def forecast_of(line):
    """Means by date, and what the run kept of the driver."""
    with system_tenant():
        run = start_forecast(queues=[line], origin_at=ORIGIN, created_by=None, days=AHEAD)
    finish(run.job)
    with system_tenant():
        means = {row.starts_at.date(): row.mean for row in ForecastInterval.objects.filter(run=run)}
        return means, ForecastQueueResult.objects.get(run=run).components["driver"]


def test_no_link_is_learnt_from_holidays_alone():
    """Both rest on bank holidays and have nothing else in common."""
    rng, rests = np.random.default_rng(1), holidays()
    week = np.array([WEEK[day.weekday()] for day in dates()])
    free = np.array([day in rests for day in dates()])
    calls, claims = 400 * week * np.where(free, 0.3, 1), 150 * week * np.where(free, 0.02, 1)
    with system_tenant():
        line = line_and_office(rng.poisson(calls), rng.poisson(claims))
    means, kept = forecast_of(line)
    assert kept is None
    for day, mean in zip(dates()[PAST:], calls[PAST:], strict=True):
        if day in rests:
            assert means[day] == pytest.approx(mean, rel=0.2), day


def test_an_office_that_rests_on_holidays_is_forecast_to_rest_on_those_ahead():
    """Claims bring calls two days later; on bank holidays and two days after calls are fewer."""
    rng, rests = np.random.default_rng(2), holidays()
    week = np.array([WEEK[day.weekday()] for day in dates()])
    free = np.array([day in rests for day in dates()])
    waves = np.exp(np.convolve(rng.normal(0, 0.25, free.size + 4), np.ones(5) / 2, mode="valid"))
    usual = 150 * week * np.where(free, 0.02, 1)
    claims = rng.poisson(usual * waves)
    own = 250 * week * np.where(free, 0.3, 1)
    calls = rng.poisson(own + np.concatenate([np.full(2, claims.mean()), claims[:-2]]))
    with system_tenant():
        line = line_and_office(calls, claims)
    means, kept = forecast_of(line)
    assert kept["contacts_per_unit"] == pytest.approx(1, rel=0.2)
    due = own + np.concatenate([np.full(2, usual.mean()), usual[:-2]])
    after = [day for day in np.flatnonzero(free) + 2 if PAST <= day < free.size]
    for days in (np.flatnonzero(free[PAST:]) + PAST, np.array(after)):
        assert days.size >= 3
        told = sum(means[dates()[day]] for day in days)
        assert told == pytest.approx(due[days].sum(), rel=0.2)


def test_a_partly_recorded_day_of_a_driver_is_scaled_up_or_unknown():
    with system_tenant():
        line, office = make_queue(interval_minutes=60), make_queue(interval_minutes=60)
        link = DriverLink.objects.create(queue=line, driver_queue=office)
        begin = ORIGIN - 28 * DAY
        record_actuals(
            rows=(
                ActualRow(office.pk, begin + day * DAY + timedelta(hours=hour), 10)
                for day in range(28)
                for hour in range({7: 21, 8: 12, 9: 0}.get(day, 24))
            )
        )
        values = queries.driver_values(
            link, first_date=begin.date(), days=28, horizon_days=2, origin_at=ORIGIN
        )
    assert values[:8] == pytest.approx(240)
    assert np.isnan(values[8]), "half a day's contacts are no quiet day"
    assert values[9] == 0
    assert values[10:28] == pytest.approx(240)
