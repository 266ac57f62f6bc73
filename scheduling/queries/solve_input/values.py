"""What cover is worth: missing people by queue, and hard minimums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.models import QueueValue
from scheduling.queries.solve_input.axis import INTERVAL_MINUTES
from wfm.org.models import AgentAssignment, Queue

HOURS_PER_SLOT = INTERVAL_MINUTES / 60
LEAST_COST = 0.01


@dataclass(frozen=True, kw_only=True)
class CoverValues:
    """Money per slot and the people below whom a skill must not fall."""

    over_cost: float
    """Pay of an idle slot: that of the cheapest contract; dearer ones pay the difference themselves."""
    by_queue: Mapping[int, float]
    """What a missing person costs in a slot."""
    by_skill: Mapping[str, float]
    minimum: Mapping[str, NDArray[np.float64]]
    minimum_by_queue: Mapping[int, NDArray[np.float64]]
    minimum_cost: float


def hourly_pay(row: AgentAssignment) -> float:
    """Pay of an hour: the person's own, else the contract's."""
    return float(row.hourly_cost or row.employment_contract.hourly_cost)


def cheapest_hour(assignments: Sequence[AgentAssignment]) -> float:
    """Pay of an hour by the cheapest contract of all."""
    pay = (float(row.employment_contract.hourly_cost) for row in assignments)
    return min(pay, default=1.0 / HOURS_PER_SLOT)


def cover_values(
    queues: Sequence[Queue],
    assignments: Sequence[AgentAssignment],
    *,
    required: Mapping[int, NDArray[np.float64]],
    opened: Mapping[int, NDArray[np.bool_]],
    under_cost_ratio: float,
    least_people: int,
    minimum_cost_ratio: float,
) -> CoverValues:
    """Values of the version's queues.

    A queue's own hour value is what a missing hour costs; who is missing is not paid, so that the
    solver weighs the value beyond the pay. Queues without one follow the planner's ratio. A skill of
    several queues counts their mean, weighted by what they require.
    """
    over_cost = round(cheapest_hour(assignments) * HOURS_PER_SLOT, 2)
    rows = {row.queue_id: row for row in QueueValue.objects.filter(queue__in=queues)}
    by_queue: dict[int, float] = {}
    minimum: dict[str, NDArray[np.float64]] = {}
    own_minimum: dict[int, NDArray[np.float64]] = {}
    weights: dict[str, list[tuple[float, float]]] = {}
    for queue in queues:
        row, skill = rows.get(queue.pk), str(queue.skill_id)
        value = over_cost * under_cost_ratio
        if row is not None and row.hour_value is not None:
            value = float(row.hour_value) * HOURS_PER_SLOT - over_cost
        by_queue[queue.pk] = max(LEAST_COST, round(value, 2))
        weights.setdefault(skill, []).append((by_queue[queue.pk], float(required[queue.pk].sum())))
        least = row.least_people if row is not None else None
        if least is None:
            least = queue.min_agents or least_people
        if least and queue.pk in opened:
            total = minimum.setdefault(skill, np.zeros(len(opened[queue.pk])))
            own_minimum[queue.pk] = np.where(opened[queue.pk], float(least), 0.0)
            total += own_minimum[queue.pk]
    return CoverValues(
        over_cost=over_cost,
        by_queue=by_queue,
        by_skill={skill: _mean(pairs) for skill, pairs in weights.items()},
        minimum=minimum,
        minimum_by_queue=own_minimum,
        minimum_cost=round(over_cost * minimum_cost_ratio, 2) if minimum else 0.0,
    )


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    """Mean of values by weight; the plain mean where nothing weighs."""
    weight = sum(w for _, w in pairs)
    if not weight:
        return round(sum(v for v, _ in pairs) / len(pairs), 2)
    return round(sum(v * w for v, w in pairs) / weight, 2)
