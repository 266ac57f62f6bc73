"""One solve of cover, deferred work, office days and activities."""

import numpy as np
import pytest

from scheduling.core.data import DeferredWork, FloatingActivity, WorkMode
from scheduling.core.joint import JointParams, PartOfBudget, joint_solve
from scheduling.core.joint_bound import joint_bound
from scheduling.core.joint_state import JointState
from scheduling.core.office_plan import as_home
from scheduling.core.result import SolveStatus, WorkBudget
from scheduling.core.solver import SolveParams, solve
from tests.scheduling.core import hybrids, weeks
from tests.scheduling.core.hybrid_checker import (
    activity_faults,
    deferred_faults,
    legal_faults,
    office_faults,
)
from tests.scheduling.core.roster_checker import broken_rules

SLOTS = 7 * weeks.DAY
PARAMS = JointParams(solve=SolveParams(), effort=1.0)


def faults(data, result):
    tours = result.schedule.tours
    found = broken_rules(data, tours) + activity_faults(
        data, tours, result.activities, result.office
    )
    found += deferred_faults(data, tours, result)
    if result.office is not None:
        found += office_faults(data, tours, result.office, told=result.findings)
    return found


def solved(data, work=1500):
    result = joint_solve(data, WorkBudget(work=work), params=PARAMS)
    assert faults(data, result) == []
    return result


def recounted(data, result):
    """Cost from first principles: shortage and idleness slot by slot, skill by skill, and late work."""
    away = {}
    for item in result.activities.placed:
        for agent in item.attendants:
            away.setdefault(agent, set()).update(range(item.start_slot, item.end_slot))
    total = sum(w.late_cost * x for w, x in zip(data.deferred, result.deferred.late, strict=True))
    people = {}
    for number, (agent, tour) in enumerate(zip(data.agents, result.schedule.tours, strict=True)):
        (skill,) = agent.skills
        row = people.setdefault(skill, np.zeros(data.horizon.slots))
        for slot in tour.working.tolist():
            row[slot] += slot not in away.get(number, ())
            total += data.over_cost * (slot in away.get(number, ()))
    for skill, row in data.required_agents.items():
        there = people.get(skill, np.zeros(len(row)))
        served = np.minimum(there, row)
        done = result.deferred.done.get(skill, np.zeros(len(row)))
        total += data.under_cost[skill] * (row - served).sum()
        total += data.over_cost * (there - served - done).sum()
    return total


def caller(key="anna", **fields):
    return weeks.agent(key, spans=weeks.open_days(0, 1, 2, 3, 4, low=8, high=18), **fields)


def test_without_anything_joint_the_engine_alone_answers():
    data = weeks.week(agents=[caller()])
    alone = solve(data, WorkBudget(work=300), params=PARAMS.solve)
    result = solved(data, 300)
    assert result.schedule.objective == alone.objective
    assert result.schedule.lower_bound == alone.lower_bound
    assert result.office is None


def test_cost_counts_late_work_activities_and_idleness_once():
    data = weeks.week(
        agents=[caller(), caller("bea")],
        required={"calls": weeks.demand(1.0, hours=(8, 18), days=range(5))},
        deferred=(DeferredWork(skill="calls", release_slot=32, due_slot=72, agent_slots=50,
                               late_cost=4.0),),
        activities=(FloatingActivity(key="talk", minutes=60, attendants=("anna",),
                                     spans=((0, 480),)),),
    )  # fmt: skip
    result = solved(data)
    assert result.deferred.late[0] > 0
    assert len(result.activities.placed) == 1
    assert result.schedule.objective == pytest.approx(recounted(data, result))
    bound = result.schedule.lower_bound
    assert bound is None or bound <= result.schedule.objective + 1e-6


def test_people_come_when_deferred_work_waits_for_them():
    """Nothing is asked for live on Saturday; the work that is due there brings someone in."""
    data = weeks.week(
        agents=[weeks.agent("anna", spans=weeks.open_days(0, 1, 2, 3, 4, 5))],
        required={"calls": weeks.demand(1.0, days=range(5))},
        deferred=(
            DeferredWork(skill="calls", release_slot=5 * 96, due_slot=6 * 96, agent_slots=30,
                         late_cost=50.0),
        ),
    )  # fmt: skip
    result = solved(data)
    assert 5 in {shift.day for shift in result.schedule.tours[0].shifts}
    assert result.deferred.late == (0.0,)


def test_who_has_no_desk_on_enough_days_gets_hours_at_which_one_is_free():
    """One desk and two hybrid people who are needed at noon: one comes early and one late."""
    short = weeks.contract(
        patterns=(weeks.pattern(240, paid_minutes=240, breaks=()),),
        days_per_week=(5, 5),
        paid_minutes_per_week=(1200, 1200),
    )
    agents = [
        weeks.agent(
            key,
            spans=weeks.open_days(0, 1, 2, 3, 4, low=7, high=19),
            work_mode=WorkMode.HYBRID,
            site="north",
            office_days_per_week=(4, 5),
        )
        for key in ("anna", "bea")
    ]
    data = weeks.week(
        agents=agents,
        contracts=[short],
        required={"calls": weeks.demand(2.0, hours=(11, 15), days=range(5))},
        seats={"north": np.ones(SLOTS, dtype=np.int64)},
    )
    alone = solve(data, WorkBudget(work=300), params=PARAMS.solve)
    starts = [{s.start_slot for s in tour.shifts} for tour in alone.tours]
    assert starts[0] == starts[1]
    result = solved(data)
    assert result.office.conflicts == ()
    assert result.findings == ()


