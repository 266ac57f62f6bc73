"""A run keeps its pools' rules, and its job moves forward and forgets what it needs no more."""

import pytest

from staffing.computations import simulate_pool, split_days
from staffing.computations.refused import QueueRefused
from staffing.models import Pool, RequirementPoolResult, SkillGroup
from staffing.services.skill_groups import GroupTerms, set_skill_groups
from tests.factories.org import make_client, make_deferred_queue, make_goal, make_queue
from tests.factories.staffing import make_pool
from tests.staffing.rows import add_forecast_queue, compute, make_forecast, start_without_ringing
from tests.staffing.test_pool_job import staffed
from tests.staffing.test_simulations import lived
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import JobContext
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)
GROUP_OPEN = ((540, 720),)


def live(name, **fields):
    queue = make_queue(name=name, **{"interval_minutes": 30, "opening": OPEN} | fields)
    make_goal(queue)
    return queue


def result_of_pool(run):
    with system_tenant():
        return RequirementPoolResult.objects.get(run=run)


def change_result(run, change):
    with system_tenant():
        found = RequirementPoolResult.objects.get(run=run)
        change(found.figures)
        found.save(update_fields=["figures"])


def levels(run, queue):
    simulation, job = lived(run, queue, repeats=40)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return {row["queue"]: row["mean"] for row in simulation.figures["pool"]["queues"]}


def refusal(run, queue):
    _simulation, job = lived(run, queue, repeats=20)
    assert job.status == JobStatus.FAILED
    return job.error


class TestDeferredWork:
    """Mail is worked on before claims, although claims are due earlier."""

    @pytest.fixture
    def queues(self):
        with system_tenant():
            voice = live("Voice", patience_seconds=120)
            mail, claims = (
                make_deferred_queue(name=name, interval_minutes=30, opening=OPEN)
                for name in ("Mail", "Claims")
            )
            make_goal(mail, level=0.9, due_amount=480)
            make_goal(claims, level=0.5, due_amount=60)
            make_pool(
                voice,
                mail,
                claims,
                name="Desk",
                is_interruptible=True,
                deferred_in_order=True,
                max_occupancy_rate=0.95,
            )
        return voice, mail, claims

    @pytest.fixture
    def run(self, monkeypatch, queues):
        voice, mail, claims = queues
        return staffed(
            monkeypatch, (voice, 120, 300.0), (mail, 20, 240.0), (claims, 8, 240.0), days=2
        )

    def test_it_is_simulated_by_the_rules_of_the_run_whatever_became_of_the_pool(
        self, monkeypatch, run, queues
    ):
        found, seen, simulated = result_of_pool(run), [], simulate_pool.simulate_pool
        assert found.outcome == "blended"
        assert found.figures["is_interruptible"] is True
        assert found.figures["deferred_in_order"] is True

        def watched(pool, **asked):
            seen.append([(queue.rank, queue.is_interruptible) for queue in pool.deferred])
            return simulated(pool, **asked)

        monkeypatch.setattr(simulate_pool, "simulate_pool", watched)
        planned = levels(run, queues[1])
        with system_tenant():
            Pool.objects.update(is_interruptible=False, deferred_in_order=False)
        assert levels(run, queues[1]) == planned
        with system_tenant():
            Pool.objects.all().delete()
        assert levels(run, queues[1]) == planned
        assert {tuple(ranks) for ranks in seen} == {((0, True), (1, True))}

        # By due time claims do better, so that the order is what is lived through.
        change_result(run, lambda figures: figures.update(deferred_in_order=False))
        assert levels(run, queues[1])[queues[2].pk] > planned[queues[2].pk] + 0.01

        # A run made before rules were kept has those of its pool, which is gone.
        change_result(run, lambda figures: figures.pop("deferred_in_order"))
        assert "The pool “Desk” was taken apart since" in refusal(run, queues[1])


@pytest.fixture
def grouped():
    """Two queues of one client; a group can do both, orders second."""
    with system_tenant():
        client = make_client()
        orders, returns = (
            live(name, client=client, opening=GROUP_OPEN) for name in ("Orders", "Returns")
        )
        desk = make_pool(orders, returns, name="Desk")
        set_skill_groups(
            pool=desk,
            groups=[
                GroupTerms("Both", [(returns, 1), (orders, 2)]),
                GroupTerms("Only orders", [(orders, 1)]),
            ],
        )
    return orders, returns


def busier_by_the_day(at):
    """Days that are alike would be planned once."""
    return 30.0 + 5.0 * at.day if 9 <= at.hour < 12 else 0.0


