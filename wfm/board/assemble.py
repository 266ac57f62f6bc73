"""The lines of all queues: live ones first, whose idle time deferred work of their pool may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from staffing.core.kernels import FloatArray
from wfm.board.grid import SLOT_HOURS, BoardGrid
from wfm.board.lines import (
    PLACE,
    Backlog,
    QueueIntervals,
    QueueLine,
    Source,
    empty_figures,
    write_people,
    write_requirement,
)
from wfm.board.pooled import Member, PoolPrediction, hand_out, pools_of, predict_pool, share_work
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
    drafts = {
        source.queue.pk: _Draft.of(source, grid, people[source.queue.pk]) for source in sources
    }
    pools = {
        number: _Pool.of([drafts[source.queue.pk] for source in together], grid)
        for number, together in pools_of(sources).items()
    }
    for draft in drafts.values():
        if draft.source.queue.is_live and draft.source.plan is None:
            draft.predict_live(grid)
    _follow_deferred(list(drafts.values()), pools, grid)
    for pool in pools.values():
        pool.hand_out()
    return [drafts[source.queue.pk].line() for source in sources]


@dataclass
class _Draft:
    """A queue's line while it is filled."""

    source: Source
    figures: FloatArray
    intervals: QueueIntervals | None
    notes: list[str] = field(default_factory=list)
    backlog: Backlog | None = None
    spare_rate: FloatArray | None = None

    @classmethod
    def of(cls, source: Source, grid: BoardGrid, people: FloatArray) -> _Draft:
        """Write demand and people."""
        figures = empty_figures(grid)
        intervals = QueueIntervals.of(source, grid)
        if intervals is not None:
            write_requirement(figures, intervals, hours=source.queue.interval_minutes / 60)
        write_people(figures, people)
        return cls(source, figures, intervals)

    def predict_live(self, grid: BoardGrid) -> None:
        """Write what the queue's own people give it."""
        if self.intervals is not None and self.source.result is not None:
            self.notes.append(predict_live(self.source, self.intervals, grid, self.figures))

    def line(self) -> QueueLine:
        notes = tuple(note for note in self.notes if note)
        return QueueLine(self.source, self.figures, backlog=self.backlog, notes=notes)

    def of_figure(self, name: str) -> FloatArray:
        return np.asarray(self.figures[PLACE[name]])


@dataclass(frozen=True)
class _Pool:
    """Queues whose people are one team, and what these have time for."""

    drafts: list[_Draft]
    members: list[Member]
    found: PoolPrediction
    shares: dict[int, FloatArray]

    @classmethod
    def of(cls, drafts: list[_Draft], grid: BoardGrid) -> _Pool:
        members = [
            Member(draft.source, draft.intervals, draft.figures)
            for draft in drafts
            if draft.intervals is not None
        ]
        found = predict_pool(members, grid)
        for draft in drafts:
            draft.notes.append(found.notes.get(draft.source.queue.pk, ""))
        deferred = [member for member in members if not member.source.queue.is_live]
        return cls(drafts, members, found, share_work(deferred, grid.slots.count))

    @property
    def is_predicted(self) -> bool:
        """Whether anything can be told of it."""
        return bool(np.isfinite(self.found.idle).any())

    def hand_out(self) -> None:
        """Write whose hours could move."""
        if not self.is_predicted:
            return
        spare = {
            pk: share * np.nan_to_num(draft.spare_rate)
            for draft in self.drafts
            if (share := self.shares.get(pk := draft.source.queue.pk)) is not None
            and draft.spare_rate is not None
        }
        hand_out(self.members, self.found, spare)


def _follow_deferred(drafts: Sequence[_Draft], pools: Mapping[int, _Pool], grid: BoardGrid) -> None:
    """Work off the deferred queues with their people and with those whom their pool has for them."""
    deferred = [draft for draft in drafts if not draft.source.queue.is_live]
    idle = _idle_of_pools(drafts)
    shares = _pool_shares([draft.source for draft in deferred if draft.source.plan is None])
    origins = {
        draft.source.queue.pk: origin
        for draft in deferred
        if draft.intervals is not None
        and draft.source.result is not None
        and (origin := origin_of(draft.source, draft.intervals, grid)) is not None
    }
    items = open_items(origins) if origins else {}
    nobody = np.zeros(grid.slots.count)
    for draft in deferred:
        pk, source = draft.source.queue.pk, draft.source
        if pk not in origins or draft.intervals is None:
            continue
        helped = idle.get(source.pool.pk) if source.pool is not None else None
        people = nobody if helped is None else helped * shares.get(pk, 0.0)
        pool = None if source.plan is None else pools.get(source.plan.pk)
        if pool is not None and not pool.is_predicted:
            continue
        if pool is not None:
            people = np.nan_to_num(pool.found.for_items) * pool.shares[pk]
        waiting = Waiting(origins[pk], items[pk], people, is_pooled=pool is not None)
        worked = predict_deferred(source, draft.intervals, draft.figures, waiting)
        draft.backlog, draft.spare_rate = worked.backlog, worked.spare_rate
        draft.notes.append(worked.note)
    _take_what_was_used(drafts, shares)


def _is_helper(draft: _Draft) -> bool:
    """Tell whether the queue's own idle time may do its pool's deferred work."""
    source = draft.source
    return source.queue.is_live and source.plan is None and source.pool is not None


def _idle_of_pools(drafts: Sequence[_Draft]) -> dict[int, FloatArray]:
    """Return the people of each pool who have time for deferred work, by slot."""
    found: dict[int, FloatArray] = {}
    for draft in drafts:
        if _is_helper(draft) and draft.source.pool is not None:
            own = np.nan_to_num(draft.of_figure("transferable_hours")) / SLOT_HOURS
            found[draft.source.pool.pk] = found.get(draft.source.pool.pk, 0.0) + own
    return found


def _take_what_was_used(drafts: Sequence[_Draft], shares: Mapping[int, float]) -> None:
    """Take off the live queues' hours to give what their pool's deferred work makes use of."""
    used: dict[int, FloatArray] = {}
    for draft in drafts:
        pk, pool = draft.source.queue.pk, draft.source.pool
        if pool is None or draft.spare_rate is None or pk not in shares:
            continue
        part = shares[pk] * (1.0 - np.nan_to_num(draft.spare_rate, nan=1.0))
        used[pool.pk] = used.get(pool.pk, 0.0) + part
    for draft in drafts:
        pool = draft.source.pool
        if _is_helper(draft) and pool is not None and pool.pk in used:
            draft.figures[PLACE["transferable_hours"]] *= np.maximum(1.0 - used[pool.pk], 0.0)


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
