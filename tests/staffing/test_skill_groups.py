"""Pools by skill: groups over page, REST and from people; a run staffs them group by group."""

import dataclasses
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.urls import reverse
from django.utils.timezone import now
from rest_framework.test import APIClient

from staffing.computations import split_days
from staffing.core import multi_skill_plan
from staffing.models import (
    CallbackOffer,
    RequirementInterval,
    RequirementPoolResult,
    SkillGroup,
    SkillGroupQueue,
)
from staffing.queries.runs import staleness
from staffing.queries.skill_groups import skill_sets
from staffing.services.skill_groups import (
    GroupTerms,
    UnableToGroup,
    set_skill_groups,
    take_groups_from_people,
)
from tests.factories.org import (
    make_agent,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_skill,
    make_user,
)
from tests.factories.staffing import make_pool
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from wfm.jobs.models import Job
from wfm.org.access import Access
from wfm.org.models import AgentSkill, Queue, ServiceGoal
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((540, 720),)
TODAY = date(2026, 3, 2)


@pytest.fixture
def queues():
    """Two live queues of one client, each with a skill of its own."""
    with system_tenant():
        client = make_client()
        made = [
            make_queue(name=name, client=client, interval_minutes=30, opening=OPEN)
            for name in ("Orders", "Returns")
        ]
        for queue in made:
            make_goal(queue)
        return made


@pytest.fixture
def desk(queues):
    with system_tenant():
        return make_pool(*queues, name="Desk")


def two_groups(queues, *, most=None):
    orders, returns = queues
    return [
        GroupTerms("Both", [(returns, 1), (orders, 2)]),
        GroupTerms("Only orders", [(orders, 1)], most),
    ]


def said(pool):
    """Group: (people at most, rank by queue)."""
    with system_tenant():
        return {
            group.name: (
                group.max_agents,
                {item.member.queue.name: item.rank for item in group.queues.all()},
            )
            for group in SkillGroup.objects.filter(pool=pool)
        }


class TestGroups:
    def test_they_are_replaced_as_a_whole(self, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues, most=5))
            assert said(desk) == {
                "Both": (None, {"Returns": 1, "Orders": 2}),
                "Only orders": (5, {"Orders": 1}),
            }
            set_skill_groups(pool=desk, groups=[])
            assert said(desk) == {}

    def test_a_queue_that_nobody_can_do_is_refused_by_name(self, desk, queues):
        with system_tenant(), pytest.raises(UnableToGroup, match="No group can do Returns; add it"):
            set_skill_groups(pool=desk, groups=two_groups(queues)[1:])

    def test_what_makes_no_sense_is_refused(self, desk, queues):
        orders, returns = queues
        with system_tenant():
            strange = make_queue(name="Strange", interval_minutes=30)
            mail = make_deferred_queue(name="Mail", interval_minutes=30)
            desk.members.create(queue=mail, priority=3)
            both = [(orders, 1), (returns, 1)]
            for groups, words in [
                ([GroupTerms("A", both), GroupTerms("A", both)], "Two groups are named “A”"),
                ([GroupTerms("A", both), GroupTerms("B", [])], "“B” has no queue"),
                ([GroupTerms("A", [*both, (strange, 1)])], "Strange is not in this pool"),
                ([GroupTerms("A", [*both, (mail, 1)])], "Mail is deferred"),
                (
                    [GroupTerms("A", [(orders, 0), (returns, 1)])],
                    "Ranks begin at 1 and end at 99, got 0",
                ),
                ([GroupTerms(" ", both)], "name each group"),
                ([GroupTerms("A", [*both, (orders, 2)])], "has .*Orders twice; give each queue"),
                ([GroupTerms("A", [(orders, 100), (returns, 1)])], "end at 99, got 100"),
            ]:
                with pytest.raises(UnableToGroup, match=words):
                    set_skill_groups(pool=desk, groups=groups)
        assert said(desk) == {}

    def test_a_queue_that_leaves_the_pool_leaves_its_groups(self, desk, queues):
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues))
            desk.members.get(queue=queues[1]).delete()
            assert said(desk)["Both"] == (None, {"Orders": 2})


