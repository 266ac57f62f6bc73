"""The job: from history to the rows of a forecast."""

import time
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from forecasting import queries
from forecasting.computations import forecast_run
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastQueueResult, ForecastRun
from forecasting.services import (
    OverrideChange,
    UnableToForecast,
    UnableToPublish,
    create_override,
    publish_forecast,
    revoke_override,
    set_special_day,
)
from tests.factories.org import make_deferred_queue, make_queue
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from wfm.jobs.models import JobStatus
from wfm.jobs.runner import JobContext
from wfm.jobs.services import cancel_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE_HOURS = {"opening": ((540, 1020),), "weekdays": range(5), "interval_minutes": 30}


def start(*queues, days=7, origin_at=ORIGIN, **options):
    with system_tenant():
        return start_forecast(
            queues=list(queues), origin_at=origin_at, created_by=None, days=days, **options
        )


def rows_of(run, queue):
    with system_tenant():
        return list(ForecastInterval.objects.filter(run=run, queue=queue).order_by("starts_at"))


def result_of(run, queue):
    with system_tenant():
        return ForecastQueueResult.objects.get(run=run, queue=queue)


def office_queue(**fields):
    with system_tenant():
        queue = make_queue(**OFFICE_HOURS | fields)
        add_history(queue)
    return queue


def test_every_interval_of_the_horizon_is_forecast():
    queue = office_queue()
    run = start(queue)
    assert finish(run.job).status == JobStatus.SUCCEEDED
    rows = rows_of(run, queue)
    assert [row.starts_at for row in rows] == [
        ORIGIN + timedelta(minutes=30 * index) for index in range(7 * 48)
    ]
    opened = [row for row in rows if row.is_open]
    assert len(opened) == 5 * 16
    assert np.mean([row.mean for row in opened]) == pytest.approx(20, rel=0.1)
    assert all(row.quantile_10 <= row.quantile_50 <= row.quantile_90 for row in rows)
    assert [row.aht_seconds for row in opened] == pytest.approx([200] * 80)
    assert all(row.mean == row.quantile_90 == 0 for row in rows if not row.is_open)


def test_the_result_says_which_method_and_how_good():
    queue = office_queue()
    run = start(queue)
    finish(run.job)
    result = result_of(run, queue)
    assert result.flag == "OK"
    assert result.method in {"discounted_blend", "profile_smoothing", "weekday_mean"}
    assert 0.1 < result.wape < result.wape_seasonal_naive < 0.4
    assert result.wape_noise_floor == pytest.approx(0.8 / 20**0.5, rel=0.05)
    assert abs(result.bias) < 0.1
    assert 0.6 < result.coverage < 1
    methods = {score["method"] for score in result.backtest["scores"]}
    assert methods == {"discounted_blend", "profile_smoothing", "weekday_mean", "seasonal_naive"}


def test_a_clock_change_has_23_and_25_hours():
    with system_tenant():
        queue = make_queue(timezone="Europe/London", interval_minutes=30)
        add_history(queue)
    run = start(queue, days=14)
    finish(run.job)
    rows = rows_of(run, queue)
    assert len(rows) == 14 * 48 - 2  # 29 March 2026 has 23 hours
    steps = {later.starts_at - row.starts_at for row, later in pairwise(rows)}
    assert steps == {timedelta(minutes=30)}
    assert rows[-1].starts_at.isoformat() == "2026-03-29T22:30:00+00:00"


def test_deferred_work_is_forecast_from_its_items():
    with system_tenant():
        queue = make_deferred_queue(interval_minutes=30)
        add_items(queue)
    run = start(queue)
    finish(run.job)
    rows = rows_of(run, queue)
    assert all(row.is_open for row in rows)
    assert sum(row.mean for row in rows) == pytest.approx(280, rel=0.15)
    assert rows[0].aht_seconds == queue.default_aht_seconds
    assert result_of(run, queue).components["aht"] == "default"


@pytest.mark.parametrize(
    ("days", "flag", "words"),
    [
        (0, "REFUSED", "no history"),
        (10, "REFUSED", "14 days"),
        (20, "THIN", "thin"),
        (35, "OK", "missed by"),
    ],
)
def test_little_history_is_flagged_or_refused(days, flag, words):
    with system_tenant():
        queue = make_queue(interval_minutes=30)
        if days:
            add_history(queue, days=days)
    run = start(queue)
    assert finish(run.job).status == JobStatus.SUCCEEDED
    result = result_of(run, queue)
    assert (result.flag, words in result.reason) == (flag, True)


