"""The day under way: the rest of it follows what came, the published forecast stays."""

from datetime import timedelta
from time import process_time

import numpy as np
import pytest
import time_machine
from django.urls import reverse

from forecasting import queries
from forecasting.computations.refresh_today import refresh_today
from forecasting.jobs import start_forecast, start_today_refresh
from forecasting.models import (
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    IntradayForecast,
    WorkItem,
)
from forecasting.services import ActualRow, publish_forecast, record_actuals
from tests.factories.org import make_deferred_queue, make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
NOON = ORIGIN + timedelta(hours=12)


def published(*queues):
    with system_tenant():
        run = start_forecast(queues=list(queues), origin_at=ORIGIN, created_by=None, days=7)
    finish(run.job)
    with system_tenant():
        run = ForecastRun.objects.get(pk=run.pk)
        return publish_forecast(run=run, published_at=ORIGIN, published_by=None)


def arrive(queue, *, times, until=NOON, since=ORIGIN):
    """The forecast's mean times a factor, exactly, in every interval of a stretch."""
    rows = ForecastInterval.objects.filter(
        queue=queue, starts_at__gte=since, starts_at__lt=until, is_open=True
    )
    record_actuals(
        rows=[ActualRow(queue.pk, row.starts_at, round(row.mean * times)) for row in rows]
    )


def updates(queue):
    rows = IntradayForecast.objects.filter(queue=queue).order_by("starts_at")
    return list(rows)


def morning(queue, moments):
    rows = ForecastInterval.objects.filter(queue=queue, starts_at__in=moments)
    return np.array([row.mean for row in rows.order_by("starts_at")])


@pytest.fixture
def line():
    with system_tenant():
        queue = make_queue(name="Line", interval_minutes=30)
        add_history(queue, days=42)
    published(queue)
    return queue


def test_a_loud_morning_raises_the_rest_and_leaves_the_forecast_alone(line):
    with system_tenant():
        before = list(ForecastInterval.objects.filter(queue=line).values_list("mean", flat=True))
        arrive(line, times=1.5)
        done = refresh_today(at=NOON)
        rows = updates(line)
        assert done.queues == 1
        assert done.intervals == len(rows)
        assert rows[0].starts_at == NOON
        ratio = np.array([row.mean for row in rows]) / morning(
            line, [row.starts_at for row in rows]
        )
        assert 1.05 < ratio[0] < 1.5
        assert ratio[-1] <= ratio[0]
        assert {row.known_until for row in rows} == {NOON}
        assert all(row.quantile_10 <= row.quantile_50 <= row.quantile_90 for row in rows)
        after = ForecastInterval.objects.filter(queue=line).values_list("mean", flat=True)
        assert list(after) == before


def test_an_ordinary_morning_changes_little_and_narrows_the_band(line):
    with system_tenant():
        arrive(line, times=1.0)
        refresh_today(at=NOON)
        rows = updates(line)
        plain = ForecastInterval.objects.filter(
            queue=line, starts_at__in=[row.starts_at for row in rows]
        )
        was = sum(row.quantile_90 - row.quantile_10 for row in plain)
        assert sum(row.mean for row in rows) == pytest.approx(
            sum(row.mean for row in plain), rel=0.05
        )
        assert sum(row.quantile_90 - row.quantile_10 for row in rows) <= was


def test_a_morning_without_a_single_contact_is_an_outage_and_said_to_be_one(line, client):
    """The feed wrote zeros until noon: the afternoon stays as forecast, and the page says why."""
    with system_tenant():
        arrive(line, times=0.0)
        refresh_today(at=NOON)
        rows = updates(line)
        ratio = np.array([row.mean for row in rows]) / morning(
            line, [row.starts_at for row in rows]
        )
        assert ratio == pytest.approx(1.0)
        client.force_login(make_user("planner"))
    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("forecast-today")).content.decode()
        assert "Nothing was recorded from" in page
        assert "not for demand" in page
        with system_tenant():
            arrive(line, times=1.0)
            refresh_today(at=NOON)
        page = client.get(reverse("forecast-today")).content.decode()
    assert "Nothing was recorded from" not in page


def test_only_queues_with_something_new_are_updated_again(line):
    with system_tenant():
        arrive(line, times=1.2)
        assert refresh_today(at=NOON).queues == 1
        assert refresh_today(at=NOON + timedelta(minutes=5)).queues == 0
        assert refresh_today(at=NOON + timedelta(minutes=5), only_fresh=False).queues == 1
        arrive(line, times=1.2, since=NOON, until=NOON + timedelta(minutes=30))
        later = NOON + timedelta(minutes=31)
        assert refresh_today(at=later).queues == 1
        ahead = [row for row in updates(line) if row.known_until > NOON]
        assert ahead[0].starts_at == NOON + timedelta(minutes=30)


