"""Whom feeds speak for: by key, and by having delivered events of theirs lately."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db.models import QuerySet

from adherence.core.data import Ints
from adherence.core.states import LASTS_SECONDS
from adherence.models import EventFeed, FeedAgent
from wfm.org.models import AgentSourceKey

ALWAYS = 2**40
SPEAKS_FOR = timedelta(seconds=LASTS_SECONDS)
"""After its last event a feed speaks for an agent as long as that event may last."""


@dataclass(frozen=True)
class Spoken:
    """The agents of one feed, ascending, and from when until when it speaks for each, in seconds."""

    agent: Ints
    begins: Ints
    ends: Ints

    def times(self, silences: Ints) -> tuple[Ints, Ints]:
        """Begin and end for each agent and silence, agent by agent."""
        return np.repeat(self.begins, len(silences)), np.repeat(self.ends, len(silences))


def spoken_for(ids: Ints) -> dict[int, Spoken]:
    """Return by feed which of these agents (ascending ids) it speaks for, as places in `ids`."""
    spans: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    seen = FeedAgent.objects.filter(agent__in=ids.tolist())
    for feed_id, agent_id, first_on, last_on in seen.values_list(
        "feed_id", "agent_id", "first_on", "last_on"
    ):
        ends_on = last_on + SPEAKS_FOR + timedelta(days=1)
        spans[feed_id][agent_id] = (_second(first_on), _second(ends_on))
    sources = dict(EventFeed.objects.values_list("source", "pk"))
    keys = AgentSourceKey.objects.filter(agent__in=ids.tolist(), source__in=sources)
    for agent_id, source in keys.values_list("agent_id", "source").distinct():
        spans[sources[source]][agent_id] = (0, ALWAYS)
    found = {}
    for feed_id, own in spans.items():
        agents = sorted(own)
        times = np.array([own[agent_id] for agent_id in agents], np.int64)
        found[feed_id] = Spoken(
            np.searchsorted(ids, np.array(agents)), begins=times[:, 0], ends=times[:, 1]
        )
    return found


def agents_of_feeds(feeds: QuerySet[EventFeed], *, at: datetime) -> set[int]:
    """Return the agents for whom any of these feeds speaks at that moment."""
    lately = _agents_lately(feeds, at).values_list("agent_id", flat=True)
    return {*lately, *_keys(feeds).values_list("agent_id", flat=True)}


def _agents_lately(feeds: QuerySet[EventFeed], at: datetime) -> QuerySet[FeedAgent]:
    today = at.astimezone(UTC).date()
    return FeedAgent.objects.filter(
        feed__in=feeds, first_on__lte=today, last_on__gte=today - SPEAKS_FOR
    )


def _keys(feeds: QuerySet[EventFeed]) -> QuerySet[AgentSourceKey]:
    return AgentSourceKey.objects.filter(source__in=feeds.values("source"))


def feeds_by_agent(agent_ids: Collection[int], *, at: datetime) -> dict[int, tuple[int, ...]]:
    """Return the feeds that speak for each agent at that moment, ascending."""
    if not agent_ids:
        return {}
    ids = np.unique(np.fromiter(agent_ids, np.int64))
    second = int(at.timestamp())
    found: dict[int, tuple[int, ...]] = {}
    for feed_id, spoken in sorted(spoken_for(ids).items()):
        for agent_id in ids[
            spoken.agent[(spoken.begins <= second) & (spoken.ends > second)]
        ].tolist():
            found[agent_id] = (*found.get(agent_id, ()), feed_id)
    return found


def _second(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp())
