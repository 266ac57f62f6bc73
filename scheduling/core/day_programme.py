"""All starts and breaks of one day planned together by CP-SAT, as running counts.

Who works that day, which shape and in which start band is given. Starts of agents with the same skills, contract
and shape are counted, not told apart: their windows are in the same order at both ends, so that the k-th start
belongs to the k-th agent. Breaks are counted likewise. So the model grows with the day's slots, not with agents.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from scheduling.core.roster import Roster
from scheduling.core.tours import PlacedShift, Tour, TourModel

Ints = NDArray[np.int64]
SCALE = 20
"""Costs and decimal requirements become whole numbers for CP-SAT."""
MOST_PARTS = 4
"""Groups into which one is split whose windows are not in the same order at both ends."""
Window = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class _Member:
    """One shift of the day and the slots between which it may start."""

    agent: int
    shift: PlacedShift
    first: int
    last: int
    allowed: frozenset[int]


@dataclass(kw_only=True, eq=False)
class _Group:
    """Members whose shifts are counted together."""

    mask: int
    site: str
    shape: int
    model: TourModel
    members: list[_Member]
    slots: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    started: list[cp_model.IntVar] = field(default_factory=list)
    begun: list[tuple[Ints, list[cp_model.IntVar]]] = field(default_factory=list)


class DayProgramme:
    """One day of everybody who works it."""

    def __init__(
        self,
        roster: Roster,
        day: int,
        *,
        bands: Mapping[int, Window] | None = None,
        sits: Callable[[int, int], bool] = lambda _agent, _day: True,
    ) -> None:
        """Read who works that day and when each could start.

        Args:
            roster: the schedule; shapes and days stay.
            day: day of the horizon.
            bands: first and last place of each agent's starts this week; else what the other shifts leave.
            sits: whether an agent takes a desk that day, where desks count for them.
        """
        self.roster, self.day = roster, day
        self.cp = cp_model.CpModel()
        self.cost: list[tuple[int, cp_model.IntVar]] = []
        self.staffed: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = {}
        self.groups = self._groups(bands or {}, sits)
        linked = roster.coverage.linked
        masks = {group.mask for group in self.groups}
        self.relevant = sum(c.mask for c in linked if any(c.mask & mask for mask in masks))

    def improve(self, *, effort: float, seed: int, stop: Callable[[], bool]) -> bool:
        """Plan the day again; True and the roster changed where that costs less."""
        solver = self.solved(effort=effort, seed=seed, stop=stop)
        return solver is not None and self.apply(solver)

    def solved(
        self, *, effort: float, seed: int, stop: Callable[[], bool]
    ) -> cp_model.CpSolver | None:
        """The day's best starts and breaks; the roster stays as it is."""
        if not self.groups:
            return None
        self._write()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = effort
        status = solve_watched(solver, self.cp, stop)
        return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    # -- who and when ------------------------------------------------------------------------

    def _groups(
        self, bands: Mapping[int, Window], sits: Callable[[int, int], bool]
    ) -> list[_Group]:
        found: dict[tuple[int, str, str, int, str], _Group] = {}
        for agent in self.roster.placed():
            member = self._member(agent, bands.get(agent))
            if member is None or member.shift.shape is None:
                continue
            model = self.roster.class_of[agent].model
            desk = self.roster.needs_seat[agent] and sits(agent, self.day)
            site = self.roster.data.agents[agent].site if desk else ""
            mask, shape = self.roster.masks[agent], member.shift.shape
            key = (mask, model.contract.name, model.agent.zone, shape, site)
            group = found.setdefault(
                key, _Group(mask=mask, site=site, shape=shape, model=model, members=[])
            )
            group.members.append(member)
        return [part for _, group in sorted(found.items()) for part in _in_order(group)]

    def _member(self, agent: int, band: Window | None) -> _Member | None:
        tour, model = self.roster.tours[agent], self.roster.class_of[agent].model
        if tour is None:
            return None
        rows = np.flatnonzero(tour.days == self.day)
        if not len(rows) or tour.shape_numbers[rows[0]] < 0:
            return None
        shift = tour.shift_at(int(rows[0]))
        assert shift.shape is not None
        first, last = band or _open_band(model, tour, self.day)
        places = np.arange(model.start_table.shape[1]) + model.first_place
        legal = model.by_day[self.day, shift.shape] & (places >= first) & (places <= last)
        slots = model.start_table[self.day][legal]
        length = model.shapes[shift.shape].length
        earliest, latest_end = _rest_around(model, tour, int(rows[0]))
        slots = slots[(slots >= earliest) & (slots + length <= latest_end)]
        if not len(slots):
            slots = np.array([shift.start_slot])
        allowed = frozenset(int(slot) for slot in slots)
        return _Member(
            agent=agent, shift=shift, first=min(allowed), last=max(allowed), allowed=allowed
        )

    # -- the model ---------------------------------------------------------------------------

    def _write(self) -> None:
        for group in self.groups:
            self._write_starts(group)
            self._write_breaks(group)
        self._serve_demand()
        self._respect_seats()
        self.cp.minimize(sum(weight * var for weight, var in self.cost))

    def _write_starts(self, group: _Group) -> None:
        """Ensures that by each slot those have started whose window closed, and no others than may."""
        slots = sorted({slot for member in group.members for slot in member.allowed})
        group.slots = np.array(slots)
        firsts = np.array([member.first for member in group.members])
        lasts = np.array([member.last for member in group.members])
        now = np.array([member.shift.start_slot for member in group.members])
        for slot in slots:
            var = self.cp.new_int_var(int((lasts <= slot).sum()), int((firsts <= slot).sum()), "")
            self.cp.add_hint(var, int((now <= slot).sum()))
            group.started.append(var)
        self._rising(group.started)
        shape = group.model.shapes[group.shape]
        for offset, length in shape.pieces:
            self._cover(group.mask, group.started, group.slots + offset, length, 1)

    def _write_breaks(self, group: _Group) -> None:
        """Ensures that every break is begun inside its window."""
        shape = group.model.shapes[group.shape]
        everyone = len(group.members)
        for order, rule in enumerate(shape.breaks):
            begins = np.arange(group.slots[0] + rule.earliest, group.slots[-1] + rule.latest + 1)
            now = np.array([m.shift.start_slot + m.shift.breaks[order] for m in group.members])
            begun = []
            for slot in begins:
                var = self.cp.new_int_var(0, everyone, "")
                self.cp.add_hint(var, int((now <= slot).sum()))
                begun.append(var)
                could = int(np.searchsorted(group.slots + rule.earliest, slot, side="right")) - 1
                must = int(np.searchsorted(group.slots + rule.latest, slot, side="right")) - 1
                self.cp.add(var <= group.started[could])
                if must >= 0:
                    self.cp.add(var >= group.started[must])
            self._rising(begun)
            group.begun.append((begins, begun))
            self._cover(group.mask, begun, begins, rule.length, -1)

    def _rising(self, counts: list[cp_model.IntVar]) -> None:
        for before, after in pairwise(counts):
            self.cp.add(before <= after)

    def _cover(
        self, mask: int, counts: list[cp_model.IntVar], begins: Ints, length: int, sign: int
    ) -> None:
        """Add what has begun and not ended to who is there in each slot."""
        for slot in range(int(begins[0]), int(begins[-1]) + length):
            row = self.staffed.setdefault((mask, slot), [])
            now = int(np.searchsorted(begins, slot, side="right")) - 1
            over = int(np.searchsorted(begins, slot - length, side="right")) - 1
            row.append((sign, counts[now]))
            if over >= 0:
                row.append((-sign, counts[over]))

    def _serve_demand(self) -> None:
        """Ensures that people serve one of their skills at a time; prices shortage and idleness."""
        fixed = self._fixed_staff()
        coverage = self.roster.coverage
        by_slot: dict[int, list[int]] = {}
        for mask, slot in self.staffed:
            by_slot.setdefault(slot, []).append(mask)
        for slot, masks in by_slot.items():
            if slot >= len(coverage.counted) or not coverage.counted[slot]:
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
            rows = self.staffed.get((mask, slot), [])
            self.cost.extend((sign * over * SCALE, var) for sign, var in rows)
        if len(asked) == 1:
            able = [mask for mask in fixed if mask >> asked[0] & 1]
            rows = [row for mask in able for row in self.staffed.get((mask, slot), [])]
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
                    flow = self.cp.new_int_var(0, most, "")
                    served[skill].append(flow)
                    flows.append(flow)
            rows = self.staffed.get((mask, slot), [])
            if flows:
                self.cp.add(sum(flows) <= count + sum(sign * var for sign, var in rows))
        for skill, flows in served.items():
            self._price_shortage(skill, slot, sum(flows))

    def _price_shortage(self, skill: int, slot: int, there: cp_model.LinearExpr | int) -> None:
        coverage = self.roster.coverage
        under = float(coverage.under_cost[skill]) + coverage.over_cost
        least = round(coverage.minimum[skill, slot] * SCALE)
        demand = round(coverage.required[skill, slot] * SCALE)
        short = self.cp.new_int_var(0, demand - least, "")
        self.cost.append((round(under * SCALE), short))
        missing: cp_model.LinearExpr = short
        if least:
            below = self.cp.new_int_var(0, least, "")
            self.cost.append((round((under + coverage.minimum_cost) * SCALE), below))
            missing = short + below
        self.cp.add(missing + SCALE * there >= demand)

    def _fixed_staff(self) -> dict[int, NDArray[np.float64]]:
        """People per skill set in each slot whose shifts this does not move."""
        staff = {mask: row.copy() for mask, row in self.roster.staffed.items()}
        for group in self.groups:
            for member in group.members:
                staff[group.mask][self._working(group, member)] -= 1
        return staff

    def _working(self, group: _Group, member: _Member) -> Ints:
        shape = group.model.shapes[group.shape]
        return shape.working_slots(start=member.shift.start_slot, breaks=member.shift.breaks)

    def _respect_seats(self) -> None:
        """Ensures that no site seats more people than it has desks."""
        seated: dict[tuple[str, int], list[tuple[int, cp_model.IntVar]]] = {}
        own: dict[str, NDArray[np.float64]] = {}
        for group in self.groups:
            if not group.site:
                continue
            shape = group.model.shapes[group.shape]
            held = own.setdefault(group.site, self.roster.seated[group.site].copy())
            for member in group.members:
                held[shape.present_slots(start=member.shift.start_slot)] -= 1
            for offset, length in shape.pieces:
                begins = group.slots + offset
                for slot in range(int(begins[0]), int(begins[-1]) + length):
                    row = seated.setdefault((group.site, slot), [])
                    now = int(np.searchsorted(begins, slot, side="right")) - 1
                    over = int(np.searchsorted(begins, slot - length, side="right")) - 1
                    row.append((1, group.started[now]))
                    if over >= 0:
                        row.append((-1, group.started[over]))
        for (site, slot), row in seated.items():
            free = int(self.roster.data.seats[site][slot] - own[site][slot])
            self.cp.add(sum(sign * var for sign, var in row) <= free)

    # -- the answer --------------------------------------------------------------------------

    def apply(self, solver: cp_model.CpSolver) -> bool:
        """Deal starts and breaks out; False and all as before where that is not less dear."""
        before = self.roster.cost()
        old = {m.agent: self.roster.tours[m.agent] for g in self.groups for m in g.members}
        for group in self.groups:
            starts = _dealt(solver, group.slots, group.started)
            breaks = [_dealt(solver, begins, begun) for begins, begun in group.begun]
            for number, member in enumerate(group.members):
                start = int(starts[number])
                if start not in member.allowed:
                    return self._undo(old)
                offsets = tuple(int(row[number]) - start for row in breaks)
                self.roster.replace(member.agent, self._moved(group, member, start, offsets))
        if self.roster.cost() < before - 1e-9:
            return True
        return self._undo(old)

    def _undo(self, old: dict[int, Tour | None]) -> bool:
        for agent, tour in old.items():
            self.roster.replace(agent, tour)
        return False

    def _moved(self, group: _Group, member: _Member, start: int, offsets: tuple[int, ...]) -> Tour:
        tour = self.roster.tours[member.agent]
        assert tour is not None
        return tour.with_shift(self.day, start=start, offsets=offsets)


