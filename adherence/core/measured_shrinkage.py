"""Shrinkage as it was: shares of paid time not available, with what they are worth as estimates.

Days are the sample: what happens on one day (an outage, an illness going round) happens to many
agents at once. A share is a ratio of sums over days, its error that of a ratio estimator with days
as clusters, its interval Student's t (Cochran, Sampling Techniques, 1977, ch. 6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints
from adherence.core.time_cells import Reason

Floats = NDArray[np.float64]
HOURS_PER_DAY = 24
BAND_HOURS = (24, 12, 8, 6, 4, 3, 2, 1)
LEAST_DAYS = 4
LEAST_HOURS = 40.0
LEVEL = 0.95
NORMAL_QUANTILE = 1.959963984540054
"""Of (1 + LEVEL) / 2."""
PLACED = (Reason.PLANNED, Reason.PLANNED_OFF)
"""Reasons that the schedule places itself: paid, but not added again to what it must cover."""
NOT_AWAY = (Reason.AVAILABLE, Reason.NOT_SEEN)

Cause = tuple[Reason, int]
"""Why, and by which activity code (database id; 0: none)."""


@dataclass(frozen=True)
class PaidHours:
    """Paid planned seconds of one queue: per row a day, an hour of the week, a reason and its code.

    `off` is paid time off that the plan has left free: (day, code) → seconds. It is spread over a
    day's hours as the plan's own paid time is.
    """

    day: Ints
    week_hour: Ints
    reason: Ints
    code: Ints
    seconds: Ints
    off: Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Bands:
    """Into how many parts a week is divided: by weekday or not, and by hours of the day."""

    hours: int = HOURS_PER_DAY
    by_weekday: bool = False

    def __post_init__(self) -> None:
        if self.hours not in BAND_HOURS:
            raise ValueError(f"Expected bands of {BAND_HOURS} hours, got {self.hours}.")

    @property
    def per_day(self) -> int:
        """Bands of a day."""
        return HOURS_PER_DAY // self.hours

    @property
    def count(self) -> int:
        """Bands of the week."""
        return self.per_day * (7 if self.by_weekday else 1)

    def of(self, week_hour: Ints) -> Ints:
        """The band of each hour of the week."""
        weekday, hour = week_hour // HOURS_PER_DAY, week_hour % HOURS_PER_DAY
        return weekday * (self.per_day if self.by_weekday else 0) + hour // self.hours

    def bounds(self, band: int) -> tuple[int | None, int, int]:
        """Weekday (None: all), first minute of the day, minute it ends before."""
        weekday, part = divmod(band, self.per_day)
        minutes = self.hours * 60
        return (weekday if self.by_weekday else None), part * minutes, (part + 1) * minutes


@dataclass(frozen=True)
class Estimate:
    """A share of paid time with its interval; `days` are those with paid time."""

    rate: float
    low: float
    high: float
    days: int
    paid_seconds: float
    away_seconds: float

    @property
    def is_enough(self) -> bool:
        """Days and hours reach the minimum."""
        return self.days >= LEAST_DAYS and self.paid_seconds >= LEAST_HOURS * 3600


@dataclass(frozen=True)
class ShrinkageLine:
    """The share of one cause in one band of the week."""

    cause: Cause
    weekday: int | None
    starts_minute: int
    ends_minute: int
    estimate: Estimate
    is_pooled: bool
    """Too little was seen in the band: this is the share of the whole week."""


@dataclass(frozen=True)
class MeasuredShrinkage:
    """What was measured of one queue: per cause over all of it, and per band."""

    causes: Mapping[Cause, Estimate]
    lines: Sequence[ShrinkageLine]
    total: Estimate
    not_placed: Estimate
    not_seen_seconds: int

    @property
    def is_enough(self) -> bool:
        """Enough was seen to plan with it."""
        return self.total.is_enough


def measure(hours: PaidHours, bands: Bands) -> MeasuredShrinkage:
    """Return each cause's share of paid time."""
    table = _table(hours, bands)
    whole = {cause: table.estimate(away) for cause, away in table.away.items()}
    placed = [away for (reason, _code), away in table.away.items() if reason not in PLACED]
    lines = [
        _line(table, bands, cause, band, whole[cause])
        for cause in sorted(table.away, key=lambda key: (-whole[key].rate, key))
        for band in range(bands.count)
        if table.paid[:, band].any()
    ]
    return MeasuredShrinkage(
        causes=dict(sorted(whole.items(), key=lambda row: -row[1].rate)),
        lines=lines,
        total=table.estimate(_added(list(table.away.values()), table.paid)),
        not_placed=table.estimate(_added(placed, table.paid)),
        not_seen_seconds=int(hours.seconds[hours.reason == Reason.NOT_SEEN].sum()),
    )


