"""From declared activity codes to state points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints, StatePoints, SweepDataError
from adherence.core.groups import StateGroup

CLOCKED_OUT = -1
"""In place of a code: the agent has clocked out."""
LASTS_SECONDS = 31 * 86_400
"""So long a state lasts without any event; then the agent is offline, whatever was declared."""


@dataclass(frozen=True)
class CodeStates:
    """Per activity code its group, its limit (0: none) and whether it is work on position.

    A work code of group busy is after-contact work: handling within its limit, busy beyond it.
    """

    group: Ints
    limit_seconds: Ints
    is_work: NDArray[np.bool_]

    @property
    def is_after_work(self) -> NDArray[np.bool_]:
        """Handling first, busy beyond the limit."""
        return np.asarray((self.group == StateGroup.BUSY) & self.is_work)


@dataclass(frozen=True)
class DeclaredStates:
    """State points with the code that was declared (CLOCKED_OUT: none) and since when it holds."""

    points: StatePoints
    code: Ints
    code_since: Ints


def declared_states(
    *, agent: Ints, at: Ints, code: Ints, codes: CodeStates, until: int | None = None
) -> DeclaredStates:
    """Turn events in their order into states.

    The last event of a second decides it; a code declared again goes on; after-contact work
    becomes busy at its limit; a state ends by itself `LASTS_SECONDS` after its last event (after
    an agent's last one only where that is before `until`).
    """
    backwards = (agent[1:] < agent[:-1]) | ((agent[1:] == agent[:-1]) & (at[1:] < at[:-1]))
    if backwards.any():
        row = int(np.flatnonzero(backwards)[0]) + 1
        raise SweepDataError(f"Expected events sorted by agent and time; row {row} is not.")
    last = np.ones(len(agent), np.bool_)
    last[:-1] = (agent[1:] != agent[:-1]) | (at[1:] != at[:-1])
    agent, at, code = _ended(agent[last], at[last], code[last], until)
    begins = np.ones(len(agent), np.bool_)
    begins[1:] = (agent[1:] != agent[:-1]) | (code[1:] != code[:-1])
    agent, at, code = agent[begins], at[begins], code[begins]
    ends_at = np.full(len(agent), np.iinfo(np.int64).max)
    ends_at[:-1] = np.where(agent[1:] == agent[:-1], at[1:], ends_at[:-1])
    declared = code != CLOCKED_OUT
    group = np.full(len(agent), int(StateGroup.OFFLINE))
    group[declared] = codes.group[code[declared]]
    after_work = np.zeros(len(agent), np.bool_)
    after_work[declared] = codes.is_after_work[code[declared]]
    limit = np.zeros(len(agent), np.int64)
    limit[declared] = codes.limit_seconds[code[declared]]
    group[after_work] = StateGroup.HANDLING
    too_long = np.flatnonzero(after_work & (limit > 0) & (at + limit < ends_at))
    agent = np.concatenate([agent, agent[too_long]])
    since = np.concatenate([at, at[too_long]])
    at = np.concatenate([at, at[too_long] + limit[too_long]])
    code = np.concatenate([code, code[too_long]])
    group = np.concatenate([group, np.full(len(too_long), int(StateGroup.BUSY))])
    order = np.lexsort((at, agent))
    return DeclaredStates(
        points=StatePoints(agent=agent[order], at=at[order], group=group[order]),
        code=code[order],
        code_since=since[order],
    )


def _ended(agent: Ints, at: Ints, code: Ints, until: int | None) -> tuple[Ints, Ints, Ints]:
    """The events with a clock-out wherever a state has had no event for too long."""
    following = at.copy() if until is None else np.full(len(agent), until)
    following[:-1] = np.where(agent[1:] == agent[:-1], at[1:], following[:-1])
    over = np.flatnonzero((code != CLOCKED_OUT) & (following - at > LASTS_SECONDS))
    if len(over) == 0:
        return agent, at, code
    places = over + 1
    return (
        np.insert(agent, places, agent[over]),
        np.insert(at, places, at[over] + LASTS_SECONDS),
        np.insert(code, places, CLOCKED_OUT),
    )
