"""Whole numbers of shifts by day: what they cost at least, and plans that keep to them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from scheduling.core.bound import Bound
from scheduling.core.dive import Dive
from scheduling.core.dive_order import Around
from scheduling.core.improve import construct
from scheduling.core.instance_file import plain_horizon
from scheduling.core.plan_search import PlanSearch
from scheduling.core.pricing import Pricer
from scheduling.core.result import WorkBudget
from scheduling.core.roster import Roster
from scheduling.core.solver import SolveParams, solve
from scheduling.core.weekends_off import with_weekends_off
from scheduling.core.whole_totals import WholeTotals
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import broken_rules
from tests.scheduling.core.test_week_programme import never, programme_of, random_data, spans_of

PEOPLE = 24


def crowd(seed, *, people=PEOPLE, part_every=3, days=7):
    """One skill, a peak that no whole number of shifts meets, two contracts."""
    rng = np.random.default_rng(seed)
    rules = {"start_band_minutes": 120, "max_consecutive_days": 6, "min_rest_minutes": 660}
    full = weeks.contract(**rules)
    part = weeks.contract(
        name="part",
        patterns=(weeks.pattern(300, breaks=(), paid_minutes=300), weeks.pattern(360, breaks=(), paid_minutes=360)),
        days_per_week=(3, 5),
        paid_minutes_per_week=(900, 1500),
        **rules,
    )  # fmt: skip
    horizon = plain_horizon(days=days, interval_minutes=15)
    agents = [
        weeks.agent(
            f"p{n}",
            contract="part" if part_every and n % part_every == 0 else "full",
            spans=spans_of(horizon, low=6, high=22),
        )
        for n in range(people)
    ]
    slots = np.arange(days * 96)
    hour = slots % 96 / 4
    shape = np.where((hour >= 7) & (hour < 21), 1 + np.sin((hour - 7) / 14 * np.pi), 0.0)
    by_day = rng.uniform(0.5, 1.0, days)[slots // 96]
    required = {"calls": np.round(shape * by_day * people / 3)}
    return weeks.week(
        horizon=horizon,
        agents=agents,
        contracts=[full, part],
        required=required,
        over_cost=1.0,
    )


def totals_of(seed, **fields):
    """Everyone works five days; those who may work more or less are planned before totals are settled."""
    _, bound = programme_of(crowd(seed, part_every=0, **fields))
    programme = bound.programmes[0]
    return programme, WholeTotals(programme)


def exact(programme, totals, wanted):
    """The programme's value with these totals; infinite where they cannot be."""
    totals.fix(wanted)
    solved = programme.solver.by_dual_simplex()
    value = programme.solver.value if solved else np.inf
    totals.free()
    programme.solver.by_dual_simplex()
    return value


