"""Due times: golden cases, clock changes, and a slow clock that is asked minute by minute."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.timeline import BusinessCalendar, DueClock, DueRule, DueUnit, due_instant, due_instants

LONDON = ZoneInfo("Europe/London")
OFFICE = BusinessCalendar(
    tz="Europe/London",
    weekly={weekday: [(8 * 60, 17 * 60)] for weekday in range(5)},
    closed_dates=frozenset({date(2026, 12, 25)}),
    special_dates={date(2026, 12, 24): [(8 * 60, 12 * 60)]},
)
LUNCH = BusinessCalendar(
    tz="Europe/London", weekly={day: [(8 * 60, 12 * 60), (13 * 60, 17 * 60)] for day in range(5)}
)
ALWAYS = BusinessCalendar.always("Europe/London")
NEVER = BusinessCalendar(tz="Europe/London", weekly={})
MINUTES, HOURS = DueUnit.BUSINESS_MINUTES, 60
ELAPSED, DAYS, DATES = DueUnit.CALENDAR_MINUTES, DueUnit.BUSINESS_DAYS, DueUnit.CALENDAR_DAYS
FOUR = 16 * 60


def london(*parts, fold=0):
    return datetime(*parts, tzinfo=LONDON, fold=fold).astimezone(UTC)


def due(calendar, rule, arrived):
    return due_instant(calendar, rule, arrived)


@pytest.mark.parametrize(
    ("rule", "arrived", "expected"),
    [
        # 2026-11-17 is a Tuesday, 11-20 a Friday
        (DueRule(MINUTES, 4 * HOURS), (11, 17, 15), (11, 18, 10)),  # the field's golden case
        (DueRule(MINUTES, 2 * HOURS), (11, 20, 16), (11, 23, 9)),  # over a weekend
        (DueRule(MINUTES, 1 * HOURS), (11, 21, 11), (11, 23, 9)),  # arrives on a closed day
        (DueRule(MINUTES, 1 * HOURS), (11, 17, 6), (11, 17, 9)),  # before opening
        (DueRule(MINUTES, 9 * HOURS), (11, 17, 8), (11, 17, 17)),  # due at closing itself
        (DueRule(MINUTES, 1), (11, 17, 17), (11, 18, 8, 1)),  # arrives exactly at closing
        (DueRule(MINUTES, 2 * HOURS), (12, 24, 11), (12, 28, 9)),  # short day, holiday, weekend
        (DueRule(MINUTES, 4 * HOURS, FOUR), (11, 17, 15, 59), (11, 18, 10, 59)),  # before cut-off
        (DueRule(MINUTES, 4 * HOURS, FOUR), (11, 17, 16), (11, 18, 12)),  # at the cut-off
        (DueRule(MINUTES, 4 * HOURS, FOUR), (11, 20, 16, 30), (11, 23, 12)),  # after, Friday
        (DueRule(MINUTES, 4 * HOURS, FOUR), (11, 21, 10), (11, 23, 12)),  # closed day, before
        (DueRule(MINUTES, 4 * HOURS, FOUR), (11, 22, 20), (11, 23, 12)),  # closed day, after
        (DueRule(MINUTES, 4 * HOURS, 7 * 60), (11, 17, 7, 30), (11, 18, 12)),  # before opening
        (DueRule(ELAPSED, 24 * HOURS), (11, 20, 16), (11, 21, 16)),
        (DueRule(ELAPSED, 24 * HOURS, FOUR), (11, 20, 15, 59), (11, 21, 15, 59)),
        (DueRule(ELAPSED, 24 * HOURS, FOUR), (11, 20, 16), (11, 22, 0)),
        (DueRule(DAYS, 1), (11, 17, 10), (11, 18, 17)),
        (DueRule(DAYS, 1), (11, 17, 17), (11, 18, 17)),  # at closing: still that day's
        (DueRule(DAYS, 1), (11, 17, 23), (11, 18, 17)),
        (DueRule(DAYS, 1, FOUR), (11, 17, 15, 59), (11, 18, 17)),
        (DueRule(DAYS, 1, FOUR), (11, 17, 16), (11, 19, 17)),
        (DueRule(DAYS, 2), (11, 20, 10), (11, 24, 17)),
        (DueRule(DAYS, 1), (11, 21, 10), (11, 24, 17)),  # Saturday counts as Monday
        (DueRule(DAYS, 1, FOUR), (11, 21, 18), (11, 24, 17)),  # the cut-off of a closed day
        (DueRule(DAYS, 1), (12, 23, 10), (12, 24, 12)),  # closing of a short day
        (DueRule(DAYS, 1), (12, 24, 10), (12, 28, 17)),
        (DueRule(DAYS, 0), (11, 17, 16, 59), (11, 17, 17)),
        (DueRule(DAYS, 0), (11, 17, 17), (11, 18, 17)),  # nothing left of its day
        (DueRule(DAYS, 0, FOUR), (11, 17, 16), (11, 18, 17)),
        (DueRule(DATES, 0), (11, 17, 16), (11, 18, 0)),
        (DueRule(DATES, 1), (11, 17, 0), (11, 19, 0)),
        (DueRule(DATES, 2, FOUR), (11, 20, 15, 59), (11, 23, 0)),
        (DueRule(DATES, 2, FOUR), (11, 20, 16), (11, 24, 0)),
    ],
)
def test_golden_due_times(rule, arrived, expected):
    assert due(OFFICE, rule, london(2026, *arrived)) == london(2026, *expected)


def test_an_afternoon_opening_is_not_the_next_business_day():
    """What comes after a morning's cut-off waits for tomorrow, not for the end of lunch."""
    rule = DueRule(MINUTES, 60, 11 * 60)
    assert due(LUNCH, rule, london(2026, 11, 17, 11, 30)) == london(2026, 11, 18, 9)
    assert due(LUNCH, rule, london(2026, 11, 17, 10, 59)) == london(2026, 11, 17, 11, 59)


