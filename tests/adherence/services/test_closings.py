"""Clock-outs by rule: when they come, and what takes them back."""

from datetime import timedelta

import pytest

from adherence.models import ActivityEvent, AdherenceDay, AgentLive, EventKind
from adherence.parsing import MAX_SEQUENCE, parse_event
from adherence.services import close_forgotten, ingest_events, keep_once, recompute_pending
from adherence.services.connectors import retry_cured
from adherence.services.incoming import IncomingEvent
from tests.factories.adherence import make_event
from tests.factories.org import make_activity_code, make_agent


def after(centre, **time):
    return centre.start + timedelta(**time)


def send(centre, uid, occurred_at, *, received_at, kind=EventKind.STATE, code="work", agent=None):
    event = IncomingEvent(
        event_uid=uid,
        agent_id=(agent or centre.agent).pk,
        occurred_at=occurred_at,
        kind=kind,
        code="" if kind in (EventKind.LOGOUT, EventKind.LOGIN) else code,
    )
    return ingest_events(events=[event], source="portal", received_at=received_at)[0].status


def closings():
    found = ActivityEvent.objects.filter(source="rule").order_by("occurred_at")
    return list(found.values_list("occurred_at", flat=True))


@pytest.fixture
def closed(centre):
    """Worked from 09:00, nothing heard since; the rule closed at 21:00, for 17:00."""
    make_event(centre.agent, centre.start, centre.codes["work"], source="portal")
    keep_once(at=after(centre, hours=12))
    assert closings() == [after(centre, hours=8)]
    keep_once(at=after(centre, hours=12, minutes=1))
    assert AgentLive.objects.get(agent=centre.agent).flag == "OFF"
    return centre


def outside_seconds(centre, at):
    keep_once(at=at)
    recompute_pending(at=at)
    day = AdherenceDay.objects.get(agent=centre.agent, operational_date=centre.start.date())
    return day.outside_seconds


def test_a_clock_out_that_was_tapped_offline_takes_the_rules_back(closed):
    """Overtime until 18:00; the phone finds its network again at 22:00."""
    at = after(closed, hours=13)
    send(closed, "out", after(closed, hours=9), received_at=at, kind=EventKind.LOGOUT)
    assert closings() == []
    assert outside_seconds(closed, at) == 3600


def test_taps_of_the_overtime_take_it_back_in_any_order(closed):
    at = after(closed, hours=13)
    send(closed, "out", after(closed, hours=9), received_at=at, kind=EventKind.LOGOUT)
    send(closed, "b", after(closed, hours=8, minutes=30), received_at=at, code="claims")
    assert closings() == []
    assert outside_seconds(closed, at) == 3600


def test_an_activity_that_comes_without_a_clock_out_is_closed_again_later(closed):
    """At 17:30 the agent was still there; four hours after that the rule speaks anew."""
    at = after(closed, hours=12, minutes=20)
    send(closed, "b", after(closed, hours=8, minutes=30), received_at=at)
    assert closings() == []
    keep_once(at=after(closed, hours=12, minutes=29))
    assert closings() == []
    keep_once(at=after(closed, hours=12, minutes=30))
    assert closings() == [after(closed, hours=8, minutes=30)]


def test_the_rule_may_close_at_the_same_moment_again(closed):
    at = after(closed, hours=12, minutes=20)
    send(closed, "b", after(closed, hours=8), received_at=at)
    assert closings() == []
    keep_once(at=at)
    assert closings() == [after(closed, hours=8)]


def test_who_stays_until_late_and_then_clocks_out_was_there(closed):
    """The clock-out comes in time, at 22:30, after the rule has spoken."""
    out = after(closed, hours=13, minutes=30)
    send(closed, "out", out, received_at=out, kind=EventKind.LOGOUT)
    assert closings() == []
    assert outside_seconds(closed, out) == 5.5 * 3600


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (EventKind.LOGIN, 10),  # came back in the evening, told late
        (EventKind.LOGIN, 24),  # the next morning
        (EventKind.STATE, 24),
        (EventKind.LOGOUT, 21),  # a session that ends by itself, in the night
    ],
)
def test_what_says_nothing_of_the_stay_leaves_the_closing(closed, kind, hours):
    occurred_at = after(closed, hours=hours)
    received_at = max(occurred_at, after(closed, hours=13))
    send(closed, "x", occurred_at, received_at=received_at, kind=kind)
    assert closings() == [after(closed, hours=8)]


def test_a_clock_out_after_a_new_clock_in_ends_that_stay_only(closed):
    at = after(closed, hours=13)
    send(closed, "in", after(closed, hours=10), received_at=at, kind=EventKind.LOGIN)
    send(closed, "out", after(closed, hours=11), received_at=at, kind=EventKind.LOGOUT)
    assert closings() == [after(closed, hours=8)]


def test_an_event_that_came_in_time_and_was_cured_later_takes_it_back_too(closed):
    """At 17:30 its code was not known; by 21:30 it is."""
    when = after(closed, hours=8, minutes=30)
    raw = {
        "event_uid": "huddle",
        "agent_key": closed.agent.employee_number,
        "occurred_at": when.isoformat(),
        "code": "huddle",
    }
    ingest_events(events=[parse_event(raw)], source="acd", received_at=when)
    make_activity_code(key="huddle")
    assert retry_cured(at=after(closed, hours=12, minutes=30)) == 1
    assert closings() == []


def test_another_agents_events_take_nothing_back(closed):
    send(
        closed,
        "x",
        after(closed, hours=9),
        received_at=after(closed, hours=13),
        kind=EventKind.LOGOUT,
        agent=closed.stranger,
    )
    assert len(closings()) == 1


def test_without_a_shift_one_tap_is_believed_for_twelve_hours(centre):
    agent = make_agent(team=centre.team)
    make_event(agent, centre.start, centre.codes["work"], source="portal")
    for hours, flag in ((4, "EXTRA"), (11, "EXTRA")):
        keep_once(at=after(centre, hours=hours))
        assert (closings(), AgentLive.objects.get(agent=agent).flag) == ([], flag)
    keep_once(at=after(centre, hours=12))
    assert ActivityEvent.objects.get(source="rule", agent=agent).occurred_at == centre.start
    keep_once(at=after(centre, hours=12, seconds=10))
    assert AgentLive.objects.get(agent=agent).flag == "OFF"


@pytest.mark.parametrize("sequence", [2**31, 2**31 + 7, MAX_SEQUENCE])
def test_the_closing_comes_after_the_last_event_whatever_its_sequence(centre, sequence):
    """The last event lies at the moment of the closing."""
    end = after(centre, hours=8)
    make_event(centre.agent, end, centre.codes["claims"], sequence=sequence)
    at = after(centre, hours=12)
    keep_once(at=at)
    assert closings() == [end]
    keep_once(at=at + timedelta(seconds=10))
    assert AgentLive.objects.get(agent=centre.agent).flag == "OFF"
    assert close_forgotten(at=at + timedelta(seconds=20)) == 0
    assert len(closings()) == 1
