"""One day of everyone at once: starts and breaks chosen together by CP-SAT.

The days and the other shifts of each agent stay. An agent chooses a start (and length) that keeps band, rest,
hours and spans; breaks are counted per skill set, shape and start (Aykin's break variables), not per agent, and
are dealt out afterwards. So the model grows with the number of distinct starts, not with agents times breaks.

T. Aykin, Optimal shift scheduling with multiple break windows (1996), doi:10.1287/mnsc.42.4.591.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from scheduling.core.roster import Roster
from scheduling.core.tours import PlacedShift, Tour, TourModel

# Costs and decimal requirements become whole numbers for CP-SAT.
SCALE = 20

Choice = tuple[int, int]
Group = tuple[int, str, int, int]


@dataclass(frozen=True, kw_only=True)
class _Member:
    agent: int
    model: TourModel
    current: PlacedShift
    choices: tuple[Choice, ...]


@dataclass(kw_only=True)
class _Model:
    """The CP-SAT model while it is built."""

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    picks: dict[tuple[int, Choice], cp_model.IntVar] = field(default_factory=dict)
    starts: dict[Group, list[cp_model.IntVar]] = field(default_factory=dict)
    breaks: dict[tuple[Group, int, int], cp_model.IntVar] = field(default_factory=dict)
    staffed: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = field(default_factory=dict)
    cost: list[tuple[int, cp_model.IntVar]] = field(default_factory=list)


class DayPlan:
    """Plans one day again within a counted budget."""

    def __init__(self, roster: Roster, day: int) -> None:
        """Read who works that day and what each could work instead."""
        self.roster, self.day = roster, day
        self.members = [
            member for agent in roster.placed() if (member := self._member(agent)) is not None
        ]
        self.shapes = {m.model.contract.name: m.model.shapes for m in self.members}
        self.model = _Model()

    def _member(self, agent: int) -> _Member | None:
        tour = self.roster.tours[agent]
        current = next((s for s in tour.shifts if s.day == self.day), None) if tour else None
        if tour is None or current is None or current.shape is None:
            return None
        model = self.roster.class_of[agent].model
        others = [s for s in tour.shifts if s.day != self.day]
        choices = _choices(model, self.day, others)
        return _Member(agent=agent, model=model, current=current, choices=choices)

    def improve(self, *, effort: float, seed: int, stop: Callable[[], bool]) -> bool:
        """Plan the day again; True and the roster changed where that costs less.

        Args:
            effort: CP-SAT's counted (deterministic) time.
            seed: of its search.
            stop: looked at while CP-SAT runs.
        """
        if not self.members:
            return False
        before = self.roster.cost()
        old = [self.roster.tours[m.agent] for m in self.members]
        self._pick_one_start_each()
        self._take_every_break()
        self._serve_demand()
        self._respect_seats()
        self.model.cp.minimize(sum(weight * var for weight, var in self.model.cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = effort
        if _solve(solver, self.model.cp, stop) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        self._apply(solver)
        if self.roster.cost() < before - 1e-9:
            return True
        for member, tour in zip(self.members, old, strict=True):
            self.roster.replace(member.agent, tour)
        return False

    # -- the model ---------------------------------------------------------------------------

    def _group(self, member: _Member, choice: Choice) -> Group:
        return (self.roster.masks[member.agent], member.model.contract.name, *choice)

    def _pick_one_start_each(self) -> None:
        """Ensures that every member works one of their choices; starts from the present one."""
        for member in self.members:
            present = (member.current.shape, member.current.start_slot)
            picks = []
            for choice in member.choices:
                pick = self.model.cp.new_bool_var("")
                self.model.cp.add_hint(pick, int(choice == present))
                self.model.picks[member.agent, choice] = pick
                self.model.starts.setdefault(self._group(member, choice), []).append(pick)
                picks.append(pick)
            self.model.cp.add_exactly_one(picks)

    def _take_every_break(self) -> None:
        """Ensures that as many breaks as shifts of a start are taken, each inside its window."""
        present = self._present_breaks()
        for group, picks in self.model.starts.items():
            mask, contract, number, start = group
            shape = self.shapes[contract][number]
            for offset, length in shape.pieces:
                for slot in range(start + offset, start + offset + length):
                    row = self.model.staffed.setdefault((mask, slot), [])
                    row.extend((1, pick) for pick in picks)
            for order, rule in enumerate(shape.breaks):
                taken = []
                for offset in range(rule.earliest, rule.latest + 1):
                    var = self.model.cp.new_int_var(0, len(picks), "")
                    key = (group, order, offset)
                    self.model.cp.add_hint(var, present.get(key, 0))
                    self.model.breaks[key] = var
                    taken.append(var)
                    for slot in range(start + offset, start + offset + rule.length):
                        self.model.staffed[mask, slot].append((-1, var))
                self.model.cp.add(sum(taken) == sum(picks))

    def _present_breaks(self) -> dict[tuple[Group, int, int], int]:
        counts: dict[tuple[Group, int, int], int] = {}
        for member in self.members:
            if member.current.shape is None:
                continue
            group = self._group(member, (member.current.shape, member.current.start_slot))
            for order, offset in enumerate(member.current.breaks):
                key = (group, order, offset)
                counts[key] = counts.get(key, 0) + 1
        return counts

    def _serve_demand(self) -> None:
        """Ensures that people serve one of their skills at a time; prices shortage and idleness."""
        fixed = self._fixed_staff()
        coverage = self.roster.coverage
        by_slot: dict[int, list[int]] = {}
        for mask, slot in self.model.staffed:
            by_slot.setdefault(slot, []).append(mask)
        for slot, masks in by_slot.items():
            if not coverage.counted[slot]:
                continue
            supply = {mask: int(n) for mask in fixed if (n := fixed[mask][slot])}
            self._serve_slot(slot, {**dict.fromkeys(masks, 0), **supply})

    def _serve_slot(self, slot: int, fixed: dict[int, int]) -> None:
        cp, coverage = self.model.cp, self.roster.coverage
        served: dict[int, list[cp_model.IntVar]] = {}
        for mask, count in fixed.items():
            rows = self.model.staffed.get((mask, slot), [])
            flows = []
            for skill in range(len(coverage.skills)):
                if mask >> skill & 1 and coverage.required[skill, slot] > 0:
                    flow = cp.new_int_var(0, int(np.ceil(coverage.required[skill, slot])), "")
                    served.setdefault(skill, []).append(flow)
                    flows.append(flow)
            if flows:
                cp.add(sum(flows) <= count + sum(sign * var for sign, var in rows))
            over = round(coverage.over_cost * SCALE)
            self.model.cost.extend((sign * over * SCALE, var) for sign, var in rows)
        for skill, flows in served.items():
            demand = round(coverage.required[skill, slot] * SCALE)
            short = cp.new_int_var(0, demand, "")
            cp.add(short + SCALE * sum(flows) >= demand)
            under = float(coverage.under_cost[skill]) + coverage.over_cost
            self.model.cost.append((round(under * SCALE), short))

    def _fixed_staff(self) -> dict[int, NDArray[np.float64]]:
        """People per skill set in each slot whom this plan does not move."""
        moving = {m.agent: m.current for m in self.members}
        slots = self.roster.data.horizon.slots
        staff: dict[int, NDArray[np.float64]] = {}
        for skills, carried in self.roster.data.carried:
            row = staff.setdefault(self.roster.coverage.mask(skills), np.zeros(slots))
            row[np.asarray(carried, dtype=np.int64)] += 1
        for agent, tour in enumerate(self.roster.tours):
            if tour is None:
                continue
            row = staff.setdefault(self.roster.masks[agent], np.zeros(slots))
            row[tour.working] += 1
            if agent in moving:
                row[self._working(agent, moving[agent])] -= 1
        return staff

    def _respect_seats(self) -> None:
        """Ensures that no site seats more people than it has desks."""
        data = self.roster.data
        for site, seats in data.seats.items():
            moving = [
                m
                for m in self.members
                if self.roster.needs_seat[m.agent] and data.agents[m.agent].site == site
            ]
            held = self.roster.seated[site].copy()
            sitting: dict[int, list[cp_model.IntVar]] = {}
            for member in moving:
                held[self._present(member, (member.current.shape, member.current.start_slot))] -= 1
                for choice in member.choices:
                    for slot in self._present(member, choice):
                        sitting.setdefault(int(slot), []).append(
                            self.model.picks[member.agent, choice]
                        )
            for slot, picks in sitting.items():
                free = int(seats[slot] - held[slot])
                if len(picks) > free:
                    self.model.cp.add(sum(picks) <= free)

    # -- shifts ------------------------------------------------------------------------------

    def _present(self, member: _Member, choice: tuple[int | None, int]) -> NDArray[np.int64]:
        number, start = choice
        assert number is not None
        return member.model.shapes[number].present_slots(start=start)

    def _working(self, agent: int, shift: PlacedShift) -> NDArray[np.int64]:
        assert shift.shape is not None
        shape = self.roster.class_of[agent].model.shapes[shift.shape]
        return shape.working_slots(start=shift.start_slot, breaks=shift.breaks)

    def _apply(self, solver: cp_model.CpSolver) -> None:
        left = {key: int(solver.value(var)) for key, var in self.model.breaks.items()}
        for member in self.members:
            choice = next(
                c for c in member.choices if solver.boolean_value(self.model.picks[member.agent, c])
            )
            group = self._group(member, choice)
            shape = member.model.shapes[choice[0]]
            breaks = tuple(
                _deal(left, group, order, range(rule.earliest, rule.latest + 1))
                for order, rule in enumerate(shape.breaks)
            )
            self.roster.replace(member.agent, self._tour(member, choice, breaks))

    def _tour(self, member: _Member, choice: Choice, breaks: tuple[int, ...]) -> Tour:
        tour = self.roster.tours[member.agent]
        assert tour is not None
        kept = {s.day: s for s in tour.shifts}
        week = [
            (s.day, *(choice if s.day == self.day else (s.shape, s.start_slot)))
            for s in tour.shifts
        ]
        return member.model.tour_with(
            [(day, number, start) for day, number, start in week],
            {day: breaks if day == self.day else shift.breaks for day, shift in kept.items()},
        )


def _solve(
    solver: cp_model.CpSolver, model: cp_model.CpModel, stop: Callable[[], bool]
) -> cp_model.CpSolverStatus:
    """Solve; a thread looks at `stop` ten times a second."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(timeout=0.1):
            if stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()


