"""Requirements that newer ones have replaced go; what is in force or planned with stays."""

from datetime import timedelta

import pytest

from scheduling.queries.board import coverage
from staffing import computations, queries
from staffing.jobs import start_clearing
from staffing.models import RequirementInterval, RequirementRun
from staffing.queries.clearing import forecasts_in_use
from staffing.services import UnableToPublish, UnableToStaffRun, publish_requirement
from tests.factories.org import make_goal, make_queue
from tests.factories.scheduling import make_version
from tests.staffing.rows import MONDAY, compute, make_forecast, start_without_ringing
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run as run_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
NIGHTS, DAYS_AHEAD, KEPT = 5, 4, 2


@pytest.fixture(autouse=True)
def retention(settings):
    settings.FORECAST_RETENTION_DAYS = KEPT


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(interval_minutes=60)
        make_goal(queue)
    return queue


@pytest.fixture
def nights(queue, monkeypatch):
    """A requirement a night, each of more contacts than the one before."""
    runs = []
    for number in range(NIGHTS):
        at = MONDAY + number * DAY
        with system_tenant():
            forecast = make_forecast(
                [queue], starts_at=at, days=DAYS_AHEAD, offered=30 + 30 * number
            )
        run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
        compute(run)
        with system_tenant():
            RequirementRun.objects.filter(pk=run.pk).update(published_at=at, created_at=at)
        runs.append(run)
    return runs


def cleared(at, **options):
    with system_tenant():
        job = start_clearing(at=at, **options)
    run_job(job.pk, computations.clear_replaced_requirements)
    with system_tenant():
        job = Job.objects.get(pk=job.pk)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return job.result


def days_of(run):
    with system_tenant():
        starts = RequirementInterval.objects.filter(run=run).values_list("starts_at", flat=True)
        return sorted({(start - MONDAY).days for start in starts})


def required(queue, days):
    with system_tenant():
        found = queries.in_force([queue.pk], starts_at=MONDAY, ends_at=MONDAY + days * DAY)
        return queries.series_in_force(queue, found).required_agents.tolist()


def test_only_what_is_in_force_is_left_of_old_nights(queue, nights):
    before = required(queue, NIGHTS + DAYS_AHEAD)
    done = cleared(MONDAY + (NIGHTS - 1) * DAY + timedelta(hours=1))
    assert [days_of(run) for run in nights[:4]] == [[0], [1], [2], [3, 4, 5, 6]]
    assert done == {"results": 3, "intervals_deleted": 3 * (DAYS_AHEAD - 1) * 24}
    assert required(queue, NIGHTS + DAYS_AHEAD) == before
    assert cleared(MONDAY + (NIGHTS - 1) * DAY + timedelta(hours=1))["results"] == 0


def test_what_a_schedule_is_for_stays_whole_and_else_it_asks_for_what_is_in_force(queue, nights):
    at = MONDAY + (NIGHTS - 1) * DAY + timedelta(hours=1)
    week = {"monday": MONDAY.date(), "days": DAYS_AHEAD}
    with system_tenant():
        planned, past = (make_version(**week, requirement_run=run) for run in nights[:2])
        before = coverage(planned).required[queue.pk].tolist()
    cleared(at, kept_run_ids=[nights[0].pk])
    assert days_of(nights[0]) == [0, 1, 2, 3]
    assert days_of(nights[1]) == [1]
    with system_tenant():
        assert coverage(planned).required[queue.pk].tolist() == before
        left = coverage(past).required[queue.pk]
    assert (left > 0).all()


def test_the_forecasts_of_requirements_in_force_are_in_use(queue, nights):
    with system_tenant():
        RequirementRun.objects.filter(pk__in=[run.pk for run in nights[2:]]).delete()
        found = forecasts_in_use(at=MONDAY + 2 * DAY)
        # The second night's reaches ahead; the first one's is in force for days that are over.
        assert found == [nights[1].forecast_run_id]


def test_a_cleared_draft_cannot_be_published_and_a_cleared_forecast_not_staffed(
    queue, nights, monkeypatch
):
    with system_tenant():
        forecast = nights[-1].forecast_run
        forecast.refresh_from_db()
    draft = start_without_ringing(forecast, monkeypatch)
    compute(draft)
    with system_tenant():
        RequirementRun.objects.filter(pk=draft.pk).update(created_at=MONDAY)
        draft = RequirementRun.objects.get(pk=draft.pk)
    cleared(MONDAY + 30 * DAY)
    assert days_of(draft) == []
    with system_tenant(), pytest.raises(UnableToPublish, match="were deleted on 2026-04-01"):
        publish_requirement(run=draft, published_at=MONDAY, published_by=None)
    with system_tenant():
        forecast.queue_results.update(cleared_at=MONDAY + 30 * DAY)
    with pytest.raises(UnableToStaffRun, match="staff a newer one"):
        start_without_ringing(forecast, monkeypatch)
