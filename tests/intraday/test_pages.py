"""The pages of the day in hand as a browser without scripts meets them."""

import pytest
import time_machine
from django.urls import reverse

from adherence.models import (
    Alert,
    AlertLog,
    AlertRule,
    BriefingSubscription,
    Measure,
    Playbook,
    PlaybookRun,
    Responsibility,
)
from tests.board.floors import at, work
from tests.factories import org
from tests.factories.intraday import NOON, make_alert, make_duty, make_playbook
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def person(client):
    with system_tenant():
        user = org.make_user("planner", display_name="Pia", timezone="UTC")
        client.force_login(user)
    return user


@pytest.fixture
def short(floors, person):
    with system_tenant():
        work(floors, floors.north, floors.voice)
        work(floors, floors.north, floors.voice, hours=(6, 14))
        work(floors, floors.south, floors.mail)
    return floors


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def rows(model, **fields):
    with system_tenant():
        return list(model.objects.filter(**fields).order_by("pk"))


def only(model, **fields):
    [row] = rows(model, **fields)
    return row


def test_the_day_shows_the_worst_queue_with_its_picture_and_what_to_do(client, short):
    with system_tenant():
        make_duty(org.make_user("team_lead", display_name="Lena"), queue=short.voice)
        make_alert(short.voice)
    page = text(client.get(reverse("intraday")))
    assert "The day in hand, Mon 2 Mar 2026" in page
    assert '<h2 class="intraday-focus" id="focus">Voice</h2>' in page
    assert "12:00–18:00" in page
    assert "Lena" in page
    assert "h not done by then" in page
    assert 'id="people-chart"' in page
    assert "service at risk: Voice" in page
    assert "queue=" in page
    assert page.count('aria-current="time"') == 1


def test_another_queue_is_shown_on_request_and_the_scope_narrows(client, short):
    page = text(client.get(reverse("intraday"), {"show": short.mail.pk}))
    assert 'id="focus">Mail<' in page
    page = text(client.get(reverse("intraday"), {"queue": short.mail.pk}))
    assert "Mail in hand" in page
    assert "Voice" not in page.split('id="now"')[1]


def test_a_day_that_is_over_or_empty_says_so(client, short, person):
    over = text(client.get(reverse("intraday"), {"from": "2026-03-01", "to": "2026-03-01"}))
    assert "Nothing is asked for and nobody is scheduled on this day" in over
    with time_machine.travel(at(1, hour=12), tick=False):
        client.force_login(person)
        past = text(client.get(reverse("intraday"), {"from": "2026-03-02", "to": "2026-03-02"}))
    assert "This day is over" in past


def test_a_week_from_another_page_opens_today(client, short):
    week = {"from": "2026-03-01", "to": "2026-03-07"}
    assert "Mon 2 Mar 2026" in text(client.get(reverse("intraday"), week))


def test_the_changing_part_comes_alone(client, short):
    page = text(client.get(reverse("intraday-now")))
    assert "Queues, worst first" in page
    assert "<html" not in page


WINDOW = {"starts_at": "2026-03-02T14:00:00+00:00", "ends_at": "2026-03-02T18:00:00+00:00"}


def window(queue, **more):
    return {"queue": queue.pk, "aim": "help"} | WINDOW | more


def test_a_suggestion_is_shown_accepted_counted_and_withdrawn(client, short):
    page = text(client.get(reverse("intraday-options"), window(short.voice)))
    assert "What to do: Voice, 14:00–18:00" in page
    listed = text(client.get(reverse("intraday-options-list"), window(short.voice)))
    assert "offer overtime" in listed
    with system_tenant():
        agent = short.north.assignments.order_by("pk").last().agent
    chosen = window(short.voice) | {
        "kind": "OVERTIME", "agent": agent.pk,
        "from": "2026-03-02T14:00:00+00:00", "until": "2026-03-02T16:00:00+00:00",
    }  # fmt: skip
    page = text(client.post(reverse("intraday-accept"), chosen, follow=True))
    assert "Accepted: offer overtime" in page
    page = text(client.post(reverse("intraday-accept"), chosen, follow=True))
    assert "not possible any more" in page
    measure = only(Measure)
    assert measure.accepted_by.display_name == "Pia"
    listed = text(client.get(reverse("intraday-options-list"), window(short.voice)))
    assert "Accepted, and counted above" in listed
    end = reverse("intraday-measure", args=[measure.pk])
    client.post(end, {"status": "WITHDRAWN"})
    assert only(Measure).status == "WITHDRAWN"
    assert "withdrawn already" in text(client.post(end, {"status": "DONE"}, follow=True))
    assert client.post(end, {"status": "ACCEPTED"}).status_code == 400


