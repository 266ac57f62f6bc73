"""What the people on position serve, when each serves one of their skills for a whole slot.

A requirement of 2.6 people is two whole units and one that is worth 0.6: whoever serves it idles for the rest. The
units served at best are a matching of largest value. Its value needs no matching: the sets of units that can be
served together form a matroid, so taking units by falling value is optimal, and how many of the dearest classes
can be served is the minimum over subsets B of skills of (units of skills outside B + people with a skill in B).
A new person serves one more exactly when every minimising B touches their skills. All of it is array operations
over the slots at once. Skills that share no person are kept apart.

J. Edmonds, Submodular functions, matroids, and certain polyhedra (1970), doi:10.1007/3-540-36478-1_2.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import MAX_LINKED_SKILLS, InvalidDataError, ScheduleData

# Requirements a hair above a whole number, as arithmetic leaves them, count as whole.
WHOLE = 1e-6

FloatArray = NDArray[np.float64]


class Coverage:
    """People on position by slot; the caller adds and removes them."""

    def __init__(self, data: ScheduleData) -> None:
        """Start with the shifts that reach in from the week before."""
        self.skills = tuple(sorted(data.required_agents))
        slots = data.horizon.slots
        self.required = np.zeros((len(self.skills), slots))
        for number, skill in enumerate(self.skills):
            self.required[number] = data.required_agents[skill]
        self.minimum = least_agents(data, self.skills)
        self.required = np.maximum(self.required, self.minimum)
        self.under_cost = np.array([data.under_cost[s] for s in self.skills], dtype=float)
        self.minimum_cost = data.minimum_cost
        self.over_cost = data.over_cost
        self.counted = data.counted_slots
        self.people = np.zeros(slots)
        self._bits = {skill: 1 << n for n, skill in enumerate(self.skills)}
        sets = {self.mask(agent.skills) for agent in data.agents}
        sets |= {self.mask(skills) for skills, _ in data.carried}
        self.linked = [
            _Linked(
                group,
                self.required,
                self.minimum,
                np.stack([self.under_cost, np.full(len(self.skills), data.minimum_cost)]),
                self.over_cost,
            )
            for group in linked_skills(sets, len(self.skills))
        ]
        self._linked_of = {
            mask: next((c for c in self.linked if c.mask & mask), None) for mask in sets
        }
        for skills, working in data.carried:
            self.add(self.mask(skills), np.asarray(working, dtype=np.int64))

    def mask(self, skills: Iterable[str]) -> int:
        """Bit set of the skills that anything here asks for."""
        return sum(self._bits[skill] for skill in skills if skill in self._bits)

    def add(self, mask: int, working: NDArray[np.int64], *, count: float = 1.0) -> None:
        """Put people with these skills on position in these slots; a negative count takes them away."""
        self.people[working] += count
        linked = self._linked_of[mask]
        if linked is not None:
            linked.add(mask, working, count)

    def remove(self, mask: int, working: NDArray[np.int64]) -> None:
        """Take one person away."""
        self.add(mask, working, count=-1.0)

    def weights(self, mask: int) -> FloatArray:
        """Cost saved by one more person with these skills in each slot; negative where they idle."""
        linked = self._linked_of[mask]
        saved = -self.over_cost if linked is None else linked.saved_by_one(mask) - self.over_cost
        return np.where(self.counted, saved, 0.0)

    def shortage(self) -> FloatArray:
        """People missing in each slot, all skills together."""
        served = sum((linked.served() for linked in self.linked), np.zeros(len(self.counted)))
        return np.where(self.counted, self.required.sum(axis=0) - served, 0.0)

    def idle(self) -> FloatArray:
        """People above what is served, parts of a person included."""
        served = sum((linked.served() for linked in self.linked), np.zeros(len(self.counted)))
        return np.where(self.counted, self.people - served, 0.0)

    def cost(self) -> float:
        """Cost of shortage and idleness over the counted slots."""
        total = self.under_cost @ self.required + self.over_cost * self.people
        total = total + self.minimum_cost * self.minimum.sum(axis=0)
        for linked in self.linked:
            total = total - linked.saved()
        return float(total[self.counted].sum())


def least_agents(data: ScheduleData, skills: Sequence[str]) -> FloatArray:
    """Whole people [skill, slot] below whom each one missing costs the minimum's price as well."""
    rows = np.zeros((len(skills), data.horizon.slots))
    for number, skill in enumerate(skills):
        if skill in data.minimum_agents:
            rows[number] = np.ceil(data.minimum_agents[skill] - WHOLE)
    return rows


