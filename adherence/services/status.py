"""The state of the live path, from the database and from Redis."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import redis

from adherence.queries.live_status import (
    FeedState,
    QuarantineCount,
    Waiting,
    feed_states,
    quarantine_counts,
    read_waiting,
)
from adherence.queries.retention import oldest_kept
from adherence.services.partitions import Partitions, read_partitions
from adherence.services.pulse import Pulse, read_pulse

BEHIND_AFTER = timedelta(seconds=5)


@dataclass(frozen=True)
class LiveStatus:
    """What the status page shows. `pulse` is None while Redis does not answer."""

    at: datetime
    pulse: Pulse | None
    waiting: Waiting
    feeds: list[FeedState]
    quarantine: list[QuarantineCount]
    partitions: Partitions

    @property
    def keeper_state(self) -> str:
        """`alive`, `behind` when marks lie for long, or `missing` when no keeper is heard."""
        oldest = self.waiting.oldest_mark_at
        if oldest is not None and self.at - oldest > BEHIND_AFTER:
            return "behind" if self.pulse and self.pulse.keeper else "missing"
        return "alive" if self.pulse and self.pulse.keeper else "missing"

    @property
    def is_prepared(self) -> bool:
        """Whether tomorrow's events have a partition."""
        tomorrow = (self.at + timedelta(days=1)).date()
        return tomorrow in self.partitions.days

    @property
    def oldest_kept(self) -> str:
        """The first day whose events are kept."""
        return oldest_kept(self.at).isoformat()


def live_status(*, at: datetime) -> LiveStatus:
    """Return how things stand now."""
    try:
        pulse: Pulse | None = read_pulse(at=at)
    except (redis.RedisError, OSError):
        pulse = None
    return LiveStatus(
        at=at,
        pulse=pulse,
        waiting=read_waiting(),
        feeds=feed_states(at=at),
        quarantine=quarantine_counts(),
        partitions=read_partitions(),
    )
