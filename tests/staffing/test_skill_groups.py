"""Pools by skill: groups over page, REST and from people."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import (
    PoolOutcome,
    RequirementPoolResult,
    RequirementRun,
    SkillGroup,
    SkillGroupQueue,
)
from staffing.services.skill_groups import GroupTerms, UnableToGroup, set_skill_groups
from tests.factories.org import (
    make_agent,
    make_client,
    make_deferred_queue,
    make_queue,
    make_user,
)
from tests.staffing.rows import make_forecast
from tests.staffing.skills import make_desk, make_queues, said, two_groups
from wfm.org.access import Access
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queues():
    return make_queues()


@pytest.fixture
def desk(queues):
    return make_desk(queues)


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

    @pytest.mark.parametrize(
        ("outcome", "is_said"), [(PoolOutcome.BLENDED, False), (PoolOutcome.NOT_FOUND, True)]
    )
    def test_only_queues_that_stayed_apart_are_said_to(
        self, planner, desk, queues, outcome, is_said
    ):
        """A pool staffed together may have notes in its reason too."""
        with system_tenant():
            set_skill_groups(pool=desk, groups=two_groups(queues))
            run = RequirementRun.objects.create(forecast_run=make_forecast([]))
            RequirementPoolResult.objects.create(
                run=run,
                pool=desk,
                name="Desk",
                queue_ids=[queue.pk for queue in queues],
                outcome=outcome,
                reason="A word on it.",
            )
        page = planner.get(reverse("staffing-pool-skills", args=[desk.pk])).content.decode()
        assert ("leaves the queues apart" in page) == is_said

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
