"""The rest of real days: better than the morning's forecast and than scaling it in full."""

# ruff: noqa: T201 - the printed table is the point

import numpy as np
import pytest

from tests.benchmarks.forecasting.intraday_bar import rest_scores
from tests.benchmarks.forecasting.scoring import geometric_mean
from tests.benchmarks.forecasting.sets import DATA, read_set

SETS = ("israel_bank", "nyc_ems", "nyc_taxi", "pedestrian", "bike", "bank_calls")


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not DATA.exists(), reason=f"The development data is absent: expected {DATA}.")
def test_a_morning_improves_the_rest_of_the_day_on_real_sets():
    unchanged, scaled, covered = [], [], []
    for name in SETS:
        for series in read_set(name):
            scores = rest_scores(series)
            unchanged.append(scores.against_unchanged)
            scaled.append(scores.against_scaling)
            covered.append(scores.coverage)
            print(
                f"{name} {series.name}: {scores.against_unchanged:.3f} x unchanged, "
                f"{scores.against_scaling:.3f} x full scaling, {scores.coverage:.0%} in the band"
            )
    assert geometric_mean(np.array(unchanged)) < 0.95
    assert geometric_mean(np.array(scaled)) < 0.93
    assert max(unchanged) < 1.03
    assert np.mean(covered) == pytest.approx(0.8, abs=0.06)
