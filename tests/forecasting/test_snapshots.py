"""Frozen forecasts: what is kept, that it stays, and how it did once the day had come."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations import RunSQL
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasting import queries
from forecasting.core.scoring import LEAD_DAYS
from forecasting.jobs import start_forecast, start_scoring
from forecasting.models import (
    ForecastInterval,
    ForecastQueueResult,
    ForecastScore,
    ForecastSnapshot,
    ImportBatch,
    OverrideScore,
)
from forecasting.services import (
    ActualRow,
    OverrideChange,
    create_override,
    forget_old_snapshots,
    record_actuals,
    revoke_override,
    set_special_day,
)
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.jobs.models import JobStatus
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
score_job = import_module("forecasting.computations.score_snapshots")
DAY = timedelta(days=1)


def frozen(*queues, origin_at=ORIGIN, days=57):
    """A nightly forecast of these queues, frozen and published."""
    with system_tenant():
        run = start_forecast(
            queues=list(queues),
            origin_at=origin_at,
            created_by=None,
            days=days,
            publish_when_done=True,
            freeze=True,
        )
    finish(run.job)
    return run


def scored(*, until, since=ORIGIN):
    """The scoring job of the night after `until`."""
    with system_tenant():
        job = start_scoring(first=since.date(), last=until.date(), at=until + timedelta(hours=2))
    return finish(job)


def queue_with_history(**fields):
    with system_tenant():
        queue = make_queue(**{"interval_minutes": 60} | fields)
        add_history(queue)
    return queue


def make_admin():
    return User.objects.create_superuser("root@example.com", "x")


def snapshots(queue):
    with system_tenant():
        return {row.lead_days: row for row in ForecastSnapshot.objects.filter(queue=queue)}


def mean_of(row):
    return np.frombuffer(row.mean, "<f4")


def test_the_days_that_accuracy_needs_are_kept_without_overrides():
    queue = queue_with_history()
    with system_tenant():
        create_override(
            queue=queue,
            change=OverrideChange(kind="SET", value=500),
            starts_at=ORIGIN,
            ends_at=ORIGIN + 30 * DAY,
            reason="campaign",
            created_by=None,
        )
    run = frozen(queue)
    kept = snapshots(queue)
    assert tuple(sorted(kept)) == LEAD_DAYS
    assert kept[56].target_date == (ORIGIN + 56 * DAY).date()
    with system_tenant():
        series = queries.interval_series(
            run=run, queue=queue, starts_at=ORIGIN + DAY, ends_at=ORIGIN + 2 * DAY
        )
    assert series.final_mean.tolist() == [500] * 24
    assert mean_of(kept[1]) == pytest.approx(series.mean, rel=1e-5)


def test_the_first_snapshot_of_a_day_stays():
    queue = queue_with_history()
    frozen(queue)
    before = mean_of(snapshots(queue)[1]).tolist()
    with system_tenant():
        add_history(queue, per_interval=90, seed=9)
    frozen(queue)
    assert mean_of(snapshots(queue)[1]).tolist() == before


@pytest.mark.parametrize("sql", ["UPDATE {table} SET lead_days = 2", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_delete_a_snapshot(sql):
    frozen(queue_with_history())
    with (
        system_tenant(),
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table="forecasting_forecastsnapshot"))


def test_snapshots_are_forgotten_when_their_retention_ends():
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO forecasting_forecastsnapshot (queue_id, target_date, lead_days,"
                " origin_at, run_number, mean, low, high, created_at)"
                " SELECT queue_id, target_date - 400, lead_days, origin_at, run_number, mean, low,"
                " high, %s FROM forecasting_forecastsnapshot",
                [ORIGIN - 400 * DAY],
            )
        # However old, they go by the retention alone.
        with (
            pytest.raises(DatabaseError, match="Cannot delete"),
            transaction.atomic(),
        ):
            ForecastSnapshot.objects.filter(target_date__lt=ORIGIN.date() - 300 * DAY).delete()
        # Rows written just now are of old days, too, but the database still protects them.
        assert forget_old_snapshots(at=ORIGIN + 270 * DAY) == len(LEAD_DAYS)
    assert tuple(sorted(snapshots(queue))) == LEAD_DAYS


def test_scores_tell_error_from_chance():
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        add_history(queue, days=8, until=ORIGIN + 8 * DAY, seed=5)
    scored(until=ORIGIN + 8 * DAY)
    with system_tenant():
        (row,) = queries.queue_accuracies(
            [queue], first_date=ORIGIN.date(), last_date=(ORIGIN + 8 * DAY).date()
        )
    assert set(row.by_horizon) == {"day_1", "days_2_7"}
    near = row.by_horizon["days_2_7"]
    assert near.intervals == 4 * 24  # 2, 3, 5 and 7 days ahead
    assert near.wape == pytest.approx(near.noise_floor, rel=0.35)  # arrivals are Poisson
    assert near.improvable < 0.1
    assert near.dispersion < 0.05
    assert 0.6 < near.coverage < 1
    assert 0.4 < near.mase < 1


def test_a_score_is_the_sum_over_the_day_by_hand():
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        add_history(queue, days=2, until=ORIGIN + 2 * DAY, seed=5)
        came = queries.actual_series(queue, starts_at=ORIGIN + DAY, ends_at=ORIGIN + 2 * DAY)
    scored(until=ORIGIN + 2 * DAY)
    mean = mean_of(snapshots(queue)[1]).astype(float)
    actual = np.array([came[int((ORIGIN + DAY).timestamp()) + 3600 * hour] for hour in range(24)])
    with system_tenant():
        score = ForecastScore.objects.get(queue=queue, lead_days=1)
    assert score.actual == actual.sum()
    assert score.absolute_error == pytest.approx(np.abs(mean - actual).sum())
    assert score.expected == pytest.approx(mean.sum())
    assert score.excess_square == pytest.approx(((actual - mean) ** 2 - mean).sum())


def test_scores_from_before_bands_were_judged_bring_no_covered_interval():
    sums = dict.fromkeys(
        ("actual", "expected", "absolute_error", "noise", "excess_square", "expected_square"), 1.0
    )
    day = {"target_date": ORIGIN.date(), "intervals": 24, "naive_error": 0, "naive_intervals": 0}
    module = import_module("forecasting.migrations.0007_count_intervals_of_the_band")
    (update,) = [each for each in module.Migration.operations if isinstance(each, RunSQL)]
    with system_tenant():
        queue = make_queue()
        for lead, banded in ((1, 0), (2, 20)):
            ForecastScore.objects.create(
                queue=queue, lead_days=lead, covered=17, banded_intervals=banded, **day, **sums
            )
        with connection.cursor() as cursor:
            cursor.execute(update.sql)
        covered = dict(ForecastScore.objects.values_list("lead_days", "covered"))
    assert covered == {1: 0, 2: 17}


def test_late_numbers_change_the_score():
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        add_history(queue, days=1, until=ORIGIN + 2 * DAY, per_interval=5)
    scored(until=ORIGIN + 2 * DAY)
    with system_tenant():
        early = ForecastScore.objects.get(queue=queue, lead_days=1).actual
        add_history(queue, days=1, until=ORIGIN + 2 * DAY, per_interval=40)
    scored(until=ORIGIN + 2 * DAY)
    with system_tenant():
        assert ForecastScore.objects.get(queue=queue, lead_days=1).actual > 4 * early


@pytest.mark.parametrize(
    ("starts_on", "first"), [(-20, "2026-02-24"), (-400, "2025-12-16"), (None, "2026-03-16")]
)
def test_days_of_a_late_file_are_scored_again_while_they_are_kept(starts_on, first):
    with system_tenant():
        if starts_on is not None:
            late = ImportBatch.objects.create(
                kind="INTERVALS",
                file_name="late.csv",
                status="DONE",
                starts_at=ORIGIN + starts_on * DAY,
            )
            ImportBatch.objects.filter(pk=late.pk).update(created_at=ORIGIN)
        job = start_scoring(first=ORIGIN.date(), last=ORIGIN.date(), at=ORIGIN)
    assert job.params["first"] == first


def test_closed_and_missing_hours_are_not_scored():
    queue = queue_with_history(opening=((540, 1020),))
    with system_tenant():
        set_special_day(
            queue=queue, on_date=(ORIGIN + 2 * DAY).date(), kind="CLOSED", name="Inventory"
        )
    frozen(queue)
    with system_tenant():
        add_history(queue, days=1, until=ORIGIN + DAY + timedelta(hours=12) + DAY)
    scored(until=ORIGIN + 4 * DAY)
    with system_tenant():
        intervals = dict(
            ForecastScore.objects.filter(queue=queue).values_list("lead_days", "intervals")
        )
    # Tuesday 9 to 17 is open; of Wednesday only 9 to 12 is recorded and 0 was expected then.
    assert intervals == {1: 5, 2: 3}


def test_a_clock_change_is_scored_hour_by_hour():
    with system_tenant():
        queue = make_queue(timezone="Europe/London", interval_minutes=60)
        add_history(queue)
    frozen(queue)  # 29 March, 13 days ahead, has 23 hours
    frozen(queue, origin_at=ORIGIN + 2 * DAY)
    with system_tenant():
        add_history(queue, days=14, until=ORIGIN + 14 * DAY)
    scored(until=ORIGIN + 14 * DAY)
    with system_tenant():
        score = ForecastScore.objects.get(queue=queue, target_date="2026-03-29", lead_days=11)
    assert score.intervals == 23


def test_a_queue_no_longer_in_use_keeps_its_accuracy(client):
    queue = queue_with_history(name="Old line")
    frozen(queue)
    with system_tenant():
        add_history(queue, days=2, until=ORIGIN + 2 * DAY)
        queue.is_active = False
        queue.save(update_fields=["is_active"])
        admin = make_admin()
    scored(until=ORIGIN + 2 * DAY)
    client.force_login(admin)
    page = client.get(
        reverse("forecast-accuracy"), {"from": "2026-03-10", "to": "2026-03-20"}
    ).content.decode()
    assert "Old line" in page
    assert "is chance" in page


def test_queues_with_the_most_to_improve_come_first():
    calm, wild = queue_with_history(name="Calm"), queue_with_history(name="Wild")
    frozen(calm, wild)
    with system_tenant():
        add_history(calm, days=2, until=ORIGIN + 2 * DAY, seed=3)
        add_history(wild, days=2, until=ORIGIN + 2 * DAY, per_interval=60, seed=3)
    scored(until=ORIGIN + 2 * DAY)
    with system_tenant():
        rows = queries.queue_accuracies(
            [calm, wild], first_date=ORIGIN.date(), last_date=(ORIGIN + 2 * DAY).date()
        )
    assert [row.queue.name for row in rows] == ["Wild", "Calm"]
    assert rows[0].overall.improvable > 0.5 > rows[1].overall.improvable


def test_a_queue_whose_error_is_all_chance_is_said_to_be_done(client):
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        # What was expected comes exactly: less error than arrivals by chance would bring.
        day = ORIGIN + DAY
        series = queries.series_in_force(queue, starts_at=day, ends_at=day + DAY)
        record_actuals(
            rows=[
                ActualRow(queue.pk, moment, round(mean))
                for moment, mean in zip(series.moments(), series.mean, strict=True)
            ]
        )
        admin = make_admin()
    scored(until=ORIGIN + 2 * DAY)
    client.force_login(admin)
    page = client.get(reverse("forecast-accuracy"), {"from": "2026-03-16", "to": "2026-03-20"})
    assert page.context["total"].improvable == 0
    assert "error is chance" in page.content.decode()
    assert "all of " in page.content.decode()


def override(queue, *, value, hours, created_at, reason="campaign", kind="SCALE"):
    """An override of tomorrow's hours, logged at `created_at`."""
    with system_tenant():
        made = create_override(
            queue=queue,
            change=OverrideChange(kind=kind, value=value),
            starts_at=ORIGIN + DAY + timedelta(hours=hours[0]),
            ends_at=ORIGIN + DAY + timedelta(hours=hours[1]),
            reason=reason,
            created_by=None,
        )
        type(made).objects.filter(pk=made.pk).update(created_at=created_at)
    return made