def test_history_after_the_origin_is_not_used():
    with system_tenant():
        queue = make_queue(interval_minutes=30)
        add_history(queue)
    clean = start(queue)
    finish(clean.job)
    with system_tenant():
        add_history(queue, days=7, until=ORIGIN + timedelta(days=7), per_interval=500)
    again = start(queue)
    finish(again.job)
    assert [row.mean for row in rows_of(clean, queue)] == [
        row.mean for row in rows_of(again, queue)
    ]


def test_part_of_today_moves_the_rest_of_today():
    with system_tenant():
        queue = make_queue(interval_minutes=30)
        add_history(queue)
    noon = ORIGIN + timedelta(hours=12)
    usual = start(queue)
    finish(usual.job)
    with system_tenant():
        add_history(queue, days=1, until=noon, per_interval=60, seed=3)
    busy = start(queue, origin_at=noon)
    finish(busy.job)
    before, after = rows_of(usual, queue), rows_of(busy, queue)
    rest = range(24, 48)
    assert sum(after[i].mean for i in rest) > 1.1 * sum(before[i].mean for i in rest)
    assert after[60].mean == pytest.approx(before[60].mean, rel=0.15)


def test_special_days_close_and_scale():
    queue = office_queue()
    with system_tenant():
        set_special_day(queue=queue, on_date=ORIGIN.date(), kind="CLOSED", name="Inventory")
        set_special_day(
            queue=queue,
            on_date=ORIGIN.date() + timedelta(days=1),
            kind="SCALED",
            name="Sale",
            factor=2,
        )
    run = start(queue)
    finish(run.job)
    rows = rows_of(run, queue)
    days = [sum(row.mean for row in rows[48 * day : 48 * day + 48]) for day in range(3)]
    assert days[0] == 0
    assert days[1] == pytest.approx(2 * days[2], rel=0.15)


def test_a_day_left_out_is_not_learnt_from():
    queue = office_queue()
    quiet = start(queue)
    finish(quiet.job)
    with system_tenant():
        for week in (1, 2, 3):
            monday = ORIGIN - timedelta(days=7 * week)
            add_history(queue, days=1, until=monday + timedelta(days=1), per_interval=90, seed=week)
            set_special_day(queue=queue, on_date=monday.date(), kind="EXCLUDE", name="Campaign")
    run = start(queue)
    finish(run.job)
    before, after = rows_of(quiet, queue), rows_of(run, queue)
    assert sum(r.mean for r in after[:48]) == pytest.approx(
        sum(r.mean for r in before[:48]), rel=0.1
    )


def test_a_second_worker_goes_on_where_the_first_was_killed(monkeypatch):
    first, second = office_queue(), office_queue(interval_minutes=15)
    run = start(first, second)
    forecast_batch, seen = forecast_run.forecast_batch, []

    def killed(batch, given, **options):
        seen.append([queue.pk for queue in batch.queues])
        if seen == [[first.pk], [second.pk]]:
            raise RuntimeError("power cut")
        return forecast_batch(batch, given, **options)

    monkeypatch.setattr(forecast_run, "forecast_batch", killed)
    assert finish(run.job).status == JobStatus.RUNNING
    assert finish(run.job).status == JobStatus.SUCCEEDED
    assert seen == [[first.pk], [second.pk], [second.pk]]
    assert len(rows_of(run, first)) == 7 * 48
    assert len(rows_of(run, second)) == 7 * 96


def test_cancel_stops_between_batches_and_cannot_be_published(monkeypatch):
    queues = [office_queue(), office_queue(interval_minutes=15)]
    run = start(*queues)
    save = forecast_run._save

    def cancelling(*arguments):
        save(*arguments)
        with system_tenant():
            cancel_job(job=run.job, at=ORIGIN)
        time.sleep(2.5)  # the heartbeat looks once a second

    monkeypatch.setattr(forecast_run, "_save", cancelling)
    assert finish(run.job).status == JobStatus.CANCELLED
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get(pk=run.pk)
        assert ForecastQueueResult.objects.filter(run=run).count() == 1
        with pytest.raises(UnableToPublish, match="not complete"):
            publish_forecast(run=run, published_at=ORIGIN, published_by=None)


