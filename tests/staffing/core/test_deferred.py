"""Deferred work: capacity covers what is due, with a backlog, a ceiling and a target below 100 %."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core import deferred_plan
from staffing.core.deferred import DeferredWork, deadline_agents, simulate_plan, steady_agents
from staffing.core.deferred_plan import DeferredGoal, PlanShape, plan_deferred, shortest_path
from staffing.core.due_times import OpeningBacklog, deferred_work, due_boundaries
from tests.staffing.core import office

STEP = 900
NO_BACKLOG = OpeningBacklog(
    items=np.array([]), due=np.array([], dtype=np.int64), aht_seconds=1, overdue_by=1
)


def work(*batches, open_seconds, counts=None):
    """Batches are (seconds, ready, due), one item each."""
    seconds, ready, due = (np.array(column) for column in zip(*batches, strict=True))
    return DeferredWork(
        work_seconds=seconds.astype(float),
        items=np.ones(seconds.size),
        ready=ready,
        due=due,
        counts=np.ones(seconds.size, dtype=bool) if counts is None else np.array(counts),
        open_seconds=np.array(open_seconds, dtype=float),
    )


def test_hand_computed_deadlines():
    """6 h due after 2 h of opening and 4 h more due after 4 h: 3 people now, 2.5 over both."""
    day = work((6 * 3600, 0, 8), (4 * 3600, 0, 16), open_seconds=[STEP] * 16)
    assert deadline_agents(day) == pytest.approx(3)
    assert steady_agents(day, 10 * 3600) == pytest.approx(2.5)


def test_a_late_arrival_with_a_short_due_time_decides_alone():
    """Nothing helps before it is there: 2 h of work between 3 pm and 4 pm need two people."""
    day = work((3600, 0, 32), (7200, 28, 32), open_seconds=[STEP] * 32)
    assert deadline_agents(day) == pytest.approx(2)


def test_closed_time_gives_no_capacity():
    night = [0] * 60
    over_night = work((8 * 3600, 0, 36 + 60), open_seconds=[STEP] * 20 + night + [STEP] * 16)
    assert deadline_agents(over_night) == pytest.approx(8 / 9)


def test_work_due_while_closed_lowers_the_ceiling_only():
    """Of three items one is due before anybody works on it: 2/3 is the best there is."""
    closed_first = work((900, 0, 4), (900, 0, 8), (900, 0, 8), open_seconds=[0] * 4 + [STEP] * 4)
    assert closed_first.ceiling_level == pytest.approx(2 / 3)
    plan = plan_deferred(closed_first, goal=DeferredGoal(level=0.95), arriving_seconds=2700)
    assert plan.target_level == pytest.approx(2 / 3)
    assert plan.outcome.level == pytest.approx(2 / 3)


def test_work_due_beyond_the_grid_is_not_counted_now():
    later = work((900, 0, 4), (90_000, 2, 99), open_seconds=[STEP] * 4)
    assert deadline_agents(later) == pytest.approx(0.25)
    assert simulate_plan(later, np.ones(4)).level == 1.0


def test_what_is_overdue_at_the_start_is_missed_but_still_done():
    overdue = work((1800, 0, 8), (900, 0, 8), open_seconds=[STEP] * 8, counts=[False, True])
    outcome = simulate_plan(overdue, np.ones(8))
    assert outcome.level == 1.0
    assert outcome.due_items.sum() == 1
    assert outcome.backlog_seconds[0] == 2700
    assert outcome.backlog_seconds[-1] == 0


def test_a_late_item_gives_way_to_those_that_can_still_be_met():
    """One person, 15 minutes each: of two due at once one is late, and the third is not dragged along."""
    rush = work((900, 0, 1), (900, 0, 1), (900, 0, 2), open_seconds=[STEP] * 3)
    outcome = simulate_plan(rush, np.ones(3))
    assert outcome.level == pytest.approx(2 / 3)
    assert outcome.worked_seconds.sum() == 2700


def test_a_target_below_all_needs_fewer_people_and_is_kept():
    spikes = [(3600 * 4, 8 * day, 8 * day + 8) for day in range(5)] + [(3600 * 12, 8, 16)]
    week = work(*spikes, open_seconds=[STEP] * 40)
    flat = DeferredGoal(level=1.0, shape=PlanShape.FLAT)
    all_of_it = plan_deferred(week, goal=flat, arriving_seconds=3600 * 10)
    most = plan_deferred(
        week, goal=DeferredGoal(level=0.8, shape=PlanShape.FLAT), arriving_seconds=3600 * 10
    )
    assert all_of_it.flat_agents == 8
    assert most.flat_agents < 8
    assert most.outcome.level >= 0.8
    one_fewer = simulate_plan(week, np.full(40, most.flat_agents - 1.0))
    assert one_fewer.level < 0.8


def test_the_shaped_plan_follows_the_due_times():
    """The rush of one day is not staffed all week."""
    rush = work(
        *[(3600, 8 * day, 8 * day + 8) for day in range(5)],
        (3600 * 12, 8, 16),
        open_seconds=[STEP] * 40,
    )
    goal = {"arriving_seconds": 17 * 3600.0}
    shaped = plan_deferred(rush, goal=DeferredGoal(), **goal)
    flat = plan_deferred(rush, goal=DeferredGoal(shape=PlanShape.FLAT), **goal)
    assert shaped.outcome.level == flat.outcome.level == 1.0
    assert shaped.required_agents.sum() < flat.required_agents.sum() / 2
    assert shaped.required_agents.max() <= flat.flat_agents


def test_items_that_overtake_each_other_are_repaired(monkeypatch):
    """Overdue work waits for the first opening hour while a later arrival needs all of the second."""
    overtaken = work(
        (1200, 0, 1), (1800, 3, 4), open_seconds=[0, 0, STEP, STEP], counts=[False, True]
    )
    plan = plan_deferred(overtaken, goal=DeferredGoal(), arriving_seconds=1800)
    assert plan.outcome.level == 1.0
    monkeypatch.setattr(deferred_plan, "REPAIRS", 0)
    left_alone = plan_deferred(overtaken, goal=DeferredGoal(), arriving_seconds=1800)
    assert left_alone.outcome.level < 1.0


def test_minimum_staff_holds_while_open_only():
    quiet = work((9, 0, 4), open_seconds=[0, STEP, STEP, 0])
    plan = plan_deferred(quiet, goal=DeferredGoal(min_agents=3), arriving_seconds=9)
    assert plan.required_agents.tolist() == [0, 3, 3, 0]
    assert plan.flat_agents == 3


def test_no_work_needs_nobody():
    idle = DeferredWork(
        work_seconds=np.array([]),
        items=np.array([]),
        ready=np.array([], dtype=np.int64),
        due=np.array([], dtype=np.int64),
        counts=np.array([], dtype=bool),
        open_seconds=np.array([STEP, STEP], dtype=float),
    )
    plan = plan_deferred(idle, goal=DeferredGoal(), arriving_seconds=0)
    assert plan.required_agents.tolist() == [0, 0]
    assert (plan.outcome.level, plan.ceiling_level) == (1.0, 1.0)


def test_a_queue_that_never_opens_reaches_nothing():
    shut = work((900, 0, 4), open_seconds=[0] * 4)
    assert (shut.ceiling_level, steady_agents(shut, 900), deadline_agents(shut)) == (0.0, 0.0, 0.0)
    plan = plan_deferred(shut, goal=DeferredGoal(shape=PlanShape.FLAT), arriving_seconds=900)
    assert plan.required_agents.tolist() == [0] * 4


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: DeferredGoal(level=0), "0 < level <= 1, got 0"),
        (lambda: DeferredGoal(level=1.2), "got 1.2"),
        (lambda: DeferredGoal(min_agents=-1), "min_agents >= 0, got -1"),
        (lambda: DeferredGoal(min_agents=np.nan), "got nan"),
        (lambda: work((-1, 0, 4), open_seconds=[1]), "work_seconds >= 0, got -1"),
        (lambda: work((1, 0, 4), open_seconds=[-1]), "open_seconds >= 0"),
        (lambda: work((1, -2, 4), open_seconds=[1]), "ready >= 0, got -2"),
    ],
)
def test_wrong_input_is_refused_with_the_value(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


def test_due_times_run_in_open_intervals_only():
    """Open 2 intervals, closed 3, open 3: 2 open intervals later."""
    is_open = np.array([1, 1, 0, 0, 0, 1, 1, 1], dtype=bool)
    due = due_boundaries(is_open=is_open, step_seconds=STEP, within_seconds=np.full(8, 2.0 * STEP))
    assert due.tolist() == [2, 6, 7, 7, 7, 7, 8, 9]


def test_a_due_time_inside_an_interval_counts_as_its_start():
    is_open = np.ones(4, dtype=bool)
    due = due_boundaries(is_open=is_open, step_seconds=STEP, within_seconds=np.full(4, 1.5 * STEP))
    assert due.tolist() == [1, 2, 3, 5]  # 5: beyond the grid


def test_overdue_backlog_is_planned_but_does_not_count():
    backlog = OpeningBacklog(
        items=np.array([3.0, 2.0]), due=np.array([-5, 4]), aht_seconds=100, overdue_by=6
    )
    made = deferred_work(
        items=np.array([0.0, 4.0]),
        aht_seconds=np.array([50.0, 60.0]),
        due=np.array([3, 4]),
        backlog=backlog,
        open_seconds=np.array([STEP, STEP], dtype=float),
    )
    assert made.work_seconds.tolist() == [240, 300, 200]
    assert made.ready.tolist() == [2, 0, 0]
    assert made.due.tolist() == [4, 6, 4]
    assert made.counts.tolist() == [True, False, True]


@st.composite
def days_of_work(draw):
    """A few days with opening hours, arrivals round the clock, a backlog and one due time."""
    intervals = draw(st.integers(8, 60))
    is_open = np.array(draw(st.lists(st.booleans(), min_size=intervals, max_size=intervals)))
    items = np.array(
        draw(
            st.lists(st.sampled_from([0.0, 1.0, 2.5, 9.0]), min_size=intervals, max_size=intervals)
        )
    )
    within = draw(st.integers(1, 20)) * STEP
    due = due_boundaries(
        is_open=is_open, step_seconds=STEP, within_seconds=np.full(intervals, float(within))
    )
    backlog_due = draw(st.lists(st.integers(-5, intervals + 5), max_size=5))
    backlog = OpeningBacklog(
        items=np.full(len(backlog_due), 4.0),
        due=np.array(backlog_due, dtype=np.int64),
        aht_seconds=300,
        overdue_by=draw(st.integers(1, intervals)),
    )
    aht = np.full(intervals, draw(st.sampled_from([60.0, 450.0, 1800.0])))
    made = deferred_work(
        items=items, aht_seconds=aht, due=due, backlog=backlog, open_seconds=is_open * float(STEP)
    )
    return made, float((items * aht).sum())


@settings(deadline=None)
@given(days_of_work(), st.sampled_from(list(PlanShape)), st.sampled_from([1.0, 0.95, 0.8, 0.5]))
def test_every_plan_keeps_the_target_or_the_ceiling(case, shape, level):
    made, arriving = case
    plan = plan_deferred(
        made, goal=DeferredGoal(level=level, shape=shape), arriving_seconds=arriving
    )
    assert plan.outcome.level >= min(level, plan.ceiling_level) - 1e-9
    assert plan.outcome.level <= plan.ceiling_level + 1e-9
    assert np.all(plan.required_agents[made.open_seconds == 0] == 0)
    assert np.all(plan.required_agents >= plan.agents - 1e-6)


@settings(deadline=None)
@given(days_of_work())
def test_the_least_flat_team_covers_what_is_due_and_one_less_does_not(case):
    """The windows of the formula against the outcome of working it off."""
    made, _arriving = case
    exact = deadline_agents(made)
    at_ceiling = simulate_plan(made, np.full(made.boundaries, exact * (1 + 1e-9))).level
    assert at_ceiling == pytest.approx(made.ceiling_level, abs=1e-7)
    counted = made.counts.all()
    if exact > 0.01 and counted:
        less = simulate_plan(made, np.full(made.boundaries, exact * 0.98)).level
        assert less < made.ceiling_level


@settings(deadline=None)
@given(days_of_work(), st.integers(0, 6))
def test_one_more_person_never_lowers_the_level(case, people):
    made, _arriving = case
    fewer, more = (
        simulate_plan(made, np.full(made.boundaries, float(n))).level for n in (people, people + 1)
    )
    assert more >= fewer - 1e-9


@settings(deadline=None)
@given(days_of_work(), st.integers(0, 6))
def test_work_is_neither_lost_nor_made(case, people):
    made, _arriving = case
    outcome = simulate_plan(made, np.full(made.boundaries, float(people)))
    ready_inside = made.ready <= made.boundaries
    assert outcome.worked_seconds.sum() + outcome.backlog_seconds[-1] == pytest.approx(
        made.work_seconds[ready_inside].sum(), abs=1e-6
    )
    assert np.all(outcome.backlog_seconds >= -1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("level", [1.0, 0.9])
def test_single_items_worked_by_single_people_reach_what_was_planned(seed, level):
    """An independent office with whole items and random volumes, three weeks, within a point."""
    random = np.random.default_rng(seed)
    is_open = np.tile(np.r_[np.zeros(32), np.ones(40), np.zeros(24)].astype(bool), 21)
    is_open[-2 * 96 :] = is_open[5 * 96 : 7 * 96] = is_open[12 * 96 : 14 * 96] = False
    mean = np.tile(2.0 + np.sin(np.linspace(0, 2 * np.pi, 96)), 21) * (1 + (seed % 3))
    items = random.poisson(mean).astype(float)
    aht = 420.0
    within = np.full(items.size, 8 * 3600.0)
    due = due_boundaries(is_open=is_open, step_seconds=STEP, within_seconds=within)
    made = deferred_work(
        items=items,
        aht_seconds=np.full(items.size, aht),
        due=due,
        backlog=NO_BACKLOG,
        open_seconds=is_open * float(STEP),
    )
    plan = plan_deferred(
        made,
        goal=DeferredGoal(level=level, shape=PlanShape.FLAT),
        arriving_seconds=float(items.sum() * aht),
    )
    singles = [
        ((interval + 1) * STEP, due[interval] * STEP, aht)
        for interval, count in enumerate(items.astype(int))
        for _ in range(count)
        if due[interval] <= items.size
    ]
    reached = office.work_off(
        singles, agents=plan.required_agents.astype(int), is_open=is_open, step_seconds=STEP
    )
    assert reached >= level - 0.01
    if level == 1.0:
        too_few = np.where(is_open, np.floor(deadline_agents(made)) - 1, 0).astype(int)
        short = office.work_off(singles, agents=too_few, is_open=is_open, step_seconds=STEP)
        assert short < reached


def test_the_shortest_path_is_straight_where_nothing_is_in_its_way():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    path = shortest_path(x, np.zeros(4), np.full(4, 9.0), end=6.0)
    assert path.tolist() == [0, 2, 4, 6]


def test_the_shortest_path_bends_at_what_is_in_its_way():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    pushed_up = shortest_path(x, np.array([0, 3, 3, 3.0]), np.full(4, 9.0), end=3.0)
    assert pushed_up.tolist() == [0, 3, 3, 3]
    held_down = shortest_path(x, np.zeros(4), np.array([0, 0, 1, 9.0]), end=6.0)
    assert held_down.tolist() == [0, 0, 1, 6]
