"""Feeds that must be heard: what the marks say of them, folded into heartbeats by the keeper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection

from adherence.models import EventFeed
from adherence.services.days import mark_days
from adherence.services.event_store import array_text
from adherence.services.marks import LATE_AFTER, Mark, heartbeat_grain
from wfm.org.models import AgentSourceKey

HEARD_SQL = """
UPDATE adherence_eventfeed feed SET last_heard_at = greatest(feed.last_heard_at, to_timestamp(new.heard))
FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, heard) WHERE feed.id = new.id
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

    @classmethod
    def read(cls) -> "FeedBook":
        """Read the feeds."""
        rows = EventFeed.objects.values_list("source", "pk", "silence_limit_seconds")
        return cls(feeds={source: FeedInfo(pk, limit) for source, pk, limit in rows})

    def fold(self, marks: Iterable[Mark], *, at: datetime) -> dict[int, list[int]]:
        """Write when feeds were heard; return the new heartbeats of feeds with a limit, by feed.

        What a feed delivers late counts at the time it happened, so it changes the days of all
        agents that the feed speaks for.
        """
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
        agents = AgentSourceKey.objects.filter(source=mark.source).values_list(
            "agent_id", flat=True
        )
        mark_days(spans=[(pk, starts_at, ends_at) for pk in agents.distinct()], at=at)


def agents_spoken_for(feed_ids: Iterable[int]) -> set[int]:
    """Return the agents with a key in these feeds' sources."""
    sources = EventFeed.objects.filter(pk__in=list(feed_ids)).values("source")
    keys = AgentSourceKey.objects.filter(source__in=sources)
    return set(keys.values_list("agent_id", flat=True))
