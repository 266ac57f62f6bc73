"""Files and options that a stranger may try: each ends in numbers or in a sentence that is true."""

import gzip
import os
import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.forecasting.files import HEADER, lines, numbers, refusal, stamps
from tests.forecasting.test_forecast_file_rules import manage

ENDED = (
    "From 2025-06-01 to 2026-02-16 no time of any weekday has a row in at least half of the weeks, "
    "so none counts as open; the last row is of 2025-07-30."
)


@pytest.mark.parametrize(
    ("extra", "rows"),
    [
        (["5"], [3]),
        (["5"], [0, 1, 2, 3, 4, 5, 6]),
        (["", "5"], [2]),
        (["a", "b", "c"], [7, 9]),
    ],
)
def test_rows_with_more_fields_than_the_header_are_refused(command, extra, rows):
    given = [",".join([row, *extra]) if index in rows else row for index, row in enumerate(lines())]
    named = ", ".join(str(index + 2) for index in rows[:5])
    assert (
        f"more fields than the header; quote numbers and names that hold a comma (line{'s' * (len(rows) > 1)} {named}"
        in refusal(command, given)
    )


def test_a_decimal_comma_on_every_row_is_no_whole_number(command):
    assert "(lines 2, 3, 4, 5, 6 and 1003 more)" in refusal(
        command, [f"{row},5" for row in lines()]
    )


@pytest.mark.parametrize("commas", [",", ",,,"])
def test_commas_at_the_end_of_some_lines_say_nothing(command, commas):
    rows = [row + commas if index % 7 == 3 else row for index, row in enumerate(lines())]
    assert command(rows) == command(lines())


def test_a_column_that_stands_twice_is_refused(command):
    rows = [f"{row},1" for row in lines()]
    assert "names volume twice" in refusal(command, rows, header=HEADER + ",volume")
    assert command(rows, header=HEADER + ",note,note".replace(",note,note", ",note")) == command(
        lines()
    )


def test_semicolons_are_told_from_commas(command):
    rows = [row.replace(",", ";") for row in lines()]
    words = "lacks series, timestamp, volume; the names of its columns are separated by commas"
    assert words in refusal(command, rows, header=HEADER.replace(",", ";"))


def test_lines_are_those_of_the_file_where_a_field_goes_over_several(command):
    rows = [f'{row},"one\ntwo"' for row in lines()[:5]]
    rows.append("calls,2026-01-05T05:00,-1,")
    assert "negative volume is refused (line 12)" in refusal(command, rows, header=HEADER + ",note")


def test_a_blank_first_line_is_no_header(command):
    assert "The first line of history.csv must name its columns" in refusal(
        command, lines(), header=""
    )


