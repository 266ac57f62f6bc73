"""Every rule of the file format of `forecast_file`, sentence by sentence."""

import csv
import math
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from forecasting.computations.folding import folded
from forecasting.computations.history_file import read_history_file
from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast, open_slots
from tests.forecasting.files import HEADER, lines, numbers, refusal, stamps

CHECKOUT = Path(__file__).resolve().parents[2]


def manage(*arguments, **environment):
    """Run manage.py with nothing in the environment but what the machine needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "forecast_file", *map(str, arguments)],
        cwd=CHECKOUT, env=kept | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_needs_no_environment_and_no_database(tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_bytes(
        ("\r\n".join([HEADER, *lines(series='"Müller, 售后 ""A"""')]) + "\r\n").encode()
    )
    arguments = [source, "--interval=60", "--timezone=Europe/London", "--days=2", f"--out={out}"]
    origins = ["--origin=2026-02-16T00:00", "--origin=2026-02-09 06:00:00"]
    first = manage(*arguments, *origins, "--quantiles=0.05,0.95", "--holidays=GB-WLS")
    assert (first.returncode, first.stderr) == (0, "")
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert list(rows[0])[3:] == ["mean", "q0.05", "q0.95", "flag"]
    assert {row["series"] for row in rows} == {'Müller, 售后 "A"'}
    assert [row["origin"] for row in rows] == ["2026-02-16T00:00"] * 48 + ["2026-02-09T06:00"] * 42
    written = out.read_bytes()
    again = manage(*arguments, *origins, "--quantiles=0.05,0.95", "--holidays=GB-WLS")
    assert (again.returncode, out.read_bytes()) == (0, written)
    assert b"\r" not in written


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"history": "nowhere.csv"}, "There is no file nowhere.csv"),
        ({"out": "no/such/place/out.csv"}, "There is no directory no/such/place"),
        ({"out": "."}, "is a directory"),
        ({"timezone": "Europe"}, "'Europe' is no IANA time zone"),
        ({"days": "many"}, "invalid int value: 'many'"),
    ],
)
def test_what_cannot_work_ends_with_2_and_a_sentence(tmp_path, changed, words):
    source = tmp_path / "a.csv"
    source.write_text("\n".join([HEADER, *lines()]))
    given = {"history": source, "timezone": "UTC", "out": tmp_path / "b.csv", "days": "1"} | changed
    ended = manage(given["history"], "--interval=60", f"--timezone={given['timezone']}",
                   "--origin=2026-02-16T00:00", f"--days={given['days']}", f"--out={given['out']}")  # fmt: skip
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_broken_archive_is_refused(tmp_path):
    source = tmp_path / "a.csv.gz"
    source.write_bytes(b"\x1f\x8b\x08\x00 this is no archive")
    with pytest.raises(CommandError, match=r"a\.csv\.gz cannot be read") as caught:
        call_command("forecast_file", str(source), "--origin=2026-02-16T00:00", interval=60,
                     timezone="UTC", days=1, out=tmp_path / "b.csv")  # fmt: skip
    assert caught.value.returncode == 2


@pytest.mark.parametrize("blank", ["", "NaN", "nan", "NA", " NaN "])
def test_empty_nan_and_na_are_missing_and_keep_a_slot_open(command, blank):
    at = "2026-02-11T10:00"
    plain = command([row for row in lines() if at not in row])
    assert command([f"calls,{at},{blank}" if at in row else row for row in lines()]) == plain


def test_zero_is_not_missing(command):
    at = "T10:00"
    zero = command([row[:23] + "0" if at in row else row for row in lines()])
    blank = command([row[:23] if at in row else row for row in lines()])
    ten = [index for index, row in enumerate(zero) if row["timestamp"].endswith(at)]
    assert sum(numbers(zero)[index] for index in ten) < 1
    assert sum(numbers(blank)[index] for index in ten) > 5


@pytest.mark.parametrize("trailing", ["{row},", "{row},a,b"])
def test_more_columns_change_nothing(command, trailing):
    header = HEADER + ",site,note" if trailing.endswith("b") else HEADER
    assert command([trailing.format(row=row) for row in lines()], header=header) == command(lines())