def test_people_to_spare_are_offered_time_off(client, floors, person):
    with system_tenant():
        for _ in range(8):
            work(floors, floors.north, floors.voice)
    assert "Who could go home early" in text(
        client.get(reverse("intraday"), {"show": floors.voice.pk})
    )
    page = text(client.get(reverse("intraday-options"), window(floors.voice, aim="free")))
    assert "People to spare: Voice" in page
    listed = text(client.get(reverse("intraday-options-list"), window(floors.voice, aim="free")))
    assert "offer voluntary time off" in listed
    assert "All at once" in listed
    assert "people, the best for each" in listed


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"starts_at": "2026-03-02T14:00:00"}, 404),
        ({"starts_at": "2026-99-99T14:00:00+00:00"}, 404),
        ({"starts_at": "2026-03-02T19:00:00+00:00"}, 404),
        ({"queue": "x"}, 404),
    ],
)
def test_windows_that_make_no_sense_are_not_found(client, short, more, status):
    assert client.get(reverse("intraday-options"), window(short.voice) | more).status_code == status


def test_a_window_that_is_over_says_so(client, short):
    over = {"starts_at": "2026-03-02T08:00:00+00:00", "ends_at": "2026-03-02T09:00:00+00:00"}
    page = text(client.get(reverse("intraday-options-list"), window(short.voice, **over)))
    assert "This window is over" in page
    with system_tenant():
        empty = org.make_queue(client=short.client)
    assert "is over" in text(client.get(reverse("intraday-options-list"), window(empty)))
    posted = client.post(reverse("intraday-accept"), window(short.voice, **over), follow=True)
    assert "This window is over." in text(posted)
    wrong = window(short.voice) | {"kind": "FLY", "agent": "1"}
    assert client.post(reverse("intraday-accept"), wrong).status_code == 400


def test_alerts_wait_first_and_are_acknowledged_from_the_list(client, short):
    with system_tenant():
        make_alert(short.mail, kind="BACKLOG_BREACH", value=2, acknowledged_at=NOON)
        waits = make_alert(short.voice)
        make_alert(kind="FEED_SILENT", source="acd", value=3, scope_key="feed:acd", client=None)
        make_alert(status="CLOSED", closed_at=NOON, kind="TEAM_ADHERENCE", team=short.north)
        make_alert(kind="ABOVE_FORECAST", detail={"actual": 40, "forecast": 20}, queue=short.voice)
        make_alert(kind="UNDERSTAFFED", detail={"present": 4, "required": 6.5}, queue=short.voice)
        make_alert(kind="SOLE_HOLDER_ABSENT", skill=short.voice.skill, scope_key="skill:1", value=1)
    page = text(client.get(reverse("intraday-alerts")))
    for words in (
        "The next hour is expected at 70", "Silent for 3", "In the last hour 40 came, 20 were",
        "4 of 6.5 required people", "The only holder of the skill", "work that is due will not",
    ):  # fmt: skip
        assert words in page
    assert page.index("service at risk") < page.index("backlog will breach")
    act = reverse("intraday-alert-act", args=[waits.pk, "acknowledge"])
    assert client.post(act, {"next": "list"}).url == reverse("intraday-alerts")
    assert only(Alert, pk=waits.pk).acknowledged_by.display_name == "Pia"
    everything = text(client.get(reverse("intraday-alerts"), {"status": "all"}))
    assert "of the people planned now do what is planned" in everything
    mine = text(client.get(reverse("intraday-alerts"), {"status": "mine"}))
    assert "No alerts here" in mine
    kind = {"kind": "FEED_SILENT", "queue": short.voice.pk}
    assert "No alerts here" in text(client.get(reverse("intraday-alerts"), kind))