@dataclass(frozen=True)
class _Table:
    """Seconds by day and band: paid, and away by cause."""

    paid: Floats
    away: Mapping[Cause, Floats]

    def estimate(self, away: Floats, band: int | None = None) -> Estimate:
        paid = self.paid.sum(axis=1) if band is None else self.paid[:, band]
        gone = away.sum(axis=1) if band is None else away[:, band]
        return ratio_of_days(gone, paid)


def ratio_of_days(part: Floats, whole: Floats) -> Estimate:
    """Estimate sum(part) / sum(whole) from days; with fewer than two the interval is 0 to 1."""
    seen = whole > 0
    part, whole = part[seen], whole[seen]
    days, total = len(whole), float(whole.sum())
    rate = float(part.sum()) / total if total else 0.0
    low, high = 0.0, 1.0
    if days > 1:
        squares = float(((part - rate * whole) ** 2).sum())
        error = np.sqrt(days / (days - 1) * squares) / total
        reach = students_t(days - 1) * error
        low, high = max(rate - reach, 0.0), min(rate + reach, 1.0)
    return Estimate(
        rate=rate,
        low=float(low),
        high=float(high),
        days=days,
        paid_seconds=total,
        away_seconds=float(part.sum()),
    )


def students_t(freedom: int) -> float:
    """The 97.5 % quantile of Student's t, within 0.2 %; web processes load no SciPy for it.

    Exact for one and two degrees, else the series of Abramowitz and Stegun, 1972, 26.7.5.
    """
    if freedom == 1:
        return float(np.tan(np.pi * LEVEL / 2))
    if freedom == 2:
        return LEVEL / float(np.sqrt((1 - LEVEL) * (1 + LEVEL) / 2))
    z = NORMAL_QUANTILE
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return float(sum(term / freedom**power for power, term in enumerate(terms)))


def _table(hours: PaidHours, bands: Bands) -> _Table:
    days, place = np.unique(hours.day, return_inverse=True)
    shape = (len(days), bands.count)
    cell = place * bands.count + bands.of(hours.week_hour)

    def summed(chosen: NDArray[np.bool_]) -> Floats:
        size = shape[0] * shape[1]
        found = np.bincount(cell[chosen], weights=hours.seconds[chosen], minlength=size)
        return found.astype(np.float64).reshape(shape)

    planned = summed(hours.reason != Reason.NOT_SEEN)
    away: dict[Cause, Floats] = {}
    key = hours.reason << 16 | hours.code
    for packed in np.unique(key[~np.isin(hours.reason, NOT_AWAY)]).tolist():
        away[Reason(packed >> 16), packed & 0xFFFF] = summed(key == packed)
    row_of = {int(day): row for row, day in enumerate(days.tolist())}
    paid = planned.copy()
    for (day, code), seconds in hours.off.items():
        row = row_of.get(day)
        if row is None or not planned[row].any():
            continue  # Nobody was planned on the queue that day: no hour to count it in.
        spread = planned[row] * (seconds / planned[row].sum())
        away.setdefault((Reason.PLANNED_OFF, code), np.zeros(shape))[row] += spread
        paid[row] += spread
    return _Table(paid=paid, away=away)


def _line(table: _Table, bands: Bands, cause: Cause, band: int, whole: Estimate) -> ShrinkageLine:
    own = table.estimate(table.away[cause], band)
    weekday, starts_minute, ends_minute = bands.bounds(band)
    return ShrinkageLine(
        cause=cause,
        weekday=weekday,
        starts_minute=starts_minute,
        ends_minute=ends_minute,
        estimate=own if own.is_enough else whole,
        is_pooled=not own.is_enough,
    )


def _added(parts: Sequence[Floats], like: Floats) -> Floats:
    return np.sum(parts, axis=0) if parts else np.zeros_like(like)
