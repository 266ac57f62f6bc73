"""A run staffs a pool by skill group: what it makes of the groups, day by day, and when it is old."""

import dataclasses
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.urls import reverse
from django.utils.timezone import now

from staffing.computations import split_days
from staffing.core import multi_skill_plan
from staffing.models import CallbackOffer, RequirementInterval, RequirementPoolResult
from staffing.queries.runs import staleness
from staffing.services.skill_groups import GroupTerms, set_skill_groups
from tests.factories.org import make_deferred_queue, make_user
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from tests.staffing.skills import (
    TODAY,
    make_desk,
    make_queues,
    pool_result,
    staffed,
    started,
    two_groups,
)
from wfm.jobs.models import Job
from wfm.org.models import Queue, ServiceGoal
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queues():
    return make_queues()


@pytest.fixture
def desk(queues):
    return make_desk(queues)


def agents_of(run, queue):
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        return np.array(rows.values_list("required_agents", flat=True))


class TestARun:
    @pytest.fixture
    def run(self, monkeypatch, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues, most=4))
        return staffed(monkeypatch, queues)

    def test_staffs_group_by_group_and_counts_everybody_once(self, run, desk, queues):
        with system_tenant():
            found = RequirementPoolResult.objects.get(run=run)
        figures = found.figures
        heads = np.array([group["heads"] for group in figures["groups"]])

        assert found.outcome == "blended"
        assert [group["name"] for group in figures["groups"]] == ["Both", "Only orders"]
        rows = sum(agents_of(run, queue) for queue in queues)
        assert (heads.sum(axis=0) == rows).all()
        assert heads.sum() / 2 == found.required_hours < found.separate_hours
        assert found.required_hours == pytest.approx(figures["pooled_hours"], rel=0.06)
        closed = np.r_[0:18, 24:48]
        assert heads[:, closed].sum() == 0

    def test_says_what_each_queue_gets_and_keeps_its_goal(self, run, queues):
        with system_tenant():
            figures = RequirementPoolResult.objects.get(run=run).figures
        assert [queue["name"] for queue in figures["queues"]] == ["Orders", "Returns"]
        for queue, row in zip(queues, figures["queues"], strict=True):
            result = result_of(run, queue)
            assert row["goal"] == pytest.approx(0.8)
            assert 0.79 <= row["level"] <= 1
            assert result.service_level == pytest.approx(row["level"])
            assert result.detail["pool"]["separate_hours"] == row["separate_hours"]

    def test_the_page_and_rest_show_the_same(self, run, desk, client):
        with system_tenant():
            planner = make_user("planner")
            found = RequirementPoolResult.objects.get(run=run)
        client.force_login(planner)
        page = client.get(reverse("staffing-pool-skills", args=[desk.pk])).content.decode()
        for words in ("People by skill", "If all could do all", "Each queue apart", "Only orders"):
            assert words in page
        assert f"{found.required_hours:.1f}" in page
        (split,) = client.get(f"/api/v1/staffing/runs/{run.pk}/skill-groups/").json()
        assert split["required_hours"] == found.required_hours
        assert split["pooled_hours"] == found.figures["pooled_hours"]
        assert [group["heads"] for group in split["groups"]] == [
            group["heads"] for group in found.figures["groups"]
        ]
        overview = client.get(reverse("staffing-skills")).content.decode()
        assert "Both, Only orders" in overview


def test_a_group_that_is_too_small_says_by_how_much(monkeypatch, desk, queues):
    """Nobody else can do returns: the one person of the group is not enough."""
    orders, returns = queues
    with system_tenant():
        groups = [GroupTerms("A", [(orders, 1)]), GroupTerms("B", [(returns, 1)], 1)]
        set_skill_groups(pool=desk, groups=groups)
    run = staffed(monkeypatch, queues)
    with system_tenant():
        found = RequirementPoolResult.objects.get(run=run)
    more = max(found.figures["groups"][1]["heads"]) - 1
    assert more >= 4
    assert f"“B” is limited to 1 and needs up to {more} more (2026-03-02 09:" in found.reason