@pytest.mark.parametrize("name", ["history.csv", "history.csv.gz"])
@pytest.mark.parametrize("packed", [True, False])
def test_compression_is_told_from_the_bytes(tmp_path, name, packed):
    source, out = tmp_path / name, tmp_path / "out.csv"
    data = "\r\n".join([HEADER, *lines()]).encode()
    source.write_bytes(gzip.compress(data) if packed else data)
    ended = manage(
        source,
        "--interval=60",
        "--timezone=UTC",
        "--origin=2026-02-16T00:00",
        "--days=1",
        f"--out={out}",
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(out.read_text().splitlines()) == 25


def test_names_are_the_same_with_blanks_around_them(command):
    rows = [
        f" {row}" if index % 3 else row.replace(",", " ,", 1) for index, row in enumerate(lines())
    ]
    assert command(rows) == command(lines()) == command(rows, series=[" calls "])


def test_an_unknown_series_is_refused_with_those_that_are_there(command):
    rows = [row for name in "abcdefg" for row in lines(series=name, days=1)]
    assert "no series 'x'; it holds 'a', 'b', 'c', 'd', 'e', …" in refusal(
        command, rows, series=["x"]
    )


@pytest.mark.parametrize("year", ["0000", "0201", "1026", "9999"])
def test_years_of_no_calendar_in_use_are_refused(command, year):
    sentence = refusal(command, [*lines(), f"calls,{year}-05-05T10:00,4"])
    assert re.search(r"(years 1900 to 2199|no dates of the calendar) \(line 1010\)", sentence)


@pytest.mark.parametrize("year", ["1926", "2108"])
def test_a_year_far_from_the_others_is_refused_at_once(command, year):
    before = os.times().user
    sentence = refusal(command, [*lines(), f"calls,{year}-05-05T10:00,4"])
    assert re.search(r"lie \d+ years apart; look at the year of these \(line 1010\)", sentence)
    assert os.times().user - before < 2


@pytest.mark.parametrize("origin", ["0001-01-01T00:00", "9999-12-31T00:00", "1899-12-31T00:00"])
def test_origins_of_no_calendar_in_use_are_refused(command, origin):
    assert f"--origin of the years 1900 to 2199, got {origin}" in refusal(
        command, lines(), origin=(origin,)
    )


def test_thirty_years_of_rows_use_ten(command):
    """More would only cost memory: days × days."""
    old = [f"calls,{at:%Y-%m-%dT%H:%M},900" for at in stamps("1996-01-05T00:00", 3000, 1440)]
    new = lines(first="2010-01-04T00:00", days=5887, minutes=1440)
    found = command([*old, *new], interval=1440)
    assert found == command(new, interval=1440, history_days=3653)
    assert found == command([*old, *new], interval=1440, history_days=100_000)


@pytest.mark.parametrize(
    ("rows", "options", "flag"),
    [
        (lines(), {"origin": ("2020-01-01T00:00",)}, "No row lies on a date before 2020-01-01."),
        (
            lines(), {"origin": ("2026-01-05T12:00",)},
            "No row lies on a date before 2026-01-05.",
        ),
        (
            lines(days=200, first="2025-06-01T00:00"), {"history_days": 42},
            "No row lies in the 42 days before 2026-02-16; the last one before them is of 2025-12-17.",
        ),
        (
            lines(days=60, first="2025-06-01T00:00"), {},
            ENDED,
        ),
        (
            ["calls,2017-02-05T10:00,4", *lines()], {},
            "From 2017-02-05 to 2026-02-16 no time of any weekday has a row",
        ),
        (
            [row.rsplit(",", 1)[0] + "," for row in lines()], {},
            "No open interval of the history has a known volume.",
        ),
        (lines(days=1, first="2026-02-15T00:00"), {}, "At least 14 days of history are needed, 1 was found."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_the_file_holds(command, tmp_path, rows, options, flag):
    """Beside a series that can be forecast, so that the output is written and read."""
    company = lines(series="other", first="2019-11-01T00:00", days=2300, minutes=1440)
    company = [
        f"{row[:16]}T{hour:02d}:00,{hour + index % 3}"
        for index, row in enumerate(company)
        for hour in (9, 10)
    ]
    company = [row.replace("calls", "other") for row in company]
    found = command([*rows, *company], **options)
    (refused,) = [row for row in found if row["series"] == "calls"]
    assert refused["flag"].startswith(f"refused: {flag}")
    assert [refused[name] for name in ("timestamp", "mean", "q0.1", "q0.9")] == [""] * 4


def test_one_origin_before_all_rows_does_not_hinder_the_others(command):
    found = command(lines(), origin=("2020-01-01T00:00", "2026-02-16T00:00"), days=1)
    assert [row["flag"] for row in found] == [
        "refused: No row lies on a date before 2020-01-01.", *["ok"] * 24,
    ]  # fmt: skip
    assert found[1:] == command(lines(), days=1)


def test_bytes_do_not_hang_on_hashes_or_optimization(tmp_path):
    source = tmp_path / "a.csv"
    rows = [row for name in ("b", "a", "c") for row in lines(series=name, seed=ord(name))]
    source.write_text("\n".join([HEADER, *rows]))
    written = set()
    for number, environment in enumerate(
        ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "77"}, {"PYTHONOPTIMIZE": "1"})
    ):
        out = tmp_path / f"{number}.csv"
        ended = manage(source, "--interval=60", "--timezone=Europe/London", "--origin=2026-02-16T00:00",
                       "--days=3", "--holidays=GB", f"--out={out}", **environment)  # fmt: skip
        assert ended.returncode == 0
        written.add(out.read_bytes())
    assert len(written) == 1


@pytest.mark.parametrize("quantiles", ["0.001,0.999", "0.999,0.001,0.5"])
def test_quantiles_far_out_are_finite_and_in_order(command, quantiles):
    for row in command(lines(mean=3), quantiles=quantiles):
        values = [float(row[f"q{text}"]) for text in sorted(quantiles.split(","))]
        assert values == sorted(values)
        assert np.isfinite(values).all()


LORD_HOWE = "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("interval", "repeated"), [(15, True), (30, True), (60, False), (1440, False)]
)
def test_half_an_hour_that_comes_twice(command, interval, repeated):
    """Half-hour rows of the day on which Lord Howe Island's clocks go back by thirty minutes."""
    first = datetime.fromisoformat("2026-04-05") - timedelta(days=35)
    step = min(interval, 30)
    rows = lines(first=f"{first:%Y-%m-%dT%H:%M}", days=42, minutes=step, mean=8)
    options = {"zone": LORD_HOWE, "interval": interval, "days": 1}
    later = command([*rows, "calls,2026-04-05T01:30,9"], origin=("2026-04-12T00:00",), **options)
    assert {row["flag"] for row in later} == {"ok"}
    line = len(rows) + 2
    assert f"stand twice for one interval (line {line})" in refusal(
        command, [*rows, "calls,2026-04-05T02:30,9"], origin=("2026-04-12T00:00",), **options
    )
    assert f"stand twice for one interval (line {line + 1})" in refusal(
        command, [*rows, *["calls,2026-04-05T01:30,9"] * 2], origin=("2026-04-12T00:00",), **options
    )
    changed = command(rows, origin=("2026-04-05T00:00",), **options)
    usual = numbers(later)
    ratio = [new / old for new, old in zip(numbers(changed), usual, strict=True)]
    doubled = [index for index, value in enumerate(ratio) if value > 1.5]
    assert doubled == (
        [index for index, row in enumerate(changed) if "01:30" <= row["timestamp"][11:] < "02:00"]
        if repeated
        else []
    )


@pytest.mark.parametrize(("zone", "day", "skipped"), [
    (LORD_HOWE, "2026-10-04", ("02:00",)), ("Europe/London", "2026-03-29", ("01:00", "01:30")),
    ("America/St_Johns", "2026-03-08", ("02:00", "02:30")), ("America/Havana", "2026-03-08", ("00:00", "00:30")),
    ("Asia/Kathmandu", "2026-03-29", ()),
])  # fmt: skip
def test_origins_in_and_around_a_skipped_hour(command, zone, day, skipped):
    first = datetime.fromisoformat(day) - timedelta(days=35)
    rows = lines(first=f"{first:%Y-%m-%dT%H:%M}", days=42, minutes=30)
    for start in ("00:00", "01:00", "01:30", "02:00", "02:30", "23:30"):
        found = command(rows, zone=zone, interval=30, origin=(f"{day}T{start}",), days=1)
        assert [row["timestamp"][11:] for row in found] == [
            label
            for label in [f"{at:%H:%M}" for at in stamps(day + "T00:00", 1, 30)]
            if label >= start
        ]
        zeros = [row["timestamp"][11:] for row in found if row["mean"] == "0"]
        assert zeros == [label for label in skipped if label >= start]
        assert ("that the clock skipped were ignored" in command.stderr) == bool(skipped)


@pytest.mark.parametrize("interval", [60, 1440])
def test_a_date_that_a_zone_left_out_is_skipped_whole(command, interval):
    """Samoa had no 30 December 2011."""
    rows = lines(first="2011-11-01T00:00", days=59, minutes=interval, mean=50)
    found = command(
        rows, zone="Pacific/Apia", interval=interval, origin=("2011-12-30T00:00",), days=2
    )
    half = len(found) // 2
    assert {row["mean"] for row in found[:half]} == {"0"}
    assert all(value > 10 for value in numbers(found[half:]))


def written_drivers(tmp_path, rows, header="driver,timestamp,value"):
    path = tmp_path / "drivers.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def test_drivers_of_series_that_are_not_asked_for_do_no_harm(command, tmp_path):
    rows = [*lines(series="a"), *lines(series="b", seed=2)]
    daily = [f"b,claims,{at:%Y-%m-%dT%H:%M},5" for at in stamps(days=42, minutes=1440)]
    path = written_drivers(tmp_path, daily, header="series,driver,timestamp,value")
    assert command(rows, series=["a"], drivers=path) == command(rows, series=["a"])
    assert command.stdout == ""
    path = written_drivers(tmp_path, [f"x{row}" for row in daily], "series,driver,timestamp,value")
    assert "they name 'xb'" in refusal(command, rows, drivers=path)


@pytest.mark.parametrize("year", ["1926", "2108"])
def test_a_driver_dated_far_from_its_other_rows_is_refused(command, tmp_path, year):
    daily = [f"claims,{at:%Y-%m-%dT%H:%M},5" for at in stamps(days=42, minutes=1440)]
    path = written_drivers(tmp_path, [*daily, f"claims,{year}-01-05T00:00,4"])
    sentence = refusal(command, lines(), drivers=path)
    assert re.search(r"driver 'claims' lie \d+ years apart; .*\(line 44\)", sentence)


def test_drivers_are_read_as_the_history_is(command, tmp_path):
    daily = [f"claims,{at:%Y-%m-%dT%H:%M},5" for at in stamps(days=42, minutes=1440)]
    plain = written_drivers(tmp_path, daily)
    command(lines(), drivers=plain)
    said = command.stdout
    blanks = [
        f"{' calls ' if index % 2 else 'calls'}, claims{row[6:]}" for index, row in enumerate(daily)
    ]
    command(lines(), drivers=written_drivers(tmp_path, blanks, "series,driver,timestamp,value"))
    assert command.stdout == said != ""
    wide = written_drivers(tmp_path, [f"{row},1" for row in daily])
    assert "more fields than the header" in refusal(command, lines(), drivers=wide)


def test_an_input_is_never_written_over(tmp_path):
    source = tmp_path / "history.csv"
    source.write_text("\n".join([HEADER, *lines()]))
    before = source.read_bytes()
    same = tmp_path / "." / "history.csv"
    ended = manage(source, "--interval=60", "--timezone=UTC", "--origin=2026-02-16T00:00",
                   "--days=1", f"--out={same}")  # fmt: skip
    assert (ended.returncode, source.read_bytes()) == (2, before)
    assert "is also read; name another file for --out" in ended.stderr
