"""The day in hand over REST: who may do what, and what a conflict says."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.models import AgentLive, AlertRule, Measure, PlaybookRun, Responsibility
from tests.board.floors import MONDAY, at, work
from tests.factories import org
from tests.factories.intraday import NOON, make_alert, make_playbook
from tests.factories.reporting import make_key
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/intraday/"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def lead():
    with system_tenant():
        return org.make_user("team_lead", display_name="Lena", timezone="UTC")


@pytest.fixture
def api(lead):
    client = APIClient()
    client.force_login(lead)
    return client


@pytest.fixture
def planner():
    client = APIClient()
    with system_tenant():
        client.force_login(org.make_user("planner", timezone="UTC"))
    return client


def seen(model, **fields):
    with system_tenant():
        return model.objects.filter(**fields).count()


@pytest.fixture
def short(floors):
    """One person where two are asked for, and one who could stay longer."""
    with system_tenant():
        work(floors, floors.north, floors.voice)
        work(floors, floors.north, floors.voice, hours=(6, 14))
        make_alert(floors.voice)
    return floors


def test_the_day_is_told_worst_first_with_its_intervals(api, short):
    body = api.get(ROOT, {"intervals": "true"}).json()
    assert (body["date"], body["timezone"]) == (MONDAY.isoformat(), "UTC")
    first = body["queues"][0]
    assert (first["name"], first["goal_level"]) == ("Voice", 0.8)
    assert len(first["intervals"]) == 96
    assert body["risks"][0]["starts_at"].startswith("2026-03-02T12:00")
    assert body["risks"][0]["owner"] == ""
    assert "intervals" not in api.get(ROOT).json()["queues"][0]


def test_the_number_of_queries_does_not_grow_with_queues_and_people(
    api, short, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(60) as found:
            assert api.get(ROOT).status_code == 200
        return len(found)

    before = count()
    with system_tenant():
        for number in range(3):
            queue = org.make_queue(client=short.client, name=f"Q{number}")
            work(short, short.north, queue)
    assert count() == before


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"date": "tomorrow"}, 400),
        ({"queue": "x"}, 404),
        ({"team": 999999}, 404),
        ({"date": "2026-03-03"}, 200),
    ],
)
def test_what_cannot_be_looked_at_is_refused(api, short, query, status):
    assert api.get(ROOT, query).status_code == status


def suggestions(api, queue, more=None):
    return api.get(
        f"{ROOT}suggestions/",
        {
            "queue": queue.pk,
            "starts_at": "2026-03-02T14:00:00+00:00",
            "ends_at": "2026-03-02T18:00:00+00:00",
        }
        | (more or {}),
    )


def accept(api, queue, item, **more):
    wanted = {
        "kind": item["kind"],
        "queue": queue.pk,
        "agent": item["agent"],
        "starts_at": item["starts_at"],
        "ends_at": item["ends_at"],
        "window_starts_at": "2026-03-02T14:00:00+00:00",
        "window_ends_at": "2026-03-02T18:00:00+00:00",
    }
    return api.post(f"{ROOT}measures/", wanted | more, format="json")


def test_a_suggestion_is_accepted_once_and_ended_once(api, short):
    [item] = suggestions(api, short.voice).json()["suggestions"]
    assert item["effect"]["level_after"] > item["effect"]["level_before"]
    with system_tenant():
        alert = make_alert(org.make_queue(client=short.client))
    made = accept(api, short.voice, item, alert=alert.pk)
    assert made.status_code == 201
    again = accept(api, short.voice, item)
    assert again.status_code == 409
    assert "not possible any more" in again.json()["errors"][0]["detail"]
    url = f"{ROOT}measures/{made.json()['id']}/"
    assert api.post(f"{url}done/").json()["status"] == "DONE"
    assert api.post(f"{url}withdraw/").status_code == 409
    log = api.get(f"{ROOT}alerts/{alert.pk}/").json()["log"]
    assert log[-1]["text"].startswith("offer overtime, ")
    assert api.get(f"{ROOT}measures/").json()["results"][0]["agent"] == item["agent"]


def test_the_effect_of_all_at_once_is_told_where_there_are_two(api, short):
    assert suggestions(api, short.voice).json()["together"] is None
    with system_tenant():
        work(short, short.north, short.voice, hours=(6, 14))
    body = suggestions(api, short.voice).json()
    both = body["together"]
    assert sorted(both["agents"]) == sorted(item["agent"] for item in body["suggestions"])
    alone = max(item["effect"]["level_after"] for item in body["suggestions"])
    assert both["effect"]["level_after"] > alone


def test_the_same_key_accepts_once(api, short):
    [item] = suggestions(api, short.voice).json()["suggestions"]
    answers = [
        api.post(
            f"{ROOT}measures/",
            {
                "kind": item["kind"], "queue": short.voice.pk, "agent": item["agent"],
                "starts_at": item["starts_at"], "ends_at": item["ends_at"],
                "window_starts_at": "2026-03-02T14:00:00+00:00",
                "window_ends_at": "2026-03-02T18:00:00+00:00",
            },
            format="json", headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 201]
    assert seen(Measure) == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"starts_at": "2026-03-02T09:00:00"}, 400),
        ({"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T09:00:00Z"}, 400),
        ({"queue": ""}, 400),
        ({"queue": 999999}, 404),
        ({"aim": "free"}, 200),
    ],
)
def test_windows_that_cannot_be_looked_at_are_refused(api, short, more, status):
    assert suggestions(api, short.voice, more).status_code == status


def test_a_queue_with_nothing_that_day_is_not_found(api, short):
    with system_tenant():
        queue = org.make_queue(client=short.client)
    assert suggestions(api, queue).status_code == 404
    item = {
        "kind": "OVERTIME",
        "agent": 1,
        "starts_at": NOON.isoformat(),
        "ends_at": NOON.isoformat(),
    }
    assert accept(api, queue, item).status_code == 404
    with system_tenant():
        queue.pk = 999999
    assert accept(api, queue, item).status_code == 404
    assert accept(api, short.voice, item, alert=999999).status_code == 404


def test_an_alert_is_acknowledged_by_one(api, short, planner):
    with system_tenant():
        alert = make_alert(org.make_queue(client=short.client))
    url = f"{ROOT}alerts/{alert.pk}/"
    assert api.post(f"{url}acknowledge/").json()["status"] == "ACKNOWLEDGED"
    late = planner.post(f"{url}acknowledge/")
    assert late.status_code == 409
    assert "Lena acknowledged it at 12:00 UTC" in late.json()["errors"][0]["detail"]
    assert planner.post(f"{url}take-over/").json()["responsible"].startswith("Person")
    assert api.post(f"{url}actions/", {"text": "Called in Ana"}).status_code == 200
    done = api.post(f"{url}outcome/", {"outcome": "SOLVED"}).json()
    assert (done["status"], done["outcome"]) == ("CLOSED", "SOLVED")
    assert api.post(f"{url}take-over/").status_code == 409
    assert api.get(f"{ROOT}alerts/", {"status": "CLOSED"}).json()["results"][0]["id"] == alert.pk


def test_what_is_only_noticed_is_not_shown(api, short):
    with system_tenant():
        alert = make_alert(status="PENDING", opened_at=None)
    assert api.get(f"{ROOT}alerts/{alert.pk}/").status_code == 404
    assert api.post(f"{ROOT}alerts/{alert.pk}/acknowledge/").status_code == 404


def test_limits_and_responsibilities_are_kept_by_planners(planner, floors, lead):
    url = f"{ROOT}alert-rules/"
    made = planner.post(
        url, {"kind": "SERVICE_AT_RISK", "queue": floors.voice.pk, "threshold": 0.1}, format="json"
    )
    assert made.status_code == 201
    row = f"{url}{made.json()['id']}/"
    assert planner.patch(row, {"threshold": 0.2}, format="json").json()["threshold"] == 0.2
    two = planner.patch(row, {"client": floors.client.pk}, format="json")
    assert two.status_code == 400
    assert "Choose one of queue, team, site and client" in two.json()["errors"][0]["detail"]
    twice = planner.post(
        url, {"kind": "SERVICE_AT_RISK", "queue": floors.voice.pk, "threshold": 0.3}, format="json"
    )
    assert twice.status_code == 400
    assert planner.delete(row).status_code == 204
    assert seen(AlertRule) == 0
    duty = {"user": lead.pk, "queue": floors.voice.pk, "from_minute": 480, "until_minute": 1080}
    assert planner.post(f"{ROOT}responsibilities/", duty, format="json").status_code == 201
    nobody = planner.post(f"{ROOT}responsibilities/", {"queue": floors.voice.pk}, format="json")
    assert "choose one" in nobody.json()["errors"][0]["detail"]
    assert seen(Responsibility) == 1


def test_a_playbook_is_written_started_ticked_off_and_ended(planner, api, floors):
    book = {
        "name": "Line down", "kind": "SERVICE_AT_RISK",
        "steps": [{"text": "Call the carrier", "owner": "Duty"}, {"text": "Write"}],
    }  # fmt: skip
    made = planner.post(f"{ROOT}playbooks/", book, format="json")
    assert made.status_code == 201
    url = f"{ROOT}playbooks/{made.json()['id']}/"
    changed = planner.patch(url, {"threshold": 0.2}, format="json").json()
    assert [step["text"] for step in changed["steps"]] == ["Call the carrier", "Write"]
    assert planner.patch(url, {"steps": []}, format="json").status_code == 400
    run = api.post(f"{url}start/")
    assert run.status_code == 201
    assert api.post(f"{url}start/").status_code == 409
    row = f"{ROOT}runs/{run.json()['id']}/"
    ticked = api.post(f"{row}tick/", {"position": 1, "is_done": True}, format="json").json()
    assert ticked["steps"][0]["done_at"] is not None
    again = api.post(f"{row}tick/", {"position": 1, "is_done": True}, format="json")
    assert "Lena has done this step" in again.json()["errors"][0]["detail"]
    missing = api.post(f"{row}tick/", {"position": 9, "is_done": True}, format="json")
    assert missing.status_code == 404
    assert api.post(f"{row}end/", {"outcome": "HELPED"}, format="json").json()["ended_at"]
    assert api.post(f"{row}end/", {"outcome": "HELPED"}, format="json").status_code == 409
    assert planner.delete(url).status_code == 409
    with system_tenant():
        unused = make_playbook()
    assert planner.delete(f"{ROOT}playbooks/{unused.pk}/").status_code == 204
    shares = api.get(f"{ROOT}contingency/", {"months": 2}).json()
    assert shares["metric"] == "contingency_day_share"
    assert shares["lines"][0]["months"][1]["share"] == 1
    assert shares["lines"][0]["verdict"].startswith("Planning is broken: on 100")
    assert api.get(f"{ROOT}contingency/", {"months": 99}).status_code == 400
    assert seen(PlaybookRun) == 1


def test_a_team_lead_sees_alerts_and_measures_of_their_own_teams(floors):
    with system_tenant():
        own = make_alert(team=floors.north, kind="TEAM_ADHERENCE", scope_key="team:1")
        make_alert(team=floors.south, kind="TEAM_ADHERENCE", scope_key="team:2")
        user = org.make_user("team_lead", team=floors.north)
    client = APIClient()
    client.force_login(user)
    found = client.get(f"{ROOT}alerts/").json()["results"]
    assert [row["id"] for row in found] == [own.pk]


def test_the_briefing_and_the_wish_for_it(api, short):
    with system_tenant():
        AgentLive.objects.all().delete()
    body = api.get("/api/v1/briefing/").json()
    assert (body["today"]["date"], body["yesterday"]["date"]) == ("2026-03-02", "2026-03-01")
    assert body["risks"][0]["name"] == "Voice"
    assert body["open_alerts"] == 1
    url = "/api/v1/briefing/wish/"
    assert api.get(url).json()["is_active"] is False
    wish = {"is_active": True, "at_minute": 420, "timezone": "Asia/Shanghai", "weekdays": "01"}
    assert api.put(url, wish, format="json").json() == wish
    assert api.get(url).json() == wish
    bad = api.put(url, wish | {"timezone": "Mars"}, format="json")
    assert "Mars is no IANA time zone" in bad.json()["errors"][0]["detail"]


def test_a_key_takes_nothing_over_and_has_no_mailbox(floors):
    client = APIClient()
    with system_tenant():
        alert = make_alert(floors.voice, at=at(hour=11) + timedelta(minutes=1))
        key = make_key(scopes=("intraday.view", "intraday.act"))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.text}")
    assert client.post(f"{ROOT}alerts/{alert.pk}/take-over/").status_code == 403
    assert client.post(f"{ROOT}alerts/{alert.pk}/acknowledge/").status_code == 200
    assert client.get("/api/v1/briefing/wish/").status_code == 403
