"""The factors of one queue's forecast by local date and by instant; their product is the mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.core.wall_clock import FloatArray, IntArray


@dataclass(frozen=True)
class ForecastDays:
    """Factors of consecutive local dates, as the engine made them."""

    first_date: date
    level: FloatArray
    """By date: contacts of an average open day."""
    weekday: FloatArray
    """By date: this weekday over the average day."""
    profile: FloatArray
    """Date × label: share of the day's contacts."""
    special: FloatArray
    """Date × label: multiplier of holidays and special days."""
    driver: FloatArray
    """By date: multiplier of the drivers."""
    today: FloatArray
    """Date × label: correction by what came so far today."""

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
class InstantFactors:
    """The factors of each instant."""

    day: IntArray
    """Index of the instant's local date."""
    level: FloatArray
    weekday: FloatArray
    profile: FloatArray
    special: FloatArray
    driver: FloatArray
    today: FloatArray

    def product(self) -> FloatArray:
        """The mean that these factors make."""
        return np.asarray(
            self.level * self.weekday * self.profile * self.special * self.driver * self.today
        )
