"""Special days: what past days of a kind brought, as a multiple of an ordinary such weekday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK, HistoryData
from forecasting.core.holidays import (
    HOLIDAY_PRIORS,
    LARGEST_FACTOR,
    NEIGHBOR_PRIORS,
    DayShapes,
    EffectPriors,
    Occurrence,
    label_factors,
    learn_effects,
    shapes_of,
    summed,
    variance_of_kind,
)
from forecasting.core.usual_days import UsualDays, usual_days, usual_profile, weekday_factor
from forecasting.core.wall_clock import BoolArray, FloatArray

MAKE_UP_KIND = "make-up workday"
SATURDAY = 5
SHRINK_DAYS = 0.5
"""Ordinary days mixed into a learnt scale: one past day moves it two thirds of the way."""


@dataclass(frozen=True)
class SpecialDate:
    """A date that is not ordinary for one queue."""

    on_date: date
    kind: str
    """Days of one kind are alike (a holiday's name, `campaign`, …)."""
    is_closed: bool = False
    scale: float | None = None
    """Typed multiple of an ordinary day; None = learn from past days of the kind."""
    is_holiday: bool = False
    """Whether holidays of other names say something of this day, and this day of its neighbors."""
    family: str = ""
    """Holidays of one family are alike when their own kind was never seen; empty = the kind."""

    def __post_init__(self) -> None:
        if self.scale is not None and self.scale < 0:
            raise ValueError(f"Expected scale >= 0, got {self.scale}.")


@dataclass(frozen=True)
class SpecialFactors:
    """What special days do to the dates of a horizon."""

    factors: FloatArray
    """Multiplier of each queue × date × label; 1 is an ordinary day, 0 a closed one."""
    variances: FloatArray
    """Variance of the logarithm of each queue × date's multiplier: how unsure it is."""

    @classmethod
    def ordinary(cls, queues: int, days: int, labels: int) -> SpecialFactors:
        """No special day anywhere."""
        return cls(factors=np.ones((queues, days, labels)), variances=np.zeros((queues, days)))


@dataclass(frozen=True)
class MakeUpDay:
    """A weekend date that is worked in place of a weekday (0 = Monday)."""

    on_date: date
    weekday: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < DAYS_PER_WEEK:
            raise ValueError(f"Expected a weekday from 0 to 6, got {self.weekday}.")


@dataclass(frozen=True)
class SpecialCalendar:
    """Holidays and make-up workdays of a country."""

    dates: tuple[SpecialDate, ...] = ()
    make_up: tuple[MakeUpDay, ...] = ()

    def special_dates(self, *, before: date) -> list[SpecialDate]:
        """The holidays, and the make-up workdays before a date as a kind of their own.

        Those are not learnt from, nor do they tell of the eves of holidays or of the days after.
        """
        worked = [
            SpecialDate(item.on_date, MAKE_UP_KIND)
            for item in self.make_up
            if item.on_date < before
        ]
        return [*self.dates, *worked]


def learn_mask(
    special: Sequence[Sequence[SpecialDate]],
    first_date: date,
    days: int,
) -> BoolArray:
    """True on queue × date that may be learnt from: every date that is not special.

    Where holidays would leave nothing to learn a weekday from, they are learnt from after all.
    """
    mask = np.ones((len(special), days), dtype=bool)
    spared = np.zeros(mask.shape, dtype=bool)
    for row, dates in enumerate(special):
        for item in dates:
            index = (item.on_date - first_date).days
            if 0 <= index < days:
                mask[row, index] = False
                spared[row, index] = item.is_holiday
    for slot in range(min(DAYS_PER_WEEK, days)):
        nothing = ~mask[:, slot::DAYS_PER_WEEK].any(axis=1)
        mask[nothing, slot::DAYS_PER_WEEK] |= spared[nothing, slot::DAYS_PER_WEEK]
    return mask


def horizon_factors(
    *, history: HistoryData, special: Sequence[Sequence[SpecialDate]], days: int
) -> SpecialFactors:
    """Multiplier of each queue × horizon date × label: 0 when closed, typed, learnt, or 1.

    Holidays are learnt as `forecasting.core.holidays` says, with their own profile along the day,
    and so are the days beside them. Any other kind is learnt from the history's own days of that
    kind: observed over expected contacts, shrunk towards an ordinary day. Without any, the day
    counts as ordinary.
    """
    result = SpecialFactors.ordinary(history.queues, days, history.labels)
    ahead = [_within(dates, history, 0, days) for dates in special]
    if not any(ahead):
        return result
    ordinary = learn_mask(special, history.first_date, history.days)
    if history.learn_mask is not None:
        ordinary = ordinary & history.learn_mask
    usual = usual_days(history, ordinary)
    for row, dates in enumerate(special):
        for group in _holiday_groups(dates, history, days):
            _apply_group(result, group, history, ordinary, usual, row)
        for item in ahead[row]:
            index = (item.on_date - history.first_date).days - history.days
            own = _own_factor(item, dates, history, usual, row)
            if own is not None:
                result.factors[row, index], result.variances[row, index] = own
    return result


def _within(
    dates: Sequence[SpecialDate], history: HistoryData, first: int, last: int
) -> list[SpecialDate]:
    """The dates that lie in [first, last) days after the history."""
    return [
        item
        for item in dates
        if first <= (item.on_date - history.first_date).days - history.days < last
    ]


def _own_factor(
    item: SpecialDate,
    dates: Sequence[SpecialDate],
    history: HistoryData,
    usual: UsualDays,
    row: int,
) -> tuple[float, float] | None:
    """Factor and its variance of a typed or closed date, or of a kind that is learnt by itself.

    None without one. What a planner typed is taken to be sure.
    """
    if item.is_closed:
        return 0.0, 0.0
    if item.scale is not None:
        return item.scale, 0.0
    if item.is_holiday:
        return None
    indexes = [
        index
        for other in dates
        if other.kind == item.kind
        and not other.is_closed
        and 0 <= (index := (other.on_date - history.first_date).days) < history.days
        and usual.usual[row, index] > 0
        and np.isfinite(usual.observed[row, index])
    ]
    if not indexes:
        return None
    came, due = usual.observed[row, indexes], usual.usual[row, indexes]
    prior = SHRINK_DAYS * due.mean()
    ratios = np.log((came + prior) / (due + prior))
    variance = variance_of_kind(ratios, float(usual.spread[row]), HOLIDAY_PRIORS)
    return float((came.sum() + prior) / (due.sum() + prior)), variance


@dataclass(frozen=True)
class _Group:
    """Days that tell of each other: holidays, their eves, or the days after them."""

    past: list[Occurrence]
    ahead: list[Occurrence]
    priors: EffectPriors


def _holiday_groups(dates: Sequence[SpecialDate], history: HistoryData, days: int) -> list[_Group]:
    """Holidays, eves and days after, as days from the start of the history."""
    taken = {item.on_date for item in dates}
    groups = []
    for offset, prefix in ((0, ""), (-1, "eve of "), (1, "day after ")):
        found = []
        for item in dates:
            day = (item.on_date - history.first_date).days + offset
            free = offset == 0 or date.fromordinal(item.on_date.toordinal() + offset) not in taken
            if item.is_holiday and not item.is_closed and item.scale is None and free:
                found.append(
                    Occurrence(day, prefix + item.kind, prefix + (item.family or item.kind))
                )
        groups.append(
            _Group(
                past=[item for item in found if 0 <= item.day < history.days],
                ahead=[item for item in found if 0 <= item.day - history.days < days],
                priors=NEIGHBOR_PRIORS if offset else HOLIDAY_PRIORS,
            )
        )
    return groups


def _apply_group(
    result: SpecialFactors,
    group: _Group,
    history: HistoryData,
    ordinary: BoolArray,
    usual: UsualDays,
    row: int,
) -> None:
    """Multiply the group's days ahead by their effect and their own profile, in place."""
    if not group.ahead:
        return
    effects = learn_effects(group.past, usual, row, group.priors)
    shapes = shapes_of(history, ordinary, row, [item.day for item in group.past])
    every = summed(list(shapes.values()), history.labels)
    for item in group.ahead:
        weekday = (history.first_date.weekday() + item.day) % DAYS_PER_WEEK
        effect = effects.of(
            item.name,
            item.family,
            weekday_factor=weekday_factor(usual, queue=row, day=item.day),
            at_weekend=weekday >= SATURDAY,
        )
        index = item.day - history.days
        result.variances[row, index] += effect.variance
        if effect.log_ratio == 0.0:
            continue
        named = _named_shapes(item, group.past, shapes)
        profile = usual_profile(history, ordinary, queue=row, day=item.day)
        shape = label_factors(profile, summed(named, history.labels), every)
        factor = min(float(np.exp(effect.log_ratio)), LARGEST_FACTOR)
        result.factors[row, index] *= factor * shape


def _named_shapes(
    item: Occurrence, past: list[Occurrence], shapes: dict[int, DayShapes]
) -> list[DayShapes]:
    """Shapes of the past days of this name, else of its family."""
    named = [shapes[other.day] for other in past if other.name == item.name and other.day in shapes]
    if named:
        return named
    return [
        shapes[other.day] for other in past if other.family == item.family and other.day in shapes
    ]
