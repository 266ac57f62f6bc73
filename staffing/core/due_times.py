"""Due times and opening hours of deferred work, put on a grid."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.core.slices import slices_of
from wfm.timeline import BusinessCalendar, Interval, merge
from wfm.timeline.due import DueRule, due_instants
from wfm.timeline.grid import Instants

ONE_SECOND = np.timedelta64(1, "s")


def open_stretches(
    calendar: BusinessCalendar, *, starts_at: datetime, ends_at: datetime
) -> list[Interval]:
    """Return when the calendar is open in [starts_at, ends_at), in order, none touching the next."""
    whole = Interval(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    days = (ends_at - starts_at).days + 3
    first = starts_at.date() - timedelta(days=1)
    found = merge(
        stretch
        for offset in range(days + 1)
        for stretch in calendar.intervals(first + timedelta(days=offset))
    )
    clipped = [part.clip(whole) for part in found]
    return [part for part in clipped if part is not None]


def stretch_seconds(
    stretches: Sequence[Interval], *, starts_at: datetime
) -> tuple[FloatArray, FloatArray]:
    """Return when each begins and when it ends, in seconds after `starts_at`."""
    opens = [(part.starts_at - starts_at).total_seconds() for part in stretches]
    closes = [(part.ends_at - starts_at).total_seconds() for part in stretches]
    return np.array(opens, dtype=np.float64), np.array(closes, dtype=np.float64)


def open_seconds_until(opens: FloatArray, closes: FloatArray, moments: FloatArray) -> FloatArray:
    """Return the open time up to each moment; the stretches are in order and do not touch."""
    if not opens.size:
        return np.zeros(moments.shape)
    edges = np.column_stack([opens, closes]).ravel()
    passed = np.column_stack([np.zeros(opens.size), closes - opens]).ravel().cumsum()
    return np.asarray(np.interp(moments, edges, passed))


def open_seconds_by_slice(
    opens: FloatArray, closes: FloatArray, *, intervals: int, step_seconds: int
) -> FloatArray:
    """Return the open seconds in each slice of each interval."""
    slices = intervals * slices_of(step_seconds)
    edges = np.linspace(0.0, intervals * step_seconds, slices + 1)
    return np.asarray(np.diff(open_seconds_until(opens, closes, edges)))


def due_seconds(
    calendar: BusinessCalendar,
    rules: Sequence[tuple[NDArray[np.intp], DueRule]],
    *,
    starts_at: Instants,
    step_seconds: int,
) -> tuple[FloatArray, FloatArray]:
    """Return when items are due that come at the start and at the end of each slice.

    Seconds from the start of the grid. `rules` are the intervals for which each holds.
    """
    slices = slices_of(step_seconds)
    first = np.full((starts_at.size, slices), np.inf)
    last = first.copy()
    offsets = (np.arange(slices) * step_seconds // slices).astype("timedelta64[s]")
    ends = np.append(offsets[1:], np.timedelta64(step_seconds, "s")) - ONE_SECOND
    for rows, rule in rules:
        for found, since in ((first, offsets), (last, ends)):
            moments = starts_at[rows][:, None] + since
            due = due_instants(calendar, rule, moments)
            found[rows] = (due - starts_at[0]).astype(np.float64)
    return first.ravel(), last.ravel()
