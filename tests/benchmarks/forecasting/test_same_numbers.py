"""What the benchmark measures is what the command `forecast_file` writes."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command

from forecasting.core.wall_clock import WallClockGrid
from tests.benchmarks.forecasting.cases import PANELS, Case, series_cases
from tests.benchmarks.forecasting.engine import engine
from tests.benchmarks.forecasting.sets import DATA, SOURCES, read_set

needs_data = pytest.mark.skipif(
    not DATA.exists(), reason=f"The development data is absent: expected it in {DATA}."
)


@needs_data
@pytest.mark.shared
@pytest.mark.parametrize(
    ("panel", "name"), [("main", "israel_bank"), ("main", "ems_wales"), ("holidays", "nyc_taxi")]
)
def test_the_command_writes_what_the_benchmark_scores(tmp_path, panel, name):
    _, case, _ = series_cases(PANELS[panel], name, read_set(name)[0], origins=3)
    out = tmp_path / "forecast.csv"
    holidays = [f"--holidays={case.known_holidays}"] if case.known_holidays else []
    call_command(
        "forecast_file", str(DATA / SOURCES[name].file), "--interval", str(case.interval_minutes),
        "--timezone", case.zone, "--origin", f"{case.origin_date}T00:00", "--days", str(case.days),
        "--series", case.series, "--history-days", str(len(case.history)), "--out", str(out),
        *holidays,
    )  # fmt: skip
    written = pd.read_csv(out)
    expected = engine(case)
    for column, values in (("mean", expected.mean), ("q0.5", expected.median)):
        found = written[column].to_numpy().reshape(case.future.shape)
        # The command sums both hours of a repeated label, the benchmark scores one.
        np.testing.assert_allclose(found, values * hours(case), rtol=1e-3, atol=1e-3)


def hours(case: Case) -> np.ndarray:
    """How many instants each label of the horizon holds."""
    return WallClockGrid(
        case.origin_date, case.days, ZoneInfo(case.zone), case.interval_minutes
    ).repeats
