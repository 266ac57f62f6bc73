"""All rows of a queue in a run, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.models import RequirementInterval, RequirementRun
from wfm.org.models import Queue


@dataclass(frozen=True)
class RunRows:
    """All intervals of a run's queue, as they were computed."""

    starts_at: NDArray[np.datetime64]
    offered: FloatArray
    aht_seconds: FloatArray
    agents: FloatArray
    said_level: FloatArray
    """What the run says of the items due in it; NaN where nothing is due."""
    callbacks: FloatArray
    """Of the offered, those who take a callback instead of waiting."""


def run_rows(run: RequirementRun, queue: Queue) -> RunRows:
    """Return the run's intervals of this queue, in order."""
    rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
    found = list(
        rows.values_list(
            "starts_at", "offered", "aht_seconds", "required_agents", "service_level", "callbacks"
        )
    )
    starts = np.array([row[0].timestamp() for row in found], dtype=np.int64)
    table = np.array([row[1:] for row in found], dtype=np.float64).reshape(-1, 5)
    return RunRows(
        starts_at=starts.astype("datetime64[s]"),
        offered=table[:, 0],
        aht_seconds=np.where(np.isnan(table[:, 1]), queue.default_aht_seconds, table[:, 1]),
        agents=table[:, 2],
        said_level=table[:, 3],
        callbacks=np.nan_to_num(table[:, 4]),
    )
