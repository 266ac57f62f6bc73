"""A worker killed with SIGKILL in the middle of a real solve: resumed within 30 s, one result."""

import math
import os
import signal
from datetime import timedelta

import pytest
from django.utils.timezone import now

from scheduling.jobs import start_solve
from scheduling.models import ScheduleVersion, Shift
from tests.factories import org
from tests.factories import scheduling as make
from tests.jobs.test_killed_worker import job_row, wait_for
from wfm.jobs.models import JobStatus
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AGENTS = 24


def two_peaks(day, slot):
    """People a day of two peaks needs, fewer from day to day: no schedule fits it and is proven so."""
    hour = slot / 4
    peaks = math.exp(-(((hour - 10.5) / 1.5) ** 2)) + 0.8 * math.exp(-(((hour - 15) / 2) ** 2))
    return round(4.3 + (20 - day) * peaks, 2)


def test_a_killed_solve_goes_on_from_its_checkpoint_and_writes_once(celery_worker_process):
    first = celery_worker_process(queues="solves")
    celery_worker_process(queues="control", pool="threads", beat=True)
    with system_tenant():
        make.make_codes()
        skill = org.make_skill()
        queue = org.make_queue(skill=skill)
        contract, team = make.make_contract(), org.make_team()
        for _ in range(AGENTS):
            org.make_agent(team=team, employment_contract=contract, skills=[skill])
        requirement = make.make_requirement(queue=queue, people=two_peaks)
        version = start_solve(
            requirement_run=requirement,
            starts_on=make.MONDAY,
            ends_on=make.MONDAY + timedelta(days=7),
            timezone="UTC",
            time_limit_seconds=30,
            created_by=None,
        )
    saved = wait_for(lambda: job_row(version.job).checkpoint.get("tours"), seconds=120)
    assert len(saved) == AGENTS
    assert job_row(version.job).status == JobStatus.RUNNING  # else nothing is killed in the middle
    os.killpg(first.pid, signal.SIGKILL)
    killed_at = now()
    celery_worker_process(queues="solves")

    wait_for(lambda: job_row(version.job).attempts == 2, seconds=40)
    resumed_after = job_row(version.job).started_at - killed_at
    ended = wait_for(
        lambda: (row := job_row(version.job)).status == JobStatus.SUCCEEDED and row, seconds=90
    )

    assert resumed_after < timedelta(seconds=30)
    assert ended.attempts == 2
    with system_tenant():
        found = ScheduleVersion.objects.get(pk=version.pk)
        assert Shift.objects.filter(version=found).count() == AGENTS * 5
        assert found.objective >= found.lower_bound > 0
