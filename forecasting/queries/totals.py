"""The forecast summed up: queue → channel → client → site, exactly, with honest bands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from forecasting.core import totals as core
from forecasting.core.wall_clock import MINUTES_PER_DAY, FloatArray, IntArray
from forecasting.models import ForecastQueueResult, ForecastRun
from forecasting.queries.in_force import in_force
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue
from wfm.timeline import day_bounds

LEVELS = ("all", "site", "client", "channel", "queue")
"""From the whole to the parts: a node is the exact sum of the nodes below it."""
MICRO = 1_000_000
"""Contacts are kept with six decimals; whole millionths add up without rounding."""

ROWS_SQL = """
SELECT forecast.queue_id, {bucket} AS bucket,
       sum(round(forecast.mean::numeric * 1000000))::bigint,
       sum(round(forecast.final_mean::numeric * 1000000))::bigint,
       sum(forecast.quantile_10), sum(forecast.quantile_50), sum(forecast.quantile_90)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(queue_id, run_id, zone, starts_at, ends_at)
JOIN forecasting_forecastinterval forecast
  ON forecast.run_id = wanted.run_id AND forecast.queue_id = wanted.queue_id
 AND forecast.starts_at >= wanted.starts_at AND forecast.starts_at < wanted.ends_at
GROUP BY 1, 2
"""
ROW_TYPES = ("bigint", "bigint", "bigint", "bigint", "float8", "float8", "float8")
DAY_BUCKET = "((forecast.starts_at AT TIME ZONE wanted.zone)::date - DATE '1970-01-01')::bigint"


class Node(NamedTuple):
    """A place in the hierarchy; None is “all below” or “none” (a queue without site)."""

    level: str
    site_id: int | None = None
    client_id: int | None = None
    channel: str | None = None
    queue_id: int | None = None


@dataclass(frozen=True)
class NodeTotals:
    """Sums of one node by bucket (day since 1970 or epoch second)."""

    node: Node
    queues: int
    by_day: bool
    buckets: IntArray
    mean: FloatArray
    final_mean: FloatArray
    quantile_10: FloatArray
    quantile_50: FloatArray
    quantile_90: FloatArray
    covariance: float
    """Relative covariance of its queues' daily errors in the backtests; 0 for one queue."""


def node_of(queue: Queue, level: str) -> Node:
    """The node of a level that a queue belongs to."""
    path: dict[str, Any] = {
        "site_id": queue.site_id,
        "client_id": queue.client_id,
        "channel": queue.work_type.channel,
        "queue_id": queue.pk,
    }
    depth = LEVELS.index(level)
    return Node(level, *list(path.values())[:depth])


@dataclass(frozen=True)
class _Source:
    """A run and the stretch of a queue's time that is read from it."""

    queue: Queue
    run_id: int
    starts_at: datetime
    ends_at: datetime


def _sources(
    queues: Sequence[Queue], run: ForecastRun | None, first: date, last: date
) -> list[_Source]:
    """Where each queue's own dates are read: in the named run, else in those in force."""
    bounds = {
        queue.pk: (
            day_bounds(first, queue.timezone).starts_at,
            day_bounds(last, queue.timezone).ends_at,
        )
        for queue in queues
    }
    if not bounds:
        return []
    if run is not None:
        results = ForecastQueueResult.objects.filter(queue__in=queues, run=run)
        results = results.with_numbers()
        held = set(results.values_list("queue_id", flat=True))
        return [_Source(queue, run.pk, *bounds[queue.pk]) for queue in queues if queue.pk in held]
    found = in_force(
        list(bounds),
        starts_at=min(begin for begin, _end in bounds.values()),
        ends_at=max(end for _begin, end in bounds.values()),
    )
    by_pk = {queue.pk: queue for queue in queues}
    sources = []
    for part in found:
        begin, end = bounds[part.queue_id]
        begin, end = max(begin, part.starts_at), min(end, part.ends_at)
        if begin < end:
            sources.append(_Source(by_pk[part.queue_id], part.run_id, begin, end))
    return sources


def step_minutes(queues: Sequence[Queue]) -> int:
    """The shortest step in which all queues can be summed: the longest of their intervals."""
    return max((queue.interval_minutes for queue in queues), default=15)


def totals(
    queues: Sequence[Queue],
    *,
    levels: Sequence[str],
    first_date: date,
    last_date: date,
    by_day: bool,
    run: ForecastRun | None = None,
) -> list[NodeTotals]:
    """Sums of every node of these levels over each queue's own dates, by local day or by interval.

    Means are summed in whole millionths of a contact, so that the parts of a node add up to it
    without a rounding error, whatever the order.
    """
    if unknown := set(levels) - set(LEVELS):
        raise ValueError(f"Expected levels of {', '.join(LEVELS)}, got {sorted(unknown)}.")
    sources = _sources(queues, run, first_date, last_date)
    known = {source.queue.pk: source.queue for source in sources}
    step = step_minutes(list(known.values()))
    by_day = by_day or step == MINUTES_PER_DAY
    rows = _rows(sources, step, by_day=by_day)
    days = _backtest_days({source.queue.pk: source.run_id for source in sources})
    own_bands = {pk for pk, queue in known.items() if not by_day and queue.interval_minutes == step}
    members: dict[Node, list[int]] = {}
    for level in levels:
        for pk, queue in known.items():
            members.setdefault(node_of(queue, level), []).append(pk)
    return [
        _node_totals(node, ids, rows, days, by_day=by_day, own_bands=own_bands)
        for node, ids in members.items()
    ]


