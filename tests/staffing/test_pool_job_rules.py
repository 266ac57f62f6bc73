"""A run keeps the rules of its queues in a pool, and its job can be cancelled, killed and watched."""

import numpy as np
import pytest

from staffing.computations import blend_pools
from staffing.core.blending import plan_pool
from staffing.models import RequirementInterval, RequirementPoolResult
from staffing.services import CallbackTerms, offer_callbacks
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_work_type,
)
from tests.factories.staffing import make_pool
from tests.staffing.rows import (
    add_forecast_queue,
    compute,
    make_forecast,
    start_without_ringing,
)
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import JobContext
from wfm.jobs.services import cancel_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)
LOADS = ((8, 40.0), (10, 0.1), (12, 0.0), (14, 40.0), (18, 0.0))


def live(name, **fields):
    queue = make_queue(name=name, interval_minutes=30, opening=OPEN, **fields)
    make_goal(queue)
    return queue


def started(monkeypatch, *volumes):
    """A run over queues with so much work each: (queue, items by hour, seconds each)."""
    with system_tenant():
        forecast = make_forecast([])
        forecast.parameters = {"queue_ids": [queue.pk for queue, _volume, _aht in volumes]}
        forecast.save()
        for queue, volume, aht in volumes:
            add_forecast_queue(forecast, queue, offered=volume, aht_seconds=aht)
    return start_without_ringing(forecast, monkeypatch)


def by_hour(at):
    """Normal, almost nothing, nothing, normal."""
    return next((load for begins, load in reversed(LOADS) if at.hour >= begins), 0.0)


def all_day(volume):
    return lambda at: volume if 8 <= at.hour < 18 else 0.0


def rows_of(run, queue):
    rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
    return np.array(rows.values_list("required_agents", "is_open"), dtype=float)


def test_each_queue_of_a_pool_keeps_its_minimum_also_where_nobody_calls(monkeypatch):
    with system_tenant():
        queues = [live("Voice", min_agents=3), live("Sales", min_agents=2)]
        make_pool(*queues)
    run = started(monkeypatch, *((queue, by_hour, 300.0) for queue in queues))
    assert compute(run).status == JobStatus.SUCCEEDED
    with system_tenant():
        assert RequirementPoolResult.objects.get(run=run).outcome == "blended"
        voice, sales = (rows_of(run, queue) for queue in queues)
    for rows, least in ((voice, 3), (sales, 2)):
        is_open = rows[:, 1] > 0
        assert is_open.sum() == 20
        assert rows[is_open, 0].min() == least
        assert not rows[~is_open, 0].any()
    quiet = slice(2 * 10, 2 * 14)  # 10 to 14 o'clock, from midnight in UTC
    assert (voice + sales)[quiet, 0].tolist() == [5.0] * 8


def test_who_takes_a_callback_is_not_staffed_in_the_pool_as_well(monkeypatch):
    seen = []

    def watched(pool, **named):
        seen.append(pool)
        return plan_pool(pool, **named)

    monkeypatch.setattr(blend_pools, "plan_pool", watched)
    with system_tenant():
        client = make_client()
        voice = live(
            "Voice",
            client=client,
            work_type=make_work_type(contacts_abandon=False),
            patience_seconds=None,
        )
        sales = live("Sales", client=client)
        calls = make_deferred_queue(
            client=client, name="Calls back", interval_minutes=30, opening=OPEN
        )
        make_goal(calls, due_amount=120)
        offer_callbacks(
            queue=voice,
            target=calls,
            terms=CallbackTerms(after_seconds=20, acceptance_rate=0.6),
            starts_on=LONG_AGO,
        )
        make_pool(voice, sales)
    run = started(
        monkeypatch,
        (voice, all_day(40), 300.0),
        (sales, all_day(30), 300.0),
        (calls, all_day(0.0), 360.0),
    )
    assert compute(run).status == JobStatus.SUCCEEDED
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, queue=voice).order_by("starts_at")
        found = np.array(rows.values_list("offered", "callbacks"), dtype=float)
        reason = RequirementPoolResult.objects.get(run=run).reason
    assert found[:, 1].sum() > 5.0
    assert seen[0].traffic.arrival_rate[:, 0] * 1800.0 == pytest.approx(found[:, 0] - found[:, 1])
    assert "Who takes a callback from Voice is left to the queue that makes it" in reason


def test_too_many_people_for_work_that_is_finished_first_are_told_what_helps(monkeypatch):
    monkeypatch.setattr(blend_pools, "MOST_FINISHED_FIRST", 10)
    with system_tenant():
        voice = live("Voice")
        mail = make_deferred_queue(name="Mail", interval_minutes=30, opening=OPEN)
        make_goal(mail, due_amount=240)
        make_pool(voice, mail)
    run = started(monkeypatch, (voice, all_day(60), 300.0), (mail, all_day(6), 480.0))
    assert compute(run).status == JobStatus.SUCCEEDED
    with system_tenant():
        found = RequirementPoolResult.objects.get(run=run)
    assert found.outcome == "left"
    assert "at most 10 people at once" in found.reason
    assert "let live contacts interrupt it" in found.reason


@pytest.fixture
def two_pools(monkeypatch):
    """A run of two pools of two live queues each."""
    with system_tenant():
        queues = [live(f"Queue {number}") for number in range(4)]
        make_pool(*queues[:2], name="First")
        make_pool(*queues[2:], name="Second")
    return started(monkeypatch, *((queue, all_day(30), 300.0) for queue in queues))


def test_a_pool_is_cancelled_in_the_middle_of_its_plan(two_pools, monkeypatch):
    messages = []

    def told(ctx, share, message="", **_detail):
        if message.startswith("Pool"):
            messages.append((share, message))
            if len(messages) == 5:
                with system_tenant():
                    cancel_job(job=Job.objects.get(pk=ctx.job_id), at=two_pools.created_at)
                ctx._report(renew=False)  # what its thread does every second

    monkeypatch.setattr(JobContext, "progress", told)
    assert compute(two_pools).status == JobStatus.CANCELLED
    assert len(messages) == 5
    assert messages[4] == (0.9, "Pool First (1 of 2), step 5")
    with system_tenant():
        assert not RequirementPoolResult.objects.exists()


def test_a_worker_that_takes_over_does_not_plan_again_what_is_written(two_pools, monkeypatch):
    planned = []

    def killed_at_the_second(pool, **named):
        planned.append(pool)
        if len(planned) == 2:
            raise MemoryError("killed")
        return plan_pool(pool, **named)

    monkeypatch.setattr(blend_pools, "plan_pool", killed_at_the_second)
    assert compute(two_pools).status == JobStatus.RUNNING
    with system_tenant():
        first = RequirementPoolResult.objects.get()
        assert first.name == "First"
    assert compute(two_pools).status == JobStatus.SUCCEEDED
    assert len(planned) == 3
    with system_tenant():
        assert list(
            RequirementPoolResult.objects.order_by("pk").values_list("name", flat=True)
        ) == [
            "First",
            "Second",
        ]
        assert RequirementPoolResult.objects.order_by("pk").first().pk == first.pk
