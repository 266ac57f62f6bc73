from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from wfm.demo.day import DayParams, PlannedShift, PlannedStretch, event_at, positions

START = datetime(2026, 11, 23, 13, tzinfo=UTC)
FAITHFUL = DayParams(
    no_show_share=0,
    late_share=0,
    long_break_share=0,
    early_leave_share=0,
    technical_every_hours=1e9,
    jitter_seconds=0,
)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def shift(number: str = "A0007", *, ends: float = 8) -> PlannedShift:
    return PlannedShift(
        number,
        (
            PlannedStretch("work", True, hours(0), hours(4), "line"),
            PlannedStretch("lunch", False, hours(4), hours(4.5)),
            PlannedStretch("work", True, hours(4.5), hours(ends), "line"),
        ),
    )


def seen(places) -> list[tuple[datetime, datetime, str, tuple[str, ...]]]:
    return [
        (
            datetime.fromtimestamp(one.starts, tz=UTC),
            datetime.fromtimestamp(one.ends, tz=UTC),
            one.code,
            one.queues,
        )
        for one in places
    ]


def test_who_follows_the_plan_is_where_it_says():
    assert seen(positions(shift(), params=FAITHFUL)) == [
        (hours(0), hours(4), "work", ("line",)),
        (hours(4), hours(4.5), "lunch", ()),
        (hours(4.5), hours(8), "work", ("line",)),
    ]


def test_the_same_shift_gives_the_same_day():
    assert positions(shift(), params=DayParams()) == positions(shift(), params=DayParams())


def test_a_shift_made_longer_leaves_what_came_before_its_last_part_as_it_was():
    until = hours(7.5).timestamp()
    for number in range(120):
        usual, longer = (
            [
                (one.starts, min(one.ends, until), one.code)
                for one in positions(
                    shift(f"A{number:04d}", ends=ends), params=DayParams(technical_every_hours=9)
                )
                if one.starts < until
            ]
            for ends in (8, 10)
        )
        assert usual == longer


def test_a_no_show_is_nowhere():
    assert positions(shift(), params=DayParams(no_show_share=1)) == []


@pytest.mark.parametrize("number", ["A0001", "A0002", "A0003", "A0004"])
def test_who_comes_late_starts_after_the_shift(number):
    late = DayParams(no_show_share=0, late_share=1)
    first = positions(shift(number), params=late)[0]
    assert first.starts >= (START + timedelta(minutes=1)).timestamp()


def test_trouble_takes_an_agent_from_the_queue_for_a_while():
    trouble = DayParams(no_show_share=0, late_share=0, early_leave_share=0, technical_every_hours=1)
    days = [positions(shift(f"A{number:04d}"), params=trouble) for number in range(40)]
    places = [one for day in days for one in day]
    assert ["work", "technical", "work"] in [[one.code for one in day[:3]] for day in days]
    assert all(one.queues == () for one in places if one.code == "technical")


def test_who_comes_after_an_activity_is_over_does_not_do_it():
    short = PlannedShift(
        "A0007",
        (
            PlannedStretch("meeting", False, hours(0), hours(0.01)),
            PlannedStretch("work", True, hours(0.01), hours(8), "line"),
        ),
    )
    late = DayParams(no_show_share=0, late_share=1, long_break_share=0, jitter_seconds=0)
    assert positions(short, params=late)[0].code == "work"


def test_the_second_piece_of_a_split_shift_begins_at_its_own_time():
    split = PlannedShift(
        "A0007",
        (
            PlannedStretch("work", True, hours(0), hours(3), "line"),
            PlannedStretch("work", True, hours(6), hours(9), "line"),
        ),
    )
    spans = [(one.starts, one.ends) for one in positions(split, params=FAITHFUL)]
    assert spans == [
        (hours(0).timestamp(), hours(3).timestamp()),
        (hours(6).timestamp(), hours(9).timestamp()),
    ]


def test_positions_follow_each_other_without_overlap():
    for number in range(300):
        places = positions(shift(f"A{number:04d}"), params=DayParams(technical_every_hours=3))
        assert all(one.starts < one.ends for one in places)
        assert all(one.ends <= after.starts for one, after in pairwise(places))


def test_most_people_are_on_time_and_a_few_are_not():
    days = [positions(shift(f"A{number:04d}"), params=DayParams()) for number in range(400)]
    came = [places[0].starts for places in days if places]
    assert 385 <= len(came) < 400
    late = sum(at > (START + timedelta(minutes=3)).timestamp() for at in came)
    assert 0.05 < late / len(came) < 0.16


def test_the_same_moment_and_state_is_the_same_event():
    one = event_at("A0007", int(START.timestamp()), None)
    assert one.occurred_at == START
    assert one.event_uid == f"A0007-{int(START.timestamp())}-out"
