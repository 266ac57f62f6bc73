"""The week's programme: never dearer than a legal schedule; its plans become legal tours."""

import gc
import weakref
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scheduling.core.bound import Bound
from scheduling.core.data import Horizon, WorkMode
from scheduling.core.day_programme import DayProgramme
from scheduling.core.improve import construct
from scheduling.core.instance_file import plain_horizon
from scheduling.core.plan_search import PlanSearch
from scheduling.core.pricing import Pricer
from scheduling.core.programme_rows import LinearSolver, Rows
from scheduling.core.result import WorkBudget
from scheduling.core.roster import Roster
from scheduling.core.solver import SolveParams, Solver, StartFrom, solve
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import broken_rules, brute_cost
from tests.scheduling.core.weeks import DAY


def never():
    return False


def spans_of(horizon, *, low=7, high=20, closed=()):
    return tuple(
        () if day in closed else ((first + 4 * low, min(first + 4 * high, horizon.slots)),)
        for day, first in enumerate(horizon.day_starts[:-1])
    )


def random_data(seed, *, count=1, horizon=None, alike=False, part=0.0, high=20, **fields):
    """Four people of two skills over a few weeks."""
    rng = np.random.default_rng(seed)
    horizon = horizon or plain_horizon(days=7 * count, interval_minutes=15)
    rules = {
        "start_band_minutes": int(rng.choice([120, 1440])),
        "max_consecutive_days": 5,
        "min_rest_minutes": 660,
    }
    full = weeks.contract(max_weekends_in_4_weeks=3, **rules)
    short = weeks.contract(
        name="part",
        patterns=(weeks.pattern(300, breaks=(), paid_minutes=300), weeks.pattern(420)),
        days_per_week=(3, 5),
        paid_minutes_per_week=(1000, 1500),
        **rules,
    )
    agents = [
        weeks.agent(
            f"p{n}",
            contract="full" if alike else ("full", "part")[n % 2],
            skills=("calls",) if alike else [("calls",), ("chat",), ("calls", "chat")][n % 3],
            spans=spans_of(horizon, high=high, closed=() if alike else rng.choice(horizon.days, 1)),
        )
        for n in range(4)
    ]
    required = {}
    for skill in ("calls",) if alike else ("calls", "chat"):
        row = np.repeat(rng.integers(0, 4, -(-horizon.slots // 8)), 8)[: horizon.slots]
        hours = np.arange(horizon.slots) % DAY
        required[skill] = np.where((hours >= 28) & (hours < 76), row + part * (row > 0), 0.0)
    return weeks.week(
        horizon=horizon, agents=agents, contracts=[full, short], required=required, **fields
    )


def programme_of(data):
    """The solved programme's bound object and the roster."""
    roster = Roster(data)
    pricer = Pricer(data, roster.classes, roster.coverage)
    masks = [roster.coverage.mask(group.skills) for group in roster.classes]
    bound = Bound(pricer, masks)
    assert bound.solve_weeks(threads=1, stop=never)
    return roster, bound


def value_of(bound):
    """Cost in the programme, what a part of a unit costs while nobody serves it included."""
    parts = float(np.where(bound.pricer.counted, bound.pricer.part_short, 0.0).sum())
    return sum(p.solver.value for p in bound.programmes) + parts


def legal_costs(data, roster):
    """Costs of legal schedules: greedy ones and some on random worths."""
    construct(roster, rng=np.random.default_rng(0), stop=never)
    yield roster.cost()
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for agent in range(len(data.agents)):
            roster.take(agent)
            roster.put(agent, roster.best_tour(agent, rng.normal(size=data.horizon.slots)))
        assert broken_rules(data, roster.tours) == []
        yield roster.cost()


def clock_change(change):
    sunday = 6 * DAY
    hours = [0, 2, *range(3, 24)] if change < 0 else [0, 1, 1, 2, *range(3, 24)]
    walls = [n % DAY * 15 for n in range(sunday)]
    walls += [hour * 60 + quarter for hour in hours for quarter in (0, 15, 30, 45)]
    return Horizon(
        interval_minutes=15,
        day_starts=(*range(0, sunday + 1, DAY), 7 * DAY + change),
        wall_minutes=tuple(walls),
    )


VARIANTS = {
    "plain": random_data,
    "decimals": lambda seed: random_data(seed, part=0.4),
    "minimum": lambda seed: with_minimum(random_data(seed, part=0.3)),
    "seats": lambda seed: with_seats(random_data(seed)),
    "night": lambda seed: random_data(seed, high=30),
    "668 slots": lambda seed: random_data(seed, horizon=clock_change(-4)),
    "676 slots": lambda seed: random_data(seed, horizon=clock_change(4)),
}


def with_minimum(data):
    least = {skill: np.minimum(row, 1.0).round() for skill, row in data.required_agents.items()}
    return replace(data, minimum_agents=least, minimum_cost=25.0)


def with_seats(data):
    people = tuple(replace(agent, site="here", work_mode=WorkMode.OFFICE) for agent in data.agents)
    return replace(data, agents=people, seats={"here": np.full(data.horizon.slots, 2)})


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_legal_schedule_costs_less_than_the_programme_or_the_bound(variant, seed):
    data = VARIANTS[variant](seed)
    roster, bound = programme_of(data)
    value = value_of(bound)
    assert value > 0
    for cost in legal_costs(data, roster):
        assert cost >= value - 1e-4
        assert cost >= bound.best - 1e-4
    if variant != "minimum":
        assert brute_cost(data, roster.tours) == pytest.approx(roster.cost())


def test_desks_make_the_programme_dearer():
    for seed in range(3):
        free = random_data(seed)
        assert value_of(programme_of(with_seats(free))[1]) > value_of(programme_of(free)[1]) + 1.0


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_of_people_alike_is_the_programmes_value(seed):
    """Nothing tells them apart, so the programme leaves nothing out that the exact tours know."""
    _, bound = programme_of(random_data(seed, alike=True))
    assert bound.best == pytest.approx(value_of(bound), rel=0.02)


@pytest.mark.parametrize("count", [1, 2])
def test_the_profile_is_the_work_of_the_days_in_the_solution(count):
    _, bound = programme_of(random_data(5, count=count))
    for programme in bound.programmes:
        solution, profile = programme.solver.solution(), programme.profile()
        for mask in set(bound.masks):
            worked = 0.0
            for group in programme.groups:
                if group.mask == mask:
                    shapes = bound.pricer.classes[group.classes[0]].model.shapes
                    for (_day, shape), (_bands, columns) in group.days.items():
                        slots = shapes[shape].length - sum(r.length for r in shapes[shape].breaks)
                        worked += slots * solution[columns].sum()
            assert profile[mask].sum() == pytest.approx(worked, abs=1e-3)
            assert profile[mask].min() >= -1e-6


def dived(data, seed=1):
    roster, bound = programme_of(data)
    construct(roster, rng=np.random.default_rng(0), stop=never)
    search = PlanSearch(roster, bound, seed=seed, threads=1)
    return roster, search


@pytest.mark.parametrize(("count", "seed"), [(1, 11), (2, 12), (4, 12)])
def test_plans_of_a_dive_become_legal_tours(count, seed):
    data = random_data(seed, count=count)
    roster, search = dived(data)
    assert search.dive(never)
    assert all(tour is not None for tour in roster.tours)
    assert broken_rules(data, roster.tours) == []
    assert brute_cost(data, roster.tours) == pytest.approx(roster.cost())


def test_a_dive_ends_in_the_middle_of_a_solve_when_told_to():
    """One solve alone can take longer than the budget: 1,000 people with three linked skills."""
    roster, search = dived(random_data(12, count=4))
    dive = search._started(0, roster.placed())
    asked, solved, solve = [], [], dive._solve

    def stop():
        asked.append(len(solved))
        return len(asked) > 1

    dive._solve = lambda: solved.append(solve()) or solved[-1]
    assert not dive.run(stop)
    assert solved == [False]
    assert asked[1] == 0
    assert not dive.solver.stop()


def test_planning_a_few_anew_never_makes_the_programme_dearer():
    data = random_data(21)
    roster, search = dived(data)
    assert search.dive(never)
    dive = search.dives[0]
    for number in range(6):
        before, people = dive.value, dict(dive.plans)
        better = dive.again([number % 4, (number + 1) % 4], never)
        assert dive.value < before if better else dive.value == pytest.approx(before)
        assert set(dive.plans) == set(people)
        if not better:
            assert dive.plans == people
        for agent in range(4):
            search.plans.plans[0].update(dive.plans)
            search.plans.put_tours([agent])
        assert broken_rules(data, roster.tours) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_day_planned_anew_is_legal_and_never_dearer(variant):
    data = VARIANTS[variant](7)
    roster = Roster(data)
    construct(roster, rng=np.random.default_rng(0), stop=never)
    costs = [roster.cost()]
    for day in range(7):
        changed = DayProgramme(roster, day).improve(effort=0.5, seed=1, stop=never)
        costs.append(roster.cost())
        assert costs[-1] < costs[-2] if changed else costs[-1] == pytest.approx(costs[-2])
        assert broken_rules(data, roster.tours) == []
    assert costs[-1] < costs[0]
    assert all(later <= before + 1e-9 for before, later in pairwise(costs))


def test_many_groups_give_a_schedule_and_a_bound(monkeypatch):
    monkeypatch.setattr("scheduling.core.bound.LIGHT_GROUPS", 0)
    data = random_data(2, count=4)
    result = solve(data, WorkBudget(work=6000), params=SolveParams(threads=1))
    assert broken_rules(data, result.tours) == []
    assert 0 < result.lower_bound <= result.objective
    assert result.gap < 0.5


@pytest.mark.parametrize("days", [(1, 5), (4, 6)])
def test_hours_bind_where_all_shifts_pay_the_same(days):
    """No row says how many hours they work, so that the days have to."""
    values = []
    for limits in ((4, 4), days):
        rules = weeks.contract(days_per_week=limits, paid_minutes_per_week=(1800, 1800))
        people = [weeks.agent(f"p{n}") for n in range(3)]
        data = weeks.week(
            agents=people, contracts=[rules], required={"calls": weeks.demand(2.0, days=range(7))}
        )
        values.append(programme_of(data)[1].programmes[0].solver.value)
    assert values[1] == pytest.approx(values[0])


def too_few_desks(*, office, desks, wanted=1.0, hours=(8, 9), days=(0,)):
    people = [
        weeks.agent(f"p{n}", work_mode=WorkMode.OFFICE, site="north") for n in range(office)
    ] + [weeks.agent(f"h{n}") for n in range(4)]
    required = {"calls": weeks.demand(wanted, hours=hours, days=days)}
    data = weeks.week(agents=people, required=required)
    return replace(data, seats={"north": np.full(7 * DAY, desks)})


@pytest.mark.parametrize("prices", [None, [0.0] * 7 * DAY])
def test_people_without_a_desk_are_no_part_of_the_bound(prices):
    """Whoever finds no desk is left out of the schedule: their idle time costs nothing."""
    start = None if prices is None else StartFrom(prices={"calls": prices})
    data = too_few_desks(office=4, desks=1)
    result = Solver(data, WorkBudget(work=800), start=start).run()
    assert result.unplaced
    assert result.lower_bound <= result.objective


def test_too_few_desks_leave_a_programme():
    data = too_few_desks(office=5, desks=2, wanted=7.0, hours=(7, 21), days=range(6))
    solver = Solver(data, WorkBudget(work=30_000))
    result = solver.run()
    assert result.unplaced
    assert solver.search.programmes
    assert result.lower_bound <= result.objective


def test_solved_programmes_are_forgotten():
    """HiGHS keeps what calls back to it; a worker solves thousands."""
    rows = Rows()
    rows.put(rows.constraints(5, 1.0, np.inf), rows.variables(5, cost=1.0), 1.0)
    solver = rows.solver()
    assert solver.by_dual_simplex()
    kept = weakref.ref(solver)
    del solver
    gc.collect()
    assert kept() is None


def test_programmes_of_a_bound_whose_time_is_up_can_still_be_solved(monkeypatch):
    solved = []
    plain = LinearSolver.by_interior_point

    def solve_and_tell(self, **fields):
        found = plain(self, **fields)
        solved.append(self)
        return found

    _, bound = programme_of(random_data(1))
    monkeypatch.setattr(LinearSolver, "by_interior_point", solve_and_tell)
    bound.solve_weeks(threads=1, stop=lambda: bool(solved))
    assert solved
    assert not any(solver.stop() for solver in solved)