def _rows(sources: Sequence[_Source], step: int, *, by_day: bool) -> list[Any]:
    """Queue, bucket and sums, one row per queue and bucket of each source."""
    bucket = DAY_BUCKET
    if not by_day:
        seconds = step * 60
        bucket = f"(floor(extract(epoch FROM forecast.starts_at) / {seconds}) * {seconds})::bigint"
    params = [
        [source.queue.pk for source in sources],
        [source.run_id for source in sources],
        [source.queue.timezone for source in sources],
        [source.starts_at for source in sources],
        [source.ends_at for source in sources],
    ]
    return read_columns(ROWS_SQL.format(bucket=bucket), params, types=ROW_TYPES)


@dataclass(frozen=True)
class _BacktestDays:
    """Expected and actual contacts of a queue by (origin date, days after)."""

    expected: dict[tuple[str, int], float]
    actual: dict[tuple[str, int], float]


def _backtest_days(runs: dict[int, int]) -> dict[int, _BacktestDays]:
    """How each queue erred by day in the backtest of its run."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT result.queue_id, result.backtest->'days' FROM forecasting_forecastqueueresult"
            " result JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(queue_id, run_id)"
            " ON result.queue_id = wanted.queue_id AND result.run_id = wanted.run_id",
            [list(runs), list(runs.values())],
        )
        for pk, stored in cursor.fetchall():
            kept = json.loads(stored) if isinstance(stored, str) else stored or {}
            expected, actual = (
                {
                    (origin, day): value
                    for origin, row in zip(kept.get("origins", []), kept.get(name, []), strict=True)
                    for day, value in enumerate(row)
                    if value is not None
                }
                for name in ("expected", "actual")
            )
            found[pk] = _BacktestDays(expected, actual)
    return found


def _node_totals(
    node: Node,
    ids: list[int],
    rows: list[Any],
    days: dict[int, _BacktestDays],
    *,
    by_day: bool,
    own_bands: set[int],
) -> NodeTotals:
    """Sum one node.

    A queue in the step of its own intervals (`own_bands`) keeps its own band. Where a step holds
    several intervals of a queue, their spreads are added as if they went wrong together: a little
    too wide rather than too narrow.
    """
    inside = np.isin(rows[0], ids)
    queue_id, bucket, mean, final, low, middle, high = (column[inside] for column in rows)
    buckets, place = np.unique(bucket, return_inverse=True)

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(place, values, buckets.size).astype(np.float64)

    sums = [np.zeros(buckets.size, dtype=np.int64) for _ in range(2)]
    for target, values in zip(sums, (mean, final), strict=True):
        np.add.at(target, place, values)
    contacts = mean / MICRO
    if len(ids) == 1 and ids[0] in own_bands:
        own = tuple(summed(band) for band in (low, middle, high))
        return _of_sums((node, 1, False), buckets, sums, own, 0.0)
    variance = core.variance_of_band(low, high)
    if by_day:
        spread = {pk: core.day_dispersion(*_arrays([days[pk]])) for pk in ids}
        variance = contacts + np.array([spread[int(pk)] for pk in queue_id]) * contacts**2
    covariance = core.shared_covariance(*_arrays([days[pk] for pk in ids])) if len(ids) > 1 else 0.0

    total = sums[0] / MICRO
    spread_of_sum = core.variance_of_sum(
        mean=total,
        square=summed(contacts**2),
        variance=np.maximum(summed(variance), total),
        covariance=covariance,
    )
    bands = tuple(
        core.band_of_sum(mean=total, variance=spread_of_sum, normal=normal)
        for normal in (-core.NORMAL_90, 0.0, core.NORMAL_90)
    )
    return _of_sums((node, len(ids), by_day), buckets, sums, bands, covariance)


def _of_sums(
    head: tuple[Node, int, bool],
    buckets: IntArray,
    sums: list[IntArray],
    bands: tuple[FloatArray, ...],
    covariance: float,
) -> NodeTotals:
    node, queues, by_day = head
    low, middle, high = bands
    return NodeTotals(
        node=node,
        queues=queues,
        by_day=by_day,
        buckets=buckets,
        mean=sums[0] / MICRO,
        final_mean=sums[1] / MICRO,
        quantile_10=low,
        quantile_50=middle,
        quantile_90=high,
        covariance=covariance,
    )


def _arrays(kept: Sequence[_BacktestDays]) -> tuple[FloatArray, FloatArray]:
    """Expected and actual as queue × day on the days that any of them has."""
    keys = sorted({key for item in kept for key in item.expected})
    return (
        np.array([[item.expected.get(key, np.nan) for key in keys] for item in kept]),
        np.array([[item.actual.get(key, np.nan) for key in keys] for item in kept]),
    )


def bucket_date(bucket: int) -> date:
    """The local date of a daily bucket."""
    return date(1970, 1, 1) + timedelta(days=int(bucket))
