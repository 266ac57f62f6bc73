"""`forecast_file` with national calendars and with drivers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.management import CommandError

from forecasting.computations.driver_file import read_driver_file
from forecasting.queries.national_calendars import national_calendar
from tests.forecasting.files import lines, numbers, stamps

DRIVER_HEADER = "driver,timestamp,value"


def names(code, first, last):
    calendar = national_calendar(code, first, last)
    return {f"{item.on_date:%m-%d}": item.kind for item in calendar.dates}


def test_holidays_come_by_country_and_subdivision():
    year = (date(2018, 11, 1), date(2018, 11, 30))
    assert names("US-NY", *year) == {
        "11-06": "Election Day", "11-11": "Veterans Day",
        "11-12": "Veterans Day (observed)", "11-22": "Thanksgiving Day",
    }  # fmt: skip
    assert names("US", *year).keys() == {"11-11", "11-12", "11-22"}
    assert names("GB-SCT,US", *year)["11-30"] == "Saint Andrew's Day"


def test_names_are_english_and_movable_feasts_keep_theirs():
    passovers = {
        year: [day for day, name in names("IL", date(year, 1, 1), date(year, 12, 31)).items()
               if name == "Pesach"]
        for year in (1999, 2000)
    }  # fmt: skip
    assert passovers == {1999: ["04-01"], 2000: ["04-20"]}


def test_a_free_weekday_in_lieu_is_not_the_holiday_itself():
    """Victoria's calendar of 2016 lists only 27 December as Christmas Day."""
    calendar = national_calendar("AU-VIC", date(2016, 12, 20), date(2016, 12, 31))
    assert [(item.on_date.day, item.kind, item.family) for item in calendar.dates] == [
        (25, "Christmas Day", "Christmas Day"), (26, "Boxing Day", "Boxing Day"),
        (27, "Christmas Day (observed)", "day off in lieu"),
    ]  # fmt: skip


def test_chinese_make_up_workdays_stand_for_the_weekdays_that_are_free():
    calendar = national_calendar("CN", date(2024, 2, 1), date(2024, 2, 29))
    assert {item.on_date.day: item.weekday for item in calendar.make_up} == {4: 3, 18: 4}
    assert [item.kind for item in calendar.dates][:2] == [
        "Spring Festival, day 1", "Spring Festival, day 2",
    ]  # fmt: skip
    assert [item.on_date.day for item in calendar.dates] == list(range(10, 18))


def test_years_that_one_chinese_calendar_lacks_come_from_the_other():
    calendar = national_calendar("CN", date(2027, 1, 1), date(2027, 12, 31))
    assert {item.family for item in calendar.dates} == {
        "New Year's Day", "Spring Festival", "Tomb-sweeping Day", "Labour Day",
        "Dragon Boat Festival", "Mid-autumn Festival", "National Day",
    }  # fmt: skip


def yearly_lines(first, days, *, quiet=(), mean=20, seed=1):
    """Hourly rows in which some dates bring a third."""
    rng = np.random.default_rng(seed)
    return [
        f"calls,{at:%Y-%m-%dT%H:%M},{rng.poisson(mean * (0.33 if at.date() in quiet else 1))}"
        for at in stamps(first, days)
    ]


def day_sums(rows):
    sums = {}
    for row in rows:
        sums[row["timestamp"][:10]] = sums.get(row["timestamp"][:10], 0) + float(row["mean"])
    return sums


def test_holidays_of_the_past_are_met_again(command):
    holidays = {
        item.on_date
        for item in national_calendar("GB-WLS", date(2023, 1, 1), date(2025, 1, 1)).dates
    }
    rows = yearly_lines("2023-01-01T00:00", 720, quiet=holidays)
    options = {"zone": "Europe/London", "origin": ("2024-12-20T00:00",), "days": 14}
    told = day_sums(command(rows, holidays="gb-wls", **options))
    untold = day_sums(command(rows, **options))
    for day in ("2024-12-25", "2024-12-26", "2025-01-01"):
        assert told[day] == pytest.approx(0.36 * 480, rel=0.2)
        assert untold[day] > 0.8 * 480
    assert told["2024-12-29"] == pytest.approx(480, rel=0.07)
    assert "hour that the clock skipped were ignored (lines 2019, 10923)" in command.stderr


