"""What the people who are there give: risk, late items, and who could do other work."""

import numpy as np
import pytest

from staffing.core.board_figures import (
    deferred_outlook,
    live_outlook,
    risk_by_day,
    spare_share,
    whole_people,
)
from staffing.core.deferred_chance import DeferredChance
from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog, slices_of
from staffing.core.goals import Goals
from staffing.core.traffic import Traffic
from staffing.core.transfer import Transfer
from staffing.core.transient import LivePath, evaluate_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY

DAY = 24
SHAPE = 0.4 + 0.6 * np.sin(np.linspace(0.0, np.pi, DAY)) ** 2


def day(*, peak=20.0, concurrency=1):
    begins = np.full(DAY, CONTINUES)
    begins[0] = OPENS_EMPTY
    load = peak * SHAPE
    return LivePath(
        traffic=Traffic(load, np.full(DAY, 240.0), np.full(DAY, 60.0)),
        interval_seconds=1800.0,
        begins=begins,
        concurrency=concurrency,
        growth_rate=0.25 if concurrency > 1 else 0.0,
    )


def goals(**more):
    return Goals.same(DAY, level=0.8, threshold_seconds=20.0, min_agents=0, **more)


def outlook(path, people, *, asked=None, rule=None):
    offered = path.traffic.erlangs * 1800.0 / 240.0
    return offered, live_outlook(
        path,
        people=people,
        offered=offered,
        goals=asked or goals(),
        rule=rule or Transfer(),
    )


def test_whole_people_give_what_the_running_day_gives():
    path = day()
    people = np.ceil(path.traffic.erlangs) + 1.0
    offered, found = outlook(path, people)
    level = evaluate_transient(path, agents=people, thresholds=goals().thresholds())
    (expected,) = level.service_levels.values()
    assert found.in_time == pytest.approx(offered * expected)
    assert found.late == pytest.approx(offered * (1.0 - expected))
    assert found.at_risk == pytest.approx(offered * np.maximum(0.8 - expected, 0.0))
    assert found.at_risk.sum() > 0.0


def test_half_a_person_is_there_on_half_of_the_days():
    path = day()
    few = np.ceil(path.traffic.erlangs) + 2.0
    _, low = outlook(path, few)
    _, high = outlook(path, few + 1.0)
    _, half = outlook(path, few + 0.5)
    assert half.in_time == pytest.approx((low.in_time + high.in_time) / 2.0)


def test_nobody_there_loses_everybody():
    offered, found = outlook(day(), np.zeros(DAY))
    assert found.late == pytest.approx(offered)
    assert found.at_risk == pytest.approx(0.8 * offered)
    assert found.transferable == pytest.approx(np.zeros(DAY))


def test_where_the_goal_is_missed_nobody_has_time_to_give():
    path = day()
    _, found = outlook(path, np.ceil(path.traffic.erlangs) - 2.0)
    assert (found.at_risk > 0.0).all()
    assert found.transferable == pytest.approx(np.zeros(DAY))


@pytest.mark.parametrize("cap", [0.7, 0.85, 1.0])
def test_no_more_is_given_than_the_occupancy_cap_leaves(cap):
    path = day()
    people = np.ceil(path.traffic.erlangs * 2.0)
    _, found = outlook(path, people, rule=Transfer(occupancy_cap=cap))
    occupancy = evaluate_transient(
        path, agents=people, thresholds=goals().thresholds()
    ).occupancy_rate
    room = people * np.maximum(cap - occupancy, 0.0)
    assert (found.transferable <= room + 1e-9).all()
    assert found.transferable.sum() > 0.0
    if cap == 0.7:
        peak = slice(8, 16)
        assert found.transferable[peak] == pytest.approx(room[peak]), "there the cap alone decides"


def test_a_stricter_cap_of_the_goal_holds():
    path = day()
    people = np.ceil(path.traffic.erlangs * 2.0)
    strict = goals(max_occupancy_rate=0.6)
    _, found = outlook(path, people, asked=strict)
    _, usual = outlook(path, people)
    assert found.transferable.sum() < usual.transferable.sum()


