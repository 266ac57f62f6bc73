"""A silent feed says nothing: its agents are unknown, not out of adherence."""

import numpy as np

from adherence.core.data import Ints


def feed_silences(*, heard_at: Ints, limit_seconds: int, until: int) -> tuple[Ints, Ints]:
    """Starts and ends of the stretches in which a feed was silent for longer than its limit.

    `heard_at` are the moments of its events and heartbeats, sorted. A silence begins when the
    limit has passed, not when the feed was last heard, and ends when it is heard again or at
    `until`. Events that were delivered late count at the time they occurred and so fill it in.
    """
    if limit_seconds <= 0:
        raise ValueError(f"Expected limit_seconds > 0, got {limit_seconds}.")
    heard = heard_at[heard_at < until]
    if len(heard) == 0:
        empty = np.empty(0, np.int64)
        return empty, empty
    ends = np.append(heard[1:], until)
    starts = heard + limit_seconds
    silent = starts < ends
    return starts[silent], ends[silent]