class TestWhatIsSaid:
    @pytest.fixture
    def grouped(self, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues))

    def test_every_goal_that_is_set_is_staffed_for(self, monkeypatch, grouped, queues):
        """An occupancy of at most 60 %: without it the same people are busy three quarters of time."""
        with system_tenant():
            ServiceGoal.objects.update(max_occupancy_rate=0.6)
        figures = pool_result(staffed(monkeypatch, queues)).figures
        rows = figures["intervals"]
        # The first half hour opens with nobody served yet.
        agents, busy = np.array(rows["agents"][19:24]), np.array(rows["live_busy"][19:24])
        assert (busy <= 0.62 * agents).all()
        assert figures["misses"] == []

    def test_a_goal_that_is_missed_is_named_with_what_is_reached(
        self, monkeypatch, client, grouped, desk, queues
    ):
        few = np.zeros((2, 48), dtype=np.int64)
        few[:, 18:24] = 3
        monkeypatch.setattr(multi_skill_plan, "first_split", lambda _day, _pooled: few.copy())
        monkeypatch.setattr(multi_skill_plan, "TRIAL_ROUNDS", 0)
        monkeypatch.setattr(multi_skill_plan, "JUDGE_ROUNDS", 0)
        run = staffed(monkeypatch, queues)
        found = pool_result(run)
        miss = next(row for row in found.figures["misses"] if row["queue"] == queues[0].pk)
        assert miss["reached"] < miss["asked"] - 0.1
        said = (
            f"{queues[0]} misses its service level: 2026-03-02 comes to"
            f" {miss['reached'] * 100:.1f} %, asked is 80.0 %."
        )
        assert said in found.reason
        with system_tenant():
            client.force_login(make_user("planner"))
        page = client.get(reverse("staffing-pool-skills", args=[desk.pk])).content.decode()
        assert "misses its service level" in page
        (split,) = client.get(f"/api/v1/staffing/runs/{run.pk}/skill-groups/").json()
        assert split["misses"] == found.figures["misses"]
        assert said in split["note"]

    def test_queues_that_need_more_together_stay_apart(
        self, monkeypatch, client, grouped, desk, queues
    ):
        plan = split_days.plan_multi_skill

        def costly(day, **asked):
            found = plan(day, **asked)
            return dataclasses.replace(found, heads=found.heads * 2)

        monkeypatch.setattr(split_days, "plan_multi_skill", costly)
        run = staffed(monkeypatch, queues)
        found = pool_result(run)
        assert found.outcome == "left"
        assert found.required_hours == found.separate_hours
        assert "they stay apart" in found.reason
        assert result_of(run, queues[0]).detail.get("pool") is None
        with system_tenant():
            client.force_login(make_user("planner"))
        page = client.get(reverse("staffing-pool-skills", args=[desk.pk])).content.decode()
        assert f"Requirement #{run.pk} leaves the queues apart." in page


