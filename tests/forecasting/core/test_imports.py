"""Cells and files as other systems write them."""

# ruff: noqa: DTZ001 - wall clocks without a zone are the subject

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.imports.fields import guess_columns, missing_columns
from forecasting.core.imports.queues import NamedQueues, QueueSpec
from forecasting.core.imports.rows import Findings, Mapping, Record, read_records
from forecasting.core.imports.sniff import (
    UnreadableText,
    find_header,
    sniff_date_order,
    sniff_decimal,
    sniff_delimiter,
    sniff_encoding,
)
from forecasting.core.imports.values import (
    UnreadableValue,
    parse_clock,
    parse_date,
    parse_moment,
    parse_number,
    parse_seconds,
)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12", ".", 12), (" 1 234 ", ".", 1234), ("1,234.5", ".", 1234.5), ("1.234,5", ",", 1234.5),
        ("1,5", ",", 1.5), ("1'234", ".", 1234), ("-3", ".", -3), ("1e3", ".", 1000), (".5", ".", 0.5),
        ("", ".", None), ("-", ".", None), ("N/A", ".", None), ("无", ".", None), ("1\u00a0234", ".", 1234),
    ],
)  # fmt: skip
def test_numbers(text, decimal, value):
    assert parse_number(text, decimal) == value


@pytest.mark.parametrize(
    ("text", "decimal"), [("five", "."), ("1,23", "."), ("1.2.3", "."), ("12,34.5", ",")]
)
def test_what_is_no_number_is_quoted(text, decimal):
    with pytest.raises(UnreadableValue, match="is no number"):
        parse_number(text, decimal)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("240", 240), ("4:10", 250), ("0:04:10", 250), ("1:00:00", 3600), ("100:00:00", 360_000),
     ("00:00:10,5", 10.5), ("", None)],
)  # fmt: skip
def test_durations(text, seconds):
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["4:10 PM", "4:99", "a:b"])
def test_what_is_no_duration_is_quoted(text):
    with pytest.raises(UnreadableValue, match="is no duration"):
        parse_seconds(text)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-03-04", "ymd", (2026, 3, 4)), ("03/04/2026", "mdy", (2026, 3, 4)),
        ("04.03.2026", "dmy", (2026, 3, 4)), ("4/3/26", "dmy", (2026, 3, 4)),
        ("2026/3/4", "mdy", (2026, 3, 4)), ("20260304", "mdy", (2026, 3, 4)),
        ("2026年3月4日", "ymd", (2026, 3, 4)),
    ],
)  # fmt: skip
def test_dates(text, order, expected):
    assert parse_date(text, order) == date(*expected)


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2026-02-30", ""])
def test_what_is_no_date_is_quoted(text):
    with pytest.raises(UnreadableValue, match="is no date"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00", (540, None)), ("9:00 AM", (540, None)), ("12:15 am", (15, None)), ("12:00 p.m.", (720, None)),
        ("0930", (570, None)), ("9", (540, None)), ("24:00", (1440, None)), ("09:00:00", (540, None)),
        ("09:00-09:30", (540, 570)), ("09:00 – 09:30", (540, 570)), ("23:30至00:00", (1410, 1440)),
    ],
)  # fmt: skip
def test_times_of_day_and_ranges(text, expected):
    assert parse_clock(text) == expected


@pytest.mark.parametrize(
    "text", ["25:00", "24:01", "13:00 PM", "noon", "9-10-11", "09:00:30", "", "2460"]
)
def test_what_is_no_time_of_day_is_quoted(text):
    with pytest.raises(UnreadableValue):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-03-04 09:15", "ymd", (datetime(2026, 3, 4, 9, 15), None)),
        ("2026-03-04T09:15:00", "ymd", (datetime(2026, 3, 4, 9, 15), None)),
        ("03/04/2026 9:15 PM", "mdy", (datetime(2026, 3, 4, 21, 15), None)),
        ("2026-03-04 09:00-09:15", "ymd", (datetime(2026, 3, 4, 9), 15)),
        ("2026-03-04T09:15+01:00", "ymd", (datetime(2026, 3, 4, 8, 15, tzinfo=UTC), None)),
        ("2026-03-04T09:15Z", "ymd", (datetime(2026, 3, 4, 9, 15, tzinfo=UTC), None)),
    ],
)  # fmt: skip
def test_moments(text, order, expected):
    assert parse_moment(text, order) == expected


