"""Did an override help? The errors of a forecast with it and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.core.day_factors import InstantFactors
from forecasting.core.overrides import OverrideData, apply_overrides
from forecasting.core.wall_clock import BoolArray, FloatArray, InstantArray


class OverrideErrors:
    """What follows from the errors with overrides and without them, and from what came."""

    actual: float
    error_with: float
    error_without: float

    @property
    def gain(self) -> float:
        """Contacts of absolute error that they saved; negative where they did harm."""
        return self.error_without - self.error_with

    @property
    def wape_with(self) -> float | None:
        """Absolute error with them over what came."""
        return self.error_with / self.actual if self.actual else None

    @property
    def wape_without(self) -> float | None:
        """Absolute error without them over what came."""
        return self.error_without / self.actual if self.actual else None


@dataclass(frozen=True)
class OverrideEffect:
    """Sums over the judged intervals."""

    intervals: int
    actual: float
    expected_with: float
    expected_without: float
    error_with: float
    """Absolute error of the forecast with the override."""
    error_without: float


@dataclass(frozen=True)
class JudgedForecast:
    """The system's numbers of a stretch of time, and what came (NaN = unknown)."""

    starts_at: InstantArray
    mean: FloatArray
    is_open: BoolArray
    actual: FloatArray
    factors: InstantFactors | None = None


def override_effect(
    *, forecast: JudgedForecast, override: OverrideData, others: Sequence[OverrideData]
) -> OverrideEffect | None:
    """Errors with the override and without it, beside all others; None when nothing is known.

    `others` are those that stood beside it, in order; where it stood among them does not matter to
    factors, and it counts as the last change of the contacts.
    """
    scored = forecast.is_open & np.isfinite(forecast.actual) & override.covers(forecast.starts_at)
    if not scored.any():
        return None
    without, with_it = (
        apply_overrides(
            mean=forecast.mean,
            starts_at=forecast.starts_at,
            overrides=changes,
            factors=forecast.factors,
        )[scored]
        for changes in (list(others), [*others, override])
    )
    actual = forecast.actual[scored]
    return OverrideEffect(
        intervals=int(scored.sum()),
        actual=float(actual.sum()),
        expected_with=float(with_it.sum()),
        expected_without=float(without.sum()),
        error_with=float(np.abs(with_it - actual).sum()),
        error_without=float(np.abs(without - actual).sum()),
    )
