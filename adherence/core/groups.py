"""State groups: the few words into which every source's states are mapped."""

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class StateGroup(IntEnum):
    """What an agent is doing, as far as the plan cares. The values index the columns of a sweep."""

    AVAILABLE = 0
    HANDLING = 1
    BUSY = 2
    AWAY = 3
    OFFLINE = 4
    UNKNOWN = 5


ON_POSITION = (StateGroup.AVAILABLE, StateGroup.HANDLING)


def accepted_groups(planned: StateGroup, *, is_work: bool, is_paid: bool) -> tuple[StateGroup, ...]:
    """States that fit a planned activity of this group.

    Work is done available or handling. Who is planned away may also be logged off where the time
    is not paid (lunch). Everything else fits itself only; unknown fits nothing.
    """
    if is_work or planned in ON_POSITION:
        return ON_POSITION
    if planned == StateGroup.UNKNOWN:
        return ()
    if planned == StateGroup.OFFLINE or (planned == StateGroup.AWAY and not is_paid):
        return (StateGroup.AWAY, StateGroup.OFFLINE)
    return (planned,)


def group_mask(groups: Iterable[StateGroup]) -> int:
    """One bit per group, so that "does the plan accept this state" is a shift and an and."""
    mask = 0
    for group in groups:
        mask |= 1 << group
    return mask


def accepts_group(masks: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each mask holds its group."""
    return ((masks >> groups) & 1).astype(np.bool_)