def test_columns_come_in_any_order_and_quoted(command):
    turned = []
    for row in lines():
        series, at, volume = row.split(",")
        turned.append(f'"{volume}","{at.replace("T", " ")}:00","{series}"')
    assert command(turned, header='volume," timestamp",series') == command(lines())


def test_each_series_has_the_same_numbers_in_any_company(command):
    long, short = (
        lines(series="long"),
        lines(series="short", first="2026-01-20T00:00", days=27, seed=4),
    )
    sparse = [row for row in lines(series="office", seed=7) if "08:00" <= row[18:23] < "17:00"]
    together = command([*long, *short, *sparse])
    turned = command([*sparse, *short, *long])
    key = lambda row: (row["series"], row["timestamp"])  # noqa: E731 - a sort key
    assert sorted(together, key=key) == sorted(turned, key=key)
    for name, rows in (("long", long), ("short", short), ("office", sparse)):
        alone = command(rows)
        assert alone == [row for row in together if row["series"] == name]
        assert command([*long, *short, *sparse], series=[name]) == alone


@pytest.mark.parametrize(("weeks", "is_open"), [((0, 2, 4), True), ((1, 5), False)])
def test_a_slot_is_open_with_rows_in_half_of_the_weeks(command, weeks, is_open):
    office = [row for row in lines() if "08:00" <= row[17:22] < "18:00"]
    evenings = [f"calls,{date(2026, 1, 7) + timedelta(days=7 * week)}T20:00,30" for week in weeks]
    rows = command([*office, *evenings])
    wednesday = next(row for row in rows if row["timestamp"] == "2026-02-18T20:00")
    assert (float(wednesday["mean"]) > 0) == is_open
    assert [row for row in rows if row["timestamp"][11:] == "20:00" and float(row["mean"])] == (
        [wednesday] if is_open else []
    )


def test_the_weeks_used_decide_what_is_open(command):
    """Evenings that stopped before the window, or begin after the origin, are closed."""
    rows = [
        row for row in lines(first="2025-12-01T00:00", days=98) if "08:00" <= row[17:22] < "18:00"
    ]
    before = [f"calls,{at:%Y-%m-%dT20:00},9" for at in stamps("2025-12-01T00:00", 35, 1440)]
    after = [f"calls,{at:%Y-%m-%dT20:00},9" for at in stamps("2026-02-16T00:00", 21, 1440)]
    found = command([*rows, *before, *after], history_days=42)
    assert not any(float(row["mean"]) for row in found if row["timestamp"].endswith("20:00"))
    assert any(float(row["mean"]) for row in found if row["timestamp"].endswith("10:00"))


def test_absent_rows_of_an_open_slot_are_missing(command):
    gap = {f"2026-02-0{day}" for day in (3, 4, 5)}
    kept = [row for row in lines() if row[6:16] not in gap]
    blank = [row if row[6:16] not in gap else row[:23] for row in lines()]
    assert command(kept) == command(blank)
    assert np.mean(numbers(command(kept)[: 5 * 24])) == pytest.approx(20, rel=0.1)


def test_several_origins_are_as_many_runs(command):
    given = ("2026-02-16T00:00", "2026-02-02T12:00", "2026-02-09T18:00")
    together = command(lines(), origin=given, days=3)
    apart = [row for origin in given for row in command(lines(), origin=(origin,), days=3)]
    assert together == apart


def test_a_window_may_begin_in_mid_day(command):
    """42 days before noon: the morning of the first day does not count."""
    first = [f"calls,2026-01-05T{hour:02d}:00,900" for hour in range(12)]
    rest = [row for row in lines(days=43) if not row.startswith("calls,2026-01-05T0")
            and row[6:16] + row[17:19] not in {"2026-01-0510", "2026-01-0511"}]  # fmt: skip
    options = {"origin": ("2026-02-16T12:00",), "history_days": 42, "days": 3}
    assert command([*first, *rest], **options) == command(rest, **options)


@pytest.mark.parametrize("minutes", [5, 90, 120, 480, 720])
def test_any_divisor_of_a_day_is_an_interval(command, minutes):
    rows = command(lines(minutes=minutes, mean=6), interval=minutes, days=2)
    assert len(rows) == 2 * 1440 // minutes
    assert {row["flag"] for row in rows} == {"ok"}


