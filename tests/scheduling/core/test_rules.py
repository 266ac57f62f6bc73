"""Each rule of the core: with it the schedule keeps it, without it the same week breaks it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scheduling.core.data import FixedShift, Horizon, InvalidDataError, WorkMode
from scheduling.core.result import SolveStatus, WorkBudget
from scheduling.core.solver import SolveParams, solve
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import broken_rules

SMALL = WorkBudget(work=400)


def solved(data):
    result = solve(data, SMALL, params=SolveParams())
    assert broken_rules(data, result.tours) == []
    return result


def shifts(result, agent=0):
    return result.tours[agent].shifts


def starts(result):
    return [shift.start_slot % weeks.DAY for shift in shifts(result)]


MORNINGS_AND_EVENINGS = {
    "calls": weeks.demand(hours=(6, 13), days=(0, 2, 4)) + weeks.demand(hours=(14, 22), days=(1, 3))
}


def test_start_band_keeps_the_starts_of_a_person_together():
    free = solved(weeks.week(required=MORNINGS_AND_EVENINGS))
    assert max(starts(free)) - min(starts(free)) > 8
    bound = weeks.week(
        required=MORNINGS_AND_EVENINGS, contracts=[weeks.contract(start_band_minutes=120)]
    )
    kept = starts(solved(bound))
    assert max(kept) - min(kept) <= 8


def test_rest_keeps_hours_between_shifts():
    free = solved(weeks.week(required=MORNINGS_AND_EVENINGS))
    gaps = [b.start_slot - a.end_slot for a, b in pairwise(shifts(free))]
    assert min(gaps) < 44
    bound = weeks.week(
        required=MORNINGS_AND_EVENINGS, contracts=[weeks.contract(min_rest_minutes=660)]
    )
    kept = shifts(solved(bound))
    assert all(b.start_slot - a.end_slot >= 44 for a, b in pairwise(kept))


def test_consecutive_days_count_those_before_the_week():
    demand = {"calls": weeks.demand(days=(0, 1, 2, 3, 4))}
    tired = weeks.agent(previous_run_days=4)
    free = solved(weeks.week(required=demand, agents=[tired]))
    assert [s.day for s in shifts(free)] == [0, 1, 2, 3, 4]
    bound = weeks.week(
        required=demand, agents=[tired], contracts=[weeks.contract(max_consecutive_days=5)]
    )
    assert [s.day for s in shifts(solved(bound))][:2] != [0, 1]


@pytest.mark.parametrize(
    ("limits", "days"),
    [({"days_per_week": (3, 3), "paid_minutes_per_week": (0, 9999)}, 3),
     ({"days_per_week": (0, 7), "paid_minutes_per_week": (900, 900)}, 2)],
)  # fmt: skip
def test_days_and_paid_minutes_of_the_week_are_kept(limits, days):
    assert len(shifts(solved(weeks.week(contracts=[weeks.contract(**limits)])))) == days


def test_days_off_and_open_hours_are_kept():
    part = weeks.agent(spans=weeks.open_days(0, 1, 3, 5, 6, low=12))
    result = solved(weeks.week(agents=[part]))
    assert {s.day for s in shifts(result)} == {0, 1, 3, 5, 6}
    assert min(starts(result)) >= 12 * weeks.HOUR


def test_credited_time_off_counts_as_worked():
    ill = weeks.agent(credited_days=(2,), credited_minutes=(900,))
    assert len(shifts(solved(weeks.week(agents=[ill])))) == 3


def test_pattern_limits_start_grid_days_and_start_hours():
    narrow = weeks.pattern(
        earliest_start_minute=600, latest_start_minute=660, days=frozenset({1, 2, 3, 4, 5})
    )
    result = solved(weeks.week(contracts=[weeks.contract(patterns=(narrow,))]))
    assert {s.day for s in shifts(result)} == {1, 2, 3, 4, 5}
    assert set(starts(result)) <= {40, 44}


def test_seats_limit_people_in_the_office_only():
    people = [
        weeks.agent(
            f"p{n}",
            site="here",
            work_mode=WorkMode.OFFICE,
            spans=weeks.open_days(*range(5), low=4, high=24),
        )
        for n in range(2)
    ]
    demand = {"calls": weeks.demand(2.0, hours=(8, 15), days=range(5))}
    desks = {"here": np.full(7 * weeks.DAY, 1)}
    together = solved(weeks.week(agents=people, required=demand))
    at_once = set(together.tours[0].present) & set(together.tours[1].present)
    assert at_once
    data = weeks.week(agents=people, required=demand, seats=desks)
    apart = solved(data)
    assert not set(apart.tours[0].present) & set(apart.tours[1].present)
    home = [replace(people[0], work_mode=WorkMode.HOME), people[1]]
    mixed = solved(weeks.week(agents=home, required=demand, seats=desks))
    assert set(mixed.tours[0].present) & set(mixed.tours[1].present)


def test_nobody_sits_where_no_desk_is_and_the_reason_is_given():
    person = weeks.agent(site="here", work_mode=WorkMode.OFFICE)
    result = solve(
        weeks.week(agents=[person], seats={"here": np.zeros(7 * weeks.DAY, dtype=int)}), SMALL
    )
    assert result.status == SolveStatus.INFEASIBLE
    assert result.unplaced["anna"].code == "no_seat"


def test_a_locked_shift_stays_and_counts():
    slots = tuple(range(2 * weeks.DAY + 48, 2 * weeks.DAY + 80))
    lock = FixedShift(
        day=2, start_slot=slots[0], end_slot=slots[-1] + 1, working_slots=slots, paid_minutes=450
    )
    result = solved(weeks.week(agents=[weeks.agent(fixed=(lock,))]))
    assert [s.start_slot for s in shifts(result) if s.shape is None] == [slots[0]]
    assert len(shifts(result)) == 5


def test_a_night_shift_passes_midnight_and_covers_the_morning_after():
    row = np.zeros(7 * weeks.DAY)
    for day in range(5):
        row[day * weeks.DAY + 92 : day * weeks.DAY + 92 + 30] = 1
    night = weeks.agent(spans=tuple(((d * 96 + 80, min(d * 96 + 136, 672)),) for d in range(7)))
    result = solved(weeks.week(agents=[night], required={"calls": row}))
    assert all(s.end_slot > (s.day + 1) * weeks.DAY for s in shifts(result))
    assert result.understaffed_hours < 5


@pytest.mark.parametrize(("change", "slots"), [(-4, 668), (4, 676)])
def test_weeks_of_clock_changes_have_668_and_676_slots(change, slots):
    """Sunday loses or repeats 01:00-02:00; a start is read from the wall clock."""
    sunday = 6 * weeks.DAY
    walls = [n % 96 * 15 for n in range(sunday)]
    hours = [0, 2, *range(3, 24)] if change < 0 else [0, 1, 1, 2, *range(3, 24)]
    walls += [hour * 60 + quarter for hour in hours for quarter in (0, 15, 30, 45)]
    horizon = Horizon(
        interval_minutes=15,
        day_starts=(*range(0, sunday + 1, 96), slots),
        wall_minutes=tuple(walls),
    )
    row = np.zeros(slots)
    row[sunday + 8 * 4 + change :] = 1
    person = weeks.agent(spans=tuple(((a, b),) for a, b in pairwise(horizon.day_starts)))
    data = weeks.week(horizon=horizon, agents=[person], required={"calls": row})
    result = solved(data)
    last = shifts(result)[-1]
    assert last.day == 6
    assert horizon.wall_minutes[last.start_slot] % 60 == 0
    assert last.end_slot - last.start_slot == 32
    table = horizon.start_slots[6]
    assert table[4] == (slots if change < 0 else sunday + 4)


def test_split_shifts_keep_the_gap_free():
    split = weeks.pattern(
        piece_minutes=(240, 240), gap_minutes=(120, 180), breaks=(), paid_minutes=480
    )
    two_peaks = {"calls": weeks.demand(hours=(7, 11)) + weeks.demand(hours=(14, 18))}
    result = solved(
        weeks.week(
            required=two_peaks,
            contracts=[weeks.contract(patterns=(split,), paid_minutes_per_week=(2400, 2400))],
        )
    )
    assert all(s.end_slot - s.start_slot in {40, 44} for s in shifts(result))
    assert len(result.tours[0].working) == 5 * 32


def test_shifts_carried_over_from_the_week_before_cover_its_first_morning():
    row = np.zeros(7 * weeks.DAY)
    row[:8] = 1
    carried = ((("calls",), tuple(range(8))),)
    alone = weeks.week(agents=[], required={"calls": row}, carried=carried)
    assert solve(alone, SMALL).understaffed_hours == 0
    assert solve(replace(alone, carried=()), SMALL).understaffed_hours == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: weeks.contract(days_per_week=(5, 4)),
        lambda: weeks.pattern(minutes=120),
        lambda: weeks.week(required={"calls": np.zeros(5)}),
        lambda: weeks.week(over_cost=-1.0),
        lambda: weeks.week(under_cost={"calls": 0.0}),
        lambda: weeks.week(agents=[weeks.agent(contract="none")]),
        lambda: weeks.week(agents=[weeks.agent(spans=((),))]),
        lambda: Horizon(interval_minutes=7, day_starts=(0, 96), wall_minutes=(0,) * 96),
        lambda: Horizon(interval_minutes=15, day_starts=(96, 0), wall_minutes=(0,) * 96),
        lambda: Horizon(interval_minutes=15, day_starts=(0, 96), wall_minutes=(0,) * 90),
    ],
)
def test_contradictions_are_refused_with_a_sentence(wrong):
    with pytest.raises(InvalidDataError, match=r"\w+ .*\."):
        wrong()
