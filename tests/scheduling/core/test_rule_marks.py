"""Marks on hand-made shifts: each rule alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduling.core.rule_marks import TEXTS, Limits, PlannedShift, rule_marks

MONDAY = date(2026, 3, 2)


def at(day, hour):
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day, hours=hour)


def shift(day, hour=8, length=8, **fields):
    defaults = {
        "number": day,
        "operational_date": MONDAY + timedelta(days=day),
        "starts_at": at(day, hour),
        "ends_at": at(day, hour + length),
        "paid_minutes": length * 60,
        "start_minute": hour % 24 * 60,
    }
    return PlannedShift(**defaults | fields)


def limits(**fields):
    defaults = {
        "starts_on": MONDAY,
        "ends_on": MONDAY + timedelta(days=7),
        "days_per_week": (0, 7),
        "paid_minutes_per_week": (0, 9999),
        "max_consecutive_days": 7,
        "min_rest_minutes": 0,
    }
    return Limits(**defaults | fields)


@pytest.mark.parametrize(
    ("code", "shifts", "broken", "kept"),
    [
        ("overlap", [shift(0), shift(1, hour=-9)], {}, None),
        ("rest", [shift(0), shift(1, hour=0)], {"min_rest_minutes": 660}, {"min_rest_minutes": 480}),
        ("days", [shift(0), shift(1)], {"days_per_week": (0, 1)}, {"days_per_week": (0, 2)}),
        ("too_few_days", [shift(0)], {"days_per_week": (2, 5)}, {"days_per_week": (1, 5)}),
        ("minutes", [shift(0)], {"paid_minutes_per_week": (0, 400)}, {}),
        ("too_few_minutes", [shift(0)], {"paid_minutes_per_week": (500, 999)},
         {"paid_minutes_per_week": (500, 999), "credited_minutes": (60,)}),
        ("consecutive", [shift(d) for d in range(4)], {"max_consecutive_days": 3},
         {"max_consecutive_days": 4}),
        ("time_off", [shift(2)], {"time_off": [(at(2, 15), at(3, 0))]},
         {"time_off": [(at(2, 16), at(3, 0))]}),
        ("availability", [shift(2)], {"open_by_date": {date(2026, 3, 4): [(at(2, 9), at(2, 20))]}},
         {"open_by_date": {date(2026, 3, 4): [(at(2, 8), at(2, 16))]}}),
        ("length", [shift(0)], {"length_minutes": frozenset({450})},
         {"length_minutes": frozenset({450, 480})}),
        ("start", [shift(0)], {"start_minutes": [(540, 600)]}, {"start_minutes": [(480, 600)]}),
        ("days_off_together", [shift(0), shift(2), shift(4), shift(6)], {"consecutive_days_off": 2},
         {"consecutive_days_off": 1}),
        ("days", [shift(7 + d) for d in range(3)],
         {"ends_on": MONDAY + timedelta(days=14), "days_per_week": (0, 2)},
         {"ends_on": MONDAY + timedelta(days=14), "days_per_week": (0, 3)}),
        ("too_few_minutes", [shift(0)],
         {"ends_on": MONDAY + timedelta(days=14), "paid_minutes_per_week": (480, 999)},
         {"ends_on": MONDAY + timedelta(days=14), "paid_minutes_per_week": (480, 999),
          "credited_minutes": (0, 480)}),
        ("weekends", [shift(5)], {"max_weekends_in_4_weeks": 1,
                                  "worked_saturdays": frozenset({date(2026, 2, 14)})},
         {"max_weekends_in_4_weeks": 1, "worked_saturdays": frozenset({date(2026, 2, 7)})}),
        ("splits", [shift(0, is_split=True), shift(1, is_split=True)],
         {"max_split_shifts_per_week": 1}, {"max_split_shifts_per_week": 2}),
        ("consent", [shift(0, is_split=True)], {"agrees_to_splits": False}, {}),
        ("rotation_off", [shift(1)], {"rotation": {date(2026, 3, 3): "O"}},
         {"rotation": {date(2026, 3, 2): "O", date(2026, 3, 3): "-"}}),
        ("rotation_work", [], {"rotation": {date(2026, 3, 3): "W"}}, {}),
        ("band", [shift(0), shift(1, hour=11)], {"start_band_minutes": 120},
         {"start_band_minutes": 180}),
        ("period_minutes", [shift(0), shift(1)], {"paid_minutes_per_period": (0, 900)},
         {"paid_minutes_per_period": (0, 960)}),
        ("period_too_few", [shift(0)], {"paid_minutes_per_period": (600, 960)},
         {"paid_minutes_per_period": (600, 960), "credited_minutes": (120,)}),
        ("length", [shift(0, is_split=True)], {"length_minutes": frozenset({480})},
         {"length_minutes": frozenset({450}), "split_minutes": frozenset({480})}),
        ("skill", [shift(0, queue_skills=frozenset({7}))], {}, {"skills": frozenset({7})}),
    ],
)  # fmt: skip
def test_a_broken_rule_is_marked_and_a_kept_one_is_not(code, shifts, broken, kept):
    assert [mark.code for mark in rule_marks(shifts, limits(**broken))] == [code]
    if kept is not None:
        assert rule_marks(shifts, limits(**kept)) == []


def test_published_shifts_around_the_week_bind_but_are_not_marked():
    found = rule_marks(
        [shift(0, hour=4)], limits(min_rest_minutes=660), around=[shift(-1, hour=14)]
    )
    assert [(mark.code, mark.shift) for mark in found] == [("rest", 0)]
    assert found[0].text == "Only 6.0 h of rest before this shift; the contract asks for 11.0 h."


def test_every_text_can_be_written():
    everything = {
        "hours": 1.0, "least": 1, "most": 1, "days": 1, "week": "2026-03-02", "weekends": 3,
        "weekend": "2026-03-07", "splits": 2, "day": "2026-03-03",
    }  # fmt: skip
    assert all(text % everything for text in TEXTS.values())
