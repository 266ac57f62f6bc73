"""Write computed days: only what has changed, and corrections of finished days.

Stored figures are read as arrays and compared; rows that come out the same are not touched. The
others go by COPY into a staging table, since PostgreSQL refuses COPY into a table with row-level
security.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zlib import crc32

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from adherence.core.data import Ints
from adherence.core.projections import FIGURES
from adherence.services.causes import CauseTable
from adherence.services.telling import record_corrections
from wfm.org.binary_copy import read_columns, write_columns

METRIC_VERSION = 1
FIGURES_VERSION = 2
"""Grows when figures are added or mean something else: rows of another version are filled anew,
and that is no correction."""

# The names below come from FIGURES, never from outside.
_FIGURES = ", ".join(FIGURES)
_COLUMNS = ", ".join(f"{name} integer" for name in FIGURES)
_STAGING = "adherence_day_staging"
_CORRECTIONS = "adherence_correction_staging"
_CREATE_SQL = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} (
    day_id bigint, agent_id bigint, operational_date date, {_COLUMNS},
    matrix jsonb, exceptions jsonb, is_final boolean, content_digest bigint
) ON COMMIT DELETE ROWS;
DELETE FROM {_STAGING};
"""  # noqa: S608 - see above
_CREATE_CORRECTIONS_SQL = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS {_CORRECTIONS} (
    agent_id bigint, operational_date date, number integer, before integer[], after integer[]
) ON COMMIT DELETE ROWS;
DELETE FROM {_CORRECTIONS};
"""  # noqa: S608 - see above
_STORED_SQL = f"""
SELECT id, agent_id, (operational_date - %(first)s::date)::bigint, {_FIGURES}, is_final,
    figures_version::integer, content_digest
FROM adherence_adherenceday
WHERE agent_id = ANY(%(agents)s) AND operational_date BETWEEN %(first)s AND %(last)s
"""  # noqa: S608 - see above
_STORED_TYPES = [
    *["bigint"] * 3,
    *["integer"] * len(FIGURES),
    *("boolean", "integer", "bigint"),
]
_CORRECT_SQL = f"""
INSERT INTO adherence_daycorrection
    (agent_id, operational_date, corrected_at, kinds, causes, before, after)
SELECT new.agent_id, new.operational_date, %(at)s, known.kinds, known.causes,
    new.before, new.after
FROM {_CORRECTIONS} new
JOIN (SELECT place - 1 AS number, ARRAY(SELECT jsonb_array_elements_text(entry -> 0)) AS kinds,
        entry -> 1 AS causes
    FROM jsonb_array_elements(%(causes)s::jsonb) WITH ORDINALITY AS given(entry, place)) known
    ON known.number = new.number
"""  # noqa: S608 - see above
# A staging table has no statistics; without the hint all days there are would be read.
_UPDATE_SQL = f"""
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
UPDATE adherence_adherenceday day
SET ({_FIGURES}, matrix, exceptions, is_final, content_digest, metric_version, figures_version,
        computed_at)
    = ({", ".join(f"new.{name}" for name in FIGURES)}, new.matrix, new.exceptions, new.is_final,
        new.content_digest, %(metric)s, %(version)s, %(at)s)
FROM {_STAGING} new WHERE day.id = new.day_id;
SET LOCAL enable_hashjoin TO DEFAULT;
SET LOCAL enable_mergejoin TO DEFAULT;
"""  # noqa: S608 - see above
_INSERT_SQL = f"""
INSERT INTO adherence_adherenceday (agent_id, operational_date, {_FIGURES}, matrix, exceptions,
    is_final, content_digest, metric_version, figures_version, computed_at)
SELECT agent_id, operational_date, {_FIGURES}, matrix, exceptions, is_final, content_digest,
    %(metric)s, %(version)s, %(at)s
