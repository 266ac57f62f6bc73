"""Write computed days: COPY into a staging table, then only what has changed.

COPY into a table with row-level security is refused by PostgreSQL. Rows that come out the same are
not touched; finished days that come out otherwise leave a correction with both figures.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection

from adherence.core.data import Ints
from adherence.core.projections import FIGURES
from adherence.services.causes import CauseTable
from wfm.org.binary_copy import write_columns

METRIC_VERSION = 1
FIGURES_VERSION = 1
"""Grows when figures are added or mean something else: rows of another version are filled anew,
and that is no correction."""

# The names below come from FIGURES, never from outside.
_FIGURES = ", ".join(FIGURES)
_COLUMNS = ", ".join(f"{name} integer" for name in FIGURES)
_CREATE_SQL = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS adherence_day_staging (
    agent_id bigint, operational_date date, {_COLUMNS},
    matrix jsonb, exceptions jsonb, is_final boolean
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS adherence_day_cause (
    agent_id bigint, operational_date date, number integer
) ON COMMIT DELETE ROWS;
DELETE FROM adherence_day_staging;
DELETE FROM adherence_day_cause;
"""  # noqa: S608 - see above
_OLD = ", ".join(f"day.{name}" for name in FIGURES)
_NEW = ", ".join(f"new.{name}" for name in FIGURES)
_NEW_OR_NONE = ", ".join(f"coalesce(new.{name}, 0)" for name in FIGURES)
_CORRECT_SQL = f"""
INSERT INTO adherence_daycorrection
    (agent_id, operational_date, corrected_at, kinds, causes, before, after)
SELECT day.agent_id, day.operational_date, %(at)s,
    ARRAY(SELECT jsonb_array_elements_text(known.kinds)), known.causes,
    ARRAY[{_OLD}], ARRAY[{_NEW_OR_NONE}]
FROM adherence_adherenceday day
LEFT JOIN adherence_day_staging new USING (agent_id, operational_date)
LEFT JOIN adherence_day_cause cause USING (agent_id, operational_date)
JOIN (SELECT (place - 1)::int AS number, entry -> 0 AS kinds, entry -> 1 AS causes
    FROM jsonb_array_elements(%(causes)s::jsonb) WITH ORDINALITY AS given(entry, place)) known
    ON known.number = coalesce(cause.number, 0)
WHERE day.is_final AND day.figures_version = %(version)s
    AND day.agent_id = ANY(%(agents)s)
    AND day.operational_date BETWEEN %(first)s AND %(last)s
    AND ({_OLD}) IS DISTINCT FROM ({_NEW_OR_NONE})
"""  # noqa: S608 - see above
_DELETE_SQL = """
DELETE FROM adherence_adherenceday day
WHERE day.agent_id = ANY(%(agents)s) AND day.operational_date BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT FROM adherence_day_staging new
        WHERE new.agent_id = day.agent_id AND new.operational_date = day.operational_date)
"""
_UPDATE_SQL = f"""
UPDATE adherence_adherenceday day
SET ({_FIGURES}, matrix, exceptions, is_final, metric_version, figures_version, computed_at)
    = ({_NEW}, new.matrix, new.exceptions, new.is_final, %(metric)s, %(version)s, %(at)s)
FROM adherence_day_staging new
WHERE new.agent_id = day.agent_id AND new.operational_date = day.operational_date
    AND ({_OLD}, day.is_final, day.figures_version, day.matrix, day.exceptions)
        IS DISTINCT FROM ({_NEW}, new.is_final, %(version)s, new.matrix, new.exceptions)
"""  # noqa: S608 - see above
_INSERT_SQL = f"""
INSERT INTO adherence_adherenceday (agent_id, operational_date, {_FIGURES}, matrix, exceptions,
    is_final, metric_version, figures_version, computed_at)
SELECT new.agent_id, new.operational_date, {_NEW}, new.matrix, new.exceptions, new.is_final,
    %(metric)s, %(version)s, %(at)s
FROM adherence_day_staging new
WHERE NOT EXISTS (SELECT FROM adherence_adherenceday day
    WHERE day.agent_id = new.agent_id AND day.operational_date = new.operational_date)
"""  # noqa: S608 - see above


@dataclass(frozen=True)
class DayRows:
    """Computed days as columns; days in which nothing was planned and nothing done are not here."""

    agent_id: Ints
    operational_date: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    figures: dict[str, Ints]
    matrix: list[bytes]
    exceptions: list[bytes]
    is_final: np.ndarray[tuple[int], np.dtype[np.bool_]]


def write_days(
    rows: DayRows,
    *,
    agent_ids: Sequence[int],
    first_date: date,
    last_date: date,
    causes: CauseTable,
    at: datetime,
) -> None:
    """Replace the days of these agents in this period; rows that have lost their content go.

    Only one writer at a time may come here: see `services.days`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_SQL)
        _stage(rows, causes)
        known = [list(pair) for pair in zip(causes.kinds, causes.causes, strict=True)]
        params = {
            "agents": list(agent_ids),
            "first": first_date,
            "last": last_date,
            "at": at,
            "metric": METRIC_VERSION,
            "version": FIGURES_VERSION,
            "causes": json.dumps(known),
        }
        for statement in (_CORRECT_SQL, _DELETE_SQL, _UPDATE_SQL, _INSERT_SQL):
            cursor.execute(statement, params)


def _stage(rows: DayRows, causes: CauseTable) -> None:
    if len(rows.agent_id):
        write_columns(
            "adherence_day_staging",
            {
                "agent_id": ("bigint", rows.agent_id),
                "operational_date": ("date", rows.operational_date),
                **{name: ("integer", rows.figures[name]) for name in FIGURES},
                "is_final": ("boolean", rows.is_final),
                "matrix": ("jsonb", rows.matrix),
                "exceptions": ("jsonb", rows.exceptions),
            },
        )
    if causes.number_of:
        days = list(causes.number_of)
        write_columns(
            "adherence_day_cause",
            {
                "agent_id": ("bigint", np.array([agent for agent, _day in days])),
                "operational_date": (
                    "date",
                    np.array([day for _agent, day in days], "datetime64[D]"),
                ),
                "number": ("integer", np.array(list(causes.number_of.values()))),
            },
        )