def test_six_weeks_without_a_holiday_are_forecast_as_without_a_calendar(command):
    rows = lines(first="2026-02-02T00:00", days=42)
    options = {"origin": ("2026-03-16T00:00",), "days": 28}
    assert command(rows, holidays="US-NY", **options)  # Washington's Birthday lies in the past
    plain = command(rows, **options)
    assert command(rows, holidays="AU-WA", **options) != plain  # Labour Day on 2 March
    iceland = command(rows, holidays="IS", **options)
    assert [row["mean"] for row in iceland] == [row["mean"] for row in plain]
    wider = {
        row["timestamp"][:10]
        for row, other in zip(iceland, plain, strict=True)
        if float(row["q0.9"]) > float(other["q0.9"])
    }
    # Maundy Thursday, Good Friday, Easter Sunday and Monday: who never saw one cannot be sure.
    assert wider == {"2026-04-02", "2026-04-03", "2026-04-05", "2026-04-06"}


def test_make_up_workdays_are_open_like_the_weekday_they_replace(command):
    """Sunday 18 February 2024 is worked for Friday; an office is closed on other weekends."""
    office = [
        f"calls,{at:%Y-%m-%dT%H:%M},{20 + at.hour}"
        for at in stamps("2023-12-04T00:00", 63)
        if at.weekday() < 5 and 9 <= at.hour < 17
    ]
    options = {"zone": "Asia/Shanghai", "origin": ("2024-02-05T00:00",), "days": 14}
    rows = command(office, holidays="CN", **options)
    sums = day_sums(rows)
    assert sums["2024-02-11"] == 0
    assert sums["2024-02-18"] > 0
    assert day_sums(command(office, **options))["2024-02-18"] == 0
    longer = command(office, holidays="CN", **options | {"days": 20})
    by_label = {row["timestamp"]: row["mean"] for row in longer}
    for hour in range(24):
        assert by_label[f"2024-02-18T{hour:02d}:00"] == by_label[f"2024-02-23T{hour:02d}:00"]


@pytest.mark.parametrize("free", [0.1, 0.2])
def test_past_make_up_workdays_say_nothing_of_the_days_beside_holidays(command, free):
    """A worked Sunday beside the festival is no example of the workday after the next one."""
    first, days, ahead = date(2022, 1, 1), 745, 290
    calendar = national_calendar("CN", first, first + timedelta(days=days + ahead))
    rests = {item.on_date for item in calendar.dates}
    worked = {item.on_date for item in calendar.make_up}

    def due(day):
        if day in worked or (day.weekday() < 5 and day not in rests):
            return 1000
        return 1000 * (free if day in rests else 0.2)

    rng = np.random.default_rng(9)
    rows = [
        f"calls,{at:%Y-%m-%dT%H:%M},{rng.poisson(due(at.date()))}"
        for at in stamps(f"{first}T00:00", days, 1440)
    ]
    options = {"zone": "Asia/Shanghai", "origin": ("2024-01-16T00:00",), "days": ahead}
    sums = day_sums(command(rows, holidays="CN", interval=1440, **options))
    assert sums["2024-10-08"] == pytest.approx(1000, rel=0.1)  # the day after National Day
    for text, mean in sums.items():
        day = date.fromisoformat(text)
        if day.weekday() < 5 and day not in rests:
            assert mean == pytest.approx(1000, rel=0.15), text


def driver_rows(first="2025-06-02T00:00", days=300, *, seed=5, daily=True):
    rng = np.random.default_rng(seed)
    values = rng.gamma(2.0, 40.0, days) + 20
    return [
        f"claims,{at:%Y-%m-%dT%H:%M},{value:.0f}"
        for at, value in zip(stamps(first, days, 1440), values, strict=True)
    ]


def driven_lines(drivers, first="2025-06-02T00:00", days=259, *, series="calls", per_claim=0.5):
    """Hourly calls: a base of 60 a day and half a call per claim, two days later."""
    claims = [float(row.split(",")[2]) for row in drivers]
    rng = np.random.default_rng(9)
    found = []
    for index, day in enumerate(stamps(first, days, 1440)):
        mean = (60 + per_claim * claims[max(0, index - 2)]) / 12
        found += [
            f"{series},{day + timedelta(hours=hour):%Y-%m-%dT%H:%M},{rng.poisson(mean)}"
            for hour in range(8, 20)
        ]
    return found


@pytest.fixture
def with_drivers(command, tmp_path):
    """Run the command with a driver file of these rows."""

    def run(rows, drivers, *, header=DRIVER_HEADER, **options):
        path = tmp_path / "drivers.csv"
        path.write_text("\n".join([header, *drivers]) + "\n")
        return command(rows, drivers=path, **options)

    return run


