"""Many queues of one run: read, planned and written together, with the numbers of each by itself."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from staffing.computations import queue_line, requirement_run
from staffing.computations.queue_line import batches
from staffing.models import CallbackOffer, RequirementInterval, RequirementQueueResult
from staffing.services import LinkTerms, link_queues
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_work_type,
)
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    add_history,
    compute,
    make_forecast,
    make_shrinkage,
    start_without_ringing,
)
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.services import cancel_job
from wfm.org.models import Channel
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = 1e9  # seconds


@pytest.fixture
def in_one_go(monkeypatch):
    """Nothing is written for being late, however slow the machine is."""
    monkeypatch.setattr(queue_line, "SECONDS_BETWEEN_WRITES", NEVER)


@pytest.fixture
def one_by_one(monkeypatch):
    """Each queue is written by itself, as soon as it is planned."""
    monkeypatch.setattr(queue_line, "INTERVALS_WRITTEN_AT_ONCE", 1)


def voice_with_all(number):
    """A voice queue with a goal, shrinkage, measured patience and an offer of its own."""
    queue = make_queue(patience_seconds=None, opening=((480 + 30 * number, 1200),))
    make_goal(queue, level=0.7 + 0.02 * number)
    make_shrinkage(queue, (0.05 + 0.01 * number, False), (0.1, True))
    add_history(queue, wait_seconds_total=6000.0 + 500.0 * number, abandoned=100)
    return queue


def offer_callbacks(queue, target, rate):
    CallbackOffer.objects.create(
        queue=queue, target=target, after_seconds=60, acceptance_rate=rate, starts_on=LONG_AGO
    )


def forecast_of(queues, days=1):
    forecast = make_forecast([], days=days)
    for number, queue in enumerate(queues):
        add_forecast_queue(
            forecast,
            queue,
            offered=lambda at, number=number: (10.0 + number) * (1.0 + at.hour % 12),
            aht_seconds=None if number % 3 == 2 else 200.0 + 10 * number,
        )
    return forecast


def run_of(monkeypatch, forecast):
    run = start_without_ringing(forecast, monkeypatch)
    job = compute(run)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return run


def written(run):
    """All that a run says, but for the numbers of its rows."""
    with system_tenant():
        found = {}
        for model, by in (
            (RequirementInterval, ("queue_id", "starts_at")),
            (RequirementQueueResult, ("queue_id",)),
        ):
            rows = model.objects.filter(run=run).order_by(*by)
            found[model] = [model_to_dict(row, exclude=["id", "run"]) for row in rows]
        for result in found[RequirementQueueResult]:
            for source in result["detail"].get("arrivals", {}).get("sources", []):
                source["runs"] = [pk - run.pk for pk in source["runs"]]
        return found


@pytest.mark.usefixtures("in_one_go")
def test_the_database_is_asked_as_often_for_twelve_queues_as_for_two(monkeypatch):
    with system_tenant():
        queues = [voice_with_all(number) for number in range(12)]
    asked = []
    for count in (2, 2, 12):  # the first one also reads what later ones find in memory
        with system_tenant():
            forecast = forecast_of(queues[:count])
        run = start_without_ringing(forecast, monkeypatch)
        with CaptureQueriesContext(connection) as found:
            assert compute(run).status == JobStatus.SUCCEEDED
        asked.append([query["sql"].split()[0] for query in found])
        with system_tenant():
            assert RequirementInterval.objects.filter(run=run).count() == count * 96
    assert asked[1] == asked[2]


def test_together_each_queue_has_the_numbers_that_it_has_alone(monkeypatch):
    """Goals, hours, shrinkage, patience and offers differ, so that no queue can have another's."""
    with system_tenant():
        client = make_client()
        queues = [voice_with_all(number) for number in range(4)]
        desk, later = (make_deferred_queue(client=client, name=name) for name in ("D", "L"))
        calling = make_queue(client=client, name="Calling", patience_seconds=90)
        chat = make_queue(work_type=make_work_type(channel=Channel.CHAT, concurrency=2))
        patient = make_queue(work_type=make_work_type(contacts_abandon=False), min_agents=3)
        for queue in (desk, later, calling, chat, patient):
            make_goal(queue)
        refused = [make_queue(name="No goal"), make_queue(name="By the day", interval_minutes=1440)]
        offer_callbacks(calling, desk, 0.4)
        link_queues(source=desk, target=later, terms=LinkTerms(share=0.5, starts_on=LONG_AGO))
        forecast = forecast_of([later, *queues, desk, calling, chat, patient, *refused], days=2)
    together = written(run_of(monkeypatch, forecast))
    monkeypatch.setattr(queue_line, "QUEUES_AT_ONCE", 1)
    monkeypatch.setattr(queue_line, "MOST_PLANNERS", 1)
    monkeypatch.setattr(queue_line, "INTERVALS_WRITTEN_AT_ONCE", 1)
    alone = written(run_of(monkeypatch, forecast))
    rows, results = together[RequirementInterval], together[RequirementQueueResult]
    assert (len(rows), len(results)) == (9 * 192, 11)
    assert [row["queue"] for row in results if row["is_refused"]] == [one.pk for one in refused]
    assert together == alone


