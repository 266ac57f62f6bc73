"""Deferred work done by whoever is not needed live, and what one more person is worth to it.

Work waits between its release and its due time. Where all of it is of one skill and equally dear, doing first
what is due first leaves the least undone (F. Glover, Maximum matching in a convex bipartite graph, Naval
Research Logistics Quarterly 14 (1967), pp. 313-316). Otherwise a linear programme decides: work of class c in
slot t at most what is released and not yet due, and for every set of skills at most the people with one of
them who are not busy live (P. Hall, On representatives of subsets, J. London Math. Soc. 10 (1935), pp. 26-30).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from scheduling.core.coverage import WHOLE, linked_skills
from scheduling.core.data import DeferredWork, ScheduleData
from scheduling.core.deferred_loops import due_first

FloatArray = NDArray[np.float64]
MOST_VARIABLES = 200_000
TINY = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class DeferredPlan:
    """What of the deferred work is done when."""

    done: Mapping[str, FloatArray] = field(default_factory=dict)
    """Per skill the agent-slots worked in each slot."""
    by_class: tuple[FloatArray, ...] = ()
    """The same per piece of work, in the order of the data."""
    late: tuple[float, ...] = ()
    """Agent-slots of each piece of work that are not done by its due time."""
    is_exact: bool = True
    """Not one agent-slot less could be late (or dear) with these people."""

    def late_cost(self, work: Sequence[DeferredWork]) -> float:
        """Money for what is late."""
        return float(sum(w.late_cost * late for w, late in zip(work, self.late, strict=True)))

    def worked(self) -> float:
        """Agent-slots done in all."""
        return float(sum(row.sum() for row in self.done.values()))


class Idle:
    """People who are not needed live, by the sets of skills that they could do deferred work of."""

    def __init__(self, data: ScheduleData, people: Mapping[int, FloatArray]) -> None:
        """Serve live work first, the dearest first; `people` per bit set of `skill_bits(data)`."""
        self.data = data
        self.skills = all_skills(data)
        self.people = people
        slots = data.horizon.slots
        self.live = np.zeros((len(self.skills), slots))
        self.under_cost = np.zeros(len(self.skills))
        for number, skill in enumerate(self.skills):
            if skill in data.required_agents:
                self.live[number] = data.required_agents[skill]
                self.under_cost[number] = data.under_cost[skill]
        self.groups = linked_skills(people, len(self.skills))
        self.busy = np.zeros_like(self.live)
        self.spare = np.zeros_like(self.live)
        for group in self.groups:
            self._serve(group)

    def able(self, subset: int) -> FloatArray:
        """People with at least one of these skills."""
        rows = [row for mask, row in self.people.items() if mask & subset]
        return np.asarray(sum(rows, np.zeros(self.live.shape[1])))

    def room(self, skill: int, taken: FloatArray) -> FloatArray:
        """How many more could work on a skill in each slot beside what is taken [skill, slot]."""
        group = next(g for g in self.groups if skill in g)
        best = np.full(self.live.shape[1], np.inf)
        for subset in _subsets(group):
            if subset >> skill & 1:
                busy = sum((taken[n] for n in group if subset >> n & 1), np.zeros(len(best)))
                best = np.minimum(best, self.able(subset) - busy)
        return np.asarray(np.maximum(best, 0.0))

    def _serve(self, group: Sequence[int]) -> None:
        """Whole units by falling cost, then the parts of units; a part keeps its person busy for itself.

        The rest of that person's slot is spare for deferred work of the same skill.
        """
        whole = np.floor(self.live + WHOLE)
        part = np.clip(self.live - whole, 0.0, None) * (self.live - whole > WHOLE)
        for skill in sorted(group, key=lambda n: -self.under_cost[n]):
            self.busy[skill] += np.minimum(whole[skill], self.room(skill, self.busy))
        for skill in sorted(group, key=lambda n: -self.under_cost[n]):
            person = np.minimum(part[skill] > 0, self.room(skill, self.busy))
            self.busy[skill] += person
            self.spare[skill] = np.maximum(0.0, person - part[skill])

    def capacity(self, skill: int) -> FloatArray:
        """Agent-slots free for deferred work of one skill, where no other takes them."""
        return np.asarray(self.room(skill, self.busy) + self.spare[skill])


def all_skills(data: ScheduleData) -> tuple[str, ...]:
    """Skills asked for live or by deferred work."""
    return tuple(sorted({*data.required_agents, *(work.skill for work in data.deferred)}))


def skill_bits(data: ScheduleData) -> list[int]:
    """Per agent the bit set of `all_skills`."""
    bit = {skill: 1 << n for n, skill in enumerate(all_skills(data))}
    return [sum(bit[skill] for skill in agent.skills if skill in bit) for agent in data.agents]


def _subsets(group: Sequence[int]) -> list[int]:
    found = [0]
    for skill in group:
        found += [subset | 1 << skill for subset in found]
    return found[1:]


def plan_deferred(data: ScheduleData, idle: Idle) -> DeferredPlan:
    """Do the deferred work of the data with the idle: least late cost first, then least late work."""
    done = [np.zeros(data.horizon.slots) for _ in data.deferred]
    late = [work.agent_slots for work in data.deferred]
    exact = True
    for group in idle.groups:
        here = [n for n, w in enumerate(data.deferred) if idle.skills.index(w.skill) in group]
        if not here:
            continue
        alike = {(data.deferred[n].skill, data.deferred[n].late_cost) for n in here}
        if len(alike) == 1:
            skill = idle.skills.index(data.deferred[here[0]].skill)
            rows, left = _due_first(data, here, idle.capacity(skill))
        else:
            small = sum(_window(data, n)[1] - _window(data, n)[0] for n in here) <= MOST_VARIABLES
            exact &= small
            solve = _by_programme if small else _dearest_first
            rows, left = solve(data, here, idle, group)
        for n, row, rest in zip(here, rows, left, strict=True):
            done[n], late[n] = row, rest
    by_skill: dict[str, FloatArray] = {}
    for work, row in zip(data.deferred, done, strict=True):
        by_skill[work.skill] = by_skill.get(work.skill, np.zeros(len(row))) + row
    return DeferredPlan(
        done=by_skill, by_class=tuple(done), late=tuple(float(x) for x in late), is_exact=exact
    )


def _window(data: ScheduleData, number: int) -> tuple[int, int]:
    work = data.deferred[number]
    return max(0, work.release_slot), min(data.horizon.slots, work.due_slot)


def _due_first(
    data: ScheduleData, here: Sequence[int], capacity: FloatArray
) -> tuple[list[FloatArray], list[float]]:
    order = sorted(range(len(here)), key=lambda n: data.deferred[here[n]].due_slot)
    windows = np.array([_window(data, here[n]) for n in order], dtype=np.int64).reshape(-1, 2)
    amounts = np.array([data.deferred[here[n]].agent_slots for n in order], dtype=float)
    done = np.zeros((len(order), len(capacity)))
    left = due_first(windows[:, 0].copy(), windows[:, 1].copy(), amounts, capacity.copy(), done)
    rows: list[FloatArray] = [np.zeros(0)] * len(here)
    rest = [0.0] * len(here)
    for place, n in enumerate(order):
        rows[n], rest[n] = done[place], float(left[place])
    return rows, rest


def _dearest_first(
    data: ScheduleData, here: Sequence[int], idle: Idle, group: Sequence[int]
) -> tuple[list[FloatArray], list[float]]:
    """Class by class of cost, each due first: for more work than a programme takes."""
    del group
    taken = idle.busy.copy()
    spare = idle.spare.copy()
    rows = {n: np.zeros(data.horizon.slots) for n in here}
    left = {n: data.deferred[n].agent_slots for n in here}
    kinds = {(data.deferred[n].late_cost, data.deferred[n].skill) for n in here}
    for cost, name in sorted(kinds, key=lambda kind: (-kind[0], kind[1])):
        own = [
            n for n in here if (data.deferred[n].late_cost, data.deferred[n].skill) == (cost, name)
        ]
        skill = idle.skills.index(name)
        found, rest = _due_first(data, own, idle.room(skill, taken) + spare[skill])
        for n, row, late in zip(own, found, rest, strict=True):
            rows[n], left[n] = row, late
            from_spare = np.minimum(spare[skill], row)
            spare[skill] -= from_spare
            taken[skill] += row - from_spare
    return [rows[n] for n in here], [left[n] for n in here]


def _by_programme(
    data: ScheduleData, here: Sequence[int], idle: Idle, group: Sequence[int]
) -> tuple[list[FloatArray], list[float]]:
    """Linear programme: work per class and slot, from idle people or from the spare part of one."""
    variables: list[tuple[int, int, bool]] = []
    for n in here:
        spare = idle.spare[idle.skills.index(data.deferred[n].skill)]
        for slot in range(*_window(data, n)):
            variables.append((n, slot, False))
            if spare[slot] > TINY:
                variables.append((n, slot, True))
    if not variables:
        return [np.zeros(data.horizon.slots) for _ in here], [
            data.deferred[n].agent_slots for n in here
        ]
    # Of equals the earliest: a hair that no amount of work can turn into money.
    hair = 1e-4 * min(data.deferred[n].late_cost for n in here) / data.horizon.slots
    matrix, most = _programme_rows(data, here, idle, (group, variables))
    answer = milp(
        [-data.deferred[n].late_cost + hair * slot for n, slot, _ in variables],
        constraints=LinearConstraint(matrix, -np.inf, most),
        bounds=Bounds(0.0, np.inf),
    )
    assert answer.x is not None, answer.message
    rows = {n: np.zeros(data.horizon.slots) for n in here}
    for (n, slot, _spare), amount in zip(variables, answer.x, strict=True):
        rows[n][slot] += amount
    return [rows[n] for n in here], [
        max(0.0, data.deferred[n].agent_slots - float(rows[n].sum())) for n in here
    ]


def _programme_rows(
    data: ScheduleData,
    here: Sequence[int],
    idle: Idle,
    given: tuple[Sequence[int], list[tuple[int, int, bool]]],
) -> tuple[csr_array, list[float]]:
    """Each class at most its work; each set of skills at most its people who are not busy live."""
    group, variables = given
    skill_of = {n: idle.skills.index(data.deferred[n].skill) for n in here}
    row_of: dict[tuple[str, int, int], int] = {}
    most: list[float] = []
    entries: list[tuple[int, int]] = []

    def put(key: tuple[str, int, int], limit: float, column: int) -> None:
        if key not in row_of:
            row_of[key] = len(most)
            most.append(limit)
        entries.append((row_of[key], column))

    wanted = sum(1 << skill for skill in set(skill_of.values()))
    limits = {
        subset: np.maximum(
            0.0, idle.able(subset) - sum(idle.busy[k] for k in group if subset >> k & 1)
        )
        for subset in _subsets(group)
        if subset & wanted
    }
    for column, (n, slot, from_spare) in enumerate(variables):
        put(("class", n, 0), data.deferred[n].agent_slots, column)
        if from_spare:
            put(("spare", skill_of[n], slot), float(idle.spare[skill_of[n]][slot]), column)
            continue
        for subset, limit in limits.items():
            if subset >> skill_of[n] & 1:
                put(("set", subset, slot), float(limit[slot]), column)
    rows, columns = zip(*entries, strict=True)
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(most), len(variables)))
    return csr_array(matrix), most


def worth_of_one_more(data: ScheduleData, plan: DeferredPlan) -> dict[str, FloatArray]:
    """Per skill the late cost that one more person in each slot would save.

    Someone in the window of late work saves it; so does someone in the window of work that is done in that
    window and could move out of it, and so on.
    """
    found: dict[str, FloatArray] = {}
    for skill in {work.skill for work in data.deferred}:
        own = [n for n, work in enumerate(data.deferred) if work.skill == skill]
        row = np.zeros(data.horizon.slots)
        for n in own:
            if plan.late[n] > TINY:
                first, end = _reach(data, plan, own, _window(data, n))
                row[first:end] = np.maximum(row[first:end], data.deferred[n].late_cost)
        found[skill] = row
    return found


def _reach(
    data: ScheduleData, plan: DeferredPlan, own: Sequence[int], window: tuple[int, int]
) -> tuple[int, int]:
    """The window widened by those of all work that is done inside it."""
    first, end = window
    while True:
        inside = [
            _window(data, n) for n in own if plan.by_class[n][first:end].max(initial=0.0) > TINY
        ]
        wider = (min([first, *(a for a, _ in inside)]), max([end, *(b for _, b in inside)]))
        if wider == (first, end):
            return first, end
        first, end = wider
