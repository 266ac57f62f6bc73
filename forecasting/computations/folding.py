"""From the steps of a file's rows to the intervals of the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.computations.history_file import SeriesHistory
from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.opening import open_slots
from forecasting.core.wall_clock import MINUTES_PER_DAY, BoolArray, FloatArray, WallClockGrid


@dataclass(frozen=True)
class Folded:
    """A series on consecutive dates × labels."""

    volumes: FloatArray
    """A repeated label holds the sum of both hours; NaN is missing."""
    has_row: BoolArray
    aht_seconds: FloatArray | None
    """Mean weighted by volume; NaN where no row with volume has one."""
    step_slots: BoolArray
    """Weekday × step of the rows: open ones; slot 0 is the weekday of the first date."""


def folded(
    series: SeriesHistory,
    *,
    first_date: date,
    days: int,
    interval_minutes: int,
    tz: ZoneInfo,
    known_minutes: slice | None = None,
    step_slots: BoolArray | None = None,
) -> Folded:
    """Sum the rows of some dates into intervals; one that is only partly filled is missing.

    Steps at which the queue is closed, by the rule of `open_slots`, need no rows: the last hour of
    a queue that closes at five past is filled by its first five minutes.

    Args:
        series: rows on their own step.
        first_date: first date wanted.
        days: dates wanted; those outside the series have no rows.
        interval_minutes: width of a label.
        tz: where the clock changes.
        known_minutes: minutes of the first date whose rows count; None for all.
        step_slots: open steps (slot 0 = weekday of the first date); None to tell them from these
            dates.
    """
    there = _window(series, series.has_row, first_date, days, known_minutes) > 0
    exists = WallClockGrid(first_date, days, tz, series.step_minutes).repeats > 0
    begins, covered = _rows_of_dates(series, there, first_date)
    slots = open_slots(covered, exists) if step_slots is None else step_slots
    needed = exists & slots[np.arange(days) % DAYS_PER_WEEK] & begins
    shape = (days, MINUTES_PER_DAY // interval_minutes, interval_minutes // series.step_minutes)
    has_row = there.reshape(shape).any(axis=-1)
    full = (there | ~needed).reshape(shape).all(axis=-1) & has_row
    volumes = _window(series, series.volumes, first_date, days, known_minutes)
    sums = np.where(there, volumes, 0.0).reshape(shape).sum(axis=-1)
    aht = None
    if series.seconds is not None and series.handled is not None:
        seconds = _window(series, series.seconds, first_date, days, known_minutes)
        handled = _window(series, series.handled, first_date, days, known_minutes)
        seconds, handled = seconds.reshape(shape).sum(axis=-1), handled.reshape(shape).sum(axis=-1)
        known = (handled > 0) & full & np.isfinite(sums)
        aht = np.where(known, seconds / np.maximum(handled, 1e-9), np.nan)
    return Folded(
        volumes=np.where(full, sums, np.nan),
        has_row=np.asarray(has_row),
        aht_seconds=aht,
        step_slots=slots,
    )


def _rows_of_dates(
    series: SeriesHistory, there: BoolArray, first_date: date
) -> tuple[BoolArray, BoolArray]:
    """Steps where a row of each date may begin, and those that its rows stand for."""
    days, steps = there.shape
    wanted = np.arange(days) + (first_date - series.first_date).days
    inside = np.clip(wanted, 0, series.date_minutes.size - 1)
    widths = series.date_minutes[inside] // series.step_minutes
    begins = np.arange(steps) % widths[:, None] == 0
    covered = there.copy()
    for width in np.unique(widths[widths > 1]):
        dates = widths == width
        starts = there[dates].reshape(-1, steps // width, width)[:, :, 0]
        covered[dates] = np.repeat(starts, width, axis=1)
    return begins, covered


def _window(
    series: SeriesHistory,
    values: FloatArray | BoolArray,
    first_date: date,
    days: int,
    known_minutes: slice | None,
) -> FloatArray:
    """Rows of [first_date, first_date + days); 0 outside the series and its known minutes."""
    result = np.zeros((days, values.shape[1]))
    offset = (first_date - series.first_date).days
    low, high = max(0, -offset), min(days, len(values) - offset)
    if low < high:
        result[low:high] = values[offset + low : offset + high]
    if known_minutes is not None:
        minutes = np.arange(values.shape[1]) * series.step_minutes
        first, last = known_minutes.start or 0, known_minutes.stop or MINUTES_PER_DAY
        result[0, (minutes < first) | (minutes >= last)] = 0.0
    return result