def _deal(left: dict[tuple[Group, int, int], int], group: Group, order: int, offsets: range) -> int:
    """Hand out one of the counted breaks."""
    for offset in offsets:
        if left[group, order, offset] > 0:
            left[group, order, offset] -= 1
            return offset
    raise AssertionError("CP-SAT counted fewer breaks than shifts.")


def _choices(model: TourModel, day: int, others: list[PlacedShift]) -> tuple[Choice, ...]:
    """Shape and start of every shift that could stand on this day beside the others."""
    agent, contract, horizon = model.agent, model.contract, model.horizon
    walls = [horizon.wall_minutes[s.start_slot] for s in others if s.shape is not None]
    first = max(walls) - contract.start_band_minutes if walls else 0
    last = min(walls) + contract.start_band_minutes if walls else 1 << 30
    paid = sum(s.paid_minutes for s in others) + agent.credited_minutes
    low, high = contract.paid_minutes_per_week
    open_from = max((s.end_slot + model.rest_slots for s in others if s.day < day), default=0)
    open_to = min((s.start_slot - model.rest_slots for s in others if s.day > day), default=1 << 30)
    choices = []
    for number, shape in enumerate(model.shapes):
        if not low <= paid + shape.paid_minutes <= high:
            continue
        for place in np.flatnonzero(model.legal[number, day]):
            start = int(model.start_table[day, place])
            in_band = first <= horizon.wall_minutes[start] <= last
            if in_band and open_from <= start and start + shape.length <= open_to:
                choices.append((number, start))
    return tuple(choices)
