"""The simulation of a pool: against what is known exactly, the simulation of one queue, and itself."""

import dataclasses

import numpy as np
import pytest

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.simulation import (
    COUNTS,
    GONE_WITHIN,
    OFFERED,
    SERVED,
    SERVED_WAIT,
    SERVED_WITHIN,
    WAIT,
    SimulatedQueue,
    simulate,
)
from staffing.core.simulation_pool import (
    TRACE_COLUMNS,
    AgentGroup,
    DeferredStream,
    LiveStream,
    SimulatedPool,
    simulate_pool,
)
from staffing.core.simulation_pool_state import (
    ARRIVED,
    DONE,
    DUE,
    GONE,
    LEFT,
    ON_ITEMS,
    ON_LIVE,
    ON_TIME,
    OVERTIME,
    STILL_THERE,
)
from staffing.core.traffic import Thresholds, Traffic

DAY, AGENT, GROUP, QUEUE, STARTS, ENDS = range(len(TRACE_COLUMNS))
INTERVALS = 4


def live(erlangs, *, aht=200.0, patience=np.nan, intervals=INTERVALS, threshold=20.0):
    load = np.broadcast_to(np.asarray(erlangs, dtype=float), intervals)
    return LiveStream(
        arrival_rate=load / aht,
        aht_seconds=np.full(intervals, aht),
        patience_seconds=np.full(intervals, patience),
        threshold_seconds=np.full(intervals, threshold),
    )


def group(ranks, agents, *, deferred=(), reserve=0, intervals=INTERVALS):
    return AgentGroup(
        live_ranks=np.array(ranks, dtype=np.int64),
        serves_deferred=np.array(deferred, dtype=bool),
        agents=np.broadcast_to(np.asarray(agents, dtype=np.int64), intervals),
        reserve=np.full(intervals, reserve),
    )


def items(erlangs, *, aht=600.0, due_after=3 * 3600.0, seconds=3600.0, **more):
    return DeferredStream(
        arrival_rate=np.full(INTERVALS, erlangs / aht),
        due_seconds=np.arange(INTERVALS) * seconds + due_after,
        aht_seconds=np.full(INTERVALS, aht),
        **more,
    )


def a_chain(**more):
    """Two live queues, three groups; the day gets busier, then half the people go home."""
    first, second = live([6, 9, 12, 4], patience=120.0), live([4, 4, 9, 2], aht=300.0)
    return SimulatedPool(
        interval_seconds=3600.0,
        live=[first, second],
        deferred=[items(3.0, **more)],
        groups=[
            group([0, -1], [6, 8, 8, 3], deferred=[False]),
            group([-1, 0], [4, 4, 7, 2], deferred=[False]),
            group([1, 0], [6, 9, 9, 4], deferred=[True], reserve=1),
        ],
    )


def shares(pool, *, days=20, seed=3, queue=0):
    counts = simulate_pool(pool, days=days, seed=seed).live[:, :, queue]
    return counts.sum(axis=(0, 1)) / counts[..., OFFERED].sum()