def _in_order(group: _Group) -> list[_Group]:
    """Groups in whose order both ends of the windows rise; in the last of many the windows are narrowed to that."""
    parts: list[list[_Member]] = []
    for member in sorted(group.members, key=lambda m: (m.first, m.last, m.agent)):
        fitting = [part for part in parts if part[-1].last <= member.last]
        if fitting:
            max(fitting, key=lambda part: part[-1].last).append(member)
        elif len(parts) < MOST_PARTS:
            parts.append([member])
        else:
            parts[-1].append(member)
    _narrow(parts[-1])
    return [replace(group, members=members, started=[], begun=[]) for members in parts]


def _narrow(members: list[_Member]) -> None:
    """Narrow windows so that both ends rise."""
    last = 1 << 30
    for number in range(len(members) - 1, -1, -1):
        member = members[number]
        last = min(last, member.last)
        if last < member.last:
            allowed = frozenset(slot for slot in member.allowed if slot <= last)
            members[number] = replace(member, last=last, allowed=allowed)


def _dealt(solver: cp_model.CpSolver, slots: Ints, counts: list[cp_model.IntVar]) -> list[int]:
    """One slot for each that began, in order."""
    found: list[int] = []
    for slot, var in zip(slots, counts, strict=True):
        found += [int(slot)] * (int(solver.value(var)) - len(found))
    return found


