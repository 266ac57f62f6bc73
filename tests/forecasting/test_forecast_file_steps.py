"""Rows of changing length in one file: finer ones are summed, coarser and stray ones refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forecasting.computations.folding import folded
from forecasting.computations.history_file import read_history_file
from forecasting.computations.row_steps import coarser_dates, date_steps
from tests.forecasting.files import HEADER, lines, numbers, refusal, stamps

FIRST = "2026-01-05T00:00"


def flat(minutes, *, first=FIRST, days=7, hours=(0, 24), per_hour=12):
    """Rows of a constant stream, whatever their length."""
    return [
        f"calls,{at:%Y-%m-%dT%H:%M},{per_hour * minutes / 60:g}"
        for at in stamps(first, days, minutes)
        if hours[0] <= at.hour < hours[1]
    ]


def changed(*, coarse, fine, fine_days, days=70, hours=(0, 24)):
    """A source that changes to finer rows for its last days."""
    change = datetime.fromisoformat(FIRST) + timedelta(days=days - fine_days)
    first = flat(coarse, days=days - fine_days, hours=hours)
    return first + flat(fine, first=f"{change:%Y-%m-%dT%H:%M}", days=fine_days, hours=hours)


def volumes(tmp_path, rows, *, interval):
    """The series of a file on its intervals."""
    path = tmp_path / "steps.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    (series,) = read_history_file(path, interval_minutes=interval, tz=ZoneInfo("UTC")).series
    cells = folded(
        series, first_date=series.first_date, days=len(series.volumes),
        interval_minutes=interval, tz=ZoneInfo("UTC"),
    )  # fmt: skip
    return cells.volumes


@pytest.mark.parametrize("fine_days", [1, 2, 7, 30, 60, 69])
@pytest.mark.parametrize(("interval", "fine"), [(60, 15), (60, 30), (30, 5), (30, 15), (1440, 60)])
def test_a_source_that_changes_to_finer_rows_loses_nothing(tmp_path, interval, fine, fine_days):
    rows = changed(coarse=interval, fine=fine, fine_days=fine_days)
    found = volumes(tmp_path, rows, interval=interval)
    coarse_days = 70 - fine_days
    if coarse_days >= 14 or (interval < 1440 and coarse_days >= 7):
        assert (found == 12 * interval / 60).all()
    assert (found[coarse_days:] == 12 * interval / 60).all()


@pytest.mark.parametrize("fine_days", [2, 14, 40])
def test_finer_office_hours_are_summed_however_few_they_are(tmp_path, fine_days):
    rows = changed(coarse=60, fine=15, fine_days=fine_days, hours=(8, 18))
    found = volumes(tmp_path, rows, interval=60)
    assert (found[:, 8:18] == 12).all()
    assert np.isnan(found[:, :8]).all()


def test_a_gap_in_finer_rows_leaves_its_interval_missing_before_and_after_a_change(tmp_path):
    rows = changed(coarse=60, fine=15, fine_days=20)
    gap = [row for row in rows if "2026-03-10T10:15" not in row]
    found = volumes(tmp_path, gap, interval=60)
    assert np.argwhere(np.isnan(found)).tolist() == [[64, 10]]


def test_every_second_finer_row_absent_for_a_day_is_missing_and_no_coarser_row(tmp_path):
    rows = [
        row for row in flat(15, days=28) if not ("2026-01-20" in row and row[20:22] in ("15", "45"))
    ]
    found = volumes(tmp_path, rows, interval=30)
    assert np.isnan(found[15]).all()
    assert np.isfinite(np.delete(found, 15, axis=0)).all()


def test_a_forecast_of_a_changed_source_is_that_of_whole_rows(command):
    rows = lines(days=42, minutes=15, mean=5)
    summed = {}
    for row in rows:
        summed[row[:20] + "00"] = summed.get(row[:20] + "00", 0) + int(row.rsplit(",", 1)[1])
    whole = [f"{head},{volume}" for head, volume in summed.items()]
    mixed = [row for row in whole if row[6:16] < "2026-02-12"]
    mixed += [row for row in rows if row[6:16] >= "2026-02-12"]
    assert command(mixed) == command(whole)


@pytest.mark.parametrize(
    ("strays", "interval"),
    [
        ([f"2026-01-20T{hour:02d}:15" for hour in range(7)], 30),
        ([f"2026-01-20T{hour:02d}:30" for hour in range(7)], 60),
        (["2026-01-20T10:15", "2026-01-21T11:15"], 30),
        ([f"2026-02-0{day}T10:30" for day in range(1, 8)], 60),
    ],
)
def test_stray_rows_off_the_grid_make_no_finer_step(command, strays, interval):
    rows = [*flat(interval, days=42), *(f"calls,{at},3" for at in strays)]
    first = len(rows) - len(strays) + 2
    words = f"lie off the grid of {interval} minutes (lines {first}, {first + 1}"
    assert words in refusal(command, rows, interval=interval)


def test_a_stray_row_among_finer_ones_is_off_their_grid(command):
    rows = [*changed(coarse=60, fine=15, fine_days=20), "calls,2026-03-10T10:05,1"]
    assert "off the grid of 15 minutes (line" in refusal(command, rows)


def test_a_stray_row_before_the_change_is_off_the_interval(command):
    rows = [*changed(coarse=60, fine=15, fine_days=20), "calls,2026-01-20T10:15,1"]
    assert "off the grid of 60 minutes (line" in refusal(command, rows)


@pytest.mark.parametrize(
    ("coarse", "days", "hours"),
    [
        (60, 1, (0, 24)),
        (60, 2, (8, 18)),
        (60, 30, (8, 18)),
        (120, 14, (0, 24)),
        (1440, 14, (0, 24)),
    ],
)
def test_a_stretch_of_coarser_rows_is_refused_with_its_first_lines(command, coarse, days, hours):
    change = datetime.fromisoformat(FIRST) + timedelta(days=42)
    rows = flat(30, days=42, hours=hours)
    line = len(rows) + 2
    rows += flat(coarse, first=f"{change:%Y-%m-%dT%H:%M}", days=days, hours=hours)
    sentence = refusal(command, rows, interval=30, origin=("2026-03-30T00:00",))
    assert (
        f"are {coarse} minutes apart, coarser than --interval 30 (lines {line}, {line + 1}"
        in sentence
    )


def test_rows_that_come_seldom_are_not_coarser(command):
    """A source without rows for empty intervals leaves gaps of any length, but no pattern."""
    rng = np.random.default_rng(3)
    rows = [row for row in flat(30, days=84, hours=(8, 18)) if rng.random() < 0.55]
    found = command(rows, interval=30, origin=("2026-03-30T00:00",))
    assert sum(numbers(found)) > 0


def test_seldom_finer_rows_are_summed():
    """Quarter hours of which nine in ten have no row still are quarter hours."""
    rng = np.random.default_rng(4)
    minutes = np.arange(0, 84 * 1440, 15)
    kept = minutes[rng.random(minutes.size) < 0.08]
    assert date_steps(kept, 30).finest == 15


def test_a_step_that_no_single_gap_shows_is_told_from_all():
    """Every third or fifth quarter hour has a row."""
    minutes = np.cumsum(np.tile([45, 75], 200))
    assert date_steps(minutes, 30).finest == 15
    assert date_steps(minutes[:12], 30).finest == 30  # too few to tell


def test_coarser_dates_are_named():
    fine, coarse = np.arange(0, 2 * 1440, 30), np.arange(2 * 1440, 3 * 1440, 60)
    days, gap = coarser_dates(np.concatenate([fine, coarse]), 30)
    assert (days.tolist(), gap) == ([2], 60)
    assert coarser_dates(fine, 30)[0].size == 0