def test_attendants_who_never_meet_are_brought_together():
    agents = [
        weeks.agent("early", spans=weeks.open_days(0, 1, 2, 3, 4, low=6, high=18)),
        weeks.agent("late", spans=weeks.open_days(0, 1, 2, 3, 4, low=10, high=22)),
    ]
    row = weeks.demand(1.0, hours=(6, 14), days=range(5)) + weeks.demand(
        1.0, hours=(14, 22), days=range(5)
    )
    talk = FloatingActivity(key="talk", minutes=60, attendants=("early", "late"), spans=((0, 96),))
    alone = solve(
        weeks.week(agents=agents, required={"calls": row}),
        WorkBudget(work=300),
        params=PARAMS.solve,
    )
    first, second = (set(tour.working.tolist()) & set(range(96)) for tour in alone.tours)
    assert not first & second
    result = solved(weeks.week(agents=agents, required={"calls": row}, activities=(talk,)))
    assert [item.key for item in result.activities.placed] == ["talk"]


def test_time_lost_in_the_office_counts_as_shortage():
    agents = [caller(work_mode=WorkMode.HYBRID, site="north", office_days_per_week=(3, 3))]
    data = weeks.week(
        agents=agents,
        required={"calls": weeks.demand(1.0, hours=(9, 17), days=range(5))},
        office_rate=0.9,
    )
    result = solved(data)
    plain = solved(as_home(data))
    lost = 3 * 30 * 0.1
    assert result.schedule.objective - plain.schedule.objective == pytest.approx(lost * 11.0)
    assert result.office.cost == pytest.approx(lost * 11.0, rel=0.15)


def test_what_days_in_the_office_lose_is_asked_for_in_a_second_solve():
    agents = [caller(work_mode=WorkMode.HYBRID, site="north", office_days_per_week=(3, 3))]
    data = weeks.week(
        agents=agents,
        required={"calls": weeks.demand(1.0, hours=(9, 17), days=range(5))},
        office_rates={"north": 0.9},
    )
    asked = []
    joint_solve(
        data,
        WorkBudget(work=600),
        params=PARAMS,
        started=lambda solver: asked.append(solver.data.required_agents["calls"].sum()),
    )
    assert len(asked) == 2
    assert asked[1] - asked[0] == pytest.approx(3 * 30 * 0.1)


@pytest.mark.parametrize("seed", range(3))
def test_random_centres_keep_every_rule_and_stay_above_the_bound(seed):
    data = hybrids.centre(
        12, seed=seed, deferred=True, meetings=40, office_rate=0.95, seats_share=0.4
    )
    result = solved(data, 2500)
    bound = result.schedule.lower_bound
    assert bound is None or bound <= result.schedule.objective + 1e-6
    assert result.schedule.status in {SolveStatus.FEASIBLE, SolveStatus.OPTIMAL}


def test_any_prices_prove_a_bound_below_the_joint_cost():
    data = hybrids.centre(8, seed=5, deferred=True)
    result = solved(data, 1500)
    state = JointState(data, result.schedule.tours)
    rng = np.random.default_rng(3)
    for _ in range(10):
        prices = {
            skill: rng.uniform(-2, 14, data.horizon.slots)
            for skill in state.roster.data.required_agents
        }
        assert joint_bound(data, prices) <= result.schedule.objective + 1e-6


def test_the_same_seed_and_work_give_the_same_answer():
    data = hybrids.centre(8, seed=7, deferred=True, meetings=50)
    first, second = (solved(data, 800) for _ in range(2))
    assert first.schedule.objective == second.schedule.objective
    assert first.office.in_office == second.office.in_office
    assert first.activities.placed == second.activities.placed


def test_a_cancelled_solve_keeps_what_it_has():
    data = hybrids.centre(8, seed=9, deferred=True, meetings=50)
    seen = []
    result = joint_solve(
        data,
        WorkBudget(work=10**9),
        params=PARAMS,
        report=seen.append,
        cancelled=lambda: len(seen) > 30,
    )
    assert all(result.schedule.tours)
    assert faults(data, result) == []


def test_several_weeks_keep_ratios_week_by_week():
    data = hybrids.centre(10, seed=2, weeks_ahead=2, meetings=40, seats_share=0.5)
    result = joint_solve(data, WorkBudget(work=1500), params=PARAMS)
    tours = result.schedule.tours
    assert legal_faults(data, tours) == []
    assert office_faults(data, tours, result.office, told=result.findings) == []
    assert activity_faults(data, tours, result.activities, result.office) == []


def test_a_part_of_the_budget_ends_at_its_share():
    part = PartOfBudget(budget=WorkBudget(work=100), until=0.5, work_before=20)
    assert part.share_used(0) == pytest.approx(0.4)
    assert part.share_used(30) == pytest.approx(1.0)


def test_late_work_is_told_with_skill_and_hours():
    data = weeks.week(
        agents=[caller()],
        deferred=(DeferredWork(skill="mail", release_slot=0, due_slot=96, agent_slots=8,
                               late_cost=4.0),),
    )  # fmt: skip
    (finding,) = solved(data, 300).findings
    assert (finding.code, finding.subject) == ("deferred_late", "mail")
    assert (finding.values["hours"], finding.values["first"], finding.values["last"]) == (2.0, 1, 1)
