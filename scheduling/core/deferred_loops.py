"""The inner loop of deferred work: slot after slot, the work that is due first."""

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import compiled

TINY = 1e-9


@compiled
def due_first(
    release: NDArray[np.int64],
    due: NDArray[np.int64],
    amounts: NDArray[np.float64],
    capacity: NDArray[np.float64],
    done: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Work left of each class; `done` [class, slot] is filled. Classes come sorted by due time.

    Args:
        release: first slot in which the work is there.
        due: first slot in which it is late.
        amounts: agent-slots of work.
        capacity: agent-slots free in each slot.
        done: filled with the agent-slots worked.
    """
    left = amounts.copy()
    for slot in range(len(capacity)):
        free = capacity[slot]
        for item in range(len(left)):
            if free <= TINY:
                break
            if left[item] <= TINY or release[item] > slot or due[item] <= slot:
                continue
            worked = min(free, left[item])
            done[item, slot] = worked
            left[item] -= worked
            free -= worked
    return left