class TestDays:
    @pytest.fixture
    def grouped(self, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues))

    def test_a_worker_that_takes_over_goes_on_with_the_next_day(self, monkeypatch, grouped, queues):
        plan, days = split_days.plan_multi_skill, []

        def dies_on_the_second(day, **asked):
            days.append(day)
            if len(days) == 2:
                raise RuntimeError("killed")
            return plan(day, **asked)

        monkeypatch.setattr(split_days, "plan_multi_skill", dies_on_the_second)
        run = started(monkeypatch, queues, days=3)
        assert compute(run).status == "RUNNING"
        assert compute(run).status == "SUCCEEDED"
        assert len(days) == 4
        heads = np.array([group["heads"] for group in pool_result(run).figures["groups"]])
        monkeypatch.setattr(split_days, "plan_multi_skill", plan)
        other = staffed(monkeypatch, queues, days=3)
        again = np.array([group["heads"] for group in pool_result(other).figures["groups"]])
        assert (heads == again).all()
        with system_tenant():
            assert not any(Job.objects.get(pk=run.job_id).checkpoint["pool_days"].values())

    def test_a_group_changed_meanwhile_is_planned_anew(self, monkeypatch, grouped, desk, queues):
        plan, days = split_days.plan_multi_skill, []

        def dies_on_the_second(day, **asked):
            days.append(day)
            if len(days) == 2:
                raise RuntimeError("killed")
            return plan(day, **asked)

        monkeypatch.setattr(split_days, "plan_multi_skill", dies_on_the_second)
        run = started(monkeypatch, queues, days=2)
        compute(run)
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues, most=3))
        assert compute(run).status == "SUCCEEDED"
        assert len(days) == 4

    def test_it_stops_within_a_day_when_asked(self, monkeypatch, grouped, queues):
        plan, days = split_days.plan_multi_skill, []
        run = started(monkeypatch, queues, days=2)

        def asked_to_stop(day, *, watch):
            days.append(day)
            with system_tenant():
                Job.objects.filter(pk=run.job_id).update(cancel_requested_at=now())

            until = time.monotonic() + 60

            def slowly():
                assert time.monotonic() < until, "nobody stopped it within a minute"
                time.sleep(0.1)
                watch()

            while time.monotonic() < until:
                found = plan(day, watch=slowly)
            return found

        monkeypatch.setattr(split_days, "plan_multi_skill", asked_to_stop)
        assert compute(run).status == "CANCELLED"
        assert len(days) == 1

    @pytest.mark.parametrize(
        ("starts_at", "intervals"),
        [
            (datetime(2026, 3, 28, 23, tzinfo=UTC), 46),
            (datetime(2026, 10, 24, 22, tzinfo=UTC), 50),
        ],
    )
    def test_a_day_of_a_clock_change_is_planned_in_its_own_length(
        self, monkeypatch, grouped, queues, starts_at, intervals
    ):
        """Open from 9 to 12 by the wall clock, whose night is an hour shorter or longer."""
        zone = ZoneInfo("Europe/Berlin")
        with system_tenant():
            Queue.objects.filter(pk__in=[queue.pk for queue in queues]).update(
                timezone="Europe/Berlin"
            )
        sizes, plan = [], split_days.plan_multi_skill

        def measured(day, **asked):
            sizes.append(day.erlangs.shape[1])
            return plan(day, **asked)

        monkeypatch.setattr(split_days, "plan_multi_skill", measured)
        with system_tenant():
            forecast = make_forecast([], days=2, starts_at=starts_at)
            forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
            forecast.ends_at = starts_at + timedelta(minutes=30 * intervals)
            forecast.save()
            for queue in queues:
                add_forecast_queue(
                    forecast,
                    queue,
                    offered=lambda at: 40.0 if 9 <= at.astimezone(zone).hour < 12 else 0.0,
                )
        run = start_without_ringing(forecast, monkeypatch)
        assert compute(run).status == "SUCCEEDED"
        figures = pool_result(run).figures
        assert sizes == [intervals]
        starts = [datetime.fromtimestamp(at, tz=zone) for at in figures["intervals"]["starts_at"]]
        staffed_hours = {
            at.hour
            for at, agents in zip(starts, figures["intervals"]["agents"], strict=True)
            if agents
        }
        assert staffed_hours == {9, 10, 11}
        assert all(queue["level"] >= 0.79 for queue in figures["queues"])


class TestStaleness:
    @pytest.fixture
    def run(self, monkeypatch, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues))
        run = staffed(monkeypatch, queues)
        with system_tenant():
            assert staleness(run) == []
        return run

    def test_groups_changed_after_it(self, run, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues, most=3))
            assert staleness(run) == [
                "The groups of skills of a pool were changed after this requirement began."
            ]

    def test_an_offer_of_callbacks_made_after_it(self, run, queues):
        with system_tenant():
            mail = make_deferred_queue(client=queues[0].client, interval_minutes=30)
            CallbackOffer.objects.create(
                queue=queues[0],
                target=mail,
                after_seconds=60,
                acceptance_rate=0.5,
                starts_on=TODAY,
            )
            assert "An offer of callbacks was changed after this requirement began." in staleness(
                run
            )


def test_a_pool_without_groups_is_blended_as_before(monkeypatch, desk, queues):
    run = staffed(monkeypatch, queues)
    with system_tenant():
        assert "groups" not in RequirementPoolResult.objects.get(run=run).figures


def test_the_forecast_begins_on_the_day_that_the_tests_name():
    assert MONDAY.date() == TODAY
