"""The sweep: plan against actual, to the second, for any number of agents and days at once.

All boundaries of an agent (days, states, activities, excuses, silences) cut time into elementary
segments in which nothing changes; each layer is then looked up once per segment. Agents are laid
end to end on one axis of integers, so one sort and a few binary searches serve all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.axis import Axis, sum_by, take
from adherence.core.data import Deviations, Ints, Spans, SweepData, SweepResult
from adherence.core.groups import StateGroup, accepts_group

GROUPS = len(StateGroup)


@dataclass(frozen=True)
class Segments:
    """Elementary segments inside the days, with what every layer says about them."""

    axis: Axis
    start: Ints
    length: Ints
    window: Ints
    row: Ints
    """Of the plan; -1 without."""
    point: Ints
    """Of the states: the last at or before; -1 before the first."""
    code: Ints
    stretch: Ints
    group: Ints
    is_excused: NDArray[np.bool_]

    @property
    def is_planned(self) -> NDArray[np.bool_]:
        """Whether something was planned."""
        return self.stretch >= 0


def sweep(data: SweepData, segments: Segments | None = None) -> SweepResult:
    """Seconds by planned activity and actual group, and what of it is out of adherence.

    Rules: an approved exception counts as in adherence and interrupts a deviation; a silent feed
    is unknown, neither in nor out; a deviation lies within one planned activity, and beyond the
    tolerance of that activity it counts whole, not only the excess. Segments that are cut already
    (`cut`) are used as they are.
    """
    codes = data.codes.count
    days = len(data.windows.agent)
    if days == 0:
        return _empty_result(data)
    segments = segments or cut(data)
    mask = np.append(data.codes.accepted_mask, 0)
    matches = accepts_group(mask[segments.code], segments.group)
    is_unknown = segments.group == StateGroup.UNKNOWN
    deviates = segments.is_planned & ~matches & ~is_unknown & ~segments.is_excused
    counts, deviations = _judged(data, segments, deviates)
    excused = segments.is_planned & ~matches & segments.is_excused
    counts_unapproved = counts
    if (excused & ~is_unknown).any():
        unapproved = deviates | (excused & ~is_unknown)
        counts_unapproved, _ = _judged(data, segments, unapproved)

    def tally(chosen: NDArray[np.bool_]) -> Ints:
        cells = segments.window[chosen] * codes + segments.code[chosen]
        return sum_by(cells, segments.length[chosen], days * codes).reshape(days, codes)

    cells = (segments.window * (codes + 1) + segments.code) * GROUPS + segments.group
    seconds = sum_by(cells, segments.length, days * (codes + 1) * GROUPS)
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
        excess_seconds=sum_by(deviations.window[deviations.counts], excess, days),
        deviations=deviations,
        is_on_position=data.codes.is_on_position,
    )


def cut(data: SweepData, *, also: Sequence[Spans] = ()) -> Segments:
    """Cut at every boundary, keep what lies inside a day, and look each layer up.

    Boundaries of `also` cut too; that changes nothing of what the sweep finds.
    """
    axis = Axis.over(data.windows)
    spans = (data.windows, data.plan, data.excused, data.silences, *also)
    edges = [axis.keys(span.agent, at) for span in spans for at in (span.starts_at, span.ends_at)]
    state_keys = axis.keys(data.states.agent, data.states.at)
    cuts = _distinct(np.concatenate([*edges, state_keys]))
    start, length = cuts[:-1], np.diff(cuts)
    window = axis.row_at(data.windows, start)
    inside = window >= 0
    start, length, window = start[inside], length[inside], window[inside]
    row = axis.row_at(data.plan, start)
    point = _point_at(data, axis, state_keys, start)
    is_planned = row >= 0
    is_silent = axis.is_covered(data.silences, start)
    group = np.where(point >= 0, take(data.states.group, point), StateGroup.OFFLINE)
    return Segments(
        axis=axis,
        start=start,
        length=length,
        window=window,
        row=row,
        point=point,
        code=np.where(is_planned, take(data.plan.code, row), data.codes.count),
        stretch=np.where(is_planned, take(_stretches(data), row), -1),
        group=np.where(is_silent, StateGroup.UNKNOWN, group),
        is_excused=axis.is_covered(data.excused, start),
    )


def _point_at(data: SweepData, axis: Axis, state_keys: Ints, start: Ints) -> Ints:
    """The agent's last state at or before each segment; -1 before the first."""
    point = np.searchsorted(state_keys, start, side="right") - 1
    is_own = (point >= 0) & (take(data.states.agent, point, empty=-1) == axis.agents(start))
    # Points after the last day were drawn to its edge, which no segment reaches.
    return np.where(is_own, point, -1)


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
    data: SweepData, segments: Segments, deviates: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Deviations]:
    """Which segments belong to deviations beyond their tolerance, and the deviations."""
    run, deviations = _deviations(data, segments, deviates)
    counts = np.zeros(len(segments.start), np.bool_)
    counts[deviates] = deviations.counts[run[deviates]]
    return counts, deviations


def _deviations(
    data: SweepData, segments: Segments, deviates: NDArray[np.bool_]
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
    length = sum_by(run[deviates], segments.length[deviates], count)
    starts_at = segments.axis.seconds(segments.start[first])
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