def test_a_driver_known_ahead_moves_the_forecast(with_drivers, command):
    """A week of five times the claims after the origin brings its calls two days later."""
    drivers = driver_rows()
    history = driven_lines(drivers)
    origin, surge = "2026-02-16T00:00", [f"2026-02-{day}" for day in (17, 18, 19)]
    known = [f"{row},1" for row in drivers if row[7:17] < "2026-03-02"]
    more = [f"claims,{row[7:23]},700,1" if row[7:17] in surge else row for row in known]
    header = DRIVER_HEADER + ",known_ahead"
    options = {"header": header, "origin": (origin,), "days": 7}
    calm = day_sums(with_drivers(history, known, **options))
    assert "driver 'claims' kept. Each unit of claims brings 0." in command.stdout
    surging = day_sums(with_drivers(history, more, **options))
    assert surging["2026-02-20"] > 1.8 * calm["2026-02-20"]
    assert surging["2026-02-16"] == pytest.approx(calm["2026-02-16"], rel=0.01)
    hidden = [f"{row[:-1]}0" for row in more]
    unknown = with_drivers(history, hidden, **options)
    cut = [row for row in hidden if row[7:17] < "2026-02-16"]
    assert unknown == with_drivers(history, cut, **options)
    assert day_sums(unknown)["2026-02-20"] < 1.3 * calm["2026-02-20"]


def test_events_that_nobody_announces_count_in_the_mean(with_drivers):
    rng = np.random.default_rng(4)
    letters = (rng.random(259) < 0.08) * rng.gamma(4, 100, 259).round()
    letters[-7:] = 0
    drivers = [
        f"letters,{at:%Y-%m-%dT%H:%M},{value:.0f}"
        for at, value in zip(stamps("2025-06-02T00:00", 259, 1440), letters, strict=True)
    ]
    rows = with_drivers(
        driven_lines(drivers), drivers, origin=("2026-02-16T00:00",), days=28, quantiles="0.5"
    )
    due = 60 + 0.5 * letters.mean()
    assert due > 68
    assert sum(numbers(rows)) / 28 == pytest.approx(due, rel=0.05)
    assert sum(numbers(rows, "q0.5")) / 28 < 63


def test_a_driver_of_chance_is_left_out_and_said(with_drivers, command):
    history = lines(first="2025-11-03T00:00", days=105)
    rows = with_drivers(history, driver_rows("2025-11-03T00:00", 105), days=2)
    assert "driver 'claims' left out." in command.stdout
    assert rows == command(history, days=2)


def test_a_driver_belongs_to_its_series(with_drivers, command):
    drivers = driver_rows()
    history = [*driven_lines(drivers), *driven_lines(drivers, series="other")]
    own = [f"calls,{row},1" for row in drivers]
    rows = with_drivers(history, own, header="series,driver,timestamp,value,known_ahead", days=3)
    assert "'calls': driver 'claims' kept" in command.stdout
    assert "'other'" not in command.stdout
    assert [row for row in rows if row["series"] == "other"] == command(
        driven_lines(drivers, series="other"), days=3
    )


def at(day, hour=0):
    return datetime(2026, 1, day, hour)  # noqa: DTZ001 - wall clock


def drivers_of(tmp_path, rows, *, header=DRIVER_HEADER, zone="UTC"):
    path = tmp_path / "drivers.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return read_driver_file(path, tz=ZoneInfo(zone))


def by_day(found, origin, *, horizon_days=3):
    (rows,) = found.drivers
    values = rows.by_day(
        first=date(2026, 1, 5), days=(origin.date() - date(2026, 1, 5)).days, origin=origin,
        horizon_days=horizon_days,
    )  # fmt: skip
    return [None if np.isnan(value) else float(value) for value in values]


def test_a_driver_of_any_grain_is_summed_to_days(tmp_path):
    hourly = [f"mail,{at:%Y-%m-%dT%H:%M},2" for at in stamps("2026-01-05T00:00", 3)]
    found = drivers_of(tmp_path, hourly)
    assert by_day(found, at(7)) == [48, 48, None, None, None]
    # Half of today is no day yet.
    assert by_day(found, at(7, 12)) == [48, 48, None, None, None]
    daily = [f"mail,{at:%Y-%m-%dT%H:%M},{at.day}" for at in stamps("2026-01-05T00:00", 4, 1440)]
    assert by_day(drivers_of(tmp_path, daily), at(7, 12)) == [5, 6, 7, None, None]


