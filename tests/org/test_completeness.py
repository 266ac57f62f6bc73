"""The set-up page counts what is there and names what lacks it."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from tests.factories import org
from wfm.completeness import pieces
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def by_title():
    chapters = pieces(access=SYSTEM, today=TODAY, at=datetime(2026, 11, 22, tzinfo=UTC))
    return {piece.title: piece for _chapter, found in chapters for piece in found}


def test_nothing_set_up_means_nothing_whole():
    assert [title for title, piece in by_title().items() if piece.is_done] == []


def test_a_queue_without_goal_makes_the_goals_partly():
    with_goal = org.make_queue(name="Cards")
    org.make_goal(with_goal)
    org.make_queue(name="Mortgages")

    goals = by_title()["Service goals"]

    assert (goals.have, goals.missing, goals.is_partial) == (1, ("Mortgages",), True)


def test_opening_hours_are_whole_when_every_queue_has_some():
    org.make_queue()
    assert by_title()["Opening hours"].is_done

    org.make_queue(name="Never open", opening=())
    assert by_title()["Opening hours"].missing == ("Never open",)


def test_an_agent_without_team_is_named():
    org.make_agent(name="Placed")
    lost = org.make_agent(name="Lost")
    lost.assignments.all().delete()

    assert by_title()["Agents in teams"].missing == ("Lost",)


def test_the_page_links_only_to_what_the_person_may_change(client):
    org.make_queue()
    client.force_login(org.make_user("finance"))
    assert "/admin/" not in client.get(reverse("settings")).content.decode()

    client.force_login(org.make_user("admin"))
    assert "/admin/org/servicegoal/" in client.get(reverse("settings")).content.decode()
