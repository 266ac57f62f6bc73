"""The requirement of one queue interval by interval: what a run writes and the pages read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray

FIGURES = (
    "offered",
    "aht_seconds",
    "workload_erlangs",
    "required_agents",
    "required_fte",
    "shrinkage_rate",
    "service_level",
    "asa_seconds",
    "abandonment_rate",
    "occupancy_rate",
    "fewer_service_level",
    "more_service_level",
    "compared_agents",
    "compared_service_level",
    "finished",
    "callbacks",
)
"""What is told of each interval: before the last two come the level with one agent fewer and one more,
and agents and level under the other strategy of live queues. `finished` is what the plan brings to
an end in the interval, from which linked queues get their arrivals."""


@dataclass(frozen=True)
class RequirementSeries:
    """The requirement of one queue, interval by interval in UTC; NaN where there is no figure."""

    starts_at: NDArray[np.datetime64]
    offered: FloatArray
    aht_seconds: FloatArray
    workload_erlangs: FloatArray
    required_agents: FloatArray
    required_fte: FloatArray
    shrinkage_rate: FloatArray
    service_level: FloatArray
    asa_seconds: FloatArray
    abandonment_rate: FloatArray
    occupancy_rate: FloatArray
    fewer_service_level: FloatArray
    more_service_level: FloatArray
    compared_agents: FloatArray
    compared_service_level: FloatArray
    finished: FloatArray
    callbacks: FloatArray
    is_open: NDArray[np.bool_]

    def moments(self) -> list[datetime]:
        """Return the starts as aware datetimes."""
        return [
            datetime.fromtimestamp(second, tz=UTC) for second in self.starts_at.astype(int).tolist()
        ]
