"""Where hybrid people work: in the office while a desk is free for the whole shift, else at home."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray


def office_days(
    shifts: Iterable[tuple[int, NDArray[np.int64]]],
    *,
    free_desks: NDArray[np.float64],
    days_per_agent: Mapping[int, int],
) -> set[int]:
    """Which of the shifts (agent, present slots) get a desk, by position; `free_desks` is used up.

    Nobody comes in on more days than agreed. Shifts are taken as given: earlier ones first.
    """
    seated: set[int] = set()
    used: dict[int, int] = {}
    for number, (agent, present) in enumerate(shifts):
        if used.get(agent, 0) >= days_per_agent.get(agent, 0) or not len(present):
            continue
        if free_desks[present].min() >= 1:
            free_desks[present] -= 1
            used[agent] = used.get(agent, 0) + 1
            seated.add(number)
    return seated