@pytest.mark.parametrize(("fine", "interval"), [(5, 30), (15, 60), (60, 1440), (30, 480)])
def test_finer_rows_are_summed(command, fine, interval):
    rows = lines(minutes=fine, mean=5, days=35)
    summed = {}
    for row in rows:
        at = datetime.fromisoformat(row.split(",")[1])
        start = at.replace(hour=0, minute=0) + timedelta(
            minutes=(at.hour * 60 + at.minute) // interval * interval
        )
        summed[start] = summed.get(start, 0) + int(row.split(",")[2])
    whole = [f"calls,{at:%Y-%m-%dT%H:%M},{volume}" for at, volume in summed.items()]
    options = {"interval": interval, "origin": ("2026-02-09T00:00",), "days": 2}
    assert command(rows, **options) == command(whole, **options)


def read_folded(tmp_path, rows, *, interval=60, zone="UTC", **options):
    """The one series of a file on its intervals, and the file."""
    found = read(tmp_path, rows, interval=interval, zone=zone, **options)
    (series,) = found.series
    tz = ZoneInfo(zone)
    days = len(series.volumes)
    return folded(series, first_date=series.first_date, days=days, interval_minutes=interval, tz=tz)


def read(tmp_path, rows, *, interval=60, zone="UTC", header=HEADER):
    path = tmp_path / "read.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_history_file(path, interval_minutes=interval, tz=ZoneInfo(zone))


def test_handle_times_are_weighted_by_volume(tmp_path):
    rows = [
        "a,2026-01-05T09:00,1,100", "a,2026-01-05T09:15,3,300", "a,2026-01-05T09:30,0,9999",
        "a,2026-01-05T09:45,4,", "a,2026-01-05T10:00,2,50", "a,2026-01-05T10:15,,700",
        "a,2026-01-05T10:30,1,70", "a,2026-01-05T10:45,1,70", "a,2026-01-05T11:00,2,80",
        "a,2026-01-05T11:15,2,80", "a,2026-01-05T11:30,2,80", "a,2026-01-05T12:00,0,5",
        "a,2026-01-05T12:15,0,5", "a,2026-01-05T12:30,0,5", "a,2026-01-05T12:45,0,5",
    ]  # fmt: skip
    file = read(tmp_path, rows, header=HEADER + ",aht")
    series = folded(
        file.series[0], first_date=date(2026, 1, 5), days=1, interval_minutes=60,
        tz=ZoneInfo("UTC"), step_slots=np.ones((7, 96), dtype=bool),
    )  # fmt: skip
    assert series.volumes[0, 9:13] == pytest.approx([8, math.nan, math.nan, 0], nan_ok=True)
    assert series.aht_seconds[0, 9:13] == pytest.approx(
        [250, math.nan, math.nan, math.nan], nan_ok=True
    )
    assert series.has_row[0, 8:14].tolist() == [False, True, True, True, True, False]


def test_closed_minutes_need_no_rows(command):
    """Five-minute rows until five past nine: the day and its last hour are whole."""
    rows = [row for row in lines(minutes=5, mean=4) if "07:00" <= row[17:22] <= "21:00"]
    hourly = command(rows)
    last = [float(row["mean"]) for row in hourly if row["timestamp"].endswith("21:00")]
    assert np.mean(last[:5]) == pytest.approx(4, rel=0.3)
    daily = command(rows, interval=1440)
    assert np.mean(numbers(daily)[:5]) == pytest.approx(169 * 4, rel=0.05)
    gap = [row for row in rows if row[6:22] != "2026-02-11T10:05"]
    whole_hour = [row for row in rows if row[6:19] != "2026-02-11T10"]
    assert command(gap) == command(whole_hour)
    whole_day = [row for row in rows if row[6:16] != "2026-02-11"]
    assert command(gap, interval=1440) == command(whole_day, interval=1440)


CHANGES = [
    ("Asia/Jerusalem", "1999-04-02", "02:00", "1999-09-03", "01:00"),
    ("Australia/Melbourne", "2015-10-04", "02:00", "2015-04-05", "02:00"),
    ("Europe/London", "2018-03-25", "01:00", "2018-10-28", "01:00"),
    ("America/New_York", "2016-03-13", "02:00", "2016-11-06", "01:00"),
]


