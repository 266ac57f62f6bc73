"""Notes, long busy states, messages, cards and marks over REST."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.models import AgentContact, BusyCase, BusyRoute, LiveFlag, Note
from adherence.services import follow_busy, refresh_live
from adherence.services.floor_figures import refresh_impacts
from tests.factories.adherence import make_event, make_live, make_required
from tests.factories.org import make_client, make_queue, make_skill, make_user
from wfm.org.models import AgentSkill
from wfm.org.tenancy import system_tenant

NOTES, CASES = "/api/v1/adherence/notes/", "/api/v1/adherence/busy-cases/"
MARKS, MESSAGES = "/api/v1/adherence/live/marks/", "/api/v1/adherence/messages/"


@pytest.fixture
def at(centre):
    moment = centre.start + timedelta(minutes=30)
    with time_machine.travel(moment, tick=False):
        yield moment


@pytest.fixture
def api(centre, at):
    found = APIClient()
    found.force_login(centre.lead)
    return found


def other_lead(centre):
    api = APIClient()
    with system_tenant():
        api.force_login(make_user("team_lead", team=centre.team))
    return api


def write(api, about, **fields):
    body = {"kind": "AGENT_DAY", "agent": about.pk, "text": "Headset broken", "tags": ["headset"]}
    return api.post(NOTES, body | fields, format="json")


# -- notes ----------------------------------------------------------------------------------------


def test_a_note_on_a_day_finds_the_operational_day(api, centre, at):
    answer = write(api, centre.agent)
    assert answer.status_code == 201
    assert (answer.data["operational_date"], answer.data["author_name"]) == (
        "2026-11-18",
        centre.lead.display_name,
    )
    assert answer.data["is_own"] is True


def test_a_note_on_a_night_belongs_to_the_day_of_its_shift(api, centre, at):
    from tests.factories.adherence import make_shift  # noqa: PLC0415 - only here

    with system_tenant():
        night = centre.start + timedelta(hours=13)
        make_shift(centre.agent, (night, night + timedelta(hours=6), centre.codes["work"]))
    moment = night + timedelta(hours=4)
    answer = write(
        api,
        centre.agent,
        kind="STRETCH",
        starts_at=moment.isoformat(),
        ends_at=(moment + timedelta(minutes=5)).isoformat(),
    )
    assert (moment.date().isoformat(), answer.data["operational_date"]) == (
        "2026-11-19",
        "2026-11-18",
    )


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"text": " ", "tags": []}, "Write a note or choose a tag"),
        ({"tags": ["x" * 41]}, "40 characters"),
        ({"tags": [f"tag {number}" for number in range(11)]}, "10 tags at most"),
        ({"kind": "STRETCH"}, "names just that"),
        ({"kind": "CONTACT"}, "names just that"),
        ({"kind": "CONTACT", "contact_id": "c1", "starts_at": "2026-11-18T09:00:00Z"}, "just that"),
        ({"agent": None}, "names just that"),
        (
            {
                "kind": "STRETCH",
                "starts_at": "2026-11-18T09:10:00Z",
                "ends_at": "2026-11-18T09:00:00Z",
            },
            "must end after it begins",
        ),
    ],
)
def test_a_note_that_is_about_nothing_is_refused_with_a_sentence(api, centre, fields, word):
    answer = write(api, centre.agent, **fields)
    assert answer.status_code == 400
    assert word in answer.content.decode()
    assert Note.objects.count() == 0


def test_tags_are_kept_once_and_can_be_searched(api, centre):
    write(api, centre.agent, tags=[" Headset ", "headset", "line"])
    write(api, centre.agent, tags=["other"])
    found = api.get(NOTES, {"tag": "line"}).data["results"]
    assert [note["tags"] for note in found] == [["Headset", "line"]]


def test_an_interval_and_a_contact_can_have_notes(api, centre):
    with system_tenant():
        queue = make_queue()
    interval = api.post(
        NOTES,
        {
            "kind": "INTERVAL",
            "queue": queue.pk,
            "starts_at": "2026-11-18T09:00:00Z",
            "ends_at": "2026-11-18T09:15:00Z",
            "text": "Campaign mail went out",
        },
        format="json",
    )
    contact = write(api, centre.agent, kind="CONTACT", contact_id="call-17")
    assert (interval.status_code, contact.status_code) == (201, 201)
    assert api.get(NOTES, {"contact_id": "call-17"}).data["results"][0]["text"] == "Headset broken"
    assert len(api.get(NOTES, {"queue": queue.pk}).data["results"]) == 1


def test_only_the_author_edits_and_the_history_is_kept(api, centre):
    note = write(api, centre.agent).data
    url = f"{NOTES}{note['id']}/"
    stranger = other_lead(centre)
    etag = stranger.get(url)["ETag"]
    refused = stranger.patch(url, {"text": "No"}, format="json", headers={"If-Match": etag})
    assert refused.status_code == 403
    assert "Only who wrote a note" in refused.content.decode()
    assert stranger.delete(url, headers={"If-Match": etag}).status_code == 403
    etag = api.get(url)["ETag"]
    edited = api.patch(url, {"text": "New headset"}, format="json", headers={"If-Match": etag})
    assert (edited.data["text"], edited.data["tags"]) == ("New headset", ["headset"])
    again = api.patch(url, {"text": "Late"}, format="json", headers={"If-Match": etag})
    assert again.status_code == 412
    bare = api.patch(
        url, {"text": "", "tags": []}, format="json", headers={"If-Match": edited_etag(api, url)}
    )
    assert bare.status_code == 400
    history = api.get(f"{url}history/").data
    assert [(row["change"], row["text"]) for row in history] == [
        ("insert", "Headset broken"),
        ("update", "New headset"),
    ]
    assert api.delete(url, headers={"If-Match": edited_etag(api, url)}).status_code == 204
    assert Note.objects.count() == 0


def edited_etag(api, url):
    return api.get(url)["ETag"]


def test_notes_on_strangers_are_neither_written_nor_read(api, centre):
    assert write(api, centre.stranger).status_code == 400
    planner = APIClient()
    planner.force_login(centre.planner)
    note = write(planner, centre.stranger).data
    assert api.get(f"{NOTES}{note['id']}/").status_code == 404
    assert planner.get(f"{NOTES}{note['id']}/").status_code == 200
    assert api.get(NOTES).data["results"] == []


def test_agents_do_not_read_notes(centre, at):
    agent = APIClient()
    agent.force_login(centre.agent_user)
    assert agent.get(NOTES).status_code == 403


def test_a_note_sent_twice_is_kept_once(api, centre):
    body = {"kind": "AGENT_DAY", "agent": centre.agent.pk, "text": "Once"}
    for _ in range(2):
        answer = api.post(NOTES, body, format="json", headers={"Idempotency-Key": "n1"})
        assert answer.status_code == 201
    assert Note.objects.count() == 1


# -- busy too long --------------------------------------------------------------------------------


@pytest.fixture
def busy(centre, at):
    """The agent has been in technical trouble for 20 minutes, the limit is 10."""
    with system_tenant():
        make_event(centre.agent, centre.start, centre.codes["work"])
        make_event(centre.agent, at - timedelta(minutes=20), centre.codes["trouble"])
        refresh_live(agent_ids=[centre.agent.pk], at=at)
        yield centre


def test_a_long_busy_state_opens_one_case(busy, at, api):
    assert (follow_busy(at=at), follow_busy(at=at + timedelta(seconds=5))) == (1, 0)
    (case,) = api.get(CASES, {"is_open": "true"}).data["results"]
    assert (case["code"], case["limit_seconds"], case["minutes"]) == ("trouble", 600, None)
    assert case["began_at"] == "2026-11-18T09:10:00Z"


@pytest.mark.parametrize(
    ("routes", "chosen"),
    [
        ([], None),
        ([("any", "all")], "any all"),
        ([("any", "all"), ("any", "team")], "any team"),
        ([("any", "all"), ("any", "team"), ("code", "all")], "code all"),
        ([("any", "team"), ("code", "all"), ("code", "team")], "code team"),
        ([("other", "all")], None),
    ],
)
def test_the_most_exact_route_decides_who_is_sent(busy, at, routes, chosen):
    codes = {"any": None, "code": busy.codes["trouble"], "other": busy.codes["wrap-up"]}
    for code, team in routes:
        BusyRoute.objects.create(
            activity_code=codes[code],
            team=busy.team if team == "team" else None,
            troubleshooter=make_user("team_lead", display_name=f"{code} {team}"),
        )
    follow_busy(at=at)
    sent = BusyCase.objects.get().assigned_to
    assert (sent and sent.display_name) == chosen


def test_a_case_ends_with_the_state_and_waits_for_its_outcome(busy, at, api):
    follow_busy(at=at)
    back_at = at + timedelta(minutes=4)
    make_event(busy.agent, back_at, busy.codes["work"])
    refresh_live(agent_ids=[busy.agent.pk], at=back_at)
    assert follow_busy(at=back_at + timedelta(seconds=5)) == 0
    (case,) = api.get(CASES, {"is_open": "true"}).data["results"]
    assert case["minutes"] == 24
    make_event(busy.agent, back_at + timedelta(minutes=1), busy.codes["trouble"])
    later = back_at + timedelta(minutes=12)
    refresh_live(agent_ids=[busy.agent.pk], at=later)
    assert follow_busy(at=later) == 1
    assert BusyCase.objects.count() == 2


def test_a_silent_feed_ends_no_case(busy, at):
    follow_busy(at=at)
    make_live(busy.agent, state_group="UNKNOWN", flag=LiveFlag.UNKNOWN, activity_code=None)
    follow_busy(at=at + timedelta(minutes=1))
    assert BusyCase.objects.get().ended_at is None


def test_a_closed_case_of_a_stretch_that_goes_on_is_not_opened_again(busy, at, api):
    follow_busy(at=at)
    case = BusyCase.objects.get()
    answer = api.post(f"{CASES}{case.pk}/close/", {"outcome": "TECHNICAL"}, format="json")
    assert (answer.status_code, answer.data["closed_by_name"]) == (200, busy.lead.display_name)
    assert follow_busy(at=at + timedelta(minutes=1)) == 0
    assert BusyCase.objects.count() == 1


def test_the_second_who_closes_is_told_who_was_first(busy, at, api):
    follow_busy(at=at)
    url = f"{CASES}{BusyCase.objects.get().pk}/"
    second = other_lead(busy)
    api.post(f"{url}close/", {"outcome": "HELPED"}, format="json")
    for act, body in (("close", {"outcome": "JUSTIFIED"}), ("assign", {})):
        answer = second.post(f"{url}{act}/", body, format="json")
        assert answer.status_code == 409
        assert f"{busy.lead.display_name} has closed this case" in answer.content.decode()
    assert second.post(f"{url}reopen/").status_code == 409
    assert api.post(f"{url}reopen/").status_code == 200
    assert BusyCase.objects.get().is_open


def test_other_must_be_explained(busy, at, api):
    follow_busy(at=at)
    url = f"{CASES}{BusyCase.objects.get().pk}/close/"
    assert api.post(url, {"outcome": "OTHER"}, format="json").status_code == 400
    assert (
        api.post(url, {"outcome": "OTHER", "comment": "Fire drill"}, format="json").status_code
        == 200
    )


def test_a_lead_goes_or_sends_somebody(busy, at, api):
    follow_busy(at=at)
    url = f"{CASES}{BusyCase.objects.get().pk}/assign/"
    colleague = make_user("team_lead", team=busy.team)
    outsider = make_user("client", client=make_client())
    assert api.post(url).data["assigned_to"] == busy.lead.pk
    assert api.post(url, {"user": colleague.pk}, format="json").data["assigned_to"] == colleague.pk
    assert api.post(url, {"user": outsider.pk}, format="json").status_code == 400


def test_routes_are_kept_by_those_who_edit_adherence(busy, api):
    planner = APIClient()
    planner.force_login(busy.planner)
    url = "/api/v1/adherence/busy-routes/"
    body = {"activity_code": busy.codes["trouble"].pk, "team": None, "troubleshooter": busy.lead.pk}
    assert api.post(url, body, format="json").status_code == 403
    made = planner.post(url, body, format="json")
    assert made.status_code == 201
    assert planner.post(url, body, format="json").status_code == 400
    changed = planner.patch(f"{url}{made.data['id']}/", {"team": busy.team.pk}, format="json")
    assert changed.data["team"] == busy.team.pk
    assert len(api.get(url).data["results"]) == 1
    assert planner.delete(f"{url}{made.data['id']}/").status_code == 204


# -- messages and cards ---------------------------------------------------------------------------


def test_a_message_reaches_agents_with_a_login(api, centre):
    answer = api.post(MESSAGES, {"agents": [centre.agent.pk], "text": "Call me"}, format="json")
    assert (answer.status_code, answer.data) == (
        201,
        {"agents": [centre.agent.pk], "without_login": []},
    )


def test_a_message_to_nobody_is_refused(api, centre):
    stranger = api.post(MESSAGES, {"agents": [centre.stranger.pk], "text": "Hi"}, format="json")
    assert stranger.status_code == 400
    centre.agent_user.is_active = False
    centre.agent_user.save(update_fields=["is_active"])
    answer = api.post(MESSAGES, {"agents": [centre.agent.pk], "text": "Hi"}, format="json")
    assert answer.status_code == 409
    assert "has no login" in answer.content.decode()
    assert (
        api.post(MESSAGES, {"agents": [centre.agent.pk], "text": " "}, format="json").status_code
        == 400
    )


def test_the_card_says_who_where_and_how_to_reach(api, centre):
    write(api, centre.agent)
    url = f"/api/v1/adherence/agents/{centre.agent.pk}/"
    card = api.get(f"{url}card/").data
    assert (card["name"], card["team"], card["email"], card["phone"]) == (
        centre.agent.name,
        centre.team.name,
        centre.agent_user.email,
        "",
    )
    assert [note["text"] for note in card["notes"]] == ["Headset broken"]
    assert api.get(f"/api/v1/adherence/agents/{centre.stranger.pk}/card/").status_code == 404


def test_contacts_are_written_by_those_who_edit_people(api, centre):
    url = f"/api/v1/adherence/agents/{centre.agent.pk}/contact/"
    body = {"phone": "+1 416 555 0100", "email": "", "messenger_url": "https://chat.example/ann"}
    assert api.put(url, body, format="json").status_code == 403
    planner = APIClient()
    planner.force_login(centre.planner)
    for phone in ("+1 416 555 0100", "+1 416 555 0199"):
        assert planner.put(url, body | {"phone": phone}, format="json").status_code == 200
    assert api.get(url).data["phone"] == "+1 416 555 0199"
    assert AgentContact.objects.count() == 1
    assert (
        api.get(f"/api/v1/adherence/agents/{centre.agent.pk}/card/").data["email"]
        == centre.agent_user.email
    )


# -- marks ----------------------------------------------------------------------------------------


@pytest.fixture
def marked(centre, at):
    """A queue with a requirement, on which the agent should be and is not."""
    with system_tenant():
        queue = make_queue(name="Bank voice", skill=make_skill(name="Mortgages"))
        AgentSkill.objects.create(agent=centre.agent, skill=queue.skill, starts_on="2020-01-01")
        make_required(queue, at=at, offered=10, required=4)
        make_live(
            centre.agent,
            state_group="OFFLINE",
            flag=LiveFlag.LATE,
            flag_since=centre.start,
            severity=3,
            planned_code=centre.codes["work"],
            planned_queue=queue,
        )
        make_live(centre.stranger, state_group="AVAILABLE", planned_code=centre.codes["work"])
        refresh_impacts(at=at)
        yield queue


def test_marks_hold_impact_notes_cases_and_missing_skills(api, centre, marked):
    write(api, centre.agent)
    answer = api.get(MARKS)
    (impact,) = answer.data["impact"]["queues"]
    assert (impact["name"], impact["present"], impact["required"]) == ("Bank voice", 0, 4)
    assert impact["saved_minutes_per_hour"] > 1
    assert answer.data["impact"]["home_queue"] == {str(centre.agent.pk): marked.pk}
    assert answer.data["notes"] == {str(centre.agent.pk): {"count": 1, "tags": ["headset"]}}
    (gap,) = answer.data["skill_gaps"]
    assert (gap["skill"], gap["planned"], gap["agent_ids"]) == ("Mortgages", 1, [centre.agent.pk])


def test_marks_answer_304_until_something_changes(api, centre, marked):
    etag = api.get(MARKS)["ETag"]
    assert api.get(MARKS, headers={"If-None-Match": etag}).status_code == 304
    write(api, centre.agent)
    assert api.get(MARKS, headers={"If-None-Match": etag}).status_code == 200


def test_old_impact_says_so(api, at, marked):
    with time_machine.travel(at + timedelta(minutes=6), tick=False):
        assert api.get(MARKS).data["impact"]["is_old"] is True


def test_without_impact_marks_are_empty(api, centre):
    assert api.get(MARKS).data["impact"] == {
        "as_of": None,
        "is_old": False,
        "queues": [],
        "home_queue": {},
    }


def test_marks_of_others_are_not_told(centre, at, marked):
    with system_tenant():
        lead = make_user("team_lead", team=make_team_of(centre.stranger))
    api = APIClient()
    api.force_login(lead)
    found = api.get(MARKS).data
    assert (found["impact"]["home_queue"], found["notes"], found["skill_gaps"]) == ({}, {}, [])


def make_team_of(agent):
    return agent.assignments.get().team


@pytest.mark.parametrize(
    ("fields", "planned"),
    [
        ({"state_group": "AVAILABLE", "flag": "IN", "severity": 0}, None),
        ({"state_group": "AWAY", "flag": "IN", "severity": 0}, None),  # a planned break
        ({"state_group": "OFFLINE", "flag": "IN", "severity": 0}, None),  # clocked out for lunch
        ({"state_group": "UNKNOWN", "flag": "UNKNOWN", "severity": 2}, None),
        ({"state_group": "AWAY", "flag": "OUT", "severity": 3}, 1),
        ({"planned_code": None, "flag": "OFF", "severity": 0}, 0),  # nobody planned, four required
    ],
)
def test_a_skill_is_missing_when_nobody_here_has_it(api, centre, at, marked, fields, planned):
    make_live(centre.agent, **fields)
    gaps = api.get(MARKS).data["skill_gaps"]
    assert [gap["planned"] for gap in gaps] == ([] if planned is None else [planned])
