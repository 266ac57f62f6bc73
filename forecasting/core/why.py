"""Why a number is what it is: the factors of one interval, and how the level moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.day_factors import ForecastDays

DAYS_PER_WEEK = 7
LEAST_GROWTH = 0.001
"""Growth a week below this is called level."""


@dataclass(frozen=True)
class NumberParts:
    """The factors of one label of one date; their product is `mean`."""

    level: float
    """Contacts of an average open day around that date."""
    growth_per_week: float
    """Relative change of the level from a week before (or to a week later); 0 when none."""
    weekday: float
    share: float
    """Part of the day's contacts in this interval."""
    special: float
    driver: float
    today: float

    @property
    def mean(self) -> float:
        """What the system expects."""
        return self.level * self.weekday * self.share * self.special * self.driver * self.today


def number_parts(days: ForecastDays, *, day: int, label: int) -> NumberParts:
    """The factors of one cell.

    Args:
        days: factors of the whole forecast, so that growth can be told.
        day: index of the date.
        label: index of the wall-clock label.
    """
    if not 0 <= day < days.days:
        raise ValueError(f"Expected a day from 0 to {days.days - 1}, got {day}.")
    return NumberParts(
        level=float(days.level[day]),
        growth_per_week=growth_per_week(days, day),
        weekday=float(days.weekday[day]),
        share=float(days.profile[day, label]),
        special=float(days.special[day, label]),
        driver=float(days.driver[day]),
        today=float(days.today[day, label]),
    )


def growth_per_week(days: ForecastDays, day: int) -> float:
    """Relative change of the level over the week before the date, or after it at the beginning."""
    earlier, later = (day - DAYS_PER_WEEK, day) if day >= DAYS_PER_WEEK else (day, day + 7)
    if later >= days.days or days.level[earlier] <= 0:
        return 0.0
    change = float(days.level[later] / days.level[earlier] - 1)
    return change if np.isfinite(change) and abs(change) >= LEAST_GROWTH else 0.0
