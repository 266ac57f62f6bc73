"""Several nights: what newer forecasts have replaced goes, what anything needs stays."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasting import queries
from forecasting.computations import clear_replaced as clear_module
from forecasting.jobs import start_clearing, start_forecast, start_scoring
from forecasting.models import (
    ForecastDay,
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    ForecastSnapshot,
    OverrideScore,
)
from forecasting.services import (
    OverrideChange,
    UnableToPublish,
    create_override,
    publish_forecast,
)
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.jobs.models import JobStatus
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NIGHTS, DAYS_AHEAD, KEPT = 6, 10, 3


@pytest.fixture(autouse=True)
def retention(settings):
    settings.FORECAST_RETENTION_DAYS = KEPT
    settings.FORECAST_BY_HAND_RETENTION_DAYS = 100


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=60)
        add_history(queue, days=42 + NIGHTS, until=ORIGIN + NIGHTS * DAY)
    return queue


def night(queue, number, *, days=DAYS_AHEAD, publish=True, freeze=True, created_by=None):
    """The forecast of a night, made and published at 03:30."""
    at = ORIGIN + number * DAY + timedelta(hours=3.5)
    with system_tenant():
        run = start_forecast(
            queues=[queue],
            origin_at=at,
            created_by=created_by,
            days=days,
            publish_when_done=publish,
            freeze=freeze,
        )
    assert finish(run.job).status == JobStatus.SUCCEEDED
    with system_tenant():
        ForecastRun.objects.filter(pk=run.pk).update(created_at=at)
        ForecastRun.objects.filter(pk=run.pk, published_at__isnull=False).update(published_at=at)
        return ForecastRun.objects.get(pk=run.pk)


def cleared(number, **options):
    """What the clearing of a night did."""
    with system_tenant():
        job = start_clearing(at=ORIGIN + number * DAY + timedelta(hours=4), **options)
    job = finish(job)
    assert job.status == JobStatus.SUCCEEDED
    return job.result


def dates_of(run):
    """Days after the origin that a run still has factors of."""
    with system_tenant():
        dates = ForecastDay.objects.filter(run=run).order_by("date").values_list("date", flat=True)
        return [(on_date - ORIGIN.date()).days for on_date in dates]


def intervals_of(run):
    """Days after the origin whose intervals a run still has, each wholly."""
    with system_tenant():
        starts = ForecastInterval.objects.filter(run=run).values_list("starts_at", flat=True)
        days = [(start - ORIGIN).days for start in starts]
    assert all(days.count(day) == 24 for day in set(days))
    return sorted(set(days))


def in_force(queue, days=range(NIGHTS + DAYS_AHEAD)):
    with system_tenant():
        series = queries.series_in_force(
            queue, starts_at=ORIGIN + days[0] * DAY, ends_at=ORIGIN + (days[-1] + 1) * DAY
        )
    return series.final_mean.tolist()


def test_old_nights_keep_only_the_days_that_they_are_in_force_for(queue):
    runs = [night(queue, number) for number in range(NIGHTS)]
    before = in_force(queue)
    done = cleared(NIGHTS - 1)
    whole = [list(range(number, number + DAYS_AHEAD)) for number in range(NIGHTS)]
    # Nights 0 to 2 are older than three days; each was in force on its own day alone.
    assert [intervals_of(run) for run in runs] == [[0], [1], [2], *whole[3:]]
    assert [dates_of(run) for run in runs] == [[0], [1], [2], *whole[3:]]
    assert done == {"results": 3, "intervals_deleted": 3 * (DAYS_AHEAD - 1) * 24}
    assert in_force(queue) == before
    assert cleared(NIGHTS - 1) == {"results": 0, "intervals_deleted": 0}


def test_growth_stops(queue):
    """Night after night: the intervals kept are those of the retention, and one day of the rest."""
    kept = []
    for number in range(NIGHTS):
        night(queue, number)
        cleared(number)
        with system_tenant():
            kept.append(ForecastInterval.objects.count() // 24)
    # Three nights whole, and of each older one the day that it was in force for.
    assert kept == [10, 20, 30, 31, 32, 33]
    with system_tenant():
        assert ForecastSnapshot.objects.filter(queue=queue).count() == NIGHTS * 6  # 1,2,3,5,7,8


def test_the_far_end_of_a_longer_forecast_stays_as_long_as_it_is_in_force(queue):
    long = night(queue, 0, days=30, freeze=False)
    for number in range(1, NIGHTS):
        night(queue, number)
    before = in_force(queue, range(30))
    cleared(NIGHTS - 1)
    ends = NIGHTS - 1 + DAYS_AHEAD
    assert intervals_of(long) == [0, *range(ends, 30)]
    assert in_force(queue, range(30)) == before
    night(queue, NIGHTS)
    cleared(NIGHTS)
    assert intervals_of(long) == [0, *range(ends + 1, 30)]


def test_pages_and_rest_of_a_cleared_forecast_still_answer(queue, client):
    runs = [night(queue, number) for number in range(NIGHTS)]
    cleared(NIGHTS - 1)
    with system_tenant():
        client.force_login(make_user("planner"))
    span = {"from": ORIGIN.date().isoformat(), "to": (ORIGIN + 8 * DAY).date().isoformat()}
    with time_machine.travel(ORIGIN + NIGHTS * DAY, tick=False):
        page = client.get(reverse("forecast-queue", args=[runs[0].pk, queue.pk]), span)
    assert page.context["total"] == pytest.approx(sum(in_force(queue, range(9))))
    assert "what they replaced was deleted on" in page.content.decode()
    factors = client.get("/api/v1/forecasting/components/", {"queue": queue.pk, **span}).json()
    assert [row["final_mean"] for row in factors] == pytest.approx(in_force(queue, range(9)))
    only = client.get(
        "/api/v1/forecasting/intervals/", {"queue": queue.pk, "run": runs[0].pk, **span}
    ).json()["results"]
    assert len(only) == 24


def test_a_forecast_that_a_requirement_comes_from_stays_whole(queue):
    runs = [night(queue, number) for number in range(NIGHTS)]
    cleared(NIGHTS - 1, kept_run_ids=[runs[0].pk])
    assert len(intervals_of(runs[0])) == DAYS_AHEAD
    assert intervals_of(runs[1]) == [1]


def test_an_override_is_scored_before_the_forecast_it_is_judged_by_goes(queue):
    runs = [night(queue, number) for number in range(NIGHTS)]
    with system_tenant():
        override = create_override(
            queue=queue,
            change=OverrideChange(kind="SCALE", value=2),
            starts_at=ORIGIN + DAY,
            ends_at=ORIGIN + 3 * DAY,
            reason="campaign",
            created_by=None,
        )
        type(override).objects.filter(pk=override.pk).update(created_at=ORIGIN + DAY / 2)
    cleared(NIGHTS)
    # Night 0 was in force when the override began: it is held until the override is judged.
    assert intervals_of(runs[0]) == [0, 1, 2]
    first = score_of(override, NIGHTS)
    assert first.intervals == 48
    # Late numbers are still taken in, also from what was cleared around them …
    with system_tenant():
        add_history(queue, days=1, until=ORIGIN + 2 * DAY, per_interval=90)
        ForecastQueueResult.objects.filter(run=runs[0]).update(cleared_at=ORIGIN)
    late = score_of(override, NIGHTS)
    assert late.actual > 1.5 * first.actual
    # … until they are settled; then the rest goes and the last word stays.
    cleared(NIGHTS + 1)
    assert intervals_of(runs[0]) == [0]
    last = score_of(override, NIGHTS + 1)
    assert (last.intervals, last.error_with) == (48, late.error_with)


def score_of(override, nights):
    """The override's score after the scoring of a night."""
    at = ORIGIN + nights * DAY
    with system_tenant():
        job = start_scoring(first=ORIGIN.date(), last=at.date(), at=at)
    assert finish(job).status == JobStatus.SUCCEEDED
    with system_tenant():
        return OverrideScore.objects.get(override=override)


