"""The command that forecasts a file: what it takes, what it refuses, what it writes."""

import numpy as np
import pytest

from tests.forecasting.files import HEADER, lines, numbers, refusal, stamps


def test_every_label_of_the_horizon_is_written_in_order(command):
    rows = command(
        [*lines(series="b"), *lines(series="a", seed=2)],
        origin=("2026-02-16T00:00", "2026-02-09T00:00"),
    )
    assert list(rows[0]) == [
        "origin",
        "series",
        "timestamp",
        "mean",
        "q0.1",
        "q0.5",
        "q0.9",
        "flag",
    ]
    heads = list(dict.fromkeys((row["origin"], row["series"]) for row in rows))
    assert heads == [
        ("2026-02-16T00:00", "b"), ("2026-02-16T00:00", "a"),
        ("2026-02-09T00:00", "b"), ("2026-02-09T00:00", "a"),
    ]  # fmt: skip
    first = [row["timestamp"] for row in rows[: 7 * 24]]
    assert first == [f"{at:%Y-%m-%dT%H:%M}" for at in stamps("2026-02-16T00:00", 7)]
    assert {row["flag"] for row in rows} == {"ok"}


def test_numbers_are_sane(command):
    rows = command(lines(days=56), origin=("2026-03-02T00:00",))
    assert np.mean(numbers(rows[: 5 * 24])) == pytest.approx(20, rel=0.08)
    assert np.mean(numbers(rows[5 * 24 :])) == pytest.approx(10, rel=0.1)
    for row in rows:
        assert 0 <= float(row["q0.1"]) <= float(row["q0.5"]) <= float(row["q0.9"])


def test_same_input_same_bytes(command):
    command(lines())
    first = command.bytes
    command(lines())
    assert command.bytes == first


def test_order_bom_gzip_and_other_columns_change_nothing(command):
    plain = command(lines())
    shuffled = [f"{row},ignored" for row in reversed(lines())]
    packed = command(shuffled, header=HEADER + ",note", name="h.csv.gz", encoding="utf-8-sig")
    assert packed == plain


def test_only_rows_before_the_origin_and_within_the_history_count(command):
    plain = command(lines(days=42), history_days=42)
    longer = [*lines(first="2025-12-01T00:00", days=35, mean=300, seed=5), *lines(days=42)]
    later = lines(first="2026-02-16T00:00", days=14, mean=900, seed=6)
    assert command([*longer, *later], history_days=42) == plain


def test_finer_rows_are_summed_and_a_partly_filled_interval_is_missing(command):
    fine = lines(minutes=15, mean=5)
    whole = command(fine)
    assert np.mean(numbers(whole[: 5 * 24])) == pytest.approx(20, rel=0.1)
    at = "2026-02-13T10:15"
    partly = command([row for row in fine if at not in row])
    missing = command([row for row in fine if "2026-02-13T10:" not in row])
    blank = command([f"calls,{at},NaN" if at in row else row for row in fine])
    assert partly == missing == blank


def test_a_slot_without_rows_in_half_of_the_weeks_is_closed(command):
    opened = [row for row in lines() if "08:00" <= row[17:22] < "18:00"]
    once = "calls,2026-02-11T20:00,50"
    rows = command([*opened, once])
    by_label = {}
    for row in rows:
        by_label.setdefault(row["timestamp"][11:], []).append(float(row["mean"]))
    assert {label for label, means in by_label.items() if any(means)} == {
        f"{hour:02d}:00" for hour in range(8, 18)
    }
    closed = next(row for row in rows if row["timestamp"].endswith("20:00"))
    assert (closed["mean"], closed["q0.9"]) == ("0", "0")


def test_rows_of_zero_are_open(command):
    rows = command([row if "03:00" not in row else row[:23] + "0" for row in lines()])
    night = [row for row in rows if row["timestamp"].endswith("03:00")]
    assert all(float(row["mean"]) < 0.5 for row in night)


def test_aht_is_written_only_when_given_and_empty_when_closed(command):
    opened = [row for row in lines(aht=240) if "08:00" <= row[17:22] < "18:00"]
    rows = command(opened, header=HEADER + ",aht")
    noon = next(row for row in rows if row["timestamp"].endswith("12:00"))
    night = next(row for row in rows if row["timestamp"].endswith("02:00"))
    assert (noon["aht"], night["aht"]) == ("240", "")


def test_an_origin_in_mid_day_begins_there_and_ends_at_midnight(command):
    rows = command([*lines(), *lines(first="2026-02-16T00:00", days=1, mean=40, seed=3)],
                   origin=("2026-02-16T12:00",), days=2)  # fmt: skip
    assert (rows[0]["timestamp"], rows[-1]["timestamp"]) == ("2026-02-16T12:00", "2026-02-17T23:00")
    usual = command(lines(), days=2)
    assert sum(numbers(rows[:12])) > 1.2 * sum(numbers(usual[12:24]))


def test_days_of_a_clock_change_have_every_label(command):
    rows = command(
        lines(first="2026-02-16T00:00"), zone="Europe/London", origin=("2026-03-28T00:00",), days=2
    )
    assert len(rows) == 48
    spring = rows[24:]
    assert (spring[1]["timestamp"], spring[1]["mean"]) == ("2026-03-29T01:00", "0")
    autumn = command(
        lines(first="2026-09-14T00:00"), zone="Europe/London", origin=("2026-10-25T00:00",), days=1
    )
    assert float(autumn[1]["mean"]) == pytest.approx(2 * float(autumn[2]["mean"]), rel=0.35)


