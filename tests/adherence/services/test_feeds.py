"""A silent feed: its agents are unknown, not out."""

from datetime import timedelta

import pytest

from adherence.models import AgentLive, EventFeed, FeedHeartbeat
from adherence.queries import agent_day
from adherence.services import EventKind, IncomingEvent, ingest_events, keep_once
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


def test_heartbeats_are_kept_once_in_ten_seconds(centre, feed):
    hear(centre, 0, 0.05, 0.1, 0.2)
    assert FeedHeartbeat.objects.count() == 2
    feed.refresh_from_db()
    assert feed.last_heard_at == centre.start + timedelta(seconds=12)


def test_a_source_without_a_limit_may_be_silent(centre):
    hear(centre, 0, kind=EventKind.STATE, code="work")
    assert day(centre, 120).adherence_rate == 1.0
    assert FeedHeartbeat.objects.count() == 0
