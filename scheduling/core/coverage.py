"""What the people on position serve, when each serves one of their skills at a time.

The largest service of an interval is a matching. Its value needs no matching: for skills A it is the minimum
over subsets B of A of (demand of A without B + people with a skill in B), and a new person serves more exactly
when every minimising B touches their skills. Both are array operations over all slots at once. With different
costs of shortage the greedy order by cost is optimal, since the skills that can be served form a polymatroid.

J. Edmonds, Submodular functions, matroids, and certain polyhedra (1970), doi:10.1007/3-540-36478-1_2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData


@dataclass(frozen=True, kw_only=True)
class _Level:
    """Skills whose shortage costs at least so much, with the subsets of them."""

    cost_step: float
    subsets: NDArray[np.int64]
    demand_left: NDArray[np.float64]


class Coverage:
    """People on position by slot, counted per subset of skills; the caller adds and removes them."""

    def __init__(self, data: ScheduleData) -> None:
        """Start with the shifts that reach in from the week before."""
        self.skills = tuple(sorted(data.required_agents))
        self.required = np.array([data.required_agents[s] for s in self.skills], dtype=float)
        self.required = self.required.reshape(len(self.skills), data.horizon.slots)
        self.over_cost = data.over_cost
        self.counted = data.counted_slots
        self.subset_count = 1 << len(self.skills)
        self.staffed = np.zeros((self.subset_count, data.horizon.slots))
        self.people = np.zeros(data.horizon.slots)
        self.work_units = 0
        costs = [data.under_cost[s] for s in self.skills]
        self.levels = self._read_levels(costs)
        self._bits = {skill: 1 << n for n, skill in enumerate(self.skills)}
        for skills, slots in data.carried:
            self.add(self.mask(skills), np.asarray(slots, dtype=np.int64))

    def _read_levels(self, costs: list[float]) -> list[_Level]:
        levels = []
        distinct = sorted(set(costs), reverse=True)
        for number, cost in enumerate(distinct):
            following = distinct[number + 1] if number + 1 < len(distinct) else 0.0
            inside = [n for n, c in enumerate(costs) if c >= cost]
            allowed = sum(1 << n for n in inside)
            subsets = [b for b in range(self.subset_count) if b & ~allowed == 0]
            left = [
                sum(
                    (self.required[n] for n in inside if not b >> n & 1),
                    np.zeros(len(self.counted)),
                )
                for b in subsets
            ]
            levels.append(
                _Level(
                    cost_step=cost - following,
                    subsets=np.array(subsets),
                    demand_left=np.array(left),
                )
            )
        return levels

    def mask(self, skills: tuple[str, ...]) -> int:
        """Bit set of the skills that anything here asks for."""
        return sum(self._bits[skill] for skill in skills if skill in self._bits)

    def add(self, mask: int, working: NDArray[np.int64], *, count: float = 1.0) -> None:
        """Put people with these skills on position in these slots; a negative count takes them away."""
        touched = [b for b in range(self.subset_count) if b & mask]
        self.staffed[np.ix_(np.array(touched, dtype=np.int64), working)] += count
        self.people[working] += count

    def remove(self, mask: int, working: NDArray[np.int64]) -> None:
        """Take one person away."""
        self.add(mask, working, count=-1.0)

    def weights(self, mask: int) -> NDArray[np.float64]:
        """Cost saved by one more person with these skills in each slot; negative where they idle."""
        saved = np.zeros(len(self.counted))
        served = saved
        for level in self.levels:
            total = level.demand_left + self.staffed[level.subsets]
            without = level.subsets & mask == 0
            served = np.clip(total[without].min(axis=0) - total.min(axis=0), 0.0, 1.0)
            saved = saved + level.cost_step * served
        saved = saved + self.over_cost * served - self.over_cost
        return np.where(self.counted, saved, 0.0)

    def served(self) -> NDArray[np.float64]:
        """People who serve in each slot."""
        if not self.levels:
            return np.zeros(len(self.counted))
        last = self.levels[-1]
        return np.asarray((last.demand_left + self.staffed[last.subsets]).min(axis=0))

    def shortage(self) -> NDArray[np.float64]:
        """People missing in each slot, all skills together."""
        return np.where(self.counted, self.required.sum(axis=0) - self.served(), 0.0)

    def cost(self) -> float:
        """Cost of shortage and idleness over the counted slots."""
        total = np.zeros(len(self.counted))
        served = np.zeros(len(self.counted))
        for level in self.levels:
            served = (level.demand_left + self.staffed[level.subsets]).min(axis=0)
            total += level.cost_step * (level.demand_left[0] - served)
        total += self.over_cost * (self.people - served)
        return float(total[self.counted].sum())
