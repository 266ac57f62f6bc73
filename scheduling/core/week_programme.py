"""A week as a linear programme whose size does not grow with the number of agents.

Starts and begun breaks are running counts by group (skill set, contract, wall clock), day and shape: by any slot at
least those starts must have happened whose window of the start band has closed, at most those whose window has
opened; and a break begun by a slot lies between the starts whose break window has passed and those whose break
window has opened. How many agents have which start band, and on which days and for how long they work in it, are
columns as well. What agents have of their own (days off, time off, wishes) is added up; the certificate and
the dive look at each of them.

T. Aykin, Optimal shift scheduling with multiple break windows (1996), doi:10.1287/mnsc.42.4.591, for breaks as
counts; S. E. Bechtold and L. W. Jacobs, Implicit modeling of flexible break assignments (1990),
doi:10.1287/mnsc.36.11.1339, for the running sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import WHOLE
from scheduling.core.data import WorkMode
from scheduling.core.day_sets import day_range
from scheduling.core.pricing import AgentClass, Pricer
from scheduling.core.programme_rows import LinearSolver, Rows
from scheduling.core.tour_tables import WEEKDAYS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
HULLS_AT_MOST = 150
"""Agents are told apart by their closed days as long as there are no more kinds than that."""
TAIL_SHARE = 0.5
"""What cover of the next week's first hours counts for; that week's own shifts are not in sight."""


class Account(NamedTuple):
    """Days or hours of the agents of a group, by start band."""

    of_shape: Floats
    """What a shift of each shape adds."""
    least_rows: Ints
    """By band: shifts less the least of all agents in it is at least what the row says."""
    most_rows: Ints


@dataclass(kw_only=True, eq=False)
class Hull:
    """Classes of a group whose starts lie between the same places."""

    classes: list[int] = field(default_factory=list)
    bands: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Columns: agents by start band."""
    first_band: int = 0
    averages: list[tuple[float, float]] = field(default_factory=list)
    """Least and most of a mean agent in each of the group's accounts."""
    open_days: set[int] = field(default_factory=set)
    """Days of the week on which some of them may work."""

    @property
    def is_flexible(self) -> bool:
        """True where not everyone works the same days and hours."""
        return any(least < most for least, most in self.averages)


@dataclass(kw_only=True, eq=False)
class Group:
    """Agents with the same skills, contract and wall clock."""

    mask: int
    site: str
    """Where they need a desk; empty for nowhere."""
    classes: list[int]
    first_place: int
    places: int
    width: int
    hulls: list[Hull] = field(default_factory=list)
    days: dict[tuple[int, int], tuple[Ints, Ints]] = field(default_factory=dict)
    """(day of the week, shape): bands that exist and their columns, agents who work such a day."""

    accounts: list[Account] = field(default_factory=list)
    once_rows: dict[int, Ints] = field(default_factory=dict)
    """By day of the week: rows, one per band, that leave room for one shift of each agent."""
    able_rows: dict[int, int] = field(default_factory=dict)
    """By day of the week: the row that leaves room for those who may work that day, where not all may."""

    @property
    def bands(self) -> int:
        """Number of start bands."""
        return self.places - self.width


