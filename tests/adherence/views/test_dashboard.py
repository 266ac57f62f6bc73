"""The team lead's pages over HTTP."""

import json
from datetime import timedelta

import pytest
import time_machine

from adherence.models import AdherenceException, AgentLive
from adherence.services import approve_exception, keep_once, recompute_days, refresh_live
from tests.factories.adherence import make_event
from tests.factories.org import make_client, make_user
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant


@pytest.fixture
def now(centre):
    """09:30: the agent went on a break ten minutes ago, the stranger never came."""
    at = centre.start + timedelta(minutes=30)
    with time_machine.travel(at, tick=False):
        make_event(centre.agent, centre.start, centre.codes["work"])
        make_event(centre.agent, at - timedelta(minutes=10), centre.codes["break"])
        ids = [centre.agent.pk, centre.stranger.pk]
        refresh_live(agent_ids=ids, at=at)
        recompute_days(agent_ids=ids, first_date=at.date(), last_date=at.date(), at=at)
        yield at


def text_of(answer):
    return answer.content.decode().replace("\u202f", " ")


def rows_of(answer):
    assert answer.status_code == 200
    return [(item.row.name, item.row.flag) for item in answer.context["items"]]


def test_the_list_shows_the_worst_first(centre, now, client):
    client.force_login(centre.planner)
    assert rows_of(client.get("/adherence/")) == [
        (centre.stranger.name, "NO_SHOW"),
        (centre.agent.name, "OUT"),
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"show": "out"}, 2),
        ({"state": "AWAY"}, 1),
        ({"state": "HANDLING"}, 0),
        ({"place": "OFFICE"}, 2),
        ({"place": "HOME"}, 0),
        ({"show": "nonsense", "state": "nonsense"}, 2),
    ],
)
def test_filters_come_from_the_address(centre, now, client, query, count):
    client.force_login(centre.planner)
    assert len(rows_of(client.get("/adherence/", query))) == count


def test_a_lead_sees_only_the_own_team(centre, now, client):
    client.force_login(centre.lead)
    assert rows_of(client.get("/adherence/")) == [(centre.agent.name, "OUT")]
    assert centre.stranger.name not in client.get("/adherence/wall/").content.decode()
    assert client.get(f"/adherence/agents/{centre.stranger.pk}/").status_code == 404
    assert centre.stranger.name not in client.get("/adherence/days/").content.decode()


def test_the_line_of_figures_pools_today(centre, now, client):
    """Out: 10 of 30 minutes of one agent, all 30 of the other: 1 - 40/60."""
    client.force_login(centre.planner)
    answer = client.get("/adherence/")
    assert answer.context["today"]["rate"] == pytest.approx(1 / 3)
    assert answer.context["counts"] == {"planned": 2, "in": 0, "out": 1, "absent": 1, "unknown": 0}


def test_the_day_page_pools_and_explains(centre, now, client):
    client.force_login(centre.planner)
    days = client.get("/adherence/days/")
    assert days.context["total"]["rate"] == pytest.approx(1 / 3)
    page = text_of(client.get(f"/adherence/agents/{centre.agent.pk}/"))
    assert "not in “Work” for 10 min" in page
    assert "66.7" in page


def test_pages_show_the_chosen_formula(centre, now, client):
    """Ten minutes out of thirty: the whole stretch by default, five of them as excess only."""
    client.force_login(centre.planner)
    query = {"metric": "adherence_rate.excess_only"}
    days = client.get("/adherence/days/", query)
    assert days.context["total"]["rate"] == pytest.approx(1 - (5 + 25) / 60)
    assert 'data-metric="adherence_rate.excess_only"' in days.content.decode()
    page = client.get(f"/adherence/agents/{centre.agent.pk}/", query).content.decode()
    assert "83.3" in page
    assert '<option value="adherence_rate.excess_only" selected>' in page
    assert client.get("/adherence/days/", {"metric": "answer_rate"}).status_code == 404


def test_a_period_shows_each_days_rate(centre, now, client):
    client.force_login(centre.planner)
    period = {"from": "2026-11-17", "to": "2026-11-18"}
    rows = client.get("/adherence/days/", period).context["rows"]
    rates = {row["agent"]: row["rates"] for row in rows}
    assert rates[centre.agent] == [None, pytest.approx(2 / 3)]


