"""Queues that the requirement staffs together are predicted together: their people are one team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.core.blending_path import PoolTraffic
from staffing.core.board_figures import Outlook
from staffing.core.board_pool import PoolOutlook, PoolPeople, pool_outlook
from staffing.core.kernels import FloatArray
from staffing.core.transient import DEFINITION_CODES
from staffing.queries import live_goal
from wfm.board.grid import SLOT_HOURS, BoardGrid
from wfm.board.lines import PLACE, PooledPlan, QueueIntervals, Source
from wfm.board.predict import live_queue_of, on_position, write_outlook


@dataclass(frozen=True)
class Member:
    """A queue of a pool on the board."""

    source: Source
    intervals: QueueIntervals
    figures: FloatArray


@dataclass(frozen=True)
class PoolPrediction:
    """What a pool's people have for deferred work and for others, by slot; NaN where not predicted.

    Attributes:
        for_items: People whose time deferred work has.
        idle: People who could do other work where no deferred work is done.
        misses: 1 where a live queue misses its goal.
        notes: Why a queue's prediction is missing.

    """

    for_items: FloatArray
    idle: FloatArray
    misses: FloatArray
    notes: Mapping[int, str]

    @classmethod
    def none(cls, members: Sequence[Member], grid: BoardGrid, words: str) -> PoolPrediction:
        """Return that nothing is told, and why."""
        unknown = np.full(grid.slots.count, np.nan)
        notes = {member.source.queue.pk: words for member in members}
        return cls(unknown, unknown, unknown, notes)


def pools_of(sources: Sequence[Source]) -> dict[int, list[Source]]:
    """Return the queues that the requirement in force staffs together, by the pool's result."""
    found: dict[int, list[Source]] = {}
    for source in sources:
        if source.plan is not None and source.rows is not None and source.rows.starts_at.size:
            found.setdefault(source.plan.pk, []).append(source)
    return found


def predict_pool(members: Sequence[Member], grid: BoardGrid) -> PoolPrediction:
    """Write what the people of all the pool's queues give its live ones, in order of priority."""
    plan = members[0].source.plan
    assert plan is not None
    words = _why_not(members, plan)
    if words:
        return PoolPrediction.none(members, grid, words)
    found = _Together.of(members, plan, grid)
    if found is None:
        return PoolPrediction.none(members, grid, "")
    return found.predict()


def _why_not(members: Sequence[Member], plan: PooledPlan) -> str:
    if not plan.is_visible:
        return _("Its people serve queues that you do not see; their service is not predicted.")
    if not plan.is_whole:
        return _("A queue of its pool is no longer active; compute anew.")
    if plan.is_by_skill:
        return _(
            "Its people are groups with skills of their own; ask on the page of the requirement"
            " whether it would hold."
        )
    if len({member.intervals.width for member in members}) > 1:
        return _("The pool's queues have intervals of different length since; compute anew.")
    return ""


