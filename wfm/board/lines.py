"""One queue on the board: its figures in every quarter hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from staffing.core.transfer import Transfer
from staffing.models import CallbackOffer, Pool, RequirementQueueResult
from wfm.board.grid import SLOT_HOURS, SLOT_SECONDS, BoardGrid
from wfm.board.rows import OpenItems, RequiredRows
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import BusinessCalendar, local_dates

if TYPE_CHECKING:  # web processes load no engine
    from staffing.core.deferred_demand import DeferredDemand

FIGURES = (
    "offered",
    "workload_hours",
    "required_hours",
    "to_schedule_hours",
    "scheduled_hours",
    "difference_hours",
    "short_hours",
    "counted",
    "in_time",
    "late",
    "at_risk",
    "transferable_hours",
)
"""What is told of every slot, and added up over columns, queues and teams; see docs/metrics.md.
`counted` are contacts or items due of which a prediction is made, `in_time` and `late` their parts.
"""
PLACE = {name: place for place, name in enumerate(FIGURES)}


@dataclass(frozen=True)
class PooledPlan:
    """How the requirement in force staffs a pool.

    Attributes:
        pk: The pool's result.
        is_visible: Whether the reader sees every queue of it; else nothing can be told.
        is_whole: Whether every queue of it is still active.
        is_by_skill: Whether its people are groups with skills of their own.
        starts_at: Seconds since 1970 of its intervals.
        reserve_agents: Idle people kept from deferred work in each.
        is_interruptible: Whether a live contact takes the agent off an item.

    """

    pk: int
    is_visible: bool
    is_whole: bool
    is_by_skill: bool
    starts_at: NDArray[np.int64]
    reserve_agents: FloatArray
    is_interruptible: bool

    @classmethod
    def hidden(cls, pk: int) -> PooledPlan:
        """Return the plan of a pool that the reader does not see whole."""
        return cls(
            pk=pk,
            is_visible=False,
            is_whole=True,
            is_by_skill=False,
            starts_at=np.zeros(0, dtype=np.int64),
            reserve_agents=np.zeros(0),
            is_interruptible=False,
        )

    def reserve_at(self, seconds: NDArray[np.int64]) -> FloatArray:
        """Return the reserve at these moments; everybody where the plan says nothing."""
        if not self.starts_at.size:
            return np.full(seconds.size, np.inf)
        place = np.clip(
            np.searchsorted(self.starts_at, seconds, side="right") - 1, 0, self.starts_at.size - 1
        )
        inside = (seconds >= self.starts_at[0]) & (seconds <= self.starts_at[-1])
        return np.where(inside, self.reserve_agents[place], np.inf)


@dataclass(frozen=True)
class Source:
    """What is known of one queue before anything is predicted."""

    queue: Queue
    result: RequirementQueueResult | None
    """How the requirement in force was computed; None where there is none."""
    rows: RequiredRows | None
    goals: Sequence[ServiceGoal]
    calendar: BusinessCalendar | None
    pool: Pool | None
    plan: PooledPlan | None = None
    """Its pool's, where the requirement in force staffs it with others."""
    offers: Sequence[CallbackOffer] = ()
    """Callbacks it offers."""

    @property
    def params(self) -> RequirementParams:
        """Return the parameters of the requirement in force."""
        if self.result is None or not self.result.run.parameters:
            return RequirementParams()
        return RequirementParams.from_json(self.result.run.parameters)

    @property
    def transfer(self) -> Transfer:
        """Return how far its people may do other work: by its pool's rules, else the usual ones."""
        if self.pool is None:
            return Transfer()
        return Transfer(give=self.pool.live_give_rate, occupancy_cap=self.pool.max_occupancy_rate)


