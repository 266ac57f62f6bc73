"""Seconds by planned and declared activity, and of paid time by hour of the week and reason.

Works on the segments that the sweep has cut (`core.sweep.cut`), so both agree to the second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.axis import sum_by, take
from adherence.core.data import Ints, Spans, SweepData
from adherence.core.groups import StateGroup
from adherence.core.sweep import Segments
from adherence.core.time_cells import PRESENT, Bools, DayCells, HourCells, Kind

HOUR, QUARTER, DAY = 3600, 900, 86_400
MONDAY_SHIFT = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True)
class CodeFacts:
    """Per activity code of the sweep: its database id, and what the plan makes of it."""

    id: Ints
    is_paid: Bools
    is_on_position: Bools
    accepts_offline: Bools


@dataclass(frozen=True)
class ZoneClock:
    """A zone's offsets from UTC: `offset` holds from `since` on; the first one before it too."""

    since: Ints
    offset: Ints

    @property
    def step(self) -> int:
        """After how many seconds at most another local hour begins."""
        return HOUR if len(np.unique(self.offset % HOUR)) == 1 else QUARTER

    def week_hours(self, at: Ints) -> Ints:
        """The local hour of the week at each moment."""
        era = np.maximum(np.searchsorted(self.since, at, side="right") - 1, 0)
        local = at + self.offset[era]
        return np.asarray(
            (local // DAY + MONDAY_SHIFT) % 7 * 24 + local % DAY // HOUR, dtype=np.int64
        )


@dataclass(frozen=True)
class TimeLayers:
    """What the sweep does not ask for: names of the states, queues of the plan, time off.

    `declared` is per state point (0: clocked out), `queue` and `clock` per planned row (0 and -1:
    none); `time_off_code` belongs to the spans of `time_off`, sorted by agent and start.
    """

    codes: CodeFacts
    declared: Ints
    queue: Ints
    clock: Ints
    clocks: tuple[ZoneClock, ...]
    time_off: Spans
    time_off_code: Ints


@dataclass(frozen=True)
class Sums:
    """Seconds by operational day (row of the windows) and cell, in that order; none are 0."""

    window: Ints
    cell: Ints
    seconds: Ints


@dataclass(frozen=True)
class ActivityTimes:
    """What became of each operational day."""

    by_code: Sums
    by_hour: Sums
    paid_seconds: Ints
    """Planned and paid, per operational day."""
    off_seconds: Ints
    """Of these inside approved time off."""


def nearest_queues(*, owner: Ints, queue: Ints) -> Ints:
    """Give rows without queue (0) the one of the row before them, else of the one after.

    A break belongs to the work around it. `owner` marks rows of one agent's day; they stand
    together and in order of time.
    """
    count = len(queue)
    place = np.arange(count)
    begins = np.ones(count, np.bool_)
    begins[1:] = owner[1:] != owner[:-1]
    first = np.maximum.accumulate(np.where(begins, place, 0))
    before = np.maximum.accumulate(np.where(queue > 0, place, -1))
    ends = np.append(begins[1:], np.ones(min(count, 1), np.bool_))
    last = np.minimum.accumulate(np.where(ends, place, count)[::-1])[::-1]
    after = np.minimum.accumulate(np.where(queue > 0, place, count)[::-1])[::-1]
    found = np.where(before >= first, before, np.where(after <= last, after, -1))
    return np.where(found >= 0, take(queue, found), 0)


def activity_time(data: SweepData, segments: Segments, layers: TimeLayers) -> ActivityTimes:
    """Sum the segments up; cut them `also` at the edges of `layers.time_off`.

    Without a plan only declared states are told: who is off duty has nothing to tell.
    """
    is_off = segments.axis.is_covered(layers.time_off, segments.start)
    cells = _day_cells(data, segments, layers, is_off)
    paid = cells.is_planned & cells.is_paid
    days = len(data.windows.agent)
    told = cells.is_planned | ~cells.is_kind(Kind.OFFLINE, Kind.NOT_SEEN) | (cells.actual > 0)
    return ActivityTimes(
        by_code=_sums(segments.window[told], cells.packed()[told], segments.length[told]),
        by_hour=_by_hour(segments, layers, cells, paid & (cells.queue > 0)),
        paid_seconds=sum_by(segments.window[paid], segments.length[paid], days),
        off_seconds=sum_by(segments.window[paid & is_off], segments.length[paid & is_off], days),
    )


def _day_cells(data: SweepData, segments: Segments, layers: TimeLayers, is_off: Bools) -> DayCells:
    facts, planned = layers.codes, segments.is_planned
    code = np.where(planned, segments.code, 0)
    is_paid = planned & _flags(facts.is_paid, code)
    declared = np.where(segments.point >= 0, take(layers.declared, segments.point), 0)
    kind = segments.group.copy()
    has_state = (declared > 0) & (kind != StateGroup.UNKNOWN)
    silent = (kind == StateGroup.OFFLINE) & (declared == 0) & is_paid
    kind[silent] = _why_silent(data, segments)[silent]
    kind[silent & segments.is_excused] = Kind.EXCUSED
    kind[silent & is_off] = Kind.TIME_OFF
    kind[silent & _flags(facts.accepts_offline, code)] = Kind.OFFLINE
    off_code = _time_off_codes(segments, layers)
    actual = np.where(has_state, declared, np.where(kind == Kind.TIME_OFF, off_code, 0))
    return DayCells(
        queue=np.where(planned, take(layers.queue, segments.row), 0),
        planned=np.where(planned, take(facts.id, code), 0),
        is_paid=is_paid,
        is_position=planned & _flags(facts.is_on_position, code),
        actual=actual,
        kind=kind,
    )


def _why_silent(data: SweepData, segments: Segments) -> Ints:
    """Absent, late, left early or logged off: by the first and last presence in the stretch.

    A stretch are the planned rows of a day that touch, whatever their codes.
    """
    plan = data.plan
    begins = np.ones(len(plan.agent), np.int64)
    begins[1:] = (plan.agent[1:] != plan.agent[:-1]) | (plan.starts_at[1:] != plan.ends_at[:-1])
    number = np.where(segments.row >= 0, take(np.cumsum(begins) - 1, segments.row), 0)
    # Two operational days may touch: a stretch never goes beyond its day.
    stretch = number + segments.window
    count = int(stretch.max(initial=0)) + 1
    there = (segments.row >= 0) & np.isin(segments.group, [int(kind) for kind in PRESENT])
    ever = np.iinfo(np.int64).max
    first, last = np.full(count, ever), np.full(count, -1)
    np.minimum.at(first, stretch[there], segments.start[there])
    np.maximum.at(last, stretch[there], segments.start[there])
    return np.select(
        [last[stretch] < 0, segments.start < first[stretch], segments.start > last[stretch]],
        [int(Kind.ABSENT), int(Kind.LATE), int(Kind.LEFT_EARLY)],
        default=int(Kind.LOGGED_OFF),
    )


def _time_off_codes(segments: Segments, layers: TimeLayers) -> Ints:
    """The code of the time off that began last."""
    starts = segments.axis.keys(layers.time_off.agent, layers.time_off.starts_at)
    row = np.searchsorted(starts, segments.start, side="right") - 1
    return np.where(row >= 0, take(layers.time_off_code, row), 0)


def _by_hour(segments: Segments, layers: TimeLayers, cells: DayCells, chosen: Bools) -> Sums:
    """Paid planned seconds on a queue by the hour of the week, in the queue's zone."""
    rows = np.flatnonzero(chosen)
    reason, code = cells.reasons()
    start = segments.axis.seconds(segments.start[rows])
    clock = take(layers.clock, segments.row[rows])
    window, cell, seconds = [], [], []
    for number in np.unique(clock).tolist():
        own = np.flatnonzero(clock == number)
        piece, week_hour, length = _hours(
            start[own], segments.length[rows[own]], layers.clocks[number]
        )
        source = rows[own[piece]]
        window.append(segments.window[source])
        cell.append(
            HourCells(cells.queue[source], week_hour, reason[source], code[source]).packed()
        )
        seconds.append(length)
    return _sums(*(_joined(parts) for parts in (window, cell, seconds)))


def _hours(start: Ints, length: Ints, clock: ZoneClock) -> tuple[Ints, Ints, Ints]:
    """Cut pieces where another local hour begins: piece, hour of the week, seconds."""
    step = clock.step
    shift = int(clock.offset[0]) % step
    first = (start + shift) // step
    parts = (start + length - 1 + shift) // step - first + 1
    piece = np.repeat(np.arange(len(start)), parts)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    edge = (first[piece] + within) * step - shift
    begins = np.maximum(edge, start[piece])
    ends = np.minimum(edge + step, start[piece] + length[piece])
    return piece, clock.week_hours(begins), ends - begins


def _sums(window: Ints, cell: Ints, seconds: Ints) -> Sums:
    """Add up what belongs to one day and cell."""
    order = np.lexsort((cell, window))
    window, cell, seconds = window[order], cell[order], seconds[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (window[1:] != window[:-1]) | (cell[1:] != cell[:-1])
    first = np.flatnonzero(begins)
    return Sums(
        window=window[first],
        cell=cell[first],
        seconds=np.add.reduceat(seconds, first) if len(first) else seconds,
    )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _flags(values: Bools, rows: Ints) -> NDArray[np.bool_]:
    return take(values.astype(np.int64), rows).astype(np.bool_)