def published_at(run, moment):
    with system_tenant():
        type(run).objects.filter(pk=run.pk).update(published_at=moment)


def test_an_override_is_judged_with_and_without_it():
    queue = queue_with_history()
    run = frozen(queue)
    published_at(run, ORIGIN + timedelta(hours=3))
    good = override(queue, value=3, hours=(9, 12), created_at=ORIGIN + timedelta(hours=5))
    bad = override(queue, value=3, hours=(14, 16), created_at=ORIGIN + timedelta(hours=6))
    late = override(queue, value=2, hours=(9, 12), created_at=ORIGIN + 3 * DAY)
    undone = override(queue, value=2, hours=(18, 20), created_at=ORIGIN + timedelta(hours=7))
    with system_tenant():
        revoke_override(override=undone, revoked_at=ORIGIN + timedelta(hours=8), revoked_by=None)
        add_history(queue, days=1, until=ORIGIN + 2 * DAY)
        add_history(queue, days=3 / 24, until=ORIGIN + DAY + timedelta(hours=12), per_interval=60)
        series = queries.interval_series(
            run=run,
            queue=queue,
            starts_at=ORIGIN + DAY + timedelta(hours=9),
            ends_at=ORIGIN + DAY + timedelta(hours=12),
        )
        came = queries.actual_series(queue, starts_at=ORIGIN + DAY, ends_at=ORIGIN + 2 * DAY)
    scored(until=ORIGIN + 4 * DAY)
    with system_tenant():
        scores = {score.override_id: score for score in OverrideScore.objects.all()}
    assert set(scores) == {good.pk, bad.pk}
    assert late.pk not in scores
    actual = np.array([came[int(t)] for t in series.starts_at.astype(np.int64)])
    assert scores[good.pk].error_with == pytest.approx(np.abs(3 * series.mean - actual).sum())
    assert scores[good.pk].error_without == pytest.approx(np.abs(series.mean - actual).sum())
    assert scores[good.pk].helped
    assert not scores[bad.pk].helped
    assert scores[bad.pk].gain < 0


