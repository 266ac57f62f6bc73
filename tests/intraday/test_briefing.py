"""The daily briefing: when it is due, once per person and day, and what it says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from adherence.models import AdherenceDay, BriefingSent, BriefingSubscription
from adherence.services.playbooks import start_playbook
from tests.board.floors import at, work
from tests.factories import org
from tests.factories.intraday import make_alert, make_playbook
from tests.factories.reporting import make_interval
from wfm.briefing.daily import About, briefing
from wfm.briefing.due import Wish, due_on
from wfm.briefing.mail import send_due, subscribe
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

SEVEN = at(hour=7)


def wish(**changes):
    defaults = {"at_minute": 450, "timezone": "UTC", "weekdays": "0123456", "starts_on": date.min}
    return Wish(**defaults | changes)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "changes", "expected"),
    [
        ("2026-03-02T07:29", {}, None),
        ("2026-03-02T07:30", {}, date(2026, 3, 2)),
        ("2026-03-02T11:29", {}, date(2026, 3, 2)),
        ("2026-03-02T11:30", {}, None),  # too late to be of use
        ("2026-03-01T23:30", {"timezone": "Asia/Shanghai"}, date(2026, 3, 2)),
        ("2026-03-02T07:30", {"weekdays": "123456"}, None),
        ("2026-03-02T07:30", {"starts_on": date(2026, 3, 3)}, None),
        # London leaps over 01:30 on 29 March: it comes with the first minute after it, 02:00 BST
        ("2026-03-29T00:59", {"timezone": "Europe/London", "at_minute": 90}, None),
        ("2026-03-29T01:00", {"timezone": "Europe/London", "at_minute": 90}, date(2026, 3, 29)),
        # and has 01:30 twice on 25 October: both are the same date
        ("2026-10-25T00:30", {"timezone": "Europe/London", "at_minute": 90}, date(2026, 10, 25)),
        ("2026-10-25T01:30", {"timezone": "Europe/London", "at_minute": 90}, date(2026, 10, 25)),
    ],
)
def test_it_is_due_at_a_minute_of_the_local_day(moment, changes, expected):
    assert due_on(wish(**changes), at=utc(moment)) == expected


@pytest.fixture
def person(floors):
    with system_tenant():
        work(floors, floors.north, floors.voice)
        make_interval(floors.voice, at(-1, hour=9), answered=10, within=5)
        user = org.make_user("planner", email="pia@example.com", timezone="UTC")
        subscribe(
            user=user, at_minute=420, timezone="UTC", weekdays="0123456", is_active=True,
            at=at(-1, hour=12),
        )  # fmt: skip
    return user


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_once_though_the_task_runs_twice(person, settings):
    settings.PUBLIC_URL = "https://wfm.example"
    assert send_due(at=SEVEN - timedelta(minutes=1)) == 0
    assert [send_due(at=SEVEN), send_due(at=SEVEN), send_due(at=at(hour=9))] == [1, 0, 0]
    [message] = mail.outbox
    assert (message.to, message.subject) == (["pia@example.com"], "Briefing of Mon 2 Mar 2026")
    assert "Voice" in message.body
    assert "service 50.0" in message.body
    assert "https://wfm.example/briefing/" in message.body
    assert send_due(at=at(1, hour=7)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_has_claimed_is_sent_by_another(person):
    with system_tenant():
        BriefingSent.objects.create(user=person, local_date=at().date(), claimed_at=SEVEN)
    assert send_due(at=SEVEN + timedelta(minutes=14)) == 0
    assert send_due(at=SEVEN + timedelta(minutes=15)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_persons_language_and_one_persons_trouble(person, settings):
    with system_tenant():
        other = org.make_user("planner", language="zh-hans", email="li@example.com")
        subscribe(
            user=other, at_minute=420, timezone="UTC", weekdays="0", is_active=True,
            at=at(-1, hour=12),
        )  # fmt: skip
        BriefingSubscription.objects.filter(user=person).update(timezone="Mars/Olympus")
    assert send_due(at=SEVEN) == 1
    [message] = mail.outbox
    assert (message.to, "2026年3月2日" in message.subject) == (["li@example.com"], True)


@pytest.mark.django_db(transaction=True)
def test_who_may_not_see_it_or_does_not_want_it_gets_none(person):
    with system_tenant():
        agent = org.make_user("agent")
        subscribe(
            user=agent, at_minute=420, timezone="UTC", weekdays="0", is_active=True, at=at(-1)
        )
        subscribe(
            user=person, at_minute=420, timezone="UTC", weekdays="0", is_active=False, at=at(-1)
        )
    assert send_due(at=SEVEN) == 0
    assert mail.outbox == []


@pytest.mark.django_db
def test_who_subscribes_at_noon_gets_the_first_one_tomorrow():
    with system_tenant():
        user = org.make_user("planner")
        row = subscribe(
            user=user, at_minute=420, timezone="UTC", weekdays="01", is_active=True, at=at(hour=12)
        )
        assert row.starts_on == date(2026, 3, 3)
        row = subscribe(
            user=user, at_minute=480, timezone="UTC", weekdays="01", is_active=True, at=at(hour=12)
        )
        assert row.starts_on == date(2026, 3, 3)


@pytest.mark.django_db
def test_it_holds_yesterday_and_today_against_targets(floors):
    with system_tenant():
        agent = work(floors, floors.north, floors.voice)
        make_interval(floors.voice, at(hour=9), answered=10, within=9)
        AdherenceDay.objects.create(
            agent=agent, operational_date=at().date(), scheduled_seconds=1000, out_seconds=250,
            unknown_seconds=0, scheduled_work_seconds=800, worked_seconds=600,
        )  # fmt: skip
        make_alert(floors.voice, at=at(hour=10), outcome="SOLVED")
        make_alert(
            floors.voice, at=at(-1, hour=10), status="CLOSED", closed_at=at(-1, hour=11),
            kind="ABOVE_FORECAST",
        )  # fmt: skip
        found = briefing(principal=SYSTEM, timezone="UTC", at=at(hour=12))
        today = found.today
        [voice] = [line for line in today.queues if line.queue == floors.voice]
        assert (voice.level, voice.goal, voice.is_below, voice.came) == (0.9, 0.8, False, 10)
        assert voice.short_hours == pytest.approx(4)
        assert today.people.adherence_rate == pytest.approx(0.75)
        assert today.people.is_below
        assert today.people.shrinkage_rate == pytest.approx(0.25)
        assert today.people.planned_shrinkage_rate == 0
        assert today.by_kind == [("service at risk", 1, 1)]
        assert today.by_outcome == [("solved by what was done", 1)]
        assert found.yesterday.by_kind == [("volume above forecast", 1, 0)]
        assert found.risks[0].queue == floors.voice
        south = briefing(
            principal=SYSTEM, timezone="UTC", at=at(hour=12), about=About(team=floors.south)
        )
        assert south.today.queues == ()
        assert south.today.people.adherence_rate is None
        site = briefing(
            principal=SYSTEM, timezone="UTC", at=at(hour=12), about=About(site=floors.north.site)
        )
        assert site.today.people.adherence_rate == pytest.approx(0.75)


def people_about(**about):
    found = briefing(principal=SYSTEM, timezone="UTC", at=at(hour=12), about=About(**about))
    return found.today.people


@pytest.mark.django_db
def test_people_are_those_of_the_team_the_site_the_client_and_the_queue_that_day(floors):
    with system_tenant():
        north = work(floors, floors.north, floors.voice)
        mail = work(floors, floors.south, floors.mail)
        free = work(floors, floors.south, None, skills=[floors.voice.skill])
        for agent, out in ((north, 100), (mail, 200), (free, 300)):
            AdherenceDay.objects.create(
                agent=agent, operational_date=at().date(), scheduled_seconds=1000, out_seconds=out
            )
        # They leave the team in a week: today they belong to it.
        north.assignments.update(ends_on=at(7).date())
        assert people_about(team=floors.north).adherence_rate == pytest.approx(0.9)
        assert people_about(site=floors.north.site).adherence_rate == pytest.approx(0.9)
        assert people_about(queue=floors.voice).adherence_rate == pytest.approx(0.8)
        assert people_about(queue=floors.mail).adherence_rate == pytest.approx(0.8)
        assert people_about(client=floors.client).adherence_rate == pytest.approx(0.8)
        assert people_about(client=org.make_client()).adherence_rate is None


@pytest.mark.django_db
def test_an_outage_is_no_shrinkage(floors):
    with system_tenant():
        agent = work(floors, floors.north, floors.voice)
        AdherenceDay.objects.create(
            agent=agent, operational_date=at().date(), scheduled_seconds=28800,
            unknown_seconds=14400, scheduled_work_seconds=28800, unseen_work_seconds=14400,
            worked_seconds=14400,
        )  # fmt: skip
        assert people_about().shrinkage_rate == 0.0


@pytest.mark.django_db
def test_playbooks_are_counted_for_what_they_are_about(floors):
    def runs(**about):
        found = briefing(principal=SYSTEM, timezone="UTC", at=at(hour=12), about=About(**about))
        return found.today.runs

    with system_tenant():
        for scope in ({"queue": floors.voice}, {"team": floors.north}, {}):
            start_playbook(playbook=make_playbook(**scope), by=None, at=at(hour=9))
        assert runs() == 3
        assert runs(queue=floors.voice) == runs(client=floors.client) == 1
        assert runs(team=floors.north) == runs(site=floors.north.site) == 1
        assert runs(queue=floors.mail) == runs(team=floors.south) == 0
        assert runs(client=org.make_client()) == 0
