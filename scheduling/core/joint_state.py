"""A schedule with what is done inside it: deferred work, activities, office days; and what all of it costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData, WorkMode
from scheduling.core.deferred_cover import (
    DeferredPlan,
    Idle,
    plan_deferred,
    skill_bits,
    worth_of_one_more,
)
from scheduling.core.floating import Staff
from scheduling.core.office_days import OfficePlan, shift_slots
from scheduling.core.roster import Roster
from scheduling.core.tours import Tour

FloatArray = NDArray[np.float64]


def live_data(data: ScheduleData) -> ScheduleData:
    """The data with skills of deferred work asked for by nobody live, so that its people count."""
    required, under = dict(data.required_agents), dict(data.under_cost)
    for work in data.deferred:
        if work.skill not in required:
            required[work.skill] = np.zeros(data.horizon.slots)
            dearest = max(w.late_cost for w in data.deferred if w.skill == work.skill)
            under[work.skill] = max(dearest, 1e-6)
    return replace(data, required_agents=required, under_cost=under, deferred=(), activities=())


@dataclass(frozen=True, kw_only=True)
class JointCost:
    """Money of a schedule by what it is for."""

    live: float
    """Shortage and idleness of live work, and what tours cost beside; deferred work is not idle."""
    late: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.live + self.late


class JointState:
    """Tours, people taken off position by activities and the office, and deferred work."""

    def __init__(self, data: ScheduleData, tours: Sequence[Tour | None]) -> None:
        """Put the tours on a roster that knows live work only."""
        self.data = data
        self.roster = Roster(live_data(data))
        self.bits = skill_bits(data)
        self.people = {bits: np.zeros(data.horizon.slots) for bits in set(self.bits)}
        self.rates = [np.ones(data.horizon.slots)] * len(data.agents)
        self.absent: dict[int, NDArray[np.int64]] = {}
        self.lost_idle = 0.0
        bit = dict(zip((a.skills for a in data.agents), self.bits, strict=True))
        for skills, slots in data.carried:
            known = bit.get(skills, 0)
            if known:
                self.people[known][np.asarray(slots, dtype=np.int64)] += 1
        for agent, tour in enumerate(tours):
            self.put(agent, tour)

    @property
    def tours(self) -> list[Tour | None]:
        """Everyone's tour."""
        return self.roster.tours

    def put(self, agent: int, tour: Tour | None) -> None:
        """Give an agent without tour this one."""
        self.roster.put(agent, tour)
        if tour is not None:
            self.people[self.bits[agent]][tour.working] += 1

    def take(self, agent: int) -> Tour | None:
        """Take an agent's tour away and return it."""
        tour = self.roster.take(agent)
        if tour is not None:
            self.people[self.bits[agent]][tour.working] -= 1
        return tour

    def replace(self, agent: int, tour: Tour | None) -> None:
        """Exchange an agent's tour."""
        self.take(agent)
        self.put(agent, tour)

    # -- the office --------------------------------------------------------------------------

    def sit(self, agent: int, slots: NDArray[np.int64], *, count: float = 1.0) -> None:
        """Note that an agent works these slots in the office, where less gets done."""
        lost = (1.0 - self.data.office_rate_of(self.data.agents[agent])) * count
        if not lost or not len(slots):
            return
        self.roster.coverage.add(self.roster.masks[agent], slots, count=-lost)
        self.people[self.bits[agent]][slots] -= lost
        self.lost_idle += lost * self._counted(slots)
        self.rates[agent] = self.rates[agent].copy()
        self.rates[agent][slots] -= lost

    def seat(self, plan: OfficePlan) -> None:
        """Note every hybrid or home worker who is in the office: what is planned already has the others."""
        for agent, tour in enumerate(self.tours):
            rules = self.data.agents[agent]
            if tour is None or rules.work_mode == WorkMode.OFFICE:
                continue
            for place, shift in enumerate(tour.shifts):
                if (agent, shift.day) in plan.in_office:
                    present, working = shift_slots(tour, place)
                    self.sit(agent, working)
                    if rules.site in self.roster.seated:
                        self.roster.seated[rules.site][present] += 1

    def copy(self, plan: OfficePlan | None) -> "JointState":
        """The same tours and days in the office, for a trial."""
        found = JointState(self.data, self.tours)
        if plan is not None:
            found.seat(plan)
        return found

    def lost_by_skill(self) -> dict[str, FloatArray]:
        """People that days in the office take from each skill in each slot.

        Where someone has several skills, the loss is shared by what they ask for then.
        """
        live = self.roster.data
        lost = {skill: np.zeros(self.data.horizon.slots) for skill in live.required_agents}
        by_skills = {agent.skills: np.zeros(self.data.horizon.slots) for agent in self.data.agents}
        for number, (agent, tour) in enumerate(zip(self.data.agents, self.tours, strict=True)):
            if tour is not None:
                by_skills[agent.skills][tour.working] += 1.0 - self.rates[number][tour.working]
        for skills, row in by_skills.items():
            known = [skill for skill in skills if skill in lost]
            total = sum((live.required_agents[s] for s in known), np.zeros(len(row)))
            for skill in known:
                share = np.divide(
                    live.required_agents[skill], total, out=np.zeros(len(row)), where=total > 0
                )
                lost[skill] += row * share
        return lost

    # -- activities --------------------------------------------------------------------------

    def staff(self, plan: OfficePlan | None) -> Staff:
        """Who may be placed in activities when."""
        slots = self.data.horizon.slots
        working, office = [], []
        for agent, tour in enumerate(self.tours):
            row, sits = np.zeros(slots, dtype=bool), np.zeros(slots, dtype=bool)
            if tour is not None:
                row[tour.working] = True
                for shift in tour.shifts:
                    if shift.shape is None:
                        # What is done in a locked shift stays as it is.
                        row[shift.start_slot : shift.end_slot] = False
                    if plan is not None and (agent, shift.day) in plan.in_office:
                        sits[shift.start_slot : shift.end_slot] = True
            working.append(row)
            office.append(sits)
        return Staff(
            data=self.data,
            coverage=self.roster.coverage,
            masks=self.roster.masks,
            working=working,
            office=office,
            rates=self.rates,
        )

    def leave(self, agent: int, slots: NDArray[np.int64]) -> None:
        """Note an activity that the roster's coverage knows already."""
        rate = self.rates[agent][slots]
        self.people[self.bits[agent]][slots] -= rate
        self.absent[agent] = np.union1d(self.absent.get(agent, np.zeros(0, np.int64)), slots)
        counted = self.roster.coverage.counted[slots]
        self.lost_idle += float((rate * counted).sum())

    def _counted(self, slots: NDArray[np.int64]) -> float:
        return float(self.roster.coverage.counted[slots].sum())

    # -- deferred work -----------------------------------------------------------------------

    def deferred(self) -> DeferredPlan:
        """The deferred work that those not needed live get done."""
        if not self.data.deferred:
            return DeferredPlan()
        return plan_deferred(self.data, Idle(self.data, self.people))

    def cost(self, plan: DeferredPlan | None = None) -> JointCost:
        """Money of all; time in activities and time lost in the office counts as paid, not as served."""
        plan = self.deferred() if plan is None else plan
        counted = self.roster.coverage.counted
        done = sum(float(row[counted].sum()) for row in plan.done.values())
        return JointCost(
            live=self.roster.cost() + self.data.over_cost * (self.lost_idle - done),
            late=plan.late_cost(self.data.deferred),
        )

    def weights(self, agent: int, plan: DeferredPlan) -> FloatArray:
        """What one more person with the agent's skills saves in each slot, deferred work included."""
        weights = self.roster.coverage.weights(self.roster.masks[agent])
        if not self.data.deferred:
            return weights
        worth = worth_of_one_more(self.data, plan)
        for skill in self.data.agents[agent].skills:
            if skill in worth:
                weights = np.where(worth[skill] > 0, np.maximum(weights, worth[skill]), weights)
        return weights
