"""Pools planned and lived through by the simulator, which shares no formula with the plan.

Smoke: the quickest cases; all run with the benchmark (`python -m tests.benchmarks.staffing`).
"""

from functools import cache

import numpy as np
import pytest

from staffing.core.blending import Outcome, plan_pool
from tests.staffing.core.pool_cases import CASES, EXTRAS
from tests.staffing.core.pools import Case, Deferred, Live, least_agents, pool_of
from tests.staffing.core.pools_lived import lived

POINT = 0.01
SURE = 3.5
"""Standard errors within which chance alone keeps all queues of all cases, but for 1 run in 1,000."""
REPEATS = 1000
QUICK = {case.name: case for case in (CASES[0], CASES[1], CASES[3], CASES[7], EXTRAS[0], EXTRAS[2])}
DEFERRED = [name for name, case in QUICK.items() if case.deferred and case is not EXTRAS[0]]


@cache
def judged(name):
    """Plan and simulate a case, once."""
    return lived(QUICK[name], repeats=REPEATS)


@pytest.mark.parametrize("name", QUICK)
def test_every_queue_keeps_its_goal_together_or_apart(name):
    assert judged(name).below <= POINT


@pytest.mark.parametrize("name", QUICK)
def test_hours_together_are_fewer_than_apart(name):
    found = judged(name)
    assert found.is_blended is (name != EXTRAS[0].name)
    separate = found.pool.separate_agents.sum()
    assert found.plan.agents.sum() < separate or not found.is_blended


@pytest.mark.parametrize("name", DEFERRED)
def test_deferred_work_lowers_no_live_queue_by_more_than_half_a_point(name):
    """The same contacts with and without deferred work: the difference is known to a tenth of a point."""
    found = judged(name)
    assert (found.drop_error <= 0.001).all()
    assert (found.drop <= found.case.give + SURE * found.drop_error).all()
    assert found.plan.worked_agents.sum() > 0.0


@pytest.mark.parametrize("name", DEFERRED)
def test_no_half_hour_of_a_live_queue_loses_more_than_half_a_point(name):
    found = judged(name)
    beyond = found.drop_by_interval - found.case.give
    assert np.nanmax(beyond - 4.5 * found.drop_error_by_interval) <= 0.0
    predicted = found.plan.alone_levels - found.plan.walk.levels
    assert np.nanmax(predicted) <= found.case.give + 1e-6


@pytest.mark.parametrize("name", QUICK)
def test_nobody_is_busier_than_the_cap_in_any_half_hour(name):
    assert judged(name).over_cap.max() <= POINT


def test_every_queue_is_promised_its_minimum_of_people_also_where_nobody_calls():
    case = EXTRAS[2]
    found = judged(case.name)
    assert set(least_agents(case)) == {0, 3, 6}
    assert found.plan.outcome is Outcome.BLENDED
    assert (found.plan.agents >= least_agents(case)).all()


def test_a_load_of_almost_nothing_does_not_take_the_minimum_away():
    """Normal, almost nothing, nothing, normal: the minimums of both queues stay."""

    def almost(hours, *, opens, closes):
        return np.select([hours < 10, hours < 11, hours < 12], [1.0, 0.001, 0.0], 1.0) * (
            (hours >= opens) & (hours < closes)
        )

    queue = Live(8.0, opens=9.0, closes=13.0, curve=almost, min_agents=3)
    case = Case("almost nothing", (queue, queue), (), days=1, minutes=60)
    plan = plan_pool(pool_of(case))
    assert plan.outcome is Outcome.BLENDED
    assert plan.agents[10:12].tolist() == [6, 6]
    assert plan.agents[9] > 6 < plan.agents[12]


def test_a_plan_tells_of_each_step_and_stops_where_it_is_told_to():
    class StoppedError(Exception):
        pass

    steps = []

    def step():
        steps.append(1)
        if len(steps) == 500:
            raise StoppedError

    with pytest.raises(StoppedError):
        plan_pool(pool_of(CASES[1]), on_step=step)
    assert len(steps) == 500


def test_deferred_queues_in_their_order_take_the_time_of_those_due_first():
    """The first queue has long terms: in order it is done at once, else when its time comes."""
    terms = (Deferred(150, 480.0, 20.0), Deferred(150, 480.0, 2.0))
    case = Case("in order", (Live(12.0),), terms, is_interruptible=True)
    pool = pool_of(case)
    worked = {}
    for in_order in (False, True):
        members = [
            member.__class__(**vars(member) | {"rank": place if in_order else 0})
            for place, member in enumerate(_plain(pool.deferred))
        ]
        plan = plan_pool(pool.__class__(pool.traffic, pool.separate_live, members, pool.rules))
        assert plan.outcome is Outcome.BLENDED
        worked[in_order] = plan.worked_agents[0].cumsum()
    assert (worked[True] - worked[False]).max() > 4.0


def _plain(members):
    return [
        member.__class__(member.demand, member.level, member.separate_agents, member.separate_level)
        for member in members
    ]
