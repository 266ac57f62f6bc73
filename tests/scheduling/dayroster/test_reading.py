"""What is read, and which files are refused with which sentence."""

import pytest

from scheduling.core.dayroster.data import InvalidRosterError
from scheduling.core.dayroster.reading import read_roster
from tests.scheduling.dayroster.cases import file_text

GOOD = {
    "days": 14,
    "shifts": ["E,480,", "N,600,E"],
    "staff": ["A,E=14|N=2,4320,960,5,2,2,1", "B,E=3,4320,960,5,2,2,1"],
    "days_off": ["A,0,5"],
    "on": ["A,2,E,3"],
    "off": ["A,3,N,2"],
    "cover": ["0,E,2,100,1", "1,N,-0,90,2"],
}


def test_everything_in_the_file_is_read():
    data = read_roster(file_text(**GOOD))
    early, night = data.shifts
    first, second = data.employees
    assert (data.days, early.minutes, night.minutes) == (14, 480, 600)
    assert (early.banned_next, night.banned_next) == (frozenset(), {0})
    assert (first.name, first.most_of_shift, second.most_of_shift) == ("A", (14, 2), (3, 14))
    assert (first.most_minutes, first.least_minutes) == (4320, 960)
    assert (first.most_days_running, first.least_days_running) == (5, 2)
    assert (first.least_days_off, first.most_weekends) == (2, 1)
    assert (first.days_off, second.days_off) == ({0, 5}, frozenset())
    assert (data.wish_base.tolist(), data.wish_cost[0, 2, 0], data.wish_cost[0, 3, 1]) == (
        [3, 0],
        -3,
        2,
    )
    assert (data.required[0, 0], data.under_cost[0, 0], data.over_cost[0, 0]) == (2, 100, 1)
    assert (data.required[1, 1], data.under_cost[1, 1], data.over_cost[1, 1]) == (0, 90, 2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"days": 0}, "expected one horizon of 1 to 3660 days, got 0"),
        ({"days": "two"}, "expected the number of days as a whole number of at least 0, got 'two'"),
        ({"shifts": []}, "Expected at least one line in SECTION_SHIFTS, found none"),
        ({"shifts": ["E,480,", "E,480,"]}, "shift 'E' is there twice"),
        ({"shifts": ["E,480,X", "N,600,"]}, "'X' may not follow, but is no shift"),
        ({"shifts": ["E,0,", "N,600,"]}, "expected a shift of 1 to 1440 minutes, got 0"),
        ({"shifts": ["E", "N,600,"]}, "expected the length in minutes in field 2, found none"),
        ({"staff": []}, "Expected at least one line in SECTION_STAFF, found none"),
        ({"staff": ["A,E=1,9,0,5,2,2,1", "A,E=1,9,0,5,2,2,1"]}, "employee 'A' is there twice"),
        ({"staff": ["A,Q=1,9,0,5,2,2,1"]}, "expected limits such as E=14|L=0 of known shifts, got 'Q=1'"),
        ({"staff": ["A,E=x,9,0,5,2,2,1"]}, "of known shifts, got 'E=x'"),
        ({"staff": ["A,E=1,9,10,5,2,2,1"]}, "A must work at least 10 and at most 9 minutes; lower"),
        ({"staff": ["A,E=1,9,0,5,2,2"]}, "expected the most weekends in field 8, found none"),
        ({"staff": ["A,E=1,9,-1,5,2,2,1"]}, "least minutes as a whole number of at least 0, got '-1'"),
        ({"days_off": ["A,14"]}, "day 14 is outside the horizon of 14 days; the first is 0"),
        ({"days_off": ["Z,1"]}, "expected an employee of SECTION_STAFF, got 'Z'"),
        ({"on": ["A,2,E,many"]}, "expected the weight as a whole number of at least 0, got 'many'"),
        ({"off": ["A,2,Q,1"]}, "expected a shift of SECTION_SHIFTS, got 'Q'"),
        ({"cover": []}, "Expected at least one line in SECTION_COVER, found none"),
        ({"cover": ["0,E,2,100,1", "0,E,3,100,1"]}, "day 0, shift 'E' is there twice; keep one line"),
        ({"cover": ["0,E,2,100"]}, "expected for over in field 5, found none"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(changes, sentence):
    with pytest.raises(InvalidRosterError) as refusal:
        read_roster(file_text(**GOOD | changes))
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Expected at least one line in SECTION_HORIZON, found none"),
        ("{}", "Line 1: expected a section such as SECTION_HORIZON first, got '{}'"),
        ("SECTION_OTHER", "Line 1: expected each of SECTION_HORIZON"),
        ("SECTION_STAFF\nSECTION_STAFF", "once, got 'SECTION_STAFF'"),
    ],
)
def test_what_is_no_roster_file_is_refused_with_its_line(text, sentence):
    with pytest.raises(InvalidRosterError) as refusal:
        read_roster(text)
    assert sentence in str(refusal.value)


def test_a_file_too_large_for_memory_is_refused_before_it_is_read():
    staff = [f"P{number},E=1,960,0,5,2,2,1" for number in range(3000)]
    huge = GOOD | {"days": 3650, "staff": staff, "days_off": [], "on": [], "off": []}
    with pytest.raises(InvalidRosterError, match="split the file into departments or periods"):
        read_roster(file_text(**huge))