@pytest.mark.parametrize("seed", range(3))
def test_no_combination_costs_less_than_is_said(seed):
    programme, totals = totals_of(seed)
    root = programme.solver.value
    chosen, least = totals.combinations(np.zeros(programme.solver.size[1]), never)
    assert len(chosen) > 20
    assert np.all(np.diff(least) >= -1e-6)
    assert least[0] >= root - 1e-4 * abs(root)
    for number in (0, len(chosen) // 2, len(chosen) - 1):
        assert exact(programme, totals, chosen[number]) >= least[number] - 1e-4 * abs(root)


@pytest.mark.parametrize("seed", range(3))
def test_settled_totals_are_whole_keep_days_and_hours_and_cost_what_is_said(seed):
    programme, totals = totals_of(seed)
    found = totals.settle(15, np.zeros(programme.solver.size[1]), never)
    assert found
    values = [value for value, _ in found]
    assert values == sorted(values)
    for value, chosen in found[:3]:
        assert np.array_equal(chosen, np.round(chosen))
        sums = sum(
            count * totals.amounts[column]
            for column, count in zip(totals.columns.tolist(), chosen.tolist(), strict=True)
        )
        assert np.all(sums >= totals.limits[:, 0] - 1e-6)
        assert np.all(sums <= totals.limits[:, 1] + 1e-6)
        assert exact(programme, totals, chosen) == pytest.approx(value, rel=1e-6)


def test_settling_finds_what_trying_all_roundings_finds():
    """Three people, five days each: few enough totals to try every combination around the fractions."""
    programme, totals = totals_of(3, people=3)
    programme.solver.by_dual_simplex()
    around = programme.solver.solution()[totals.columns]
    sides = [range(max(0, int(value) - 1), int(value) + 3) for value in around]
    best = min(
        exact(programme, totals, np.array(wanted, dtype=float))
        for wanted in product(*sides)
        if sum(wanted) == 15
    )
    programme.solver.by_dual_simplex()
    found = totals.settle(60, np.zeros(programme.solver.size[1]), never)
    assert found[0][0] == pytest.approx(best, rel=1e-6)


def test_settling_ends_when_told():
    programme, totals = totals_of(1)
    assert totals.settle(15, np.zeros(programme.solver.size[1]), lambda: True) == []


def dived(seed, **fields):
    roster, bound = programme_of(crowd(seed, **fields))
    dive = Dive(bound.programmes[0], dict.fromkeys(roster.placed() or range(PEOPLE), Around()))
    assert dive.run(never)
    assert not dive.waiting
    return dive


@pytest.mark.parametrize("seed", range(4))
def test_the_value_at_the_end_is_that_of_the_plans(seed):
    """Nobody is held to work more than their plan: with all counts fixed the value stays."""
    dive = dived(seed)
    counts = np.unique(np.concatenate([c.columns for c in dive.choices.values()]))
    every = np.unique(
        np.concatenate(
            [count for group in dive.programme.groups for _, count in group.days.values()]
        )
    )
    assert set(counts) >= set(every[dive.low[every] > 0])
    before = dive.value
    dive.solver.exactly(every, dive.low[every])
    assert dive.solver.by_dual_simplex()
    assert dive.solver.value == pytest.approx(before, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_shifts_by_day_are_those_of_the_settled_totals(seed):
    dive = dived(seed)
    assert dive.is_settled
    if dive.is_whole:
        held = dive.solver.solution()[dive.totals.columns]
        assert dive.planned[dive.totals.columns] == pytest.approx(held, abs=1e-6)
    shifts = sum(len(plan.shapes) for plan in dive.plans.values())
    assert dive.planned.sum() == shifts


@pytest.mark.parametrize("whole", [True, False])
def test_planning_a_few_anew_keeps_or_changes_totals_as_told(whole):
    dive = dived(2)
    before, totals = dive.value, dive.planned.copy()
    rng = np.random.default_rng(1)
    gains = 0
    for _ in range(12):
        chosen = [int(n) for n in rng.choice(PEOPLE, 6, replace=False)]
        value = dive.value
        gains += dive.again(chosen, never, whole=whole)
        assert dive.value <= value + 1e-6
        assert not dive.waiting
        if whole:
            assert np.array_equal(dive.planned, totals)
    assert gains == 0 or dive.value < before


def test_somebody_with_a_past_does_not_keep_totals_from_being_settled():
    roster, bound = programme_of(crowd(1))
    around = dict.fromkeys(range(len(roster.tours)), Around()) | {0: Around(run_before=1)}
    dive = Dive(bound.programmes[0], around)
    assert dive.run(never)
    assert dive.is_settled


def test_settling_counts_as_work():
    roster, bound = programme_of(crowd(1))
    dive = Dive(bound.programmes[0], dict.fromkeys(range(len(roster.tours)), Around()))
    dive.run(never)
    assert 0 < dive.totals.iterations < dive.iterations


def rotated(data):
    """Programmes of several weeks whose weekends off are known."""
    roster = Roster(data)
    classes = with_weekends_off(roster.classes, data.weeks)
    masks = [roster.coverage.mask(group.skills) for group in classes]
    bound = Bound(Pricer(data, classes, roster.coverage), masks)
    assert bound.solve_weeks(threads=1, stop=never)
    return roster, bound


def month(seed, *, most_weekends=3):
    """A crowd for four weeks whose weekends are limited."""
    data = crowd(seed, days=28)
    limited = {
        name: replace(rules, max_weekends_in_4_weeks=most_weekends)
        for name, rules in data.contracts.items()
    }
    return replace(data, contracts=limited)


@pytest.mark.parametrize("seed", range(2))
def test_several_weeks_are_planned_with_totals_and_all_come_near_their_programmes(seed):
    data = month(seed)
    roster, bound = rotated(data)
    construct(roster, rng=np.random.default_rng(0), stop=never)
    values = [programme.solver.value for programme in bound.programmes]
    search = PlanSearch(roster, bound, seed=1, threads=2)
    assert search.dive(never)
    assert broken_rules(data, roster.tours) == []
    assert all(dive.is_settled and not dive.waiting for dive in search.dives)
    assert sum(values) - 1e-6 <= roster.cost() < 1.03 * sum(values)


def test_without_weekends_off_the_last_week_has_nobody_for_its_weekend():
    """What the rotation is for: with one weekend in four the last week would have none left."""
    costs = []
    for plan in (rotated, programme_of):
        data = month(0, most_weekends=1)
        roster, bound = plan(data)
        construct(roster, rng=np.random.default_rng(0), stop=never)
        search = PlanSearch(roster, bound, seed=1, threads=1)
        search.dive(never)
        costs.append(search.dives[-1].value if len(search.dives) == 4 else np.inf)
    assert costs[0] < 0.9 * costs[1]


def test_nobody_with_a_plan_counts_for_another_day(monkeypatch):
    """Shifts of a day in the programme: those of the plans and one for each who waits, at most."""
    seen = []
    plain = Dive._after

    def after(self, batch, before, size, most):
        solution, programme = self.solver.solution(), self.programme
        for day in range(7):
            columns = [c for (d, _, _), c in programme.totals.items() if d == day]
            worked = sum((day, s) in plan.shapes for plan in self.plans.values() for s in range(3))
            seen.append((float(solution[columns].sum()), worked + self.waiting))
        return plain(self, batch, before, size, most)

    monkeypatch.setattr(Dive, "_after", after)
    dived(2)
    assert len(seen) > 30
    assert all(shifts <= room + 1e-6 for shifts, room in seen)
    assert any(shifts > room - 1e-6 for shifts, room in seen)


def test_people_with_few_sets_of_days_go_before_the_others(monkeypatch):
    turns = []
    plain = Dive._fix

    def fix(self, batch):
        if self.programme.week == 0:
            turns.extend(self.order.turns[choice.number] for choice in batch)
        plain(self, batch)

    monkeypatch.setattr(Dive, "_fix", fix)
    roster, bound = rotated(month(0))
    construct(roster, rng=np.random.default_rng(0), stop=never)
    assert PlanSearch(roster, bound, seed=1, threads=1).dive(never)
    assert {0, 1, 2, 3} == set(turns)
    last = {turn: max(at for at, now in enumerate(turns) if now == turn) for turn in set(turns)}
    first = {turn: turns.index(turn) for turn in set(turns)}
    assert all(first[turn] > first[turn - 1] for turn in (1, 2, 3))
    assert last[3] > last[0]


def test_flexible_people_are_planned_first(monkeypatch):
    batches = []
    plain = Dive._fix

    def fix(self, batch):
        batches.append([choice.hull.is_flexible for choice in batch])
        plain(self, batch)

    monkeypatch.setattr(Dive, "_fix", fix)
    dived(1)
    first_fixed = next(n for n, batch in enumerate(batches) if not all(batch))
    assert first_fixed > 0
    assert all(batches[0])


def test_shifts_over_midnight_leave_the_week_in_one_piece():
    """Then nothing falls apart into days: the plans are made with or without whole totals, but all are made."""
    data = random_data(1, alike=True)
    spans = spans_of(data.horizon, low=2, high=32)
    data = replace(
        data,
        agents=tuple(replace(person, spans=spans) for person in data.agents),
        required_agents={"calls": np.ones(data.horizon.slots)},
    )
    roster, bound = programme_of(data)
    assert len(WholeTotals(bound.programmes[0]).parts) < 7
    dive = Dive(bound.programmes[0], dict.fromkeys(range(len(roster.tours)), Around()))
    assert dive.run(never)
    assert not dive.waiting


def test_a_dive_that_comes_too_late_is_given_up_after_a_week():
    roster, bound = rotated(month(1))
    construct(roster, rng=np.random.default_rng(0), stop=never)
    search = PlanSearch(roster, bound, seed=1, threads=1)
    told = []
    assert not search.dive(never, lambda part: bool(told.append(part)))
    assert len(search.dives) == len(told) == 1
    assert not search.complete
    assert 0 < told[0] < 0.25


@pytest.mark.parametrize(("people", "dives"), [(0.8, 1), (40.0, 0)])
def test_a_dive_is_tried_after_small_moves_where_time_is_idle(monkeypatch, people, dives):
    """Where nobody is ever idle nearly all plans cost the same and a dive would not end."""
    monkeypatch.setattr("scheduling.core.solver.MUCH_BETTER", 10.0)
    called = []
    plain = PlanSearch.dive

    def dive(self, stop, in_time):
        called.append(1)
        return plain(self, stop, in_time)

    monkeypatch.setattr(PlanSearch, "dive", dive)
    data = crowd(3)
    required = {"calls": np.round(data.required_agents["calls"] * people)}
    result = solve(
        replace(data, required_agents=required),
        WorkBudget(work=20_000),
        params=SolveParams(threads=1),
    )
    assert len(called) == dives
    assert result.lower_bound <= result.objective
