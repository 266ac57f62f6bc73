"""The runner without Celery: claim, fence, finish."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from tests.jobs import probe_tasks
from wfm.jobs.models import Job, JobStatus, OutboxMessage
from wfm.jobs.runner import JobContext, LostLease, run
from wfm.jobs.services import UnableToCancel, cancel_job, start_job, sweep_jobs
from wfm.org.models import Client
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_job(tmp_path, monkeypatch):
    """Start a job without ringing Celery."""
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)

    def make(kind="probe.slow_count", **params):
        defaults = {"marks": str(tmp_path / "marks"), "steps": 2, "step_seconds": 0.01}
        with system_tenant():
            return start_job(
                kind=kind, title="Probe", params=defaults | {"name": "Published"} | params
            )

    return make


def reload(job):
    with system_tenant():
        return Job.objects.get(pk=job.pk)


def test_a_job_runs_once_however_often_it_is_rung(make_job):
    job = make_job()
    run(job.pk, probe_tasks.slow_count)
    run(job.pk, probe_tasks.slow_count)
    ended = reload(job)
    assert (ended.status, ended.attempts, ended.result) == (JobStatus.SUCCEEDED, 1, {"done": 2})
    assert ended.progress == 1.0
    assert ended.peak_rss_kib > 0
    with system_tenant():
        assert Client.objects.filter(name="Published").count() == 1


def test_the_outbox_row_is_written_with_the_job(make_job):
    job = make_job()
    with system_tenant():
        message = OutboxMessage.objects.get(job=job)
    assert (message.task_name, message.sent_at) == ("probe.slow_count", None)


def test_a_fenced_off_worker_publishes_nothing(make_job):
    job = make_job()

    def overtaken(context):
        with system_tenant():  # another worker claims the job meanwhile
            Job.objects.filter(pk=job.pk).update(token=context.token + 1)
        with context.publishing():
            Client.objects.create(name="Must not be", key="must-not-be")
        return {}

    run(job.pk, overtaken)
    with system_tenant():
        assert not Client.objects.filter(key="must-not-be").exists()
    assert reload(job).status == JobStatus.RUNNING  # it belongs to the other worker


def test_a_refusal_is_said_and_not_tried_again(make_job):
    job = make_job(kind="probe.refuse")
    run(job.pk, probe_tasks.refuse)
    ended = reload(job)
    assert (ended.status, ended.error) == (JobStatus.FAILED, "The file has no rows; add some.")


def test_a_fault_is_tried_three_times_then_named(make_job):
    job = make_job(kind="probe.fault")
    for _attempt in range(3):
        run(job.pk, probe_tasks.fault)
        with system_tenant():
            sweep_jobs(at=now() + timedelta(seconds=1))
    ended = reload(job)
    assert (ended.status, ended.attempts) == (JobStatus.FAILED, 3)
    assert "division of labour by zero" in ended.error


def test_a_waiting_job_is_cancelled_at_once(make_job):
    job = make_job()
    with system_tenant():
        cancel_job(job=job, at=now())
    run(job.pk, probe_tasks.slow_count)
    assert reload(job).status == JobStatus.CANCELLED


def test_a_running_job_stops_within_seconds_of_the_cancel(make_job):
    job = make_job(steps=200, step_seconds=0.05)

    def cancel_then_count(context: JobContext):
        with system_tenant():
            cancel_job(job=Job.objects.get(pk=job.pk), at=now())
        return probe_tasks.slow_count(context)

    run(job.pk, cancel_then_count)
    ended = reload(job)
    assert ended.status == JobStatus.CANCELLED
    assert ended.checkpoint["done"] < 100


def test_an_ended_job_cannot_be_cancelled(make_job):
    job = make_job()
    run(job.pk, probe_tasks.slow_count)
    with system_tenant(), pytest.raises(UnableToCancel, match="already ended"):
        cancel_job(job=job, at=now())


def test_progress_reaches_the_row_while_the_handler_works(make_job):
    job = make_job()
    seen = []

    def watch(context):
        context.progress(0.5, "half way", bound=12)
        deadline = now() + timedelta(seconds=5)
        while now() < deadline and not seen:
            row = reload(job)
            if row.progress == 0.5:
                seen.append((row.message, row.detail))
        return {}

    run(job.pk, watch)
    assert seen == [("half way", {"bound": 12})]


def test_an_orphan_without_attempts_left_fails_with_the_reason(make_job):
    job = make_job()
    with system_tenant():
        Job.objects.filter(pk=job.pk).update(
            status=JobStatus.RUNNING, attempts=3, lease_until=now() - timedelta(seconds=1)
        )
        counts = sweep_jobs(at=now())
    assert counts["failed"] == 1
    assert "stopped 3 times" in reload(job).error


def test_a_checkpoint_of_a_fenced_off_worker_is_refused(make_job):
    job = make_job()

    def overtaken(context):
        with system_tenant():
            Job.objects.filter(pk=job.pk).update(token=context.token + 1)
        with pytest.raises(LostLease):
            context.save_checkpoint({"done": 1})
        return {}

    run(job.pk, overtaken)
    assert reload(job).checkpoint == {}


def test_what_a_job_changes_is_audited_as_the_jobs(make_job):
    job = make_job()
    run(job.pk, probe_tasks.slow_count)
    with system_tenant():
        event = Client.pgh_event_model.objects.select_related("pgh_context").get(name="Published")
    assert event.pgh_context.metadata["job"] == job.pk
