"""Pools planned and lived through by the simulator, which shares no formula with the plan.

Smoke: the quickest cases; all ten run with the benchmark (`python -m tests.benchmarks.staffing`).
"""

import numpy as np
import pytest

from staffing.core.blending import Outcome, plan_pool
from tests.staffing.core.pools import CASES, pool_of, shares, simulated

QUICK = (CASES[0], CASES[1], CASES[3])
POINT = 0.01


def judged(case, *, repeats):
    """Plan and simulate a case: the pool, its plan and the simulated shares."""
    pool = pool_of(case)
    plan = plan_pool(pool)
    return pool, plan, shares(simulated(case, plan, repeats=repeats), case, plan)


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_every_queue_keeps_its_target_and_hours_are_fewer_than_apart(case):
    pool, plan, found = judged(case, repeats=120)

    assert plan.outcome is Outcome.BLENDED
    assert plan.agents.sum() < pool.separate_agents.sum()
    for queue, level in zip(case.live, found["live"].tolist(), strict=True):
        assert level >= queue.level - POINT
    for member, level in zip(pool.deferred, found["deferred"].tolist(), strict=True):
        assert level >= member.target_level - POINT


def test_deferred_work_lowers_no_interval_of_a_live_queue_by_more_than_it_may_give():
    case = CASES[0]
    _pool, plan, found = judged(case, repeats=600)
    alone = plan.alone_levels
    offered = found["offered"]

    predicted = plan.walk.levels - alone
    assert np.nanmin(predicted) >= -case.give - 1e-6
    error = np.sqrt(0.25 / np.maximum(offered, 1.0)) * 2.0  # contacts that wait come together
    assert np.nanmin(found["by_interval"] - alone + 4.0 * error) >= -case.give
    assert plan.worked_agents.sum() > 0.0


def test_the_cap_holds_for_live_and_deferred_work_together():
    case = CASES[0]
    _pool, plan, found = judged(case, repeats=60)
    assert found["busy_rate"] <= case.cap + 0.005
    busy = plan.live_busy + plan.usable_agents
    room = plan.agents * case.cap
    assert np.all(busy[plan.usable_agents > 0.0] <= room[plan.usable_agents > 0.0] + 1e-6)
