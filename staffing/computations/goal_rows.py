"""Which goal version holds in which interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.refused import QueueRefused
from staffing.core.kernels import RowIndex
from staffing.queries import QueueInputs
from wfm.org.models import ServiceGoal


def rows_by_goal(inputs: QueueInputs) -> Iterator[tuple[ServiceGoal, RowIndex]]:
    """Yield each version with its open intervals; raises QueueRefused where none holds."""
    refuse_gaps(inputs, needed=inputs.is_open)
    for goal in inputs.goals:
        rows = np.flatnonzero(inputs.is_open & in_force(goal, inputs))
        if rows.size:
            yield goal, rows


def in_force(goal: ServiceGoal, inputs: QueueInputs) -> NDArray[np.bool_]:
    """Tell in which intervals, open or not, the version holds."""
    holds = inputs.dates >= np.datetime64(goal.starts_on)
    if goal.ends_on is not None:
        holds &= inputs.dates < np.datetime64(goal.ends_on)
    return np.asarray(holds)


def refuse_gaps(inputs: QueueInputs, *, needed: NDArray[np.bool_]) -> None:
    """Raise QueueRefused when an interval that needs a goal has none."""
    covered = np.zeros(needed.shape, dtype=bool)
    for goal in inputs.goals:
        covered |= in_force(goal, inputs)
    if (gaps := np.flatnonzero(needed & ~covered)).size:
        raise QueueRefused(
            _("This queue has no service goal on %(date)s; set one from that date on.")
            % {"date": inputs.dates[gaps[0]]}
        )


def goal_facts(goal: ServiceGoal) -> dict[str, Any]:
    """Return the version as plain values, kept with the result."""
    return {
        "version": goal.version,
        "starts_on": goal.starts_on.isoformat(),
        "metric_key": goal.metric_key,
        "level": goal.level,
        "threshold_seconds": goal.threshold_seconds,
        "due_unit": goal.due_unit,
        "due_amount": goal.due_amount,
        "due_cutoff_minute": goal.due_cutoff_minute,
        "max_asa_seconds": goal.max_asa_seconds,
        "max_abandonment_rate": goal.max_abandonment_rate,
        "max_occupancy_rate": goal.max_occupancy_rate,
    }
