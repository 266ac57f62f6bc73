"""Weekends off that are known beforehand, and what one week has to leave to the next."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from scheduling.core.day_sets import least_heads, most_minutes, open_sets
from scheduling.core.instance_file import plain_horizon
from scheduling.core.roster import Roster
from scheduling.core.tour_facts import DAYS_OF, HEAD, LONGEST, TAIL
from scheduling.core.weekends_off import with_weekends_off
from tests.scheduling.core import weeks
from tests.scheduling.core.test_week_programme import spans_of

WEEKS = 4
HORIZON = plain_horizon(days=7 * WEEKS, interval_minutes=15)


def people(*, count=8, most=3, days=(5, 5), horizon=HORIZON, **fields):
    rules = weeks.contract(
        max_weekends_in_4_weeks=most,
        max_consecutive_days=6,
        days_per_week=days,
        paid_minutes_per_week=tuple(450 * n for n in days),
    )
    closed = fields.pop("closed", {})
    agents = [
        weeks.agent(f"p{n}", spans=spans_of(horizon, closed=closed.get(n, ())), **fields)
        for n in range(count)
    ]
    required = {"calls": np.zeros(horizon.slots)}
    data = weeks.week(horizon=horizon, agents=agents, contracts=[rules], required=required)
    return Roster(data).classes


def weekends(group):
    """Weekends off of a class, by week."""
    return {day // 7 for day in group.closed_days}


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("past", [(), (True, True, False), (True, False, True)])
@pytest.mark.parametrize("count", [2, 4, 9])
def test_the_limit_holds_whatever_else_is_worked(most, past, count):
    if sum(past) > most:
        past = (False, False, True)
    horizon = plain_horizon(days=7 * count, interval_minutes=15)
    found = with_weekends_off(
        people(most=most, previous_weekends=past, horizon=horizon, days=(2, 5)), count
    )
    assert any(group.closed_days for group in found)
    for group in found:
        worked = [*((False,) * 3 + past)[-3:], *(n not in weekends(group) for n in range(count))]
        assert all(sum(worked[at : at + 4]) <= most for at in range(len(worked) - 3))


def test_everybody_is_in_one_class_and_weekends_off_are_even():
    groups = people(count=12)
    found = with_weekends_off(groups, WEEKS)
    assert sorted(n for group in found for n in group.members) == list(range(12))
    off = Counter(week for group in found for week in weekends(group) for _ in group.members)
    assert off == dict.fromkeys(range(WEEKS), 3)
    assert all(group.closed_days <= {5, 6, 12, 13, 19, 20, 26, 27} for group in found)


def test_no_limit_closes_nothing():
    groups = people(most=4)
    assert with_weekends_off(groups, WEEKS) == list(groups)


def test_a_weekend_off_leaves_every_week_possible():
    """Two days off from Monday to Friday: five days can only be worked with that week's weekend."""
    found = with_weekends_off(people(count=4, closed=dict.fromkeys(range(4), (1, 2))), WEEKS)
    assert all(0 not in weekends(group) for group in found)


def test_a_weekend_off_after_days_off_leaves_room_for_the_run():
    """Who is off on Monday and Tuesday works from Wednesday to Sunday; five more days would be ten in a row."""
    found = with_weekends_off(people(count=4, closed=dict.fromkeys(range(4), (7, 8))), WEEKS)
    assert all(not weekends(group) & {1, 2} for group in found)


def test_no_way_leaves_a_class_as_it_is():
    must = tuple(range(5, 28, 7))
    groups = people(most=3, count=2, must_work=must)
    found = with_weekends_off(groups, WEEKS)
    assert [group.closed_days for group in found] == [frozenset()] * len(groups)


def test_the_weekend_off_is_where_least_is_lost():
    """Three days off in the second week: without its weekend only two are left of the five that pay most."""
    found = with_weekends_off(people(count=8, days=(2, 5), closed={0: (8, 9, 10)}), WEEKS)
    lost = next(group for group in found if 0 in group.members)
    assert 1 not in weekends(lost)


def sequences(model, closed):
    """All sequences of sets of days that rules of weeks and runs allow."""
    sets = [
        np.flatnonzero(open_sets(model, week, closed)) for week in range(len(model.weeks.of_mask))
    ]
    most = model.limits.most_in_row
    for masks in product(*sets):
        run = model.limits.first_run
        for mask in masks:
            if HEAD[mask] and run + HEAD[mask] > most:
                break
            run = TAIL[mask] if TAIL[mask] < 7 else run + 7
        else:
            yield masks


@pytest.mark.parametrize("closed", [frozenset(), frozenset({12, 13}), frozenset({5, 6, 7})])
@pytest.mark.parametrize("own", [(), (0, 1), (3, 8, 9)])
def test_heads_and_minutes_are_those_of_the_best_sequence(closed, own):
    horizon = plain_horizon(days=14, interval_minutes=15)
    (group,) = people(count=1, horizon=horizon, days=(5, 5), closed={0: own})
    every = list(sequences(group.model, closed))
    heads = least_heads(group.model, closed)
    if not every:
        assert heads is None
        return
    assert heads[0] == min(HEAD[masks[0]] for masks in every)
    assert heads[1] == min(HEAD[mask] for mask in np.flatnonzero(open_sets(group.model, 1, closed)))
    most = max(sum(450 * DAYS_OF[mask] for mask in masks) for masks in every)
    assert most_minutes(group.model, closed) == most


def test_minutes_know_that_runs_cost_days():
    """The weekend off is followed by nothing, but before it no more than one day may join the five."""
    (group,) = people(count=1, days=(2, 5), closed={0: (1, 2)})
    off = frozenset({12, 13})
    assert most_minutes(group.model, off) == most_minutes(group.model) - 450
    assert all(LONGEST[mask] <= 6 for mask in np.flatnonzero(open_sets(group.model, 0)))