@pytest.mark.parametrize("text", ["2026-03-04", "2026-99-04T09:15Z", "yesterday 09:00"])
def test_what_is_no_moment_is_quoted(text):
    with pytest.raises(UnreadableValue):
        parse_moment(text)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(
        lambda at: at.replace(second=0, microsecond=0)
    )
)
def test_every_order_reads_back_what_it_wrote(at):
    for order, form in (("ymd", "%Y-%m-%d"), ("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y")):
        assert parse_moment(at.strftime(form + " %H:%M"), order) == (at, None)
        assert parse_moment(at.strftime(form + " %I:%M %p"), order) == (at, None)


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        ("日期,来电量\n".encode("utf-8-sig"), "utf-8-sig"), ("日期,来电量\n".encode(), "utf-8"),
        ("日期,来电量\n".encode("gb18030"), "gb18030"), ("a,b\n".encode("utf-16"), "utf-16"),
        ("date,calls\n1,2\n".encode("utf-16-le"), "utf-16-le"),
        ("date,calls\n1,2\n".encode("utf-16-be"), "utf-16-be"), ("Café;Été\n".encode("cp1252"), "cp1252"),
        (b"plain\n", "utf-8"), (b"cut in a character: \xe6", "cp1252"),
    ],
)  # fmt: skip
def test_encodings(sample, encoding):
    assert sniff_encoding(sample) == encoding


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UnreadableText, match="no text file"):
        sniff_encoding(b"ab\0" + b"c" * 100)


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["a,b", "1,2"], ","),
        (["a;b", "1,5;2"], ";"),
        (["a\tb", "1\t2"], "\t"),
        (["a|b", "1|2"], "|"),
        ([], ","),
    ],
)
def test_delimiters(lines, delimiter):
    assert sniff_delimiter(lines) == delimiter


def test_the_header_is_found_below_a_title():
    rows = [
        ["Report of calls", "", ""],
        ["from", "2026-01-01", ""],
        ["Date", "Time", "Calls"],
        ["2026-01-01", "09:00", "3"],
    ]
    assert find_header(rows) == 2
    assert find_header([["1", "2"], ["3", "4"]]) == 0
    assert find_header([]) == 0


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-01-02"], "ymd"), (["13/01/2026"], "dmy"), (["01/02/2026", "01/13/2026"], "mdy"),
        (["01/02/2026"], None), (["01/01/2026"], "ymd"), (["32/01/02"], "ymd"), (["hello"], "ymd"),
    ],
)  # fmt: skip
def test_orders_of_dates(texts, order):
    assert sniff_date_order(texts).order == order


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,5"], ","), (["1.5"], "."), (["1,234"], None), (["1,234", "1,234.5"], "."),
        (["1.234,5"], ","), (["1,234,567"], "."), (["12"], "."),
    ],
)  # fmt: skip
def test_decimal_signs(texts, sign):
    assert sniff_decimal(texts) == sign


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (
            ["Queue", "Date", "Interval", "Calls Offered", "AHT (s)"],
            {"queue": 0, "date": 1, "time": 2, "offered": 3},
        ),
        (["Start Time", "Date", "Contacts"], {"starts_at": 0, "offered": 2}),
        (["Date", "Start", "Time", "ACD Calls"], {"date": 0, "time": 2, "answered": 3}),
        (
            ["日期", "时段", "来电量", "呼损量"],
            {"date": 0, "time": 1, "offered": 2, "abandoned": 3},
        ),
    ],
)
def test_headers_are_guessed(headers, columns):
    assert guess_columns(headers, "INTERVALS") == columns


