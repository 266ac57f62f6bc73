from dataclasses import fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wfm.demo.bank import bank_calls, closed_dates
from wfm.demo.history import deferred_history, live_history
from wfm.demo.operation import (
    BANK_CHAT,
    BANK_EMAIL,
    BANK_VOICE,
    CLAIMS_DESK,
    CLAIMS_PHONE,
    QUEUES,
    SEED,
)
from wfm.demo.volumes import LINE_BASE_CALLS, LINE_KERNEL, claims_of_day, line_calls, storm_level
from wfm.timeline import BusinessCalendar

ANCHOR = date(2026, 11, 20)
UNTIL = date(2026, 11, 22)
CALLS = bank_calls(seed=SEED)
SOURCE = CALLS.calendar(anchor_friday=ANCHOR)


def opening(queue) -> BusinessCalendar:
    closed = closed_dates(CALLS, SOURCE, until=UNTIL) if queue.volume is None else []
    return BusinessCalendar(tz=queue.tz, weekly=queue.weekly, closed_dates=frozenset(closed))


def live(queue, starts_on, until=UNTIL):
    return live_history(queue, CALLS, SOURCE, opening(queue), starts_on=starts_on, until=until)


@pytest.mark.parametrize(
    "queue", [BANK_VOICE, BANK_CHAT, CLAIMS_PHONE], ids=lambda queue: queue.key
)
def test_a_history_loaded_in_pieces_equals_one_loaded_at_once(queue):
    whole = live(queue, UNTIL - timedelta(days=40))
    piece = live(queue, UNTIL - timedelta(days=5))
    for item in fields(piece.intervals):
        at_once = getattr(whole.intervals, item.name)[-len(piece.starts) :]
        assert np.array_equal(getattr(piece.intervals, item.name), at_once), item.name


@pytest.mark.parametrize(
    "queue", [BANK_VOICE, BANK_CHAT, CLAIMS_PHONE], ids=lambda queue: queue.key
)
def test_offered_is_answered_or_abandoned_in_every_interval(queue):
    made = live(queue, UNTIL - timedelta(days=30)).intervals
    assert np.array_equal(made.offered, made.answered + made.abandoned)
    assert np.all(made.answered_in_threshold <= made.answered)
    assert np.all(made.abandoned_short <= made.abandoned_in_threshold)
    handled = made.talk_seconds + made.hold_seconds + made.after_seconds
    assert handled.sum() / made.answered.sum() == pytest.approx(queue.aht_seconds, rel=0.05)
    service_level = made.answered_in_threshold.sum() / made.offered.sum()
    assert 0.75 < service_level < 0.92


def test_the_bank_voice_is_closed_on_weekends_and_on_days_without_data():
    made = live(BANK_VOICE, SOURCE.starts_on)
    zone = ZoneInfo(BANK_VOICE.tz)
    dates = {datetime.fromtimestamp(int(at), tz=zone).date() for at in made.starts}
    assert date(2026, 11, 10) not in dates
    assert all(day.weekday() < 5 for day in dates)
    assert len(made.starts) == 164 * 56


def test_a_night_of_the_clock_change_has_a_hundred_quarter_hours():
    made = live(CLAIMS_PHONE, date(2026, 11, 1), date(2026, 11, 2))
    assert len(made.starts) == 100


def test_the_line_follows_the_claims_of_the_days_before():
    day = date(2026, 11, 3)
    expected = LINE_BASE_CALLS + sum(
        weight * claims_of_day(day - timedelta(days=lag), seed=SEED)
        for lag, weight in enumerate(LINE_KERNEL, start=1)
    )
    assert line_calls(day, seed=SEED) == pytest.approx(expected)
    levels = {storm_level(SOURCE.starts_on + timedelta(days=k), seed=SEED) for k in range(230)}
    assert max(levels) > 1.5 > min(levels)


@pytest.mark.parametrize("queue", [BANK_EMAIL, CLAIMS_DESK], ids=lambda queue: queue.key)
def test_items_known_at_a_day_stay_the_same_when_the_history_grows(queue):
    early = deferred_history(
        queue, opening(queue), starts_on=date(2026, 10, 1), until=date(2026, 11, 12)
    )
    later = deferred_history(queue, opening(queue), starts_on=date(2026, 10, 1), until=UNTIL)
    grown = {item.reference: item for item in later}
    for item in early:
        if item.completed_at is not None:
            assert grown[item.reference] == item
        else:
            assert grown[item.reference].due_at == item.due_at
    assert any(item.completed_at is None for item in early)


@pytest.mark.parametrize("queue", [BANK_EMAIL, CLAIMS_DESK], ids=lambda queue: queue.key)
def test_items_are_due_in_business_hours_and_done_while_the_team_works(queue):
    calendar = opening(queue)
    items = deferred_history(queue, calendar, starts_on=date(2026, 10, 1), until=UNTIL)
    assert queue.deferred is not None
    for item in items[::150]:
        due = calendar.add_business_seconds(
            item.arrived_at, queue.deferred.due_business_hours * 3600
        )
        assert abs((item.due_at - due).total_seconds()) <= 1
    done = [item for item in items if item.completed_at is not None]
    ends = np.array(
        [item.completed_at.replace(tzinfo=None) for item in done], dtype="datetime64[s]"
    )
    assert calendar.open_mask(ends - np.timedelta64(1, "s")).mean() > 0.99


def test_a_live_queue_has_no_items_and_a_deferred_one_no_waits():
    with pytest.raises(ValueError, match="is live"):
        deferred_history(BANK_VOICE, opening(BANK_VOICE), starts_on=ANCHOR, until=UNTIL)
    with pytest.raises(ValueError, match="is deferred"):
        live(BANK_EMAIL, ANCHOR)


def test_every_queue_says_where_its_data_come_from():
    assert all("simulated" in queue.note for queue in QUEUES)
    assert "one call in ten" in BANK_VOICE.note