def _open_band(model: TourModel, tour: Tour, day: int) -> Window:
    """The places that a tour's other starts of the week leave to one of its days."""
    week = day // 7
    walls = model.horizon.start_slots
    places = [
        int(np.flatnonzero(walls[d] == start)[0])
        for d, shape, start in zip(tour.days, tour.shape_numbers, tour.starts, strict=True)
        if shape >= 0 and d != day and d // 7 == week
    ]
    if not places:
        return 0, walls.shape[1]
    band = model.contract.start_band_minutes // model.horizon.interval_minutes
    return max(places) - band, min(places) + band


def _rest_around(model: TourModel, tour: Tour, row: int) -> Window:
    """First slot of a start and last of an end that keep rest to the shifts beside one."""
    first, last = -(1 << 30), 1 << 30
    if row > 0:
        first = tour.shift_at(row - 1).end_slot
    if row + 1 < len(tour.days):
        last = tour.shift_at(row + 1).start_slot
    return first + model.rest_slots, last - model.rest_slots


def apart(days: Sequence[int]) -> list[tuple[int, ...]]:
    """Days in pairs with at least one between them, so that rest does not link them; else alone."""
    waiting = list(days)
    pairs: list[tuple[int, ...]] = []
    while waiting:
        first = waiting.pop(0)
        far = next((day for day in waiting[len(waiting) // 2 :] if abs(day - first) > 1), None)
        if far is None:
            pairs.append((first,))
        else:
            waiting.remove(far)
            pairs.append((first, far))
    return pairs


def improve_days(
    plans: Sequence[DayProgramme],
    *,
    threads: int,
    effort: float,
    seed: int,
    stop: Callable[[], bool],
) -> None:
    """Solve days that do not touch side by side; their answers go into the roster one after the other."""
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda plan: plan.solved(effort=effort, seed=seed, stop=stop), plans))
    for plan, solver in zip(plans, found, strict=True):
        if solver is not None:
            plan.apply(solver)


def solve_watched(
    solver: cp_model.CpSolver, model: cp_model.CpModel, stop: Callable[[], bool]
) -> cp_model.CpSolverStatus:
    """Solve while another thread asks whether to stop."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            if stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()