@pytest.mark.parametrize(("zone", "spring", "skipped", "autumn", "repeated"), CHANGES)
def test_a_repeated_label_stands_for_both_hours(tmp_path, zone, spring, skipped, autumn, repeated):
    hour = int(repeated[:2])
    day = [f"a,{autumn}T{at:02d}:{minute},5" for at in range(24) for minute in ("00", "30")]
    once = read_folded(tmp_path, day, zone=zone, interval=30).volumes
    second = [f"a,{autumn}T{repeated[:2]}:{minute},7" for minute in ("00", "30")]
    twice = read_folded(tmp_path, [*day, *second], zone=zone, interval=30).volumes
    assert once[0].tolist() == [5.0] * 48
    assert twice[0, 2 * hour : 2 * hour + 2].tolist() == [12.0, 12.0]
    daily = read_folded(tmp_path, [*day, *second], zone=zone, interval=1440).volumes
    assert daily.tolist() == [[48 * 5 + 14.0]]
    with pytest.raises(ValueError, match=r"stand twice .*\(line 52\)"):
        read(tmp_path, [*day, *second, second[1]], zone=zone, interval=30)
    with pytest.raises(ValueError, match=r"stand twice .*\(line 50\)"):
        read(tmp_path, [*day, f"a,{autumn}T05:00,7"], zone=zone, interval=30)


@pytest.mark.parametrize(("zone", "spring", "skipped", "autumn", "repeated"), CHANGES)
def test_rows_of_a_skipped_label_are_ignored(tmp_path, zone, spring, skipped, autumn, repeated):
    day = [f"a,{spring}T{at:02d}:00,5" for at in range(24)]
    found = read(tmp_path, day, zone=zone)
    line = 2 + int(skipped[:2])
    assert found.warnings == (
        f"Rows of 'a' in an hour that the clock skipped were ignored (line {line}).",
    )
    assert not found.series[0].has_row[0, int(skipped[:2])]
    daily = read_folded(tmp_path, day, zone=zone, interval=1440)
    assert daily.volumes.tolist() == [[23 * 5.0]]


@pytest.mark.parametrize(("zone", "spring", "skipped", "autumn", "repeated"), CHANGES)
def test_forecasts_of_clock_changes(command, zone, spring, skipped, autumn, repeated):
    for day, label, times in ((spring, skipped, 0), (autumn, repeated, 2)):
        origin = datetime.fromisoformat(day)
        first = origin - timedelta(days=42)
        history = lines(first=first.isoformat(timespec="minutes"), mean=40)
        rows = command(history, zone=zone, origin=(f"{day}T00:00",), days=8)
        assert [row["timestamp"] for row in rows] == [
            f"{at:%Y-%m-%dT%H:%M}" for at in stamps(day, 8)
        ]
        means = {row["timestamp"]: float(row["mean"]) for row in rows}
        week_later = f"{(origin + timedelta(days=7)).date()}T{label}"
        assert means[f"{day}T{label}"] == pytest.approx(times * means[week_later], rel=0.1)
        changed = next(row for row in rows if row["timestamp"] == f"{day}T{label}")
        assert times or {changed[name] for name in ("mean", "q0.1", "q0.5", "q0.9")} == {"0"}


def test_today_counts_the_hours_of_a_repeated_label(command):
    """Noon of the 25-hour day: the doubled hour of the morning is no surge."""
    history = lines(first="2026-09-13T00:00", days=42, mean=40)
    morning = [
        f"calls,2026-10-25T{hour:02d}:00,{20 * (2 if hour == 1 else 1)}" for hour in range(12)
    ]
    options = {"zone": "Europe/London", "origin": ("2026-10-25T12:00",), "days": 1}
    changed = numbers(command([*history, *morning], **options))
    plain = [row[:23] + "20" for row in morning]
    usual = numbers(command([*history, *plain], **options | {"zone": "UTC"}))
    assert sum(changed) == pytest.approx(sum(usual), rel=0.02)


def test_every_number_is_finite_and_quantiles_rise(command):
    rows = command(
        [*lines(series="busy", mean=300), *lines(series="rare", mean=0.02, seed=5)],
        quantiles="0.99,0.5,0.01,.25,0.750", days=60,
    )  # fmt: skip
    columns = ["q0.01", "q.25", "q0.5", "q0.750", "q0.99"]
    assert list(rows[0])[3:] == ["mean", "q0.99", "q0.5", "q0.01", "q.25", "q0.750", "flag"]
    for row in rows:
        values = [float(row[name]) for name in columns]
        assert values == sorted(values)
        assert all(math.isfinite(value) and value >= 0 for value in [*values, float(row["mean"])])


