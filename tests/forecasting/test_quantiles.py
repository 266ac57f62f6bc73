"""Quantiles that a run is asked for beside those that are always kept."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastQueueResult, ForecastRun
from forecasting.services import UnableToForecast, set_starting_plan
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
LEVELS = [0.025, 0.1, 0.25, 0.975]


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=60)
        add_history(queue)
    return queue


def made(*queues, **options):
    with system_tenant():
        run = start_forecast(
            queues=list(queues), origin_at=ORIGIN, created_by=None, days=14, **options
        )
    finish(run.job)
    return run


def rows_of(run):
    with system_tenant():
        return list(ForecastInterval.objects.filter(run=run).order_by("queue", "starts_at"))


def test_a_run_keeps_the_quantiles_that_it_is_asked_for(queue):
    run = made(queue, quantiles=[0.975, 0.25, 0.025, 0.1])
    assert run.asked_levels == LEVELS
    rows = rows_of(run)
    assert len(rows) == 14 * 24
    for row in rows:
        lowest, low, quarter, highest = row.asked_quantiles
        assert lowest <= low == row.quantile_10 <= quarter <= row.quantile_50
        assert row.quantile_90 <= highest
    busy = [row for row in rows if row.mean > 15]
    assert all(row.asked_quantiles[0] < row.quantile_10 for row in busy)
    assert all(row.asked_quantiles[3] > row.quantile_90 for row in busy)


def test_asked_quantiles_hold_their_share_of_what_comes(queue):
    run = made(queue, quantiles=LEVELS)
    with system_tenant():
        rng = np.random.default_rng(8)
        rows = [row for row in rows_of(run) if row.starts_at.weekday() < 5]
    came = rng.poisson(20.0, (200, len(rows)))
    for place, level in enumerate(LEVELS):
        bounds = np.array([row.asked_quantiles[place] for row in rows])
        assert (came <= bounds).mean() == pytest.approx(level, abs=0.06)


def test_what_is_always_kept_does_not_depend_on_what_is_asked(queue):
    plain, asked = rows_of(made(queue)), rows_of(made(queue, quantiles=LEVELS))
    for one, other in zip(plain, asked, strict=True):
        assert one.asked_quantiles is None
        for name in ("mean", "quantile_10", "quantile_50", "quantile_90"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6)
    with system_tenant():
        first, second = ForecastQueueResult.objects.order_by("run")
    assert first.coverage == second.coverage


@pytest.mark.parametrize("own_days", [0, 20])
def test_a_new_queue_keeps_them_too(queue, own_days):
    with system_tenant():
        young = make_queue(name="Young", interval_minutes=60)
        if own_days:
            add_history(young, days=own_days)
        set_starting_plan(queue=young, look_alike=queue)
    run = made(queue, young, quantiles=LEVELS)
    rows = [row for row in rows_of(run) if row.queue_id == young.pk]
    assert len(rows) == 14 * 24
    for row in rows:
        assert row.asked_quantiles[1] == pytest.approx(row.quantile_10)
        assert row.asked_quantiles[0] <= row.quantile_10
        assert row.asked_quantiles[3] >= row.quantile_90


def test_rest_asks_for_quantiles_and_serves_them(planner, queue):
    body = {"queues": [queue.pk], "days": 7, "quantiles": [0.95, 0.05]}
    answer = planner.post("/api/v1/forecasting/runs/", body, content_type="application/json")
    assert answer.status_code == 202
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get()
    finish(run.job)
    first = run.starts_at.date()
    span = {"queue": queue.pk, "run": run.pk, "from": first, "to": first}
    rows = planner.get("/api/v1/forecasting/intervals/", span).json()["results"]
    for row in rows:
        assert list(row["quantiles"]) == ["0.05", "0.95"]
        assert row["quantiles"]["0.05"] <= row["quantile_10"]
        assert row["quantiles"]["0.95"] >= row["quantile_90"]


@pytest.mark.parametrize("wrong", [[0.0], [1.0], [0.5] * 10, [0.05, 0.05], ["much"]], ids=str)
def test_rest_refuses_what_are_no_quantiles(planner, queue, wrong):
    body = {"queues": [queue.pk], "quantiles": wrong}
    answer = planner.post("/api/v1/forecasting/runs/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not ForecastRun.objects.exists()


def test_the_service_refuses_too_many_and_what_is_none(queue):
    for wrong, words in (
        ([0.01 * step for step in range(1, 11)], "at most 9 quantiles, got 10"),
        ([float("nan")], "got nan"),
        ([0.05, 0.05], "stands twice"),
    ):
        with pytest.raises(UnableToForecast, match=words), system_tenant():
            start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, quantiles=wrong)


def test_the_form_takes_per_cent_and_the_day_shows_them(planner, queue):
    data = {"queue": queue.pk, "days": 7, "quantiles": "97.5, 2.5%"}
    answer = planner.post(reverse("forecast-start"), data)
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get()
    assert run.asked_levels == [0.025, 0.975]
    finish(run.job)
    day = (run.starts_at + timedelta(days=1)).date()
    period = {"from": day, "to": day, "day": day}
    page = planner.get(f"{answer.url}queues/{queue.pk}/", period)
    text = page.content.decode()
    assert "2.5\u202f% quantile" in text
    assert "97.5\u202f% quantile" in text
    shown = page.context["day"]["rows"][10]
    with system_tenant():
        row = ForecastInterval.objects.get(run=run, starts_at=shown.starts_at)
    assert shown.asked_quantiles == tuple(row.asked_quantiles)


@pytest.mark.parametrize("text", ["5,95", "few", "0", "100", "5 5"])
def test_the_form_refuses_what_are_no_quantiles(planner, queue, text):
    data = {"queue": queue.pk, "days": 7, "quantiles": text}
    answer = planner.post(reverse("forecast-start"), data, follow=True)
    assert [str(message) for message in answer.context["messages"]]
    assert not ForecastRun.objects.exists()