def test_missing_values_and_days_stay_unknown(tmp_path):
    rows = ["mail,2026-01-05T00:00,4", "mail,2026-01-06T00:00,NaN", "mail,2026-01-08T00:00,-3"]
    assert by_day(drivers_of(tmp_path, rows), at(9)) == [
        4, None, None, -3, None, None, None,
    ]  # fmt: skip


def test_days_without_a_rare_event_are_zero(tmp_path):
    rows = [f"mailing,2026-01-{day:02d}T09:00,500,1" for day in (6, 16, 27)]
    found = drivers_of(tmp_path, rows, header=DRIVER_HEADER + ",known_ahead")
    values = by_day(found, at(26), horizon_days=4)
    assert values == [None, 500, *[0] * 9, 500, *[0] * 10, 500, 0, 0]


def test_clock_changes_count_in_drivers_too(tmp_path):
    spring = ["mail,2026-03-29T00:30,1", "mail,2026-03-29T01:30,9"]
    found = drivers_of(tmp_path, spring, zone="Europe/London")
    assert found.drivers[0].values.tolist() == [1]
    assert found.warnings == (
        "Rows of driver 'mail' in an hour that the clock skipped were ignored (line 3).",
    )
    autumn = ["mail,2026-10-25T01:30,1", "mail,2026-10-25T01:30,9"]
    assert drivers_of(tmp_path, autumn, zone="Europe/London").drivers[0].values.tolist() == [1, 9]


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        ([], DRIVER_HEADER, "drivers.csv holds no rows"),
        (["claims,2026-01-05T00:00"], "driver,timestamp", "lacks value"),
        (["claims,2026-01-05T00:00Z,1"], DRIVER_HEADER, "carry no offset (line 2)"),
        (["claims,5 January,1"], DRIVER_HEADER, "Expected timestamps like"),
        (["claims,2026-01-05T00:00,few"], DRIVER_HEADER, "Expected a number in value (line 2)"),
        ([",2026-01-05T00:00,1"], DRIVER_HEADER, "needs the name of its driver (line 2)"),
        (["a,2026-01-05T00:00,1"] * 2, DRIVER_HEADER, "stand twice for one time (line 3)"),
        (["a,2026-01-05T00:00,1,perhaps"], DRIVER_HEADER + ",known_ahead", "Expected 1 or 0"),
        (["x,a,2026-01-05T00:00,1"], "series," + DRIVER_HEADER, "they name 'x'"),
    ],
)
def test_a_driver_file_that_breaks_a_rule_is_refused(with_drivers, rows, header, words):
    with pytest.raises(CommandError) as caught:
        with_drivers(lines(), rows, header=header)
    assert words in str(caught.value)
    assert caught.value.returncode == 2


def test_holidays_and_drivers_together_give_the_same_bytes_twice(with_drivers, command):
    drivers = [f"{row},1" for row in driver_rows()]
    history = driven_lines(drivers)
    options = {"header": DRIVER_HEADER + ",known_ahead", "holidays": "US-NY", "days": 60}
    rows = with_drivers(history, drivers, **options)
    first = command.bytes
    with_drivers(history, drivers, **options)
    assert command.bytes == first
    for row in rows:
        values = [float(row[name]) for name in ("q0.1", "q0.5", "q0.9")]
        assert np.isfinite(values).all()
        assert values == sorted(values)
    assert min(numbers(rows)) >= 0


def test_days_after_the_origin_do_not_say_how_rare_a_driver_is(tmp_path):
    """Rows that are not known ahead change nothing, not even whether silent days are zeros."""
    past = [f"mail,2026-01-{day:02d}T00:00,{day},0" for day in range(5, 20)]
    later = [f"mail,2026-0{month}-01T00:00,9,0" for month in range(2, 9)]
    header = DRIVER_HEADER + ",known_ahead"
    cut, whole = (
        by_day(drivers_of(tmp_path, rows, header=header), at(22)) for rows in (past, past + later)
    )
    assert cut == whole
    assert whole[-5:] == [None] * 5


def test_a_driver_without_known_rows_is_unknown(tmp_path):
    later = [f"mail,2026-02-{day:02d}T00:00,5" for day in range(1, 9)]
    assert by_day(drivers_of(tmp_path, later), at(10)) == [None] * 8
