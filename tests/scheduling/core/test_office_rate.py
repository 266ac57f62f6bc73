"""Less gets done in the office: what no plan can avoid, and people planned with their days there."""

from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.data import WorkMode
from scheduling.core.joint import joint_solve
from scheduling.core.joint_state import JointState
from scheduling.core.joint_steps import office_worths
from scheduling.core.office_bound import least_short_hours
from scheduling.core.office_moves import move_with_office
from scheduling.core.office_plan import as_home, plan_office
from scheduling.core.result import WorkBudget
from scheduling.core.solver import solve
from tests.scheduling.core import hybrids, weeks
from tests.scheduling.core.hybrid_checker import office_faults
from tests.scheduling.core.roster_checker import broken_rules

HIGHEST = 11.0
"""One person missing costs 10, and whoever comes instead of idling saves 1."""


def never():
    return False


def centre_of_one(**fields):
    """One person of five days with 7.5 hours on position each, three of them in the office; one is asked for."""
    person = weeks.agent(
        work_mode=WorkMode.HYBRID, site="north", office_days_per_week=(3, 3), **fields
    )
    data = weeks.week(agents=[person], required={"calls": weeks.demand(1.0, hours=(9, 17))})
    return replace(data, office_rate=0.5, seats={})


def even_prices(data):
    return {s: np.full(data.horizon.slots, HIGHEST) for s in data.required_agents}


def test_days_that_have_to_be_in_the_office_lose_their_part_under_every_plan():
    data = centre_of_one()
    at_home = least_short_hours(as_home(data), even_prices(data))
    in_office = least_short_hours(data, even_prices(data))
    state = JointState(data, solve(data, WorkBudget(work=300)).tours)
    worked = len(state.tours[0].working) * data.horizon.interval_minutes / 60
    assert in_office - at_home == pytest.approx(0.5 * worked * 3 / 5, rel=1e-3)


def test_days_off_that_count_as_worked_excuse_the_ratio():
    data = centre_of_one(credited_days=(1,), credited_minutes=(450,))
    assert least_short_hours(data, even_prices(data)) == pytest.approx(
        least_short_hours(as_home(data), even_prices(data))
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_plan_is_short_of_less_than_what_is_proven(seed):
    data = hybrids.centre(14, seed=seed, office_rate=0.8, seats_share=1.0)
    result = joint_solve(data, WorkBudget(work=1500))
    plain = solve(as_home(data), WorkBudget(work=1500))
    short = result.schedule.understaffed_hours
    for prices in (result.schedule.prices, plain.prices, even_prices(data)):
        assert least_short_hours(data, prices) <= short + 1e-6
    proven = least_short_hours(data, result.schedule.prices)
    assert proven > least_short_hours(as_home(data), plain.prices)
    assert proven > 0.5 * short


def seated(data, seed):
    """A schedule whose shifts know nothing of the office, and the days there planned afterwards."""
    tours = solve(as_home(data), WorkBudget(work=800)).tours
    models = JointState(data, [None] * len(data.agents)).roster.class_of
    kept = [
        type(tour)(
            models[n].model,
            days=tour.days,
            shapes=tour.shape_numbers,
            starts=tour.starts,
            offsets=tour.offsets,
        )
        for n, tour in enumerate(tours)
    ]
    state = JointState(data, kept)
    plan = plan_office(data, state.tours, office_worths(data, state))
    state.seat(plan)
    return state, plan, np.random.default_rng(seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_planned_with_their_days_keep_every_rule_and_cost_less(seed):
    data = hybrids.centre(30, seed=seed, office_rate=0.7, seats_share=0.6)
    state, plan, rng = seated(data, seed)
    before = state.cost().total
    found = move_with_office(data, state, plan, rng=rng, stop=never)
    assert state.cost().total < before - 1.0
    assert broken_rules(data, state.tours) == []
    assert office_faults(data, state.tours, found, told=plan.findings) == []
    again = JointState(data, state.tours)
    again.seat(found)
    assert again.cost().total == pytest.approx(state.cost().total)
    np.testing.assert_allclose(again.roster.seated["north"], state.roster.seated["north"])


def test_those_tied_to_a_day_or_short_of_one_stay_as_they_are():
    data = hybrids.centre(12, seed=5, office_rate=0.7, seats_share=0.3, meetings=60)
    state, plan, rng = seated(data, 5)
    tied = {conflict.agent for conflict in plan.conflicts}
    called = {key for a in data.activities if a.needs_office for key in a.attendants}
    tied |= {n for n, agent in enumerate(data.agents) if agent.key in called}
    tours = list(state.tours)
    found = move_with_office(data, state, plan, rng=rng, stop=never)
    assert tied
    for agent in tied:
        assert state.tours[agent] is tours[agent]
        assert {d for a, d in found.in_office if a == agent} == {
            d for a, d in plan.in_office if a == agent
        }


def test_a_stop_leaves_the_plan_as_it_stands():
    data = hybrids.centre(12, seed=6, office_rate=0.7)
    state, plan, rng = seated(data, 6)
    before = state.cost().total
    found = move_with_office(data, state, plan, rng=rng, stop=lambda: True)
    assert found.in_office == plan.in_office
    assert state.cost().total == pytest.approx(before)
