"""Pools by skill: groups over page, REST and from people; a run staffs them group by group."""

from datetime import date

import numpy as np
import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import RequirementInterval, RequirementPoolResult, SkillGroup, SkillGroupQueue
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
from wfm.org.access import Access
from wfm.org.models import AgentSkill
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
                ([GroupTerms("A", [(orders, 0), (returns, 1)])], "Ranks begin at 1, got 0"),
                ([GroupTerms(" ", both)], "name each group"),
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


def staffed(monkeypatch, queues, *, volumes=(40.0, 30.0)):
    with system_tenant():
        forecast = make_forecast([], days=1)
        forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
        forecast.save()
        for queue, volume in zip(queues, volumes, strict=True):
            add_forecast_queue(
                forecast, queue, offered=lambda at, v=volume: v if 9 <= at.hour < 12 else 0.0
            )
    run = start_without_ringing(forecast, monkeypatch)
    assert compute(run).status == "SUCCEEDED"
    return run


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
        assert "1 sets of skills are groups now" in answer.content.decode()


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