def test_an_alert_tells_what_was_done_and_takes_an_outcome(client, short):
    with system_tenant():
        alert = make_alert(short.voice)

    def act(name, **fields):
        url = reverse("intraday-alert-act", args=[alert.pk, name])
        return client.post(url, fields, follow=True)

    act("take-over")
    act("action", note="Called two people in")
    assert "Choose what came of it" in text(act("outcome"))
    page = text(act("outcome", outcome="SOLVED", note="In time"))
    for words in ("Called two people in", "taken over", "solved by what was done", "In time"):
        assert words in page
    assert "has been over since" in text(act("acknowledge")) or "acknowledged it" in page
    assert act("dance").status_code == 404
    assert [entry.step for entry in rows(AlertLog)] == [
        "TAKEN_OVER", "ACTION", "OUTCOME", "CLOSED",
    ]  # fmt: skip


def test_a_playbook_is_written_run_and_counted(client, short):
    new = reverse("intraday-playbook-new")
    fields = {
        "name": "Line down", "kind": "SERVICE_AT_RISK", "duration_minutes": 0, "is_active": "on",
        "threshold": "0.1", "steps": "Call the carrier | Duty manager\nWrite to the client",
    }  # fmt: skip
    refused = text(client.post(new, fields | {"steps": " | "}))
    assert "needs at least one step" in refused
    client.post(new, fields)
    book = only(Playbook)
    edit = reverse("intraday-playbook", args=[book.pk])
    assert "Call the carrier | Duty manager" in text(client.get(edit))
    assert "Line down" in text(client.get(reverse("intraday-playbooks")))
    started = client.post(reverse("intraday-playbook-start", args=[book.pk]))
    run = only(PlaybookRun)
    assert started.url == reverse("intraday-run", args=[run.pk])
    again = client.post(reverse("intraday-playbook-start", args=[book.pk]), follow=True)
    assert "Line down is under way already" in text(again)
    tick = reverse("intraday-run-tick", args=[run.pk])
    page = text(client.post(tick, {"position": "1", "done": "1"}, follow=True))
    assert "1 of 2 steps done" in page
    assert "Pia" in page
    assert "has done this step" in text(
        client.post(tick, {"position": "1", "done": "1"}, follow=True)
    )
    assert "no such step" in text(client.post(tick, {"position": "9", "done": "1"}, follow=True))
    end = reverse("intraday-run-end", args=[run.pk])
    assert "Choose what came of it" in text(client.post(end, {}, follow=True))
    page = text(client.post(end, {"outcome": "HELPED", "outcome_note": "Quickly"}, follow=True))
    assert "it helped" in page
    assert "has ended already" in text(client.post(end, {"outcome": "HELPED"}, follow=True))
    assert "Runs that have ended" in text(client.get(reverse("intraday-playbooks")))
    assert "Planning is broken" in text(client.get(reverse("intraday-contingency")))


def test_who_answers_and_limits_are_kept(client, short, person):
    page = text(client.get(reverse("intraday-duties")))
    assert "Nobody answers for everything" in page
    fields = {
        "user": person.pk, "place": 1, "weekdays": ["0", "1"], "from_minute": "08:00",
        "until_minute": "00:00", "timezone": "UTC",
    }  # fmt: skip
    new = reverse("intraday-duty-new", args=["person"])
    assert "choose one" in text(client.post(new, fields | {"user": ""}))
    client.post(new, fields)
    duty = only(Responsibility)
    assert (duty.from_minute, duty.until_minute, duty.weekdays) == (480, 1440, "01")
    page = text(client.get(reverse("intraday-duties")))
    assert "on duty" in page
    assert "Nobody answers for everything" not in page
    row = reverse("intraday-duty", args=["person", duty.pk])
    assert 'value="08:00"' in text(client.get(row))
    client.post(
        reverse("intraday-duty-new", args=["limit"]),
        {
            "kind": "UNDERSTAFFED", "threshold": "0.1", "hysteresis": "0", "hold_minutes": 1,
            "clear_minutes": 1, "escalate_minutes": 5, "queue": short.voice.pk, "is_active": "on",
        },
    )  # fmt: skip
    limit = only(AlertRule)
    assert "10\u202f%" in text(client.get(reverse("intraday-duties")))
    client.post(reverse("intraday-duty-delete", args=["limit", limit.pk]))
    assert rows(AlertRule) == []
    assert client.get(reverse("intraday-duty-new", args=["plan"])).status_code == 404


