from datetime import UTC, datetime, timedelta

import pytest

from wfm.demo.day import (
    DayParams,
    PlannedShift,
    PlannedStretch,
    events_between,
    shift_events,
)

START = datetime(2026, 11, 23, 13, tzinfo=UTC)
FAITHFUL = DayParams(
    no_show_share=0,
    late_share=0,
    long_break_share=0,
    early_leave_share=0,
    technical_share=0,
    jitter_seconds=0,
)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def shift(number: str = "A0007") -> PlannedShift:
    return PlannedShift(
        number,
        (
            PlannedStretch("work", True, hours(0), hours(4)),
            PlannedStretch("lunch", False, hours(4), hours(4.5)),
            PlannedStretch("work", True, hours(4.5), hours(8)),
        ),
    )


def test_who_follows_the_plan_changes_state_when_it_says():
    events = shift_events(shift(), params=FAITHFUL, with_contacts=False)
    assert [(event.occurred_at, event.code) for event in events] == [
        (hours(0), "work"),
        (hours(4), "lunch"),
        (hours(4.5), "work"),
        (hours(8), None),
    ]


def test_the_same_shift_gives_the_same_events():
    assert shift_events(shift(), params=DayParams(), with_contacts=True) == shift_events(
        shift(), params=DayParams(), with_contacts=True
    )


def test_events_have_ids_of_their_own():
    events = shift_events(shift(), params=DayParams(no_show_share=0), with_contacts=True)
    assert len({event.event_uid for event in events}) == len(events) > 50


def test_a_no_show_sends_nothing():
    assert shift_events(shift(), params=DayParams(no_show_share=1), with_contacts=True) == []


@pytest.mark.parametrize("number", ["A0001", "A0002", "A0003", "A0004"])
def test_who_comes_late_starts_after_the_shift(number):
    late = DayParams(no_show_share=0, late_share=1)
    events = shift_events(shift(number), params=late, with_contacts=False)
    assert events[0].occurred_at >= START + timedelta(minutes=1)


def test_contacts_are_available_then_handled_then_wrapped_up():
    events = shift_events(shift(), params=FAITHFUL, with_contacts=True)
    morning = [event.code for event in events if event.occurred_at < hours(4)]
    assert morning[:7] == [
        "work",
        "handling",
        "after-work",
        "work",
        "handling",
        "after-work",
        "work",
    ]


def test_a_window_holds_what_happens_in_it_and_windows_add_up():
    shifts = [shift("A0001"), shift("A0002")]
    whole = events_between(shifts, after=hours(-1), until=hours(9), contacts_after=hours(-9))
    first = events_between(shifts, after=hours(-1), until=hours(3), contacts_after=hours(-9))
    second = events_between(shifts, after=hours(3), until=hours(9), contacts_after=hours(-9))
    assert first + second == whole
    assert all(event.occurred_at <= hours(3) for event in first)


def test_past_shifts_come_without_the_states_of_each_contact():
    coarse = events_between([shift()], after=hours(-1), until=hours(9), contacts_after=hours(8))
    fine = events_between([shift()], after=hours(-1), until=hours(9), contacts_after=hours(7))
    assert len(coarse) < 12 < len(fine)


def test_most_people_are_on_time_and_a_few_are_not():
    shifts = [shift(f"A{number:04d}") for number in range(400)]
    starts = [shift_events(one, params=DayParams(), with_contacts=False) for one in shifts]
    came = [events[0].occurred_at for events in starts if events]
    assert 385 <= len(came) < 400
    late = sum(at > START + timedelta(minutes=3) for at in came)
    assert 0.05 < late / len(came) < 0.16
