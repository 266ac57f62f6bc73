"""Plans of many shifts at once by CP-SAT: one day of everyone, or the whole week of a few.

In a day's plan the other shifts of each agent stay; an agent chooses a start (and length) that keeps band, rest,
hours and spans. In a group's plan a few agents choose their whole week. Breaks are counted per skill set, shape
and start (Aykin's break variables), not per agent, and are dealt out afterwards. So the model grows with the
number of distinct starts, not with agents times breaks.

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
"""Shape and start slot; the slot tells the day."""
Group = tuple[int, str, int, int]


@dataclass(frozen=True, kw_only=True)
class Member:
    agent: int
    model: TourModel
    moving: tuple[PlacedShift, ...]
    """Shifts that are planned anew."""
    choices: tuple[tuple[int, Choice], ...]
    """Day and choice of everything that could stand instead."""


@dataclass(kw_only=True)
class _Model:
    """The CP-SAT model while it is built."""

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    picks: dict[tuple[int, Choice], cp_model.IntVar] = field(default_factory=dict)
    starts: dict[Group, list[cp_model.IntVar]] = field(default_factory=dict)
    breaks: dict[tuple[Group, int, int], cp_model.IntVar] = field(default_factory=dict)
    staffed: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = field(default_factory=dict)
    cost: list[tuple[int, cp_model.IntVar]] = field(default_factory=list)


class Plan:
    """Plans some shifts again within a counted budget; subclasses say which."""

    def __init__(self, roster: Roster, members: list[Member]) -> None:
        """Take the members and what each could work instead."""
        self.roster, self.members = roster, members
        self.shapes = {m.model.contract.name: m.model.shapes for m in members}
        self.model = _Model()
        touched = [roster.masks[m.agent] for m in members]
        linked = roster.coverage.linked
        # Skills that share nobody with the members are not part of the question.
        self.relevant = sum(c.mask for c in linked if any(c.mask & mask for mask in touched))

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
        for member in self.members:
            self._offer(member)
            self._keep_rules(member)
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

    def _group(self, member: Member, choice: Choice) -> Group:
        return (self.roster.masks[member.agent], member.model.contract.name, *choice)

    def _offer(self, member: Member) -> None:
        """A boolean for everything a member could work; the present shifts as the hint."""
        present = {(shift.shape, shift.start_slot) for shift in member.moving}
        for _, choice in member.choices:
            pick = self.model.cp.new_bool_var("")
            self.model.cp.add_hint(pick, int(choice in present))
            self.model.picks[member.agent, choice] = pick
            self.model.starts.setdefault(self._group(member, choice), []).append(pick)

    def _keep_rules(self, member: Member) -> None:
        """Ensures that what a member picks is legal."""
        raise NotImplementedError

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
            for shift in member.moving:
                assert shift.shape is not None
                group = self._group(member, (shift.shape, shift.start_slot))
                for order, offset in enumerate(shift.breaks):
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
            supply = {
                mask: int(n) for mask in fixed if mask & self.relevant and (n := fixed[mask][slot])
            }
            self._serve_slot(slot, {**dict.fromkeys(masks, 0), **supply})

    def _serve_slot(self, slot: int, fixed: dict[int, int]) -> None:
        coverage = self.roster.coverage
        asked = [
            skill
            for skill in range(len(coverage.skills))
            if self.relevant >> skill & 1 and coverage.required[skill, slot] > 0
        ]
        over = round(coverage.over_cost * SCALE)
        for mask in fixed:
            rows = self.model.staffed.get((mask, slot), [])
            self.model.cost.extend((sign * over * SCALE, var) for sign, var in rows)
        if len(asked) == 1:
            able = [mask for mask in fixed if mask >> asked[0] & 1]
            rows = [row for mask in able for row in self.model.staffed.get((mask, slot), [])]
            there = sum(fixed[mask] for mask in able) + sum(sign * var for sign, var in rows)
            self._price_shortage(asked[0], slot, there)
        elif asked:
            self._share_out(slot, fixed, asked)

    def _share_out(self, slot: int, fixed: dict[int, int], asked: list[int]) -> None:
        """Ensures that people of several skills serve one of them each."""
        served: dict[int, list[cp_model.IntVar]] = {skill: [] for skill in asked}
        for mask, count in fixed.items():
            flows = []
            for skill in asked:
                if mask >> skill & 1:
                    most = int(np.ceil(self.roster.coverage.required[skill, slot]))
                    flow = self.model.cp.new_int_var(0, most, "")
                    served[skill].append(flow)
                    flows.append(flow)
            rows = self.model.staffed.get((mask, slot), [])
            if flows:
                self.model.cp.add(sum(flows) <= count + sum(sign * var for sign, var in rows))
        for skill, flows in served.items():
            self._price_shortage(skill, slot, sum(flows))

    def _price_shortage(self, skill: int, slot: int, there: cp_model.LinearExpr | int) -> None:
        coverage = self.roster.coverage
        demand = round(coverage.required[skill, slot] * SCALE)
        short = self.model.cp.new_int_var(0, demand, "")
        self.model.cp.add(short + SCALE * there >= demand)
        under = float(coverage.under_cost[skill]) + coverage.over_cost
        self.model.cost.append((round(under * SCALE), short))

    def _fixed_staff(self) -> dict[int, NDArray[np.float64]]:
        """People per skill set in each slot whom this plan does not move."""
        moving = {m.agent: m.moving for m in self.members}
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
            for shift in moving.get(agent, ()):
                row[self._working(agent, shift)] -= 1
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
                for shift in member.moving:
                    held[self._present(member, (shift.shape, shift.start_slot))] -= 1
                for _, choice in member.choices:
                    for slot in self._present(member, choice):
                        sitting.setdefault(int(slot), []).append(
                            self.model.picks[member.agent, choice]
                        )
            for slot, picks in sitting.items():
                free = int(seats[slot] - held[slot])
                if len(picks) > free:
                    self.model.cp.add(sum(picks) <= free)

    # -- shifts ------------------------------------------------------------------------------

    def _present(self, member: Member, choice: tuple[int | None, int]) -> NDArray[np.int64]:
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
            chosen = {}
            for day, choice in member.choices:
                if solver.boolean_value(self.model.picks[member.agent, choice]):
                    group = self._group(member, choice)
                    shape = member.model.shapes[choice[0]]
                    breaks = tuple(
                        _deal(left, group, order, range(rule.earliest, rule.latest + 1))
                        for order, rule in enumerate(shape.breaks)
                    )
                    chosen[day] = (choice, breaks)
            self.roster.replace(member.agent, self._tour(member, chosen))

    def _tour(self, member: Member, chosen: dict[int, tuple[Choice, tuple[int, ...]]]) -> Tour:
        """What stays of the week and what was chosen."""
        tour = self.roster.tours[member.agent]
        assert tour is not None
        moved = {shift.day for shift in member.moving}
        week: list[tuple[int, int | None, int]] = []
        breaks: dict[int, tuple[int, ...]] = {}
        for shift in tour.shifts:
            if shift.day not in moved:
                week.append((shift.day, shift.shape, shift.start_slot))
                breaks[shift.day] = shift.breaks
        for day, ((number, start), offsets) in chosen.items():
            week.append((day, number, start))
            breaks[day] = offsets
        return member.model.tour_with(sorted(week, key=lambda item: item[0]), breaks)


class DayPlan(Plan):
    """One day of everyone who works that day."""

    def __init__(self, roster: Roster, day: int) -> None:
        """Read who works that day and what each could work instead."""
        found = (_day_member(roster, agent, day) for agent in roster.placed())
        super().__init__(roster, [member for member in found if member is not None])

    def _keep_rules(self, member: Member) -> None:
        """Ensures that every member works exactly one of the choices."""
        picks = [self.model.picks[member.agent, choice] for _, choice in member.choices]
        self.model.cp.add_exactly_one(picks)


def _day_member(roster: Roster, agent: int, day: int) -> Member | None:
    tour = roster.tours[agent]
    current = next((s for s in tour.shifts if s.day == day), None) if tour else None
    if tour is None or current is None or current.shape is None:
        return None
    model = roster.class_of[agent].model
    choices = _choices(model, day, [s for s in tour.shifts if s.day != day])
    return Member(
        agent=agent,
        model=model,
        moving=(current,),
        choices=tuple((day, choice) for choice in choices),
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
    paid = sum(s.paid_minutes for s in others) + sum(agent.credited_minutes)
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
