"""The bound is never above any legal schedule, and the work is counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.core.pricing import Pricer
from scheduling.core.result import SolveStatus, WorkBudget
from scheduling.core.roster import Roster
from scheduling.core.solver import SolveParams, solve
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import broken_rules, brute_cost

QUICK = SolveParams()


@st.composite
def random_week(draw):
    """Two to four people of two skills with random hours and a random requirement."""
    contracts = [
        weeks.contract(
            name="full",
            days_per_week=(draw(st.integers(2, 4)), 5),
            paid_minutes_per_week=(0, 2250),
            start_band_minutes=draw(st.sampled_from([120, 1440])),
            max_consecutive_days=draw(st.integers(3, 6)),
            min_rest_minutes=draw(st.sampled_from([0, 660])),
        ),
        weeks.contract(
            name="part",
            patterns=(weeks.pattern(300, paid_minutes=300, breaks=()), weeks.pattern(360)),
            days_per_week=(2, 4),
            paid_minutes_per_week=(600, 1400),
        ),
    ]
    agents = [
        weeks.agent(
            f"p{n}",
            contract=draw(st.sampled_from(["full", "part"])),
            skills=draw(st.sampled_from([("calls",), ("chat",), ("calls", "chat")])),
            spans=weeks.open_days(
                *draw(st.sets(st.integers(0, 6), min_size=4)), low=draw(st.integers(6, 9))
            ),
            previous_run_days=draw(st.integers(0, 3)),
        )
        for n in range(draw(st.integers(2, 4)))
    ]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    required = {
        skill: np.repeat(rng.integers(0, 3, 7 * 12), 8) + draw(st.sampled_from([0.0, 0.25]))
        for skill in ("calls", "chat")
    }
    return weeks.week(agents=agents, contracts=contracts, required=required)


@settings(max_examples=12, deadline=None)
@given(random_week())
def test_random_weeks_are_legal_priced_right_and_never_below_the_bound(data):
    result = solve(data, WorkBudget(work=3000), params=QUICK)
    assert broken_rules(data, result.tours) == []
    if result.objective is not None and any(result.tours):
        assert result.objective == pytest.approx(brute_cost(data, result.tours))
        assert result.lower_bound <= result.objective + 1e-6


def test_the_best_week_of_one_person_is_found_and_proven():
    """One person, one shift a week on the one day that needs it: cost 0."""
    data = weeks.week(
        contracts=[weeks.contract(days_per_week=(1, 1), paid_minutes_per_week=(0, 999),
                                  patterns=(weeks.pattern(480, breaks=(), paid_minutes=480),))],
        required={"calls": weeks.demand(hours=(9, 17), days=(3,))},
    )  # fmt: skip
    result = solve(data, WorkBudget(work=3000), params=QUICK)
    assert (result.status, result.objective, result.lower_bound) == (SolveStatus.OPTIMAL, 0, 0)
    assert [s.day for s in result.tours[0].shifts] == [3]


def test_the_same_seed_and_work_give_the_same_schedule():
    people = [weeks.agent(f"p{n}", skills=("calls",)) for n in range(4)]
    data = weeks.week(agents=people, required={"calls": weeks.demand(2.5)})
    first, second = (solve(data, WorkBudget(work=3000), params=QUICK) for _ in range(2))
    assert first.objective == second.objective
    assert [t.shifts for t in first.tours] == [t.shifts for t in second.tours]


def test_a_cancelled_solve_keeps_the_best_schedule_so_far():
    people = [weeks.agent(f"p{n}") for n in range(3)]
    data = weeks.week(agents=people, required={"calls": weeks.demand(2.0)})
    seen = []
    result = solve(
        data,
        WorkBudget(work=10**9),
        params=QUICK,
        report=seen.append,
        cancelled=lambda: len(seen) > 30,
    )
    assert all(result.tours)
    assert result.objective == min(p.cost for p in seen if p.cost is not None)


def test_prices_of_any_kind_prove_a_bound_below_every_schedule():
    people = [weeks.agent(f"p{n}") for n in range(3)]
    data = weeks.week(agents=people, required={"calls": weeks.demand(1.5)})
    result = solve(data, WorkBudget(work=3000), params=QUICK)
    roster = Roster(data)
    pricer = Pricer(data, roster.classes, roster.coverage)
    for seed in range(20):
        prices = np.random.default_rng(seed).uniform(-5, 20, roster.coverage.required.shape)
        assert pricer.price(prices).bound <= result.objective + 1e-6