@dataclass(frozen=True)
class QueueIntervals:
    """The queue's own intervals on the board's grid."""

    rows: RequiredRows
    slot: NDArray[np.int64]
    """First slot of each interval; below 0 where it begins before the grid."""
    width: int
    """Slots of an interval."""
    dates: NDArray[np.datetime64]

    @classmethod
    def of(cls, source: Source, grid: BoardGrid) -> QueueIntervals | None:
        """Return them; None without a requirement."""
        rows = source.rows
        if rows is None or not rows.starts_at.size:
            return None
        return cls(
            rows=rows,
            slot=(rows.starts_at - grid.slots.first) // SLOT_SECONDS,
            width=max(1, source.queue.interval_minutes * 60 // SLOT_SECONDS),
            dates=local_dates(rows.starts_at.astype("datetime64[s]"), source.queue.timezone),
        )

    def held(self, goal: ServiceGoal) -> NDArray[np.bool_]:
        """Tell in which intervals a goal version holds."""
        holds = self.dates >= np.datetime64(goal.starts_on)
        if goal.ends_on is not None:
            holds &= self.dates < np.datetime64(goal.ends_on)
        return np.asarray(holds)

    def mean(self, by_slot: FloatArray) -> FloatArray:
        """Return the mean over each interval of what is known by slot; NaN outside the grid."""
        places = self.slot[:, None] + np.arange(self.width)
        inside = (places >= 0) & (places < by_slot.size)
        values = np.where(inside, by_slot[np.clip(places, 0, by_slot.size - 1)], 0.0)
        counts = inside.sum(axis=1)
        mean = np.full(counts.size, np.nan)
        np.divide(values.sum(axis=1), counts, out=mean, where=counts > 0)
        return mean

    def spread(self, values: FloatArray, *, onto: FloatArray, is_total: bool = True) -> None:
        """Write interval values into slots: a total in equal parts, a rate as it is."""
        parts = values / self.width if is_total else values
        for offset in range(self.width):
            places = self.slot + offset
            inside = (places >= 0) & (places < onto.size)
            onto[places[inside]] = parts[inside]


@dataclass(frozen=True)
class Backlog:
    """Open work of a deferred queue: by age at the origin, and over time."""

    items: OpenItems
    origin_at: datetime
    aht_seconds: float
    hours_by_slot: FloatArray
    """Hours of open work at the start of each slot; NaN where nothing is predicted."""
    demand: DeferredDemand | None = None
    """The work that is followed, from `origin_at` on."""
    people: FloatArray | None = None
    """Who works on it, by interval of `demand`."""


@dataclass(frozen=True)
class QueueLine:
    """One queue, with a row of slots per figure."""

    source: Source
    figures: FloatArray
    """Figure x slot."""
    backlog: Backlog | None = None
    notes: tuple[str, ...] = field(default=())
    """Why a prediction is missing."""

    @property
    def queue(self) -> Queue:
        """The queue itself."""
        return self.source.queue

    def of(self, name: str) -> FloatArray:
        """Return one figure by slot."""
        return np.asarray(self.figures[PLACE[name]])

    def closing_hours(self, grid: BoardGrid) -> float | None:
        """Return the open work when the period's last known slot begins."""
        if self.backlog is None:
            return None
        shown = self.backlog.hours_by_slot[grid.shown]
        known = shown[np.isfinite(shown)]
        return float(known[-1]) if known.size else None


def empty_figures(grid: BoardGrid) -> FloatArray:
    """Return a row of slots per figure of which nothing is known."""
    return np.full((len(FIGURES), grid.slots.count), np.nan)


def write_requirement(figures: FloatArray, intervals: QueueIntervals, *, hours: float) -> None:
    """Write demand and requirement; closed intervals ask for nobody."""
    rows = intervals.rows
    for name, values, is_total in (
        ("offered", np.nan_to_num(rows.offered), True),
        ("workload_hours", np.nan_to_num(rows.workload_erlangs) * hours, True),
        ("required_hours", np.where(rows.is_open, rows.required_agents, 0.0) * hours, True),
        ("to_schedule_hours", np.where(rows.is_open, rows.required_fte, 0.0) * hours, True),
    ):
        intervals.spread(values, onto=figures[PLACE[name]], is_total=is_total)


def write_people(figures: FloatArray, people: FloatArray) -> None:
    """Write scheduled people and how they differ from those to schedule."""
    scheduled = people * SLOT_HOURS
    figures[PLACE["scheduled_hours"]] = scheduled
    difference = scheduled - figures[PLACE["to_schedule_hours"]]
    figures[PLACE["difference_hours"]] = difference
    figures[PLACE["short_hours"]] = np.maximum(-difference, 0.0)