class WeekProgramme:
    """Rows of one week, and what its solution says."""

    def __init__(
        self,
        pricer: Pricer,
        masks: Sequence[int],
        week: int,
        *,
        carried: dict[int, Floats] | None = None,
        bands: bool = True,
    ) -> None:
        """Write the programme of a week.

        Args:
            pricer: classes of agents, requirement and costs.
            masks: skill set of each class.
            week: number of the week.
            carried: people per skill set and slot who are there beside those who are planned.
            bands: whether starts of an agent's week keep to a band.
        """
        self.pricer, self.masks, self.week, self.keeps_bands = pricer, masks, week, bands
        horizon = pricer.classes[0].model.horizon
        self.first_day = WEEKDAYS * week
        self.days = min(WEEKDAYS, horizon.days - self.first_day)
        self.rows = Rows()
        self.slots: Ints = self._slots()
        self.at: Ints = np.full(horizon.slots + 1, -1, dtype=np.int64)
        self.at[self.slots] = np.arange(len(self.slots))
        self.fixed = self._fixed_supply(carried or {})
        self.groups = self._groups()
        apart = {
            (number, self._open_days(member))
            for number, group in enumerate(self.groups)
            for member in group.classes
        }
        self.tells_days_apart = len(apart) <= HULLS_AT_MOST
        self.desks: dict[str, Ints] = {}
        self.totals: dict[tuple[int, str, int], int] = {}
        """(day of the week, contract, shape): column of the shifts, a whole number in every schedule."""
        self.linking: list[int] = []
        """Rows that link days beside those of the start bands."""
        self._write_cover()
        for group in self.groups:
            self._write_group(group)
        if bands:
            self._write_totals()
        self.solver: LinearSolver = self.rows.solver()

    # -- who and when ------------------------------------------------------------------------

    def _slots(self) -> Ints:
        """Slots that shifts of this week may cover or that are this week's."""
        touched = np.zeros(len(self.pricer.counted), dtype=bool)
        for group in self.pricer.classes:
            model = group.model
            days = slice(self.first_day, self.first_day + self.days)
            for number, shape in enumerate(model.shapes):
                starts = model.start_table[days][model.by_day[days, number]]
                for start in np.unique(starts):
                    touched[start : start + shape.length] = True
            midnights = model.horizon.day_starts
            own = slice(midnights[self.first_day], midnights[self.first_day + self.days])
            touched[own] |= self.pricer.required[:, own].any(axis=0)
        return np.flatnonzero(touched & self.pricer.counted)

    def _fixed_supply(self, carried: dict[int, Floats]) -> dict[int, Floats]:
        """People per skill set who are there whatever is planned."""
        slots = len(self.pricer.counted)
        supply = {mask: row.copy() for mask, row in carried.items()}
        for skills, held in self.pricer.carried:
            mask = sum(1 << n for n, s in enumerate(self.pricer.skills) if s in skills)
            supply.setdefault(mask, np.zeros(slots))[np.asarray(held, dtype=np.int64)] += 1
        for group, mask in zip(self.pricer.classes, self.masks, strict=True):
            for day in range(self.first_day, self.first_day + self.days):
                if day in group.model.fixed:
                    row = supply.setdefault(mask, np.zeros(slots))
                    held = group.model.fixed[day].working_slots
                    row[np.asarray(held, dtype=np.int64)] += len(group.members)
        return supply

    def _groups(self) -> list[Group]:
        together: dict[tuple[int, str, str, str], list[int]] = {}
        for number, (group, mask) in enumerate(zip(self.pricer.classes, self.masks, strict=True)):
            agent = group.model.agent
            sits = agent.work_mode == WorkMode.OFFICE and agent.site in self.pricer.seats
            key = (mask, agent.site if sits else "", group.model.contract.name, agent.zone)
            together.setdefault(key, []).append(number)
        return [self._group(key[0], key[1], classes) for key, classes in sorted(together.items())]

    def _group(self, mask: int, site: str, classes: list[int]) -> Group:
        models = [self.pricer.classes[n].model for n in classes]
        first = min(m.first_place for m in models)
        end = max(m.first_place + m.start_table.shape[1] for m in models)
        band = models[0].contract.start_band_minutes // models[0].horizon.interval_minutes
        width = min(band, end - first - 1) if self.keeps_bands else end - first - 1
        return Group(
            mask=mask,
            site=site,
            classes=classes,
            first_place=first,
            places=end - first,
            width=width,
        )

    # -- cover -------------------------------------------------------------------------------

    def _write_cover(self) -> None:
        """Ensures that people on position serve one of their skills or idle, and prices what is short."""
        pricer, rows, slots = self.pricer, self.rows, self.slots
        horizon = pricer.classes[0].model.horizon
        weight = np.ones(len(slots))
        if self.first_day + self.days < horizon.days:
            weight[slots >= horizon.day_starts[self.first_day + self.days]] = TAIL_SHARE
        count = len(slots)
        self.demand: list[Ints] = []
        for skill in range(len(pricer.skills)):
            self.demand.append(self._write_demand(skill, weight))
        self.supply: dict[int, Ints] = {}
        self.cover_entries: dict[int, list[tuple[Ints, Ints, float]]] = {}
        for mask in sorted({*self.masks, *self.fixed}):
            own = [n for n in range(len(pricer.skills)) if mask >> n & 1]
            if len(own) == 1:
                # Whoever has one skill stands in its row; its idle column is the demand's.
                self.supply[mask] = self.demand[own[0]]
                continue
            self.supply[mask] = row = rows.constraints(count, *self._minus_fixed(mask))
            rows.put(row, rows.variables(count, cost=pricer.over_cost * weight), -1.0)
            for skill in own:
                flow = rows.variables(count)
                rows.put(row, flow, -1.0)
                rows.put(self.demand[skill], flow, 1.0)

    def _minus_fixed(self, mask: int) -> tuple[Floats, Floats]:
        there = self.fixed.get(mask)
        level = np.zeros(len(self.slots)) if there is None else -there[self.slots]
        return level, level

    def _write_demand(self, skill: int, weight: Floats) -> Ints:
        """Served and missing people make up the whole units; one more may serve the part of a unit."""
        pricer, rows, slots = self.pricer, self.rows, self.slots
        need = pricer.whole[skill, slots]
        level = need + self._minus_fixed(1 << skill)[0]
        row: Ints = rows.constraints(len(slots), level, level)
        rows.put(row, rows.variables(len(slots), cost=pricer.over_cost * weight), -1.0)
        under = pricer.under[skill] * weight
        least = np.minimum(pricer.minimum[skill, slots], need)
        rows.put(row, rows.variables(len(slots), cost=under, most=need - least), 1.0)
        if least.any():
            dear = under + pricer.minimum_cost * weight
            rows.put(row, rows.variables(len(slots), cost=dear, most=least), 1.0)
        part = pricer.part[skill, slots] > 0
        if part.any():
            change = (pricer.part_idle - pricer.part_short)[skill, slots] * weight
            last = rows.variables(int(part.sum()), cost=change[part], most=1.0)
            rows.put(row[part], last, -1.0)
        return row

    # -- a group -----------------------------------------------------------------------------

    def _write_group(self, group: Group) -> None:
        members = [self.pricer.classes[n] for n in group.classes]
        self._write_hulls(group)
        self._write_days(group, members)
        self._write_hours(group, members)

    def _write_hulls(self, group: Group) -> None:
        """Ensures that every agent has one start band that their own starts allow."""
        hulls: dict[tuple[int, int, tuple[int, ...]], Hull] = {}
        for number in group.classes:
            model = self.pricer.classes[number].model
            open_days = self._open_days(number) if self.tells_days_apart else ()
            key = (model.first_place, model.start_table.shape[1], open_days)
            hulls.setdefault(key, Hull()).classes.append(number)
        for (first, places, _), hull in sorted(hulls.items()):
            count = max(1, min(places - group.width, group.bands))
            hull.first_band = min(first - group.first_place, group.bands - count)
            agents = float(sum(len(self.pricer.classes[n].members) for n in hull.classes))
            hull.bands = self.rows.variables(count)
            spare = float(sum(self.pricer.spare.get(n, 0) for n in hull.classes))
            row = self.rows.constraints(1, agents - spare, agents)
            self.rows.put(row[0], hull.bands, 1.0)
            group.hulls.append(hull)

    def _open_days(self, number: int) -> tuple[int, ...]:
        """Days of this week on which agents of a class can work."""
        group = self.pricer.classes[number]
        days = range(self.first_day, self.first_day + self.days)
        return tuple(day for day in days if group.is_open(day))

    def _write_days(self, group: Group, members: list[AgentClass]) -> None:
        """Ensures that nobody works twice a day or on a day that is closed to them."""
        model = members[0].model
        everyone = sum(len(m.members) for m in members)
        for day in range(self.days):
            absolute = self.first_day + day
            once = group.once_rows[day] = self.rows.constraints(group.bands, 0.0, np.inf)
            for hull in group.hulls:
                if any(absolute in self._open_days(n) for n in hull.classes):
                    hull.open_days.add(day)
                    at = np.arange(hull.first_band, hull.first_band + len(hull.bands))
                    self.rows.put(once[at], hull.bands, 1.0)
            columns: list[Ints] = []
            for number in range(len(model.shapes)):
                bands, count = self._write_starts(group, members, absolute, number)
                if len(bands):
                    self.rows.put(once[bands], count, -1.0)
                    group.days[day, number] = (bands, count)
                    columns.append(count)
            if not columns:
                continue
            able = sum(len(m.members) for m in members if m.is_open(absolute))
            must = sum(len(m.members) for m in members if absolute in m.model.agent.must_work)
            if able < everyone or must:
                spare = sum(self.pricer.spare.get(n, 0) for n in group.classes)
                row = self.rows.constraints(1, float(max(0, min(must, able) - spare)), float(able))
                self.rows.put(row[0], np.concatenate(columns), 1.0)
                group.able_rows[day] = int(row[0])

    def _write_starts(
        self, group: Group, members: list[AgentClass], day: int, number: int
    ) -> tuple[Ints, Ints]:
        """Running counts of the starts and breaks of one shape on one day; bands and their columns."""
        nothing = np.zeros(0, dtype=np.int64)
        legal = np.zeros(group.places, dtype=bool)
        for member in members:
            model = member.model
            if not member.is_open(day):
                continue
            offset = model.first_place - group.first_place
            legal[offset : offset + model.by_day.shape[2]] |= model.by_day[day, number]
        places = np.flatnonzero(legal)
        if not len(places):
            return nothing, nothing
        rows, width = self.rows, group.width
        first_inside = np.searchsorted(places, np.arange(group.bands))
        inside = np.append(places, group.places + width + 1)[first_inside]
        bands = np.flatnonzero(inside <= np.arange(group.bands) + width)
        if not len(bands):
            return nothing, nothing
        count = rows.variables(len(bands))
        opened = rows.variables(len(bands))
        rows.running(opened, count)
        started = rows.variables(len(places))
        rows.rising(started)
        rows.at_most(started, opened[np.searchsorted(bands, places, side="right") - 1])
        closed = np.searchsorted(bands, places[1:] - width, side="left") - 1
        bound = np.flatnonzero(closed >= 0)
        rows.at_most(opened[closed[bound]], started[:-1][bound])
        rows.at_most(opened[-1:], started[-1:])
        self._write_shift(group, members, number, started, self._start_slots(group, day, places))
        return bands, count

    def _start_slots(self, group: Group, day: int, places: Ints) -> Ints:
        horizon = self.pricer.classes[group.classes[0]].model.horizon
        return np.asarray(horizon.start_slots[day, group.first_place + places])

    def _write_shift(
        self, group: Group, members: list[AgentClass], number: int, started: Ints, slots: Ints
    ) -> None:
        """Ensures that whoever has started is there but for gaps and breaks, each break in its window."""
        shape = members[0].model.shapes[number]
        for offset, length in shape.pieces:
            self._cover(group.mask, started, slots + offset, length, 1.0)
            if group.site:
                self._sit(group.site, started, slots + offset, length)
        for rule in shape.breaks:
            begins = np.arange(slots[0] + rule.earliest, slots[-1] + rule.latest + 1)
            begun = self.rows.variables(len(begins))
            self.rows.rising(begun)
            by_earliest = np.searchsorted(slots + rule.earliest, begins, side="right") - 1
            self.rows.at_most(begun, started[by_earliest])
            by_latest = np.searchsorted(slots + rule.latest, begins, side="right") - 1
            past = np.flatnonzero(by_latest >= 0)
            self.rows.at_most(started[by_latest[past]], begun[past])
            self._cover(group.mask, begun, begins, rule.length, -1.0)

    def _cover(self, mask: int, counts: Ints, begins: Ints, length: int, sign: float) -> None:
        """Add what has begun and not ended to the supply of each slot."""
        slots = np.arange(begins[0], begins[-1] + length)
        slots = slots[(slots < len(self.at) - 1)]
        known = self.at[slots] >= 0
        slots = slots[known]
        now = np.searchsorted(begins, slots, side="right") - 1
        over = np.searchsorted(begins, slots - length, side="right") - 1
        past = over >= 0
        for at, columns, value in (
            (self.at[slots], counts[now], sign),
            (self.at[slots[past]], counts[over[past]], -sign),
        ):
            self.rows.put(self.supply[mask][at], columns, value)
            self.cover_entries.setdefault(mask, []).append((at, columns, value))

    def _sit(self, site: str, counts: Ints, begins: Ints, length: int) -> None:
        """Ensures that no more people are present at a site than it has desks."""
        if site not in self.desks:
            free = self.pricer.seats[site].astype(float)
            self.desks[site] = self.rows.constraints(len(free), -np.inf, free)
        slots = np.arange(begins[0], min(begins[-1] + length, len(self.at) - 1))
        now = np.searchsorted(begins, slots, side="right") - 1
        over = np.searchsorted(begins, slots - length, side="right") - 1
        past = over >= 0
        self.rows.put(self.desks[site][slots], counts[now], 1.0)
        self.rows.put(self.desks[site][slots[past]], counts[over[past]], -1.0)

    def _write_hours(self, group: Group, members: list[AgentClass]) -> None:
        """Ensures days, paid time and split shifts of each band, averaged over its agents."""
        model = members[0].model
        paid = np.array([shape.paid_minutes for shape in model.shapes]) / 60
        kinds = [("days", np.ones(len(paid)))]
        if len(set(paid)) > 1 or any(m.model.fixed for m in members):
            kinds.append(("hours", paid))
        for kind, amounts in kinds:
            low = self.rows.constraints(group.bands, 0.0, np.inf)
            high = self.rows.constraints(group.bands, -np.inf, 0.0)
            for (_, number), (bands, count) in group.days.items():
                self.rows.put(low[bands], count, amounts[number])
                self.rows.put(high[bands], count, amounts[number])
            group.accounts.append(Account(amounts, low, high))
            for hull in group.hulls:
                least, most = self._average(hull, kind, paid)
                hull.averages.append((least, most))
                at = np.arange(hull.first_band, hull.first_band + len(hull.bands))
                self.rows.put(low[at], hull.bands, -least)
                self.rows.put(high[at], hull.bands, -most)
        splits = model.contract.max_split_shifts_per_week
        if splits is not None:
            agents = sum(len(m.members) for m in members)
            row = self.rows.constraints(1, 0.0, float(splits * agents))
            self.linking.append(int(row[0]))
            for (_, number), (_, count) in group.days.items():
                if len(model.shapes[number].pieces) > 1:
                    self.rows.put(row[0], count, 1.0)

    def _write_totals(self) -> None:
        """Columns for the shifts of each contract by day and shape."""
        together: dict[tuple[int, str, int], list[Ints]] = {}
        for group in self.groups:
            contract = self.pricer.classes[group.classes[0]].model.contract.name
            for (day, number), (_, count) in group.days.items():
                together.setdefault((day, contract, number), []).append(count)
        for key, counts in together.items():
            column, row = self.rows.variables(1), self.rows.constraints(1, 0.0, 0.0)
            self.rows.put(row[0], column, -1.0)
            self.rows.put(row[0], np.concatenate(counts), 1.0)
            self.totals[key] = int(column[0])

    def _average(self, hull: Hull, kind: str, paid: Floats) -> tuple[float, float]:
        """Least and most days or hours that a mean agent of a hull still has to work this week."""
        low, high, people = 0.0, 0.0, 0
        for number in hull.classes:
            group = self.pricer.classes[number]
            least, most = group.model.week_range(self.week, hours=kind == "hours")
            few_days, many_days = day_range(group.model, self.week, group.closed_days)
            if kind == "days":
                least, most = max(least, few_days), min(most, many_days)
            else:
                most = max(least, min(most, many_days * float(paid.max())))
            if kind == "days" and len(set(paid)) == 1 and paid[0] > 0:
                # Where all shifts pay the same, hours are days, and there is no row for them.
                few, many = group.model.week_range(self.week, hours=True)
                first, last = np.ceil(few / paid[0] - WHOLE), np.floor(many / paid[0] + WHOLE)
                if first <= last:
                    least, most = max(least, min(first, most)), min(most, max(last, least))
            low += least * len(group.members)
            high += most * len(group.members)
            people += len(group.members)
        return low / people, high / people

    # -- what the solution says --------------------------------------------------------------

    def prices(self) -> tuple[Ints, Floats]:
        """Slots of this week and their prices [skill, slot of these]."""
        duals = self.solver.duals()
        horizon = self.pricer.classes[0].model.horizon
        end = horizon.day_starts[self.first_day + self.days]
        last = self.first_day + self.days >= horizon.days
        own = self.slots < (len(self.pricer.counted) if last else end)
        values = np.stack([duals[row][own] for row in self.demand]) + self.pricer.over_cost
        return self.slots[own], np.clip(values, 0.0, None)

    def profile(self) -> dict[int, Floats]:
        """People on position per skill set and slot of the horizon, those who are fixed included."""
        solution = self.solver.solution()
        found = {}
        for mask in self.supply:
            there = np.zeros(len(self.slots))
            for at, columns, value in self.cover_entries.get(mask, []):
                np.add.at(there, at, value * solution[columns])
            fixed = self.fixed.get(mask)
            found[mask] = np.zeros(len(self.pricer.counted))
            found[mask][self.slots] = there if fixed is None else there + fixed[self.slots]
        return found
