"""A silent feed: its agents are unknown, not out."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from adherence.models import AgentLive, EventFeed, FeedAgent, FeedHeartbeat
from adherence.queries import agent_day
from adherence.services import (
    EventKind,
    IncomingEvent,
    Keeper,
    ingest_events,
    keep_once,
    recompute_days,
)
from wfm.org.models import AgentSourceKey


@pytest.fixture
def feed(centre):
    feed = EventFeed.objects.create(source="acd", silence_limit_seconds=120)
    AgentSourceKey.objects.create(
        agent=centre.agent, source="acd", key=centre.agent.employee_number
    )
    return feed


def hear(centre, *moments, kind=EventKind.HEARTBEAT, code="", received_at=None):
    events = [
        IncomingEvent(
            event_uid=f"{kind}-{minutes}",
            agent_key=centre.agent.employee_number,
            occurred_at=centre.start + timedelta(minutes=minutes),
            kind=kind,
            code=code,
        )
        for minutes in moments
    ]
    received_at = received_at or max(event.occurred_at for event in events)
    ingest_events(events=events, source="acd", received_at=received_at)
    keep_once(at=received_at)


def flag_at(centre, minutes):
    keep_once(at=centre.start + timedelta(minutes=minutes))
    return AgentLive.objects.get(agent=centre.agent).flag


def day(centre, minutes):
    return agent_day(agent_id=centre.agent.pk, at=centre.start + timedelta(minutes=minutes))


def test_an_agent_of_a_silent_feed_is_unknown(centre, feed):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    assert flag_at(centre, 1) == "IN"
    assert flag_at(centre, 2) == "UNKNOWN"
    hear(centre, 10)
    assert flag_at(centre, 17) == "UNKNOWN"


def test_silence_is_neither_in_nor_out(centre, feed):
    hear(centre, 0, kind=EventKind.STATE, code="break")  # out, as far as it is seen
    hear(centre, 2, 4, 6)
    hear(centre, 20)
    found = day(centre, 20)
    assert (found.scheduled_seconds, found.out_seconds, found.unknown_seconds) == (1200, 480, 720)
    assert found.adherence_rate == 0.0


def test_what_the_feed_delivers_late_fills_the_silence_in(centre, feed):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    hear(centre, 20)
    assert day(centre, 20).unknown_seconds == 18 * 60
    received_at = centre.start + timedelta(minutes=21)
    hear(centre, *range(2, 20, 2), received_at=received_at)
    found = day(centre, 20)
    assert (found.unknown_seconds, found.adherence_rate) == (0, 1.0)


def test_an_agent_whom_the_feed_does_not_speak_for_is_not_touched(centre, feed):
    hear(centre, 0)
    found = agent_day(agent_id=centre.stranger.pk, at=centre.start + timedelta(hours=1))
    assert (found.unknown_seconds, found.out_seconds) == (0, 3600)


@pytest.fixture
def unkeyed(centre):
    """A feed that must be heard and calls agents by their employee number."""
    return EventFeed.objects.create(source="acd", silence_limit_seconds=120)


def test_a_feed_speaks_for_agents_whom_it_calls_by_number(centre, unkeyed):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    assert flag_at(centre, 1) == "IN"
    assert flag_at(centre, 2) == "UNKNOWN"
    assert flag_at(centre, 60) == "UNKNOWN"
    found = day(centre, 60)
    assert (found.out_seconds, found.unknown_seconds) == (0, 58 * 60)
    hear(centre, 61)
    assert flag_at(centre, 61) == "IN"
    other = agent_day(agent_id=centre.stranger.pk, at=centre.start + timedelta(hours=1))
    assert (other.unknown_seconds, other.out_seconds) == (0, 3600)


def test_a_keeper_that_runs_learns_for_whom_a_feed_speaks(centre, unkeyed):
    keeper = Keeper()
    keeper.step(at=centre.start)
    event = IncomingEvent(
        event_uid="1",
        agent_key=centre.agent.employee_number,
        occurred_at=centre.start,
        code="work",
    )
    ingest_events(events=[event], source="acd", received_at=centre.start)
    keeper.step(at=centre.start)
    keeper.reread(at=centre.start + timedelta(seconds=15))
    keeper.step(at=centre.start + timedelta(minutes=3))
    assert AgentLive.objects.get(agent=centre.agent).flag == "UNKNOWN"


def test_a_feed_that_an_agent_has_left_speaks_for_them_no_more(centre, unkeyed):
    """Its last event of the agent is older than the longest state; another source has followed."""
    hear(centre, 0, kind=EventKind.STATE, code="work")
    seen = FeedAgent.objects.get()
    assert (seen.first_on, seen.last_on) == (centre.start.date(), centre.start.date())
    seen.first_on = seen.last_on = centre.start.date() - timedelta(days=32)
    seen.save()
    assert flag_at(centre, 60) == "IN"
    found = day(centre, 60)
    assert (found.out_seconds, found.unknown_seconds) == (0, 0)
    seen.last_on = centre.start.date() - timedelta(days=31)
    seen.save()
    assert flag_at(centre, 60) == "UNKNOWN"


def test_the_first_and_last_day_of_events_are_kept(centre, unkeyed):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    hear(centre, 24 * 60 * 2, kind=EventKind.STATE, code="work")
    later = centre.start + timedelta(days=2)
    hear(centre, -24 * 60, kind=EventKind.STATE, code="work", received_at=later)
    seen = FeedAgent.objects.get()
    days = [(one - centre.start.date()).days for one in (seen.first_on, seen.last_on)]
    assert days == [-1, 2]


def test_silence_by_number_agrees_with_the_multiranges(centre, unkeyed):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    hear(centre, 30, kind=EventKind.STATE, code="break")
    at = centre.start + timedelta(days=2)
    recompute_days(
        agent_ids=[centre.agent.pk, centre.stranger.pk],
        first_date=centre.start.date(),
        last_date=centre.start.date(),
        at=at,
    )
    call_command("check_adherence", str(centre.start.date()), str(centre.start.date()))


def test_heartbeats_are_kept_once_in_ten_seconds(centre, feed):
    hear(centre, 0, 0.05, 0.1, 0.2)
    assert FeedHeartbeat.objects.count() == 2
    feed.refresh_from_db()
    assert feed.last_heard_at == centre.start + timedelta(seconds=12)


def test_a_source_without_a_limit_may_be_silent(centre):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    assert day(centre, 120).adherence_rate == 1.0
    assert FeedHeartbeat.objects.count() == 0
