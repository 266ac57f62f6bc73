"""Make-up workdays: a weekend day worked in place of a weekday is forecast like that weekday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK, ForecastResult
from forecasting.core.day_factors import Components
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


def make_up_days(
    calendar: SpecialCalendar | None,
    first_date: date,
    days: int,
    *,
    search_days: int = LONGEST_SEARCH_DAYS,
) -> MakeUpDays:
    """The make-up workdays of a horizon and the nearest ordinary date of the weekday replaced.

    A make-up workday without such a date in the horizon or so many days after it stays as it is.
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
            for ahead in range(1, days + search_days)
            if (first_date.weekday() + ahead) % DAYS_PER_WEEK == item.weekday and ahead not in odd
        )
        within = [pair for pair in near if pair[1] < days]
        if near:
            sources[target] = (within or near)[0][1]
    return MakeUpDays(days=max([days, *(ahead + 1 for ahead in sources.values())]), sources=sources)


def like_weekdays_by_queue(result: ForecastResult, make_up: Sequence[MakeUpDays]) -> ForecastResult:
    """The same where every queue has a calendar of its own."""
    if not any(item.sources for item in make_up):
        return result
    rows = [
        like_weekdays(_row_of(result, row), item) if item.sources else _row_of(result, row)
        for row, item in enumerate(make_up)
    ]
    parts = {
        part.name: np.concatenate([getattr(row.components, part.name) for row in rows])
        for part in fields(Components)
    }
    aht = [row.aht_seconds for row in rows if row.aht_seconds is not None]
    return replace(
        result,
        mean=np.concatenate([row.mean for row in rows]),
        quantiles=np.concatenate([row.quantiles for row in rows], axis=1),
        aht_seconds=np.concatenate(aht) if aht else None,
        components=Components(**parts),
    )


def _row_of(result: ForecastResult, row: int) -> ForecastResult:
    """The forecast of one queue."""
    one = slice(row, row + 1)
    return replace(
        result,
        mean=result.mean[one],
        quantiles=result.quantiles[:, one],
        aht_seconds=None if result.aht_seconds is None else result.aht_seconds[one],
        components=result.components.changed(lambda values: values[one]),
    )


def like_weekdays(result: ForecastResult, make_up: MakeUpDays) -> ForecastResult:
    """The forecast with each make-up workday taken from the date that it is like."""
    if not make_up.sources:
        return result
    return replace(
        result,
        mean=make_up.applied(result.mean, 1),
        quantiles=make_up.applied(result.quantiles, 2),
        aht_seconds=None if result.aht_seconds is None else make_up.applied(result.aht_seconds, 1),
        components=result.components.changed(lambda values: make_up.applied(values, 1)),
    )
