"""Offices on real calendars: their plan beside what single items and people make of it.

The simulation gets the calendar itself: the due time of every single arrival is asked of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog, gives_way_factor
from staffing.core.deferred_plan import DeferredGoal, plan_deferred, reachable_level
from staffing.core.due_times import (
    due_seconds,
    open_seconds_by_slice,
    open_stretches,
    stretch_seconds,
)
from staffing.core.plan_shape import PlanShape
from staffing.core.simulation_deferred import SimulatedOffice, simulate_deferred
from wfm.timeline import BusinessCalendar, DueRule, DueUnit, due_instants, grid, local_minutes

LONDON = "Europe/London"
MONDAY = date(2026, 3, 2)
OFFICE = {weekday: [(480, 1020)] for weekday in range(5)}
TWO_PARTS = {weekday: [(490, 720), (790, 1065)] for weekday in range(5)}  # no boundary of a grid
NIGHTS = {weekday: [(0, 360), (1320, 1440)] for weekday in range(7)}
ALWAYS = {weekday: [(0, 1440)] for weekday in range(7)}
MOST_FLAT_STEPS = 6


def business_minutes(amount, cutoff=None):
    return DueRule(DueUnit.BUSINESS_MINUTES, amount, cutoff)


def business_days(amount, cutoff=None):
    return DueRule(DueUnit.BUSINESS_DAYS, amount, cutoff)


def calendar_minutes(amount, cutoff=None):
    return DueRule(DueUnit.CALENDAR_MINUTES, amount, cutoff)


def calendar_days(amount, cutoff=None):
    return DueRule(DueUnit.CALENDAR_DAYS, amount, cutoff)


@dataclass(frozen=True)
class Case:
    """One office; `a_day` items come on a weekday, most of them by day."""

    name: str
    rule: DueRule
    level: float
    a_day: float = 150.0
    aht_seconds: float = 900.0
    weekly: dict = field(default_factory=lambda: OFFICE)
    starts_on: date = MONDAY
    days: int = 14
    step_seconds: int = 1800
    closed: tuple = ()
    special: dict = field(default_factory=dict)
    backlog: tuple = ()
    """(items, due hours after the start), overdue where 0 or less."""
    weekend_share: float = 0.3
    later_rule: tuple | None = None
    """(day, rule): what holds from that day on."""
    cap: float = 1.0
    spread: float = 1.0
    tz: str = LONDON

    @cached_property
    def calendar(self):
        return BusinessCalendar(
            self.tz, self.weekly, closed_dates=frozenset(self.closed), special_dates=self.special
        )

    @cached_property
    def bounds(self):
        first = datetime.combine(self.starts_on, time.min, tzinfo=ZoneInfo(self.tz))
        last = datetime.combine(
            self.starts_on + timedelta(days=self.days), time.min, tzinfo=ZoneInfo(self.tz)
        )
        return first.astimezone(UTC), last.astimezone(UTC)

    @cached_property
    def starts_at(self):
        return grid(*self.bounds, self.step_seconds // 60)

    @cached_property
    def items(self):
        minutes = local_minutes(self.starts_at, self.tz)
        shape = np.where((minutes >= 420) & (minutes < 1140), 1.0, 0.15)
        zone = ZoneInfo(self.tz)
        weekday = np.array(
            [moment.astype(object).replace(tzinfo=UTC).astimezone(zone).weekday()
             for moment in self.starts_at]
        )  # fmt: skip
        shape = shape * np.where(weekday >= 5, self.weekend_share, 1.0)
        return self.a_day * shape / (12 * 3600 + 12 * 3600 * 0.15) * self.step_seconds

    @cached_property
    def rules(self):
        rows = np.arange(self.starts_at.size)
        if self.later_rule is None:
            return [(rows, self.rule)]
        day, rule = self.later_rule
        change = datetime.combine(day, time.min, tzinfo=ZoneInfo(self.tz)).astimezone(UTC)
        before = self.starts_at < np.datetime64(change.replace(tzinfo=None), "s")
        return [(rows[before], self.rule), (rows[~before], rule)]

    @cached_property
    def opening(self):
        starts_at, ends_at = self.bounds
        stretches = open_stretches(self.calendar, starts_at=starts_at, ends_at=ends_at)
        return stretch_seconds(stretches, starts_at=starts_at)

    @cached_property
    def demand(self):
        opens, closes = self.opening
        first, last = due_seconds(
            self.calendar, self.rules, starts_at=self.starts_at, step_seconds=self.step_seconds
        )
        held = np.array(self.backlog, dtype=float).reshape(-1, 2)
        return DeferredDemand(
            step_seconds=self.step_seconds,
            items=self.items,
            aht_seconds=np.full(self.items.size, self.aht_seconds),
            open_seconds=open_seconds_by_slice(
                opens, closes, intervals=self.items.size, step_seconds=self.step_seconds
            ),
            first_due_seconds=first,
            last_due_seconds=last,
            backlog=OpeningBacklog(held[:, 0], held[:, 1] * 3600.0, self.aht_seconds, 17 * 3600.0),
            occupancy_cap=self.cap,
            handling_spread=self.spread,
        )

    def due_of(self, moments):
        """Ask the calendar for the due time of every arrival."""
        interval = (moments // self.step_seconds).astype(int)
        arrived = self.starts_at[0] + np.floor(moments).astype(int).astype("timedelta64[s]")
        due = np.zeros(moments.size)
        for rows, rule in self.rules:
            mine = np.isin(interval, rows)
            if mine.any():
                found = due_instants(self.calendar, rule, arrived[mine])
                due[mine] = (found - self.starts_at[0]).astype(float)
        return due

    def office(self, agents):
        opens, closes = self.opening
        backlog = self.demand.backlog
        return SimulatedOffice(
            interval_seconds=self.step_seconds,
            items=self.items,
            aht_seconds=np.full(self.items.size, self.aht_seconds),
            agents=np.asarray(agents).astype(np.int64),
            opens=opens,
            closes=closes,
            due_of=self.due_of,
            held_due=np.repeat(backlog.due_seconds, backlog.items.astype(int)),
            held_aht_seconds=backlog.aht_seconds,
            held_late_by=backlog.overdue_by_seconds,
            gives_way_factor=gives_way_factor(self.spread),
            occupancy_cap=self.cap,
            handling_spread=self.spread,
        )


CASES = [
    Case("4 business hours", business_minutes(240), 0.95),
    Case("5 business hours, quarter-hours", business_minutes(300), 0.9, 300, step_seconds=900),
    Case("1 business day, cut-off 15:30", business_days(1, 930), 0.95, 400, spread=0.5),
    Case("2 business days", business_days(2), 0.98, 200, 1200),
    Case("same business day, cut-off noon", business_days(0, 720), 0.95, 250, 600),
    Case("24 calendar hours, closed weekends", calendar_minutes(1440), 0.95, weekend_share=0.1),
    Case("36 calendar hours, cut-off noon", calendar_minutes(2160, 720), 0.85, 220),
    Case("1 calendar day, open weekends", calendar_days(1), 0.95, weekly=ALWAYS, aht_seconds=600),
    Case(
        "Easter: two holidays, 2 business days",
        business_days(2), 0.95, 300,
        starts_on=date(2026, 3, 30), closed=(date(2026, 4, 3), date(2026, 4, 6)),
    ),
    Case(
        "half a day off, 6 business hours",
        business_minutes(360), 0.9, 240, special={date(2026, 3, 6): [(480, 720)]},
    ),
    Case(
        "spring change, 24/7, 3 calendar hours",
        calendar_minutes(180), 0.95, starts_on=date(2026, 3, 23), weekly=ALWAYS, aht_seconds=1800,
    ),
    Case(
        "spring change, nights, 5 business hours",
        business_minutes(300), 0.9, 200, weekly=NIGHTS, starts_on=date(2026, 3, 23), spread=0.7,
    ),
    Case(
        "autumn change, nights, 1 business day",
        business_days(1), 0.95, 240, weekly=NIGHTS, starts_on=date(2026, 10, 19), step_seconds=900,
    ),
    Case(
        "autumn change, 2 calendar days",
        calendar_days(2), 0.97, starts_on=date(2026, 10, 19), weekend_share=0.1,
    ),
    Case(
        "backlog, part of it overdue",
        business_minutes(960), 0.95, backlog=((40, -5), (60, 16.5), (50, 40)), days=7,
    ),
    Case(
        "backlog due tomorrow and beyond the end",
        business_days(3), 0.95, 120, backlog=((150, 41), (30, 24 * 30)), days=7,
    ),
    Case("4-hour items, few people", business_minutes(1080), 0.9, 4, 14_400, days=28),
    Case("six items a day", business_minutes(240), 0.9, 6, 1200, days=28),
    Case("45 minutes, 24/7", calendar_minutes(45), 0.9, 150, 600, weekly=ALWAYS, spread=0.5),
    Case("2 business hours for 1-hour items", business_minutes(120), 0.8, 60, 3600),
    Case("all in time, 8 business hours", business_minutes(480), 1.0, 160),
    Case("occupancy at most 80 %", business_minutes(400), 0.95, 120, 1800, cap=0.8),
    Case("1,500 items a day, 5 business hours", business_minutes(300), 0.95, 1500, 420, days=7),
    Case(
        "the due time changes", business_minutes(480), 0.9, 160,
        later_rule=(date(2026, 3, 9), business_minutes(180)),
    ),
    Case("hours off the grid, a lunch break", business_minutes(200), 0.9, 200, weekly=TWO_PARTS),
]  # fmt: skip


@dataclass(frozen=True)
class CaseResult:
    """What the plan says of a flat team and of a shaped plan, and what was simulated."""

    case: Case
    ceiling: float
    target: float
    predicted: float
    simulated: float
    flat: int
    optimum: int
    steady: float
    """People who do as much as arrives, without a goal."""
    shaped_predicted: float
    shaped_simulated: float
    hours_ratio: float
    """Hours of the shaped plan over those of the flat team."""

    @property
    def difference(self):
        """Simulated less predicted level, the farther of the two plans."""
        pairs = (self.simulated - self.predicted, self.shaped_simulated - self.shaped_predicted)
        return max(pairs, key=abs)


def run_case(case, *, simulated_items, seed=77):
    """Plan the case and live through the plans, and find the least team by simulating alone."""
    demand = case.demand
    flat = plan_deferred(demand, goal=DeferredGoal(level=case.level, shape=PlanShape.FLAT))
    shaped = plan_deferred(demand, goal=DeferredGoal(level=case.level))
    volume = demand.items.sum() + demand.backlog.items.sum()
    repeats = int(max(20, simulated_items / volume))

    def lived(agents):
        return simulate_deferred(case.office(agents), repeats=repeats, seed=seed)

    is_open = demand.working_seconds > 0
    least = int(np.ceil(demand.arriving_seconds / demand.working_seconds.sum() - 1e-9))
    found = {}

    def holds(people):
        days = found[people] = lived(np.where(is_open, people, 0))
        return days.level >= flat.target_level and days.late_done.mean() >= min(
            flat.target_level, reachable_level(1.0)
        )

    optimum = flat.flat_agents
    if holds(optimum):
        for _ in range(MOST_FLAT_STEPS):
            if optimum <= least or not holds(optimum - 1):
                break
            optimum -= 1
    else:
        for _ in range(MOST_FLAT_STEPS):
            optimum += 1
            if holds(optimum):
                break
    return CaseResult(
        case=case,
        ceiling=flat.ceiling_level,
        target=flat.target_level,
        predicted=flat.level,
        simulated=found[flat.flat_agents].level,
        flat=flat.flat_agents,
        optimum=optimum,
        steady=float(demand.arriving_seconds / demand.working_seconds.sum()),
        shaped_predicted=shaped.level,
        shaped_simulated=lived(shaped.required_agents).level,
        hours_ratio=float(
            (shaped.required_agents @ demand.working_seconds)
            / (flat.required_agents @ demand.working_seconds)
        ),
    )
