"""The best tour against every tour there is, in small horizons of hours; one rule at a time.

The enumeration tries every shift and day off on every day and reads the rules from the data alone.
"""

from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import pytest

from scheduling.core.data import (
    AgentRules,
    BreakRule,
    ContractRules,
    FixedShift,
    ShiftPattern,
    Wish,
)
from scheduling.core.instance_file import plain_horizon
from scheduling.core.tours import Closed, TourModel

HOURS = 24
CASES = 4


def pattern(key, pieces, *, gap=0, paid=None, breaks=(), **fields):
    return ShiftPattern(
        key=key,
        piece_minutes=tuple(60 * n for n in pieces),
        gap_minutes=(60 * gap,),
        paid_minutes=60 * (paid or sum(pieces)),
        breaks=breaks,
        start_grid_minutes=fields.pop("start_grid_minutes", 180),
        **fields,
    )


PAUSE = BreakRule(minutes=60, earliest_minutes=120, latest_minutes=240)
LONG = pattern("long", [8], paid=7, breaks=(PAUSE,))
SHORT = pattern("short", [5])
SPLIT = pattern("split", [3, 3], gap=2)
WIDE = {
    "days_per_week": (0, 7),
    "paid_minutes_per_week": (0, 9999),
    "start_band_minutes": 1440,
    "max_consecutive_days": 14,
    "min_rest_minutes": 0,
}


@dataclass
class Case:
    """One agent, their contract and what the slots are worth."""

    agent: AgentRules
    contract: ContractRules
    weights: np.ndarray
    days: int
    closed: Closed

    @property
    def model(self):
        horizon = plain_horizon(days=self.days, interval_minutes=60)
        return TourModel(self.agent, self.contract, horizon)


def case(
    seed,
    *,
    patterns=(LONG, SHORT),
    days=7,
    open_days=(0, 1, 3, 5),
    agent=None,
    closed=None,
    **rules,
):
    """Random worths, more good than bad; open from 6 to 22 o'clock on a few days."""
    rng = np.random.default_rng(seed)
    spans = tuple(
        ((HOURS * day + 6, HOURS * day + 22),) if day in open_days else () for day in range(days)
    )
    person = AgentRules(key="p", contract="c", skills=("s",), spans=spans, **(agent or {}))
    return Case(
        agent=person,
        contract=ContractRules(name="c", patterns=patterns, **{**WIDE, **rules}),
        weights=rng.integers(-4, 9, days * HOURS).astype(float),
        days=days,
        closed=closed or Closed(),
    )  # fmt: skip


# -- every tour there is --------------------------------------------------------------------------


def day_options(case, day):
    """A day off and every shift: (day, start, end, paid, pattern, worth); a fixed shift is the only one."""
    for fixed in case.agent.fixed:
        if fixed.day == day:
            return [(day, fixed.start_slot, fixed.end_slot, fixed.paid_minutes, None, 0.0)]
    found = [] if day in case.agent.must_work else [None]
    for form in case.contract.patterns:
        if form.key in case.agent.excluded_patterns:
            continue
        if form.days is not None and day not in form.days:
            continue
        for gap, hour in product(form.gap_minutes, range(24)):
            length = (sum(form.piece_minutes) + gap * (len(form.piece_minutes) - 1)) // 60
            start = HOURS * day + hour
            inside = any(a <= start and start + length <= b for a, b in case.agent.spans[day])
            early = form.earliest_start_minute <= 60 * hour <= form.latest_start_minute
            if not inside or not early or 60 * hour % form.start_grid_minutes:
                continue
            worth = shift_worth(case, form, gap, day, start)
            if worth is not None:
                found.append((day, start, start + length, form.paid_minutes, form, worth))
    return found


