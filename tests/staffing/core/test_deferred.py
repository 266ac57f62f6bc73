"""Deferred work: what is expected, a buffer for chance, and what that achieves on drawn items."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core import deferred_checked
from staffing.core.deferred import DeferredWork, deadline_agents, simulate_plan, steady_agents
from staffing.core.deferred_chance import DeferredChance
from staffing.core.deferred_checked import check_plan
from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog, gives_way_factor
from staffing.core.deferred_path import shortest_path
from staffing.core.deferred_plan import (
    DeferredGoal,
    plan_deferred,
    reachable_level,
)
from staffing.core.plan_shape import PlanShape
from staffing.core.simulation_deferred import SimulatedOffice
from tests.staffing.core import office

STEP = 900
FLAT = PlanShape.FLAT


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


def demand(
    items,
    *,
    due_after,
    open_intervals=None,
    aht_seconds=300.0,
    backlog=None,
    spread=1.0,
    cap=1.0,
):
    """Items per interval of 15 minutes; each is due so many seconds after it comes."""
    items = np.asarray(items, dtype=float)
    opened = np.ones(items.size) if open_intervals is None else np.asarray(open_intervals)
    starts = np.arange(items.size * 3) * 300.0
    return DeferredDemand(
        step_seconds=STEP,
        items=items,
        aht_seconds=np.full(items.size, aht_seconds),
        open_seconds=np.repeat(opened * 300.0, 3),
        first_due_seconds=starts + due_after,
        last_due_seconds=starts + 300.0 + due_after,
        backlog=backlog or OpeningBacklog.none(),
        occupancy_cap=cap,
        handling_spread=spread,
    )


def simulated(made, *, due_after):
    """The same work as the simulation takes it, open where the demand is."""
    edges = np.append(0.0, np.cumsum(np.repeat(STEP, made.items.size)))
    is_open = made.working_seconds > 0.0
    backlog = made.backlog

    def house(agents):
        return SimulatedOffice(
            interval_seconds=STEP,
            items=made.items,
            aht_seconds=made.aht_seconds,
            agents=agents.astype(np.int64),
            opens=edges[:-1][is_open],
            closes=edges[1:][is_open],
            due_of=lambda moments: moments + due_after,
            held_due=np.repeat(backlog.due_seconds, backlog.items.astype(int)),
            held_aht_seconds=backlog.aht_seconds,
            held_late_by=backlog.overdue_by_seconds,
            gives_way_factor=gives_way_factor(made.handling_spread),
            occupancy_cap=made.occupancy_cap,
            handling_spread=made.handling_spread,
        )

    return house


@pytest.mark.parametrize("shape", PlanShape)
def test_what_is_open_and_due_after_the_end_is_begun_in_time(shape):
    """12 hours of work due two open hours after a day of four: two people now, and the same then."""
    backlog = OpeningBacklog(
        items=np.array([144.0]),
        due_seconds=np.array([30 * 3600.0]),
        aht_seconds=300.0,
        overdue_by_seconds=0.0,
        open_after_seconds=np.array([2 * 3600.0]),
    )
    held = demand(np.zeros(16), due_after=3600.0, backlog=backlog)
    assert held.keep_up_seconds == pytest.approx(8 * 3600.0)
    plan = plan_deferred(held, goal=DeferredGoal(level=0.95, shape=shape))
    assert plan.required_agents.sum() == 2 * 16


def test_a_backlog_that_is_always_there_asks_for_nobody_more():
    """Each day's work is due at the end of the next: what is open at the start is a day's work."""
    items, day = np.full(32, 3.0), 8 * 3600.0
    after = np.array([0.0, day])
    backlog = OpeningBacklog(np.array([96.0, 96.0]), day + after, 300.0, 0.0, after)
    steady = demand(items, due_after=2 * day + 1.0, backlog=backlog)
    assert steady.keep_up_seconds == pytest.approx(steady.arriving_seconds)


def test_every_stretch_gets_a_buffer_of_its_own_deviation():
    """Four hours of work in two, variance 3,600 square seconds: two people and a minute more."""
    day = work((4 * 3600, 0, 8), open_seconds=[STEP] * 8)
    buffered = deadline_agents(day, variance=np.array([3600.0]), deviations=2.0)
    assert buffered == pytest.approx(2 + 120 / 7200)


def test_arrivals_vary_as_a_compound_poisson_sum_and_the_backlog_by_its_handle_times():
    """Ten exponential items of 300 s: 10 x 2 x 300^2; ten that are there already: 10 x 300^2."""
    held = OpeningBacklog(np.array([10.0]), np.array([7200.0]), 300.0, 0.0)
    made = demand([10, 0], due_after=3600, backlog=held)
    assert made.work_variance().tolist() == [10 * 2 * 300**2, 10 * 300**2]


def test_one_item_and_one_person_by_hand():
    """An item that is there at the start, takes 600 s and is due in 20 minutes; a second one waits."""
    held = OpeningBacklog(np.array([2.0]), np.array([1200.0]), 600.0, 0.0)
    made = demand([0, 0, 0, 0], due_after=0, backlog=held, spread=0.0)
    chance = DeferredChance.draw(made)
    assert chance.try_plan(np.ones(4)).level == 1.0
    late = replace(made, backlog=replace(held, due_seconds=np.array([1199.0])))
    achieved = DeferredChance.draw(late).try_plan(np.ones(4))
    assert achieved.level == 0.5
    assert achieved.worked_seconds.tolist() == [900, 300, 0, 0]
    assert achieved.done_items.tolist() == [1, 1, 0, 0]


def test_what_is_put_down_at_closing_is_gone_on_with_and_booked_once():
    """700 s of work, open for 600 s, closed for the rest of the hour: done at the next opening."""
    held = OpeningBacklog(np.array([1.0]), np.array([6000.0]), 1000.0, 0.0)
    made = demand(
        [0] * 8, due_after=0, open_intervals=[1, 0, 0, 0, 1, 1, 1, 1], backlog=held, spread=0.0
    )
    achieved = DeferredChance.draw(made).try_plan(np.ones(8))
    assert achieved.level == 1.0
    assert achieved.worked_seconds.tolist() == [900, 0, 0, 0, 100, 0, 0, 0]
    fewer = DeferredChance.draw(made).try_plan(np.array([1, 0, 0, 0, 0, 1, 1, 1.0]))
    assert fewer.level == 1.0
    assert fewer.worked_seconds.tolist() == [900, 0, 0, 0, 0, 100, 0, 0]


def test_the_occupancy_cap_is_a_rest_after_each_item():
    """Of four items of 300 s a person at 75 % does three in 20 minutes and rests for 100 s each."""
    held = OpeningBacklog(np.array([4.0]), np.array([1200.0]), 300.0, 0.0)
    made = demand([0, 0], due_after=0, backlog=held, spread=0.0, cap=0.75)
    assert DeferredChance.draw(made).try_plan(np.ones(2)).level == 0.75


def test_overdue_items_are_cleared_but_do_not_count():
    held = OpeningBacklog(np.array([3.0, 2.0]), np.array([-60.0, 3600.0]), 300.0, 1800.0)
    made = demand([0] * 4, due_after=0, backlog=held, spread=0.0)
    achieved = DeferredChance.draw(made).try_plan(np.ones(4))
    assert (achieved.overdue_items, achieved.cleared_level) == (3, 1.0)
    assert achieved.due_items.sum() == 2
    nobody = DeferredChance.draw(made).try_plan(np.zeros(4))
    assert (nobody.level, nobody.cleared_level) == (0.0, 0.0)
    assert nobody.left_due_seconds.size * nobody.left_weight == pytest.approx(5)


def test_what_is_due_beyond_the_grid_is_carried_over_with_its_due_time():
    held = OpeningBacklog(np.array([4.0]), np.array([90_000.0]), 3600.0, 0.0)
    made = demand([0] * 4, due_after=0, backlog=held, spread=0.0)
    achieved = DeferredChance.draw(made).try_plan(np.ones(4))
    assert achieved.level == 1.0
    assert achieved.due_items.sum() == 0
    assert set(achieved.left_due_seconds) == {90_000.0}
    assert achieved.left_due_seconds.size * achieved.left_weight == pytest.approx(3)


def test_the_ceiling_is_what_anybody_could_do():
    """By hand: who comes in the first five open minutes, or late enough while it is closed."""
    made = demand([4, 4], due_after=600, open_intervals=[0, 1], spread=0.0, aht_seconds=600.0)
    assert made.ceiling_level() == pytest.approx((4 / 3) / (4 + 4 / 3))
    short = demand([4, 4, 0], due_after=600, open_intervals=[0, 1, 1], spread=0.0, aht_seconds=1.0)
    assert short.ceiling_level() == pytest.approx(5 / 6)
    usual = demand([4] * 40, due_after=600, aht_seconds=300.0)
    assert usual.ceiling_level() == pytest.approx(1 - np.exp(-2))
    moderate = demand([4] * 40, due_after=600, aht_seconds=300.0, spread=0.5)
    drawn = DeferredChance.draw(moderate)
    assert moderate.ceiling_level() == pytest.approx(drawn.drawn_ceilings[0], abs=0.005)
    assert drawn.try_plan(np.full(40, 50.0)).level == pytest.approx(drawn.ceiling_level, abs=0.01)


@pytest.mark.parametrize(("ceiling", "planned"), [(1.0, 0.999), (0.8, 0.79), (0.0, 0.0)])
def test_a_goal_beyond_the_ceiling_is_planned_just_below_it(ceiling, planned):
    assert reachable_level(ceiling) == pytest.approx(planned)


def test_a_target_below_all_needs_fewer_people():
    week = demand([20] * 32 + [0] * 8, due_after=3600)
    goals = [DeferredGoal(level=level, shape=FLAT) for level in (1.0, 0.8)]
    everything, most = (plan_deferred(week, goal=goal) for goal in goals)
    assert everything.target_level == pytest.approx(0.999, abs=1e-5)
    assert most.flat_agents < everything.flat_agents
    assert everything.flat_agents > everything.unbuffered_agents
    chance = DeferredChance.draw(week)
    fewer = np.full(40, most.flat_agents - 1.0)
    assert chance.level(chance.try_plan(fewer)) < 0.8 <= most.level


def test_the_shaped_plan_follows_the_due_times():
    """The rush of one hour is not staffed all week."""
    rush = [2.0] * 60
    rush[20:24] = [40.0] * 4
    made = demand(rush, due_after=2 * 3600)
    shaped = plan_deferred(made, goal=DeferredGoal(level=0.95))
    flat = plan_deferred(made, goal=DeferredGoal(level=0.95, shape=FLAT))
    assert shaped.required_agents.sum() < flat.required_agents.sum() / 2
    assert min(shaped.level, flat.level) >= 0.95
    assert shaped.flat_agents == flat.flat_agents


def test_the_shaped_plan_never_costs_more_than_the_flat_team():
    """Where one person is always enough there is nothing to shape."""
    quiet = demand([0.01] * 40, due_after=8 * 3600)
    plan = plan_deferred(quiet, goal=DeferredGoal(level=0.9))
    assert plan.required_agents.sum() <= 40 * plan.flat_agents


def test_items_that_overtake_each_other_are_staffed():
    """Overdue work waits for the first opening hour while a later arrival needs all of the second."""
    held = OpeningBacklog(np.array([4.0]), np.array([-60.0]), 300.0, 900.0)
    made = demand(
        [0, 0, 6, 0], due_after=1800, open_intervals=[0, 0, 1, 1], backlog=held, spread=0.0
    )
    plan = plan_deferred(made, goal=DeferredGoal(level=0.9))
    assert plan.level >= 0.9


def test_minimum_staff_holds_while_open_only():
    quiet = demand([0.01] * 4, due_after=900, open_intervals=[0, 1, 1, 0])
    plan = plan_deferred(quiet, goal=DeferredGoal(level=0.5, min_agents=3))
    assert plan.required_agents.tolist() == [0, 3, 3, 0]
    assert plan.flat_agents == 3


def test_no_work_needs_nobody():
    plan = plan_deferred(demand([0, 0], due_after=900), goal=DeferredGoal())
    assert plan.required_agents.tolist() == [0, 0]
    assert (plan.level, plan.ceiling_level) == (1.0, 1.0)


def test_a_queue_that_never_opens_reaches_nothing():
    shut = demand([3.0] * 4, due_after=900, open_intervals=[0] * 4)
    for shape in PlanShape:
        plan = plan_deferred(shut, goal=DeferredGoal(shape=shape))
        assert plan.required_agents.tolist() == [0] * 4
        assert (plan.ceiling_level, plan.level) == (0.0, 0.0)


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
        (lambda: demand([-1.0], due_after=1), "items >= 0, got -1"),
        (lambda: demand([1.0], due_after=1, cap=0.0), "occupancy_cap <= 1, got 0"),
        (lambda: demand([1.0], due_after=1, spread=-1.0), "handling_spread >= 0, got -1"),
        (
            lambda: replace(demand([1.0], due_after=1), open_seconds=np.zeros(2)),
            "Expected 3 values in open_seconds, got 2",
        ),
    ],
)
def test_wrong_input_is_refused_with_the_value(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


def test_a_plan_that_falls_short_when_simulated_is_mended():
    """The simulated items take a third longer than the plan was told."""
    made = demand([6.0] * 64 + [0.0] * 8, due_after=3600)
    house = simulated(made, due_after=3600)
    goal = DeferredGoal(level=0.9, shape=FLAT)
    as_told = check_plan(made, goal=goal, office=house)
    assert as_told.mended == 0
    assert as_told.simulated_level == pytest.approx(as_told.plan.level, abs=0.01)
    slower = check_plan(
        made,
        goal=goal,
        office=lambda agents: replace(house(agents), aht_seconds=made.aht_seconds * 4 / 3),
    )
    assert 0 < slower.mended <= deferred_checked.MOST_MENDS
    assert slower.plan.flat_agents > as_told.plan.flat_agents
    assert slower.plan.target_level == 0.9


def test_the_same_demand_gives_the_same_plan():
    made = demand([3.0] * 60, due_after=5400)
    first, again = (plan_deferred(made, goal=DeferredGoal(level=0.9)) for _ in range(2))
    assert first.required_agents.tolist() == again.required_agents.tolist()
    assert first.level == again.level


@st.composite
def days_of_work(draw):
    """A day or so with opening hours, arrivals round the clock, a backlog and one due time."""
    intervals = draw(st.integers(8, 60))
    flags = st.lists(st.booleans(), min_size=intervals, max_size=intervals)
    volumes = st.lists(
        st.sampled_from([0.0, 1.0, 2.5, 9.0]), min_size=intervals, max_size=intervals
    )
    backlog_due = draw(st.lists(st.integers(-5, intervals + 5), max_size=5))
    aht = draw(st.sampled_from([60.0, 450.0, 1800.0]))
    return demand(
        draw(volumes),
        due_after=draw(st.integers(1, 20)) * 700.0,
        open_intervals=np.array(draw(flags), dtype=float),
        aht_seconds=aht,
        backlog=OpeningBacklog(
            items=np.full(len(backlog_due), 4.0),
            due_seconds=np.array(backlog_due, dtype=float) * STEP,
            aht_seconds=aht,
            overdue_by_seconds=draw(st.integers(1, intervals)) * float(STEP),
        ),
        spread=draw(st.sampled_from([0.0, 0.5, 1.0])),
        cap=draw(st.sampled_from([1.0, 0.8])),
    )


@settings(deadline=None, max_examples=30)
@given(days_of_work(), st.sampled_from(list(PlanShape)), st.sampled_from([1.0, 0.9, 0.5]))
def test_every_plan_keeps_the_target_or_what_the_ceiling_allows(made, shape, level):
    plan = plan_deferred(made, goal=DeferredGoal(level=level, shape=shape))
    assert plan.target_level == min(level, reachable_level(plan.ceiling_level))
    assert plan.target_level - 1e-9 <= plan.level <= plan.ceiling_level + 1e-9
    assert np.all(plan.required_agents[made.working_seconds == 0] == 0)


@settings(deadline=None, max_examples=30)
@given(days_of_work(), st.integers(0, 6))
def test_work_is_neither_lost_nor_made(made, people):
    chance = DeferredChance.draw(made)
    achieved = chance.try_plan(np.full(made.items.size, float(people)))
    comes = chance.items.due.size / chance.repeats
    left = achieved.left_due_seconds.size * achieved.left_weight
    assert achieved.done_items.sum() + left == pytest.approx(comes, abs=1e-6)
    assert np.all(
        achieved.worked_seconds <= people * made.working_seconds / made.occupancy_cap + 1e-6
    )
    assert np.all(achieved.on_time_items <= achieved.due_items + 1e-9)
    within = chance.items.ready < made.clock[-1]
    assert achieved.worked_seconds.sum() <= chance.items.work[within].sum() / chance.repeats + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_an_office_of_single_people_reaches_what_the_fluid_promises(seed):
    """What is certain: without chance, the windows' flat team finishes all, and one fewer does not."""
    random = np.random.default_rng(seed)
    is_open = np.tile(np.r_[np.zeros(32), np.ones(40), np.zeros(24)].astype(bool), 14)
    items = random.poisson(3.0 * (1 + seed % 3), is_open.size).astype(float)
    clock = np.append(0.0, np.cumsum(is_open * float(STEP)))
    due = np.searchsorted(clock, clock[1:] + 8 * 3600.0)
    arriving = np.flatnonzero(items)
    made = DeferredWork(
        work_seconds=items[arriving] * 420.0,
        items=items[arriving],
        ready=arriving + 1,
        due=due[arriving],
        counts=np.ones(arriving.size, dtype=bool),
        open_seconds=is_open * float(STEP),
    )
    singles = [
        ((interval + 1) * STEP, due[interval] * STEP, 420.0)
        for interval, count in enumerate(items.astype(int))
        for _ in range(count)
        if due[interval] <= items.size
    ]
    exact = deadline_agents(made)
    enough, too_few = (
        office.work_off(
            singles,
            agents=np.where(is_open, people, 0).astype(int),
            is_open=is_open,
            step_seconds=STEP,
        )
        for people in (np.ceil(exact), np.floor(exact) - 1)
    )
    assert enough >= 0.99
    assert too_few < enough


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
