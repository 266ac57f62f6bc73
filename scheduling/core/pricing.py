"""A lower bound on the cost of any legal schedule, by Lagrangian duality.

For prices p[skill, slot] between 0 and under + over, every schedule costs at least
sum of required x (p - over) - sum over agents of the best week that earns max(p of own skills) - over per slot.
Any prices give a valid figure; the ascent below looks for good ones. Rest between shifts and seats are left out
where they are not implied, which can only lower the figure.

M. Held, P. Wolfe, H. P. Crowder, Validation of subgradient optimization (1974), doi:10.1007/BF01580223.
F. Barahona, R. Anbil, The volume algorithm (2000), doi:10.1007/s101070050002.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import Coverage
from scheduling.core.data import AgentRules, ScheduleData
from scheduling.core.tours import ShapeValues, Tour, TourModel


@dataclass(frozen=True, kw_only=True, eq=False)
class AgentClass:
    """Agents whom nothing tells apart."""

    model: TourModel
    skills: tuple[str, ...]
    members: tuple[int, ...]


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
        agent.credited_days,
        agent.credited_minutes,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Priced:
    """What one set of prices proves, and the week of each class that answers it best."""

    bound: float
    slack: NDArray[np.float64]
    """Requirement minus what the answering weeks serve: the direction in which prices should move."""
    tours: tuple[Tour | None, ...]


class Pricer:
    """Evaluates prices [skill, slot] for agents who have a legal week."""

    def __init__(self, data: ScheduleData, classes: list[AgentClass], coverage: Coverage) -> None:
        """Read requirement and costs."""
        self.classes = classes
        self.skills = coverage.skills
        self.counted = coverage.counted
        self.required = np.where(self.counted, coverage.required, 0.0)
        self.over_cost = data.over_cost
        under = np.array([[data.under_cost[skill]] for skill in self.skills], dtype=float)
        self.highest = np.where(self.counted, under.reshape(-1, 1) + data.over_cost, 0.0)
        self.carried = data.carried
        self.evaluations = 0

    def worth(
        self, prices: NDArray[np.float64], skills: tuple[str, ...]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Worth of a slot to someone with these skills, and the skill that pays it."""
        rows = [n for n, skill in enumerate(self.skills) if skill in skills]
        if not rows:
            return np.where(self.counted, -self.over_cost, 0.0), np.zeros(len(self.counted), int)
        own = prices[rows]
        worth = np.where(self.counted, own.max(axis=0) - self.over_cost, 0.0)
        return worth, np.array(rows)[own.argmax(axis=0)]

    def price(self, prices: NDArray[np.float64]) -> Priced:
        """The bound that these prices prove; prices are clipped to what is legal first."""
        prices = np.clip(prices, 0.0, self.highest)
        bound = float((self.required * (prices - self.over_cost)).sum())
        slack = self.required.copy()
        for skills, slots in self.carried:
            worth, payer = self.worth(prices, skills)
            at = np.asarray(slots, dtype=np.int64)
            bound -= float(worth[at].sum())
            slack[payer[at], at] -= 1
        known: dict[tuple[tuple[str, ...], str], tuple[ShapeValues, NDArray[np.float64]]] = {}
        tours = []
        for group in self.classes:
            worth, payer = self.worth(prices, group.skills)
            key = (group.skills, group.model.contract.name)
            if key not in known:
                known[key] = (group.model.shape_values(worth), worth)
            value, tour = group.model.priced(worth, known[key][0])
            tours.append(tour)
            self.evaluations += 1
            bound -= len(group.members) * value
            if tour is not None and len(self.skills):
                slack[payer[tour.working], tour.working] -= len(group.members)
        return Priced(bound=bound, slack=np.where(self.counted, slack, 0.0), tours=tuple(tours))
