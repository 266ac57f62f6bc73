"""The part of scheduled people who are on position, and service added up over intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def on_position(scheduled: Floats, *, required_agents: Floats, required_fte: Floats) -> Floats:
    """People who are there of those scheduled: unplanned absence takes its share.

    A requirement says both how many are needed and how many must be scheduled for that; their ratio
    is the part that comes. Where nothing is required everybody counts.
    """
    ratio = np.divide(
        required_agents, required_fte, out=np.ones_like(required_fte), where=required_fte > 0
    )
    return scheduled * np.minimum(ratio, 1.0)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A service level of several intervals: weighed by what they offer."""

    offered: float
    in_time: float

    @property
    def value(self) -> float | None:
        """The pooled level; None without contacts."""
        return self.in_time / self.offered if self.offered > 0 else None


def pooled(offered: Floats, level: Floats) -> Level:
    """Add up intervals; those whose level is not known are left out."""
    known = ~np.isnan(level) & (offered > 0)
    return Level(offered=float(offered[known].sum()), in_time=float((offered * level)[known].sum()))
