"""Customers who call again: first contacts and repeats, split and forecast apart.

A contact is a repeat when the same customer contacted the same queue within a window before it.
A chain of repeats belongs to the first contact that began it. Repeats are forecast as a lagged
share of first contacts: so many per first contact on the same day, so many a day later, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.wall_clock import FloatArray

SHRINK_CONTACTS = 30.0
"""First contacts' own times of day mixed into the times of repeats."""


@dataclass(frozen=True)
class Kernel:
    """Repeats that one first contact brings, by days after it."""

    shares: FloatArray

    @property
    def repeats_per_first(self) -> float:
        """All of them."""
        return float(self.shares.sum())

    @property
    def usual_days(self) -> tuple[int, int]:
        """Days between which the middle half of the repeats comes."""
        total = self.shares.sum()
        if total <= 0:
            return 0, 0
        reached = np.cumsum(self.shares) / total
        return int(np.searchsorted(reached, 0.25)), int(np.searchsorted(reached, 0.75))


def estimate_kernel(*, first_days: FloatArray, lag_counts: FloatArray) -> Kernel:
    """Repeats per first contact by lag.

    Args:
        first_days: first contacts by past date, oldest first.
        lag_counts: repeats seen by days after their first contact.

    A lag is divided by the first contacts that are old enough to have shown it.
    """
    days = first_days.size
    reached = np.cumsum(np.nan_to_num(first_days))
    exposed = np.array(
        [reached[days - 1 - lag] if lag < days else 0.0 for lag in range(len(lag_counts))]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(exposed > 0, lag_counts / exposed, 0.0)
    return Kernel(shares=shares)


def repeat_days(*, kernel: Kernel, past_first: FloatArray, future_first: FloatArray) -> FloatArray:
    """Repeats of each coming date from the first contacts before and on it."""
    past = np.nan_to_num(past_first)
    whole = np.concatenate([past, future_first])
    spread = np.convolve(whole, kernel.shares)[: whole.size]
    return np.asarray(spread[past.size :])


def repeat_shares(
    *,
    first_mean: FloatArray,
    repeats_by_day: FloatArray,
    past_first: FloatArray,
    past_repeat: FloatArray,
) -> FloatArray:
    """The part of each coming date × label that repeats make up (0 to 1).

    Repeats of a day come at the times at which repeats came before; times without any lean on
    those of first contacts.

    Args:
        first_mean: forecast of first contacts, date × label.
        repeats_by_day: forecast of repeats by date.
        past_first: first contacts of the past, date × label, NaN unknown.
        past_repeat: repeats of the past.
    """
    first_times = np.nansum(past_first, axis=0)
    times = np.nansum(past_repeat, axis=0) + SHRINK_CONTACTS * first_times / max(
        first_times.sum(), 1.0
    )
    weights = np.where(first_mean > 0, times, 0.0)
    totals = weights.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        repeats = np.where(totals > 0, repeats_by_day[:, None] * weights / totals, 0.0)
        shares = np.where(first_mean > 0, repeats / (first_mean + repeats), 0.0)
    return np.asarray(shares)
