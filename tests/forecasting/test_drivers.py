"""Claims that bring calls: the link is found in the database's rows and moves the forecast."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from forecasting import queries
from forecasting.jobs import start_forecast
from forecasting.models import DriverLink, ForecastInterval, ForecastQueueResult, WorkItem
from forecasting.services import (
    ActualRow,
    UnableToSetDriver,
    clear_driver_values,
    create_series,
    link_driver,
    parse_values,
    record_actuals,
    set_driver_values,
)
from tests.factories.org import make_deferred_queue, make_queue, make_user
from tests.forecasting.rows import ORIGIN, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 140
LAG_DAYS = 3


@pytest.fixture
def surge():
    """Claims with waves and a surge in the last two days; calls are three a claim, three days later."""
    rng = np.random.default_rng(6)
    daily = np.exp(np.convolve(rng.normal(0, 0.3, DAYS + 5), np.ones(6) / 2, mode="valid"))
    claims = rng.poisson(8 * daily)
    claims[-2:] = 60
    with system_tenant():
        driver, line = (
            make_deferred_queue(name="Claims"),
            make_queue(name="Line", interval_minutes=30),
        )
        begin = ORIGIN - timedelta(days=DAYS)
        WorkItem.objects.bulk_create(
            WorkItem(queue=driver, external_id=f"{day}-{item}", arrived_at=begin + timedelta(days=day, hours=9),
                     due_at=begin + timedelta(days=day + 1))
            for day, count in enumerate(claims) for item in range(count)
        )  # fmt: skip
        lagged = np.concatenate([np.full(LAG_DAYS, claims.mean()), claims[:-LAG_DAYS]])
        calls = rng.poisson((12 + 3 * lagged)[:, None] / 48 * np.ones((DAYS, 48)))
        record_actuals(
            rows=(
                ActualRow(line.pk, begin + timedelta(days=day, minutes=30 * label), int(calls[day, label]))
                for day in range(DAYS) for label in range(48)
            )
        )  # fmt: skip
    return driver, line


def forecast_of(line):
    with system_tenant():
        run = start_forecast(queues=[line], origin_at=ORIGIN, created_by=None, days=7)
    finish(run.job)
    with system_tenant():
        rows = (
            ForecastInterval.objects.filter(run=run)
            .order_by("starts_at")
            .values_list("mean", flat=True)
        )
        means = np.array(rows).reshape(7, 48).sum(axis=1)
        return run, means, ForecastQueueResult.objects.get(run=run)


def test_a_surge_of_claims_reaches_the_calls_days_later(surge, client):
    driver, line = surge
    _run, plain, _result = forecast_of(line)
    with system_tenant():
        DriverLink.objects.create(driver_queue=driver, queue=line)
    run, driven, result = forecast_of(line)
    assert driven[1:3].min() > 2 * plain[1:3].max()
    assert driven[4:].max() < 2 * plain[4:].max()
    kept = result.components["driver"]
    assert kept["mean_lag_days"] == pytest.approx(LAG_DAYS, abs=0.5)
    assert kept["contacts_per_unit"] == pytest.approx(3, rel=0.25)
    with system_tenant():
        client.force_login(make_user("planner"))
    page = client.get(
        reverse("forecast-queue", args=[run.pk, line.pk]),
        {"from": "2026-03-16", "to": "2026-03-22"},
    )
    assert "Each item of Claims brings" in " ".join(page.context["why"])


def test_a_driver_without_rows_is_left_out(surge):
    _driver, line = surge
    with system_tenant():
        DriverLink.objects.create(driver_queue=make_deferred_queue(), queue=line)
    _run, _means, result = forecast_of(line)
    assert result.components["driver"] is None


def mailed_line(letters, *, per_letter=0.5, lag_days=2):
    """Calls of a line that follow letters by two days, and a series to record the letters in."""
    rng = np.random.default_rng(11)
    lagged = np.concatenate([np.zeros(lag_days), letters[:-lag_days]])
    calls = rng.poisson((60 + per_letter * lagged)[:, None] / 48 * np.ones((DAYS, 48)))
    line = make_queue(name="Line", interval_minutes=30)
    begin = ORIGIN - timedelta(days=DAYS)
    record_actuals(
        rows=(
            ActualRow(line.pk, begin + timedelta(days=day, minutes=30 * label), int(calls[day, label]))
            for day in range(DAYS) for label in range(48)
        )
    )  # fmt: skip
    series = create_series(name="Invoice mailing", unit="letter")
    link_driver(queue=line, series=series)
    return line, series


def test_mailings_that_nobody_announces_count_in_the_mean():
    """Letters on one day in ten bring a quarter of the calls; the median is a day without any."""
    rng = np.random.default_rng(4)
    letters = (rng.random(DAYS) < 0.1) * rng.gamma(4, 100, DAYS).round()
    letters[-7:] = 0
    with system_tenant():
        line, series = mailed_line(letters)
        days = (ORIGIN.date() - timedelta(days=DAYS - day) for day in range(DAYS))
        values = dict(zip(days, letters.tolist(), strict=True))
        set_driver_values(series=series, values=values, today=ORIGIN.date(), recorded_by=None)
    run, means, result = forecast_of(line)
    assert result.components["driver"]["first_day"] == 2
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run)
        medians = sum(rows.values_list("quantile_50", flat=True)) / 7
    due = 60 + 0.5 * letters.mean() * 5 / 7  # none came on the two days before the first two
    assert due > 70
    assert means.mean() == pytest.approx(due, rel=0.06)
    assert means[:2] == pytest.approx(60, rel=0.08)
    assert medians < 63


def test_a_mailing_that_is_planned_ahead_raises_its_days(client):
    rng = np.random.default_rng(12)
    letters = np.where(np.arange(DAYS) % 9 == 0, rng.uniform(200, 900, DAYS), 0.0)
    today = ORIGIN.date()
    with system_tenant():
        line, series = mailed_line(letters)
        past = {
            today - timedelta(days=DAYS - day): letters[day] for day in range(DAYS) if letters[day]
        }
        set_driver_values(series=series, values=past, today=today, recorded_by=None)
        planned = {today + timedelta(days=day): 0.0 for day in range(7)}
        planned[today + timedelta(days=2)] = 800.0
        set_driver_values(
            series=series, values=planned, today=today - timedelta(days=1), recorded_by=None
        )
    run, driven, result = forecast_of(line)
    assert driven[4] == pytest.approx(60 + 400, rel=0.25)
    assert driven[[2, 3, 6]] == pytest.approx(60, rel=0.35)
    with system_tenant():
        client.force_login(make_user("planner"))
    page = client.get(
        reverse("forecast-queue", args=[run.pk, line.pk]),
        {"from": "2026-03-16", "to": "2026-03-22"},
    )
    assert "Each letter brings 0.5" in " ".join(page.context["why"])
    assert result.components["driver"]["first_day"] == 2


def test_only_what_was_known_ahead_counts_for_days_to_come(surge):
    driver, line = surge
    today = ORIGIN.date()
    with system_tenant():
        link = link_driver(queue=line, driver_queue=driver)
        set_driver_values(
            queue=driver, values={today + timedelta(days=1): 70.0}, today=today, recorded_by=None
        )
        series = create_series(name="Mail", unit="letter")
        mail = link_driver(queue=line, series=series)
        for day, told_on in ((1, today), (2, today + timedelta(days=5))):
            set_driver_values(
                series=series,
                values={today + timedelta(days=day): 9.0},
                today=told_on,
                recorded_by=None,
            )
        span = {"first_date": today - timedelta(days=4), "days": 4, "horizon_days": 4}
        counted = queries.driver_values(link, origin_at=ORIGIN, **span)
        told = queries.driver_values(mail, origin_at=ORIGIN, **span)
    assert counted[2:4].tolist() == [60, 60]
    assert np.isnan(counted[[4, 6, 7]]).all()
    assert counted[5] == 70
    assert told[5] == 9
    assert np.isnan(told[6])


def test_days_of_a_queue_that_come_late_are_unknown_and_not_without_contacts(surge):
    driver, line = surge
    today = ORIGIN.date()
    with system_tenant():
        link = link_driver(queue=line, driver_queue=driver)
        begin = ORIGIN - timedelta(days=DAYS)
        quiet = ORIGIN - timedelta(days=6)
        WorkItem.objects.filter(queue=driver, arrived_at__gte=ORIGIN - timedelta(days=3)).delete()
        WorkItem.objects.filter(
            queue=driver, arrived_at__gte=quiet, arrived_at__lt=quiet + timedelta(days=1)
        ).delete()
        values = queries.driver_values(
            link, first_date=begin.date(), days=DAYS, horizon_days=2, origin_at=ORIGIN
        )
        assert begin.date() + timedelta(days=DAYS) == today
    assert values[-8] == 0
    assert np.isfinite(values[: DAYS - 3]).all()
    assert np.isnan(values[DAYS - 3 :]).all()


def test_what_turned_out_today_replaces_the_plan_and_stays_known_ahead():
    today = ORIGIN.date()
    with system_tenant():
        series = create_series(name="Mail", unit="letter")
        day = {"series": series, "today": today, "recorded_by": None}
        set_driver_values(values={today: 800.0}, **day | {"today": today - timedelta(days=1)})
        set_driver_values(values={today: 790.0, today - timedelta(days=1): 5.0}, **day)
        found = series.values.order_by("date").values_list("value", "known_ahead")
        assert list(found) == [(5, False), (790, True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-04-01\t1200\n2026-04-02;800", None),
        ("2026-04-01 1200 3", "Not read: 1: 2026-04-01 1200 3"),
        ("2026-04-01 5\n2026-04-01 6", "each day once"),
        ("  \n", "no line"),
    ],
)
def test_values_are_read_line_by_line(text, words):
    if words is None:
        assert list(parse_values(text).values()) == [1200, 800]
        return
    with pytest.raises(UnableToSetDriver, match=words):
        parse_values(text)


def test_what_makes_no_sense_is_refused():
    today = ORIGIN.date()
    with system_tenant():
        line = make_queue(name="Line")
        series = create_series(name="Mail", unit="letter")
        with pytest.raises(UnableToSetDriver, match="cannot drive itself"):
            link_driver(queue=line, driver_queue=line)
        with pytest.raises(UnableToSetDriver, match="not both"):
            link_driver(queue=line)
        with pytest.raises(UnableToSetDriver, match="only days ahead"):
            set_driver_values(
                queue=line, values={today - timedelta(days=1): 1.0}, today=today, recorded_by=None
            )
        with pytest.raises(UnableToSetDriver, match="no number"):
            set_driver_values(
                series=series, values={today: float("nan")}, today=today, recorded_by=None
            )
        with pytest.raises(UnableToSetDriver, match="already exists"):
            create_series(name="Mail", unit="letter")
        set_driver_values(series=series, values={today: 3.0}, today=today, recorded_by=None)
        assert clear_driver_values(series=series, first=today, last=today) == 1
