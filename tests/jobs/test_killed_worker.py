"""A worker killed with SIGKILL in the middle: resumed within 30 seconds, one result."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.utils.timezone import now

from wfm.jobs.models import Job, JobStatus
from wfm.jobs.services import start_job
from wfm.org.models import Client
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def wait_for(question, *, seconds, every=0.2):
    """Return the first true answer within the time, else fail."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(every)
    pytest.fail(f"Nothing came within {seconds} seconds.")


def job_row(job):
    with system_tenant():
        return Job.objects.get(pk=job.pk)


def test_a_killed_workers_job_is_resumed_and_published_once(celery_worker_process, tmp_path):
    """Two workers and a sweeper as in production; the one that computes is killed with its pool."""
    marks = tmp_path / "marks"
    first = celery_worker_process(queues="solves", include="tests.jobs.probe_tasks")
    celery_worker_process(queues="control", pool="threads", beat=True)
    with system_tenant():
        job = start_job(
            kind="probe.slow_count",
            title="Solve",
            queue="solves",
            params={"marks": str(marks), "steps": 12, "step_seconds": 0.5, "name": "Published"},
        )
    wait_for(lambda: job_row(job).checkpoint.get("done", 0) >= 3, seconds=30)
    os.killpg(first.pid, signal.SIGKILL)
    killed_at = now()
    celery_worker_process(queues="solves", include="tests.jobs.probe_tasks")

    wait_for(lambda: job_row(job).attempts == 2, seconds=30)
    resumed_after = job_row(job).started_at - killed_at
    ended = wait_for(
        lambda: (row := job_row(job)).status == JobStatus.SUCCEEDED and row, seconds=30
    )

    assert resumed_after < timedelta(seconds=30)
    assert ended.attempts == 2
    with system_tenant():
        assert Client.objects.filter(name="Published").count() == 1
    starts = marks.read_text().splitlines()
    assert len(starts) == 2
    assert not starts[1].endswith("from 0")  # it went on from the checkpoint
