"""A queue simulated contact by contact: what the demo's waits and abandonments come from. Pure.

Arrivals, handling times and patience are given; agents change at given moments. First come, first
served; who waits longer than their patience leaves; an agent whose duty ends finishes the contact in
hand. With Poisson arrivals and exponential patience this is M(t)/G/n(t)+M.
"""

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Contacts:
    """Contacts in order of arrival; times in seconds on one axis, patience may be infinite."""

    arrived: Floats
    handle_seconds: Floats
    patience_seconds: Floats

    def __post_init__(self) -> None:
        if not len(self.arrived) == len(self.handle_seconds) == len(self.patience_seconds):
            msg = "Expected arrivals, handling times and patience of the same length."
            raise ValueError(msg)
        if np.any(np.diff(self.arrived) < 0):
            msg = "Expected contacts in order of arrival."
            raise ValueError(msg)


@dataclass(frozen=True)
class Duty:
    """Agents on duty: `agents[i]` from `starts[i]` on; none before the first start."""

    starts: Floats
    agents: Counts


@dataclass(frozen=True)
class Outcomes:
    """What became of each contact: seconds waited, and whether it was answered or left."""

    wait_seconds: Floats
    answered: NDArray[np.bool_]


class _Line:
    """The running state: who waits, who is being served until when, how many agents there are."""

    def __init__(self, contacts: Contacts) -> None:
        self.arrived = contacts.arrived.tolist()
        self.handle_seconds = contacts.handle_seconds.tolist()
        self.leaves = (contacts.arrived + contacts.patience_seconds).tolist()
        self.started = [np.nan] * len(self.arrived)
        self.waiting: deque[int] = deque()
        self.busy_until: list[float] = []
        self.agents = 0

    def finish_until(self, moment: float) -> None:
        """Complete what ends by the moment and start the next in line each time."""
        while self.busy_until and self.busy_until[0] <= moment:
            self.start_waiting(heappop(self.busy_until))

    def start_waiting(self, moment: float) -> None:
        """Start contacts in line while an agent is free; who has left is passed over."""
        while self.waiting and len(self.busy_until) < self.agents:
            contact = self.waiting.popleft()
            if self.leaves[contact] >= moment:
                self._start(contact, moment)

    def set_agents(self, agents: int, moment: float) -> None:
        """Change the agents on duty."""
        self.finish_until(moment)
        self.agents = agents
        self.start_waiting(moment)

    def arrive(self, contact: int) -> None:
        """Serve the contact at once or put it in line."""
        moment = self.arrived[contact]
        self.finish_until(moment)
        if len(self.busy_until) < self.agents:
            self._start(contact, moment)
        else:
            self.waiting.append(contact)

    def _start(self, contact: int, moment: float) -> None:
        self.started[contact] = moment
        heappush(self.busy_until, moment + self.handle_seconds[contact])


def simulate(contacts: Contacts, duty: Duty) -> Outcomes:
    """Run the queue to its end and return each contact's outcome.

    A contact that is neither answered nor out of patience when the last agent has left for good
    counts as unanswered with its patience (or infinity) as wait.
    """
    line = _Line(contacts)
    changes = list(zip(duty.starts.tolist(), duty.agents.tolist(), strict=True))
    next_change = 0
    for contact, moment in enumerate(line.arrived):
        while next_change < len(changes) and changes[next_change][0] <= moment:
            line.set_agents(changes[next_change][1], changes[next_change][0])
            next_change += 1
        line.arrive(contact)
    for starts, agents in changes[next_change:]:
        line.set_agents(agents, starts)
    line.finish_until(np.inf)
    started = np.array(line.started, dtype=np.float64)
    answered = ~np.isnan(started)
    waits = np.where(answered, started - contacts.arrived, contacts.patience_seconds)
    return Outcomes(wait_seconds=waits, answered=answered)