@dataclass(frozen=True)
class _Together:
    """The pool's intervals from the origin on.

    Attributes:
        live: The live queues, best priority first.
        deferred: The deferred ones.
        plan: How they are staffed.
        grid: The board's time.
        slots: First slot of each interval.

    """

    live: list[Member]
    deferred: list[Member]
    plan: PooledPlan
    grid: BoardGrid
    slots: np.ndarray

    @classmethod
    def of(cls, members: Sequence[Member], plan: PooledPlan, grid: BoardGrid) -> _Together | None:
        live = [member for member in members if member.source.queue.is_live]
        deferred = [member for member in members if not member.source.queue.is_live]
        # Deferred work is followed beyond what is shown.
        until = grid.slots.count if deferred else grid.last
        slots = np.unique(np.concatenate([member.intervals.slot for member in members]))
        slots = slots[(slots >= grid.origin) & (slots < until)]
        return cls(live, deferred, plan, grid, slots) if slots.size and live else None

    @property
    def _width(self) -> int:
        return self.live[0].intervals.width

    @property
    def _step_seconds(self) -> float:
        return float(self.live[0].source.queue.interval_minutes * 60)

    def _put(self, member: Member, values: FloatArray, *, empty: float) -> FloatArray:
        """Return a queue's values at the pool's intervals."""
        own = member.intervals.slot
        place = np.searchsorted(own, self.slots)
        inside = place < own.size
        inside[inside] = own[place[inside]] == self.slots[inside]
        whole = np.full(self.slots.size, empty)
        whole[inside] = values[place[inside]]
        return whole

    def predict(self) -> PoolPrediction:
        people = sum(self._people(member) for member in [*self.live, *self.deferred])
        known = np.isfinite(people)
        traffic, held, notes = self._traffic(known)
        does_items = np.zeros(self.slots.size, dtype=bool)
        for member in self.deferred:
            does_items |= (
                self._put(member, _as_floats(member.intervals.rows.is_open), empty=0.0) > 0.0
            )
        seconds = self.grid.slots.first + self.slots * self.grid.slots.step
        reserve_agents = self.plan.reserve_at(seconds)
        there = PoolPeople(
            people=np.nan_to_num(people),
            reserve_agents=np.where(
                np.isfinite(reserve_agents), reserve_agents, np.nan_to_num(people)
            ),
            does_items=does_items,
            is_interruptible=self.plan.is_interruptible,
            rule=self.live[0].source.transfer,
        )
        outlook = pool_outlook(traffic, there)
        for place, member in enumerate(self.live):
            self._write(member, outlook, place, known & held[place])
        return PoolPrediction(
            for_items=self._by_slot(np.where(known, outlook.for_items, np.nan)),
            idle=self._by_slot(np.where(known, outlook.idle, np.nan)),
            misses=self._by_slot(np.where(known, outlook.misses * 1.0, np.nan)),
            notes=notes,
        )

    def _people(self, member: Member) -> FloatArray:
        there = on_position(member.intervals, member.figures[PLACE["scheduled_hours"]])
        return self._put(member, there, empty=0.0)

    def _by_slot(self, values: FloatArray) -> FloatArray:
        found = np.full(self.grid.slots.count, np.nan)
        for offset in range(self._width):
            places = self.slots + offset
            inside = places < found.size
            found[places[inside]] = values[inside]
        return found

    def _write(self, member: Member, outlook: PoolOutlook, place: int, known: np.ndarray) -> None:
        """Write a live queue's counts; who could leave is told when deferred work is known."""
        own = member.intervals
        where = np.searchsorted(own.slot, self.slots)
        known = known & (where < own.slot.size)
        known[known] = own.slot[where[known]] == self.slots[known]
        rows = where[known]
        is_open = own.rows.is_open[rows]
        write_outlook(
            own,
            member.figures,
            rows[is_open],
            Outlook(
                outlook.counted[known, place][is_open],
                outlook.in_time[known, place][is_open],
                outlook.at_risk[known, place][is_open],
                np.zeros(int(is_open.sum())),
            ),
        )

    def _traffic(self, known: np.ndarray) -> tuple[PoolTraffic, list[np.ndarray], dict[int, str]]:
        """Return what is offered, where each queue has a goal, and of whom it has none."""
        shape = (self.slots.size, len(self.live))
        rate, aht, patience = np.zeros(shape), np.ones(shape), np.full(shape, np.nan)
        thresholds, goals = np.zeros((*shape, 2)), np.full((*shape, 5), np.nan)
        goals[:, :, 1] = 0.0
        held, notes, steady = [], {}, False
        for place, member in enumerate(self.live):
            live = live_queue_of(member.source, member.intervals)
            rows = member.intervals.rows
            # Who takes a callback is work of the queue that makes it.
            stay = np.maximum(np.nan_to_num(rows.offered) - rows.callbacks, 0.0)
            offered = np.where(rows.is_open, stay, 0.0)
            rate[:, place] = self._put(member, offered, empty=0.0) / self._step_seconds
            aht[:, place] = self._put(member, live.traffic.aht_seconds, empty=1.0)
            patience[:, place] = self._put(member, live.traffic.patience_seconds, empty=np.nan)
            has_goal, words = self._goals(member, thresholds[:, place], goals[:, place])
            held.append(has_goal)
            if not words and (known & (rate[:, place] > 0.0) & ~has_goal).any():
                words = _("There is no service goal on some of these days.")
            notes[member.source.queue.pk] = words
            steady |= self._is_open_before(member)
        traffic = PoolTraffic(
            arrival_rate=rate,
            aht_seconds=aht,
            patience_seconds=patience,
            thresholds=thresholds,
            goals=goals,
            item_aht_seconds=self._item_aht(),
            is_steady_before=steady,
            interval_seconds=self._step_seconds,
            least_agents=np.zeros(self.slots.size, dtype=np.int64),
        )
        return traffic, held, notes

    def _goals(
        self, member: Member, thresholds: FloatArray, goals: FloatArray
    ) -> tuple[np.ndarray, str]:
        """Write the goals of one queue; return where it has one, and why not, if not."""
        has_goal = np.zeros(self.slots.size, dtype=bool)
        for version in member.source.goals:
            at = self._put(member, _as_floats(member.intervals.held(version)), empty=0.0) > 0.0
            if not at.any():
                continue
            try:
                goal = live_goal(version)
            except ValueError as error:  # a goal that is none of a live queue
                return has_goal, str(error)
            terms = goal.over(int(at.sum()), min_agents=0)
            thresholds[at] = np.column_stack([terms.threshold_seconds, terms.short_seconds])
            goals[at, 0], goals[at, 1] = goal.level, DEFINITION_CODES[goal.definition]
            has_goal |= at
        return has_goal, ""

    def _is_open_before(self, member: Member) -> bool:
        """Tell whether the queue is in the middle of its hours where the prediction begins."""
        place = int(np.searchsorted(member.intervals.slot, self.slots[0]))
        is_open = member.intervals.rows.is_open
        return 0 < place < is_open.size and bool(is_open[place - 1] and is_open[place])

    def _item_aht(self) -> FloatArray:
        """Return the mean handling time of items in hand, by the work of each open queue."""
        busy, done = np.zeros(self.slots.size), np.zeros(self.slots.size)
        for member in self.deferred:
            rows = member.intervals.rows
            default = float(member.source.queue.default_aht_seconds)
            offered = np.nan_to_num(rows.offered)
            aht = np.where(np.isnan(rows.aht_seconds), default, rows.aht_seconds)
            items, work = float(offered.sum()), float((offered * aht).sum())
            mean = work / items if work > 0.0 else default
            # Backlog is worked on too where nothing more is expected.
            weight = self._put(member, _as_floats(rows.is_open), empty=0.0) * (work + 1.0)
            busy, done = busy + weight, done + weight / mean
        mean_aht = np.full(busy.size, np.nan)
        np.divide(busy, done, out=mean_aht, where=done > 0.0)
        return mean_aht