class TestFromPeople:
    def test_each_agent_counts_once_in_the_set_of_all_she_can_do(self, desk, queues):
        orders, returns = queues
        with system_tenant():
            for skills, count in (
                ([orders.skill], 3),
                ([orders.skill, returns.skill], 2),
                ([make_skill()], 4),
                ([], 5),
            ):
                for _ in range(count):
                    make_agent(skills=skills)
            make_agent(skills=[orders.skill], is_active=False)
            late = make_agent()
            AgentSkill.objects.create(agent=late, skill=returns.skill, starts_on=date(2026, 3, 3))

            assert skill_sets(queues, on=TODAY) == {
                frozenset({orders.pk}): 3,
                frozenset({orders.pk, returns.pk}): 2,
            }
            take_groups_from_people(pool=desk, on=TODAY)
        assert said(desk) == {
            "Orders": (3, {"Orders": 1}),
            "Orders + Returns": (2, {"Orders": 1, "Returns": 1}),
        }

    def test_nobody_with_a_skill_is_refused(self, desk):
        with system_tenant():
            make_agent()
            with pytest.raises(UnableToGroup, match="No active agent has a skill"):
                take_groups_from_people(pool=desk, on=TODAY)

    def test_a_queue_whose_skill_nobody_has_is_named(self, desk, queues):
        with system_tenant():
            make_agent(skills=[queues[0].skill])
            with pytest.raises(UnableToGroup, match="No group can do Returns"):
                take_groups_from_people(pool=desk, on=TODAY)


def started(monkeypatch, queues, *, volumes=(40.0, 30.0), days=1, starts_at=MONDAY):
    with system_tenant():
        forecast = make_forecast([], days=days, starts_at=starts_at)
        forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
        forecast.save()
        for queue, volume in zip(queues, volumes, strict=True):
            add_forecast_queue(
                forecast,
                queue,
                offered=lambda at, v=volume: v + at.day if 9 <= at.hour < 12 else 0.0,
            )
    return start_without_ringing(forecast, monkeypatch)


def staffed(monkeypatch, queues, **asked):
    run = started(monkeypatch, queues, **asked)
    assert compute(run).status == "SUCCEEDED"
    return run


def pool_result(run):
    with system_tenant():
        return RequirementPoolResult.objects.get(run=run)


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

            def slowly():
                time.sleep(0.3)
                watch()

            while True:
                plan(day, watch=slowly)

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


class TestSeveralPools:
    def test_who_can_work_in_two_is_counted_once_by_need(self, monkeypatch, desk, queues):
        """Nine agents can do orders here and sales there, which need three times the hours."""
        with system_tenant():
            sales = [
                make_queue(name=name, client=queues[0].client, interval_minutes=30, opening=OPEN)
                for name in ("Sales", "Upgrades")
            ]
            for queue in sales:
                make_goal(queue)
            shop = make_pool(*sales, name="Shop")
            for _ in range(9):
                make_agent(skills=[queues[0].skill, sales[0].skill])
            for _ in range(2):
                make_agent(skills=[queue.skill for queue in queues])
                make_agent(skills=[queue.skill for queue in sales])
            for pool in (desk, shop):
                taken = take_groups_from_people(pool=pool, on=TODAY)
                assert "9 agents can also take contacts of" in taken.notes[0]
        half = people(desk) + people(shop)
        assert half == 13
        run = staffed(monkeypatch, [*queues, *sales], volumes=(10.0, 10.0, 60.0, 60.0))
        with system_tenant():
            for pool in (desk, shop):
                take_groups_from_people(pool=pool, on=TODAY)
        assert people(desk) + people(shop) == 13
        assert people(shop) > people(desk) + 2
        run = staffed(monkeypatch, [*queues, *sales], volumes=(10.0, 10.0, 60.0, 60.0))
        with system_tenant():
            results = list(RequirementPoolResult.objects.filter(run=run))
        most = [group["max_agents"] for found in results for group in found.figures["groups"]]
        assert len(results) == 2
        assert sum(most) == 13


def people(pool):
    with system_tenant():
        return sum(group.max_agents for group in SkillGroup.objects.filter(pool=pool))


def test_a_pool_without_groups_is_blended_as_before(monkeypatch, desk, queues):
    run = staffed(monkeypatch, queues)
    with system_tenant():
        assert "groups" not in RequirementPoolResult.objects.get(run=run).figures


