"""Power of one, now: what one agent more or fewer on a live queue does in the coming hour.

The queue runs through its intervals with the people who are there (`staffing.core.transient`), once
as they are, once with one more and once with one fewer, so that a queue which is filling up already
is told apart from one in its steady state.
"""

from dataclasses import dataclass

import numpy as np

from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Prediction
from staffing.core.transient import LivePath, evaluate_transient

LONGEST_WAIT_SECONDS = 4 * 3600.0
"""Nobody waits longer: where a queue would grow without end its waits are counted as that."""


@dataclass(frozen=True)
class Service:
    """What customers meet in the window; None where the model has no such figure."""

    level: float | None
    asa_seconds: float | None
    waiting_minutes_per_hour: float


@dataclass(frozen=True)
class PowerOfOneNow:
    """The window with the people there, with one more, and with one fewer."""

    now: Service
    more: Service
    fewer: Service

    @property
    def saved_minutes_per_hour(self) -> float:
        """Waiting that one agent more saves."""
        change = self.now.waiting_minutes_per_hour - self.more.waiting_minutes_per_hour
        return max(0.0, change)

    @property
    def caused_minutes_per_hour(self) -> float:
        """Waiting that one agent fewer causes."""
        change = self.fewer.waiting_minutes_per_hour - self.now.waiting_minutes_per_hour
        return max(0.0, change)


def power_of_one_now(
    path: LivePath,
    *,
    people: FloatArray,
    offered: FloatArray,
    goals: Goals | None,
    window: slice,
) -> PowerOfOneNow:
    """Evaluate the path three times; the change of staff is in the window alone.

    Args:
        path: The intervals, some before the window and some after it.
        people: Whole people on position in each.
        offered: Contacts in each.
        goals: Of each interval, for the level; None tells waits only.
        window: The intervals whose service is told.

    """
    asked = (goals or Goals.same(people.size)).thresholds(
        frozenset() if goals is None else frozenset({goals.definition})
    )
    found = []
    for change in (0.0, 1.0, -1.0):
        there = people.copy()
        there[window] = np.maximum(there[window] + change, 0.0)
        prediction = evaluate_transient(path, agents=there, thresholds=asked)
        found.append(_service(prediction, offered, window, path.interval_seconds))
    return PowerOfOneNow(*found)


def _service(
    prediction: Prediction, offered: FloatArray, window: slice, interval_seconds: float
) -> Service:
    contacts = offered[window]
    waits = np.nan_to_num(
        prediction.mean_wait_seconds[window],
        nan=LONGEST_WAIT_SECONDS,
        posinf=LONGEST_WAIT_SECONDS,
    )
    waits = np.where(contacts > 0.0, np.minimum(waits, LONGEST_WAIT_SECONDS), 0.0)
    hours = contacts.size * interval_seconds / 3600.0
    levels = list(prediction.service_levels.values())
    return Service(
        level=_mean(levels[0][window], contacts) if levels else None,
        asa_seconds=_mean(prediction.asa_seconds[window], contacts),
        waiting_minutes_per_hour=float((contacts * waits).sum() / 60.0 / hours),
    )


def _mean(values: FloatArray, weights: FloatArray) -> float | None:
    """Mean over the contacts; None where no interval has a figure and contacts."""
    known = np.isfinite(values) & (weights > 0.0)
    total = float(weights[known].sum())
    return float((values[known] * weights[known]).sum()) / total if total else None