FROM {_STAGING} WHERE day_id = 0
"""  # noqa: S608 - see above

Dates = NDArray[np.datetime64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class DayRows:
    """Computed days as columns; days in which nothing was planned and nothing done are not here."""

    agent_id: Ints
    operational_date: Dates
    figures: Ints
    """[row, place in FIGURES]"""
    matrix: list[bytes]
    exceptions: list[bytes]
    is_final: Flags

    @property
    def digests(self) -> Ints:
        """Of the texts."""
        pairs = zip(self.matrix, self.exceptions, strict=True)
        digests = (crc32(matrix) ^ crc32(exceptions) << 31 for matrix, exceptions in pairs)
        return np.fromiter(digests, np.int64, len(self.agent_id))


@dataclass(frozen=True)
class _Stored:
    """What is stored, with the computed row of the same day (-1: none)."""

    day_id: Ints
    agent_id: Ints
    operational_date: Dates
    figures: Ints
    is_final: Flags
    version: Ints
    digest: Ints
    computed: Ints


def write_days(
    rows: DayRows,
    *,
    agent_ids: Sequence[int],
    first_date: date,
    last_date: date,
    causes: Callable[[], CauseTable],
    at: datetime,
) -> None:
    """Replace the days of these agents in this period; rows that have lost their content go.

    Only one writer at a time may come here: see `services.days`. `causes` is asked for only when
    a finished day has changed.
    """
    stored = _stored(rows, np.asarray(agent_ids), first_date, last_date)
    digests, is_known = rows.digests, stored.computed >= 0
    after = np.zeros_like(stored.figures)
    after[is_known] = rows.figures[stored.computed[is_known]]
    differs = (stored.figures != after).any(axis=1)
    is_corrected = differs & stored.is_final & (stored.version == FIGURES_VERSION)
    if is_corrected.any():
        _correct(stored, after, np.flatnonzero(is_corrected), causes(), at)
    changed = np.flatnonzero(is_known & (differs | _looks_other(rows, stored, digests)))
    is_new = np.ones(len(rows.agent_id), np.bool_)
    is_new[stored.computed[is_known]] = False
    with connection.cursor() as cursor:
        if not is_known.all():
            cursor.execute(
                "DELETE FROM adherence_adherenceday WHERE id = ANY(%s)",
                [stored.day_id[~is_known].tolist()],
            )
        chosen = np.concatenate([stored.computed[changed], np.flatnonzero(is_new)])
        if len(chosen) == 0:
            return
        day_id = np.zeros(len(chosen), np.int64)
        day_id[: len(changed)] = stored.day_id[changed]
        cursor.execute(_CREATE_SQL)
        _stage(rows, chosen, day_id, digests)
        params: dict[str, Any] = {"at": at, "metric": METRIC_VERSION, "version": FIGURES_VERSION}
        if len(changed):
            cursor.execute(_UPDATE_SQL, params)
        if is_new.any():
            cursor.execute(_INSERT_SQL, params)


def _stored(rows: DayRows, agent_ids: Ints, first: date, last: date) -> _Stored:
    params = {"agents": agent_ids.tolist(), "first": first, "last": last}
    day_id, agent_id, day, *figures, is_final, version, digest = read_columns(
        _STORED_SQL, params, types=_STORED_TYPES
    )
    days = (last - first).days + 1
    place = np.full(len(agent_ids) * days, -1)
    new_day = (rows.operational_date - np.datetime64(first)).astype(np.int64)
    place[np.searchsorted(agent_ids, rows.agent_id) * days + new_day] = np.arange(len(new_day))
    return _Stored(
        day_id=day_id,
        agent_id=agent_id,
        operational_date=np.datetime64(first) + day.astype("timedelta64[D]"),
        figures=np.stack(figures, axis=1).astype(np.int64),
        is_final=is_final,
        version=version,
        digest=digest,
        computed=place[np.searchsorted(agent_ids, agent_id) * days + day],
    )


def _looks_other(rows: DayRows, stored: _Stored, digests: Ints) -> Flags:
    """Stored rows that differ from the computed ones in anything but their figures."""
    if len(rows.agent_id) == 0:
        return np.zeros(len(stored.day_id), np.bool_)
    return np.asarray(
        (stored.is_final != rows.is_final[stored.computed])
        | (stored.version != FIGURES_VERSION)
        | (stored.digest != digests[stored.computed])
    )


def _correct(stored: _Stored, after: Ints, chosen: Ints, causes: CauseTable, at: datetime) -> None:
    """Keep both figures of these days."""
    dates: list[Any] = stored.operational_date[chosen].tolist()
    agents = stored.agent_id[chosen]
    days = zip(agents.tolist(), dates, strict=True)
    number_of = causes.number_of
    known = [list(pair) for pair in zip(causes.kinds, causes.causes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_CORRECTIONS_SQL)
        write_columns(
            _CORRECTIONS,
            {
                "agent_id": ("bigint", agents),
                "operational_date": ("date", stored.operational_date[chosen]),
                "number": ("integer", np.array([number_of.get(day, 0) for day in days])),
                "before": ("integer[]", stored.figures[chosen]),
                "after": ("integer[]", after[chosen]),
            },
        )
        cursor.execute(_CORRECT_SQL, {"at": at, "causes": json.dumps(known)})
    record_corrections(zip(agents.tolist(), dates, strict=True), at=at)


def _stage(rows: DayRows, chosen: Ints, day_id: Ints, digests: Ints) -> None:
    """COPY these rows; `day_id` 0: a new one."""
    picked: list[int] = chosen.tolist()
    figures = rows.figures[chosen]
    write_columns(
        _STAGING,
        {
            "day_id": ("bigint", day_id),
            "agent_id": ("bigint", rows.agent_id[chosen]),
            "operational_date": ("date", rows.operational_date[chosen]),
            **{name: ("integer", figures[:, place]) for place, name in enumerate(FIGURES)},
            "is_final": ("boolean", rows.is_final[chosen]),
            "content_digest": ("bigint", digests[chosen]),
            "matrix": ("jsonb", [rows.matrix[row] for row in picked]),
            "exceptions": ("jsonb", [rows.exceptions[row] for row in picked]),
        },
    )
