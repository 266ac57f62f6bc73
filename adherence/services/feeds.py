"""Feeds that must be heard: when they were, and whom that concerns."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Greatest

from adherence.models import AgentLive, EventFeed, FeedHeartbeat
from adherence.services.days import mark_days
from wfm.org.models import AgentSourceKey, StateGroup

LATE_AFTER = timedelta(minutes=2)
HEARTBEAT_GRAIN_SECONDS = 10


def hear(*, source: str, moments: Collection[datetime], received_at: datetime) -> set[int]:
    """Note when a feed was heard, by events or heartbeats; return agents seen again by that.

    What a feed delivers late counts at the time it happened, so it changes the days of all agents
    that the feed speaks for.
    """
    feed = EventFeed.objects.filter(source=source).first() if moments else None
    if feed is None:
        return set()
    EventFeed.objects.filter(pk=feed.pk).update(
        last_heard_at=Greatest(F("last_heard_at"), max(moments))
    )
    if feed.silence_limit_seconds is None:
        return set()
    FeedHeartbeat.objects.bulk_create(
        [FeedHeartbeat(feed=feed, heard_at=moment) for moment in sorted(set(map(_grain, moments)))],
        ignore_conflicts=True,
    )
    agents = AgentSourceKey.objects.filter(source=source)
    if min(moments) < received_at - LATE_AFTER:
        first, last = min(moments), max(moments)
        ids = agents.values_list("agent_id", flat=True).distinct()
        mark_days(spans=[(agent_id, first, last) for agent_id in ids], at=received_at)
    unseen = AgentLive.objects.filter(state_group=StateGroup.UNKNOWN)
    return set(unseen.filter(agent__in=agents.values("agent")).values_list("agent_id", flat=True))


def _grain(moment: datetime) -> datetime:
    """One row in ten seconds is enough: limits are at least thirty."""
    return moment.replace(
        second=moment.second - moment.second % HEARTBEAT_GRAIN_SECONDS, microsecond=0
    )
