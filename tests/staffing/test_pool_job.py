"""A run plans its pools: the rows of the queues add up to the pool's people."""

import pytest

from staffing.models import Pool, PoolQueue, RequirementInterval, RequirementPoolResult
from staffing.queries import staleness
from staffing.services import PoolSettings, change_pool, publish_requirement
from tests.factories.org import make_deferred_queue, make_goal, make_queue, make_work_type
from tests.factories.staffing import make_pool
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)


def in_hours(volume, *, opens=8, closes=18):
    return lambda at: volume if opens <= at.hour < closes else 0.0


@pytest.fixture
def voice():
    with system_tenant():
        queue = make_queue(name="Voice", interval_minutes=30, opening=OPEN)
        make_goal(queue)
        return queue


@pytest.fixture
def mail():
    with system_tenant():
        queue = make_deferred_queue(name="Mail", interval_minutes=30, opening=OPEN)
        make_goal(queue, level=0.9, due_amount=240)
        return queue


def staffed(monkeypatch, *volumes, days=2):
    """A run over queues with so much work each: (queue, items per interval, seconds each)."""
    with system_tenant():
        forecast = make_forecast([], days=days)
        forecast.parameters = {"queue_ids": [queue.pk for queue, _volume, _aht in volumes]}
        forecast.save()
        for queue, volume, aht in volumes:
            add_forecast_queue(forecast, queue, offered=in_hours(volume), aht_seconds=aht)
    run = start_without_ringing(forecast, monkeypatch)
    assert compute(run).status == "SUCCEEDED"
    return run


def agents_of(run, queue):
    rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
    return list(rows.values_list("required_agents", flat=True))


def pool_of_run(run):
    return RequirementPoolResult.objects.get(run=run)


class TestBlended:
    @pytest.fixture
    def run(self, monkeypatch, voice, mail):
        with system_tenant():
            make_pool(voice, mail, name="Desk", is_interruptible=True, max_occupancy_rate=0.95)
        return staffed(monkeypatch, (voice, 40, 300.0), (mail, 6, 480.0))

    def test_the_rows_add_up_to_the_people_of_the_pool_and_need_no_more_than_apart(
        self, run, voice, mail
    ):
        with system_tenant():
            found = pool_of_run(run)
            rows = [a + b for a, b in zip(agents_of(run, voice), agents_of(run, mail), strict=True)]

        assert found.outcome == "blended"
        assert found.figures["intervals"]["agents"] == rows
        assert found.required_hours == pytest.approx(sum(rows) / 2)
        assert found.required_hours < found.separate_hours
        assert all(value == int(value) for value in rows)

    def test_what_each_needs_apart_is_kept_beside_it(self, run, voice, mail):
        for queue in (voice, mail):
            result = result_of(run, queue)
            assert result.detail["pool"]["name"] == "Desk"
            assert result.detail["pool"]["separate_hours"] >= result.required_hours
        with system_tenant():
            found = pool_of_run(run)
            apart = {row["id"]: row for row in found.figures["queues"]}
        assert found.separate_hours == pytest.approx(
            sum(row["separate_hours"] for row in apart.values())
        )
        assert sum(apart[mail.pk]["separate_agents"]) / 2 == apart[mail.pk]["separate_hours"]

    def test_the_summary_of_the_run_counts_nobody_twice(self, run):
        with system_tenant():
            run.refresh_from_db()
            assert run.summary["required_hours"] == pytest.approx(
                pool_of_run(run).required_hours, abs=0.01
            )

    def test_the_deferred_queue_keeps_its_goal(self, run, mail):
        assert result_of(run, mail).service_level >= 0.89

    def test_a_changed_pool_makes_a_published_run_stale(self, run, voice, mail):
        with system_tenant():
            publish_requirement(run=run, published_at=MONDAY, published_by=None)
            run.refresh_from_db()
            assert not [reason for reason in staleness(run) if "pool" in reason]

            change_pool(
                pool=Pool.objects.get(), settings=PoolSettings("Desk", 0.8), queues=[mail, voice]
            )
            assert "A pool was changed after this requirement began." in staleness(run)

    def test_a_pool_that_is_taken_apart_leaves_its_result(self, run):
        with system_tenant():
            Pool.objects.all().delete()
            found = pool_of_run(run)
            assert (found.pool, found.name) == (None, "Desk")
            assert not PoolQueue.objects.exists()


