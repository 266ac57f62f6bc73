"""A schedule under construction: everyone's tour, what it covers and the seats it takes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import Coverage
from scheduling.core.data import ScheduleData, WorkMode
from scheduling.core.pricing import AgentClass, agent_classes
from scheduling.core.tours import EVERYTHING_OPEN, Closed, Tour


class Roster:
    """Tours of all agents; `None` for one who has no legal week."""

    def __init__(self, data: ScheduleData) -> None:
        """Start empty."""
        self.data = data
        self.classes = agent_classes(data)
        by_member = {member: group for group in self.classes for member in group.members}
        self.class_of: list[AgentClass] = [by_member[n] for n in range(len(data.agents))]
        self.coverage = Coverage(data)
        self.masks = [self.coverage.mask(agent.skills) for agent in data.agents]
        self.tours: list[Tour | None] = [None] * len(data.agents)
        self.seated = {site: np.zeros(data.horizon.slots) for site in data.seats}
        self.staffed = {mask: np.zeros(data.horizon.slots) for mask in self.masks}
        """People on position per skill set and slot, those of the week before included."""
        for skills, working in data.carried:
            row = self.staffed.setdefault(self.coverage.mask(skills), np.zeros(data.horizon.slots))
            row[np.asarray(working, dtype=np.int64)] += 1
        self.needs_seat = [
            agent.site in data.seats and agent.work_mode == WorkMode.OFFICE for agent in data.agents
        ]
        self.evaluations = 0
        self.own_cost = 0.0
        # What "a little more" means: the cost of an idle slot, or a tenth of a short one.
        self.cost_unit = data.over_cost or min(data.under_cost.values(), default=10.0) / 10

    def put(self, agent: int, tour: Tour | None) -> None:
        """Give an agent without tour this one."""
        self.tours[agent] = tour
        if tour is None:
            return
        self.coverage.add(self.masks[agent], tour.working)
        self.staffed[self.masks[agent]][tour.working] += 1
        self.own_cost += tour.own_cost
        if self.needs_seat[agent]:
            self.seated[self.data.agents[agent].site][tour.present] += 1

    def take(self, agent: int) -> Tour | None:
        """Take an agent's tour away and return it."""
        tour = self.tours[agent]
        self.tours[agent] = None
        if tour is None:
            return None
        self.coverage.remove(self.masks[agent], tour.working)
        self.staffed[self.masks[agent]][tour.working] -= 1
        self.own_cost -= tour.own_cost
        if self.needs_seat[agent]:
            self.seated[self.data.agents[agent].site][tour.present] -= 1
        return tour

    def replace(self, agent: int, tour: Tour | None) -> None:
        """Exchange an agent's tour."""
        self.take(agent)
        self.put(agent, tour)

    def best_tour(
        self, agent: int, weights: NDArray[np.float64], *, ignores_seats: bool = False
    ) -> Tour | None:
        """The best legal tour on these worths that finds a seat; None where there is none."""
        self.evaluations += 1
        closed = EVERYTHING_OPEN
        if self.needs_seat[agent] and not ignores_seats:
            site = self.data.agents[agent].site
            full = self.seated[site] >= self.data.seats[site]
            closed = Closed(blocked_slots=full) if full.any() else EVERYTHING_OPEN
        return self.class_of[agent].model.best_tour(weights, closed)

    def without_desk(self, site: str) -> list[int]:
        """Agents of a site who sit in a slot with more people than desks."""
        crowded = self.seated[site] > self.data.seats[site]
        return [
            agent
            for agent, tour in enumerate(self.tours)
            if tour is not None
            and self.needs_seat[agent]
            and self.data.agents[agent].site == site
            and crowded[tour.present].any()
        ]

    def cost(self) -> float:
        """Cost of shortage and idleness, and what tours cost beside cover."""
        return self.coverage.cost() + self.own_cost

    def tour_list(self) -> list[Tour | None]:
        """A copy of everyone's tour."""
        return list(self.tours)

    def load(self, tours: Sequence[Tour | None]) -> None:
        """Replace everyone's tour."""
        for agent, tour in enumerate(tours):
            self.replace(agent, tour)

    def placed(self) -> list[int]:
        """Agents who have a tour."""
        return [agent for agent, tour in enumerate(self.tours) if tour is not None]
