"""Write the time by activity of computed days: only rows that are new or have changed."""

from dataclasses import dataclass
from datetime import date, datetime
from zlib import crc32

import numpy as np
from django.db import connection

from adherence.core.activity_time import ActivityTimes, Sums
from adherence.core.data import Ints
from adherence.core.time_cells import Bools
from adherence.queries.agent_days import AgentDays
from adherence.queries.arrays import copy_integers
from wfm.org.binary_copy import encoded_arrays, write_columns

VERSION = 1
"""Grows when cells mean something else; see `core.time_cells`."""

_CREATE_SQL = """
CREATE TEMPORARY TABLE IF NOT EXISTS adherence_time_staging (
    agent_id bigint, operational_date date, paid_seconds integer, off_seconds integer,
    is_final boolean, digest bigint,
    cells bigint[], seconds integer[], hour_cells bigint[], hour_seconds integer[]
) ON COMMIT DELETE ROWS;
DELETE FROM adherence_time_staging;
"""
# Rows of another version have a digest that no computed row has.
_STORED_SQL = """
SELECT agent_id, (operational_date - %(first)s::date)::bigint,
    CASE WHEN version = %(version)s THEN digest ELSE -1 END
FROM adherence_activitytime
WHERE operational_date BETWEEN %(first)s AND %(last)s AND agent_id = ANY(%(agents)s)
"""
_DELETE_SQL = """
DELETE FROM adherence_activitytime old USING unnest(%(agents)s::bigint[], %(days)s::int[])
    AS gone(agent_id, day)
WHERE old.agent_id = gone.agent_id AND old.operational_date = %(first)s::date + gone.day
"""
_WRITE_SQL = """
INSERT INTO adherence_activitytime (agent_id, operational_date, paid_seconds, off_seconds,
    is_final, digest, cells, seconds, hour_cells, hour_seconds, version)
SELECT agent_id, operational_date, paid_seconds, off_seconds, is_final, digest, cells, seconds,
    hour_cells, hour_seconds, %(version)s
FROM adherence_time_staging
ON CONFLICT (operational_date, agent_id) DO UPDATE SET
    (paid_seconds, off_seconds, is_final, digest, cells, seconds, hour_cells, hour_seconds, version)
    = (excluded.paid_seconds, excluded.off_seconds, excluded.is_final, excluded.digest,
       excluded.cells, excluded.seconds, excluded.hour_cells, excluded.hour_seconds,
       excluded.version)
"""


@dataclass(frozen=True)
class _Rows:
    """Computed rows; `window` is the row of the sweep's days, ascending."""

    window: Ints
    paid_seconds: Ints
    off_seconds: Ints
    is_final: Bools
    cells: list[bytes]
    seconds: list[bytes]
    hour_cells: list[bytes]
    hour_seconds: list[bytes]

    @property
    def digests(self) -> Ints:
        """Of everything that is stored."""
        rest = np.stack([self.paid_seconds, self.off_seconds, self.is_final], axis=1)
        pieces = zip(
            map(bytes, np.ascontiguousarray(rest, ">i4")),
            self.cells,
            self.seconds,
            self.hour_cells,
            self.hour_seconds,
            strict=True,
        )
        found = (
            crc32(cells + seconds) ^ crc32(rest + hour_cells + hour_seconds) << 31
            for rest, cells, seconds, hour_cells, hour_seconds in pieces
        )
        return np.fromiter(found, np.int64, len(self.window))


def write_activity_times(times: ActivityTimes, *, days: AgentDays, at: datetime) -> None:
    """Replace the rows of these agents and days; days without any activity have none.

    Only one writer at a time may come here: see `services.days`.
    """
    rows = _rows(times, days, at)
    digests = rows.digests
    params: dict[str, list[int] | date | int] = {
        "agents": days.agent_ids.tolist(),
        "first": days.dates[0],
        "last": days.dates[-1],
        "version": VERSION,
    }
    agent, day, stored = copy_integers(_STORED_SQL, params, columns=3)
    window = np.searchsorted(days.agent_ids, agent) * len(days.dates) + day
    known = np.full(len(days.data.windows.agent), -2)
    known[window] = stored
    changed = np.flatnonzero(known[rows.window] != digests)
    gone = ~np.isin(window, rows.window)
    with connection.cursor() as cursor:
        if gone.any():
            left = {"agents": agent[gone].tolist(), "days": day[gone].tolist()}
            cursor.execute(_DELETE_SQL, {**left, "first": days.dates[0]})
        if len(changed):
            cursor.execute(_CREATE_SQL)
            _stage(rows, digests, changed, days)
            cursor.execute(_WRITE_SQL, {"version": VERSION})


def _rows(times: ActivityTimes, days: AgentDays, at: datetime) -> _Rows:
    window, counts = np.unique(times.by_code.window, return_counts=True)
    hours = np.bincount(times.by_hour.window, minlength=len(days.data.windows.agent))[window]
    return _Rows(
        window=window,
        paid_seconds=times.paid_seconds[window],
        off_seconds=times.off_seconds[window],
        is_final=days.data.windows.ends_at[window] < int(at.timestamp()),
        cells=_cells(times.by_code, counts),
        seconds=_seconds(times.by_code, counts),
        hour_cells=_cells(times.by_hour, hours),
        hour_seconds=_seconds(times.by_hour, hours),
    )


def _stage(rows: _Rows, digests: Ints, chosen: Ints, days: AgentDays) -> None:
    dates, window = np.array(days.dates, "datetime64[D]"), rows.window[chosen]

    def picked(texts: list[bytes]) -> list[bytes]:
        return list(map(texts.__getitem__, chosen.tolist()))

    write_columns(
        "adherence_time_staging",
        {
            "agent_id": ("bigint", days.agent_ids[window // len(dates)]),
            "operational_date": ("date", dates[window % len(dates)]),
            "paid_seconds": ("integer", rows.paid_seconds[chosen]),
            "off_seconds": ("integer", rows.off_seconds[chosen]),
            "is_final": ("boolean", rows.is_final[chosen]),
            "digest": ("bigint", digests[chosen]),
            "cells": ("bigint[]", picked(rows.cells)),
            "seconds": ("integer[]", picked(rows.seconds)),
            "hour_cells": ("bigint[]", picked(rows.hour_cells)),
            "hour_seconds": ("integer[]", picked(rows.hour_seconds)),
        },
    )


def _cells(sums: Sums, counts: Ints) -> list[bytes]:
    return encoded_arrays("bigint[]", sums.cell, counts)


def _seconds(sums: Sums, counts: Ints) -> list[bytes]:
    return encoded_arrays("integer[]", sums.seconds, counts)