def shift_worth(case, form, gap, day, start):
    """Worth of a shift with its best breaks; None where it finds no desk."""
    pieces, at = [], start
    for minutes in form.piece_minutes:
        pieces.append(set(range(at, at + minutes // 60)))
        at += (minutes + gap) // 60
    present = set().union(*pieces)
    blocked, days = case.closed.blocked_slots, case.closed.seat_days
    if blocked is not None and (days is None or days[day]) and any(blocked[s] for s in present):
        return None
    best = -np.inf
    windows = [range(r.earliest_minutes // 60, r.latest_minutes // 60 + 1) for r in form.breaks]
    for offsets in product(*windows):
        working = set(present)
        for rule, offset in zip(form.breaks, offsets, strict=True):
            first = min(pieces[rule.piece]) + offset
            working -= set(range(first, first + rule.minutes // 60))
        best = max(best, sum(case.weights[slot] for slot in working))
    hour = 60 * (start % HOURS)
    best -= form.allowance
    for wish in case.agent.wishes:
        if wish.day == day and not wish.works:
            best -= wish.worth
        elif wish.day == day and wish.pattern in {"", form.key}:
            kept = wish.earliest_start_minute <= hour <= wish.latest_start_minute
            best += wish.worth if kept else 0.0
    return best


def is_legal(case, tour):
    """All rules between days; `tour` is the shifts in order."""
    contract, agent = case.contract, case.agent
    for a, b in pairwise(tour):
        locked = a[4] is None and b[4] is None
        if not locked and 60 * (b[1] - a[2]) < contract.min_rest_minutes:
            return False
    worked = [any(s[0] == day for s in tour) for day in range(case.days)]
    run = agent.previous_run_days
    for day in worked:
        run = run + 1 if day else 0
        if run > contract.max_consecutive_days:
            return False
    weekends = list(agent.previous_weekends[-3:])
    for week in range(-(-case.days // 7)):
        own = worked[7 * week : 7 * week + 7]
        if not week_is_legal(case, week, [s for s in tour if s[0] // 7 == week], own):
            return False
        weekends.append(any(own[5:]))
    limit = contract.max_weekends_in_4_weeks
    if limit is not None:
        for first in range(len(weekends)):
            if sum(weekends[first : first + 4]) > limit:
                return False
    period = contract.paid_minutes_per_period
    paid = sum(s[3] for s in tour) + sum(agent.credited_minutes)
    return period is None or period[0] <= paid <= period[1]


def week_is_legal(case, week, shifts, worked):
    contract, agent = case.contract, case.agent

    def given(row):
        return row[week] if week < len(row) else 0

    granted = given(agent.credited_days), given(agent.credited_minutes)
    totals = len(shifts), sum(s[3] for s in shifts)
    limits = contract.days_per_week, contract.paid_minutes_per_week
    for more, total, (low, high) in zip(granted, totals, limits, strict=True):
        if not (total + more >= low and total <= max(0, high - more)):
            return False
    starts = [60 * (s[1] % HOURS) for s in shifts if s[4] is not None]
    if starts and max(starts) - min(starts) > contract.start_band_minutes:
        return False
    splits = sum(s[4] is not None and len(s[4].piece_minutes) > 1 for s in shifts)
    most = contract.max_split_shifts_per_week
    if most is not None and splits > most:
        return False
    off = "".join("w" if day else "o" for day in worked)
    together = max(len(part) for part in off.split("w"))
    return all(worked) or together >= min(contract.consecutive_days_off, off.count("o"))


def worth(case, tour):
    """Worth of the shifts less pay and overtime of each week."""
    total = sum(s[5] for s in tour)
    granted = case.agent.credited_minutes
    for week in range(-(-case.days // 7)):
        paid = sum(s[3] for s in tour if s[0] // 7 == week)
        total -= paid * case.contract.paid_cost_per_minute
        if case.contract.overtime_after_minutes is not None:
            all_paid = paid + (granted[week] if week < len(granted) else 0)
            beyond = max(0, all_paid - case.contract.overtime_after_minutes)
            total -= beyond * case.contract.overtime_cost_per_minute
    return total


def best_of_all(case):
    """The largest worth of any legal tour; None where there is none."""
    found = [
        worth(case, tour)
        for days in product(*(day_options(case, day) for day in range(case.days)))
        if is_legal(case, tour := [s for s in days if s is not None])
    ]
    return max(found, default=None)


def as_shifts(case, tour):
    """The engine's tour among the shifts of the enumeration, breaks checked by their worth."""
    found = []
    for shift in tour.shifts:
        options = [
            s
            for s in day_options(case, shift.day)
            if s and (s[1], s[2], s[3]) == (shift.start_slot, shift.end_slot, shift.paid_minutes)
        ]
        assert options, f"no shift of the rules: {shift}"
        found.append(max(options, key=lambda s: s[5]))
    return found


def check(case):
    """The engine's tour is legal and worth as much as the best of all; that worth, or None."""
    best, tour = best_of_all(case), case.model.best_tour(case.weights, case.closed)
    assert (tour is None) == (best is None)
    if tour is None:
        return None
    shifts = as_shifts(case, tour)
    assert is_legal(case, shifts)
    assert worth(case, shifts) == pytest.approx(best)
    assert tour.value == pytest.approx(best)
    wished = sum(w.worth for w in case.agent.wishes if w.works)
    fixed = {slot for f in case.agent.fixed for slot in f.working_slots}
    there = case.weights[[s for s in tour.working.tolist() if s not in fixed]].sum()
    assert there - tour.own_cost == pytest.approx(best - wished)
    return best


LOCK = FixedShift(
    day=1, start_slot=HOURS + 9, end_slot=HOURS + 17, working_slots=tuple(range(33, 41)),
    paid_minutes=420,
)  # fmt: skip
TWO_WEEKS = {"days": 14, "open_days": (0, 5, 6, 7, 8, 12), "patterns": (SHORT,)}
LATE_TO_EARLY = {"days": 8, "open_days": (5, 6, 7), "patterns": (LONG, SHORT)}
RULES = {
    "rest": ({"open_days": (0, 1, 2, 3)}, {"min_rest_minutes": 960}),
    "rest across the border of two weeks": (LATE_TO_EARLY, {"min_rest_minutes": 960}),
    "start band": ({}, {"start_band_minutes": 180}),
    "start band by week": (TWO_WEEKS, {"start_band_minutes": 0}),
    "days per week": ({}, {"days_per_week": (2, 2)}),
    "most paid": ({}, {"paid_minutes_per_week": (0, 720)}),
    "least paid": ({}, {"paid_minutes_per_week": (1680, 1680)}),
    "days in a row with the past": (
        {"agent": {"previous_run_days": 2}}, {"max_consecutive_days": 3},
    ),
    "days in a row over the border": (TWO_WEEKS, {"max_consecutive_days": 3}),
    "weekends with the past": (
        {"open_days": (4, 5, 6), "agent": {"previous_weekends": (True, False, True)}},
        {"max_weekends_in_4_weeks": 2},
    ),
    "weekends of two weeks": (TWO_WEEKS, {"max_weekends_in_4_weeks": 1}),
    "days off together": (
        {"open_days": (0, 2, 4, 6)}, {"consecutive_days_off": 3},
    ),
    "split shifts": ({"patterns": (SPLIT, SHORT)}, {"max_split_shifts_per_week": 1}),
    "no split shift": (
        {"patterns": (SPLIT, replace(SHORT, paid_minutes=360))}, {"max_split_shifts_per_week": 0},
    ),
    "pay": ({}, {"paid_cost_per_minute": 0.05}),
    "overtime": ({}, {"overtime_after_minutes": 600, "overtime_cost_per_minute": 0.06}),
    "overtime after time off": (
        {"agent": {"credited_minutes": (420,), "credited_days": (1,)}},
        {"overtime_after_minutes": 600, "overtime_cost_per_minute": 0.06},
    ),
    "one length and pay": ({"patterns": (LONG,)}, {"paid_cost_per_minute": 0.05}),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_best_tour_with_a_rule_and_that_the_rule_binds(rule):
    situation, limit = RULES[rule]
    changed = 0
    for seed in range(CASES):
        bound, free = case(seed, **situation, **limit), case(seed, **situation)
        best = check(bound)
        without = check(free)
        assert best is None or best <= without + 1e-9
        changed += best != pytest.approx(without)
    assert changed


AGENTS = {
    "must work": ({"days_per_week": (0, 2)}, {"must_work": frozenset({3})}),
    "fixed shift": ({}, {"fixed": (LOCK,)}),
    "excluded pattern": ({"patterns": (SPLIT, SHORT)}, {"excluded_patterns": frozenset({"split"})}),
    "wish for a day off": ({}, {"wishes": (Wish(day=0, worth=60.0, works=False),)}),
    "wish for late starts": (
        {}, {"wishes": (Wish(day=1, worth=30.0, earliest_start_minute=840),)},
    ),
    "wish for a pattern": ({}, {"wishes": (Wish(day=3, worth=30.0, pattern="short"),)}),
    "time off": (
        {"days_per_week": (0, 3)}, {"credited_days": (2,), "credited_minutes": (840,)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", AGENTS)
def test_the_best_tour_with_what_binds_a_person_and_that_it_binds(rule):
    situation, fields = AGENTS[rule]
    changed = 0
    for seed in range(CASES):
        plain = case(seed, **situation)
        own = replace(plain, agent=replace(plain.agent, **fields))
        changed += check(own) != pytest.approx(check(plain))
    assert changed


def test_an_allowance_makes_split_shifts_rarer():
    changed = 0
    for seed in range(CASES):
        plain, dear = (
            case(seed, patterns=(replace(SPLIT, allowance=money), SHORT)) for money in (0.0, 12.0)
        )
        changed += check(plain) != pytest.approx(check(dear))
    assert changed


def test_full_desks_close_starts_but_not_the_gap_of_a_split_shift():
    changed = 0
    for seed in range(CASES):
        blocked = np.zeros(7 * HOURS, dtype=bool)
        blocked[np.random.default_rng(seed).choice(7 * HOURS, 14, replace=False)] = True
        free = case(seed, patterns=(SPLIT, LONG))
        shut = replace(free, closed=Closed(blocked_slots=blocked))
        days = np.arange(7) % 2 == 0
        some = replace(free, closed=Closed(blocked_slots=blocked, seat_days=days))
        values = [check(c) for c in (shut, some, free)]
        assert values[0] <= values[1] + 1e-9 <= values[2] + 2e-9
        changed += values[0] < values[1] - 1e-9 and values[1] < values[2] - 1e-9
    assert changed


def test_a_place_only_in_the_gap_is_enough():
    """The desks of the gap of a split shift are all taken; the shift stays."""
    person = case(0, patterns=(SPLIT,), open_days=(0,), days_per_week=(1, 1))
    person.weights[:] = 0.0
    person.weights[9:12], person.weights[14:17] = 5.0, 5.0
    blocked = np.zeros(7 * HOURS, dtype=bool)
    blocked[12:14] = True
    assert check(replace(person, closed=Closed(blocked_slots=blocked))) == 30.0


def test_several_rules_together():
    """Random sets of limits over two weeks: what the joined weeks forget shows here."""
    none = 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        rules = {
            "start_band_minutes": int(rng.choice([0, 180, 360])),
            "min_rest_minutes": int(rng.choice([0, 720, 960, 1080])),
            "max_consecutive_days": int(rng.integers(2, 5)),
            "days_per_week": (int(rng.integers(0, 3)), int(rng.integers(2, 4))),
            "max_weekends_in_4_weeks": int(rng.integers(1, 4)),
            "consecutive_days_off": int(rng.integers(1, 4)),
        }
        agent = {
            "previous_run_days": int(rng.integers(0, 3)),
            "previous_weekends": tuple(
                bool(b) for b in rng.integers(0, 2, int(rng.integers(0, 4)))
            ),
        }
        none += check(case(seed, **TWO_WEEKS, agent=agent, **rules)) is None
    assert none < 8


@pytest.mark.parametrize("limits", [(0, 1500), (1800, 1800), (1900, 2600)])
def test_hours_of_the_period_are_kept_and_cost_little(limits):
    """Legal always; the price on time that finds the tour may miss the best by a little."""
    lost = []
    for seed in range(CASES):
        plain = case(seed, patterns=(LONG, SHORT), days=14, open_days=(0, 2, 8, 10))
        own = replace(plain, contract=replace(plain.contract, paid_minutes_per_period=limits))
        best, tour = best_of_all(own), own.model.best_tour(own.weights)
        if tour is None:
            assert best is None
            continue
        shifts = as_shifts(own, tour)
        assert is_legal(own, shifts)
        lost.append((best - worth(own, shifts)) / max(abs(best), 1.0))
    assert min(lost, default=0.0) >= -1e-9
    assert np.mean(lost or [0.0]) < 0.1
