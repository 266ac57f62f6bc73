"""Patience from data: customers who are answered hide how long they would have waited."""

from dataclasses import dataclass

import numpy as np

from staffing.core.kernels import FloatArray

LEAST_ABANDONED = 30  # below it the estimate is too unsure: its relative error is 1 / sqrt(count)


@dataclass(frozen=True)
class PatienceEstimate:
    """Mean patience and how sure it is.

    Attributes:
        patience_seconds: Total wait of all contacts / number abandoned; None where unknown, as
            without any wait.
        abandoned: On how many abandonments it rests.
        relative_error: One standard error as a share of the estimate; None where unknown.

    """

    patience_seconds: float | None
    abandoned: float
    relative_error: float | None


def estimate_patience(*, wait_seconds_total: FloatArray, abandoned: FloatArray) -> PatienceEstimate:
    """Return the maximum-likelihood mean of an exponential patience from censored waits.

    Intervals in which either figure is unknown (NaN) are left out. The mean wait of those who
    abandoned would be far too short: it leaves out all who were patient enough to be answered.
    """
    known = ~np.isnan(wait_seconds_total) & ~np.isnan(abandoned)
    count = float(abandoned[known].sum())
    if count < LEAST_ABANDONED:
        return PatienceEstimate(patience_seconds=None, abandoned=count, relative_error=None)
    waited = float(wait_seconds_total[known].sum())
    if not waited > 0.0:  # a feed that reports no waits says nothing of patience
        return PatienceEstimate(patience_seconds=None, abandoned=count, relative_error=None)
    return PatienceEstimate(
        patience_seconds=waited / count, abandoned=count, relative_error=count**-0.5
    )