def test_a_queue_that_never_closes_has_its_days_at_midnight():
    arrived = london(2026, 11, 20, 16)
    assert due(ALWAYS, DueRule(MINUTES, 600), arrived) == london(2026, 11, 21, 2)
    assert due(ALWAYS, DueRule(MINUTES, 600, FOUR), arrived) == london(2026, 11, 21, 10)
    assert due(ALWAYS, DueRule(DAYS, 1), arrived) == london(2026, 11, 22)
    assert due(ALWAYS, DueRule(DATES, 1), arrived) == london(2026, 11, 22)


@pytest.mark.parametrize(
    ("rule", "arrived", "expected"),
    [
        # 2026-03-29: 01:00 becomes 02:00; 2026-10-25: 02:00 becomes 01:00
        (DueRule(MINUTES, 120), (3, 29, 0, 30), (3, 29, 3, 30)),
        (DueRule(ELAPSED, 1440), (3, 28, 12), (3, 29, 13)),
        (DueRule(ELAPSED, 1440, 60), (3, 28, 12), (3, 30, 1)),  # from midnight, over a 23 h day
        (DueRule(DATES, 1), (3, 28, 12), (3, 30, 0)),
        (DueRule(MINUTES, 120), (10, 25, 0, 30), (10, 25, 1, 30, 1)),
        (DueRule(ELAPSED, 1440), (10, 24, 12), (10, 25, 11)),
        (DueRule(DATES, 0), (10, 25, 0), (10, 26, 0)),
    ],
)
def test_clock_changes(rule, arrived, expected):
    *parts, fold = expected if len(expected) == 5 else (*expected, 0)
    assert due(ALWAYS, rule, london(2026, *arrived)) == london(2026, *parts, fold=fold)


def test_a_cut_off_in_a_skipped_hour_is_the_moment_of_the_change():
    rule = DueRule(DATES, 0, 90)
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert due(ALWAYS, rule, change - timedelta(seconds=1)) == london(2026, 3, 30)
    assert due(ALWAYS, rule, change) == london(2026, 3, 31)


def test_a_cut_off_in_a_repeated_hour_is_its_first_time():
    """Once late, an arrival stays late while the clock shows the hour again."""
    rule = DueRule(DATES, 0, 90)
    assert due(ALWAYS, rule, london(2026, 10, 25, 1, 29)) == london(2026, 10, 26)
    assert due(ALWAYS, rule, london(2026, 10, 25, 1, 30)) == london(2026, 10, 27)
    assert due(ALWAYS, rule, london(2026, 10, 25, 1, 10, fold=1)) == london(2026, 10, 27)


