"""All kept drivers together: their joint strengths, and the day factors that their values give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.driver_choice import Choice, KeptDriver
from forecasting.core.driver_fit import Observed, filtered, slow_mean
from forecasting.core.wall_clock import FloatArray, IntArray

FACTOR_BOUNDS = (0.05, 20.0)
LEAST_USUAL_SHARE = 0.1
SHRINK_EVIDENCE = 6.0
LONGEST_PART = 1.5


@dataclass(frozen=True)
class DriverModel:
    """Contacts of a day = usual ones + what the drivers bring beyond their usual part."""

    kept: tuple[KeptDriver, ...]
    shares: FloatArray
    """How much of each driver's part counts when all are fitted together."""
    usual_ratio: FloatArray
    """Usual contacts of each past and future day over their mean."""
    usual_part: FloatArray
    """What the drivers bring on a usual day of that weekday."""
    usual_rest: FloatArray
    """Usual contacts of each day with the drivers at their usual values."""
    mean_contacts: float

    @classmethod
    def fit(
        cls,
        observed: Observed,
        choice: Choice,
        drivers: Mapping[str, FloatArray],
        usual: FloatArray,
    ) -> DriverModel:
        """Fit all kept drivers together; they and the usual contacts reach over past and future."""
        usual_ratio = usual / max(usual.mean(), 1e-9)
        parts = np.stack(
            [item.part(drivers[item.driver], usual_ratio) for item in choice.kept], axis=1
        )
        shares = _joint_shares(observed, choice, parts)
        moved = parts @ shares
        usual_part = _weekday_means(moved[observed.days], observed.days, usual.size)
        rest = observed.totals - moved[observed.days] + usual_part[observed.days]
        mean = float(observed.totals.mean())
        floor = LEAST_USUAL_SHARE * max(mean, 1e-9)
        return cls(
            kept=tuple(choice.kept),
            shares=shares,
            usual_ratio=usual_ratio,
            usual_part=usual_part,
            usual_rest=np.maximum(slow_mean(rest, observed.days, usual.size), floor),
            mean_contacts=mean,
        )

    def factors(self, drivers: Mapping[str, FloatArray]) -> FloatArray:
        """Multiplier of each day for these values of the drivers, from the first day on."""
        days = next(iter(drivers.values())).size
        moved = sum(
            share * item.part(drivers[item.driver], self.usual_ratio[:days])
            for item, share in zip(self.kept, self.shares, strict=True)
        )
        ratio = 1.0 + (moved - self.usual_part[:days]) / self.usual_rest[:days]
        return np.asarray(np.clip(ratio, *FACTOR_BOUNDS))


def _joint_shares(observed: Observed, choice: Choice, parts: FloatArray) -> FloatArray:
    """How much of each part to use when all are fitted together, less where evidence is thin."""
    columns = np.column_stack([observed.weekdays, parts[observed.days]])
    root = np.sqrt(observed.weights)
    slopes = np.linalg.lstsq(
        filtered(columns, choice.whitening) * root[:, None],
        filtered(observed.totals, choice.whitening) * root,
        rcond=None,
    )[0]
    trust = [1.0 - SHRINK_EVIDENCE / (SHRINK_EVIDENCE + item.evidence) for item in choice.kept]
    return np.asarray(np.clip(slopes[DAYS_PER_WEEK:], 0.0, LONGEST_PART) * trust)


def _weekday_means(values: FloatArray, days: IntArray, length: int) -> FloatArray:
    """Mean of the values by weekday, for each day of 0 … length - 1."""
    slots = days % DAYS_PER_WEEK
    means = [
        values[slots == slot].mean() if (slots == slot).any() else 0.0
        for slot in range(DAYS_PER_WEEK)
    ]
    return np.array(means)[np.arange(length) % DAYS_PER_WEEK]
