"""Groups counted from people's skills: each agent once, also where several pools can have her."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from staffing.models import (
    RequirementPoolResult,
    RequirementQueueResult,
    RequirementRun,
    SkillGroup,
)
from staffing.queries.skill_groups import skill_sets
from staffing.services.skill_groups import UnableToGroup, take_groups_from_people
from tests.factories.org import (
    make_agent,
    make_client,
    make_goal,
    make_queue,
    make_skill,
    make_user,
)
from tests.factories.staffing import make_pool
from tests.staffing.rows import make_forecast
from tests.staffing.skills import OPEN, TODAY, make_desk, make_queues, said, staffed
from wfm.org.access import SYSTEM
from wfm.org.models import AgentSkill
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queues():
    return make_queues()


@pytest.fixture
def desk(queues):
    return make_desk(queues)


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
            take_groups_from_people(pool=desk, on=TODAY, principal=SYSTEM)
        assert said(desk) == {
            "Orders": (3, {"Orders": 1}),
            "Orders + Returns": (2, {"Orders": 1, "Returns": 1}),
        }

    def test_nobody_with_a_skill_is_refused(self, desk):
        with system_tenant():
            make_agent()
            with pytest.raises(UnableToGroup, match="No active agent has a skill"):
                take_groups_from_people(pool=desk, on=TODAY, principal=SYSTEM)

    def test_a_queue_whose_skill_nobody_has_is_named(self, desk, queues):
        with system_tenant():
            make_agent(skills=[queues[0].skill])
            with pytest.raises(UnableToGroup, match="No group can do Returns"):
                take_groups_from_people(pool=desk, on=TODAY, principal=SYSTEM)


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
                taken = take_groups_from_people(pool=pool, on=TODAY, principal=SYSTEM)
                assert "9 agents can also take contacts of" in taken.notes[0]
        half = people(desk) + people(shop)
        assert half == 13
        run = staffed(monkeypatch, [*queues, *sales], volumes=(10.0, 10.0, 60.0, 60.0))
        with system_tenant():
            for pool in (desk, shop):
                take_groups_from_people(pool=pool, on=TODAY, principal=SYSTEM)
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


def needing(hours, *, is_refused=False):
    """A run that says how many hours each queue needs."""
    run = RequirementRun.objects.create(forecast_run=make_forecast([]))
    RequirementQueueResult.objects.bulk_create(
        RequirementQueueResult(
            run=run, queue=queue, required_hours=needed, is_refused=is_refused, reason="No goal."
        )
        for queue, needed in hours
    )


def taken(*pools, on=TODAY):
    """What is said of each pool, and how many people it has then."""
    with system_tenant():
        notes = [
            take_groups_from_people(pool=pool, on=on, principal=SYSTEM).notes for pool in pools
        ]
    return notes, [people(pool) for pool in pools]


class TestSharingOut:
    @pytest.fixture
    def sales(self):
        """Two live queues of another client."""
        with system_tenant():
            client = make_client()
            return [
                make_queue(name=name, client=client, interval_minutes=30, opening=OPEN)
                for name in ("Sales", "Upgrades")
            ]

    @pytest.fixture
    def shop(self, sales):
        with system_tenant():
            return make_pool(*sales, name="Shop")

    def test_planners_of_two_clients_come_to_parts_of_the_same_people(
        self, queues, desk, sales, shop
    ):
        """Each sees the own pool only, counts the same nine people and names no pool of the other."""
        with system_tenant():
            for skills, count in (
                ([queues[0].skill, sales[0].skill], 9),
                ([queue.skill for queue in queues], 2),
                ([queue.skill for queue in sales], 2),
            ):
                for _ in range(count):
                    make_agent(skills=skills)
            needing([(queues[0], 10.0), (queues[1], 10.0), (sales[0], 30.0), (sales[1], 30.0)])
            planners = [make_user("planner", client=own.client) for own in (queues[0], sales[0])]
        said_of = {}
        for pool, planner in zip((desk, shop), planners, strict=True):
            api = APIClient()
            api.force_login(planner)
            answer = api.post(
                f"/api/v1/staffing/pools/{pool.pk}/skill-groups/", {"on": "2026-03-02"}
            )
            assert answer.status_code == 200, answer.content
            said_of[pool.name] = answer.json()["notes"]
        start = "9 agents can also take contacts of another pool; by what each pool needs, "
        assert said_of == {"Desk": [f"{start}2 count here."], "Shop": [f"{start}7 count here."]}
        assert (people(desk), people(shop)) == (4, 9)
        # Who sees both comes to the same.
        (note, _other), parts = taken(desk, shop)
        assert parts == [4, 9]
        assert "also take contacts of Shop; by" in note[0]

    def test_sets_that_differ_from_pool_to_pool_add_up(self, queues, desk, sales, shop):
        """Two sets of three at the desk are one set of six in the shop."""
        with system_tenant():
            for queue in queues:
                for _ in range(3):
                    make_agent(skills=[queue.skill, sales[0].skill])
            for queue in sales:
                make_agent(skills=[queue.skill])
        _notes, (at_desk, in_shop) = taken(desk, shop)
        assert (at_desk, in_shop) == (3, 5)

    def test_a_newest_run_that_refused_is_passed_over(self, queues, desk, sales, shop):
        with system_tenant():
            for _ in range(8):
                make_agent(skills=[queue.skill for queue in [*queues, *sales]])
            needing([(queues[0], 10.0), (sales[0], 30.0)])
            needing([(queues[0], 0.0), (sales[0], 0.0)], is_refused=True)
        assert taken(desk, shop)[1] == [2, 6]

    def test_a_set_without_a_part_makes_no_group(self, queues, desk, sales, shop):
        with system_tenant():
            make_agent(skills=[queues[0].skill, sales[0].skill])
            make_agent(skills=[queue.skill for queue in queues])
            needing([(queues[0], 1.0), (sales[0], 99.0)])
        taken(desk)
        assert said(desk) == {"Orders + Returns": (1, {"Orders": 1, "Returns": 1})}

    def test_a_queue_whose_people_all_count_elsewhere_is_refused_by_name(
        self, queues, desk, sales, shop
    ):
        with system_tenant():
            make_agent(skills=[queues[0].skill, sales[0].skill])
            make_agent(skills=[queues[1].skill])
            needing([(queues[0], 1.0), (sales[0], 99.0)])
            with pytest.raises(UnableToGroup, match="can do Orders counts in another pool; write"):
                take_groups_from_people(pool=desk, on=TODAY, principal=SYSTEM)

    def test_the_needs_are_read_once_for_however_many_sets(self, queues, desk, sales, shop):
        with system_tenant():
            for skills in (queues, [*queues, sales[0]], [queues[0], *sales], [*queues, *sales]):
                for _ in range(2):
                    make_agent(skills=[queue.skill for queue in skills])
            with CaptureQueriesContext(connection) as captured:
                take_groups_from_people(pool=desk, on=TODAY, principal=SYSTEM)
        read = [row for row in captured if RequirementQueueResult._meta.db_table in row["sql"]]
        assert len(read) == 1
