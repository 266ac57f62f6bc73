"""A lower bound on the cost of any legal schedule, by Lagrangian duality.

For prices p[skill, slot] between 0 and under + over, every schedule costs at least
sum over skills and slots of the least n x (p - over) + cost of n people serving, n a whole number
- sum over agents of the best week that earns max(p of own skills) - over per slot.
Where the requirement d is whole, the first term is d x (p - over). Any prices give a valid figure. Rest between
shifts and seats are left out where they are not implied, which can only lower the figure.

A. M. Geoffrion, Lagrangean relaxation for integer programming (1974), doi:10.1007/BFb0120690.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import WHOLE, Coverage
from scheduling.core.data import AgentRules, ScheduleData, WorkMode
from scheduling.core.tours import Tour, TourModel


@dataclass(frozen=True, kw_only=True, eq=False)
class AgentClass:
    """Agents whom nothing tells apart."""

    model: TourModel
    skills: tuple[str, ...]
    members: tuple[int, ...]
    closed_days: frozenset[int] = frozenset()
    """Days of weekends that they have off beyond what their rules say."""

    def is_open(self, day: int) -> bool:
        """Whether any shift of theirs may be on a day."""
        return day not in self.closed_days and bool(self.model.by_day[day].any())


def agent_classes(data: ScheduleData) -> list[AgentClass]:
    """Group agents by everything that binds them."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, agent in enumerate(data.agents):
        groups.setdefault(_class_key(agent), []).append(number)
    return [
        AgentClass(
            model=TourModel(
                data.agents[members[0]],
                data.contracts[data.agents[members[0]].contract],
                data.horizon_of(data.agents[members[0]]),
                first_weekday=data.first_weekday,
            ),
            skills=tuple(sorted(data.agents[members[0]].skills)),
            members=tuple(members),
        )
        for members in groups.values()
    ]


def _class_key(agent: AgentRules) -> tuple[object, ...]:
    return (
        agent.contract,
        agent.zone,
        tuple(sorted(agent.skills)),
        agent.spans,
        agent.fixed,
        agent.previous_run_days,
        agent.previous_weekends,
        agent.credited_days,
        agent.credited_minutes,
        agent.must_work,
        agent.excluded_patterns,
        agent.wishes,
        agent.site if agent.work_mode == WorkMode.OFFICE else "",
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Priced:
    """What one set of prices proves, and the week of each class that answers it best."""

    bound: float
    tours: tuple[Tour | None, ...]


class Pricer:
    """Evaluates prices [skill, slot] for agents who have a legal week."""

    def __init__(
        self,
        data: ScheduleData,
        classes: list[AgentClass],
        coverage: Coverage,
        *,
        without: Sequence[AgentClass] = (),
        spare: Mapping[int, int] | None = None,
    ) -> None:
        """Read requirement and costs.

        `without` are agents who have no legal tour, for want of rest for example. Whoever checks the bound
        with fewer rules may find one, so that theirs counts against the bound. `spare` are so many members of
        a class, by its number, who may stay without a tour, for want of a desk.
        """
        self.classes, self.without, self.spare = classes, without, dict(spare or {})
        self.skills = coverage.skills
        self.counted = coverage.counted
        self.required = np.where(self.counted, coverage.required, 0.0)
        self.over_cost = data.over_cost
        under = np.array([[data.under_cost[skill]] for skill in self.skills], dtype=float)
        self.under = under.ravel()
        self.minimum = np.where(self.counted, coverage.minimum, 0.0)
        self.minimum_cost = data.minimum_cost
        whole = np.floor(self.required + WHOLE)
        part = np.where(self.required - whole < WHOLE, 0.0, self.required - whole)
        self.whole, self.part = whole, part
        self.part_short = under * part
        self.part_idle = data.over_cost * (1.0 - part) * (part > 0)
        # Where everybody below the minimum is missing, and where just these are there.
        self.none = under * self.required + data.minimum_cost * self.minimum
        self.least = under * (self.required - self.minimum)
        dearest = under + data.over_cost + np.where(self.minimum > 0, data.minimum_cost, 0.0)
        self.highest = np.where(self.counted, dearest, 0.0)
        self.carried = data.carried
        self.seats = data.seats
        self.evaluations = 0

    def worth(self, prices: NDArray[np.float64], skills: tuple[str, ...]) -> NDArray[np.float64]:
        """Worth of each slot to someone with these skills."""
        rows = [n for n, skill in enumerate(self.skills) if skill in skills]
        best = prices[rows].max(axis=0) if rows else np.zeros(len(self.counted))
        return np.where(self.counted, best - self.over_cost, 0.0)

    def _least_of_demand(self, prices: NDArray[np.float64]) -> float:
        """Cheapest whole number of people serving each skill and slot at these prices."""
        worth = np.where(self.counted, prices - self.over_cost, 0.0)
        down = self.whole * worth + self.part_short
        up = (self.whole + 1) * worth + self.part_idle
        cheapest = np.where(self.part > 0, np.minimum(down, up), down)
        if self.minimum_cost:
            least = self.minimum * worth + self.least
            cheapest = np.minimum(np.minimum(cheapest, least), self.none)
        return float(cheapest.sum())

    def price(self, prices: NDArray[np.float64]) -> Priced:
        """The bound that these prices prove; prices are clipped to what is legal first."""
        prices = np.clip(prices, 0.0, self.highest)
        bound = self._least_of_demand(prices)
        for skills, slots in self.carried:
            worth = self.worth(prices, skills)
            bound -= float(worth[np.asarray(slots, dtype=np.int64)].sum())
        known: dict[tuple[str, ...], NDArray[np.float64]] = {}
        tours = []
        for number, group in enumerate(self.classes):
            if group.skills not in known:
                known[group.skills] = self.worth(prices, group.skills)
            value, tour = group.model.priced(known[group.skills])
            tours.append(tour)
            self.evaluations += 1
            wishes = sum(wish.worth for wish in group.model.agent.wishes if wish.works)
            bound += len(group.members) * (wishes - value)
            bound -= self.spare.get(number, 0) * max(0.0, wishes - value)
        for group in self.without:
            value = group.model.relaxed_value(self.worth(prices, group.skills))
            bound -= len(group.members) * max(0.0, value)
        return Priced(bound=bound, tours=tuple(tours))
