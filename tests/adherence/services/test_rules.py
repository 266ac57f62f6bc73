"""Rules of intake: log-ins, confirmations, text that cannot be stored, repeats in flight, old events."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from adherence.models import ActivityEvent, AdherenceDay, AgentLive, EventKind, QuarantinedEvent
from adherence.parsing import parse_event
from adherence.queries import agent_day
from adherence.services import (
    EventStatus,
    IncomingEvent,
    ingest_events,
    keep_once,
    recompute_days,
    recompute_pending,
)
from adherence.services.retry import UnableToTake, take_after_all
from tests.factories.adherence import make_codes, make_event
from tests.factories.org import make_agent
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant


def send(centre, *events, at):
    return ingest_events(events=events, source="acd", received_at=at)


def event(centre, minutes, **fields):
    defaults = {"event_uid": f"e{minutes}", "agent_id": centre.agent.pk, "code": "work"}
    moment = centre.start + timedelta(minutes=minutes)
    return IncomingEvent(**{"occurred_at": moment, **defaults, **fields})


def live(centre, minutes):
    keep_once(at=centre.start + timedelta(minutes=minutes))
    return AgentLive.objects.get(agent=centre.agent)


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(10, "work"), (125, "break"), (600, "work")],  # on position, in the break, after the shift
)
def test_a_login_without_code_declares_what_is_planned(centre, minutes, code):
    at = centre.start + timedelta(minutes=minutes)
    send(centre, event(centre, minutes, kind=EventKind.LOGIN, code=""), at=at)
    stored = ActivityEvent.objects.get()
    assert (stored.activity_code.key, stored.kind) == (code, "login")


def test_a_login_without_code_is_kept_aside_where_there_is_no_work_code(centre):
    ActivityCode.objects.update(is_work=False)
    at = centre.start + timedelta(hours=10)
    outcome = send(centre, event(centre, 600, kind=EventKind.LOGIN, code=""), at=at)[0]
    assert (outcome.status, outcome.reason_code) == (EventStatus.QUARANTINED, "unknown_code")


def test_a_confirmation_of_the_same_state_is_no_change(centre):
    send(centre, event(centre, 0), at=centre.start)
    before = live(centre, 30)
    send(centre, event(centre, 31, kind=EventKind.RESYNC), at=centre.start + timedelta(minutes=31))
    after = live(centre, 32)
    assert (after.version, after.state_since) == (before.version, before.state_since)


def test_a_confirmation_of_another_state_is_believed(centre):
    send(centre, event(centre, 0), at=centre.start)
    at = centre.start + timedelta(minutes=31)
    send(centre, event(centre, 31, kind=EventKind.RESYNC, code="break"), at=at)
    found = live(centre, 32)
    assert (found.activity_code.key, found.state_since) == ("break", at)


def test_reason_and_channel_are_kept(centre):
    raw = {
        "event_uid": "e1",
        "agent_key": centre.agent.employee_number,
        "occurred_at": centre.start.isoformat(),
        "code": "break",
        "reason": "Lunch with the team",
        "channel": "voice",
    }
    send(centre, parse_event(raw), at=centre.start)
    stored = ActivityEvent.objects.get()
    assert (stored.reason, stored.channel, stored.raw) == ("Lunch with the team", "voice", raw)


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d", "whole \U0001f600"])
def test_text_that_cannot_be_stored_loses_no_event(centre, text):
    raw = {
        "event_uid": f"uid {text}",
        "agent_key": centre.agent.employee_number,
        "occurred_at": centre.start.isoformat(),
        "code": "work",
        "note": [{text: text}],
    }
    outcomes = send(centre, parse_event(raw), event(centre, 1), at=centre.start)
    assert [outcome.status for outcome in outcomes] == ["accepted", "accepted"]
    assert ActivityEvent.objects.count() == 2


def test_a_state_without_any_event_ends_after_a_month(centre):
    """Nothing has been heard of the agent since; nobody works for 40 days on end."""
    make_event(centre.agent, centre.start - timedelta(days=32), centre.codes["work"])
    make_event(centre.stranger, centre.start - timedelta(days=30), centre.codes["work"])
    at = centre.start + timedelta(hours=1)
    for agent, seconds in ((centre.agent, 3600), (centre.stranger, 0)):
        assert agent_day(agent_id=agent.pk, at=at).out_seconds == seconds


@pytest.mark.django_db(transaction=True)
def test_the_same_event_in_two_transactions_at_once_is_taken_once(redis_client):
    """The second waits for the first to commit, and then knows."""
    with system_tenant():
        make_codes()
        agent = make_agent()
    stored, may_commit = threading.Event(), threading.Event()
    moment = now()
    batch = [
        IncomingEvent(event_uid=uid, agent_id=agent.pk, occurred_at=moment, code="work")
        for uid in ("a", "b", "c")
    ]
    found = {}

    def first():
        with system_tenant():
            found["first"] = ingest_events(events=batch, source="acd", received_at=moment)
            stored.set()
            may_commit.wait(20)
        connection.close()

    def second():
        with system_tenant():
            found["second"] = ingest_events(events=batch[::-1], source="acd", received_at=moment)
        connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    assert stored.wait(20)
    threads[1].start()
    may_commit.set()
    for thread in threads:
        thread.join(30)
    statuses = {name: {outcome.status for outcome in found[name]} for name in found}
    assert statuses == {"first": {"accepted"}, "second": {"duplicate"}}
    with system_tenant():
        assert ActivityEvent.objects.count() == 3


@pytest.fixture
def old(centre):
    """A break of yesterday's shift that comes 40 days late; the day was computed without it."""
    raw = {
        "event_uid": "old",
        "agent_key": centre.agent.employee_number,
        "occurred_at": (centre.start + timedelta(minutes=60)).isoformat(),
        "code": "break",
    }
    make_event(centre.agent, centre.start, centre.codes["work"])
    make_event(centre.agent, centre.start + timedelta(hours=8))
    at = centre.start + timedelta(days=40)
    day = centre.start.date()
    recompute_days(agent_ids=[centre.agent.pk], first_date=day, last_date=day, at=at)
    outcome = send(centre, parse_event(raw), at=at)[0]
    assert outcome.reason_code == "too_old"
    return QuarantinedEvent.objects.get()


