"""The forecast in force: per queue and instant the newest published run that covers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from forecasting.core.wall_clock import BoolArray, InstantArray
from forecasting.models import ForecastRun
from forecasting.queries.runs import IntervalSeries, interval_series, series_of_stretches
from wfm.org.in_force import RunsInForce, Stretch
from wfm.org.models import Queue

# A result without a stretch of its own, written before it was kept, covers what its run covers.
CANDIDATES_SQL = """
SELECT result.queue_id, run.id AS run_id, result.id AS result_id, run.published_at,
       tstzrange(coalesce(result.starts_at, run.starts_at),
                 coalesce(result.ends_at, run.ends_at)) AS covered
FROM forecasting_forecastrun AS run
JOIN forecasting_forecastqueueresult AS result ON result.run_id = run.id
WHERE run.published_at IS NOT NULL AND run.starts_at < %s AND run.ends_at > %s
  AND result.flag <> 'REFUSED'
"""

FORECASTS = RunsInForce(CANDIDATES_SQL, "forecasting_forecastinterval")
in_force, in_force_on, in_force_at = FORECASTS.between, FORECASTS.on, FORECASTS.at


def series_in_force(
    queue: Queue, *, starts_at: datetime, ends_at: datetime, published_until: datetime | None = None
) -> IntervalSeries:
    """The intervals in force of a queue in [starts_at, ends_at), whatever runs they come from."""
    found = in_force(
        [queue.pk], starts_at=starts_at, ends_at=ends_at, published_until=published_until
    )
    return joined_series(queue, found)


def joined_series(queue: Queue, found: Sequence[Stretch]) -> IntervalSeries:
    """The intervals of these stretches of one queue, in order of time."""
    return series_of_stretches(
        queue,
        run_ids=[stretch.run_id for stretch in found],
        starts_at=[stretch.starts_at for stretch in found],
        ends_at=[stretch.ends_at for stretch in found],
    )


def completed_series(
    run: ForecastRun, queue: Queue, *, starts_at: datetime, ends_at: datetime
) -> tuple[IntervalSeries, list[Stretch]]:
    """A run's own intervals and, where a published one has none, those in force.

    Also returns the stretches that other runs fill.
    """
    own = interval_series(run=run, queue=queue, starts_at=starts_at, ends_at=ends_at)
    if not run.is_published:
        return own, []
    others = [
        stretch
        for stretch in in_force([queue.pk], starts_at=starts_at, ends_at=ends_at)
        if stretch.run_id != run.pk
    ]
    beside = joined_series(queue, others)
    missing = ~np.isin(beside.starts_at, own.starts_at)
    if not missing.any():
        return own, []
    filled = [stretch for stretch in others if (_inside(beside.starts_at, stretch) & missing).any()]
    return own.with_rows_of(beside, missing), filled


def _inside(instants: InstantArray, stretch: Stretch) -> BoolArray:
    first, last = (
        np.datetime64(int(moment.timestamp()), "s")
        for moment in (stretch.starts_at, stretch.ends_at)
    )
    return np.asarray((instants >= first) & (instants < last))
