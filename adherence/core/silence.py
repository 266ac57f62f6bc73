"""A silent feed says nothing: its agents are unknown, not out of adherence."""

import numpy as np

from adherence.core.data import Ints

NOT_AGAIN = -1
"""In place of the next moment: the feed has not been heard again."""


def feed_silences(
    *, heard_at: Ints, next_heard_at: Ints, limit_seconds: Ints, until: int
) -> tuple[Ints, Ints]:
    """Starts and ends of the stretches in which feeds were silent for longer than their limit.

    Each row is a moment at which a feed was heard and the next such moment. A silence begins when
    the limit has passed, not when the feed was last heard, and ends when it is heard again or at
    `until`. A row without silence has an end that is not after its start.
    """
    if (limit_seconds <= 0).any():
        raise ValueError(f"Expected limit_seconds > 0, got {limit_seconds.min()}.")
    again = np.where(next_heard_at == NOT_AGAIN, until, next_heard_at)
    starts_at = heard_at + limit_seconds
    return starts_at, np.maximum(np.minimum(again, until), starts_at)
