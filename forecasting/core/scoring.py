"""Frozen forecasts against what came: sums per day that can be pooled, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from forecasting.core.accuracy import SMALL_MEAN, poisson_mean_deviation
from forecasting.core.wall_clock import FloatArray

LEAD_DAYS = (1, 2, 3, 5, 7, 8, 11, 14, 15, 21, 28, 29, 42, 56)
"""Days ahead that are kept of each origin: enough of every horizon, a quarter of all days."""


@dataclass(frozen=True)
class Horizon:
    """Days ahead that are judged together, both ends included."""

    key: str
    first: int
    last: int


HORIZONS = (
    Horizon("day_1", 1, 1),
    Horizon("days_2_7", 2, 7),
    Horizon("days_8_14", 8, 14),
    Horizon("days_15_28", 15, 28),
    Horizon("days_29_56", 29, 56),
)


@dataclass(frozen=True)
class Score:
    """Sums over scored intervals."""

    intervals: float = 0.0
    actual: float = 0.0
    expected: float = 0.0
    absolute_error: float = 0.0
    covered: float = 0.0
    """Intervals inside the band, of those judged for it; one on an end counts half."""
    banded_intervals: float = 0.0
    """Intervals judged for the band: expected to bring at least SMALL_MEAN contacts."""
    noise: float = 0.0
    """Absolute error that Poisson arrivals around the forecast would have."""
    excess_square: float = 0.0
    """Squared error beyond what Poisson arrivals bring."""
    expected_square: float = 0.0
    naive_error: float = 0.0
    """Absolute error of the same interval a week before."""
    naive_intervals: float = 0.0

    @property
    def wape(self) -> float | None:
        """Absolute error over actual contacts."""
        return _ratio(self.absolute_error, self.actual)

    @property
    def bias(self) -> float | None:
        """Expected less actual contacts, over actual ones."""
        return _ratio(self.expected - self.actual, self.actual)

    @property
    def coverage(self) -> float | None:
        """Share of intervals inside the band."""
        return _ratio(self.covered, self.banded_intervals)

    @property
    def noise_floor(self) -> float | None:
        """The WAPE that chance alone brings."""
        return _ratio(self.noise, self.actual)

    @property
    def mase(self) -> float | None:
        """Mean absolute error over that of the same interval a week before, on the same days."""
        naive = _ratio(self.naive_error, self.naive_intervals)
        mean = _ratio(self.absolute_error, self.intervals)
        return None if mean is None or not naive else mean / naive

    @property
    def wape_naive(self) -> float | None:
        """The WAPE of the same interval a week before, on the days that it is known for."""
        naive = _ratio(self.naive_error, self.naive_intervals)
        came = _ratio(self.actual, self.intervals)
        return None if naive is None or not came else naive / came

    @property
    def dispersion(self) -> float | None:
        """Variance beyond Poisson as a fraction of mean²; 0 where arrivals look like Poisson."""
        found = _ratio(self.excess_square, self.expected_square)
        return None if found is None else max(0.0, found)

    @property
    def improvable(self) -> float | None:
        """The part of the WAPE that is not chance."""
        if self.wape is None or self.noise_floor is None:
            return None
        return max(0.0, self.wape - self.noise_floor)

    @property
    def improvable_contacts(self) -> float:
        """Contacts of absolute error that are not chance."""
        return max(0.0, self.absolute_error - self.noise)


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator > 0 else None


def pooled(scores: Iterable[Score]) -> Score:
    """The sum of scores."""
    found = list(scores)
    return Score(
        **{
            field.name: float(sum(getattr(score, field.name) for score in found))
            for field in fields(Score)
        }
    )


def score_days(
    *,
    mean: FloatArray,
    low: FloatArray,
    high: FloatArray,
    actual: FloatArray,
    week_before: FloatArray,
    hours: FloatArray,
) -> list[Score]:
    """One score per row of row × label arrays.

    Args:
        mean: what was expected per hour of the label; NaN is closed.
        low: lower end of the band.
        high: upper end of the band.
        actual: what came in the same measure; NaN is missing and not scored.
        week_before: what came seven days before; NaN is unknown.
        hours: instants behind each label: 1, or 0 or 2 where the clock changes.
    """
    scored = np.isfinite(mean) & np.isfinite(actual) & (hours > 0)
    m, y = np.where(scored, mean * hours, 0.0), np.where(scored, actual * hours, 0.0)
    bottom, top = np.where(scored, low * hours, 0.0), np.where(scored, high * hours, 0.0)
    inside = (y > bottom) & (y < top)
    on_end = (y == bottom) | (y == top)
    # The ends of a band of whole small counts hold much of the chance: half of it misjudges them.
    banded = scored & (m >= SMALL_MEAN)
    has_naive = scored & np.isfinite(week_before)
    naive = np.where(has_naive, np.abs(week_before * hours - y), 0.0)
    columns = {
        "intervals": scored,
        "actual": y,
        "expected": m,
        "absolute_error": np.abs(m - y),
        "covered": banded * (inside + 0.5 * on_end),
        "banded_intervals": banded,
        "noise": poisson_mean_deviation(m),
        "excess_square": (y - m) ** 2 - m,
        "expected_square": m**2,
        "naive_error": naive,
        "naive_intervals": has_naive,
    }
    sums = {name: values.sum(axis=1).astype(float).tolist() for name, values in columns.items()}
    return [Score(**dict(zip(sums, row, strict=True))) for row in zip(*sums.values(), strict=True)]
