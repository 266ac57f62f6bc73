from datetime import date

import numpy as np
import pytest

from adherence.core.data import SweepDataError
from adherence.core.days import ShiftSpans, clip_days, operational_days
from tests.adherence.random_days import ZONES, local_midnights, random_days

HOUR = 3600
DAY = 24 * HOUR


def windows(*shifts, midnights=(0, DAY, 2 * DAY, 3 * DAY)):
    table = np.array([(0, *shift) for shift in shifts], dtype=np.int64).reshape(-1, 4)
    days = operational_days(
        midnights=np.array([midnights]), shifts=ShiftSpans(*(table[:, c] for c in range(4)))
    )
    return list(zip(days.starts_at.tolist(), days.ends_at.tolist(), strict=True))


def test_a_day_without_shifts_runs_from_midnight_to_midnight():
    assert windows() == [(0, DAY), (DAY, 2 * DAY), (2 * DAY, 3 * DAY)]


def test_a_shift_over_midnight_belongs_to_its_day_with_a_late_log_out():
    night = (0, 22 * HOUR, DAY + 6 * HOUR)
    assert windows(night)[0] == (0, DAY + 8 * HOUR)


def test_a_shift_at_midnight_keeps_its_early_log_in():
    early = (1, DAY, DAY + 8 * HOUR)
    assert windows(early)[0] == (0, DAY - 2 * HOUR)


def test_shifts_close_to_each_other_share_the_gap():
    late, early = (0, 15 * HOUR, 23 * HOUR), (1, DAY + HOUR, DAY + 9 * HOUR)
    assert windows(late, early)[0] == (0, DAY)


def test_a_shift_of_the_day_before_the_first_is_not_part_of_it():
    assert windows((-1, -2 * HOUR, 6 * HOUR))[0] == (8 * HOUR, DAY)


def test_a_shift_after_the_last_day_bounds_it():
    assert windows((3, 3 * DAY, 3 * DAY + HOUR))[-1] == (2 * DAY, 3 * DAY - 2 * HOUR)


def test_drafts_that_overlap_still_give_days_that_do_not():
    found = windows((0, 20 * HOUR, DAY + 9 * HOUR), (1, DAY + HOUR, DAY + 4 * HOUR))
    assert found[0][1] == found[1][0]


def test_days_need_a_midnight_after_them():
    with pytest.raises(SweepDataError, match="the day after"):
        windows(midnights=(0,))


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Shanghai", date(2026, 3, 29), 24),
    ],
)
def test_clock_changes_make_days_shorter_or_longer(zone, first, hours):
    [(starts_at, ends_at)] = windows(midnights=local_midnights(zone, first, 2))
    assert ends_at - starts_at == hours * HOUR


def test_days_of_an_agent_tile_time_and_hold_their_shifts_whole():
    found = random_days(seed=11, agents=len(ZONES) * 10, days=6)
    days, shifts = found.data.windows, found.shifts
    touching = days.agent[1:] == days.agent[:-1]
    assert (days.ends_at[:-1] == days.starts_at[1:])[touching].all()
    row = shifts.agent * 6 + shifts.day
    assert (days.starts_at[row] <= shifts.starts_at).all()
    assert (days.ends_at[row] >= shifts.ends_at).all()


def test_days_are_clipped_at_a_moment():
    days = operational_days(
        midnights=np.array([[0, DAY, 2 * DAY]]),
        shifts=ShiftSpans(*(np.empty(0, np.int64) for _ in range(4))),
    )
    clipped = clip_days(days, until=DAY + 60)
    assert clipped.ends_at.tolist() == [DAY, DAY + 60]
