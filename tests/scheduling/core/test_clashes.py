"""The smallest set of clashing rules, proven by trying all sets, and the best partial schedule."""

from itertools import combinations

import pytest

from scheduling.core.clashes import agent_clash, bound_by, group_clash, items_of
from scheduling.core.data import FixedShift, FloatingActivity
from scheduling.core.instance_file import plain_horizon
from scheduling.core.tours import TourModel
from tests.scheduling.core.weeks import DAY, HOUR, agent, contract, open_days, week

HORIZON = plain_horizon(days=7, interval_minutes=15)


def lock(day, *, start=8, hours=8):
    first = day * DAY + start * HOUR
    return FixedShift(
        day=day,
        start_slot=first,
        end_slot=first + hours * HOUR,
        working_slots=tuple(range(first, first + hours * HOUR)),
        paid_minutes=hours * 60 - 30,
    )


CASES = {
    "too few open days": (
        agent(spans=open_days(0, 1, 2)),
        contract(),
        {"day_off", "least_days", "least_hours"},
    ),
    "no start keeps the band and the hours": (
        agent(spans=(*open_days(0, 1, 2, low=6, high=14)[:3], *open_days(3, 4, low=14)[3:])),
        contract(start_band_minutes=60),
        {"start_band", "hours", "day_off", "least_days", "least_hours"},
    ),
    "a run of days": (
        agent(spans=open_days(0, 1, 2, 3, 4)),
        contract(max_consecutive_days=4),
        {"days_in_row", "day_off", "least_days", "least_hours"},
    ),
    "locked shifts without rest": (
        agent(fixed=(lock(0, start=14), lock(1, start=1)), spans=open_days(2, 3, 4)),
        contract(min_rest_minutes=660, days_per_week=(2, 5), paid_minutes_per_week=(900, 2250)),
        None,
    ),
    "hours that no number of shifts gives": (
        agent(),
        contract(paid_minutes_per_week=(2000, 2100), days_per_week=(4, 5)),
        {"least_hours", "most_hours"},
    ),
}


def has_week(someone, rules, kept):
    return TourModel(*bound_by(someone, rules, HORIZON, frozenset(kept)), HORIZON).has_week()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2] is not None])
def test_the_set_clashes_without_any_one_it_does_not_and_no_smaller_set_clashes(name):
    someone, rules, expected = CASES[name]

    clash = agent_clash(someone, rules, HORIZON)

    assert clash is not None
    assert not has_week(someone, rules, clash.items)
    for item in clash.items:
        assert has_week(someone, rules, set(clash.items) - {item})
    assert {item.key for item in clash.items} <= expected
    assert clash.is_smallest
    for size in range(len(clash.items)):
        for smaller in combinations(items_of(someone, rules, HORIZON), size):
            assert has_week(someone, rules, smaller)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2] is not None])
def test_giving_up_the_fewest_rules_leaves_a_legal_week_and_fewer_do_not(name):
    someone, rules, _ = CASES[name]

    clash = agent_clash(someone, rules, HORIZON)

    items = items_of(someone, rules, HORIZON)
    assert has_week(someone, rules, set(items) - set(clash.give_up))
    assert clash.is_fewest
    for size in range(1, len(clash.give_up)):
        for fewer in combinations(items, size):
            assert not has_week(someone, rules, set(items) - set(fewer))
    tour = clash.tours[someone.key]
    assert len(tour.shifts) == len({shift.day for shift in tour.shifts}) > 0


def test_nothing_clashes_where_a_legal_week_exists():
    assert agent_clash(agent(), contract(), HORIZON) is None


def meeting(**fields):
    defaults = {
        "key": "meeting",
        "minutes": 60,
        "attendants": ("ada", "ben"),
        "spans": ((10 * HOUR, 12 * HOUR),),
    }
    return FloatingActivity(**defaults | fields)


def test_a_meeting_that_everybody_can_attend_clashes_with_nothing():
    data = week(agents=[agent(key="ada"), agent(key="ben")])

    assert group_clash(data, [meeting()]) is None


def test_a_meeting_on_somebodys_day_off_names_window_and_day():
    people = [agent(key="ada"), agent(key="ben", spans=open_days(1, 2, 3, 4, 5))]
    data = week(agents=people)

    clash = group_clash(data, [meeting()])

    assert clash is not None
    assert {(item.key, item.agent, item.day) for item in clash.items} == {
        ("window", "", None),
        ("day_off", "ben", 0),
    }
    assert clash.is_smallest
    assert len(clash.give_up) == 1
    assert set(clash.tours) == {"ada", "ben"}


def test_two_meetings_in_one_hour_clash_for_who_attends_both():
    data = week(agents=[agent(key="ada"), agent(key="ben")])
    window = ((10 * HOUR, 11 * HOUR),)

    clash = group_clash(data, [meeting(spans=window), meeting(key="training", spans=window)])

    assert clash is not None
    assert {item.activity for item in clash.items} == {"meeting", "training"}


def test_a_locked_shift_that_ends_before_the_meeting_is_named():
    people = [agent(key="ada"), agent(key="ben", fixed=(lock(0, start=0, hours=8),))]
    data = week(agents=people)

    clash = group_clash(data, [meeting()])

    assert clash is not None
    assert ("lock", "ben", 0) in {(item.key, item.agent, item.day) for item in clash.items}


def test_a_search_that_is_cut_short_says_so():
    someone, rules, _ = CASES["a run of days"]

    clash = agent_clash(someone, rules, HORIZON, most_checks=12)

    assert clash is not None
    assert not (clash.is_smallest and clash.is_fewest)
