"""What one queue finishes arrives in the next: nothing is lost, nothing comes before it is done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing.core.deferred import DeferredWork, simulate_plan
from staffing.core.linked import arriving_items, fed_by, feeding_order, loop_through

START = np.datetime64("2026-03-27T08:00:00", "s")


def grid(count, minutes, *, shift_minutes=0):
    steps = np.arange(count) * np.timedelta64(minutes * 60, "s")
    return START + np.timedelta64(shift_minutes * 60, "s") + steps


def arriving(finished, *, share=1.0, delay_minutes=0, count=8, minutes=30, source_minutes=30):
    finished = np.asarray(finished, dtype=float)
    return arriving_items(
        finished=finished,
        finished_at=grid(finished.size, source_minutes),
        finished_step_seconds=source_minutes * 60,
        share=share,
        delay_seconds=delay_minutes * 60,
        grid=grid(count, minutes),
        grid_step_seconds=minutes * 60,
    )


@pytest.mark.parametrize(
    ("finished", "options", "items"),
    [
        ([10, 20], {}, [10, 20, 0, 0, 0, 0, 0, 0]),
        ([10, 20], {"share": 0.5}, [5, 10, 0, 0, 0, 0, 0, 0]),
        ([10], {"share": 3.0}, [30, 0, 0, 0, 0, 0, 0, 0]),  # one item leaves three
        ([10, 20], {"delay_minutes": 60}, [0, 0, 10, 20, 0, 0, 0, 0]),
        ([10, 20], {"delay_minutes": 15}, [5, 15, 10, 0, 0, 0, 0, 0]),  # evenly over the interval
        ([12, 6], {"minutes": 15, "count": 4}, [6, 6, 3, 3]),  # a finer target
        ([1, 2, 3, 4], {"source_minutes": 15, "count": 2}, [3, 7]),  # a coarser one
    ],
)
def test_arrivals_follow_what_is_finished(finished, options, items):
    assert arriving(finished, **options).items == pytest.approx(items)


@given(
    st.lists(st.floats(0, 1e4), max_size=60),
    st.floats(0.01, 10),
    st.integers(0, 5000),
    st.sampled_from([15, 30, 60]),
    st.sampled_from([15, 30, 60]),
    st.integers(0, 200),
)
def test_nothing_is_lost(finished, share, delay_minutes, source_minutes, minutes, count):
    found = arriving(
        finished,
        share=share,
        delay_minutes=delay_minutes,
        count=count,
        minutes=minutes,
        source_minutes=source_minutes,
    )
    total = found.items.sum() + found.before + found.in_delay
    assert total == pytest.approx(share * sum(finished), rel=1e-9, abs=1e-9)
    assert (found.items >= 0).all()


def test_what_was_finished_before_the_grid_arrives_in_it_after_its_delay():
    found = arriving_items(
        finished=np.array([8.0, 4.0]),
        finished_at=grid(2, 30, shift_minutes=-60),
        finished_step_seconds=1800,
        share=1.0,
        delay_seconds=1800,
        grid=grid(4, 30),
        grid_step_seconds=1800,
    )
    assert found.items == pytest.approx([4.0, 0, 0, 0])
    assert found.before == pytest.approx(8.0)


def test_a_gap_in_what_is_known_brings_nothing():
    """Rows of two days without the night between: nothing arrives in the night."""
    found = arriving_items(
        finished=np.array([6.0, 6.0]),
        finished_at=np.array([START, START + np.timedelta64(7200, "s")]),
        finished_step_seconds=1800,
        share=1.0,
        delay_seconds=0,
        grid=grid(6, 30),
        grid_step_seconds=1800,
    )
    assert found.items == pytest.approx([6, 0, 0, 0, 6, 0])


def test_queues_come_after_those_that_feed_them_else_in_their_order():
    assert feeding_order([1, 2, 3, 4], [(4, 2), (2, 1), (9, 3)]) == [3, 4, 2, 1]
    assert feeding_order([3, 1, 2], []) == [3, 1, 2]


def test_a_loop_comes_last_and_does_not_stop_the_others():
    assert feeding_order([1, 2, 3, 4], [(1, 2), (2, 1), (2, 3)]) == [4, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda e: e[0] < e[1])))
def test_without_loops_every_link_points_forward(edges):
    order = feeding_order(list(reversed(range(10))), edges)
    assert sorted(order) == list(range(10))
    assert all(order.index(source) < order.index(target) for source, target in edges)


@pytest.mark.parametrize(
    ("edges", "loop"),
    [
        ([], []),
        ([(1, 2), (2, 3)], []),
        ([(1, 2), (2, 1)], [2, 1, 2]),
        ([(1, 2), (2, 3), (5, 3), (3, 1)], [3, 1, 2, 3]),
        ([(1, 2), (2, 1), (3, 4)], []),  # an older loop elsewhere is not this link's
    ],
)
def test_the_loop_that_the_last_link_closes(edges, loop):
    assert loop_through(edges) == loop


def test_feeds_reach_through_several_queues():
    assert fed_by([1], [(1, 2), (2, 3), (4, 5), (3, 1)]) == [2, 3]
    assert fed_by([1, 4], [(1, 2), (4, 5)]) == [2, 5]


def test_a_plan_finishes_every_item_it_works_on_once():
    """Items of different handling times: finished plus open is what there was."""
    work = DeferredWork(
        work_seconds=np.array([600.0, 1800.0, 1200.0]),
        items=np.array([2.0, 3.0, 12.0]),
        ready=np.array([0, 1, 1]),
        due=np.array([2, 3, 9]),
        counts=np.ones(3, dtype=bool),
        open_seconds=np.full(4, 900.0),
    )
    outcome = simulate_plan(work, np.array([1.0, 1.0, 1.0, 1.0]))
    assert outcome.finished_items == pytest.approx([2.0, 1.5, 1.5, 9.0])
    assert simulate_plan(work, np.full(4, 9.0)).finished_items.sum() == pytest.approx(17.0)
