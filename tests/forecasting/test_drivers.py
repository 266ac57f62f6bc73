"""Claims that bring calls: the link is found in the database's rows and moves the forecast."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from forecasting.jobs import start_forecast
from forecasting.models import DriverLink, ForecastInterval, ForecastQueueResult, WorkItem
from forecasting.services import ActualRow, record_actuals
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