def test_the_agents_page_tells_how_a_finished_day_was_corrected(centre, now, client):
    later = centre.start + timedelta(days=2)
    with system_tenant():
        day = centre.start.date()
        ids = [centre.stranger.pk]
        recompute_days(agent_ids=ids, first_date=day, last_date=day, at=later)
        approve_exception(
            agent=centre.stranger,
            starts_at=centre.start,
            ends_at=centre.start + timedelta(hours=4),
            reason="Jury service",
            approved_by=centre.planner,
            at=later,
        )
    with time_machine.travel(later, tick=False):
        client.force_login(centre.planner)
        page = text_of(
            client.get(f"/adherence/agents/{centre.stranger.pk}/", {"from": day.isoformat()})
        )
    assert "Corrections of this day" in page
    assert "exception approved or withdrawn" in page
    assert str(centre.planner) in page
    assert "Jury service" in page
    assert "50.0" in page  # after; 0.0 before


def test_the_lead_sees_taps_that_came_late(centre, now, client):
    make_event(
        centre.agent,
        now - timedelta(minutes=5),
        centre.codes["work"],
        source="portal",
        is_late=True,
        received_at=now,
    )
    client.force_login(centre.lead)
    page = text_of(client.get(f"/adherence/agents/{centre.agent.pk}/"))
    assert "Taps, late events and rules" in page
    assert "late</span>" in page


def test_an_empty_day_says_what_would_be_there(centre, now, client):
    client.force_login(centre.planner)
    page = client.get("/adherence/days/", {"from": "2026-01-01", "to": "2026-01-01"})
    assert "No adherence for this period" in page.content.decode()
    page = client.get(f"/adherence/agents/{centre.agent.pk}/", {"from": "2026-11-01"})
    assert "Nothing was planned and nothing happened" in page.content.decode()


def approve(client, agent, now, **headers):
    return client.post(
        "/adherence/exceptions/",
        {
            "agent": agent.pk,
            "starts_at": (now - timedelta(minutes=10)).isoformat(),
            "ends_at": (now + timedelta(minutes=5)).isoformat(),
            "reason": "System trouble",
        },
        headers=headers,
    )


def test_one_click_approves_and_undo_withdraws(centre, now, client):
    client.force_login(centre.lead)
    answer = approve(client, centre.agent, now, accept="application/json")
    assert answer.status_code == 201
    keep_once(at=now)
    assert rows_of(client.get("/adherence/")) == [(centre.agent.name, "IN")]
    undo = client.post(answer.json()["undo_url"], headers={"accept": "application/json"})
    assert undo.status_code == 200
    keep_once(at=now)
    assert rows_of(client.get("/adherence/")) == [(centre.agent.name, "OUT")]
    kept = AdherenceException.objects.get()
    assert (kept.status, kept.decided_by) == ("DECLINED", centre.lead)


def test_a_form_goes_back_to_its_page(centre, now, client):
    client.force_login(centre.lead)
    assert approve(client, centre.agent, now).headers["Location"] == "/adherence/"


def test_nobody_approves_for_a_foreign_team(centre, now, client):
    client.force_login(centre.lead)
    answer = approve(client, centre.stranger, now, accept="application/json")
    assert answer.status_code == 400
    assert AdherenceException.objects.count() == 0


def test_a_name_cannot_end_the_script_that_holds_the_rows(centre, now, client):
    with system_tenant():
        Agent.objects.filter(pk=centre.agent.pk).update(name="</script><b>&amp; Bo")
        refresh_live(agent_ids=[centre.agent.pk], at=now)
    client.force_login(centre.planner)
    page = client.get("/adherence/").content.decode()
    assert "</script><b>" not in page
    rows = page.split('<script id="live-rows" type="application/json">')[1].split("</script>")[0]
    names = {row["name"] for row in json.loads(rows)}
    assert names == {"</script><b>&amp; Bo", centre.stranger.name}


@pytest.mark.parametrize("url", ["/adherence/", "/adherence/wall/", "/adherence/days/"])
def test_strangers_are_refused(centre, now, client, url):
    with system_tenant():
        user = make_user("client", client=make_client())
    assert client.get(url).status_code == 302  # to the login
    client.force_login(user)
    assert client.get(url).status_code == 403


def test_the_list_takes_a_constant_number_of_queries(
    centre, now, client, django_assert_num_queries
):
    client.force_login(centre.planner)
    client.get("/adherence/")
    with django_assert_num_queries(20) as two:
        client.get("/adherence/")
    with system_tenant():
        AgentLive.objects.filter(agent=centre.stranger).delete()
    with django_assert_num_queries(len(two.captured_queries)):
        client.get("/adherence/")
