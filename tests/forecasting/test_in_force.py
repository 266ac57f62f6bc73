"""In force: per queue and instant the newest published forecast that covers it."""

from datetime import timedelta
from importlib import import_module

import numpy as np
import pytest
import time_machine
from django.db import connection
from django.db.migrations import RunSQL
from django.urls import reverse

from forecasting import queries
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastQueueResult, ForecastRun
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
API = "/api/v1/forecasting/"


def published(*queues, days, origin_at=ORIGIN, publish_when_done=True):
    with system_tenant():
        run = start_forecast(
            queues=list(queues),
            origin_at=origin_at,
            created_by=None,
            days=days,
            publish_when_done=publish_when_done,
        )
    finish(run.job)
    return run


def day_of(run, queue, day):
    """The run's own contacts of a local date of a UTC queue."""
    start = ORIGIN + day * DAY
    with system_tenant():
        rows = ForecastInterval.objects.filter(
            run=run, queue=queue, starts_at__gte=start, starts_at__lt=start + DAY
        )
        return sum(rows.values_list("mean", flat=True))


def dates(first, last):
    return {name: (ORIGIN + day * DAY).date().isoformat()
            for name, day in (("from", first), ("to", last))}  # fmt: skip


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=60)
        add_history(queue)
    return queue


@pytest.fixture
def long(queue):
    """Forty days, made from fewer contacts, so that its numbers differ."""
    return published(queue, days=40)


@pytest.fixture
def night(queue, long):
    """Ten days, published later, of a queue that has doubled."""
    with system_tenant():
        add_history(queue, per_interval=40, seed=4)
    return published(queue, days=10)


def test_a_shorter_forecast_leaves_the_far_end_of_a_longer_one_in_force(queue, long, night):
    with system_tenant():
        found = queries.in_force([queue.pk], starts_at=ORIGIN - DAY, ends_at=ORIGIN + 50 * DAY)
        series = queries.series_in_force(
            queue, starts_at=ORIGIN + 8 * DAY, ends_at=ORIGIN + 12 * DAY
        )
    assert [(part.run_id, part.starts_at, part.ends_at) for part in found] == [
        (night.pk, ORIGIN, ORIGIN + 10 * DAY),
        (long.pk, ORIGIN + 10 * DAY, ORIGIN + 40 * DAY),
    ]
    by_day = series.mean.reshape(4, 24).sum(axis=1)
    expected = [day_of(night, queue, day) for day in (8, 9)]
    expected += [day_of(long, queue, day) for day in (10, 11)]
    assert by_day == pytest.approx(expected)
    assert expected[0] > 1.5 * expected[3]


def test_totals_read_what_is_in_force_on_each_day(planner, queue, long, night):
    answer = planner.get(API + "totals/", {"level": "all", **dates(8, 11)}).json()
    rows = {row["date"]: row["mean"] for row in answer}
    expected = [day_of(run, queue, day) for run, day in
                ((night, 8), (night, 9), (long, 10), (long, 11))]  # fmt: skip
    assert list(rows.values()) == pytest.approx(expected)
    page = planner.get(reverse("forecast-totals"), dates(20, 21))
    assert page.context["rows"][0]["mean"] == pytest.approx(
        day_of(long, queue, 20) + day_of(long, queue, 21)
    )


def test_a_queue_without_forecast_in_the_period_is_named_as_missing(planner, queue, long):
    with system_tenant():
        other = make_queue(interval_minutes=60)
        add_history(other)
    published(other, days=5)
    page = planner.get(reverse("forecast-totals"), dates(10, 11))
    assert page.context["without"] == 1
    assert "1 queue has no published forecast" in page.content.decode()


def test_intervals_and_components_over_rest_follow_it(planner, queue, long, night):
    wanted = {"queue": queue.pk, **dates(9, 10), "page_size": 100}
    rows = planner.get(API + "intervals/", wanted).json()["results"]
    assert [row["run"] for row in rows] == [night.pk] * 24 + [long.pk] * 24
    factors = planner.get(API + "components/", wanted).json()
    assert [row["mean"] for row in factors] == pytest.approx([row["mean"] for row in rows])
    product = np.array([row["level"] * row["weekday"] * row["share"] * row["special"]
                        * row["driver"] * row["today"] for row in factors])  # fmt: skip
    assert product == pytest.approx(np.array([row["mean"] for row in rows]), rel=1e-4)
    named = planner.get(API + "intervals/", {**wanted, "run": long.pk}).json()["results"]
    assert {row["run"] for row in named} == {long.pk}


