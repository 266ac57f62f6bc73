"""The solve as a job, on rows."""

from itertools import pairwise

import pytest

from scheduling import computations
from scheduling.jobs import start_solve
from scheduling.models import Shift, ShiftActivity
from scheduling.queries.board import coverage
from scheduling.services import publish_schedule
from tests.factories import org
from tests.factories import scheduling as make
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def _solved_week(**fields):
    with system_tenant():
        skill = org.make_skill()
        queue = org.make_queue(skill=skill)
        contract = make.make_contract()
        team = org.make_team()
        for _ in range(4):
            org.make_agent(team=team, employment_contract=contract, skills=[skill])
        requirement = make.make_requirement(queue=queue, people=2.3)
        version = start_solve(
            requirement_run=requirement,
            starts_on=make.MONDAY,
            ends_on=make.MONDAY.replace(day=9),
            timezone="UTC",
            time_limit_seconds=5,
            created_by=None,
            **fields,
        )
    run(version.job_id, computations.solve_week)
    return version


def test_solve_writes_shifts_whose_activities_fill_them_and_publish_puts_them_in_force():
    version = _solved_week()

    with system_tenant():
        job = Job.objects.get(pk=version.job_id)
        assert job.status == JobStatus.SUCCEEDED, job.error
        version.refresh_from_db()
        shifts = Shift.objects.filter(version=version)
        assert shifts.count() == 20
        assert version.lower_bound <= version.objective
        # The grid counts who serves what; the solver counts the best that these people can do.
        assert coverage(version).under_hours() == pytest.approx(version.understaffed_hours)
        for shift in shifts:
            rows = list(ShiftActivity.objects.filter(shift=shift).order_by("starts_at"))
            assert rows[0].starts_at == shift.starts_at
            assert rows[-1].ends_at == shift.ends_at
            assert all(a.ends_at == b.starts_at for a, b in pairwise(rows))
        publish_schedule(version=version, published_at=job.finished_at, published_by=None)
        assert Shift.objects.filter(version=version, is_published=True).count() == 20
