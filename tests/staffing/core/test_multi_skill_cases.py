"""Days with several skills: bounds, split and repair; all twelve cases are in the benchmark."""

import dataclasses

import numpy as np
import pytest

from staffing.core import multi_skill_plan
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.goals import Goals
from staffing.core.multi_skill import GoalKind, MultiSkillDay, UnableToSplit, simulated_pool
from staffing.core.multi_skill_bounds import pooled_agents, separate_agents
from staffing.core.multi_skill_lived import Trial, live_through, yardstick_of
from staffing.core.multi_skill_plan import plan_multi_skill
from staffing.core.multi_skill_split import first_split, heads_by_queue, queue_parts
from staffing.core.requirement import required_agents
from staffing.core.simulation_pool import TRACE_COLUMNS, simulate_pool
from staffing.core.traffic import Traffic
from tests.staffing.core.multi_skill_days import (
    CASES,
    SECONDS,
    chain,
    day,
    group,
    queue,
    smoke_day,
)

AFRESH = 977
FLAT = np.ones(12)


@pytest.fixture(scope="module")
def plan():
    return plan_multi_skill(smoke_day())


def levels_afresh(a_day, heads, *, days=60):
    """Level of each queue on days that no plan has seen."""
    lived = live_through(a_day, heads, Trial(days, 1, AFRESH))
    return lived.good.sum(axis=1) / lived.counted.sum(axis=1)


def test_every_queue_of_a_chain_keeps_its_goal_for_hardly_more_than_pooled(plan):
    assert (levels_afresh(smoke_day(), plan.heads) >= 0.79).all()
    assert plan.pooled.sum() <= plan.heads.sum() * 1.01
    assert plan.heads.sum() <= 1.03 * plan.pooled.sum()
    assert plan.heads.sum() < 0.97 * plan.separate.sum()


def test_every_half_hour_of_every_queue_keeps_its_goal(plan):
    """Not only the day: with the repair of single intervals left out, some fall by 3 points."""
    a_day = smoke_day()
    trial = Trial.of(a_day, contacts=2_000_000, seed=AFRESH)
    yardstick = yardstick_of(a_day, plan.pooled, trial)
    lived = live_through(a_day, plan.heads, trial, yardstick=yardstick)
    assert lived.spread.max() < 0.006
    assert (lived.levels - 0.8 >= -0.01 - 3 * lived.spread).all()


def test_the_yardstick_takes_luck_off_and_nothing_else():
    """Levels with it are those without it, but closer to those of many more days."""
    a_day = smoke_day()
    pooled = pooled_agents(a_day)
    heads = first_split(a_day, pooled) + 1
    few = Trial.of(a_day, contacts=600_000, seed=AFRESH)
    many = Trial.of(a_day, contacts=6_000_000, seed=AFRESH + 1)
    plain, truth = live_through(a_day, heads, few), live_through(a_day, heads, many)
    closer = live_through(a_day, heads, few, yardstick=yardstick_of(a_day, pooled, few))
    apart = (closer.shortfalls - truth.shortfalls) / np.hypot(closer.spread, truth.spread)
    assert abs(apart.mean()) < 0.8
    assert np.abs(apart).max() < 4.5
    assert closer.spread.mean() < 0.7 * plain.spread.mean()


