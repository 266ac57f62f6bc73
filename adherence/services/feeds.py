"""Feeds that must be heard: what the marks say of them, folded into heartbeats by the keeper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from django.db import connection

from adherence.models import EventFeed, FeedAgent
from adherence.queries.spoken import agents_of_feeds
from adherence.services.days import mark_days
from adherence.services.event_store import array_text
from adherence.services.marks import LATE_AFTER, Mark, heartbeat_grain

EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86_400
HEARD_SQL = """
UPDATE adherence_eventfeed feed SET last_heard_at = greatest(feed.last_heard_at, to_timestamp(new.heard))
FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, heard) WHERE feed.id = new.id
"""
SEEN_SQL = """
INSERT INTO adherence_feedagent AS old (feed_id, agent_id, first_on, last_on)
SELECT feed, agent, date '1970-01-01' + first, date '1970-01-01' + last
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS new(feed, agent, first, last)
WHERE EXISTS (SELECT 1 FROM adherence_eventfeed WHERE id = feed)
    AND EXISTS (SELECT 1 FROM org_agent WHERE id = agent)
ON CONFLICT (feed_id, agent_id) DO UPDATE SET
    first_on = least(old.first_on, excluded.first_on),
    last_on = greatest(old.last_on, excluded.last_on)
"""
BEAT_SQL = """
INSERT INTO adherence_feedheartbeat (feed_id, heard_at)
SELECT id, to_timestamp(heard) FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, heard)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class FeedInfo:
    """A feed as the admin has set it."""

    pk: int
    limit_seconds: int | None


@dataclass
class FeedBook:
    """The feeds, and the heartbeats lately written, so that each is written once."""

    feeds: Mapping[str, FeedInfo]
    written: dict[int, int] = field(default_factory=dict)
    seen: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """First and last day (since 1970) of events by feed and agent, as they are written."""

    @classmethod
    def read(cls) -> "FeedBook":
        """Read the feeds, and whose events came from them so far."""
        pairs = FeedAgent.objects.values_list("feed_id", "agent_id", "first_on", "last_on")
        return cls(
            feeds=_read_feeds(),
            seen={(feed, agent): (_day(first), _day(last)) for feed, agent, first, last in pairs},
        )

    def reread(self) -> "FeedBook":
        """Read the feeds anew; what only the keeper writes stays known."""
        return replace(self, feeds=_read_feeds())

    def fold(self, marks: Iterable[Mark], *, at: datetime) -> dict[int, list[int]]:
        """Write when feeds were heard; return the new heartbeats of feeds with a limit, by feed.

        What a feed delivers late counts at the time it happened, so it changes the days of all
        agents that the feed speaks for.
        """
        marks = list(marks)
        self._see(marks)
        heard: defaultdict[str, set[int]] = defaultdict(set)
        for mark in marks:
            if mark.heard_seconds and mark.source in self.feeds:
                heard[mark.source].update(mark.heard_seconds)
                self._mark_late(mark, at)
        if not heard:
            return {}
        last = {self.feeds[source].pk: max(seconds) for source, seconds in heard.items()}
        beats: dict[int, list[int]] = {}
        for source, seconds in heard.items():
            feed = self.feeds[source]
            fresh = sorted(set(map(heartbeat_grain, seconds)) - {self.written.get(feed.pk, -1)})
            if feed.limit_seconds is not None and fresh:
                beats[feed.pk] = fresh
                self.written[feed.pk] = fresh[-1]
        with connection.cursor() as cursor:
            cursor.execute(HEARD_SQL, [array_text(last), array_text(last.values())])
            if beats:
                pairs = [(pk, second) for pk, seconds in beats.items() for second in seconds]
                cursor.execute(
                    BEAT_SQL,
                    [array_text(pk for pk, _ in pairs), array_text(second for _, second in pairs)],
                )
        return beats

    def _mark_late(self, mark: Mark, at: datetime) -> None:
        first, last = min(mark.heard_seconds), max(mark.heard_seconds)
        is_late = first < (mark.received_at - LATE_AFTER).timestamp()
        if not is_late or self.feeds[mark.source].limit_seconds is None:
            return
        starts_at, ends_at = (datetime.fromtimestamp(second, UTC) for second in (first, last))
        agents = agents_spoken_for([self.feeds[mark.source].pk], at=at)
        mark_days(spans=[(pk, starts_at, ends_at) for pk in sorted(agents)], at=at)

    def _see(self, marks: Iterable[Mark]) -> None:
        """Write whose events came from which feed, once a day for each."""
        new: dict[tuple[int, int], tuple[int, int]] = {}
        for mark in marks:
            feed = self.feeds.get(mark.source)
            if feed is None:
                continue
            for agent_id, second in zip(mark.agent_ids, mark.since_seconds, strict=True):
                pair, day = (feed.pk, agent_id), second // DAY_SECONDS
                first, last = new.get(pair) or self.seen.get(pair) or (day, day)
                if pair not in self.seen or not first <= day <= last:
                    new[pair] = (min(first, day), max(last, day))
        if not new:
            return
        self.seen |= new
        columns = zip(*((*pair, *days) for pair, days in sorted(new.items())), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(SEEN_SQL, [array_text(column) for column in columns])


def agents_spoken_for(feed_ids: Iterable[int], *, at: datetime) -> set[int]:
    """Return the agents for whom these feeds speak now."""
    return agents_of_feeds(EventFeed.objects.filter(pk__in=list(feed_ids)), at=at)


def _read_feeds() -> dict[str, FeedInfo]:
    rows = EventFeed.objects.values_list("source", "pk", "silence_limit_seconds")
    return {source: FeedInfo(pk, limit) for source, pk, limit in rows}


def _day(day: date) -> int:
    return (day - EPOCH).days
