"""Arithmetic of the day in hand, held against numbers that one can count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.intraday.core.breach import Work, first_breach
from wfm.intraday.core.options import (
    HOUR,
    BreakWindow,
    OptionKind,
    Part,
    Person,
    brought_over,
    moved_breaks,
    overtime,
    time_off,
)
from wfm.intraday.core.risk import Cause, QueueRisk, cost_by_interval, deviation, windows


def work(*batches):
    """(seconds, ready, due) each."""
    rows = np.array(batches, dtype=float).reshape(-1, 3)
    return Work(
        seconds=rows[:, 0], ready=rows[:, 1].astype(np.int64), due=rows[:, 2].astype(np.int64)
    )


def test_the_first_due_time_that_capacity_does_not_cover_is_the_breach():
    found = first_breach(work((100, 0, 1), (300, 0, 3)), np.array([100.0, 100.0, 100.0]))
    assert (found.boundary, found.late_seconds, found.missed_seconds) == (3, 100, 100)
    assert first_breach(work((100, 0, 1), (200, 0, 3)), np.array([100.0] * 3)) is None


def test_what_is_not_there_yet_cannot_be_done_before():
    late = work((100, 2, 3))
    assert first_breach(late, np.array([100.0, 100.0, 0.0])).boundary == 3
    assert first_breach(late, np.array([0.0, 0.0, 100.0])) is None


def test_late_work_is_given_up_and_does_not_hold_up_what_comes_after():
    found = first_breach(work((500, 0, 1), (100, 1, 2)), np.array([100.0, 100.0]))
    assert (found.boundary, found.late_seconds, found.missed_seconds) == (1, 400, 400)


def test_what_is_due_later_than_the_time_looked_at_is_no_breach():
    assert first_breach(work((500, 0, 9)), np.array([1.0])) is None
    assert first_breach(work(), np.array([1.0])) is None


batches = st.lists(
    st.tuples(st.integers(1, 400), st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=12
)


@given(batches=batches, capacity=st.lists(st.integers(0, 600), min_size=6, max_size=6))
def test_nothing_breaches_exactly_where_every_span_has_room(batches, capacity):
    """The theorem that the breach rests on: for all a < b the work inside [a, b) fits into it."""
    rows = [(seconds, ready, min(ready + length, 6)) for seconds, ready, length in batches]
    fits = all(
        sum(s for s, ready, due in rows if ready >= a and due <= b) <= sum(capacity[a:b]) + 1e-6
        for a in range(6)
        for b in range(a + 1, 7)
    )
    found = first_breach(work(*rows), np.array(capacity, dtype=float))
    # less than a second of work is rounding; whole seconds are not
    assert (found is None) == fits


def risk(**changes):
    size = 6
    figures = {
        "counted": np.full(size, 10.0),
        "in_time": np.full(size, 8.0),
        "at_risk": np.zeros(size),
        "short_people": np.zeros(size),
    }
    return QueueRisk(
        is_live=changes.pop("is_live", True),
        hours=0.5,
        aht_seconds=360,
        hour_value=100,
        **figures | {name: np.array(values, dtype=float) for name, values in changes.items()},
    )


def test_intervals_that_touch_are_one_window_with_its_worst_and_its_cost():
    found = windows(risk(at_risk=[9, 0, 5, 20, 0, 0], short_people=[0, 0, 1, 2, 0, 3]), since=1)
    assert [(w.first, w.end, w.cause, w.worst) for w in found] == [
        (2, 4, Cause.SERVICE, 3),
        (5, 6, Cause.SHORT, 5),
    ]
    # 20 contacts of 6 minutes are 2 h, more than the 1 h that 2 people miss; 5 are 0.5 h as 1 person
    assert (found[0].cost, found[0].short_hours, found[0].at_risk) == (250, 1.5, 25)
    assert (found[0].level, found[1].cost) == (0.8, 150)


def test_a_deferred_queue_costs_by_what_will_be_late_alone():
    found = risk(is_live=False, at_risk=[0, 10, 0, 0, 0, 0], short_people=[4] * 6)
    assert cost_by_interval(found).tolist() == [0, 100, 0, 0, 0, 0]
    assert [(w.first, w.cause) for w in windows(found, since=0)] == [(1, Cause.LATE)]


def test_unknown_figures_are_no_risk():
    nothing = [np.nan] * 6
    assert windows(risk(at_risk=nothing, short_people=nothing), since=0) == []
    found = windows(risk(counted=nothing, in_time=nothing, short_people=[1] * 6), since=0)
    assert found[0].level is None


def test_a_deviation_counts_only_what_both_know():
    found = deviation(np.array([10.0, np.nan, 5.0]), np.array([8.0, 9.0, np.nan]))
    assert (found.actual, found.forecast, found.share) == (10, 8, 0.25)
    assert deviation(np.array([np.nan]), np.array([1.0])).share is None


# -- what one person can do -----------------------------------------------------------------------

QUEUE, OTHER = 1, 2
WORK, BREAK, LUNCH = 10, 11, 12
EIGHT = 8 * HOUR


def part(start, end, code=WORK, queue=QUEUE):
    return Part(
        starts_at=int(start * HOUR),
        ends_at=int(end * HOUR),
        code=code,
        is_work=code == WORK,
        queue=queue if code == WORK else None,
    )


def person(*parts, **more):
    parts = parts or (part(8, 10), part(10, 10.25, BREAK), part(10.25, 16))
    defaults = {"free_from": 0, "free_until": 30 * HOUR, "pay": 20.0, "premium": 0.5}
    return Person(
        agent=7, shift=70, parts=parts, team=None, skills=frozenset({1}), **defaults | more
    )


def moves(who, *, window=(9.5, 11), now=8, weight=None):
    def by_window(first, last):
        inside = min(last, window[1] * HOUR) - max(first, window[0] * HOUR)
        return max(0, inside)

    return list(
        moved_breaks(
            who,
            queue=QUEUE,
            window=(int(window[0] * HOUR), int(window[1] * HOUR)),
            now=now * HOUR,
            weight=weight or by_window,
        )
    )


def test_a_break_moves_to_the_nearest_legal_place_outside_the_window():
    rule = BreakWindow(code=BREAK, seconds=900, earliest=HOUR, latest=4 * HOUR)
    [found] = moves(person(windows=(rule,)))
    assert (found.kind, found.moved_from, found.starts_at) == (
        OptionKind.MOVE_BREAK,
        10 * HOUR,
        int(9.25 * HOUR),
    )
    assert [(s.starts_at, s.people) for s in found.changes] == [
        (10 * HOUR, 1),
        (int(9.25 * HOUR), -1),
    ]


def test_a_rule_that_leaves_no_place_leaves_the_break():
    rule = BreakWindow(code=BREAK, seconds=900, earliest=int(1.75 * HOUR), latest=int(2.5 * HOUR))
    assert moves(person(windows=(rule,))) == []


def test_without_a_rule_it_stays_within_an_hour():
    [found] = moves(person(), window=(9.75, 10.75))
    assert found.starts_at == int(9.5 * HOUR)
    assert moves(person(), window=(8, 12)) == []


def test_a_break_that_has_begun_or_begins_at_once_stays():
    assert moves(person(), now=10) == []
    assert moves(person(), now=9.8) == []


def test_breaks_stay_apart_and_inside_work_on_the_queue():
    parts = (
        part(8, 9.5),
        part(9.5, 9.75, LUNCH),
        part(9.75, 10),
        part(10, 10.25, BREAK),
        part(10.25, 11, queue=QUEUE),
        part(11, 16, queue=OTHER),
    )
    [found] = moves(person(*parts), window=(10, 10.5))
    assert found.starts_at == int(
        10.5 * HOUR
    )  # not within 30 minutes of lunch, not on the other queue


def offers(who, *, window, now=8):
    bounds = (int(window[0] * HOUR), int(window[1] * HOUR))
    return [
        (option.starts_at / HOUR, option.ends_at / HOUR, option.cost)
        for option in overtime(who, queue=QUEUE, window=bounds, now=now * HOUR)
    ]


def test_overtime_reaches_into_the_window_two_hours_at_most():
    assert offers(person(), window=(15, 20)) == [(16, 18, 60)]
    assert offers(person(), window=(16, 17)) == [(16, 17, 30)]
    assert offers(person(), window=(5, 9), now=4) == [(6, 8, 60)]
    assert offers(person(), window=(18, 20)) == []  # long after the shift


def test_overtime_keeps_the_rest_and_twelve_hours():
    assert offers(person(free_until=int(16.5 * HOUR)), window=(15, 20)) == [(16, 16.5, 15)]
    assert offers(person(free_from=int(7.5 * HOUR)), window=(5, 9), now=4) == [(7.5, 8, 15)]
    assert offers(person(part(6, 17.5)), window=(17, 20)) == [(17.5, 18, 15)]
    assert offers(person(free_until=16 * HOUR), window=(15, 20)) == []


def test_nobody_is_asked_to_come_sooner_than_in_half_an_hour():
    assert offers(person(part(10, 18)), window=(8, 11), now=9.25) == [(9.75, 10, 7.5)]


def over(who, *, window, spare, now=8):
    bounds = (int(window[0] * HOUR), int(window[1] * HOUR))
    return [
        (option.starts_at / HOUR, option.ends_at / HOUR, option.other_queue)
        for option in brought_over(who, queue=QUEUE, window=bounds, now=now * HOUR, spare=spare)
    ]


def test_somebody_comes_over_for_the_longest_time_that_can_be_spared():
    who = person(part(8, 16, queue=OTHER))

    def spare(queue, first, last):
        return 0.0 if first < 11 * HOUR <= last or queue != OTHER else 1.0

    assert over(who, window=(10, 14), spare=spare) == [(11, 14, OTHER)]
    assert over(who, window=(10, 14), spare=lambda *_: 0.0) == []
    assert over(person(), window=(10, 14), spare=lambda *_: 1.0) == []  # on the queue already


def home(who, *, window, spare=lambda *_: 1.0, now=8):
    bounds = (int(window[0] * HOUR), int(window[1] * HOUR))
    return [
        (option.starts_at / HOUR, option.ends_at / HOUR, option.cost)
        for option in time_off(who, queue=QUEUE, window=bounds, now=now * HOUR, spare=spare)
    ]


def test_time_off_is_an_hour_or_more_at_the_end_of_a_shift():
    assert home(person(), window=(14, 18)) == [(14, 16, -40)]
    assert home(person(), window=(15.5, 18)) == []
    assert home(person(), window=(17, 18)) == []
    assert home(person(part(8, 16, queue=OTHER)), window=(14, 18)) == []
    assert home(
        person(), window=(13, 18), spare=lambda first, _last: float(first >= 14.5 * HOUR)
    ) == [(14.5, 16, -30)]


@pytest.mark.parametrize("first", [8, 12])
def test_the_queue_at_a_moment(first):
    who = person(part(8, 12, queue=QUEUE), part(12, 16, queue=OTHER))
    assert who.queue_at(first * HOUR) == (QUEUE if first == 8 else OTHER)
    assert who.queue_at(20 * HOUR) is None
