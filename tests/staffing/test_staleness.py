"""When a published requirement may be out of date, who sees it in the admin, and a real worker."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from staffing import queries
from staffing.core.params import RequirementParams
from staffing.jobs import start_requirement
from staffing.models import RequirementInterval, RequirementRun
from staffing.services import (
    GoalChange,
    QueueSettings,
    RateChange,
    UnableToChangeGoal,
    UnableToChangeShrinkage,
    change_queue_settings,
    change_service_goal,
    change_shrinkage,
)
from tests.factories.org import make_activity_code, make_goal, make_queue, make_user
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    make_shrinkage,
    start_without_ringing,
)
from wfm.jobs.models import Job, JobStatus
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def published(monkeypatch):
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        make_shrinkage(queue, (0.1, False))
        forecast = make_forecast([queue])
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return queue, run


def reasons(run):
    with system_tenant():
        found = RequirementRun.objects.select_related("forecast_run").get(pk=run.pk)
        return " ".join(queries.staleness(found))


def test_a_fresh_requirement_is_not_stale(published):
    assert reasons(published[1]) == ""


def test_a_newer_forecast_makes_it_stale(published):
    queue, run = published
    with system_tenant():
        later = make_forecast([], starts_at=MONDAY + timedelta(days=1))
        add_forecast_queue(later, queue, offered=10)
    assert f"Forecast #{later.pk} was published after" in reasons(run)


def test_a_newer_forecast_of_other_queues_does_not(published):
    with system_tenant():
        make_forecast([make_queue()], starts_at=MONDAY + timedelta(days=1))
    assert reasons(published[1]) == ""


def test_a_newer_requirement_makes_it_stale(published, monkeypatch):
    queue, run = published
    with system_tenant():
        forecast = RequirementRun.objects.select_related("forecast_run").get(pk=run.pk).forecast_run
    newer = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(newer)
    assert f"Requirement #{newer.pk} was published later" in reasons(run)
    with system_tenant():
        found = queries.in_force([queue.pk], starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1))
    assert [part.run_id for part in found] == [newer.pk]


def test_changed_goals_shrinkage_and_settings_make_it_stale(published):
    queue, run = published
    change = GoalChange(
        metric_key="service_level.answered_over_offered", level=0.9, threshold_seconds=10
    )
    with system_tenant():
        change_service_goal(queue=queue, change=change, starts_on=now().date())
    assert "service goal was changed" in reasons(run)
    with system_tenant():
        rate = RateChange(activity_code=make_activity_code(), rate=0.2)
        change_shrinkage(queue=queue, name="New", rates=[rate], starts_on=now().date())
    assert "Shrinkage was changed" in reasons(run)
    with system_tenant():
        settings = QueueSettings(default_aht_seconds=99, patience_seconds=None, min_agents=1)
        change_queue_settings(queue=queue, settings=settings)
    assert "own settings were changed" in reasons(run)


def test_a_change_that_the_database_would_refuse_is_said_in_words(published):
    queue, _run = published
    with system_tenant(), pytest.raises(UnableToChangeGoal, match="share"):
        change_service_goal(
            queue=queue,
            change=GoalChange("service_level.answered_over_offered", 1.5, threshold_seconds=10),
            starts_on=now().date(),
        )
    with system_tenant(), pytest.raises(UnableToChangeGoal, match=r"queue_aht_positive|violated"):
        change_queue_settings(
            queue=Queue.objects.get(pk=queue.pk),
            settings=QueueSettings(default_aht_seconds=-1, patience_seconds=None, min_agents=0),
        )
    with system_tenant():
        rate = RateChange(activity_code=make_activity_code(), rate=-0.2)
    with system_tenant(), pytest.raises(UnableToChangeShrinkage, match=r"share|violated"):
        change_shrinkage(queue=queue, name="New", rates=[rate], starts_on=now().date())
    with system_tenant(), pytest.raises(UnableToChangeShrinkage, match="begins on 2020-01-01"):
        change_shrinkage(
            queue=queue, name="Old", rates=[], starts_on=now().date().replace(year=2019)
        )


def test_the_admin_shows_runs_but_does_not_edit_them(published, client):
    with system_tenant():
        client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    for name in ("requirementrun", "requirementqueueresult", "shrinkageprofile"):
        assert client.get(reverse(f"admin:staffing_{name}_changelist")).status_code == 200
    assert client.get(reverse("admin:staffing_requirementrun_add")).status_code == 403
    assert client.get(reverse("admin:staffing_shrinkageprofile_add")).status_code == 200


def test_a_worker_process_computes_what_the_outbox_rings(celery_worker_process):
    """The whole way once: start, doorbell, a Celery worker of its own, rows, published."""
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        forecast = make_forecast([queue])
    celery_worker_process(queues="forecasts", pool="solo")
    with system_tenant():
        run = start_requirement(
            forecast_run=forecast, created_by=None, params=RequirementParams(publish_when_done=True)
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with system_tenant():
            job = Job.objects.get(pk=run.job_id)
        if not job.is_open:
            break
        time.sleep(0.2)
    assert job.status == JobStatus.SUCCEEDED, job.error
    with system_tenant():
        assert RequirementRun.objects.get(pk=run.pk).is_published
        assert RequirementInterval.objects.filter(run=run, queue=queue).count() == 96