def test_the_page_of_the_night_shows_the_longer_one_beyond_its_end(planner, queue, long, night):
    address = reverse("forecast-queue", args=[night.pk, queue.pk])
    far = (ORIGIN + 20 * DAY).date().isoformat()
    page = planner.get(address, {**dates(9, 20), "day": far})
    expected = sum(day_of(long, queue, day) for day in range(10, 21)) + day_of(night, queue, 9)
    assert page.context["total"] == pytest.approx(expected)
    assert page.context["day"]["total"] == pytest.approx(day_of(long, queue, 20))
    text = page.content.decode()
    assert f"forecast {long.pk} is in force; this one has nothing there" in text
    assert f"In force on this day: forecast {long.pk}." in text
    inside = planner.get(address, dates(1, 5)).content.decode()
    assert "this one has nothing there" not in inside


def test_a_draft_shows_nothing_but_itself(planner, queue, long):
    draft = published(queue, days=5, publish_when_done=False)
    page = planner.get(reverse("forecast-queue", args=[draft.pk, queue.pk]), dates(10, 12))
    assert page.context["total"] is None


def test_a_forecast_of_one_queue_leaves_the_others_in_the_list(planner, queue):
    with system_tenant():
        other = make_queue(name="Loans", interval_minutes=60)
        add_history(other)
    both = published(queue, other, days=10)
    alone = published(queue, days=10)
    with time_machine.travel(ORIGIN + DAY, tick=False):
        page = planner.get(reverse("forecast"))
    assert {row["result"].queue: row["result"].run_id for row in page.context["results"]} == {
        queue: alone.pk,
        other: both.pk,
    }


def test_a_queue_that_the_newest_forecast_refused_keeps_the_older_one(queue):
    older = published(queue, days=10)
    newer = published(queue, days=10)
    with system_tenant():
        ForecastQueueResult.objects.filter(run=newer).update(flag="REFUSED")
        at = queries.in_force_at(ORIGIN + DAY)
    assert at[queue.pk].run_id == older.pk


def test_each_queue_is_covered_on_its_own_dates():
    """The run begins with the first clock and ends with the last; each queue has its own ends."""
    with system_tenant():
        east = make_queue(timezone="Asia/Kolkata", interval_minutes=60)
        west = make_queue(timezone="America/Toronto", interval_minutes=60)
        for queue in (east, west):
            add_history(queue)
    noon = ORIGIN + timedelta(hours=12)
    run = published(east, west, days=3, origin_at=noon)
    with system_tenant():
        run.refresh_from_db()
        found = {part.queue_id: part for part in
                 queries.in_force(None, starts_at=run.starts_at, ends_at=run.ends_at)}  # fmt: skip
    assert found[east.pk].starts_at == run.starts_at == ORIGIN - timedelta(hours=5.5)
    assert found[west.pk].starts_at == ORIGIN + timedelta(hours=4)
    assert found[west.pk].ends_at == run.ends_at == found[west.pk].starts_at + 3 * DAY


def test_forecasts_of_before_get_their_own_dates_by_migration():
    """As if written before results had a stretch: Kolkata's days begin at half past six."""
    with system_tenant():
        east = make_queue(timezone="Asia/Kolkata", interval_minutes=60)
        clocks = make_queue(timezone="Europe/London", interval_minutes=60)
        for queue in (east, clocks):
            add_history(queue)
    run = published(east, clocks, days=14)  # in London the last day has 23 hours
    module = import_module("forecasting.migrations.0008_keep_each_queues_stretch")
    (fill,) = [each for each in module.Migration.operations if isinstance(each, RunSQL)]
    with system_tenant():
        results = ForecastQueueResult.objects.filter(run=run).order_by("queue")
        wanted = list(results.values_list("queue", "starts_at", "ends_at"))
        assert None not in {value for row in wanted for value in row}
        results.update(starts_at=None, ends_at=None)
        with connection.cursor() as cursor:
            cursor.execute(fill.sql)
        assert list(results.values_list("queue", "starts_at", "ends_at")) == wanted


def test_what_was_in_force_at_an_earlier_moment_can_be_asked(queue, long, night):
    with system_tenant():
        ForecastRun.objects.filter(pk=long.pk).update(published_at=ORIGIN)
        ForecastRun.objects.filter(pk=night.pk).update(published_at=ORIGIN + DAY)
        (then,) = queries.in_force(
            [queue.pk],
            starts_at=ORIGIN,
            ends_at=ORIGIN + 5 * DAY,
            published_until=ORIGIN + timedelta(hours=1),
        )
    assert then.run_id == long.pk
