"""The job that fills SLA results, run as a worker runs it."""

from datetime import date

import pytest

from reporting.computations import fill_sla_results
from reporting.jobs import start_sla_results
from reporting.models import SlaResult
from tests.factories.org import make_queue
from tests.factories.reporting import make_clause, make_interval, utc
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)


def queue_with_history():
    queue = make_queue()
    make_clause(queue)
    make_interval(queue, "2026-03-02T09:00")
    return queue


def run_job(**fields):
    with system_tenant():
        job = start_sla_results(first=DAY, last=DAY, as_of=utc("2026-06-01T00:00"), **fields)
    run(job.pk, fill_sla_results)
    with system_tenant():
        return Job.objects.get(pk=job.pk), list(SlaResult.objects.order_by("pk"))


def test_every_active_queue_is_filled_and_the_job_says_so():
    with system_tenant():
        queue_with_history()
        queue_with_history()
    job, results = run_job()
    assert (job.status, job.result) == (
        JobStatus.SUCCEEDED,
        {"queues": 2, "results": 6, "findings": []},
    )
    assert len(results) == 6


def test_job_of_one_client_fills_only_its_queues():
    with system_tenant():
        mine, _other = queue_with_history(), queue_with_history()
    _job, results = run_job(client=mine.client)
    assert {result.queue_id for result in results} == {mine.pk}


def test_second_run_of_the_same_days_leaves_the_same_rows():
    with system_tenant():
        queue_with_history()

    def numbers(results):
        return [(row.period, row.starts_on, row.numerator, row.denominator) for row in results]

    _job, first = run_job()
    _job, second = run_job()
    assert numbers(first) == numbers(second)


def test_job_without_queues_is_refused_with_a_sentence():
    job, _results = run_job()
    assert job.status == JobStatus.FAILED
    assert job.error == "There is no active queue to report on. Add one under Settings."