def _as_floats(holds: NDArray[np.bool_]) -> FloatArray:
    return np.asarray(holds, dtype=np.float64)


def share_work(deferred: Sequence[Member], size: int) -> dict[int, FloatArray]:
    """Return each deferred queue's share of its pool's time by slot: by work, of those open then."""
    weights = {}
    for member in deferred:
        rows = member.intervals.rows
        is_open = np.zeros(size)
        member.intervals.spread(_as_floats(rows.is_open), onto=is_open, is_total=False)
        minutes = member.source.queue.interval_minutes
        weights[member.source.queue.pk] = is_open * (
            float(np.nansum(rows.workload_erlangs)) * minutes + 1e-9
        )
    total = np.sum(list(weights.values()), axis=0)
    return {
        pk: np.divide(weight, total, out=np.zeros(size), where=total > 0.0)
        for pk, weight in weights.items()
    }


def hand_out(
    members: Sequence[Member], found: PoolPrediction, spare: Mapping[int, FloatArray]
) -> None:
    """Write whose hours could move: of what deferred work leaves, each queue's part by its people.

    Args:
        members: The pool's queues.
        found: What its people have time for.
        spare: By deferred queue and slot, the part of that time that it makes no use of.

    """
    left = np.where(np.nan_to_num(found.for_items) > 0.0, found.for_items, 0.0)
    left = left * np.sum([np.nan_to_num(part) for part in spare.values()], axis=0)
    left = np.where(np.nan_to_num(found.for_items) > 0.0, left, np.nan_to_num(found.idle))
    left = np.where(np.nan_to_num(found.misses) > 0.0, 0.0, left)
    heads = {
        member.source.queue.pk: np.nan_to_num(member.figures[PLACE["scheduled_hours"]])
        for member in members
    }
    total = np.sum(list(heads.values()), axis=0)
    for member in members:
        own = heads[member.source.queue.pk]
        part = np.divide(own, total, out=np.zeros_like(own), where=total > 0.0)
        row = member.figures[PLACE["transferable_hours"]]
        known = np.isfinite(found.idle)
        row[known] = (left * part * SLOT_HOURS)[known]
