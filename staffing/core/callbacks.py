"""Callbacks: who would wait long is offered to be called back, and a share of them takes the offer.

The offer is made at arrival, by the wait that is announced: with j others waiting and n agents, j + 1
handling times shared by n. Who takes it leaves the live queue at once and is work of a deferred queue
from then on; who does not waits on as usual. So arrivals depend on the state, and the queue stays a
birth-death chain (`staffing.core.transient_path`), exact along the day. A callback is neither answered
nor abandoned: the live queue's level, speed of answer and abandonment are of those who stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.core.kernels import FloatArray, RowIndex


@dataclass(frozen=True)
class CallbackOffers:
    """The offer of each interval.

    Attributes:
        after_seconds: Announced wait beyond which a callback is offered; any where there is no offer.
        acceptance_rate: Share that takes it; 0 for no offer.

    """

    after_seconds: FloatArray
    acceptance_rate: FloatArray

    def __post_init__(self) -> None:
        offered = self.acceptance_rate > 0.0
        if not ((self.acceptance_rate >= 0.0) & (self.acceptance_rate < 1.0)).all():
            worst = self.acceptance_rate[np.argmax(np.abs(self.acceptance_rate))]
            msg = f"Expected 0 <= acceptance_rate < 1, got {worst}: somebody always waits."
            raise ValueError(msg)
        if not (self.after_seconds[offered] >= 0.0).all():
            msg = f"Expected after_seconds >= 0, got {self.after_seconds[offered].min()}."
            raise ValueError(msg)

    @classmethod
    def none(cls, size: int) -> CallbackOffers:
        """Return no offer in any interval."""
        return cls(np.zeros(size), np.zeros(size))

    @property
    def is_made(self) -> bool:
        """Whether there is an offer in some interval."""
        return bool(self.acceptance_rate.any())

    def take(self, rows: RowIndex) -> CallbackOffers:
        """Return the chosen intervals."""
        return CallbackOffers(self.after_seconds[rows], self.acceptance_rate[rows])
