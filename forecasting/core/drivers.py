"""Drivers: how a queue's daily contacts follow other series (claims → calls) by days.

`driven_factors` tries every driver with every lag kernel of a gamma family, keeps those that lower
the error of held-out days, and returns the multiplier of each past and future day that the engine
takes as `day_factors`. The effect is additive (each claim brings so many calls, on any weekday) or
in proportion to the usual volume of the day, whichever the days support; the two are averaged by
their evidence, as are like kernels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.driver_choice import choose_drivers, observed_days
from forecasting.core.driver_fit import slow_mean
from forecasting.core.driver_future import ORDINARY_DATES, DriverDates, as_told, completed
from forecasting.core.driver_model import DriverModel
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

LEAST_DAYS = 28
START_DAYS = 12
"""First days (an eighth of the history at most) that rest on unknown days of the driver."""


@dataclass(frozen=True)
class DriverLink:
    """A kept driver and its evidence."""

    driver: str
    effects: tuple[float, ...]
    """Contacts that one unit brings after 0, 1, 2, … days."""
    contacts_per_unit: float
    share: float
    """What the driver's mean brings, as a share of the mean contacts."""
    error_without: float
    error_with: float
    """Mean absolute error of held-out days, in contacts."""

    @property
    def mean_lag_days(self) -> float:
        """Mean days from a unit to its contacts."""
        weights = np.array(self.effects) / self.contacts_per_unit
        return float(weights @ np.arange(weights.size))

    @property
    def usual_days(self) -> tuple[int, int]:
        """First and last day of the middle half of the lags."""
        reached = np.cumsum(np.array(self.effects) / self.contacts_per_unit)
        return int(np.searchsorted(reached, 0.25)), int(np.searchsorted(reached, 0.75))

    def in_words(self, unit: str, contacts: str = "contacts") -> str:
        """The link as a planner would say it."""
        verb = "brings" if self.contacts_per_unit > 0 else "takes away"
        return (
            f"Each {unit} {verb} {_number(abs(self.contacts_per_unit))} {contacts}, "
            f"{_when(*self.usual_days)}; the error of held-out days falls by "
            f"{1 - self.error_with / self.error_without:.0%}."
        )

    @property
    def words(self) -> str:
        """The link under the driver's own name."""
        return self.in_words(f"unit of {self.driver}")


@dataclass(frozen=True)
class DriverRejection:
    """A driver that is left out, and why."""

    driver: str
    reason: str


@dataclass(frozen=True)
class DrivenFactors:
    """Multipliers of each day's expected contacts; all 1 without a kept driver."""

    past: FloatArray
    future: FloatArray
    links: tuple[DriverLink, ...] = ()
    rejected: tuple[DriverRejection, ...] = ()
    mean_factors: FloatArray | None = None
    """Multipliers of the mean alone on future days: what rare events of a driver bring on average,
    which no single day need see; None without a kept driver."""
    told: FloatArray | None = None
    """Origin × day of the history from there on: the multiplier as it could have been told then."""


def stacked(parts: Sequence[FloatArray | None]) -> FloatArray | None:
    """One part of the factors of many queues, 1 where nothing drives; None when nothing drives any."""
    ones = next((np.ones(part.shape) for part in parts if part is not None), None)
    if ones is None:
        return None
    return np.stack([ones if part is None else part for part in parts])