def test_an_interval_under_way_does_not_count(line):
    with system_tenant():
        arrive(line, times=1.0)
        arrive(line, times=0.1, since=NOON, until=NOON + timedelta(minutes=30))
        refresh_today(at=NOON + timedelta(minutes=10))
        assert {row.known_until for row in updates(line)} == {NOON}


def test_without_anything_of_today_nothing_is_written(line):
    with system_tenant():
        assert refresh_today(at=NOON).intervals == 0


def test_a_silent_feed_of_items_is_not_taken_for_an_empty_day():
    with system_tenant():
        desk = make_deferred_queue(name="Desk", interval_minutes=60)
        add_items(desk, days=42)
    published(desk)
    with system_tenant():
        assert refresh_today(at=NOON).queues == 0
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=desk,
                external_id=f"today-{hour}",
                arrived_at=ORIGIN + timedelta(hours=hour),
                due_at=ORIGIN + timedelta(days=2),
            )
            for hour in range(6)
        )
        refresh_today(at=NOON)
        rows = updates(desk)
    assert {row.known_until for row in rows} == {ORIGIN + timedelta(hours=6)}


def test_a_forecast_made_during_the_day_counts_only_what_came_after_it(line):
    with system_tenant():
        arrive(line, times=1.5)
        ForecastRun.objects.update(origin_at=NOON)
        assert refresh_today(at=NOON).queues == 0


def test_page_and_button(line, client):
    with system_tenant():
        arrive(line, times=1.5)
        client.force_login(make_user("planner"))
    with time_machine.travel(NOON, tick=False):
        empty = client.get(reverse("forecast-today"))
        assert empty.context["day"]["expected"] is None
        client.post(reverse("forecast-today-refresh"))
        with system_tenant():
            job = start_today_refresh(created_by=None)
        assert finish(job).result["queues"] == 1
        page = client.get(reverse("forecast-today"), {"queue": line.pk})
    day = page.context["day"]
    assert day["expected"] > 1.05 * day["morning"]
    assert [series["key"] for series in day["chart"]["series"]] == [
        "actual",
        "baseline",
        "forecast",
    ]
    assert "Update all queues now" in page.content.decode()


def test_what_mornings_say_is_learnt_with_the_forecast(line):
    with system_tenant():
        learnt = queries.published_today(NOON)[line.pk].memory
        assert set(learnt) == {"day_variance", "fading_variance", "fading_hours", "own_variance"}
        result = ForecastQueueResult.objects.get(queue=line)
        arrive(line, times=1.1)
        ratios = []
        for variance in (0.0, 0.05):
            result.components["intraday"] = learnt | {
                "day_variance": variance,
                "fading_variance": 0.0,
            }
            result.save()
            refresh_today(at=NOON, only_fresh=False)
            row = updates(line)[0]
            ratios.append(row.mean / morning(line, [row.starts_at])[0])
    assert ratios[0] == pytest.approx(1)
    assert ratios[1] == pytest.approx(1.1, abs=0.02)


def test_a_viewer_cannot_start_an_update(line, client):
    with system_tenant():
        client.force_login(make_user("team_lead"))
    assert client.post(reverse("forecast-today-refresh")).status_code == 403


def test_hundreds_of_queues_take_seconds(line):
    with system_tenant():
        template = list(ForecastInterval.objects.filter(queue=line))
        run = template[0].run
        result = run.queue_results.get()
        for number in range(100):
            twin = Queue.objects.get(pk=line.pk)
            twin.pk, twin.name, twin.key = None, f"Line {number}", f"line-{number}"
            twin.save()
            result.pk, result.queue = None, twin
            result.save()
            for row in template:
                row.pk, row.queue = None, twin
            ForecastInterval.objects.bulk_create(template)
            arrive(twin, times=1.2)
        began = process_time()
        assert refresh_today(at=NOON).queues == 100
        assert process_time() - began < 3


def test_a_forecast_published_since_leaves_the_old_ones_updates_out(line, client):
    """Neither page nor REST mixes the morning of one forecast with the afternoon of another."""
    with system_tenant():
        arrive(line, times=1.5)
        refresh_today(at=NOON)
        client.force_login(make_user("planner"))
    address, wanted = reverse("api-intraday-list"), {"queue": line.pk}
    with time_machine.travel(NOON, tick=False):
        before = client.get(address, wanted).json()
        page = client.get(reverse("forecast-today"), wanted).context["day"]
        published(line)
        after = client.get(address, wanted).json()
        replaced = client.get(reverse("forecast-today"), wanted).context["day"]

    assert len(before) > 10
    assert page["expected"] is not None
    assert after == []
    assert replaced["expected"] is None
