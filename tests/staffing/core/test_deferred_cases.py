"""25 offices on real calendars: the level predicted and the flat team, against single items and people.

`make bench-staffing` runs them with far more simulated items and prints the figures.
"""

import pytest

from tests.staffing.core.deferred_cases import CASES, run_case

SIMULATED_ITEMS = 40_000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_simulated_level_is_within_a_point_and_the_flat_team_within_one(case):
    result = run_case(case, simulated_items=SIMULATED_ITEMS)
    assert abs(result.simulated - result.predicted) <= 0.01
    assert abs(result.shaped_simulated - result.shaped_predicted) <= 0.01
    assert abs(result.flat - result.optimum) <= 1
    assert min(result.predicted, result.shaped_predicted) >= result.target - 1e-9
    assert max(result.predicted, result.shaped_predicted) <= result.ceiling + 1e-9
    assert result.target == pytest.approx(min(case.level, result.ceiling), abs=0.011)
    assert result.hours_ratio <= 1.0
