"""What several peers need: gaps filled, day totals, profiles, and closed cells left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.peers.simple import weekday_rates

NORMAL_DECILE = 1.2815515655446004


@dataclass(frozen=True)
class Prepared:
    """A case as packages want it: no missing value, closed weekdays and labels left out."""

    case: Case

    @cached_property
    def filled(self) -> np.ndarray:
        """The history with missing open cells at the mean of their weekday and label, closed 0."""
        rates = weekday_rates(self.case)[np.arange(len(self.case.history)) % 7]
        known = np.isfinite(self.case.past)
        return np.where(self.case.past_mask, np.where(known, self.case.past, rates), 0.0)

    @cached_property
    def past_days(self) -> np.ndarray:
        """Indexes of the history's dates that are open at all."""
        return np.flatnonzero(self.case.past_mask.any(axis=1))

    @cached_property
    def future_days(self) -> np.ndarray:
        """Indexes of the horizon's dates that are open at all."""
        return np.flatnonzero(self.case.future_mask.any(axis=1))

    @property
    def open_weekdays(self) -> int:
        """Open dates a week: the season of day totals."""
        return int(self.case.slots.any(axis=1).sum())

    @cached_property
    def totals(self) -> np.ndarray:
        """Contacts of each open date."""
        return self.filled[self.past_days].sum(axis=1)

    def by_profile(self, totals: np.ndarray) -> np.ndarray:
        """Totals of the open dates ahead, spread by the weekday's recent profile."""
        rates = weekday_rates(self.case)
        shares = rates / np.maximum(rates.sum(axis=1, keepdims=True), 1e-9)
        values = np.zeros(self.case.future.shape)
        slots = (len(self.case.history) + self.future_days) % 7
        values[self.future_days] = np.maximum(totals, 0.0)[:, None] * shares[slots]
        return self.masked(values)

    @cached_property
    def open_labels(self) -> np.ndarray | None:
        """Labels that are open on every open weekday; None where weekdays differ."""
        rows = self.case.slots[self.case.slots.any(axis=1)]
        return np.flatnonzero(rows[0]) if (rows == rows[0]).all() else None

    @cached_property
    def sequence(self) -> tuple[np.ndarray, list[int]]:
        """The cells in a row and their seasons; closed ones are left out where days are alike."""
        labels = self.open_labels
        if labels is None:
            return self.filled.ravel(), [self.case.labels, 7 * self.case.labels]
        values = self.filled[np.ix_(self.past_days, labels)].ravel()
        seasons = [len(labels), self.open_weekdays * len(labels)]
        return values, sorted({season for season in seasons if season > 1})

    @property
    def steps_ahead(self) -> int:
        """Length of the sequence to forecast."""
        labels = self.open_labels
        if labels is None:
            return self.case.days * self.case.labels
        return len(self.future_days) * len(labels)

    def unrolled(self, values: np.ndarray) -> np.ndarray:
        """A forecast sequence as dates × labels."""
        labels = self.open_labels
        if labels is None:
            return self.masked(values.reshape(self.case.days, self.case.labels))
        found = np.zeros(self.case.future.shape)
        found[np.ix_(self.future_days, labels)] = values.reshape(-1, len(labels))
        return self.masked(found)

    def masked(self, values: np.ndarray) -> np.ndarray:
        """No negative volume, nothing where closed."""
        return np.where(self.case.future_mask, np.maximum(values, 0.0), 0.0)


def holiday_flags(case: Case) -> np.ndarray:
    """1 on the public holidays of history and horizon, where the panel lets them be known."""
    days = len(case.history) + case.days
    flags = np.zeros(days)
    if case.known_holidays is None:
        return flags
    import holidays  # noqa: PLC0415 - an optional package

    country, _, subdivision = case.known_holidays.partition("-")
    dates = [case.first_date + timedelta(days=day) for day in range(days)]
    years = sorted({on.year for on in dates})
    calendar = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    return np.array([float(on in calendar) for on in dates])
