"""The simulation of deferred work by hand: single items, openings, rests, and who gives way."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from statistics import NormalDist

import numpy as np
import pytest

from staffing.core.deferred_checked import standard_error
from staffing.core.due_times import (
    due_seconds,
    open_seconds_by_slice,
    open_stretches,
    stretch_seconds,
)
from staffing.core.simulation_deferred import OfficeDays, SimulatedOffice, simulate_deferred
from wfm.timeline import BusinessCalendar, DueRule, DueUnit, grid

HOUR = 3600.0


def office(held_due=(), **fields):
    """Four hours, open in the second and the fourth; nothing comes but what is there already."""
    defaults = {
        "interval_seconds": HOUR,
        "items": np.zeros(4),
        "aht_seconds": np.full(4, 1800.0),
        "agents": np.ones(4, dtype=np.int64),
        "opens": np.array([HOUR, 3 * HOUR]),
        "closes": np.array([2 * HOUR, 4 * HOUR]),
        "due_of": lambda moments: moments + HOUR,
        "held_due": np.array(held_due, dtype=float),
        "held_aht_seconds": 1800.0,
        "held_late_by": 4 * HOUR,
        "gives_way_factor": 1.0,
        "handling_spread": 0.0,
    }
    return SimulatedOffice(**defaults | fields)


def lived(made):
    return simulate_deferred(made, repeats=2, seed=1)


def test_items_are_done_in_the_order_of_their_due_times_while_it_is_open():
    """Half an hour each: done at 1:30, 2:00, 3:30 and 4:00."""
    days = lived(office([4 * HOUR, 1.5 * HOUR, 2 * HOUR, 3.5 * HOUR]))
    assert days.level == 1.0
    assert days.due_items[0].tolist() == [0, 2, 0, 2]
    assert days.open_items[0].tolist() == [4, 4, 2, 2]
    assert days.open_at_end.tolist() == [0, 0]


def test_what_is_begun_at_closing_is_gone_on_with_at_the_next_opening():
    days = lived(office([3.25 * HOUR], held_aht_seconds=1.25 * HOUR))
    assert days.level == 1.0
    assert lived(office([3.24 * HOUR], held_aht_seconds=1.25 * HOUR)).level == 0.0


def test_who_leaves_puts_the_item_down_and_the_next_takes_it_up_first():
    """Two begin items of 90 minutes; in the second hour of opening one is there and does both."""
    agents = np.array([0, 2, 0, 1])
    made = office([3.5 * HOUR, 4 * HOUR], held_aht_seconds=1.5 * HOUR, agents=agents)
    assert lived(made).level == 1.0
    assert lived(replace(made, held_due=np.array([3.5 * HOUR, 3.9 * HOUR]))).level == 0.5


def test_an_item_that_can_no_longer_be_in_time_gives_way():
    """At half past one six minutes are too few for the second; it does not make the third late."""
    made = office([1.5 * HOUR, 1.6 * HOUR, 2 * HOUR])
    assert lived(made).level == pytest.approx(2 / 3)
    stubborn = lived(replace(made, gives_way_factor=0.0))
    assert stubborn.level == pytest.approx(1 / 3)


def test_what_was_overdue_before_does_not_count_and_is_done_by_its_new_time():
    days = lived(office([-60.0, -60.0, 2 * HOUR], held_late_by=3.5 * HOUR))
    assert days.level == 1.0
    assert days.due_items[0].sum() == 1
    assert days.late_done.tolist() == [1.0, 1.0]
    assert lived(office([-60.0] * 4, held_late_by=3.5 * HOUR)).late_done[0] == 0.75


def test_the_occupancy_cap_is_a_rest_also_over_closing():
    """At two thirds each half hour of work is followed by a quarter of rest: 1:30, then 3:15."""
    made = office([1.5 * HOUR, 3.25 * HOUR], occupancy_cap=2 / 3)
    assert lived(made).level == 1.0
    assert lived(replace(made, held_due=np.array([1.5 * HOUR, 3.24 * HOUR]))).level == 0.5


def test_a_rest_goes_on_at_the_next_opening():
    """Forty minutes of work, an hour of rest: the second is begun forty minutes after reopening."""
    made = office([2 * HOUR, 4 * HOUR], held_aht_seconds=2400.0, occupancy_cap=0.4)
    assert lived(made).level == 0.5
    assert lived(made).open_items[0].tolist() == [2, 2, 1, 1]
    assert lived(made).open_at_end[0] == 1


def test_an_office_that_never_opens_does_nothing():
    days = lived(office([2 * HOUR], opens=np.zeros(0), closes=np.zeros(0)))
    assert days.level == 0.0
    assert days.open_at_end.tolist() == [1, 1]


def test_nothing_due_is_all_in_time():
    days = lived(office([9 * HOUR]))
    assert days.level == 1.0
    assert standard_error(days) == 0.0


SIGMA = math.sqrt(math.log1p(0.25))


@pytest.mark.parametrize(
    ("spread", "level"),
    [
        (0.0, 1.0),
        (0.5, NormalDist().cdf(math.log(2) / SIGMA + SIGMA / 2)),
        (1.0, 1 - math.exp(-2)),
    ],
)
def test_with_somebody_for_each_item_its_handling_time_decides(spread, level):
    """Due after twice the mean handling time."""
    made = office(
        items=np.full(4, 200.0),
        agents=np.full(4, 900),
        opens=np.array([0.0]),
        closes=np.array([4 * HOUR]),
        aht_seconds=np.full(4, 900.0),
        due_of=lambda moments: moments + 1800.0,
        handling_spread=spread,
        gives_way_factor=0.0,
    )
    days = simulate_deferred(made, repeats=30, seed=4)
    assert days.level == pytest.approx(level, abs=0.01)
    assert days.due_items.sum() / 30 == pytest.approx(700, rel=0.02)


def test_the_standard_error_is_that_of_a_ratio():
    """Two repeats, 10 due in each, 8 and 10 in time: level 0.9, error 0.1."""
    days = OfficeDays(
        due_items=np.array([[10.0], [10.0]]),
        in_time_items=np.array([[8.0], [10.0]]),
        open_items=np.zeros((2, 1)),
        open_at_end=np.zeros(2),
        late_done=np.ones(2),
    )
    assert standard_error(days) == pytest.approx(0.1)


def test_opening_hours_inside_an_interval_keep_their_place():
    """Open from 8:10 to 8:50 in half hours: four slices of five minutes, and four."""
    calendar = BusinessCalendar("UTC", {0: [(490, 530)]})
    starts_at, ends_at = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
    stretches = open_stretches(calendar, starts_at=starts_at, ends_at=ends_at)
    opens, closes = stretch_seconds(stretches, starts_at=starts_at)
    assert (opens.tolist(), closes.tolist()) == ([600], [3000])
    slices = open_seconds_by_slice(opens, closes, intervals=2, step_seconds=1800)
    assert slices.tolist() == [0, 0, 300, 300, 300, 300, 300, 300, 300, 300, 0, 0]
    shut = open_seconds_by_slice(np.zeros(0), np.zeros(0), intervals=2, step_seconds=1800)
    assert shut.tolist() == [0] * 12


def test_due_times_inside_an_interval_keep_their_place():
    """Twenty minutes after each slice begins, and after the last second of it."""
    calendar = BusinessCalendar.always("UTC")
    at = grid(datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC), 30)
    rule = DueRule(DueUnit.CALENDAR_MINUTES, 20)
    first, last = due_seconds(calendar, [(np.arange(2), rule)], starts_at=at, step_seconds=1800)
    assert first[:3].tolist() == [1200, 1500, 1800]
    assert last[:3].tolist() == [1499, 1799, 2099]
