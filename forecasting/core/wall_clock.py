"""From UTC instants to the wall clock of a queue and back.

Models live in matrices of local dates × labels (a label is a wall-clock start such as 09:15): every
local date has exactly 1440 / interval labels. On the two days a year when the clock changes, a
skipped label holds no instant and a repeated label holds two, whose volumes are summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
InstantArray = NDArray[np.datetime64]

MINUTES_PER_DAY = 1440


def labels_per_day(interval_minutes: int) -> int:
    """Number of labels of a local date; refuses steps that do not divide a day."""
    if interval_minutes <= 0 or MINUTES_PER_DAY % interval_minutes:
        raise ValueError(
            f"Expected an interval that divides a day, got {interval_minutes} minutes."
        )
    return MINUTES_PER_DAY // interval_minutes


@dataclass(frozen=True)
class WallClockGrid:
    """The instants of consecutive local dates, each with its date and its label."""

    first_date: date
    days: int
    tz: ZoneInfo
    interval_minutes: int

    def __post_init__(self) -> None:
        labels_per_day(self.interval_minutes)
        if self.days < 1:
            raise ValueError(f"Expected at least one day, got {self.days}.")

    @property
    def labels(self) -> int:
        """Labels per local date."""
        return labels_per_day(self.interval_minutes)

    @cached_property
    def _instants(self) -> tuple[InstantArray, IntArray]:
        """UTC start and flat position (day × labels + label) of every instant."""
        starts: list[InstantArray] = []
        positions: list[IntArray] = []
        step = np.timedelta64(self.interval_minutes * 60, "s")
        regular = np.arange(self.labels)
        for day in range(self.days):
            opens, closes = _day_bounds(self.first_date + timedelta(days=day), self.tz)
            if closes == opens:  # a date that the zone left out when it changed sides
                labels = regular[:0]
            elif self.labels == 1 or closes - opens == np.timedelta64(86_400, "s"):
                labels = regular
            else:
                labels = _labels_of_odd_day(opens, closes, self.tz, self.interval_minutes)
            starts.append(opens + np.arange(len(labels)) * step)
            positions.append(labels + day * self.labels)
        return np.concatenate(starts), np.concatenate(positions).astype(np.int64)

    @property
    def starts_at(self) -> InstantArray:
        """UTC start of every instant, in order."""
        return self._instants[0]

    @property
    def positions(self) -> IntArray:
        """Flat position (day × labels + label) of every instant."""
        return self._instants[1]

    @cached_property
    def repeats(self) -> IntArray:
        """How often the clock runs through each label: 1, or 0 (skipped), or 2 (repeated).

        A label of which only a part is skipped or repeated (two hours, a day) counts once.
        """
        counts = np.bincount(self.positions, minlength=self.days * self.labels)
        counts = counts.reshape(self.days, self.labels)
        for day in range(self.days if self.labels > 1 else 0):
            opens, closes = _day_bounds(self.first_date + timedelta(days=day), self.tz)
            minutes = int((closes - opens) / np.timedelta64(60, "s"))
            if minutes % self.interval_minutes:
                passed = _labels_of_odd_day(opens, closes, self.tz, 1) // self.interval_minutes
                run = np.bincount(passed, minlength=self.labels) / self.interval_minutes
                counts[day] = np.where(run == 0, 0, np.where(run >= 2, 2, 1))
        return counts

    def fold(self, values: FloatArray) -> FloatArray:
        """Sum values by instant into dates × labels; NaN in any of the instants is missing."""
        flat = np.zeros((*values.shape[:-1], self.days * self.labels))
        np.add.at(np.moveaxis(flat, -1, 0), self.positions, np.moveaxis(values, -1, 0))
        return flat.reshape(*values.shape[:-1], self.days, self.labels)

    def pick(self, matrix: FloatArray) -> FloatArray:
        """Value of each instant's label, not shared (for means such as AHT)."""
        flat = matrix.reshape(*matrix.shape[:-2], self.days * self.labels)
        return flat[..., self.positions]


def _day_bounds(day: date, tz: ZoneInfo) -> tuple[np.datetime64, np.datetime64]:
    """UTC instants of the two local midnights around a date."""
    return _utc_midnight(day, tz), _utc_midnight(day + timedelta(days=1), tz)


@lru_cache(maxsize=16_384)
def _utc_midnight(day: date, tz: ZoneInfo) -> np.datetime64:
    local = datetime(day.year, day.month, day.day, tzinfo=tz)
    return np.datetime64(local.astimezone(UTC).replace(tzinfo=None), "s")


def _labels_of_odd_day(
    opens: np.datetime64, closes: np.datetime64, tz: ZoneInfo, interval_minutes: int
) -> IntArray:
    """Label of every instant of a day on which the clock changes."""
    count = int((closes - opens) / np.timedelta64(interval_minutes * 60, "s"))
    first = opens.astype("datetime64[s]").astype(datetime).replace(tzinfo=UTC)
    step = timedelta(minutes=interval_minutes)
    local = ((first + index * step).astimezone(tz) for index in range(count))
    return np.array(
        [(at.hour * 60 + at.minute) // interval_minutes for at in local], dtype=np.int64
    )
