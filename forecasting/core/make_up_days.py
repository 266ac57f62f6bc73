"""Make-up workdays: a weekend day worked in place of a weekday is forecast like that weekday."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK, Components, ForecastResult
from forecasting.core.special_days import SpecialCalendar

LONGEST_SEARCH_DAYS = 28


@dataclass(frozen=True)
class MakeUpDays:
    """Which horizon dates are forecast as copies of which others."""

    days: int
    """Dates to forecast: the horizon, and as many more as the copies need."""
    sources: dict[int, int] = field(default_factory=dict)
    """Horizon date (0 = first) of each make-up workday → the date that it is like."""

    def applied(self, values: np.ndarray, axis: int) -> np.ndarray:
        """The values with each make-up workday replaced by its source, along the dates' axis."""
        if not self.sources:
            return values
        index = np.arange(values.shape[axis])
        index[list(self.sources)] = list(self.sources.values())
        return np.take(values, index, axis=axis)


def make_up_days(calendar: SpecialCalendar | None, first_date: date, days: int) -> MakeUpDays:
    """The make-up workdays of a horizon and the nearest ordinary date of the weekday replaced.

    A make-up workday without such a date within four weeks of the horizon's end stays as it is.
    """
    if calendar is None:
        return MakeUpDays(days=days)
    odd = {(item.on_date - first_date).days for item in calendar.dates}
    odd |= {(item.on_date - first_date).days for item in calendar.make_up}
    sources: dict[int, int] = {}
    for item in calendar.make_up:
        target = (item.on_date - first_date).days
        if not 0 <= target < days:
            continue
        near = sorted(
            (abs(ahead - target), ahead)
            for ahead in range(1, days + LONGEST_SEARCH_DAYS)
            if (first_date.weekday() + ahead) % DAYS_PER_WEEK == item.weekday and ahead not in odd
        )
        within = [pair for pair in near if pair[1] < days]
        if near:
            sources[target] = (within or near)[0][1]
    return MakeUpDays(days=max([days, *(ahead + 1 for ahead in sources.values())]), sources=sources)


def like_weekdays(result: ForecastResult, make_up: MakeUpDays) -> ForecastResult:
    """The forecast with each make-up workday taken from the date that it is like."""
    if not make_up.sources:
        return result
    parts = result.components
    return replace(
        result,
        mean=make_up.applied(result.mean, 1),
        quantiles=make_up.applied(result.quantiles, 2),
        aht_seconds=None if result.aht_seconds is None else make_up.applied(result.aht_seconds, 1),
        components=Components(
            level=make_up.applied(parts.level, 1),
            weekday=make_up.applied(parts.weekday, 1),
            profile=make_up.applied(parts.profile, 1),
            special=make_up.applied(parts.special, 1),
            driver=make_up.applied(parts.driver, 1),
            today=make_up.applied(parts.today, 1),
        ),
    )
