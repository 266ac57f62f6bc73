"""Who is told of explanations, late taps and forgotten clock-outs: once each."""

import json
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.services import IncomingEvent, close_forgotten, ingest_events, refresh_live
from tests.factories.adherence import make_event, make_shift
from tests.factories.org import make_agent, make_user
from wfm.integration.models import Change, Notice


def notices(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("subject", "body"))


def kinds():
    return list(Change.objects.order_by("pk").values_list("kind", flat=True))


def post(user, url, **body):
    api = APIClient()
    api.force_login(user)
    return api.post(f"/api/v1/adherence/{url}", body, format="json")


def explained(centre, at):
    with time_machine.travel(at, tick=False):
        answer = post(
            centre.agent_user,
            "my-exceptions/",
            starts_at=centre.start.isoformat(),
            ends_at=(centre.start + timedelta(minutes=30)).isoformat(),
            reason="Fire drill",
        )
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


@pytest.fixture
def in_toronto(centre):
    site = centre.team.site
    site.timezone = "America/Toronto"
    site.save()
    return centre


def test_an_explanation_tells_the_teams_lead_and_the_decision_the_agent(in_toronto):
    """09:00 UTC is 04:00 in Toronto in November, whatever the lead's own zone is."""
    centre = in_toronto
    centre.lead.timezone = "Asia/Shanghai"
    centre.lead.save()
    centre.agent_user.language = "zh-hans"
    centre.agent_user.save()
    pk = explained(centre, centre.start + timedelta(hours=1))
    ((subject, body),) = notices(centre.lead)
    assert subject == f"{centre.agent.name} explains Wed 18 Nov 2026 04:00–04:30"
    assert body == "Fire drill"
    assert notices(centre.planner) == []
    with time_machine.travel(centre.start + timedelta(hours=2), tick=False):
        decided = post(centre.lead, f"exceptions/{pk}/decide/", is_approved=True)
        again = post(centre.lead, f"exceptions/{pk}/decide/", is_approved=True)
    assert (decided.status_code, again.status_code) == (200, 409)
    ((subject, body),) = notices(centre.agent_user)
    assert "2026年11月18日" in subject
    assert "04:00–04:30" in subject
    assert kinds() == ["adherence.explained", "adherence.decided"]


def test_an_exception_of_the_leads_own_accord_and_its_withdrawal_are_told(centre, client):
    client.force_login(centre.lead)
    at = centre.start + timedelta(hours=1)
    with time_machine.travel(at, tick=False):
        made = post(
            centre.lead,
            "exceptions/",
            agent=centre.agent.pk,
            starts_at=centre.start.isoformat(),
            ends_at=at.isoformat(),
            reason="Power cut",
        )
        assert made.status_code == 201, made.content
        url = f"/adherence/exceptions/{made.json()['id']}/withdraw/"
        for _ in range(2):
            assert client.post(url).status_code < 400
    assert [subject.partition(":")[0] for subject, _ in notices(centre.agent_user)] == [
        "Counts as in adherence",
        "Does not count as in adherence",
    ]


def tap(client, *uids, minutes_ago, at):
    taps = [
        {
            "uid": uid,
            "code": "break",
            "tapped_at": (at - timedelta(minutes=minutes_ago + number)).isoformat(),
        }
        for number, uid in enumerate(uids)
    ]
    with time_machine.travel(at, tick=False):
        answer = client.post(
            "/portal/taps/",
            json.dumps({"device_now": at.isoformat(), "taps": taps}),
            content_type="application/json",
        )
    assert answer.status_code == 200, answer.content


def test_late_taps_of_a_shift_that_is_over_tell_the_lead_once_a_day(centre, client):
    client.force_login(centre.agent_user)
    over = centre.start + timedelta(hours=9)
    tap(client, *(f"t{number}" for number in range(30)), minutes_ago=90, at=over)
    tap(client, "t0", minutes_ago=90, at=over)  # the same once more
    tap(client, "later", minutes_ago=80, at=over + timedelta(minutes=5))
    ((subject, _body),) = notices(centre.lead)
    assert subject == f"{centre.agent.name}: taps of Wed 18 Nov 2026 came after the shift"
    assert notices(centre.planner) == []


def test_taps_that_come_late_while_the_shift_runs_or_at_once_tell_nobody(centre, client):
    client.force_login(centre.agent_user)
    tap(client, "a", minutes_ago=20, at=centre.start + timedelta(hours=2))
    tap(client, "b", minutes_ago=0, at=centre.start + timedelta(hours=9))
    assert not Notice.objects.exists()


def test_forgotten_clock_outs_come_to_each_lead_as_one_notice(in_toronto):
    centre = in_toronto
    ends = centre.start + timedelta(hours=8)
    others = [make_agent(name=f"Agent {number:02}", team=centre.team) for number in range(25)]
    for agent in others:
        make_shift(agent, (centre.start, ends, centre.codes["work"]))
    people = [centre.agent, *others]
    for agent in people:
        make_event(agent, centre.start, centre.codes["work"])
    second = make_user("team_lead", team=centre.team)
    late = centre.start + timedelta(hours=12)
    refresh_live(agent_ids=[agent.pk for agent in people], at=late)
    for _ in range(2):
        close_forgotten(at=late)
    for lead in (centre.lead, second):
        ((subject, body),) = notices(lead)
        assert subject == "Forgotten clock-outs, closed by rule: 26"
        assert "Agent 00, Wed 18 Nov 2026 12:00" in body  # 17:00 UTC
        assert body.endswith("…")
    assert notices(centre.planner) == []


def test_events_kept_aside_are_one_change_a_batch_and_a_repeat_is_none(centre):
    events = [
        IncomingEvent(event_uid=f"e{number}", agent_key="nobody", occurred_at=centre.start)
        for number in range(50)
    ]
    for _ in range(2):
        ingest_events(events=events, source="acd", received_at=centre.start)
    change = Change.objects.get()
    assert (change.kind, change.key) == ("adherence.quarantined", "event-source:acd")
    assert change.payload["count"] == 50
    assert change.payload["by_reason"] == {"unknown_agent": 50}
    assert change.client_id is None
