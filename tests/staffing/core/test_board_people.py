"""People on a grid: parts of slots, those before and after it, shares by load, sums of columns."""

import numpy as np
import pytest

from staffing.core.board_people import Slots, column_sums, people_on_grid, split_by_load

QUARTERS = Slots(first=9000, step=900, count=4)


def on_grid(*moves):
    at, change = np.array(moves, dtype=np.int64).T
    return people_on_grid(QUARTERS, at=at, change=change).tolist()


@pytest.mark.parametrize(
    ("moves", "people"),
    [
        ([(9000, 2), (10800, -2)], [2, 2, 0, 0]),
        # Comes a third into the second slot, goes half way through the third.
        ([(9900 + 300, 1), (10800 + 450, -1)], [0, pytest.approx(2 / 3), 0.5, 0]),
        # From before the grid to beyond it; in and out within one slot.
        ([(0, 1), (99_999, -1)], [1, 1, 1, 1]),
        ([(9000 + 90, 1), (9000 + 180, -1)], [pytest.approx(0.1), 0, 0, 0]),
        ([(0, 3), (5000, -3)], [0, 0, 0, 0]),
    ],
)
def test_people_count_for_the_part_of_the_slot_in_which_they_are_there(moves, people):
    assert on_grid(*moves) == people


def test_shared_people_go_where_the_load_is_and_stay_whole():
    load = np.array([[6.0, 0.0, 0.0], [2.0, 5.0, 0.0]])
    parts = split_by_load(np.array([4.0, 4.0, 4.0]), load)
    assert parts.tolist() == [[3.0, 0.0, 0.0], [1.0, 4.0, 0.0]]


def test_columns_add_what_is_known():
    values = np.array([[1.0, 2.0, np.nan, 4.0, np.nan, np.nan]])
    sums = column_sums(values, np.array([0, 2, 4]), np.array([2, 4, 6]))
    assert sums[0, :2].tolist() == [3.0, 4.0]
    assert np.isnan(sums[0, 2])