def test_an_override_is_judged_by_a_forecast_that_has_the_queue():
    """The newest run refused the queue: what stood then was the one before."""
    queue = queue_with_history()
    older, newer = frozen(queue), frozen(queue)
    published_at(older, ORIGIN)
    published_at(newer, ORIGIN + timedelta(hours=1))
    override(queue, value=3, hours=(9, 12), created_at=ORIGIN + timedelta(hours=5))
    with system_tenant():
        ForecastQueueResult.objects.filter(run=newer).update(flag="REFUSED")
        ForecastInterval.objects.filter(run=newer).delete()
        add_history(queue, days=1, until=ORIGIN + 2 * DAY)
    scored(until=ORIGIN + 2 * DAY)
    with system_tenant():
        assert OverrideScore.objects.get().run_id == older.pk


def test_overrides_are_scored_a_few_queues_at_a_time(monkeypatch):
    """What one step has written stays, whatever happens in the next one."""
    monkeypatch.setattr(score_job, "QUEUES_PER_STEP", 1)
    queues = [queue_with_history() for _ in range(3)]
    published_at(frozen(*queues), ORIGIN)
    made = [override(queue, value=2, hours=(9, 12), created_at=ORIGIN) for queue in queues]
    with system_tenant():
        for queue in queues:
            add_history(queue, days=1, until=ORIGIN + 2 * DAY)
    score, steps = score_job.score_overrides, []

    def breaks_in_the_second_step(ids, *, at):
        steps.append(ids)
        if len(steps) == 2:
            raise MemoryError
        return score(ids, at=at)

    monkeypatch.setattr(score_job, "score_overrides", breaks_in_the_second_step)
    assert scored(until=ORIGIN + 2 * DAY).status == JobStatus.RUNNING
    assert steps == [[made[0].pk], [made[1].pk]]
    with system_tenant():
        assert [row.override_id for row in OverrideScore.objects.all()] == [made[0].pk]