@pytest.mark.parametrize("patience", [np.nan, 90.0])
def test_one_queue_and_one_group_meet_the_exact_figures(patience):
    hours = 200 * 900.0
    pool = SimulatedPool(hours, groups=[group([0], 9)], live=[live(8.0, patience=patience)])
    found = shares(pool)
    exact = evaluate(
        model=Model.C if np.isnan(patience) else Model.A,
        traffic=Traffic(np.array([8.0]), np.array([200.0]), np.array([patience])),
        agents=np.array([9.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    )
    level = exact.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED][0]
    assert found[SERVED_WITHIN] == pytest.approx(level, abs=0.006)
    assert found[WAIT] == pytest.approx(exact.mean_wait_seconds[0], rel=0.05)
    assert found[SERVED_WAIT] / found[SERVED] == pytest.approx(exact.asa_seconds[0], rel=0.05)
    gone = 0.0 if np.isnan(patience) else exact.abandonment_rate[0]
    assert found[GONE] == pytest.approx(gone, abs=0.004)


def test_nobody_waits_where_all_who_cannot_be_served_go_at_once():
    """Erlang B: with hardly any patience those who find nobody idle are lost."""
    pool = SimulatedPool(180_000.0, groups=[group([0], 9)], live=[live(8.0, patience=1e-9)])
    blocked = evaluate(
        model=Model.B,
        traffic=Traffic(np.array([8.0]), np.array([200.0]), np.array([np.nan])),
        agents=np.array([9.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    ).block_rate[0]
    assert shares(pool)[GONE] == pytest.approx(blocked, abs=0.004)


def test_one_queue_and_one_group_do_as_the_simulation_of_one_queue():
    """A day whose load and people change, with leavers who finish what they have in hand."""
    queue = live([6, 14, 9, 3], patience=60.0, aht=400.0)
    agents = np.array([7, 13, 8, 4])
    pool = SimulatedPool(1800.0, groups=[group([0], agents)], live=[queue])
    alone = SimulatedQueue(
        queue.arrival_rate, queue.aht_seconds, queue.patience_seconds, agents, 1800.0, 20.0, 5.0
    )
    found = simulate_pool(pool, days=6000, seed=2).live[:, :, 0].mean(axis=0)
    known = simulate(alone, days=6000, seed=9).mean(axis=0)
    for count in (OFFERED, SERVED_WITHIN, SERVED, GONE_WITHIN):
        assert found[:, count] == pytest.approx(known[:, count], rel=0.02, abs=0.05)
    assert found[:, WAIT] == pytest.approx(known[:, WAIT], rel=0.06)


def test_priorities_wait_as_cobham_says():
    """Non-preemptive priorities, equal handle times (Cobham 1954, eq. 7; Kella and Yechiali 1985).

    Mean wait of class k: P(wait) x AHT / (n (1 - s_{k-1}) (1 - s_k)), s_k the load per agent of the
    classes up to k.
    """
    loads, agents = np.array([3.0, 3.5, 2.0]), 10
    wait_rate = evaluate(
        model=Model.C,
        traffic=Traffic(np.array([8.5]), np.array([200.0]), np.array([np.nan])),
        agents=np.array([10.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    ).wait_rate[0]
    busy = np.concatenate([[0.0], np.cumsum(loads) / agents])
    expected = wait_rate * 200.0 / (agents * (1 - busy[:-1]) * (1 - busy[1:]))
    pool = SimulatedPool(
        180_000.0, groups=[group([0, 1, 2], agents)], live=[live(load) for load in loads]
    )
    counts = simulate_pool(pool, days=30, seed=5).live.sum(axis=(0, 1))
    assert counts[:, WAIT] / counts[:, OFFERED] == pytest.approx(expected, rel=0.06)


def test_queues_of_equal_rank_are_one_queue():
    pool = SimulatedPool(180_000.0, groups=[group([0, 0], 9)], live=[live(5.0), live(3.0)])
    exact = evaluate(
        model=Model.C,
        traffic=Traffic(np.array([8.0]), np.array([200.0]), np.array([np.nan])),
        agents=np.array([9.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    )
    counts = simulate_pool(pool, days=20, seed=5).live.sum(axis=(0, 1))
    waits = counts[:, WAIT] / counts[:, OFFERED]
    assert waits == pytest.approx([exact.mean_wait_seconds[0]] * 2, rel=0.06)


@pytest.mark.parametrize("interruptible", [False, True])
def test_nothing_is_lost_and_nothing_comes_from_nowhere(interruptible):
    found = simulate_pool(a_chain(is_interruptible=interruptible), days=40, seed=4)
    offered = found.live[..., OFFERED]
    assert (offered == found.live[..., [SERVED, GONE, STILL_THERE]].sum(axis=-1)).all()
    assert offered.sum() > 5000
    gone = found.live[..., GONE].sum(axis=(0, 1))
    assert gone[0] > 100
    assert gone[1] == 0
    deferred = found.deferred.sum(axis=1)
    assert (deferred[..., ARRIVED] == deferred[..., DONE] + deferred[..., LEFT]).all()
    assert (found.deferred[..., ON_TIME] <= found.deferred[..., DUE]).all()
    assert deferred[..., DONE].sum() > 100


@pytest.mark.parametrize("interruptible", [False, True])
def test_an_agent_does_one_thing_at_a_time_and_only_what_she_can(interruptible):
    pool = a_chain(is_interruptible=interruptible)
    trace = simulate_pool(pool, days=10, seed=4, trace=True).trace
    order = np.lexsort((trace[:, STARTS], trace[:, AGENT], trace[:, DAY]))
    before, after = trace[order[:-1]], trace[order[1:]]
    same = (before[:, :2] == after[:, :2]).all(axis=1)
    assert same.sum() > 3000
    assert (before[same, ENDS] <= after[same, STARTS]).all()
    can = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1]], dtype=bool)
    assert can[trace[:, GROUP].astype(int), trace[:, QUEUE].astype(int)].all()


def test_no_more_people_begin_work_than_are_there():
    pool = a_chain()
    trace = simulate_pool(pool, days=5, seed=4, trace=True).trace
    for number, who in enumerate(pool.groups):
        own = trace[trace[:, GROUP] == number]
        for moment in np.arange(50.0, 4 * 3600.0, 100.0):
            since = moment // 3600 * 3600
            busy = (own[:, STARTS] > since) & (own[:, STARTS] <= moment) & (own[:, ENDS] > moment)
            by_day = np.bincount(own[busy, DAY].astype(int), minlength=5)
            assert (by_day <= who.agents[int(moment // 3600)]).all()


def test_busy_seconds_are_those_of_the_trace():
    found = simulate_pool(a_chain(is_interruptible=True), days=5, seed=4, trace=True)
    inside = np.clip(found.trace[:, ENDS], 0, 4 * 3600.0) - found.trace[:, STARTS]
    inside = np.maximum(inside, 0.0)
    on_items = found.trace[:, QUEUE] == 2
    assert found.busy_seconds[..., ON_ITEMS].sum() == pytest.approx(inside[on_items].sum())
    of_live = found.busy_seconds[..., [ON_LIVE, OVERTIME]].sum()  # items go back at the shift's end
    assert of_live == pytest.approx(inside[~on_items].sum())
    assert found.busy_seconds[..., OVERTIME].sum() > 0.0
    there = np.array([group.agents for group in a_chain().groups]).T * 3600.0
    assert (found.busy_seconds[..., [ON_LIVE, ON_ITEMS]].sum(axis=-1) <= there + 1e-6).all()


def test_the_same_seed_brings_the_same_contacts_to_other_people():
    pool = a_chain()
    more = dataclasses.replace(pool, groups=[*pool.groups[:2], group([1, 0], 30, deferred=[True])])
    first, second = (simulate_pool(one, days=3, seed=8).live for one in (pool, more))
    assert (first[..., OFFERED] == second[..., OFFERED]).all()
    assert (first[..., SERVED_WITHIN] <= second[..., SERVED_WITHIN]).sum() > 20
    other = simulate_pool(pool, days=3, seed=9).live
    assert (first[..., OFFERED] != other[..., OFFERED]).any()


def test_specialists_are_asked_before_those_who_can_do_more():
    """One generalist beside many specialists has hardly any of their queue to do."""
    pool = SimulatedPool(
        3600.0, groups=[group([0, -1], 40), group([0, 0], 40)], live=[live(15.0), live(15.0)]
    )
    trace = simulate_pool(pool, days=5, seed=1, trace=True).trace
    assert not ((trace[:, GROUP] == 1) & (trace[:, QUEUE] == 0)).any()
    assert ((trace[:, GROUP] == 1) & (trace[:, QUEUE] == 1)).any()


def test_the_item_due_first_is_done_first():
    """One agent, ten given items in no order: done in the order of their due times."""
    due = np.array([9, 3, 7, 1, 10, 2, 8, 6, 4, 5]) * 1000.0
    work = DeferredStream(
        np.zeros(INTERVALS),
        np.zeros(INTERVALS),
        np.full(INTERVALS, 1.0),
        given_ready_seconds=np.zeros(10),
        given_due_seconds=due,
        given_aht_seconds=1000.0,
        handling_spread=0.0,
    )
    pool = SimulatedPool(3600.0, groups=[group([], 1, deferred=[True])], deferred=[work])
    found = simulate_pool(pool, days=1, seed=1).deferred[0, :, 0]
    assert found[:, DUE].tolist() == found[:, ON_TIME].tolist() == [3, 4, 3, 0]
    swapped = dataclasses.replace(work, given_due_seconds=due - 1.0)
    late = simulate_pool(dataclasses.replace(pool, deferred=[swapped]), days=1, seed=1)
    assert late.deferred[0, :, 0, ON_TIME].sum() == 0


def test_the_reserve_keeps_people_free_for_live_contacts():
    """Of ten idle agents three may take items while seven are kept; without live skill all may."""
    backlog = items(
        0.0,
        given_ready_seconds=np.zeros(100),
        given_due_seconds=np.full(100, 4 * 3600.0),
        given_aht_seconds=3600.0,
    )
    quiet = live(0.0)

    def most_at_once(ranks):
        pool = SimulatedPool(
            3600.0,
            groups=[group(ranks, 10, deferred=[True], reserve=7)],
            live=[quiet],
            deferred=[backlog],
        )
        trace = simulate_pool(pool, days=1, seed=1, trace=True).trace
        return ((trace[:, STARTS] <= 1800.0) & (trace[:, ENDS] > 1800.0)).sum()

    assert most_at_once([0]) == 3
    assert most_at_once([-1]) == 10


def test_a_reserve_bounds_how_many_are_busy_where_items_can_be_interrupted():
    """Ten people, 2.5 kept back: with work for all, the live contacts or 7 to 8 of them are busy."""
    backlog = items(
        0.0,
        given_ready_seconds=np.zeros(400),
        given_due_seconds=np.full(400, 4 * 3600.0),
        given_aht_seconds=3600.0,
        is_interruptible=True,
    )
    pool = SimulatedPool(
        3600.0,
        groups=[group([0], 10, deferred=[True], reserve=2.5)],
        live=[live(5.0, aht=120.0)],
        deferred=[backlog],
    )
    found = simulate_pool(pool, days=40, seed=1, trace=True)
    trace, law = found.trace, np.exp(-5.0) * np.cumprod(np.r_[1.0, 5.0 / np.arange(1, 40)])
    for share, floor in ((0.25, 7), (0.75, 8)):
        begins = share * 3600.0 + 3600.0 * np.arange(1, INTERVALS)
        there = (trace[:, [STARTS]] <= begins) & (trace[:, [ENDS]] > begins)
        busy = there.sum() / (40 * begins.size)
        expected = (np.maximum(np.arange(40), floor) * law).sum()
        assert busy == pytest.approx(expected, abs=0.3)
        on_items = (there & (trace[:, [QUEUE]] == 1)).sum(axis=0)
        assert on_items.max() <= floor * 40


def test_no_item_is_worked_on_while_its_own_queue_is_closed():
    """Two deferred queues of one hour each; who is on an item at the close finishes it."""
    backlog = {
        "given_ready_seconds": np.zeros(60),
        "given_due_seconds": np.full(60, 4 * 3600.0),
        "given_aht_seconds": 600.0,
    }

    def lived(**more):
        first = items(0.0, open_windows=np.array([[0.0, 3600.0]]), **backlog, **more)
        second = items(0.0, open_windows=np.array([[7200.0, 9000.0]]), **backlog, **more)
        who = group([], 3, deferred=[True, True])
        pool = SimulatedPool(3600.0, groups=[who], deferred=[first, second])
        return simulate_pool(pool, days=20, seed=1, trace=True)

    trace = lived().trace
    early, late = trace[trace[:, QUEUE] == 0], trace[trace[:, QUEUE] == 1]
    assert early[:, STARTS].max() < 3600.0 < early[:, ENDS].max()
    assert late[:, STARTS].min() == 7200.0
    assert late[:, STARTS].max() < 9000.0
    stopped = lived(is_interruptible=True).trace
    assert stopped[stopped[:, QUEUE] == 0, ENDS].max() <= 3600.0
    assert stopped[stopped[:, QUEUE] == 1, ENDS].max() <= 9000.0


def test_deferred_queues_of_a_better_rank_are_worked_on_first():
    def on_time(ranks):
        works = [
            items(
                0.0,
                given_ready_seconds=np.zeros(10),
                given_due_seconds=np.full(10, due),
                given_aht_seconds=700.0,
                handling_spread=0.0,
                rank=rank,
            )
            for rank, due in zip(ranks, (3600.0, 7200.0), strict=True)
        ]
        who = group([], 1, deferred=[True, True])
        pool = SimulatedPool(3600.0, groups=[who], deferred=works)
        counts = simulate_pool(pool, days=1, seed=1)
        return counts.deferred[0, ..., ON_TIME].sum(axis=0).tolist()

    assert on_time((0, 0)) == [5, 0]
    assert on_time((1, 0)) == [0, 10]


def test_work_that_can_be_interrupted_costs_live_contacts_nothing():
    """With interruption live contacts wait as if there were no items, and the items get the rest."""
    backlog = {
        "given_ready_seconds": np.zeros(400),
        "given_due_seconds": np.full(400, 4 * 3600.0),
        "given_aht_seconds": 900.0,
    }

    def lived(**more):
        pool = SimulatedPool(
            3600.0,
            groups=[group([0], 9, deferred=[True])],
            live=[live(8.0)],
            deferred=[items(0.0, **more)],
        )
        return simulate_pool(pool, days=200, seed=6)

    alone, stopped, kept = (
        lived(),
        lived(**backlog, is_interruptible=True),
        lived(**backlog, is_interruptible=False),
    )
    waits = [found.live[..., WAIT].sum() for found in (alone, stopped, kept)]
    assert waits[1] == pytest.approx(waits[0], rel=1e-6)
    assert waits[2] > 1.5 * waits[0]
    busy = stopped.busy_seconds.sum() / (200 * 9 * 4 * 3600.0)
    assert busy == pytest.approx(1.0, abs=0.001)


def test_who_can_be_reached_by_nobody_is_still_there():
    pool = SimulatedPool(3600.0, groups=[group([0, -1], 20)], live=[live(5.0), live(5.0)])
    counts = simulate_pool(pool, days=3, seed=1).live.sum(axis=(0, 1))
    assert counts[0, STILL_THERE] == 0
    assert counts[1, STILL_THERE] == counts[1, OFFERED] > 0


def test_a_pool_without_groups_or_queues_or_with_other_intervals_is_refused():
    with pytest.raises(ValueError, match="at least one group"):
        SimulatedPool(3600.0, groups=[], live=[live(1.0)])
    with pytest.raises(ValueError, match="at least one queue"):
        SimulatedPool(3600.0, groups=[group([], 1)])
    with pytest.raises(ValueError, match=r"as many intervals everywhere, got \[3, 4\]"):
        SimulatedPool(3600.0, groups=[group([0], 1)], live=[live(1.0, intervals=3)])


def test_counts_follow_those_of_one_queue():
    """Levels of simulated days are summed by the same columns."""
    assert (GONE, STILL_THERE) == (COUNTS, COUNTS + 1)
