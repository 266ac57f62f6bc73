"""Hundreds of queues in one job: what shares a call, what it reads, what one refusal does."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasting import queries
from forecasting.computations import batch as batch_module
from forecasting.computations import queue_forecast
from forecasting.computations.batch import gather, plan_batches
from forecasting.core.wall_clock import WallClockGrid
from forecasting.jobs import start_forecast, start_import
from forecasting.models import ForecastInterval, ForecastQueueResult
from forecasting.services import ActualRow, create_import, record_actuals
from tests.factories.org import make_deferred_queue, make_queue
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from wfm.jobs.models import JobStatus
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def made(*queues, days=7, **options):
    with system_tenant():
        run = start_forecast(
            queues=list(queues), origin_at=ORIGIN, created_by=None, days=days, **options
        )
    assert finish(run.job).status == JobStatus.SUCCEEDED
    return run


def means(run, queue):
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        return np.array(rows.values_list("mean", flat=True))


def queues_with_history(count, **fields):
    with system_tenant():
        queues = [make_queue(**{"interval_minutes": 60} | fields) for _ in range(count)]
        for seed, queue in enumerate(queues):
            add_history(queue, seed=seed, per_interval=10 * (seed + 1))
    return queues


def test_queues_of_one_clock_interval_and_history_share_a_call(monkeypatch):
    alike = queues_with_history(3)
    other_zone = queues_with_history(1, timezone="Asia/Shanghai")
    finer = queues_with_history(1, interval_minutes=30)
    with system_tenant():
        shorter = make_queue(interval_minutes=60)
        add_history(shorter, days=20)
    calls = []
    forecast = queue_forecast.forecast

    def counted(**given):
        calls.append(given["history"].queues)
        return forecast(**given)

    monkeypatch.setattr(queue_forecast, "forecast", counted)
    made(*alike, *other_zone, *finer, shorter)
    assert sorted(calls) == [1, 1, 1, 3]


def test_a_queue_is_forecast_alike_alone_and_among_others():
    queues = queues_with_history(3)
    together = made(*queues)
    for queue in queues:
        alone = made(queue)
        assert means(together, queue) == pytest.approx(means(alone, queue), rel=1e-6)


def test_one_refused_queue_stops_no_other():
    good = queues_with_history(1)[0]
    with system_tenant():
        empty = make_queue(interval_minutes=60)
        short = make_queue(interval_minutes=60)
        add_history(short, days=10)
        silent = make_queue(interval_minutes=60, opening=((0, 60),))
        add_history(silent)
        silent.opening_hours.all().delete()
    run = made(good, empty, short, silent)
    with system_tenant():
        flags = dict(ForecastQueueResult.objects.filter(run=run).values_list("queue_id", "flag"))
    refused = dict.fromkeys([empty.pk, short.pk, silent.pk], "REFUSED")
    assert flags == {good.pk: "OK"} | refused
    assert means(run, good).size == 7 * 24


def test_large_groups_are_cut_into_parts_that_fit(monkeypatch):
    monkeypatch.setattr(batch_module, "MOST_QUEUES", 2)
    queues = queues_with_history(5)
    with system_tenant():
        plan = plan_batches(queues, origin_at=ORIGIN, days=7)
    assert [len(batch.queues) for batch in plan.batches] == [2, 2, 1]
    run = made(*queues)
    with system_tenant():
        assert ForecastQueueResult.objects.filter(run=run, flag="OK").count() == 5


def test_a_long_horizon_takes_fewer_queues_at_once():
    queues = queues_with_history(1, interval_minutes=15)
    with system_tenant():
        near, far = (
            batch_module._most_queues(plan.batches[0].span, 15)
            for plan in (plan_batches(queues, origin_at=ORIGIN, days=days) for days in (56, 548))
        )
    assert near == batch_module.MOST_QUEUES
    assert 20 < far < near


def test_reads_do_not_grow_with_the_queues():
    queues = queues_with_history(4)

    def reads(part):
        with system_tenant(), CaptureQueriesContext(connection) as seen:
            for batch in plan_batches(part, origin_at=ORIGIN, days=7).batches:
                gather(batch)
        return len(seen)

    assert reads(queues) == reads(queues[:1]) < 20


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_items_are_counted_on_the_wall_clock_of_their_queue(zone):
    with system_tenant():
        hourly = make_deferred_queue(timezone=zone, interval_minutes=60)
        daily = make_deferred_queue(timezone=zone, interval_minutes=1440)
        for queue in (hourly, daily):
            add_items(queue, days=20, per_day=50)
        first = ORIGIN.date() - timedelta(days=19)
        by_day = queries.daily_totals(daily, first_date=first, days=18, before=ORIGIN)
        for queue in (hourly, daily):
            grid = WallClockGrid(first, 18, batch_module.ZoneInfo(zone), queue.interval_minutes)
            cells = queries.cells_of(
                [queue], grid=grid, before=ORIGIN, by_items=queries.item_queues([queue])
            )
            assert cells.offered[0].sum(axis=1).tolist() == by_day.tolist()


@pytest.mark.parametrize(
    ("minutes", "zone", "make"),
    [
        (15, "UTC", make_queue),
        (30, "Europe/London", make_queue),
        (60, "Asia/Kolkata", make_queue),
        (1440, "Europe/London", make_queue),
        (60, "Europe/London", make_deferred_queue),
        (1440, "Asia/Shanghai", make_deferred_queue),
    ],
)
def test_every_interval_and_channel_is_forecast_18_months_ahead(minutes, zone, make):
    with system_tenant():
        queue = make(interval_minutes=minutes, timezone=zone, opening=((540, 1020),))
        if queue.is_live:
            until = ORIGIN if minutes < 1440 else midnight_in(zone)
            add = add_daily if minutes == 1440 else add_history
            add(queue, until=until)
        else:
            add_items(queue)
    run = made(queue, days=548)
    with system_tenant():
        rows = list(ForecastInterval.objects.filter(run=run, queue=queue).order_by("starts_at"))
        result = ForecastQueueResult.objects.get(run=run)
    first = rows[0]
    zone_info = batch_module.ZoneInfo(zone)
    assert first.starts_at.astimezone(zone_info).date() == ORIGIN.astimezone(zone_info).date()
    days = {row.starts_at.astimezone(zone_info).date() for row in rows}
    assert len(days) == 548
    assert result.flag in {"OK", "THIN"}
    opened = [row for row in rows if row.is_open]
    assert all(np.isfinite([row.mean, row.quantile_90]).all() for row in opened)
    assert sum(row.mean for row in opened) / 548 > 5
    if minutes == 1440:
        assert len(rows) == 548
        assert all(row.starts_at.astimezone(zone_info).strftime("%H:%M") == "00:00" for row in rows)


def midnight_in(zone):
    return ORIGIN.replace(tzinfo=batch_module.ZoneInfo(zone))


def add_daily(queue, until):
    """One row a local day, at its midnight."""
    rng = np.random.default_rng(1)
    record_actuals(
        rows=[
            ActualRow(queue.pk, until - timedelta(days=day), int(rng.poisson(300)))
            for day in range(1, 43)
        ]
    )


def upload(text, queue):
    file = SimpleUploadedFile("days.csv", text.encode())
    with system_tenant():
        batch = create_import(upload=file, kind="INTERVALS", queue=queue, created_by=None)
        batch = start_import(batch=batch, apply=True, created_by=None)
    finish(batch.job)
    with system_tenant():
        batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("header", ["date", "timestamp"])
def test_a_file_of_days_is_imported_for_a_daily_queue(settings, tmp_path, header):
    settings.MEDIA_ROOT = tmp_path
    with system_tenant():
        queue = make_queue(interval_minutes=1440, timezone="Europe/London")
    days = [date(2026, 3, 27) + timedelta(days=index) for index in range(5)]
    lines = [f"{day},{100 + index}" for index, day in enumerate(days)]
    batch = upload("\n".join([f"{header},offered", *lines]), queue)
    assert (batch.status, batch.inserted_count) == ("DONE", 5)
    with system_tenant():
        series = queries.intervals_between(queue, first_date=days[0], last_date=days[-1])
        came = queries.actual_series(queue, starts_at=series[0], ends_at=ORIGIN + 20 * DAY)
    assert [came[int(start.timestamp())] for start in series] == [100, 101, 102, 103, 104]


def test_finer_rows_of_a_daily_queue_are_summed_by_its_own_days(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with system_tenant():
        queue = make_queue(interval_minutes=1440, timezone="Europe/London")
    lines = [f"2026-03-{day} {hour:02d}:00,10" for day in (28, 29, 30) for hour in (0, 9, 10, 23)]
    batch = upload("\n".join(["timestamp,offered", *lines]), queue)
    assert (batch.status, batch.inserted_count) == ("DONE", 3)
    with system_tenant():
        daily = queries.daily_totals(
            queue, first_date=date(2026, 3, 28), days=3, before=ORIGIN + 30 * DAY
        )
    assert daily.tolist() == [40, 40, 40]


def test_rows_of_days_are_refused_for_a_queue_of_quarter_hours(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with system_tenant():
        queue = make_queue(interval_minutes=15)
    batch = upload("timestamp,offered\n2026-03-01,100\n2026-03-02,100\n", queue)
    assert batch.status == "REFUSED"
    with system_tenant():
        assert set(batch.findings.values_list("code", flat=True)) == {"coarser"}