def test_chat_agents_leave_as_whole_people_and_the_level_stays():
    path = day(concurrency=3)
    people = np.ceil(path.traffic.erlangs)
    _, found = outlook(path, people)
    stay = people - np.floor(found.transferable + 1e-9)
    before, after = (
        next(
            iter(
                evaluate_transient(
                    path, agents=n, thresholds=goals().thresholds()
                ).service_levels.values()
            )
        )
        for n in (people, stay)
    )
    assert found.transferable.sum() >= 1.0
    assert (before - after).max() <= 0.005 + 1e-9


def office(*, backlog_hours, intervals=10, due_hour=10.0, items=None):
    """Intervals of an hour, always open; items of six minutes, all alike, due at one moment."""
    slices = slices_of(3600)
    arriving = np.zeros(intervals) if items is None else items
    held = backlog_hours * 10.0
    return DeferredDemand(
        step_seconds=3600,
        items=arriving,
        aht_seconds=np.full(intervals, 360.0),
        open_seconds=np.full(intervals * slices, 3600.0 / slices),
        first_due_seconds=np.full(intervals * slices, 99 * 3600.0),
        last_due_seconds=np.full(intervals * slices, 99 * 3600.0),
        backlog=OpeningBacklog(np.array([held]), np.array([due_hour * 3600.0]), 360.0, 0.0),
        occupancy_cap=1.0,
        handling_spread=0.0,
    )


def test_eight_hours_of_work_leave_ten_hours_of_people_a_fifth_to_give():
    people = np.ones(10)
    found = deferred_outlook(
        office(backlog_hours=8), people=people, level=0.95, days=np.zeros(10), give=0.0
    )
    assert found.outlook.late.sum() == pytest.approx(0.0)
    assert found.outlook.counted[9] == pytest.approx(80.0), "due at the end of the tenth hour"
    # 8 of 10 hours are needed; of the steps of 1/32 a quarter leaves 7.5, as whole hours 8.
    assert found.outlook.transferable.sum() == pytest.approx(2.5)
    assert found.backlog_seconds[[0, 4, 8]] == pytest.approx([8 * 3600, 4 * 3600, 0.0])


def test_what_cannot_be_done_in_time_is_late_and_gives_nothing():
    people = np.ones(10)
    found = deferred_outlook(
        office(backlog_hours=12.5), people=people, level=0.95, days=np.zeros(10), give=0.005
    )
    assert found.level == pytest.approx(0.8, abs=0.01)
    assert found.outlook.late.sum() == pytest.approx(25.0, abs=1.0)
    assert found.outlook.at_risk.sum() == pytest.approx(25.0 - 0.05 * 125, abs=1.0)
    assert found.outlook.transferable.sum() == 0.0
    assert found.backlog_seconds[-1] == pytest.approx(2.5 * 3600, abs=360)


@pytest.mark.parametrize(("people", "spare"), [(1.0, 0.0), (2.0, 0.5)])
def test_people_who_keep_the_backlog_from_growing_are_not_spare(people, spare):
    """What is due far beyond the period is not late in it, yet somebody must do it."""
    demand = office(backlog_hours=0, intervals=200, items=np.full(200, 9.0), due_hour=999.0)
    chance = DeferredChance.draw(demand)
    found = spare_share(chance, people=np.full(200, people), level=0.9, give=0.005)
    assert found == pytest.approx(spare, abs=0.07)


def test_parts_of_people_come_as_whole_people_for_as_long():
    people = np.array([0.4, 0.4, 0.4, 0.4, 2.5, 2.5, 0.0, 0.9])
    whole = whole_people(people)
    assert (whole == np.rint(whole)).all()
    assert (whole >= 0.0).all()
    assert np.abs(np.cumsum(whole) - np.cumsum(people)).max() <= 0.5
    assert whole[6] == 0.0


def test_a_day_may_let_its_share_run_late_where_it_likes():
    due, late = np.array([50.0, 50.0, 50.0, 50.0]), np.array([10.0, 0.0, 4.0, 0.0])
    days = np.array([1.0, 1.0, 2.0, 2.0])
    found = risk_by_day(due=due, late=late, days=days, level=0.95)
    assert found.tolist() == pytest.approx([5.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("values", [{"give": -0.1}, {"give": 1.0}, {"occupancy_cap": 0.0}])
def test_a_rule_that_means_nothing_is_refused(values):
    with pytest.raises(ValueError, match="Expected"):
        Transfer(**values)
