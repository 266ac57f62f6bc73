"""When alerts are raised and over, and who answers: pure arithmetic."""

import pytest

from adherence.core.alerting import (
    Duty,
    Limits,
    Standing,
    Turn,
    chain,
    is_worse,
    must_hand_on,
    turn,
)

LIMITS = Limits(
    threshold=0.1, is_worse_above=True, hysteresis=0.04, hold_seconds=300, clear_seconds=600
)


@pytest.mark.parametrize(
    ("value", "standing", "expected"),
    [
        (None, None, Turn.NOTHING),
        (0.09, None, Turn.NOTHING),
        (0.1, None, Turn.NOTICE),
        # noticed: it lasts, or passes
        (0.2, Standing(began_at=701), Turn.NOTICE),
        (0.2, Standing(began_at=700), Turn.OPEN),
        (0.05, Standing(began_at=700), Turn.FORGET),
        (None, Standing(began_at=700), Turn.FORGET),
        # raised: within the margin it is not over
        (0.07, Standing(began_at=0, opened_at=300), Turn.KEEP),
        (0.05, Standing(began_at=0, opened_at=300), Turn.CALM),
        (0.05, Standing(began_at=0, opened_at=300, calm_since=401), Turn.CALM),
        (0.05, Standing(began_at=0, opened_at=300, calm_since=400), Turn.CLOSE),
        (None, Standing(began_at=0, opened_at=300, calm_since=400), Turn.CLOSE),
        (0.07, Standing(began_at=0, opened_at=300, calm_since=400), Turn.KEEP),
    ],
)
def test_an_alert_takes_its_turns(value, standing, expected):
    assert turn(value=value, standing=standing, limits=LIMITS, at=1000) is expected


def test_without_a_time_to_hold_it_is_raised_at_once():
    assert (
        turn(value=1, standing=None, limits=Limits(threshold=1, is_worse_above=True), at=0)
        is Turn.OPEN
    )


def test_where_less_is_worse_the_threshold_counts_from_above():
    limits = Limits(threshold=8, is_worse_above=False)
    assert (limits.excess(9), limits.excess(8), limits.excess(2)) == (-1, 0, 6)
    assert is_worse(2, 3, is_worse_above=False)
    assert is_worse(3, 2, is_worse_above=True)


@pytest.mark.parametrize("name", ["hysteresis", "hold_seconds", "clear_seconds"])
def test_limits_below_zero_are_refused(name):
    with pytest.raises(ValueError, match=f"Expected {name} >= 0, got -1"):
        Limits(threshold=0, is_worse_above=True, **{name: -1})


def whom(*duties, kind="SERVICE_AT_RISK", about=None, at=(0, 600)):
    about = about or {"queue": 1, "client": 2, "site": 3, "team": None}
    return chain(duties, kind=kind, about=about, local=dict.fromkeys(range(10), at))


def test_the_narrowest_scope_answers_first_then_by_place():
    assert whom(
        Duty(key=1, scope={}),
        Duty(key=2, scope={"client": 2}),
        Duty(key=3, scope={"queue": 1}, place=2),
        Duty(key=4, scope={"queue": 1}, place=1),
        Duty(key=5, scope={"site": 3}),
        Duty(key=6, scope={"queue": 9}),
    ) == [4, 3, 5, 2, 1]


def test_a_duty_for_the_kind_goes_before_one_for_all_kinds():
    assert whom(
        Duty(key=1, scope={"queue": 1}),
        Duty(key=2, scope={"queue": 1}, kind="SERVICE_AT_RISK", place=5),
        Duty(key=3, scope={"queue": 1}, kind="FEED_SILENT"),
    ) == [2, 1]


def test_who_is_off_duty_is_passed_over_but_goes_before_nobody():
    day = Duty(key=1, scope={"queue": 1}, from_minute=480, until_minute=1020)
    everything = Duty(key=2, scope={})
    assert whom(day, everything, at=(0, 600)) == [1, 2]
    assert whom(day, everything, at=(0, 1020)) == [2]
    assert whom(day, at=(0, 1020)) == [1]
    assert whom() == []


def test_a_night_belongs_to_the_day_it_began():
    night = Duty(key=1, scope={}, weekdays=frozenset({4}), from_minute=22 * 60, until_minute=6 * 60)
    assert night.is_on(weekday=4, minute=23 * 60)
    assert night.is_on(weekday=5, minute=5 * 60)
    assert not night.is_on(weekday=5, minute=6 * 60)
    assert not night.is_on(weekday=4, minute=5 * 60)
    assert not night.is_on(weekday=5, minute=23 * 60)


@pytest.mark.parametrize(
    ("is_acknowledged", "level", "at", "expected"),
    [(False, 0, 900, True), (False, 0, 899, False), (True, 0, 900, False), (False, 1, 900, False)],
)
def test_it_is_handed_on_only_unacknowledged_in_time_and_along_the_chain(
    is_acknowledged, level, at, expected
):
    limits = Limits(threshold=0, is_worse_above=True, escalate_seconds=900)
    assert expected is must_hand_on(
        since=0, at=at, is_acknowledged=is_acknowledged, level=level, people=2, limits=limits
    )