@pytest.mark.parametrize("rule", [DueRule(MINUTES, 60), DueRule(DAYS, 1), DueRule(DAYS, 0)])
def test_a_calendar_without_open_time_says_so(rule):
    with pytest.raises(ValueError, match=r"no \d+ open .* set opening hours"):
        due(NEVER, rule, london(2026, 11, 17, 15))


@pytest.mark.parametrize("rule", [DueRule(ELAPSED, 60), DueRule(DATES, 1, FOUR)])
def test_calendar_time_needs_no_opening_hours(rule):
    assert due(NEVER, rule, london(2026, 11, 17, 15)) == due(ALWAYS, rule, london(2026, 11, 17, 15))


def test_a_queue_open_once_a_year_is_found():
    yearly = BusinessCalendar(
        tz="UTC", weekly={}, special_dates={date(y, 7, 1): [(600, 660)] for y in (2027, 2028, 2029)}
    )
    arrived = datetime(2026, 11, 17, tzinfo=UTC)
    assert due(yearly, DueRule(MINUTES, 90), arrived) == datetime(2028, 7, 1, 10, 30, tzinfo=UTC)
    assert due(yearly, DueRule(DAYS, 1), arrived) == datetime(2028, 7, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "amount", "cutoff", "sentence"),
    [
        (MINUTES, 0, None, "at least 1 business minutes, got 0"),
        (ELAPSED, -5, None, "at least 1 calendar minutes, got -5"),
        (DAYS, -1, None, "at least 0 business days, got -1"),
        (DATES, 1, 1440, "minute 1 to 1439 of the day, got 1440"),
        (DATES, 1, 0, "minute 1 to 1439 of the day, got 0"),  # midnight is the day's own end
    ],
)
def test_impossible_rules_are_refused(unit, amount, cutoff, sentence):
    with pytest.raises(ValueError, match=sentence):
        DueRule(unit, amount, cutoff)


def test_an_arrival_without_a_time_is_refused():
    with pytest.raises(ValueError, match="one without"):
        due_instants(OFFICE, DueRule(DAYS, 1), np.array(["NaT"], dtype="datetime64[s]"))


def test_no_arrivals_have_no_due_times():
    assert due_instants(OFFICE, DueRule(DAYS, 1), np.array([], dtype="datetime64[s]")).size == 0


# A slow clock: one minute after the other, asking the wall clock and the opening hours anew.

ZONES = [
    "Europe/London",
    "America/New_York",
    "Asia/Shanghai",
    "Africa/Cairo",
    "Australia/Lord_Howe",
]
FIRST = datetime(2026, 3, 5, tzinfo=UTC)


