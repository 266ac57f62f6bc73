"""From people on position to paid people: shares of paid time that are not available."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray

MINUTES_PER_DAY = 1440


@dataclass(frozen=True)
class ShrinkageShare:
    """One code's share of paid time.

    Attributes:
        code: The activity code's key.
        rate: Share of paid time, 0 or more and below 1.
        weekday: 0 = Monday; None for all.
        starts_minute: First local minute of the day it holds for.
        ends_minute: Local minute it ends before.
        is_scheduled: The schedule places it (breaks, lunch); counted in paid hours only.

    """

    code: str
    rate: float
    weekday: int | None = None
    starts_minute: int = 0
    ends_minute: int = MINUTES_PER_DAY
    is_scheduled: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.rate < 1.0:
            msg = f"Expected 0 <= rate < 1 of {self.code}, got {self.rate}."
            raise ValueError(msg)
        if not 0 <= self.starts_minute < self.ends_minute <= MINUTES_PER_DAY:
            msg = (
                f"Expected 0 <= starts_minute < ends_minute <= 1440 of {self.code}, "
                f"got {self.starts_minute} to {self.ends_minute}."
            )
            raise ValueError(msg)


@dataclass(frozen=True)
class ShrinkageByInterval:
    """Shares per interval.

    Attributes:
        unscheduled_rate: What the schedule does not place (leave, sickness, coaching at short notice).
        total_rate: All of it: what is paid and not available.

    """

    unscheduled_rate: FloatArray
    total_rate: FloatArray


def shrinkage_by_interval(
    shares: Sequence[ShrinkageShare],
    *,
    weekdays: NDArray[np.int64],
    minutes: NDArray[np.int64],
) -> ShrinkageByInterval:
    """Add up the shares that hold in each interval (they are shares of the same paid time).

    Raises ValueError when they add up to all of it.
    """
    unscheduled, total = np.zeros(weekdays.shape), np.zeros(weekdays.shape)
    for share in shares:
        holds = (minutes >= share.starts_minute) & (minutes < share.ends_minute)
        if share.weekday is not None:
            holds &= weekdays == share.weekday
        total += holds * share.rate
        unscheduled += holds * (0.0 if share.is_scheduled else share.rate)
    if (total >= 1.0).any():
        msg = f"Shrinkage adds up to {total.max():.0%} of paid time; nobody would be left."
        raise ValueError(msg)
    return ShrinkageByInterval(unscheduled_rate=unscheduled, total_rate=total)


def rates_by_code(
    shares: Sequence[ShrinkageShare],
    *,
    weekdays: NDArray[np.int64],
    minutes: NDArray[np.int64],
) -> dict[str, FloatArray]:
    """Return each code's share of paid time in each interval, in the order of the codes."""
    rates: dict[str, FloatArray] = {}
    for share in shares:
        holds = (minutes >= share.starts_minute) & (minutes < share.ends_minute)
        if share.weekday is not None:
            holds &= weekdays == share.weekday
        rates[share.code] = rates.get(share.code, np.zeros(weekdays.shape)) + holds * share.rate
    return rates


def required_fte(required_agents: FloatArray, shrinkage_rate: FloatArray) -> FloatArray:
    """Return gross = net / (1 - shrinkage): paid people for so many on position."""
    return np.asarray(required_agents / (1.0 - shrinkage_rate))