@pytest.mark.usefixtures("one_by_one")
def test_a_worker_that_is_killed_leaves_what_is_written_and_the_next_goes_on(monkeypatch):
    """A killed process writes nothing more: neither what it has in hand nor that it failed."""
    with system_tenant():
        queues = [voice_with_all(number) for number in range(5)]
        forecast = forecast_of(queues)
    run = start_without_ringing(forecast, monkeypatch)
    save, plan, saved, planned = queue_line.save_requirements, requirement_run._plan_live, [], []

    def killed_at_the_third(*, run, outcomes):
        if len(saved) == 2:
            raise SystemExit
        saved.extend(queue.pk for queue, _result in outcomes)
        save(run=run, outcomes=outcomes)

    def noted(live, arrivals):
        planned.append(live.queue.pk)
        return plan(live, arrivals)

    monkeypatch.setattr(queue_line, "save_requirements", killed_at_the_third)
    with pytest.raises(SystemExit):
        compute(run)
    with system_tenant():
        jobs = Job.objects.filter(pk=run.job_id)
        assert jobs.get().checkpoint == {"done": saved}
        assert jobs.update(lease_until=now() - timedelta(seconds=1)) == 1
    monkeypatch.setattr(queue_line, "save_requirements", save)
    monkeypatch.setattr(requirement_run, "_plan_live", noted)
    job = compute(run)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert sorted(planned) == [queue.pk for queue in queues[2:]], "the first two are not done again"
    rows = written(run)[RequirementInterval]
    assert [row["queue"] for row in rows] == [queue.pk for queue in queues for _ in range(96)]


def test_a_cancel_does_not_wait_for_the_queue_that_is_being_planned(monkeypatch):
    with system_tenant():
        queues = [voice_with_all(number) for number in range(4)]
        forecast = forecast_of(queues)
    run = start_without_ringing(forecast, monkeypatch)
    plan, begun, may_end = requirement_run._plan_live, threading.Event(), threading.Event()
    ended_in_time = []

    def long(live, arrivals):
        if live.queue.pk != queues[0].pk:
            begun.set()
            ended_in_time.append(may_end.wait(timeout=120))
        return plan(live, arrivals)

    def cancel_once_begun():
        begun.wait(timeout=120)
        with system_tenant():
            cancel_job(job=run.job, at=now())
        connection.close()

    monkeypatch.setattr(requirement_run, "_plan_live", long)
    person = threading.Thread(target=cancel_once_begun)
    person.start()
    try:
        assert compute(run).status == JobStatus.CANCELLED
        assert not ended_in_time, "the job has ended before the plan"
    finally:
        may_end.set()
        person.join()
    with system_tenant():
        written_of = RequirementInterval.objects.filter(run=run).values_list("queue_id", flat=True)
        assert set(written_of) <= {queues[0].pk}


def test_what_is_ready_is_written_while_a_batch_is_still_worked_on(monkeypatch):
    """Deferred queues are planned where queues are read: a killed worker must not lose them all."""
    monkeypatch.setattr(queue_line, "SECONDS_BETWEEN_WRITES", -1.0)
    with system_tenant():
        queues = [make_deferred_queue(name=f"Desk {number}") for number in range(3)]
        for queue in queues:
            make_goal(queue)
        forecast = forecast_of(queues)
    known_when_planned, plan = [], requirement_run.staff_deferred_queue

    def noted(queue, inputs, **rest):
        known_when_planned.append(RequirementQueueResult.objects.count())
        return plan(queue, inputs, **rest)

    monkeypatch.setattr(requirement_run, "staff_deferred_queue", noted)
    run_of(monkeypatch, forecast)
    assert known_when_planned == [0, 1, 2]


def queue_like(pk, minutes=15):
    return SimpleNamespace(pk=pk, interval_minutes=minutes)


def run_over(days):
    ends_at = MONDAY + timedelta(days=days)
    return SimpleNamespace(forecast_run=SimpleNamespace(starts_at=MONDAY, ends_at=ends_at))


@pytest.mark.parametrize(
    ("days", "minutes", "sources", "sizes"),
    [
        (7, 15, {}, [50, 50, 20]),
        (42, 15, {}, [24] * 5),  # 4,032 intervals each
        (400, 1, {}, [1] * 120),  # more than the most in a single queue
        (7, 15, {4: {3}}, [3, 50, 50, 17]),  # read once what feeds it is written
        (7, 15, {60: {3}}, [50, 50, 20]),  # another batch feeds it
    ],
)
def test_queues_are_read_together_as_long_as_memory_and_links_allow(days, minutes, sources, sizes):
    queues = [queue_like(number, minutes) for number in range(1, 121)]
    found = list(batches(run_over(days), queues, sources))
    assert [len(batch) for batch in found] == sizes
    assert [queue for batch in found for queue in batch] == queues