def started(monkeypatch, *queues, days=2):
    with system_tenant():
        forecast = make_forecast([], days=days)
        forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
        forecast.save()
        for queue in queues:
            add_forecast_queue(forecast, queue, offered=busier_by_the_day)
    return start_without_ringing(forecast, monkeypatch)


class TestGroups:
    @pytest.fixture
    def run(self, monkeypatch, grouped):
        run = started(monkeypatch, *grouped, days=1)
        assert compute(run).status == JobStatus.SUCCEEDED
        return run

    def test_the_ranks_of_the_run_hold_whatever_became_of_the_groups(self, run, grouped):
        orders, returns = grouped
        kept = {group["name"]: group for group in result_of_pool(run).figures["groups"]}
        assert kept["Both"]["queue_ids"] == [returns.pk, orders.pk]
        assert kept["Both"]["ranks"] == [1, 2]
        assert kept["Only orders"]["ranks"] == [1]
        planned = levels(run, orders)
        with system_tenant():
            set_skill_groups(
                pool=Pool.objects.get(),
                groups=[GroupTerms("Both", [(returns, 2), (orders, 1)])],
            )
        assert levels(run, orders) == planned
        with system_tenant():
            Pool.objects.all().delete()
        assert levels(run, orders) == planned

    def test_a_run_of_old_whose_groups_are_gone_says_so(self, run, grouped):
        def forget_ranks(figures):
            for group in figures["groups"]:
                del group["ranks"]

        planned = levels(run, grouped[0])
        change_result(run, forget_ranks)
        assert levels(run, grouped[0]) == planned
        with system_tenant():
            SkillGroup.objects.filter(name="Both").update(name="All")
        assert "The groups of the pool “Desk” were changed since" in refusal(run, grouped[0])
        with system_tenant():
            Pool.objects.all().delete()
        assert "The pool “Desk” was taken apart since" in refusal(run, grouped[0])


def kept_days(run):
    with system_tenant():
        return Job.objects.get(pk=run.job_id).checkpoint.get("pool_days", {})


class TestKeptDays:
    @pytest.fixture
    def interrupted(self, monkeypatch, grouped):
        """A run whose worker died after the first of two days, and the days planned since."""
        plan, days = split_days.plan_multi_skill, []

        def dies_on_the_second(day, **asked):
            days.append(day)
            if len(days) == 2:
                raise RuntimeError("killed")
            return plan(day, **asked)

        monkeypatch.setattr(split_days, "plan_multi_skill", dies_on_the_second)
        run = started(monkeypatch, *grouped)
        assert compute(run).status == JobStatus.RUNNING
        assert any(kept_days(run).values())
        return run, days

    def test_those_of_another_version_of_the_product_are_planned_anew(
        self, monkeypatch, interrupted
    ):
        run, days = interrupted
        monkeypatch.setattr(split_days, "SOURCES", "an update")
        assert compute(run).status == JobStatus.SUCCEEDED
        assert len(days) == 4

    def test_they_are_forgotten_when_the_pool_is_refused(self, monkeypatch, interrupted):
        run, _days = interrupted

        def refused(day, **asked):
            raise QueueRefused("Too much of it.")

        monkeypatch.setattr(split_days, "plan_multi_skill", refused)
        assert compute(run).status == JobStatus.SUCCEEDED
        assert "Too much of it." in result_of_pool(run).reason
        assert not kept_days(run)

    def test_they_are_forgotten_when_the_pool_lost_its_groups(self, interrupted):
        run, _days = interrupted
        with system_tenant():
            set_skill_groups(pool=Pool.objects.get(), groups=[])
        assert compute(run).status == JobStatus.SUCCEEDED
        assert not kept_days(run)


def test_progress_only_moves_forward(monkeypatch, grouped):
    """Two pools, one of them by skill, come after the queues."""
    with system_tenant():
        others = live("Sales"), live("Upgrades")
        make_pool(*others, name="Shop")
    told, progress = [], JobContext.progress

    def watched(ctx, share, message="", **detail):
        told.append((share, message))
        progress(ctx, share, message, **detail)

    monkeypatch.setattr(JobContext, "progress", watched)
    run = started(monkeypatch, *grouped, *others)
    assert compute(run).status == JobStatus.SUCCEEDED
    shares = [share for share, _message in told]
    assert shares == sorted(shares)
    by_skill = [share for share, message in told if "by skills" in message]
    together = [share for share, message in told if message.startswith("Pool Shop (2 of 2)")]
    assert by_skill == pytest.approx([0.9, 0.925])
    assert together == pytest.approx([0.95] * len(together))
    assert together