class SlowClock:
    def __init__(self, calendar):
        self.calendar, self.zone = calendar, ZoneInfo(calendar.tz)

    def day(self, minute):
        return (FIRST + timedelta(minutes=minute)).astimezone(self.zone).date()

    def shown(self, minute):
        wall = (FIRST + timedelta(minutes=minute)).astimezone(self.zone)
        return wall.hour * 60 + wall.minute

    def is_open(self, minute):
        moment = FIRST + timedelta(minutes=minute)
        return any(
            i.starts_at <= moment < i.ends_at for i in self.calendar.intervals(self.day(minute))
        )

    def day_start(self, minute):
        while self.day(minute - 1) == self.day(minute):
            minute -= 1
        return minute

    def day_end(self, minute):
        today = self.day(minute)
        while self.day(minute) == today:
            minute += 1
        return minute

    def is_late(self, minute, cutoff):
        start = self.day_start(minute)
        return cutoff is not None and any(self.shown(m) >= cutoff for m in range(start, minute + 1))

    def is_business_day(self, minute):
        return bool(self.calendar.intervals(self.day(minute)))

    def next_opening(self, minute):
        while not self.is_open(minute):
            minute += 1
        return minute

    def closing(self, minute):
        last = max(i.ends_at for i in self.calendar.intervals(self.day(minute)))
        return int((last - FIRST).total_seconds() // 60)

    def due(self, rule, minute):
        late = self.is_late(minute, rule.cutoff_minute)
        if not rule.unit.is_business:
            return self.calendar_due(rule, self.day_end(minute) if late else minute)
        if late:
            minute = self.next_opening(self.day_end(minute))
        if rule.unit == MINUTES:
            left = rule.amount
            while left:
                left -= self.is_open(minute)
                minute += 1
            return minute
        return self.business_day_due(rule, minute)

    def calendar_due(self, rule, minute):
        if rule.unit == ELAPSED:
            return minute + rule.amount
        for _ in range(rule.amount + 1):
            minute = self.day_end(minute)
        return minute

    def business_day_due(self, rule, minute):
        if not self.is_business_day(minute) or (not rule.amount and minute >= self.closing(minute)):
            minute = self.next_opening(self.day_end(minute))
        for _ in range(rule.amount):
            minute = self.next_opening(self.day_end(minute))
        return self.closing(minute)


@st.composite
def calendars(draw):
    quarter = st.integers(0, 96).map(lambda q: q * 15)
    spans = st.lists(
        st.tuples(quarter, quarter).filter(lambda s: s[0] < s[1]), max_size=2, unique=True
    )
    weekly = {weekday: draw(spans) for weekday in range(7)}
    weekly[draw(st.integers(0, 6))] = [(8 * 60, 17 * 60)]  # some open time
    days = st.integers(0, 40).map(lambda d: FIRST.date() + timedelta(days=d))
    return BusinessCalendar(
        tz=draw(st.sampled_from(ZONES)),
        weekly=weekly,
        closed_dates=frozenset(draw(st.sets(days, max_size=4))),
        special_dates=draw(st.dictionaries(days, spans, max_size=3)),
    )


@st.composite
def rules(draw):
    unit = draw(st.sampled_from(list(DueUnit)))
    amount = draw(st.integers(0, 3) if unit.is_days else st.integers(1, 2000))
    return DueRule(unit, amount, draw(st.none() | st.integers(1, 1439)))


ARRIVALS = st.lists(st.integers(1440, 30 * 1440), min_size=1, max_size=4)


def instants(minutes):
    first = np.datetime64(FIRST.replace(tzinfo=None), "s")
    return first + np.array(minutes) * np.timedelta64(60, "s")


@settings(max_examples=120, deadline=None)
@given(calendars(), rules(), ARRIVALS)
def test_due_times_are_those_of_a_slow_clock(calendar, rule, minutes):
    slow = SlowClock(calendar)
    expected = instants([slow.due(rule, minute) for minute in minutes])
    assert due_instants(calendar, rule, instants(minutes)).tolist() == expected.tolist()


@settings(max_examples=200, deadline=None)
@given(calendars(), rules(), st.lists(st.integers(0, 60 * 86_400), min_size=2, max_size=60))
def test_due_times_follow_arrivals(calendar, rule, seconds):
    """Never before the arrival, and never earlier for a later one; to the second."""
    start = np.datetime64(FIRST.replace(tzinfo=None), "s")
    arrived = start + np.sort(np.array(seconds)).astype("timedelta64[s]")
    found = due_instants(calendar, rule, arrived)
    assert (found >= arrived).all()
    assert (np.diff(found) >= np.timedelta64(0, "s")).all()


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(1, 5000), st.integers(0, 40 * 1440))
def test_business_minutes_without_a_cut_off_are_those_of_the_calendar(calendar, amount, minute):
    arrived = FIRST + timedelta(minutes=minute)
    expected = calendar.add_business_seconds(arrived, amount * 60)
    assert due_instant(calendar, DueRule(MINUTES, amount), arrived) == expected


def test_many_arrivals_take_well_under_a_second():
    seconds = np.random.default_rng(7).integers(0, 365 * 86_400, 100_000)
    arrived = np.datetime64("2026-01-01", "s") + seconds.astype("timedelta64[s]")
    began = perf_counter()
    due_instants(OFFICE, DueRule(MINUTES, 480, FOUR), arrived)
    assert perf_counter() - began < 0.5


@settings(max_examples=60, deadline=None)
@given(calendars(), rules(), st.lists(st.integers(0, 90 * 86_400), min_size=2, max_size=12))
def test_a_clock_that_is_asked_again_says_the_same(calendar, rule, seconds):
    """In any order, a kept clock gives what a fresh one gives."""
    kept = DueClock(calendar, rule)
    for second in seconds:
        arrived = FIRST + timedelta(seconds=second)
        assert kept.due_at(arrived) == due_instant(calendar, rule, arrived)
