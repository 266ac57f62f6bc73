"""The lines of all queues: live ones first, whose idle time deferred work of their pool may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from staffing.core.kernels import FloatArray
from wfm.board.grid import SLOT_HOURS, BoardGrid
from wfm.board.lines import (
    QueueIntervals,
    QueueLine,
    Source,
    empty_figures,
    write_people,
    write_requirement,
)
from wfm.board.predict import Waiting, origin_of, predict_deferred, predict_live
from wfm.board.rows import open_items


def queue_lines(
    sources: Sequence[Source],
    grid: BoardGrid,
    on_queue: Mapping[int, FloatArray],
    covered: np.ndarray,
) -> list[QueueLine]:
    """Return a line per queue, in the order of the sources.

    Args:
        sources: What is known of the queues.
        grid: The board's time.
        on_queue: People scheduled on each queue, by slot.
        covered: For which slots a schedule is published.

    """
    nobody = np.zeros(grid.slots.count)
    people = {
        source.queue.pk: np.where(covered, on_queue.get(source.queue.pk, nobody), np.nan)
        for source in sources
    }
    found = {
        source.queue.pk: _live(source, grid, people[source.queue.pk])
        for source in sources
        if source.queue.is_live
    }
    idle = _idle_of_pools(list(found.values()))
    deferred = [source for source in sources if not source.queue.is_live]
    shares = _pool_shares(deferred)
    intervals = {source.queue.pk: QueueIntervals.of(source, grid) for source in deferred}
    origins = {
        source.queue.pk: origin
        for source in deferred
        if (own := intervals[source.queue.pk]) is not None
        and (origin := origin_of(source, own, grid)) is not None
    }
    items = open_items(origins) if origins else {}
    for source in deferred:
        pk = source.queue.pk
        helped = idle.get(source.pool.pk) if source.pool is not None else None
        waiting = (
            Waiting(
                origin=origins[pk],
                items=items[pk],
                help_people=nobody if helped is None else helped * shares[pk],
            )
            if pk in origins
            else None
        )
        found[pk] = _deferred(source, grid, intervals[pk], people[pk], waiting)
    return [found[source.queue.pk] for source in sources]


def _idle_of_pools(lines: Sequence[QueueLine]) -> dict[int, FloatArray]:
    """Return the people of each pool who have time for deferred work, by slot."""
    found: dict[int, FloatArray] = {}
    for line in lines:
        if line.source.pool is not None:
            own = np.nan_to_num(line.of("transferable_hours")) / SLOT_HOURS
            found[line.source.pool.pk] = found.get(line.source.pool.pk, 0.0) + own
    return found


def _pool_shares(deferred: Sequence[Source]) -> dict[int, float]:
    """Return each deferred queue's share of its pool's deferred work."""
    work = {
        source.queue.pk: 0.0
        if source.rows is None
        else float(np.nansum(source.rows.workload_erlangs)) * source.queue.interval_minutes
        for source in deferred
    }
    totals: dict[int, float] = {}
    for source in deferred:
        if source.pool is not None:
            totals[source.pool.pk] = totals.get(source.pool.pk, 0.0) + work[source.queue.pk]
    return {
        source.queue.pk: work[source.queue.pk] / total
        if source.pool is not None and (total := totals[source.pool.pk]) > 0.0
        else 0.0
        for source in deferred
    }


def _live(source: Source, grid: BoardGrid, people: FloatArray) -> QueueLine:
    figures = empty_figures(grid)
    intervals = QueueIntervals.of(source, grid)
    if intervals is not None:
        write_requirement(figures, intervals, hours=source.queue.interval_minutes / 60)
    write_people(figures, people)
    if intervals is None or source.result is None:
        return QueueLine(source, figures)
    note = predict_live(source, intervals, grid, figures)
    return QueueLine(source, figures, notes=(note,) if note else ())


def _deferred(
    source: Source,
    grid: BoardGrid,
    intervals: QueueIntervals | None,
    people: FloatArray,
    waiting: Waiting | None,
) -> QueueLine:
    figures = empty_figures(grid)
    if intervals is not None:
        write_requirement(figures, intervals, hours=source.queue.interval_minutes / 60)
    write_people(figures, people)
    if intervals is None or source.result is None or waiting is None:
        return QueueLine(source, figures)
    backlog, note = predict_deferred(source, intervals, figures, waiting)
    return QueueLine(source, figures, backlog=backlog, notes=(note,) if note else ())
