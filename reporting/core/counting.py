"""From interval rows and work items to counts per period, pooled and never averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from reporting.core.periods import Span, as_datetime64, index_of_span
from wfm.metrics import Metric
from wfm.timeline import BusinessCalendar, grid
from wfm.timeline.grid import Instants

Counts = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class IntervalRows:
    """Interval history of one queue.

    Attributes:
        starts_at: beginning of each interval, in UTC.
        counts: by name of `wfm.metrics.COUNTS`; NaN where the source did not tell.
        threshold_seconds: the threshold that "within" was counted with; NaN where unknown.
        is_simulated: whether any count of the row comes from a simulation.

    """

    starts_at: Instants
    counts: Mapping[str, NDArray[np.float64]]
    threshold_seconds: NDArray[np.float64]
    is_simulated: NDArray[np.bool_]

    def __post_init__(self) -> None:
        shapes = {array.shape for array in self.counts.values()}
        shapes |= {self.starts_at.shape, self.threshold_seconds.shape, self.is_simulated.shape}
        if len(shapes) != 1:
            msg = f"Expected one length for all columns, got {sorted(shapes)}."
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class ItemRows:
    """Work items of one deferred queue; NaT in `completed_at` is open, NaN seconds unknown."""

    arrived_at: Instants
    due_at: Instants
    completed_at: Instants
    handle_seconds: NDArray[np.float64]
    is_simulated: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class PeriodCounts:
    """Counts of one period, and what they were made of."""

    span: Span
    counts: Counts
    rows: int
    is_simulated: bool


def usable_intervals(
    rows: IntervalRows, *, metric: Metric, threshold_seconds: int | None
) -> NDArray[np.bool_]:
    """Tell which intervals can be counted for the metric.

    Every count that the formula needs must be known, and "within" must have been counted with the
    clause's own threshold. An interval without contacts is countable: its counts are all zero.
    """
    mask = np.ones(rows.starts_at.shape, dtype=bool)
    empty = rows.counts["offered"] == 0
    for name in metric.counts_used:
        if name not in rows.counts:
            return np.zeros_like(mask)
        mask &= ~np.isnan(rows.counts[name]) | empty
    if any(name.endswith("_within_threshold") for name in metric.counts_used):
        mask &= (rows.threshold_seconds == threshold_seconds) | empty
    return mask


def ended_open_intervals(
    rows: IntervalRows, *, calendar: BusinessCalendar | None, minutes: int, as_of: datetime
) -> NDArray[np.bool_]:
    """Tell which intervals had ended by `as_of` and lie in the opening hours, where known."""
    last_start = as_datetime64(as_of) - np.timedelta64(minutes, "m")
    mask = rows.starts_at.astype("datetime64[us]") <= last_start
    if calendar is not None:
        mask &= calendar.open_mask(rows.starts_at)
    return mask


def expected_intervals(
    *, calendar: BusinessCalendar | None, spans: list[Span], minutes: int, as_of: datetime
) -> list[int]:
    """Return how many open intervals of each span had ended by `as_of`.

    Zero without a calendar: nothing says how many there should be.
    """
    if calendar is None:
        return [0] * len(spans)
    step = timedelta(minutes=minutes)
    found = []
    for span in spans:
        whole = max(0, (min(span.ends_at, as_of) - span.starts_at) // step)
        instants = grid(span.starts_at, span.starts_at + whole * step, minutes)
        found.append(int(calendar.open_mask(instants).sum()))
    return found


def count_intervals(
    rows: IntervalRows, *, spans: list[Span], mask: NDArray[np.bool_]
) -> list[PeriodCounts]:
    """Sum the counts of the intervals in `mask` per period."""
    index = np.where(mask, index_of_span(rows.starts_at, spans), -1)
    inside = index >= 0
    where = index[inside]
    length = len(spans)
    sums = {
        name: np.bincount(where, weights=np.nan_to_num(column[inside]), minlength=length)
        for name, column in rows.counts.items()
    }
    rows_in = np.bincount(where, minlength=length)
    simulated = np.bincount(where, weights=rows.is_simulated[inside], minlength=length)
    return [
        PeriodCounts(
            span=span,
            counts={name: float(column[number]) for name, column in sums.items()},
            rows=int(rows_in[number]),
            is_simulated=bool(simulated[number]),
        )
        for number, span in enumerate(spans)
    ]


def count_items(rows: ItemRows, *, spans: list[Span], as_of: datetime) -> list[PeriodCounts]:
    """Count items per period: due, arrived and completed each by their own time.

    Only what had happened by `as_of` counts: an item due later is not judged yet, and one
    completed later was still open.
    """
    known = as_datetime64(as_of)
    due, arrived = rows.due_at.astype("datetime64[us]"), rows.arrived_at.astype("datetime64[us]")
    done_at = rows.completed_at.astype("datetime64[us]")
    done = ~np.isnat(done_at) & (done_at <= known)
    in_time = done & (done_at <= due)
    turnaround = np.where(done, (done_at - arrived) / np.timedelta64(1, "s"), 0.0)
    touch = np.where(done, np.nan_to_num(rows.handle_seconds), 0.0)
    by_due, by_done, by_arrival = (
        np.where(mask, index_of_span(moments, spans), -1)
        for moments, mask in ((due, due <= known), (done_at, done), (arrived, arrived <= known))
    )
    columns = {
        "due_items": _sum(by_due, np.ones(len(due)), spans),
        "completed_by_due_items": _sum(by_due, in_time, spans),
        "completed_items": _sum(by_done, done, spans),
        "completed_within_sla_items": _sum(by_done, in_time, spans),
        "turnaround_seconds": _sum(by_done, turnaround, spans),
        "touch_seconds": _sum(by_done, touch, spans),
        "arrived_items": _sum(by_arrival, np.ones(len(due)), spans),
    }
    simulated = _sum(by_due, rows.is_simulated, spans)
    simulated += _sum(by_done, rows.is_simulated, spans) + _sum(
        by_arrival, rows.is_simulated, spans
    )
    return [
        PeriodCounts(
            span=span,
            counts={name: float(column[number]) for name, column in columns.items()}
            | {"opening_backlog_items": _open_at(arrived, done_at, done, span.starts_at)},
            rows=int(columns["due_items"][number]),
            is_simulated=bool(simulated[number]),
        )
        for number, span in enumerate(spans)
    ]


def _sum(
    index: NDArray[np.intp], weights: NDArray[np.float64] | NDArray[np.bool_], spans: list[Span]
) -> NDArray[np.float64]:
    inside = index >= 0
    return np.bincount(
        index[inside], weights=weights[inside].astype(np.float64), minlength=len(spans)
    ).astype(np.float64)


def _open_at(
    arrived: Instants, done_at: Instants, done: NDArray[np.bool_], moment: datetime
) -> float:
    at = as_datetime64(moment)
    return float(np.count_nonzero((arrived < at) & ~(done & (done_at < at))))