def test_eighteen_months_from_three_years(command):
    rows = command(
        lines(first="2023-01-02T00:00", days=1095), origin=("2026-01-01T00:00",), days=548
    )
    assert len(rows) == 548 * 24
    assert rows[-1]["timestamp"] == "2027-07-02T23:00"
    assert {row["flag"] for row in rows} == {"ok"}
    assert np.mean(numbers(rows)) == pytest.approx(20 * 6 / 7, rel=0.1)


@pytest.mark.parametrize(
    ("rows", "flag"),
    [
        (["calls,2026-01-05T10:00,3"], "refused: "),
        (
            ["calls,2026-02-15T10:00,"],
            "refused: No open interval of the history has a known volume.",
        ),
        (lines(days=1, first="2026-02-15T00:00"), "refused: At least 14 days"),
    ],
)
def test_a_series_without_enough_history_has_one_row_without_numbers(command, rows, flag, tmp_path):
    with pytest.raises(SystemExit) as caught:
        command(rows)
    assert caught.value.code == 2
    (row,) = csv.DictReader((tmp_path / "forecast.csv").read_text().splitlines())
    assert row["flag"].startswith(flag)
    assert [row[name] for name in ("timestamp", "mean", "q0.1", "q0.5", "q0.9")] == [""] * 5
    assert (row["origin"], row["series"]) == ("2026-02-16T00:00", "calls")


def test_an_origin_before_all_rows_is_refused(command):
    with pytest.raises(SystemExit) as caught:
        command(lines(), origin=("2025-06-01T00:00",))
    assert caught.value.code == 2


def test_one_forecast_series_is_enough_for_success(command):
    rows = command([*lines(series="b"), "a,2026-02-15T10:00,3"])
    assert [row["series"] for row in rows].count("a") == 1


def test_fourteen_days_are_thin(command):
    rows = command(lines(first="2026-02-02T00:00", days=14))
    assert {row["flag"] for row in rows} == {"thin"}


def test_a_queue_of_zeros_is_constant(command):
    rows = command([row[:23] + "0" for row in lines()])
    assert {(row["flag"], row["mean"], row["q0.9"]) for row in rows} == {("constant", "0", "0")}