def test_the_progress_names_the_queues_in_hand(monkeypatch):
    alone = office_queue(interval_minutes=15)
    first, last = office_queue(), office_queue()
    run, said = start(alone, first, last), []
    monkeypatch.setattr(
        JobContext, "progress", lambda _ctx, share, words="": said.append((share, words))
    )
    assert finish(run.job).status == JobStatus.SUCCEEDED
    assert sorted(words for _share, words in said if words) == [
        f"{alone} (1 of 3)", f"{first} to {last} (queues 2–3 of 3)",
    ]  # fmt: skip
    assert [share for share, words in said if not words] == pytest.approx([1 / 3, 1])


def test_a_run_that_was_deleted_is_named():
    run = start(office_queue())
    with system_tenant():
        ForecastRun.objects.all().delete()
    job = finish(run.job)
    assert (job.status, job.error) == (JobStatus.FAILED, f"Forecast #{run.pk} no longer exists.")


def test_publishing_is_final_and_supersedes():
    queue = office_queue()
    older, newer = start(queue), start(queue)
    for run in (older, newer):
        finish(run.job)
    with system_tenant():
        older, newer = ForecastRun.objects.select_related("job").order_by("pk")
        publish_forecast(run=older, published_at=ORIGIN, published_by=None)
        with pytest.raises(UnableToPublish, match="already published"):
            publish_forecast(run=older, published_at=ORIGIN, published_by=None)
        assert queries.staleness(older) == []
        publish_forecast(run=newer, published_at=ORIGIN + timedelta(hours=1), published_by=None)
        assert queries.in_force_at(ORIGIN)[queue.pk].run_id == newer.pk
        assert queries.staleness(older) == [f"Forecast #{newer.pk} was published later."]


def test_a_run_publishes_itself_when_asked():
    queue = office_queue()
    run = start(queue, publish_when_done=True)
    finish(run.job)
    with system_tenant():
        assert queries.in_force_at(ORIGIN)[queue.pk].run_id == run.pk


def test_nothing_to_publish_is_said():
    with system_tenant():
        queue = make_queue()
    run = start(queue)
    finish(run.job)
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get(pk=run.pk)
    with system_tenant(), pytest.raises(UnableToPublish, match="no queue with numbers"):
        publish_forecast(run=run, published_at=ORIGIN, published_by=None)


@pytest.mark.parametrize("options", [{"days": 0}, {"days": 551}])
def test_a_horizon_out_of_range_is_refused(options):
    with system_tenant():
        queue = make_queue()
    with pytest.raises(UnableToForecast, match="Expected between 1 and 550"):
        start(queue, **options)


def test_no_queue_is_refused():
    with pytest.raises(UnableToForecast, match="at least one queue"):
        start()


def override(queue, *, kind, value, hours=(10, 11), reason="campaign", component="VOLUME"):
    first, last = (ORIGIN + timedelta(hours=hour) for hour in hours)
    with system_tenant():
        return create_override(
            queue=queue,
            change=OverrideChange(kind=kind, value=value, component=component),
            starts_at=first,
            ends_at=last,
            reason=reason,
            created_by=None,
        )


def test_overrides_change_the_final_mean_of_a_draft_and_can_be_undone():
    queue = office_queue()
    run = start(queue)
    finish(run.job)
    override(queue, kind="SCALE", value=2)
    added = override(queue, kind="ADD", value=5)
    override(queue, kind="SET", value=7, hours=(11, 12))
    rows = rows_of(run, queue)
    assert rows[20].final_mean == pytest.approx(2 * rows[20].mean + 5, abs=1e-5)
    assert rows[22].final_mean == 7
    assert rows[24].final_mean == rows[24].mean
    with system_tenant():
        revoke_override(override=added, revoked_at=ORIGIN, revoked_by=None)
    assert rows_of(run, queue)[20].final_mean == pytest.approx(2 * rows[20].mean, abs=1e-5)


def test_overrides_leave_a_published_run_alone_and_mark_it_stale():
    queue = office_queue()
    run = start(queue, publish_when_done=True)
    finish(run.job)
    override(queue, kind="SET", value=99)
    rows = rows_of(run, queue)
    assert rows[20].final_mean == rows[20].mean
    with system_tenant():
        run = ForecastRun.objects.get(pk=run.pk)
        assert queries.staleness(run) == [
            "Overrides were changed after this forecast was published."
        ]
    later = start(queue)
    finish(later.job)
    assert rows_of(later, queue)[20].final_mean == 99