def test_the_page_says_whether_overrides_helped_by_planner_and_reason(client):
    queue = queue_with_history()
    published_at(frozen(queue), ORIGIN)
    override(queue, value=3, hours=(9, 12), created_at=ORIGIN, reason="Mailing of March")
    with system_tenant():
        add_history(queue, days=1, until=ORIGIN + 2 * DAY)
        admin = make_admin()
    scored(until=ORIGIN + 2 * DAY)
    client.force_login(admin)
    response = client.get(reverse("forecast-accuracy"), {"from": "2026-03-16", "to": "2026-03-20"})
    page = response.content.decode()
    assert page.count("Mailing of March") == 2
    assert "did harm" in page
    assert "0 of 1 helped" in page
    found = client.get("/api/v1/forecasting/override-accuracy/").json()["results"]
    assert [row["reason"] for row in found] == ["Mailing of March"]
    assert found[0]["error_saved"] == pytest.approx(
        found[0]["error_without"] - found[0]["error_with"]
    )


def test_accuracy_over_rest_by_queue_and_horizon(client):
    queue = queue_with_history()
    frozen(queue)
    with system_tenant():
        add_history(queue, days=4, until=ORIGIN + 4 * DAY)
        admin = make_admin()
    scored(until=ORIGIN + 4 * DAY)
    client.force_login(admin)
    rows = client.get(
        "/api/v1/forecasting/accuracy/", {"from": "2026-03-16", "to": "2026-03-20"}
    ).json()
    assert {row["horizon"]: row["intervals"] for row in rows} == {"day_1": 24, "days_2_7": 48}
    assert all(row["queue"] == queue.pk for row in rows)
    assert rows[0]["improvable"] == pytest.approx(max(0, rows[0]["wape"] - rows[0]["noise_floor"]))


def test_the_page_asks_the_same_number_of_queries_for_one_and_three_queues(
    client, django_assert_max_num_queries
):
    queues = [queue_with_history() for _ in range(3)]
    frozen(*queues)
    with system_tenant():
        for queue in queues:
            add_history(queue, days=2, until=ORIGIN + 2 * DAY)
        admin = make_admin()
    scored(until=datetime(2026, 3, 18, tzinfo=UTC))
    client.force_login(admin)
    url, period = reverse("forecast-accuracy"), {"from": "2026-03-16", "to": "2026-03-20"}
    client.get(url, period)
    with CaptureQueriesContext(connection) as one:
        client.get(url, period | {"queue": queues[0].pk})
    with django_assert_max_num_queries(len(one)):
        client.get(url, period)