def test_an_old_event_is_taken_on_someones_word_and_its_day_corrected(centre, old):
    at = centre.start + timedelta(days=41)
    day = AdherenceDay.objects.filter(agent=centre.agent, operational_date=centre.start.date())
    assert day.get().out_seconds == 15 * 60  # worked through the break
    taken = take_after_all(event=old, reason="The feed was down", taken_by=centre.planner, at=at)
    assert (taken.is_late, taken.received_at) == (True, old.received_at)
    recompute_pending(at=at)
    assert day.get().out_seconds > 15 * 60
    old.refresh_from_db()
    assert (old.resolved_at, old.resolved_by, old.resolution) == (
        at, centre.planner, "The feed was down",
    )  # fmt: skip
    with pytest.raises(UnableToTake, match="refused for their age"):
        take_after_all(event=old, reason="again", taken_by=None, at=at)


def test_an_old_event_cannot_be_taken_twice_or_without_a_reason(centre, old):
    at = centre.start + timedelta(days=41)
    with pytest.raises(UnableToTake, match="Give a reason"):
        take_after_all(event=old, reason=" ", taken_by=None, at=at)
    take_after_all(event=old, reason="x", taken_by=None, at=at)
    again = parse_event(old.raw)
    assert send(centre, again, at=at)[0].status == "duplicate"  # it has been taken meanwhile
    with pytest.raises(UnableToTake, match="refused for their age"), transaction.atomic():
        take_after_all(event=old, reason="x", taken_by=None, at=at)


def test_an_old_event_of_a_day_that_is_gone_cannot_be_taken(centre, old):
    with pytest.raises(UnableToTake, match="no longer kept"):
        take_after_all(event=old, reason="x", taken_by=None, at=centre.start + timedelta(days=69))


def test_an_old_event_with_another_fault_cannot_be_taken(centre, old):
    QuarantinedEvent.objects.update(raw=old.raw | {"code": "no-such-code"})
    with pytest.raises(UnableToTake, match="no activity code"):
        take_after_all(event=old, reason="x", taken_by=None, at=centre.start + timedelta(days=41))