def driven_factors(
    *,
    totals: FloatArray,
    drivers: Mapping[str, FloatArray],
    learn_mask: BoolArray | None = None,
    origins: IntArray | None = None,
    dates: DriverDates = ORDINARY_DATES,
) -> DrivenFactors:
    """Which drivers move these contacts, and by how much on every past and future day.

    Args:
        totals: contacts per day; NaN where unknown or closed.
        drivers: by name, values of the same days and of the days ahead; NaN where unknown. What is
            unknown ahead is forecast by the engine from the driver's own past; values ahead that
            are known or typed are used as they are.
        learn_mask: days that may be learnt from; None for all.
        origins: days of the history at which to say what the multipliers could have been told to
            be (`backtest.origins_of`), drivers unknown ahead being forecast from there. Lags
            and strengths are those of the whole history.
        dates: the dates of the days and what is special about them; a driver whose past fell on
            such days is forecast to fall on those ahead.

    Raises:
        ValueError: drivers of different lengths, or shorter than the totals.
    """
    length = _whole_length(totals, drivers)
    known = np.isfinite(totals)
    if learn_mask is not None:
        known = known & learn_mask
    refusals = {name: _refusal(totals, known, values) for name, values in drivers.items()}
    usable = {name: values for name, values in drivers.items() if not refusals[name]}
    if not usable:
        return _result(np.ones(length), totals.size, (), refusals)
    known[: min(START_DAYS, totals.size // 8)] = False
    days = np.flatnonzero(known)
    observed = observed_days(totals[days], days, totals.size)
    usual = slow_mean(observed.totals, days, length)
    whole = completed(usable, days=totals.size, dates=dates)
    observed, choice = choose_drivers(observed, whole.values, usual)
    if not choice.kept:
        return _result(np.ones(length), totals.size, (), refusals | choice.reasons)
    model = DriverModel.fit(observed, choice, whole.values, usual)
    factors = model.factors(whole.values)
    return replace(
        _result(factors, totals.size, _links(model), refusals | choice.reasons),
        mean_factors=(model.factors(whole.means()) / factors)[totals.size :],
        told=None
        if origins is None
        else _told(model, drivers, days=totals.size, origins=origins, dates=dates),
    )


def _told(
    model: DriverModel,
    drivers: Mapping[str, FloatArray],
    *,
    days: int,
    origins: IntArray,
    dates: DriverDates,
) -> FloatArray:
    """Multipliers as they could have been told at each origin, from it on."""
    told = {
        item.driver: as_told(drivers[item.driver], days=days, origins=origins, dates=dates)
        for item in model.kept
    }
    rows = [
        model.factors({name: seen[index] for name, seen in told.items()})
        for index in range(len(origins))
    ]
    return _from_origins(np.stack(rows), origins)


def _from_origins(factors: FloatArray, origins: IntArray) -> FloatArray:
    """Origin × day of the history as origin × day from each origin on, 1 beyond the history."""
    days = factors.shape[1]
    told = np.ones((len(origins), days - int(origins.min())))
    for row, origin in enumerate(origins):
        told[row, : days - int(origin)] = factors[row, origin:]
    return told


def _links(model: DriverModel) -> tuple[DriverLink, ...]:
    """What each driver brings when all are fitted together."""
    return tuple(
        DriverLink(
            driver=item.driver,
            effects=tuple((item.effects * share).tolist()),
            contacts_per_unit=float(item.effects.sum() * share),
            share=float(abs(item.effects.sum() * share * item.usual_value) / model.mean_contacts),
            error_without=item.errors[0],
            error_with=item.errors[1],
        )
        for item, share in zip(model.kept, model.shares, strict=True)
        if share > 0
    )


def _result(
    factors: FloatArray,
    days: int,
    links: tuple[DriverLink, ...],
    reasons: Mapping[str, str],
) -> DrivenFactors:
    return DrivenFactors(
        past=factors[:days],
        future=factors[days:],
        links=links,
        rejected=tuple(DriverRejection(name, why) for name, why in reasons.items() if why),
    )


def _whole_length(totals: FloatArray, drivers: Mapping[str, FloatArray]) -> int:
    lengths = {values.size for values in drivers.values()} or {totals.size}
    if len(lengths) > 1 or min(lengths) < totals.size:
        raise ValueError(
            f"Expected drivers of one length, at least the {totals.size} days of the totals; "
            f"got {sorted(lengths)}."
        )
    return lengths.pop()


def _refusal(totals: FloatArray, known: BoolArray, values: FloatArray) -> str:
    """Why a driver cannot be tried; empty when it can."""
    if known.sum() < LEAST_DAYS:
        return f"{known.sum()} known days of contacts are too few; {LEAST_DAYS} are needed."
    past = values[: totals.size]
    have = np.isfinite(past)
    if have.sum() < LEAST_DAYS:
        return f"{have.sum()} known days of the driver are too few; {LEAST_DAYS} are needed."
    if past[have].std() <= 1e-9 * max(abs(float(past[have].mean())), 1e-9):
        return "The driver never changes."
    if not totals[known].any():
        return "There were no contacts."
    return ""


def _when(low: int, high: int) -> str:
    if high == 0:
        return "most on the same day"
    if low == high:
        return f"most after {low} day" if low == 1 else f"most after {low} days"
    return f"most after {low}-{high} days"


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"
