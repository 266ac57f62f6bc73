"""The floor contact by contact: who takes which call, chat or item, and who gives up waiting. Pure.

One run gives both what agents do (available, on a contact, wrapping up, on a break) and what customers
met (waits, abandonments, items done). It goes strictly forward in time: what happens until a moment
depends on nothing that lies after it, so that a plan changed at noon leaves the morning as it was.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heapify, heappop, heappush

import numpy as np

from wfm.demo.queueing import Contacts, Outcomes

HANDLING = "handling"
AFTER_WORK = "after-work"


@dataclass(frozen=True)
class Position:
    """Where an agent really is in [starts, ends) (epoch seconds); `queues`: whose work is taken."""

    agent_number: str
    starts: float
    ends: float
    code: str
    queues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A live queue: its contacts, in order of arrival, and how an agent works on them."""

    key: str
    contacts: Contacts
    after_share: float
    concurrency: int = 1


@dataclass(frozen=True)
class Task:
    """An item of a deferred queue that may be worked on from `ready` on; the earliest due goes first."""

    queue: str
    reference: str
    ready: float
    due: float
    touch_seconds: float


@dataclass(frozen=True)
class StateChange:
    """From this whole second on the agent is in `code`; None: clocked out."""

    second: int
    agent_number: str
    code: str | None


@dataclass(frozen=True)
class FloorRun:
    """What happened: states in order of time, outcomes by live queue, the moment each item was done."""

    changes: tuple[StateChange, ...]
    outcomes: Mapping[str, Outcomes]
    done: Mapping[tuple[str, str], float]


class _Kind(IntEnum):
    """What is due; at the same moment in this order."""

    TALK_ENDS = 0
    AFTER_ENDS = 1
    MOVE = 2
    CONTACT = 3
    TASK = 4


@dataclass
class _Agent:
    """Where the agent should be, whose work is in hand, and how many contacts are in which part."""

    number: str
    code: str | None = None
    queues: tuple[str, ...] = ()
    in_hand: str | None = None
    talking: int = 0
    wrapping: int = 0

    @property
    def active(self) -> int:
        return self.talking + self.wrapping

    @property
    def state(self) -> str | None:
        if self.talking:
            return HANDLING
        return AFTER_WORK if self.wrapping else self.code


@dataclass
class _LiveState:
    """Who waits for a live queue and what became of those who came."""

    line: Line
    arrived: list[float]
    handle_seconds: list[float]
    leaves: list[float]
    started: list[float]
    waiting: deque[int] = field(default_factory=deque)

    @classmethod
    def of(cls, line: Line) -> "_LiveState":
        contacts = line.contacts
        return cls(
            line,
            contacts.arrived.tolist(),
            contacts.handle_seconds.tolist(),
            (contacts.arrived + contacts.patience_seconds).tolist(),
            [np.nan] * len(contacts.arrived),
        )

    def first_waiting(self, moment: float) -> int | None:
        """Return who has waited longest; those who have left are passed over."""
        while self.waiting:
            contact = self.waiting[0]
            if self.leaves[contact] >= moment:
                return contact
            self.waiting.popleft()
        return None

    def outcomes(self) -> Outcomes:
        """Who was never served has left when patience was over."""
        started = np.array(self.started, dtype=np.float64)
        answered = ~np.isnan(started)
        contacts = self.line.contacts
        waits = np.where(answered, started - contacts.arrived, contacts.patience_seconds)
        return Outcomes(wait_seconds=waits, answered=answered)


def run_floor(
    positions: Sequence[Position], lines: Sequence[Line], tasks: Sequence[Task]
) -> FloorRun:
    """Let the agents at these positions serve the contacts and items; return what happened."""
    return _Floor(positions, lines, tasks).run()


