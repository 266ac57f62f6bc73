"""What goes into a forecast and what comes out: frozen dataclasses on arrays.

Axes are always queues × local dates × labels, in the wall clock of each queue. Closed is not zero
and zero is not missing: `open_mask` says where a queue can receive contacts, NaN in `offered` says
that nothing is known of an open interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from forecasting.core.day_factors import Components
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

DAYS_PER_WEEK = 7
FULL_HISTORY_DAYS = 28
LEAST_HISTORY_DAYS = 14


@dataclass(frozen=True)
class HistoryData:
    """The observed past of several queues that share first date and interval."""

    offered: FloatArray
    """Contacts by queue × date × label; NaN is missing."""
    open_mask: BoolArray
    """True where the queue is open; values elsewhere are ignored."""
    first_date: date
    interval_minutes: int
    aht_seconds: FloatArray | None = None
    """Mean handle time by queue × date × label; NaN is unknown."""
    learn_mask: BoolArray | None = None
    """False on queue × date that must not be learnt from (special days)."""
    day_factors: FloatArray | None = None
    """Known multiplier of each queue × date (a driver); 1 is an ordinary day."""
    told_factors: FloatArray | None = None
    """Queue × origin of the backtest × date from there on: the multiplier as it could have been told
    at that origin (see backtest.origins_of); None where the true ones were known ahead."""

    def __post_init__(self) -> None:
        if self.offered.ndim != 3:
            raise ValueError(f"Expected queues × dates × labels, got {self.offered.ndim} axes.")
        if self.open_mask.shape != self.offered.shape:
            raise ValueError(
                f"Expected open_mask of shape {self.offered.shape}, got {self.open_mask.shape}."
            )
        with np.errstate(invalid="ignore"):
            if (self.offered[self.open_mask] < 0).any():
                raise ValueError("Expected offered >= 0, got a negative volume.")
        for name in ("learn_mask", "day_factors"):
            value = getattr(self, name)
            if value is not None and value.shape != self.offered.shape[:2]:
                raise ValueError(
                    f"Expected {name} of shape {self.offered.shape[:2]}, got {value.shape}."
                )

    @property
    def queues(self) -> int:
        """Number of queues."""
        return int(self.offered.shape[0])

    @property
    def days(self) -> int:
        """Number of local dates."""
        return int(self.offered.shape[1])

    @property
    def labels(self) -> int:
        """Labels per local date."""
        return int(self.offered.shape[2])

    def known(self) -> BoolArray:
        """Open cells with a value."""
        return self.open_mask & np.isfinite(self.offered)


@dataclass(frozen=True)
class HorizonData:
    """The dates to forecast: they follow the history without a gap."""

    open_mask: BoolArray
    """Queue × date × label."""
    day_factors: FloatArray | None = None
    """Driver's multiplier per queue × date."""
    mean_factors: FloatArray | None = None
    """Driver's further multiplier of the mean alone per queue × date; bands stay (rare events)."""
    special_factors: FloatArray | None = None
    """Multiplier per queue × date × label of holidays and special days; 0 is closed."""
    special_variances: FloatArray | None = None
    """Variance of the logarithm of each queue × date's special multiplier, which widens its bands."""
    today_offered: FloatArray | None = None
    """What is known of the first date (queue × label, NaN = not yet); None at midnight."""

    @property
    def days(self) -> int:
        """Number of local dates."""
        return int(self.open_mask.shape[1])


@dataclass(frozen=True)
class ForecastParams:
    """Knobs of the engine; the defaults are what the benchmarks use."""

    quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)
    backtest_origins: int = 8
    backtest_days: int = 56
    queues_per_chunk: int = 16
    measures_coverage: bool = False
    """Judge the bands on held-out origins too (costs about half as much again)."""
    judged_band: tuple[float, float] | None = None
    """Ends of the band that is judged; None: the lowest and the highest quantile."""

    def __post_init__(self) -> None:
        if any(not 0 < share < 1 for share in self.quantiles):
            raise ValueError(f"Expected quantiles between 0 and 1, got {self.quantiles}.")
        if list(self.quantiles) != sorted(set(self.quantiles)):
            raise ValueError(f"Expected rising quantiles without repeats, got {self.quantiles}.")
        if self.backtest_origins < 1 or self.backtest_days < 1 or self.queues_per_chunk < 1:
            raise ValueError("Expected at least one origin, day and queue per step.")


@dataclass(frozen=True)
class MethodScore:
    """How one method did in the rolling backtest of one queue and one horizon bucket."""

    method: str
    horizon: str
    wape: float | None
    bias: float | None
    mase: float | None
    origins: int


@dataclass(frozen=True)
class QueueOutcome:
    """What the engine says about one queue beside its numbers."""

    flag: str
    """`ok`, `thin`, `constant` or `refused: sentence`."""
    method: str | None
    reason: str
    scores: tuple[MethodScore, ...] = ()
    noise_floor: float | None = None
    """WAPE that a perfect forecast of the mean would have under Poisson arrivals."""
    coverage: float | None = None
    """Share of held-out actuals inside ForecastParams.judged_band."""
    dispersion: float | None = None
    """Over-dispersion: variance of intervals beyond Poisson, as a fraction of mean²."""
    improvable: float | None = None
    """Share of the backtest's error that lies above the noise floor (0 to 1)."""
    memory: dict[str, float] | None = None
    """What a morning says about the afternoon, by field of intraday.IntradayMemory.

    Measured along with the coverage, or when today is under way.
    """

    @property
    def is_refused(self) -> bool:
        """Whether there are no numbers."""
        return self.flag.startswith("refused")


@dataclass(frozen=True)
class ForecastResult:
    """Mean, quantiles and AHT by queue × date × label, and one outcome per queue."""

    mean: FloatArray
    quantiles: FloatArray
    """Axis 0 follows ForecastParams.quantiles."""
    aht_seconds: FloatArray | None
    outcomes: tuple[QueueOutcome, ...]
    components: Components
    day_weights: FloatArray = field(default_factory=lambda: np.ones((0, 0)))
    """Queue × past date: below 1 where a day was taken for an outlier."""
    backtest_totals: FloatArray = field(default_factory=lambda: np.zeros((2, 0, 0, 0)))
    """Expected and actual contacts of scored cells: 2 × queue × origin × day; NaN where none."""
    backtest_origins: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Index into the past dates of each origin of the backtest."""