class TestAllGoalsHold:
    """A goal beside the level is counted in the simulation and repaired for."""

    @pytest.mark.parametrize(
        ("kind", "limit", "patience"),
        [
            (GoalKind.ASA, 2.0, np.nan),
            (GoalKind.ABANDONMENT, 0.01, 120.0),
            (GoalKind.OCCUPANCY, 0.7, np.nan),
        ],
    )
    def test_it_holds_in_every_interval_and_costs_heads(self, kind, limit, patience):
        def a_day(limit):
            limits = {f"max_{kind.value}": np.full(12, limit)}
            queues = [
                dataclasses.replace(queue(f"q{n}", 12.0, day=FLAT, patience=patience), **limits)
                for n in range(2)
            ]
            return day(queues, chain(2))

        strict, free = plan_multi_skill(a_day(limit)), plan_multi_skill(a_day(np.nan))
        trial = Trial.of(a_day(limit), contacts=1_000_000, seed=AFRESH)
        lived = live_through(a_day(limit), strict.heads, trial)
        without = live_through(a_day(limit), free.heads, trial)
        of_kind = [row for row, goal in enumerate(lived.asked) if goal.kind is kind]
        assert len(of_kind) == 2
        # Waits are spread more widely: their shortfall is a share of the wait that is allowed.
        assert (lived.shortfalls[of_kind] <= 0.02 + 4 * lived.spread[of_kind]).all()
        assert without.shortfalls[of_kind].max() > 0.1 * limit
        assert strict.heads.sum() > free.heads.sum()
        assert strict.misses == []

    def test_a_goal_that_is_missed_is_told(self, monkeypatch):
        monkeypatch.setattr(multi_skill_plan, "first_split", lambda a_day, _pooled: short)
        monkeypatch.setattr(multi_skill_plan, "TRIAL_ROUNDS", 0)
        monkeypatch.setattr(multi_skill_plan, "JUDGE_ROUNDS", 0)
        a_day = day([queue("a", 10.0, day=FLAT), queue("b", 10.0, day=FLAT)], chain(2))
        short = np.full((2, 12), 11)
        misses = plan_multi_skill(a_day).misses
        assert [(miss.queue, miss.kind, miss.is_day) for miss in misses] == [
            (0, GoalKind.LEVEL, True),
            (1, GoalKind.LEVEL, True),
        ]
        for miss in misses:
            assert miss.asked == pytest.approx(0.8)
            assert miss.reached < 0.6
            assert miss.intervals.size >= 8


def test_who_waits_at_the_close_is_handled_as_long_after_it():
    """The handling time of a closed interval is not a second, though nobody needs one there."""
    lunch = FLAT.copy()
    lunch[6:] = 0.0
    a_day = day([queue("a", 20.0, day=lunch)], [group("all", [0])])
    pool = simulated_pool(a_day, np.full((1, 12), 18))
    assert (pool.live[0].aht_seconds == 240.0).all()


def test_work_stops_when_asked_within_a_day():
    calls = []

    def watch():
        calls.append(1)
        if len(calls) == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        plan_multi_skill(smoke_day(), watch=watch)
    assert len(calls) == 4


def test_the_levels_told_are_those_that_other_days_show(plan):
    assert plan.queue_levels == pytest.approx(levels_afresh(smoke_day(), plan.heads), abs=0.015)
    assert plan.queue_goals == pytest.approx([0.8] * 3)


def test_the_same_day_gives_the_same_plan(plan):
    assert (plan_multi_skill(smoke_day()).heads == plan.heads).all()


def test_nobody_is_in_two_places(plan):
    """Heads of queues add up to heads of groups, and no simulated agent does two things at once."""
    a_day = smoke_day()
    assert (heads_by_queue(a_day, plan.heads).sum(axis=0) == plan.heads.sum(axis=0)).all()
    trace = simulate_pool(simulated_pool(a_day, plan.heads), days=2, seed=1, trace=True).trace
    of, agent, starts, ends = (
        TRACE_COLUMNS.index(name) for name in ("day", "agent", "starts", "ends")
    )
    order = np.lexsort((trace[:, starts], trace[:, agent], trace[:, of]))
    before, after = trace[order[:-1]], trace[order[1:]]
    same = (before[:, [of, agent]] == after[:, [of, agent]]).all(axis=1)
    assert same.sum() > 1000
    assert (before[same, ends] <= after[same, starts]).all()


class TestBounds:
    def test_queues_alike_are_pooled_as_one(self):
        a_day = day([queue(f"q{n}", 10.0, day=FLAT) for n in range(3)], chain(3))
        exact = required_agents(
            model=Model.C,
            traffic=Traffic(np.array([30.0]), np.array([240.0]), np.array([np.nan])),
            goals=Goals.same(1, level=0.8, threshold_seconds=20.0),
        )
        # The day opens empty and goes on; its end is the steady state.
        assert pooled_agents(a_day)[-1] == exact[0]
        assert (separate_agents(a_day).sum(axis=0) > pooled_agents(a_day)).all()

    def test_the_strictest_goal_holds_for_the_pool(self):
        mild, strict = (
            queue("mild", 10.0, level=0.7, day=FLAT),
            queue("strict", 1.0, level=0.95, day=FLAT),
        )
        both = pooled_agents(day([mild, strict], [group("all", [0, 0])]))
        alone = pooled_agents(
            day([mild, dataclasses.replace(strict, level=mild.level)], [group("all", [0, 0])])
        )
        assert (both > alone).all()

    def test_nothing_offered_needs_the_minimum_of_one_queue(self):
        quiet = [queue(f"q{n}", 0.0, day=FLAT, min_agents=2 + n) for n in range(2)]
        found = plan_multi_skill(day(quiet, [group("all", [0, 0])]))
        assert (found.heads == 3).all()
        assert np.isnan(found.levels).all()