def test_what_a_mapping_lacks_is_said():
    assert len(missing_columns({}, "INTERVALS", has_queue=False)) == 3
    assert missing_columns({"starts_at": 0, "offered": 1}, "INTERVALS", has_queue=True) == []
    assert (
        missing_columns(
            {"date": 0, "time": 1, "answered": 2, "abandoned": 3}, "INTERVALS", has_queue=True
        )
        == []
    )
    assert len(missing_columns({}, "WORK_ITEMS", has_queue=True)) == 2
    twice = missing_columns({"starts_at": 0, "offered": 0}, "INTERVALS", has_queue=True)
    assert twice == ["One column stands for two fields."]


def read(*rows, **columns):
    findings = Findings()
    mapping = Mapping(kind="INTERVALS", columns=columns)
    records = list(read_records(enumerate(rows, 2), mapping, findings))
    return records, findings


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (datetime(2026, 1, 5), time(9, 30)), (date(2026, 1, 5), datetime(1899, 12, 31, 9, 30)),
        ("2026-01-05", timedelta(hours=9, minutes=30)), ("2026-01-05", 9.5 / 24), ("2026-01-05", "09:30"),
    ],
)  # fmt: skip
def test_workbook_cells_of_date_and_time(day, clock):
    records, _ = read([day, clock, 7.0], date=0, time=1, offered=2)
    assert records[0].moments["starts_at"] == datetime(2026, 1, 5, 9, 30)


@pytest.mark.parametrize(
    ("cell", "seconds"), [(200, 200), (timedelta(minutes=4), 240), (time(0, 4), 240), ("4:00", 240)]
)
def test_workbook_cells_of_durations(cell, seconds):
    records, _ = read(["2026-01-05 09:30", 7, cell], starts_at=0, offered=1, aht=2)
    assert records[0].numbers["aht"] == seconds


def test_moments_of_workbooks_keep_their_offset():
    aware = datetime(2026, 1, 5, 9, tzinfo=UTC)
    records, _ = read([aware, 7], [None, 7], starts_at=0, offered=1)
    assert [record.moments["starts_at"] for record in records] == [aware, None]


def test_blank_rows_are_left_out_and_true_is_no_number():
    records, findings = read(["", ""], ["2026-01-05 09:30", True], starts_at=0, offered=1)
    assert (records, dict(findings.counts)) == ([], {"unreadable_offered": 1})


def test_findings_are_counted_and_the_first_are_listed():
    rows = [["2026-01-05 09:30", "x"]] * 30
    _, findings = read(*rows, starts_at=0, offered=1)
    assert (findings.counts["unreadable_offered"], len(findings.listed), findings.errors) == (
        30,
        20,
        30,
    )


CARDS = QueueSpec(pk=1, name="Cards", timezone="Europe/London", interval_minutes=30)
LOANS = QueueSpec(pk=2, name="Loans", timezone="UTC", interval_minutes=30)


@pytest.mark.parametrize(
    ("only", "named", "found"),
    [(None, "CARDS", CARDS), (LOANS, "Cards", LOANS), (LOANS, None, LOANS), (None, None, None)],
)
def test_a_row_belongs_to_the_queue_it_names_unless_the_import_has_one(only, named, found):
    queues = NamedQueues(by_name={"cards": CARDS}, only=only, wanted="live queue")
    assert queues.queue_of(Record(4, named, {}, {}, {}), Findings()) == found


def test_a_queue_that_is_not_known_becomes_a_finding_of_its_line():
    findings, queues = Findings(), NamedQueues(by_name={}, only=None, wanted="live queue")
    queues.queue_of(Record(4, "Sales", {}, {}, {}), findings)
    [finding] = findings.listed
    assert (finding.line, finding.code) == (4, "unknown_queue")
    assert finding.message == "There is no live queue 'Sales'; check its name or key."


def test_the_repeated_hour_of_a_queue_is_its_first():
    assert CARDS.instant(datetime(2026, 10, 25, 1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    aware = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert CARDS.instant(aware) == aware
