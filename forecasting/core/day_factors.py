"""The factors of a forecast, by queue, by local date and by instant; their product is the mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

import numpy as np

from forecasting.core.wall_clock import FloatArray, IntArray


@dataclass(frozen=True)
class Factors:
    """What the mean of every open cell is the product of; the axes are those of its kind."""

    level: FloatArray
    """Contacts of an average open day around the date."""
    weekday: FloatArray
    """This weekday over the average day; 0 on a day without open cells."""
    profile: FloatArray
    """Share of the day's contacts."""
    special: FloatArray
    """Multiplier of holidays and special days."""
    driver: FloatArray
    """Multiplier of the drivers."""
    today: FloatArray
    """Correction by what came so far today; 1 elsewhere."""

    def changed(self, change: Callable[[FloatArray], FloatArray]) -> Self:
        """The same change of every factor."""
        return replace(self, **change_each(self, change))


def change_each(
    factors: Factors, change: Callable[[FloatArray], FloatArray]
) -> dict[str, FloatArray]:
    """Every factor after a change, by name."""
    return {part.name: change(getattr(factors, part.name)) for part in fields(Factors)}


@dataclass(frozen=True)
class Components(Factors):
    """Factors of several queues: queue × date, and queue × date × label where labels differ.

    The share of the day, special days and today's correction have labels; the others have none.
    """

    def days_of(self, row: int, *, first_date: date, skipped_days: int = 0) -> ForecastDays:
        """The factors of one queue; `first_date` is the first one that is not skipped."""
        kept = change_each(self, lambda values: values[row, skipped_days:])
        return ForecastDays(**kept, first_date=first_date)


@dataclass(frozen=True)
class ForecastDays(Factors):
    """Factors of one queue on consecutive local dates: by date, and date × label."""

    first_date: date

    @property
    def days(self) -> int:
        """Number of dates."""
        return int(self.level.size)

    def at(self, positions: IntArray) -> InstantFactors:
        """The factors at flat positions (date × labels + label) of instants."""
        day = positions // self.profile.shape[1]
        return InstantFactors(
            day=day,
            level=self.level[day],
            weekday=self.weekday[day],
            profile=self.profile.reshape(-1)[positions],
            special=self.special.reshape(-1)[positions],
            driver=self.driver[day],
            today=self.today.reshape(-1)[positions],
        )


@dataclass(frozen=True)
class InstantFactors(Factors):
    """Factors of one queue at each instant."""

    day: IntArray
    """Index of the instant's local date."""

    def product(self) -> FloatArray:
        """The mean that these factors make."""
        return np.asarray(
            self.level * self.weekday * self.profile * self.special * self.driver * self.today
        )