class TestOverRest:
    @pytest.fixture
    def api(self, desk):
        client = APIClient()
        with system_tenant():
            client.force_login(make_user("planner"))
        return client

    def test_groups_are_set_read_and_refused(self, api, desk, queues):
        orders, returns = queues
        address = f"/api/v1/staffing/pools/{desk.pk}/skill-groups/"
        asked = {
            "groups": [
                {
                    "name": "Both",
                    "max_agents": 7,
                    "queues": [
                        {"queue": orders.pk, "rank": 1},
                        {"queue": returns.pk, "rank": 2},
                    ],
                }
            ]
        }
        assert api.put(address, asked, format="json").json() == asked
        assert api.get(address).json() == asked
        asked["groups"][0]["queues"].pop()
        refused = api.put(address, asked, format="json")
        assert refused.status_code == 409
        assert "No group can do Returns" in refused.content.decode()

    def test_people_become_groups(self, api, desk, queues):
        with system_tenant():
            make_agent(skills=[queue.skill for queue in queues])
        made = api.post(
            f"/api/v1/staffing/pools/{desk.pk}/skill-groups/", {"on": "2026-03-02"}, format="json"
        )
        assert made.json()["groups"][0]["max_agents"] == 1

    @pytest.mark.parametrize(
        ("ranks", "words"),
        [
            ([1, 2], "is there twice; give each queue one rank"),
            ([32768], "less than or equal to 99"),
        ],
    )
    def test_a_queue_twice_and_a_rank_too_large_are_sentences(
        self, api, desk, queues, ranks, words
    ):
        own = [{"queue": queues[0].pk, "rank": rank} for rank in ranks]
        group = {"name": "A", "queues": [*own, {"queue": queues[1].pk, "rank": 1}]}
        answer = api.put(
            f"/api/v1/staffing/pools/{desk.pk}/skill-groups/", {"groups": [group]}, format="json"
        )
        assert answer.status_code == 400
        assert words in answer.content.decode()

    def test_who_only_looks_may_not_change(self, desk):
        client = APIClient()
        with system_tenant():
            client.force_login(make_user("finance"))
        address = f"/api/v1/staffing/pools/{desk.pk}/skill-groups/"
        assert client.get(address).status_code == 200
        assert client.put(address, {"groups": []}, format="json").status_code == 403
        page = client.get(reverse("staffing-pool-skills", args=[desk.pk]))
        assert "Save groups" not in page.content.decode()


class TestThePage:
    @pytest.fixture
    def planner(self, client):
        with system_tenant():
            client.force_login(make_user("planner"))
        return client

    def rows(self, queues, *ranks):
        data = {"form-TOTAL_FORMS": len(ranks), "form-INITIAL_FORMS": 0}
        for row, (name, most, *own) in enumerate(ranks):
            data |= {f"form-{row}-name": name, f"form-{row}-max_agents": most}
            for queue, rank in zip(queues, own, strict=True):
                data[f"form-{row}-rank_{queue.pk}"] = rank
        return data

    def test_groups_are_typed_into_a_table(self, planner, desk, queues):
        data = self.rows(queues, ("Both", "", "2", "1"), ("One", "4", "1", ""), ("", "", "", ""))
        answer = planner.post(
            reverse("staffing-pool-skills-change", args=[desk.pk]), data, follow=True
        )
        assert "Desk has 2 groups now" in answer.content.decode()
        assert said(desk) == {
            "Both": (None, {"Returns": 1, "Orders": 2}),
            "One": (4, {"Orders": 1}),
        }

    def test_a_refusal_keeps_what_was_typed(self, planner, desk, queues):
        answer = planner.post(
            reverse("staffing-pool-skills-change", args=[desk.pk]),
            self.rows(queues, ("Half", "", "1", "")),
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "No group can do Returns" in page
        assert 'value="Half"' in page

    def test_people_become_groups(self, planner, desk, queues):
        with system_tenant():
            make_agent(skills=[queue.skill for queue in queues])
        answer = planner.post(reverse("staffing-pool-skills-people", args=[desk.pk]), follow=True)
        assert "1 set of skills is a group now" in answer.content.decode()

    def test_one_group_is_told_in_the_singular(self, planner, desk, queues):
        answer = planner.post(
            reverse("staffing-pool-skills-change", args=[desk.pk]),
            self.rows(queues, ("Both", "", "1", "1")),
            follow=True,
        )
        assert "Desk has 1 group now" in answer.content.decode()

    def test_deferred_queues_are_said_to_be_staffed_apart(self, planner, desk):
        with system_tenant():
            mail = make_deferred_queue(name="Mail", interval_minutes=30)
            desk.members.create(queue=mail, priority=3)
        page = planner.get(reverse("staffing-pool-skills", args=[desk.pk])).content.decode()
        assert "Deferred queues are staffed apart in a pool with groups: " in page
        assert "Mail" in page


def test_row_level_security_hides_groups_of_pools_that_one_does_not_see(desk, queues):
    with system_tenant():
        set_skill_groups(pool=desk, groups=two_groups(queues))
        other = make_client()
    own = frozenset({queues[0].client_id})
    for clients, internal, count in (
        (own, True, 2),
        (frozenset({other.pk}), True, 0),
        (own, False, 0),
    ):
        with tenant(Access(client_ids=clients, is_internal=internal)):
            assert SkillGroup.objects.count() == count
            assert bool(SkillGroupQueue.objects.count()) == bool(count)


def test_the_forecast_begins_on_the_day_that_the_tests_name():
    assert MONDAY.date() == TODAY
