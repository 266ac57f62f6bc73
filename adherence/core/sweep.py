"""The sweep: plan against actual, to the second, for any number of agents and days at once.

All boundaries of an agent (days, states, activities, excuses, silences) cut time into elementary
segments in which nothing changes; each layer is then looked up once per segment. Agents are laid
end to end on one axis of integers, so one sort and a few binary searches serve all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Deviations, Ints, Spans, SweepData, SweepResult
from adherence.core.groups import StateGroup, accepts_group

GROUPS = len(StateGroup)


@dataclass(frozen=True)
class _Axis:
    """Agents laid end to end: key = agent x width + (second - origin)."""

    origin: int
    width: int

    @classmethod
    def over(cls, data: SweepData) -> "_Axis":
        """An axis that holds every day of the sweep."""
        origin = int(data.windows.starts_at.min())
        return cls(origin=origin, width=int(data.windows.ends_at.max()) - origin + 2)

    def keys(self, agent: Ints, at: Ints) -> Ints:
        """Where these moments lie; moments outside every day are drawn to its edge."""
        inside = np.clip(at - self.origin, 0, self.width - 1)
        return np.asarray(agent * self.width + inside, dtype=np.int64)

    def agents(self, keys: Ints) -> Ints:
        """Whose moments these are."""
        return np.asarray(keys // self.width, dtype=np.int64)

    def seconds(self, keys: Ints) -> Ints:
        """When these moments are."""
        return np.asarray(keys % self.width + self.origin, dtype=np.int64)


@dataclass(frozen=True)
class _Segments:
    """Elementary segments inside the days, with what every layer says about them."""

    start: Ints
    length: Ints
    window: Ints
    code: Ints
    stretch: Ints
    group: Ints
    is_excused: NDArray[np.bool_]

    @property
    def is_planned(self) -> NDArray[np.bool_]:
        return self.stretch >= 0


def sweep(data: SweepData) -> SweepResult:
    """Seconds by planned activity and actual group, and what of it is out of adherence.

    Rules: an approved exception counts as in adherence and interrupts a deviation; a silent feed
    is unknown, neither in nor out; a deviation lies within one planned activity, and beyond the
    tolerance of that activity it counts whole, not only the excess.
    """
    codes = data.codes.count
    days = len(data.windows.agent)
    if days == 0:
        return _empty_result(data)
    axis = _Axis.over(data)
    segments = _cut(data, axis)
    mask = np.append(data.codes.accepted_mask, 0)
    matches = accepts_group(mask[segments.code], segments.group)
    is_unknown = segments.group == StateGroup.UNKNOWN
    deviates = segments.is_planned & ~matches & ~is_unknown & ~segments.is_excused
    counts, deviations = _judged(data, axis, segments, deviates)
    excused = segments.is_planned & ~matches & segments.is_excused
    counts_unapproved = counts
    if (excused & ~is_unknown).any():
        unapproved = deviates | (excused & ~is_unknown)
        counts_unapproved, _ = _judged(data, axis, segments, unapproved)

    def tally(chosen: NDArray[np.bool_]) -> Ints:
        cells = segments.window[chosen] * codes + segments.code[chosen]
        return _sum_by(cells, segments.length[chosen], days * codes).reshape(days, codes)

    cells = (segments.window * (codes + 1) + segments.code) * GROUPS + segments.group
    seconds = _sum_by(cells, segments.length, days * (codes + 1) * GROUPS)
    tolerance = data.codes.tolerance_seconds[deviations.code]
    excess = (deviations.ends_at - deviations.starts_at - tolerance)[deviations.counts]
    return SweepResult(
        seconds=seconds.reshape(days, codes + 1, GROUPS),
        matched=tally(segments.is_planned & matches),
        tolerated=tally(deviates & ~counts),
        excused=tally(excused),
        out=tally(counts),
        unknown=tally(segments.is_planned & is_unknown & ~segments.is_excused),
        out_unapproved=tally(counts_unapproved),
        excess_seconds=_sum_by(deviations.window[deviations.counts], excess, days),
        deviations=deviations,
        is_on_position=data.codes.is_on_position,
    )


def _cut(data: SweepData, axis: _Axis) -> _Segments:
    """Cut at every boundary, keep what lies inside a day, and look each layer up."""
    spans = (data.windows, data.plan, data.excused, data.silences)
    edges = [axis.keys(span.agent, at) for span in spans for at in (span.starts_at, span.ends_at)]
    state_keys = axis.keys(data.states.agent, data.states.at)
    cuts = _distinct(np.concatenate([*edges, state_keys]))
    start, length = cuts[:-1], np.diff(cuts)
    window = _row_at(axis, data.windows, start)
    inside = window >= 0
    start, length, window = start[inside], length[inside], window[inside]
    row = _row_at(axis, data.plan, start)
    is_planned = row >= 0
    return _Segments(
        start=start,
        length=length,
        window=window,
        code=np.where(is_planned, _take(data.plan.code, row), data.codes.count),
        stretch=np.where(is_planned, _take(_stretches(data), row), -1),
        group=_group_at(data, axis, state_keys, start),
        is_excused=_is_covered(axis, data.excused, start),
    )


def _group_at(data: SweepData, axis: _Axis, state_keys: Ints, start: Ints) -> Ints:
    """The last state at or before each segment; offline before the first, unknown in silence."""
    point = np.searchsorted(state_keys, start, side="right") - 1
    is_own = (point >= 0) & (_take(data.states.agent, point, empty=-1) == axis.agents(start))
    # Points after the last day were drawn to its edge, which no segment reaches.
    group = np.where(is_own, _take(data.states.group, point), StateGroup.OFFLINE)
    return np.where(_is_covered(axis, data.silences, start), StateGroup.UNKNOWN, group)


def _row_at(axis: _Axis, spans: Spans, start: Ints) -> Ints:
    """The row of sorted, disjoint spans that covers each moment, or -1."""
    # Rows without length would hide the row before them from the binary search.
    solid = np.flatnonzero(spans.ends_at > spans.starts_at)
    starts = axis.keys(spans.agent[solid], spans.starts_at[solid])
    ends = axis.keys(spans.agent[solid], spans.ends_at[solid])
    row = np.searchsorted(starts, start, side="right") - 1
    covers = (row >= 0) & (start < _take(ends, row))
    return np.where(covers, _take(solid, row), -1)


def _is_covered(axis: _Axis, spans: Spans, start: Ints) -> NDArray[np.bool_]:
    """Whether any span is open: more have begun than have ended."""
    begun = np.sort(axis.keys(spans.agent, spans.starts_at))
    ended = np.sort(axis.keys(spans.agent, spans.ends_at))
    depth = np.searchsorted(begun, start, side="right") - np.searchsorted(
        ended, start, side="right"
    )
    return np.asarray(depth > 0)


def _stretches(data: SweepData) -> Ints:
    """Planned rows that touch and carry one code are one stretch: a cut adds no tolerance."""
    plan = data.plan
    if len(plan.agent) == 0:
        return np.empty(0, np.int64)
    begins = np.ones(len(plan.agent), np.int64)
    begins[1:] = (
        (plan.agent[1:] != plan.agent[:-1])
        | (plan.starts_at[1:] != plan.ends_at[:-1])
        | (plan.code[1:] != plan.code[:-1])
    )
    return np.asarray(np.cumsum(begins) - 1, dtype=np.int64)


def _judged(
    data: SweepData, axis: _Axis, segments: _Segments, deviates: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Deviations]:
    """Which segments belong to deviations beyond their tolerance, and the deviations."""
    run, deviations = _deviations(data, axis, segments, deviates)
    counts = np.zeros(len(segments.start), np.bool_)
    counts[deviates] = deviations.counts[run[deviates]]
    return counts, deviations


def _deviations(
    data: SweepData, axis: _Axis, segments: _Segments, deviates: NDArray[np.bool_]
) -> tuple[Ints, Deviations]:
    """Number the unbroken deviations and hold each against the tolerance of its activity."""
    if not deviates.any():
        return np.zeros(len(deviates), np.int64), _no_deviations()
    ends = segments.start + segments.length
    begins = deviates.copy()
    begins[1:] &= ~(
        deviates[:-1]
        & (segments.window[1:] == segments.window[:-1])
        & (segments.stretch[1:] == segments.stretch[:-1])
        & (segments.start[1:] == ends[:-1])
    )
    run = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    count = len(first)
    length = _sum_by(run[deviates], segments.length[deviates], count)
    starts_at = axis.seconds(segments.start[first])
    code = segments.code[first]
    return run, Deviations(
        window=segments.window[first],
        starts_at=starts_at,
        ends_at=starts_at + length,
        code=code,
        first_group=segments.group[first],
        counts=length > data.codes.tolerance_seconds[code],
    )


def _distinct(keys: Ints) -> Ints:
    """Sorted, each once: for whole numbers faster than np.unique, which hashes them first."""
    keys = np.sort(keys)
    first = np.ones(len(keys), np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    return keys[first]


def _take(values: Ints, rows: Ints, *, empty: int = 0) -> Ints:
    """`values[rows]` where rows may be -1 (any value then) or there may be no values at all."""
    if len(values) == 0:
        return np.full(len(rows), empty, np.int64)
    return np.asarray(values[rows], dtype=np.int64)


def _sum_by(cells: Ints, seconds: Ints, count: int) -> Ints:
    # bincount adds in doubles, exact far beyond any sum of seconds (2 ** 53).
    return np.bincount(cells, weights=seconds, minlength=count).astype(np.int64)


def _no_deviations() -> Deviations:
    empty = np.empty(0, np.int64)
    return Deviations(
        window=empty,
        starts_at=empty,
        ends_at=empty,
        code=empty,
        first_group=empty,
        counts=np.empty(0, np.bool_),
    )


def _empty_result(data: SweepData) -> SweepResult:
    codes = data.codes.count
    nothing = np.zeros((0, codes), np.int64)
    return SweepResult(
        seconds=np.zeros((0, codes + 1, GROUPS), np.int64),
        matched=nothing,
        tolerated=nothing,
        excused=nothing,
        out=nothing,
        unknown=nothing,
        out_unapproved=nothing,
        excess_seconds=np.zeros(0, np.int64),
        deviations=_no_deviations(),
        is_on_position=data.codes.is_on_position,
    )