def test_a_draft_that_nobody_published_goes_and_cannot_be_published_then(queue):
    draft = night(queue, 0, publish=False, freeze=False)
    young = night(queue, 4, publish=False, freeze=False)
    cleared(5)
    assert intervals_of(draft) == []
    assert len(intervals_of(young)) == DAYS_AHEAD
    with system_tenant(), pytest.raises(UnableToPublish, match="were deleted on 2026-03-21"):
        publish_forecast(run=draft, published_at=ORIGIN + 6 * DAY, published_by=None)


def test_what_a_person_made_stays_longer(queue):
    with system_tenant():
        person = User.objects.create_user(email="ann@example.com", password="a long passphrase")
    mine = night(queue, 0, publish=False, freeze=False, created_by=person)
    night(queue, 1)
    cleared(50)
    assert len(intervals_of(mine)) == DAYS_AHEAD
    cleared(101)
    assert intervals_of(mine) == []


def test_a_cancelled_clearing_goes_on_where_it_stopped(queue, monkeypatch):
    monkeypatch.setattr("wfm.jobs.clearing.RESULTS_PER_STEP", 1)
    runs = [night(queue, number) for number in range(NIGHTS)]
    clear, calls = clear_module.clear_replaced, []

    def dies_after_the_first(**options):
        calls.append(options["result_ids"])
        if len(calls) == 2:
            raise MemoryError
        return clear(**options)

    monkeypatch.setattr(clear_module, "clear_replaced", dies_after_the_first)
    with system_tenant():
        job = start_clearing(at=ORIGIN + (NIGHTS - 1) * DAY + timedelta(hours=4))
    assert finish(job).status == JobStatus.RUNNING
    assert [len(intervals_of(run)) for run in runs[:2]] == [1, DAYS_AHEAD]
    assert finish(job).status == JobStatus.SUCCEEDED
    assert [len(intervals_of(run)) for run in runs[:2]] == [1, 1]


def test_the_update_of_today_reads_what_is_learnt_of_one_forecast_each(queue):
    """However many nights there are, the JSON of one result per queue is read."""
    for number in range(NIGHTS):
        night(queue, number)
    at = ORIGIN + (NIGHTS - 1) * DAY + timedelta(hours=12)
    with system_tenant(), CaptureQueriesContext(connection) as seen:
        found = queries.published_today(at)
    assert found[queue.pk].memory is not None
    with_json = [item["sql"] for item in seen if "components" in item["sql"]]
    newest = found[queue.pk].run_id
    with system_tenant():
        result = ForecastQueueResult.objects.get(run=newest)
    assert len(with_json) == 1
    assert with_json[0].endswith(f" IN ({result.pk})")