def linked_skills(sets: Iterable[int], count: int) -> list[list[int]]:
    """Groups of skills that people share, directly or through others."""
    groups: list[int] = [1 << n for n in range(count)]
    for mask in sets:
        touched = [group for group in groups if group & mask]
        if touched:
            groups = [group for group in groups if not group & mask]
            groups.append(sum(touched))
    return [[n for n in range(count) if group >> n & 1] for group in sorted(groups)]


class _Linked:
    """Skills that share people, with everything counted per subset of them."""

    def __init__(
        self,
        group: Sequence[int],
        required: FloatArray,
        minimum: FloatArray,
        under_costs: FloatArray,
        over_cost: float,
    ) -> None:
        if len(group) > MAX_LINKED_SKILLS:
            raise InvalidDataError(
                f"Expected at most {MAX_LINKED_SKILLS} skills that share people, got {len(group)}."
            )
        self.group = tuple(group)
        self.mask = sum(1 << n for n in group)
        subsets = range(1 << len(group))
        self.subsets = np.array([sum(1 << group[n] for n in _members(b)) for b in subsets])
        self.staffed = np.zeros((len(self.subsets), required.shape[1]))
        rows = list(group)
        worth = under_costs[0, rows] + over_cost
        self._read_units(required[rows], minimum[rows], worth, worth + under_costs[1, rows])

    def _read_units(
        self,
        required: FloatArray,
        minimum: FloatArray,
        worth: FloatArray,
        worth_of_least: FloatArray,
    ) -> None:
        """Classes of units by falling value: the least, whole ones of each skill, parts of units."""
        whole = np.floor(required + WHOLE)
        part = np.clip(required - whole, 0.0, 1.0)
        part[part < WHOLE] = 0.0
        ones = np.ones_like(whole)
        amounts = np.concatenate([ones, ones, part])
        units = np.concatenate([minimum, whole - minimum, (part > 0).astype(float)])
        values = np.concatenate([worth_of_least, worth, worth])[:, None] * amounts
        order = np.argsort(-values, axis=0, kind="stable")
        columns = np.arange(required.shape[1])
        skills = len(worth)
        demand = np.zeros_like(whole)
        outside = np.array(
            [[not subset >> n & 1 for n in range(skills)] for subset in range(len(self.subsets))],
            dtype=float,
        )
        self.left: list[FloatArray] = []
        self.values: list[FloatArray] = []
        self.amounts: list[FloatArray] = []
        for rank in range(len(units)):
            unit = order[rank]
            demand[unit % skills, columns] += units[unit, columns]
            value = values[unit, columns]
            if self.values and np.array_equal(value, self.values[-1]):
                self.left[-1] = outside @ demand
            elif value.any():
                self.left.append(outside @ demand)
                self.values.append(value)
                self.amounts.append(amounts[unit, columns])
        following = [*self.values[1:], np.zeros(required.shape[1])]
        self.steps = [a - b for a, b in zip(self.values, following, strict=True)]

    def add(self, mask: int, working: NDArray[np.int64], count: float) -> None:
        touched = np.flatnonzero(self.subsets & mask)
        self.staffed[np.ix_(touched, working)] += count

    def saved_by_one(self, mask: int) -> FloatArray:
        apart = self.subsets & mask == 0
        saved = np.zeros(self.staffed.shape[1])
        for left, step in zip(self.left, self.steps, strict=True):
            total = left + self.staffed
            saved += step * np.clip(total[apart].min(axis=0) - total.min(axis=0), 0.0, 1.0)
        return saved

    def _served_units(self) -> list[FloatArray]:
        """How many units of this or a dearer class are served."""
        return [np.asarray((left + self.staffed).min(axis=0)) for left in self.left]

    def saved(self) -> FloatArray:
        saved = np.zeros(self.staffed.shape[1])
        for units, step in zip(self._served_units(), self.steps, strict=True):
            saved += step * units
        return saved

    def served(self) -> FloatArray:
        served = np.zeros(self.staffed.shape[1])
        before = np.zeros(self.staffed.shape[1])
        for units, amount in zip(self._served_units(), self.amounts, strict=True):
            served += amount * (units - before)
            before = units
        return served


def _members(subset: int) -> list[int]:
    return [n for n in range(subset.bit_length()) if subset >> n & 1]
