"""Arrays to rows and back by binary COPY."""

import json
from datetime import date

import numpy as np
import pytest
from django.db import connection

from wfm.org.binary_copy import read_columns, write_columns

COLUMNS = (
    "number bigint, small integer, day date, at timestamptz, is_true boolean, items integer[],"
    " text jsonb, other jsonb"
)


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied ({COLUMNS}) ON COMMIT DROP")
    return "copied"


def test_every_kind_arrives_as_it_was(table):
    texts = [{"a": 1}, {}, {"训练": [True, None]}]
    written = write_columns(
        table,
        {
            "text": ("jsonb", [json.dumps(text).encode() for text in texts]),
            "number": ("bigint", np.array([1, -(2**40), 3])),
            "small": ("integer", np.array([7, -8, 9])),
            "day": ("date", np.array(["2026-03-29", "1999-12-31", "2000-01-01"], "datetime64[D]")),
            "at": ("timestamptz", np.array(["2026-03-29T01:00:00.5"] * 3, "datetime64[us]")),
            "is_true": ("boolean", np.array([True, False, True])),
            "items": ("integer[]", np.array([[1, 2], [3, -4], [5, 6]])),
            "other": ("jsonb", [b"[]", b"1", b'"x"']),
        },
    )
    assert written == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, small, day, extract(epoch FROM at)::float8, is_true, items, text::text,"
            " other::text FROM copied ORDER BY small"
        )
        rows = cursor.fetchall()
    assert [row[:2] for row in rows] == [(-(2**40), -8), (1, 7), (3, 9)]
    assert [row[2] for row in rows] == [date(1999, 12, 31), date(2026, 3, 29), date(2000, 1, 1)]
    assert {row[3] for row in rows} == {1774746000.5}
    assert [row[4] for row in rows] == [False, True, True]
    assert [row[5] for row in rows] == [[3, -4], [1, 2], [5, 6]]
    assert [json.loads(row[6]) for row in rows] == [{}, {"a": 1}, texts[2]]
    assert [row[7] for row in rows] == ["1", "[]", '"x"']


def test_no_rows_are_no_rows(table):
    empty = np.empty(0, np.int64)
    assert write_columns(table, {"number": ("bigint", empty), "text": ("jsonb", [])}) == 0
    assert [
        len(column) for column in read_columns("SELECT number FROM copied", {}, types=["bigint"])
    ] == [0]


def test_null_and_foreign_types_are_refused(table):
    with pytest.raises(ValueError, match="none of them NULL"):
        read_columns("SELECT NULL::bigint", {}, types=["bigint"])
    # Seven rows of four integers are as long as seventeen of one bigint.
    select = "SELECT n, n, n, n FROM generate_series(1, 7) AS n"
    with pytest.raises(ValueError, match="Expected bigint as column 1"):
        read_columns(select, {}, types=["bigint"])