class TestApart:
    """Where queues cannot be staffed together, their own rows stand and a sentence says why."""

    def test_no_live_queue(self, monkeypatch, mail):
        with system_tenant():
            other = make_deferred_queue(name="Claims", interval_minutes=30, opening=OPEN)
            make_goal(other, due_amount=480)
            make_pool(mail, other)
        run = staffed(monkeypatch, (mail, 6, 480.0), (other, 4, 600.0))
        with system_tenant():
            found = pool_of_run(run)
            hours = sum(result_of(run, queue).required_hours for queue in (mail, other))
        assert (found.outcome, found.required_hours) == ("left", pytest.approx(hours))
        assert "No live queue" in found.reason

    def test_a_refused_queue_is_left_out_by_name(self, monkeypatch, voice):
        with system_tenant():
            mail = make_deferred_queue(name="Mail", interval_minutes=30, opening=OPEN)
            make_pool(voice, mail)
        run = staffed(monkeypatch, (voice, 40, 300.0), (mail, 6, 480.0))
        with system_tenant():
            found = pool_of_run(run)
        assert found.outcome == "left"
        assert "Mail was not staffed and is left out." in found.reason

    def test_intervals_of_different_length(self, monkeypatch, voice, mail):
        with system_tenant():
            make_pool(voice, mail)
            mail.interval_minutes = 60
            mail.save()
        run = staffed(monkeypatch, (voice, 40, 300.0), (mail, 6, 480.0))
        with system_tenant():
            found = pool_of_run(run)
        assert "intervals of 30, 60 minutes" in found.reason

    def test_chat_keeps_its_own_people(self, monkeypatch, voice, mail):
        with system_tenant():
            chat = make_queue(
                name="Chat",
                interval_minutes=30,
                opening=OPEN,
                work_type=make_work_type(channel="CHAT", concurrency=3),
            )
            make_goal(chat, threshold_seconds=60)
            make_pool(voice, chat, mail, is_interruptible=True, max_occupancy_rate=0.95)
        run = staffed(monkeypatch, (voice, 40, 300.0), (chat, 30, 400.0), (mail, 6, 480.0))
        with system_tenant():
            found = pool_of_run(run)
        assert "Chat keeps its own people" in found.reason
        assert "pool" not in result_of(run, chat).detail


def test_two_live_queues_need_fewer_together_and_keep_their_goals(monkeypatch, voice):
    with system_tenant():
        sales = make_queue(name="Sales", interval_minutes=30, opening=OPEN)
        make_goal(sales, level=0.8, threshold_seconds=60)
        make_pool(voice, sales)
    run = staffed(monkeypatch, (voice, 40, 300.0), (sales, 20, 420.0), days=1)
    with system_tenant():
        found = pool_of_run(run)
        together = [
            a + b for a, b in zip(agents_of(run, voice), agents_of(run, sales), strict=True)
        ]
    assert found.outcome == "blended"
    assert found.figures["intervals"]["agents"] == together
    assert found.required_hours < found.separate_hours
    for queue in (voice, sales):
        rows = RequirementInterval.objects.filter(run=run, queue=queue, offered__gt=0)
        with system_tenant():
            assert min(rows.values_list("service_level", flat=True)) >= 0.8


def test_queues_of_two_time_zones_share_the_hours_that_overlap(monkeypatch):
    with system_tenant():
        london = make_queue(
            name="London", interval_minutes=30, opening=OPEN, timezone="Europe/London"
        )
        berlin = make_queue(
            name="Berlin", interval_minutes=30, opening=OPEN, timezone="Europe/Berlin"
        )
        for queue in (london, berlin):
            make_goal(queue)
        make_pool(london, berlin)
    run = staffed(monkeypatch, (london, 40, 300.0), (berlin, 40, 300.0), days=1)
    with system_tenant():
        found = pool_of_run(run)
    assert found.required_hours <= found.separate_hours