class _Floor:
    """The running state; free agents of a queue are kept in the order in which they became free."""

    def __init__(
        self, positions: Sequence[Position], lines: Sequence[Line], tasks: Sequence[Task]
    ) -> None:
        self.live = {line.key: _LiveState.of(line) for line in lines}
        self.tasks = tasks
        self.open: dict[str, list[tuple[float, str, int]]] = {}
        self.free: dict[str, dict[str, None]] = {}
        self.agents: dict[str, _Agent] = {}
        self.changes: list[StateChange] = []
        self.done: dict[tuple[str, str], float] = {}
        self.moves = _moves(positions)
        self.due: list[tuple[float, int, int, object]] = [
            (at, _Kind.MOVE, number, None) for number, (at, *_) in enumerate(self.moves)
        ]
        self.due += [
            (at, _Kind.CONTACT, number, key)
            for key, state in self.live.items()
            for number, at in enumerate(state.arrived)
        ]
        self.due += [(task.ready, _Kind.TASK, number, None) for number, task in enumerate(tasks)]
        self.sequence = len(self.due)
        # No two agree in kind, number and queue, and queues are texts: a total order.
        self.due = [(at, kind, number, what or "") for at, kind, number, what in self.due]
        heapify(self.due)

    def run(self) -> FloorRun:
        while self.due:
            moment, kind, number, what = heappop(self.due)
            if kind == _Kind.MOVE:
                _, agent_number, code, queues = self.moves[number]
                self._move(agent_number, code, queues, moment)
            elif kind == _Kind.CONTACT:
                self._arrive(str(what), number, moment)
            elif kind == _Kind.TASK:
                self._add_task(number, moment)
            elif kind == _Kind.TALK_ENDS:
                self._end_talk(what, moment)
            else:
                self._end_after(what, moment)
        return FloorRun(
            _tidy(self.changes),
            {key: state.outcomes() for key, state in self.live.items()},
            self.done,
        )

    def _move(self, number: str, code: str | None, queues: tuple[str, ...], moment: float) -> None:
        """Go to the next position; with a contact in hand only after it, and no other is taken."""
        agent = self.agents.setdefault(number, _Agent(number))
        self._leave_free(agent)
        agent.code, agent.queues = code, queues
        self._settle(agent, moment)

    def _settle(self, agent: _Agent, moment: float) -> None:
        """Take work that waits as long as there is room, or stand by; then say the state."""
        while self._take(agent, moment):
            pass
        if self._has_room(agent):
            for key in agent.queues:
                if agent.in_hand in {None, key}:
                    self.free.setdefault(key, {})[agent.number] = None
        self._say(agent, moment)

    def _has_room(self, agent: _Agent) -> bool:
        if agent.active == 0:
            return True
        state = self.live.get(agent.in_hand or "")
        return (
            state is not None
            and state.line.key in agent.queues
            and agent.active < state.line.concurrency
        )

    def _take(self, agent: _Agent, moment: float) -> bool:
        """Take the contact that has waited longest, or else the item that is due first."""
        if not self._has_room(agent):
            return False
        found: tuple[float, str, int] | None = None
        for key in agent.queues:
            state = self.live.get(key)
            if state is None or agent.in_hand not in {None, key}:
                continue
            contact = state.first_waiting(moment)
            if contact is not None and (found is None or state.arrived[contact] < found[0]):
                found = (state.arrived[contact], key, contact)
        if found is not None:
            self.live[found[1]].waiting.popleft()
            self._start_contact(agent, found[1], found[2], moment)
            return True
        return agent.active == 0 and self._start_task(agent, moment)

    def _arrive(self, key: str, contact: int, moment: float) -> None:
        """Give the contact to who has been free longest, or put it in line."""
        free = self.free.get(key)
        if not free:
            self.live[key].waiting.append(contact)
            return
        agent = self.agents[next(iter(free))]
        self._leave_free(agent)
        self._start_contact(agent, key, contact, moment)
        self._settle(agent, moment)

    def _add_task(self, number: int, moment: float) -> None:
        task = self.tasks[number]
        heappush(self.open.setdefault(task.queue, []), (task.due, task.reference, number))
        free = self.free.get(task.queue)
        if free:
            agent = self.agents[next(iter(free))]
            self._leave_free(agent)
            self._settle(agent, moment)

    def _start_contact(self, agent: _Agent, key: str, contact: int, moment: float) -> None:
        state = self.live[key]
        state.started[contact] = moment
        self._start(agent, key, state.handle_seconds[contact], state.line.after_share, moment)

    def _start_task(self, agent: _Agent, moment: float) -> bool:
        waiting = [self.open[key] for key in agent.queues if self.open.get(key)]
        if not waiting:
            return False
        _, _, number = heappop(min(waiting))
        task = self.tasks[number]
        self._start(agent, task.queue, task.touch_seconds, 0.0, moment)
        self.done[task.queue, task.reference] = moment + task.touch_seconds
        return True

    def _start(
        self, agent: _Agent, key: str, seconds: float, after_share: float, moment: float
    ) -> None:
        agent.in_hand = key
        agent.talking += 1
        self.sequence += 1
        after = seconds * after_share
        heappush(
            self.due,
            (moment + seconds - after, _Kind.TALK_ENDS, self.sequence, (agent.number, after)),
        )

    def _end_talk(self, what: object, moment: float) -> None:
        assert isinstance(what, tuple)
        number, after = what
        agent = self.agents[number]
        agent.talking -= 1
        agent.wrapping += 1
        if after == 0.0:
            self._end_after(number, moment)
            return
        self.sequence += 1
        heappush(self.due, (moment + after, _Kind.AFTER_ENDS, self.sequence, number))
        self._say(agent, moment)

    def _end_after(self, what: object, moment: float) -> None:
        agent = self.agents[str(what)]
        agent.wrapping -= 1
        if agent.active == 0:
            agent.in_hand = None
        self._leave_free(agent)
        self._settle(agent, moment)

    def _leave_free(self, agent: _Agent) -> None:
        for key in agent.queues:
            self.free.get(key, {}).pop(agent.number, None)

    def _say(self, agent: _Agent, moment: float) -> None:
        self.changes.append(StateChange(int(moment), agent.number, agent.state))


def _moves(
    positions: Sequence[Position],
) -> list[tuple[float, str, str | None, tuple[str, ...]]]:
    """Return the moments at which agents go somewhere else; between two positions they are out."""
    ordered = sorted(positions, key=lambda one: (one.agent_number, one.starts))
    moves: list[tuple[float, str, str | None, tuple[str, ...]]] = []
    for place, one in enumerate(ordered):
        moves.append((one.starts, one.agent_number, one.code, one.queues))
        after = ordered[place + 1] if place + 1 < len(ordered) else None
        if after is None or after.agent_number != one.agent_number or after.starts > one.ends:
            moves.append((one.ends, one.agent_number, None, ()))
    return sorted(moves, key=lambda move: (move[0], move[1], move[2] is not None))


def _tidy(changes: Sequence[StateChange]) -> tuple[StateChange, ...]:
    """Keep an agent's last state of each second, where it is another than the one before."""
    last_of_second = {(change.second, change.agent_number): change for change in changes}
    state: dict[str, str | None] = {}
    kept = []
    for change in sorted(last_of_second.values(), key=lambda one: (one.second, one.agent_number)):
        if state.get(change.agent_number) != change.code:
            state[change.agent_number] = change.code
            kept.append(change)
    return tuple(kept)
