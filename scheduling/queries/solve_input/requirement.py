"""How many people are needed, per queue and slot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from forecasting.models import ForecastRun
from scheduling.models import ScheduleVersion
from scheduling.queries.solve_input.axis import INTERVAL_MINUTES, Axis
from staffing.models import RequirementQueueResult
from staffing.queries import people_in_force
from wfm.org.models import Queue
from wfm.timeline import day_bounds


def required_by_queue(*, version: ScheduleVersion, axis: Axis) -> dict[int, NDArray[np.float64]]:
    """People needed per queue and slot, unplanned absence included (`required_fte`).

    Of the requirement that the version is solved for; where that one does not reach, of those in
    force of the same queues. Deferred queues that were planned by their due times: as planned.
    """
    required = required_and_open(version=version, axis=axis)[0]
    return required | planned_deferred(version, axis)


def planned_deferred(version: ScheduleVersion, axis: Axis) -> dict[int, NDArray[np.float64]]:
    """People on deferred queues as the solve planned their work; nothing where it did not."""
    found: dict[int, NDArray[np.float64]] = {}
    planned = version.summary.get("deferred", {})
    if not planned:
        return found
    begins = axis.slot(datetime.fromisoformat(version.summary["starts_at"]))
    for queue_id, figures in planned.items():
        people = np.asarray(figures["people"], dtype=float)
        row = np.zeros(axis.slots)
        # The axis may begin elsewhere than that of the solve: other sites count today.
        first, last = max(0, begins), min(axis.slots, begins + len(people))
        if first < last:
            row[first:last] = people[first - begins : last - begins]
        found[int(queue_id)] = row
    return found


def required_and_open(
    *, version: ScheduleVersion, axis: Axis
) -> tuple[dict[int, NDArray[np.float64]], dict[int, NDArray[np.bool_]]]:
    """People needed per queue and slot, and in which slots each queue is open."""
    if version.requirement_run_id is None:
        return {}, {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.queue_id, q.interval_minutes, extract(epoch FROM i.starts_at)::bigint, "
            "CASE WHEN i.is_open THEN i.required_fte END "
            "FROM staffing_requirementinterval i "
            "JOIN org_queue q ON q.id = i.queue_id "
            "WHERE i.run_id = %s AND i.starts_at >= %s AND i.starts_at < %s "
            "ORDER BY i.queue_id, i.starts_at",
            [version.requirement_run_id, axis.starts_at, axis.moment(axis.slots)],
        )
        rows = cursor.fetchall()
    required: dict[int, NDArray[np.float64]] = {}
    beside = _people_beside(version, axis)
    own = {row[0] for row in (*rows, *beside) if row[3] is not None}
    opened: dict[int, NDArray[np.float64]] = {}
    for part in (beside, rows):
        kept = [row for row in part if row[0] in own]
        _fill(required, axis, kept)
        _fill(opened, axis, [(*row[:3], None if row[3] is None else 1.0) for row in kept])
    return required, {queue_id: row > 0 for queue_id, row in opened.items()}


def _people_beside(
    version: ScheduleVersion, axis: Axis
) -> list[tuple[int, int, int, float | None]]:
    """What is in force of the version's queues; nothing where its own requirement has it all.

    That one may begin or end within the week, and what newer ones have replaced may be deleted.
    """
    results = RequirementQueueResult.objects.filter(
        run=version.requirement_run_id, is_refused=False
    )
    forecast = ForecastRun.objects.get(requirement_runs=version.requirement_run_id)
    reaches = (
        forecast.starts_at <= axis.starts_at
        and forecast.ends_at >= day_bounds(version.ends_on, version.timezone).starts_at
    )
    if reaches and not results.filter(cleared_at__isnull=False).exists():
        return []
    return people_in_force(
        list(results.values_list("queue_id", flat=True)),
        starts_at=axis.starts_at,
        ends_at=axis.moment(axis.slots),
    )


def required_in_force(axis: Axis) -> dict[int, NDArray[np.float64]]:
    """People needed per queue and slot as it is in force now, the update of today included."""
    rows = people_in_force(None, starts_at=axis.starts_at, ends_at=axis.moment(axis.slots))
    opened = {queue_id for queue_id, _minutes, _epoch, people in rows if people is not None}
    required: dict[int, NDArray[np.float64]] = {}
    _fill(required, axis, [row for row in rows if row[0] in opened])
    return required


def _fill(
    required: dict[int, NDArray[np.float64]],
    axis: Axis,
    rows: Iterable[tuple[int, int, int, float | None]],
) -> None:
    """Write the people of each interval (queue, minutes, epoch second; None: closed) into slots."""
    first = int(axis.starts_at.timestamp())
    for queue_id, minutes, epoch_seconds, people in rows:
        row = required.setdefault(queue_id, np.zeros(axis.slots))
        slot = (epoch_seconds - first) // (INTERVAL_MINUTES * 60)
        row[slot : slot + max(1, minutes // INTERVAL_MINUTES)] = people or 0.0


def sum_of_skill(
    skill: str,
    queues: Sequence[Queue],
    required: Mapping[int, NDArray[np.float64]],
    axis: Axis,
) -> NDArray[np.float64]:
    total = np.zeros(axis.slots)
    for queue in queues:
        if str(queue.skill_id) == skill:
            total += required[queue.pk]
    return total