def test_the_briefing_shows_two_days_and_keeps_the_wish(client, short):
    with system_tenant():
        make_alert(short.voice, outcome="SOLVED")
        make_playbook()
    page = text(client.get(reverse("briefing")))
    assert "Briefing, Mon 2 Mar 2026" in page
    assert "Yesterday" in page
    assert "solved by what was done 1" in page
    wish = {"is_active": "on", "at_minute": "06:45", "timezone": "UTC", "weekdays": ["0"]}
    client.post(reverse("briefing"), wish)
    row = only(BriefingSubscription)
    assert (row.at_minute, row.weekdays, row.is_active) == (405, "0", True)
    assert 'value="06:45"' in text(client.get(reverse("briefing")))
    assert "no IANA time zone" in text(client.post(reverse("briefing"), wish | {"timezone": "X"}))


def test_the_start_page_counts_alerts_and_those_for_oneself(client, short, person):
    with system_tenant():
        make_alert(short.voice, owner=person)
        make_alert(short.mail, acknowledged_at=NOON)
    page = text(client.get("/"))
    assert "1 not acknowledged, 1 for you" in page
    assert "service at risk: Voice" in page


@pytest.mark.parametrize("name", ["intraday", "intraday-alerts", "briefing", "intraday-duties"])
def test_who_may_not_see_the_day_is_kept_out(client, floors, name):
    with system_tenant():
        client.force_login(org.make_user("finance"))
    assert client.get(reverse(name)).status_code == 403


def test_a_team_lead_acts_but_does_not_edit(client, short):
    with system_tenant():
        client.force_login(org.make_user("team_lead", timezone="UTC"))
        book = make_playbook()
    assert client.get(reverse("intraday-playbook", args=[book.pk])).status_code == 403
    assert "Start" in text(client.get(reverse("intraday-playbooks")))
    assert client.get(reverse("intraday-duty-new", args=["limit"])).status_code == 403


def test_what_is_accepted_from_an_alert_stands_in_its_log(client, short):
    with system_tenant():
        alert = make_alert(short.voice)
        agent = short.north.assignments.order_by("pk").last().agent
    page = client.get(reverse("intraday-alert", args=[alert.pk]))
    url = page.context["options_url"]
    assert url in text(page).replace("&amp;", "&")
    assert f"alert={alert.pk}" in url
    options = client.get(url)
    assert f"alert={alert.pk}" in options.context["list_url"]
    chosen = window(short.voice, alert=alert.pk)
    listed = text(client.get(reverse("intraday-options-list"), chosen))
    assert f'name="alert" value="{alert.pk}"' in listed
    chosen |= {
        "kind": "OVERTIME", "agent": agent.pk,
        "from": "2026-03-02T14:00:00+00:00", "until": "2026-03-02T16:00:00+00:00",
    }  # fmt: skip
    answer = client.post(reverse("intraday-accept"), chosen)
    assert f"alert={alert.pk}" in answer.url
    assert only(Measure).alert_id == alert.pk
    assert "offer overtime" in only(AlertLog, alert=alert, step="ACTION").text
    page = text(client.get(reverse("intraday-alert", args=[alert.pk])))
    assert agent.name in page


@pytest.mark.parametrize("wrong", ["x", "0", "other"])
def test_an_alert_of_another_queue_or_none_is_not_found(client, short, wrong):
    with system_tenant():
        alert = make_alert(short.mail)
    query = window(short.voice, alert=alert.pk if wrong == "other" else wrong)
    assert client.get(reverse("intraday-options"), query).status_code == 404


def test_an_alert_that_is_over_or_about_no_queue_has_no_options(client, short):
    with system_tenant():
        over = make_alert(short.voice, closed_at=NOON, status="CLOSED")
        team = make_alert(team=short.north, kind="TEAM_ADHERENCE")
        below = make_alert(short.mail, kind="BELOW_FORECAST")
    urls = [
        client.get(reverse("intraday-alert", args=[alert.pk])).context["options_url"]
        for alert in (over, team, below)
    ]
    assert urls[:2] == ["", ""]
    assert "aim=free" in urls[2]


def test_a_run_that_nobody_ended_says_so(client, short):
    with system_tenant():
        run = PlaybookRun.objects.create(
            playbook=make_playbook(),
            local_date=NOON.date(),
            started_at=NOON,
            ended_at=NOON,
        )
    for url in (reverse("intraday-playbooks"), reverse("intraday-run", args=[run.pk])):
        assert "not ended by anyone" in text(client.get(url))