def test_open_intervals_have_a_handle_time_and_closed_ones_none(command):
    office = [row for row in lines(mean=0.3) if "08:00" <= row[17:22] < "18:00"]
    known = [f"{row},{'' if index % 3 else 200 + index % 7}" for index, row in enumerate(office)]
    rows = command(known, header=HEADER + ",aht")
    for row in rows:
        if "08:00" <= row["timestamp"][11:] < "18:00":
            assert 190 < float(row["aht"]) < 220
        else:
            assert (row["aht"], row["mean"], row["q0.9"]) == ("", "0", "0")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lines(minutes=1440, days=60), "coarser than --interval 60 (lines 2, 3, 4, 5, 6 and 55 more)"),
        (lines(minutes=120), "coarser than --interval 60 (lines 2, 3, 4, 5, 6 and 499 more)"),
        ([row.replace(":00,", ":20,") for row in lines()], "off the grid of 60 minutes (lines 2, 3,"),
        ([*lines(), "calls,2026-02-15T10:00:30,1"], "off the grid of 60 minutes (line 1010)"),
        ([*lines(), "calls,2026-02-15 10:00:00,1"], "stand twice for one interval (line 1010)"),
        ([*lines(), "calls,2026-02-16T10:00+0100,1"], "carry no offset (line 1010)"),
        ([*lines(), "calls,2026-02-16T10:00:00-05:00,1"], "carry no offset (line 1010)"),
        ([*lines(), "calls,2026-02-16,1"], "Expected timestamps like 2018-05-07T09:30 (line 1010)"),
        ([*lines(), "calls,,1"], "Expected timestamps like 2018-05-07T09:30 (line 1010)"),
        ([*lines(), ",2026-02-16T10:00,1"], "needs the name of its series (line 1010)"),
        ([*lines(), 'calls,2026-02-16T10:00,"1,5"'], "Expected a number in volume (line 1010)"),
        ([*lines(), "calls,2026-02-16T10:00,-inf"], "Expected a number in volume (line 1010)"),
        ([*lines(), "calls,2026-02-16T10:00,1,2,3"], "more fields than the header; quote numbers and names that hold a comma (line 1010)"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_with_its_first_lines(command, rows, words):
    assert words in refusal(command, rows)


def test_a_negative_handle_time_is_refused(command):
    rows = [f"{row},{-1 if index == 3 else 60}" for index, row in enumerate(lines())]
    assert "A negative aht is refused (line 5)" in refusal(command, rows, header=HEADER + ",aht")


def test_a_file_of_nothing_is_refused(command, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(CommandError, match=r"empty\.csv holds no rows"):
        call_command("forecast_file", str(empty), "--origin=2026-02-16T00:00", interval=60,
                     timezone="UTC", days=1, out=tmp_path / "out.csv")  # fmt: skip


def test_blank_lines_are_no_rows_but_count_as_lines(command):
    rows = lines()
    assert command([*rows[:100], "", ",,", *rows[100:]]) == command(rows)
    assert "(line 104)" in refusal(command, [*rows[:100], "", ",,", "x,y,z", *rows[100:]])


def test_the_core_offers_the_same_on_arrays(command):
    """One documented function on arrays gives the command's numbers."""
    rows = lines(days=42)
    written = command(rows, quantiles="0.1,0.9", days=7)
    offered = np.array([float(row.split(",")[2]) for row in rows]).reshape(1, 42, 24)
    slots = open_slots(np.isfinite(offered[0]))
    result = forecast(
        history=HistoryData(
            offered=offered,
            open_mask=np.broadcast_to(slots[np.arange(42) % 7], offered.shape),
            first_date=date(2026, 1, 5),
            interval_minutes=60,
        ),
        horizon=HorizonData(open_mask=slots[None, np.arange(42, 49) % 7]),
        params=ForecastParams(quantiles=(0.1, 0.9)),
    )
    assert numbers(written) == pytest.approx(result.mean[0].ravel(), abs=1e-4)
    assert numbers(written, "q0.9") == pytest.approx(result.quantiles[1, 0].ravel(), abs=1e-4)
    assert result.outcomes[0].flag == "ok"


def test_a_million_rows_are_read_in_seconds(tmp_path):
    count = 3 * 365 * 96
    at = np.datetime_as_string(np.datetime64("2022-01-01T00:00") + 15 * np.arange(count), unit="m")
    path = tmp_path / "big.csv"
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for name in range(10):
            file.write("\n".join(f"q{name},{text},{index % 50}" for index, text in enumerate(at)))
            file.write("\n")
    begun = os.times()
    found = read_history_file(path, interval_minutes=15, tz=ZoneInfo("Europe/London"))
    used = os.times().user - begun.user
    assert len(found.series) == 10
    assert found.series[9].volumes.shape == (3 * 365, 96)
    assert used < 12


@pytest.mark.parametrize("origin", ["2026-01-17T00:00", "2026-01-18T00:00", "2026-01-19T00:00"])
def test_two_working_weeks_are_enough_from_any_day_of_the_weekend(command, origin):
    """Closed days before the first row belong to the two weeks."""
    rows = [row for row in lines(days=14) if datetime.fromisoformat(row[6:22]).weekday() < 5]
    found = command(rows, origin=(origin,), history_days=14)
    assert {row["flag"] for row in found} == {"thin"}
    assert sum(numbers(found)) > 1000


def test_twelve_days_of_a_queue_that_never_closes_are_still_too_few(command):
    rows = lines(days=12) + lines(series="other", first="2025-12-01T00:00", days=47)
    found = command(rows, origin=("2026-01-17T00:00",))
    refused = next(row for row in found if row["series"] == "calls")
    assert refused["flag"].startswith("refused: At least 14 days of history are needed, 12")


@pytest.mark.parametrize("volume", ["1e13", "1e200"])
def test_volumes_beyond_all_measure_are_refused(command, volume):
    rows = lines()
    rows[7] = rows[7].rsplit(",", 1)[0] + f",{volume}"
    assert "No volume can be larger than 1e+12 (line 9)" in refusal(command, rows)