def test_a_repeated_hour_may_stand_twice_and_a_skipped_one_is_ignored(command):
    zone = {"zone": "Europe/London", "origin": ("2026-11-09T00:00",)}
    rows = lines(first="2026-09-28T00:00")
    twice = command([*rows, "calls,2026-10-25T01:00,9"], **zone)
    summed = command(
        [f"{row[:23]}{int(row[23:]) + 9}" if "2026-10-25T01:00" in row else row for row in rows],
        **zone,
    )
    assert twice == summed
    spring = lines(first="2026-03-02T00:00")
    command(spring, zone="Europe/London", origin=("2026-04-13T00:00",))
    assert (
        "Rows of 'calls' in an hour that the clock skipped were ignored (line 651)"
        in command.stderr
    )


@pytest.mark.parametrize("interval", [15, 1440])
def test_quarter_hours_and_days(command, interval):
    rows = command(lines(minutes=interval, mean=30), interval=interval, days=3)
    assert len(rows) == 3 * 1440 // interval


def test_flags(command):
    rows = command([
        *lines(series="good"), *lines(series="thin", first="2026-01-30T00:00", days=17),
        *[row.rsplit(",", 1)[0] + ",4" for row in lines(series="flat")],
        *lines(series="short", first="2026-02-08T00:00", days=8),
        *[row.rsplit(",", 1)[0] + "," for row in lines(series="blank")],
    ])  # fmt: skip
    flags = {row["series"]: row["flag"] for row in rows}
    assert flags == {
        "good": "ok", "thin": "thin", "flat": "constant",
        "short": "refused: At least 14 days of history are needed, 8 were found.",
        "blank": "refused: No open interval of the history has a known volume.",
    }  # fmt: skip
    refused = [row for row in rows if row["series"] == "short"]
    assert [(row["mean"], row["q0.5"]) for row in refused] == [("", "")]
    assert {row["mean"] for row in rows if row["series"] == "flat"} == {"4"}


def test_only_refusals_exit_with_2(command):
    with pytest.raises(SystemExit) as caught:
        command(lines(days=5), origin=("2026-01-10T00:00",))
    assert caught.value.code == 2


def test_series_and_quantiles_can_be_chosen(command):
    rows = command([*lines(series="a"), *lines(series="b")], series=["b"], quantiles="0.9,0.25")
    assert {row["series"] for row in rows} == {"b"}
    assert list(rows[0])[4:6] == ["q0.9", "q0.25"]
    assert all(float(row["q0.25"]) <= float(row["q0.9"]) for row in rows)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("calls,2026-02-15T23:00,5", "stand twice for one interval (line 1010)"),
        ("calls,2026-02-16T10:07,5", "lie off the grid of 60 minutes (line 1010)"),
        ("calls,2026-02-16T10:00,-1", "A negative volume is refused (line 1010)"),
        ("calls,2026-02-16T10:00,many", "Expected a number in volume (line 1010)"),
        ("calls,2026-02-16T10:00,inf", "Expected a number in volume (line 1010)"),
        ("calls,2026-02-16T10:00Z,5", "carry no offset (line 1010)"),
        ("calls,2026-02-16T10:00+01:00,5", "carry no offset (line 1010)"),
        ("calls,16.02.2026 10:00,5", "Expected timestamps like 2018-05-07T09:30 (line 1010)"),
        ("calls,2026-02-30T10:00,5", "no dates of the calendar (line 1010)"),
    ],
)
def test_rows_that_break_a_rule_are_refused_with_their_line(command, row, words):
    assert words in refusal(command, [*lines(), row])


def test_the_first_five_lines_are_named(command):
    bad = [f"calls,2026-02-16T{hour:02d}:00,-1" for hour in range(7)]
    sentence = refusal(command, [*lines(), *bad])
    assert "(lines 1010, 1011, 1012, 1013, 1014 and 2 more)" in sentence


def test_coarser_rows_are_refused(command):
    assert "coarser than --interval 30" in refusal(command, lines(), interval=30)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zone": "Mars/Olympus"}, "is no IANA time zone"),
        ({"origin": ("2026-02-16T00:30",)}, "on the 60-minute grid"),
        ({"origin": ("2026-02-16T00:00Z",)}, "no offset"),
        ({"interval": 7}, "divides a day"),
        ({"days": 0}, "--days >= 1"),
        ({"history_days": 0}, "--history-days >= 1"),
        ({"quantiles": "0.5,1.5"}, "between 0 and 1"),
        ({"quantiles": "0.5,0.50"}, "without repeats"),
        ({"quantiles": ","}, "at least one quantile"),
        ({"series": ["sales"]}, "holds no series 'sales'"),
        ({"drivers": "claims.csv"}, "There is no file claims.csv"),
        ({"holidays": "ZZ"}, "'ZZ' is no country of the national calendars"),
        ({"holidays": "US-QQ"}, "US has no subdivision 'QQ'"),
        ({"holidays": ","}, "Expected a country such as GB"),
        ({"quantiles": "0.1,median"}, "between 0 and 1 such as 0.1,0.5,0.9, got 'median'"),
        ({"quantiles": "nan"}, "got 'nan'"),
        ({"origin": ("2026-02-30T00:00",)}, "is no date and time of the calendar"),
        ({"origin": ("16.02.2026",)}, "Expected an --origin like 2018-05-07T00:00"),
        ({"interval": 1440, "origin": ("2026-02-16T06:00",)}, "on the 1440-minute grid"),
        ({"interval": 0}, "divides a day"),
        ({"header": "series,when,volume"}, "lacks timestamp"),
        ({"name": "h.csv.gz", "encoding": "utf-16"}, "cannot be read as a UTF-8 CSV file"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(command, options, words):
    assert words in refusal(command, lines(), **options)


def test_an_empty_file_is_refused(command):
    assert "holds no rows" in refusal(command, [])
