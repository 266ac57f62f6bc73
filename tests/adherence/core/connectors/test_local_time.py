"""Local times on the nights when clocks change: decided by evidence, or not at all."""
# ruff: noqa: DTZ001 - a wall clock's readings have no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adherence.core.connectors.event import Fault
from adherence.core.connectors.local_time import LocalTime, possible_instants, resolve

LONDON = ZoneInfo("Europe/London")  # 25 Oct 2026: 02:00 BST is 01:00 GMT again
NIGHT = datetime(2026, 10, 25)
NEXT_DAY = datetime(2026, 10, 26, 12, tzinfo=UTC)


def wall(text):
    hour, minute = text.split(":")
    return NIGHT + timedelta(hours=int(hour), minutes=int(minute))


def read(*texts, agent="E1", received_at=NEXT_DAY, sequences=None, zone=LONDON, delay=None):
    times = [
        LocalTime(
            wall=wall(text), agent_key=agent, sequence=sequences[place] if sequences else None
        )
        for place, text in enumerate(texts)
    ]
    found = resolve(times, zone=zone, received_at=received_at, max_delay_seconds=delay)
    return [item.at.strftime("%H:%M") if item.at else item.fault.value for item in found]


TWICE = Fault.TIME_TWICE.value


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["00:30", "02:30"], ["23:30", "02:30"]),
        # In order, with a step back: the first hour, then the second.
        (["00:50", "01:10", "01:50", "01:05", "01:40", "02:10"],
         ["23:50", "00:10", "00:50", "01:05", "01:40", "02:10"]),
        # The newest first.
        (["02:10", "01:40", "01:05", "01:50", "01:10", "00:50"],
         ["02:10", "01:40", "01:05", "00:50", "00:10", "23:50"]),
        # No step back: both hours are possible.
        (["00:50", "01:10", "01:50", "02:10"], ["23:50", TWICE, TWICE, "02:10"]),
        # Alone, the two could be a step back or a list that begins with the newest.
        (["01:50", "01:10"], [TWICE, TWICE]),
        # Two steps back are no order at all.
        (["00:50", "01:50", "01:10", "01:40", "01:05"], ["23:50", TWICE, TWICE, TWICE, TWICE]),
        # Rows in no order tell nothing.
        (["00:50", "00:10", "01:50", "01:10", "02:30", "02:10"],
         ["23:50", "23:10", TWICE, TWICE, "02:30", "02:10"]),
    ],
)  # fmt: skip
def test_the_sources_order_decides(texts, expected):
    assert read(*texts) == expected


def test_the_same_minute_in_both_hours_is_two_instants():
    assert read("00:50", "01:10", "01:30", "01:10", "02:00") == [
        "23:50", "00:10", "00:30", "01:10", "02:00",
    ]  # fmt: skip


def test_sequence_numbers_are_the_sources_order():
    assert read("01:10", "01:50", sequences=[9, 3]) == ["01:10", "00:50"]


def test_one_agents_order_says_nothing_about_another():
    """Rows by agent: 01:50 of the first and 01:10 of the second are no step back."""
    times = [
        LocalTime(wall=wall(text), agent_key=agent)
        for agent, text in (("E1", "00:50"), ("E1", "01:50"), ("E2", "01:10"), ("E2", "02:30"))
    ]
    found = resolve(times, zone=LONDON, received_at=NEXT_DAY)
    assert [item.fault for item in found] == [None, Fault.TIME_TWICE, Fault.TIME_TWICE, None]
    assert [len(item.candidates) for item in found] == [0, 2, 2, 0]


def test_what_has_not_come_yet_cannot_be_meant():
    first_hour = datetime(2026, 10, 25, 0, 31, tzinfo=UTC)  # 01:31 BST
    assert read("01:30", received_at=first_hour) == ["00:30"]
    assert read("01:30", received_at=first_hour + timedelta(hours=1)) == [TWICE]


def test_a_source_that_promises_to_be_quick_means_the_second_hour_then():
    second_hour = datetime(2026, 10, 25, 1, 31, tzinfo=UTC)
    assert read("01:30", received_at=second_hour, delay=600) == ["01:30"]
    # A promise that is broken decides nothing.
    assert read("01:30", received_at=second_hour + timedelta(days=1), delay=600) == [TWICE]


def test_a_time_that_never_occurred():
    times = [LocalTime(wall=datetime(2026, 3, 29, 1, 30), agent_key="E1")]
    (found,) = resolve(times, zone=LONDON, received_at=NEXT_DAY)
    assert (found.at, found.fault) == (None, Fault.TIME_NEVER)


@pytest.mark.parametrize(
    ("zone", "at", "count"),
    [
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45), 2),  # half an hour back
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 15), 1),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 30), 0),  # midnight itself is missing
        ("Pacific/Apia", datetime(2011, 12, 30, 12), 0),  # a day that never was
        ("Asia/Kathmandu", datetime(2026, 3, 29, 1, 30), 1),
    ],
)
def test_how_often_a_clock_shows_a_time(zone, at, count):
    assert len(possible_instants(at, ZoneInfo(zone))) == count


ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
CHANGES = {
    "Europe/London": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "Asia/Shanghai": datetime(2026, 4, 4, 15, tzinfo=UTC),
}


@given(
    zone=st.sampled_from(ZONES),
    minutes=st.lists(st.integers(-180, 180), min_size=1, max_size=30, unique=True),
    newest_first=st.booleans(),
)
def test_no_instant_is_ever_wrong(zone, minutes, newest_first):
    """Whatever a source writes in order: each time is the true instant or openly undecided."""
    change = CHANGES[zone]
    true = [change + timedelta(minutes=minute) for minute in sorted(minutes)]
    if newest_first:
        true.reverse()
    times = [
        LocalTime(wall=at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0), agent_key="E1")
        for at in true
    ]
    found = resolve(times, zone=ZoneInfo(zone), received_at=change + timedelta(days=2))
    for at, item in zip(true, found, strict=True):
        assert item.at == at or (item.fault == Fault.TIME_TWICE and at in item.candidates)


@given(
    minutes=st.lists(st.integers(-180, 180), min_size=2, max_size=30),
    order=st.randoms(use_true_random=False),
)
def test_in_any_order_with_sequence_numbers_the_outcome_is_the_same(minutes, order):
    change = CHANGES["Europe/London"]
    rows = [
        LocalTime(
            wall=(change + timedelta(minutes=minute))
            .astimezone(LONDON)
            .replace(tzinfo=None, fold=0),
            agent_key="E1",
            sequence=number,
        )
        for number, minute in enumerate(sorted(minutes))
    ]
    shuffled = list(rows)
    order.shuffle(shuffled)

    def outcome(times):
        found = resolve(times, zone=LONDON, received_at=NEXT_DAY)
        return {time.sequence: item for time, item in zip(times, found, strict=True)}

    assert outcome(shuffled) == outcome(rows)
