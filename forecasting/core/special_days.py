"""Special days: what past days of a kind brought, as a multiple of an ordinary such weekday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.core.data import HistoryData
from forecasting.core.fitting import fit_at
from forecasting.core.wall_clock import FloatArray

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

    def __post_init__(self) -> None:
        if self.scale is not None and self.scale < 0:
            raise ValueError(f"Expected scale >= 0, got {self.scale}.")


def learn_mask(special: list[list[SpecialDate]], first_date: date, days: int) -> np.ndarray:
    """True on queue × date that may be learnt from: every date that is not special."""
    mask = np.ones((len(special), days), dtype=bool)
    for row, dates in enumerate(special):
        for item in dates:
            index = (item.on_date - first_date).days
            if 0 <= index < days:
                mask[row, index] = False
    return mask


def horizon_factors(
    *, history: HistoryData, special: list[list[SpecialDate]], days: int
) -> FloatArray:
    """Multiplier of each queue × horizon date: 0 when closed, typed, learnt, or 1.

    A kind is learnt from the history's own days of that kind: observed over expected contacts,
    shrunk towards an ordinary day. Without any, the day counts as ordinary.
    """
    factors = np.ones((history.queues, days))
    if not any(special):
        return factors
    observed, expected = _day_totals(history)
    usual = _usual_day(observed, expected)
    for row, dates in enumerate(special):
        for item in dates:
            ahead = (item.on_date - history.first_date).days - history.days
            if not 0 <= ahead < days:
                continue
            if item.is_closed:
                factors[row, ahead] = 0.0
            elif item.scale is not None:
                factors[row, ahead] = item.scale
            else:
                factors[row, ahead] = _learnt(
                    item, dates, history, observed[row], expected[row], float(usual[row])
                )
    return factors


def _learnt(
    item: SpecialDate,
    dates: list[SpecialDate],
    history: HistoryData,
    observed: FloatArray,
    expected: FloatArray,
    usual: float,
) -> float:
    """Observed over expected on past days of the same kind."""
    indexes = [
        index
        for other in dates
        if other.kind == item.kind
        and not other.is_closed
        and 0 <= (index := (other.on_date - history.first_date).days) < history.days
        and expected[index] > 0
    ]
    came, due = observed[indexes].sum(), expected[indexes].sum()
    prior = SHRINK_DAYS * usual
    return float((came + prior) / (due + prior)) if due + prior > 0 else 1.0


def _usual_day(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Mean expected contacts of a day on which the queue is open."""
    open_days = np.maximum((expected > 0).sum(axis=1), 1)
    return np.asarray(expected.sum(axis=1) / open_days)


def _day_totals(history: HistoryData) -> tuple[FloatArray, FloatArray]:
    """Observed and expected contacts of every queue × past day, expected at the local level."""
    known = history.known()
    volumes = np.where(known, history.offered, 0.0)
    shape = known.shape[:2]
    trust = np.ones(shape) if history.learn_mask is None else history.learn_mask * 1.0
    factors = np.ones(shape) if history.day_factors is None else history.day_factors
    fit = fit_at(
        volumes=volumes,
        known=known * 1.0,
        trust=trust,
        factors=factors,
        origin=history.days,
    )
    slots = (np.arange(history.days) - history.days) % 7
    rates = fit.rates.mean(axis=0)[:, slots] * known
    return volumes.sum(axis=-1), rates.sum(axis=-1) * factors