class TestSplit:
    def test_spare_people_go_by_the_root_of_the_load(self):
        a_day = day([queue("a", 16.0, day=FLAT), queue("b", 4.0, day=FLAT)], chain(2))
        parts = queue_parts(a_day, np.full(12, 26.0))
        assert parts[:, 0] == pytest.approx([16 + 4, 4 + 2])

    def test_heads_are_whole_and_add_up(self):
        for name in ("chain of 3, alike", "no two alike", "specialists and few generalists"):
            pooled = pooled_agents(CASES[name])
            heads = first_split(CASES[name], pooled)
            assert (heads.sum(axis=0) >= pooled).all()
            assert (heads.sum(axis=0) <= pooled + len(CASES[name].groups)).all()

    def test_a_group_takes_no_more_than_it_has_while_others_can_help(self):
        a_day = day(
            [queue("a", 20.0, day=FLAT), queue("b", 10.0, day=FLAT)],
            [group("a", [0, -1], 4), group("b", [-1, 0]), group("both", [0, 0])],
        )
        heads = first_split(a_day, pooled_agents(a_day))
        assert heads[0].max() <= 4

    def test_a_queue_without_work_for_a_while_needs_nobody_then(self):
        lunch = FLAT.copy()
        lunch[4:7] = 0.0
        a_day = day([queue("a", 15.0, day=FLAT), queue("b", 10.0, day=lunch)], chain(2))
        found = plan_multi_skill(a_day)
        assert np.isnan(found.levels[1, 4:7]).all()
        assert found.heads[:, 5].sum() < found.heads[:, 2].sum() - 5
        assert (levels_afresh(a_day, found.heads) >= 0.79).all()


class TestCaps:
    def test_where_nobody_else_can_help_it_is_told_by_how_much(self):
        a_day = day(
            [queue("a", 10.0, day=FLAT), queue("b", 10.0, day=FLAT)],
            [group("a", [0, -1]), group("b", [-1, 0], 8)],
        )
        found = plan_multi_skill(a_day)
        assert (found.over_cap[1] == found.heads[1] - 8).all()
        assert (found.over_cap[1] >= 4).all()
        assert (found.over_cap[0] == 0).all()

    def test_who_can_do_more_stands_in_for_too_few_specialists(self):
        a_day = day(
            [queue("a", 10.0, day=FLAT), queue("b", 10.0, day=FLAT)],
            [group("a", [0, -1]), group("b", [-1, 0], 8), group("both", [0, 0])],
        )
        found = plan_multi_skill(a_day)
        assert (found.over_cap == 0).all()
        assert (found.heads[1] <= 8).all()
        assert (levels_afresh(a_day, found.heads) >= 0.79).all()


class TestRefusals:
    def test_a_queue_that_nobody_can_do_is_named_with_the_cure(self):
        with pytest.raises(UnableToSplit, match="No group can do “b”; add it to a group or take"):
            plan_multi_skill(day([queue("a", 5.0), queue("b", 5.0)], [group("a", [0, -1])]))

    def test_a_group_that_can_do_nothing_is_named(self):
        with pytest.raises(UnableToSplit, match="“idle” can do no queue"):
            plan_multi_skill(day([queue("a", 5.0)], [group("a", [0]), group("idle", [-1])]))

    def test_a_goal_that_no_number_meets_names_its_queue(self):
        with pytest.raises(UnableToSplit, match="“a”"):
            plan_multi_skill(day([queue("a", 5.0, level=1.0)], [group("a", [0])]))

    def test_a_level_that_cannot_be_counted_says_so(self):
        virtual = dataclasses.replace(queue("a", 5.0, day=FLAT), definition=ServiceLevel.VIRTUAL)
        with pytest.raises(ValueError, match="cannot be counted on single contacts"):
            plan_multi_skill(day([virtual], [group("a", [0])]))


@pytest.mark.parametrize("count", [46, 50])
def test_days_of_a_clock_change_are_planned_in_their_own_length(count):
    flat = np.ones(count)
    a_day = MultiSkillDay(SECONDS, [queue(f"q{n}", 6.0, day=flat) for n in range(2)], chain(2))
    assert first_split(a_day, pooled_agents(a_day)).shape == (2, count)
