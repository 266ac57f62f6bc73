"""Required against staffed of a version, whole or by the week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from scheduling.models import ScheduleStatus, ScheduleVersion
from scheduling.queries.solve_input import (
    INTERVAL_MINUTES,
    Axis,
    make_axis,
    planned_deferred,
    required_by_queue,
    required_in_force,
)
from wfm.org.models import Queue
from wfm.timeline import day_bounds

HOURS_PER_SLOT = INTERVAL_MINUTES / 60
STEP = timedelta(minutes=INTERVAL_MINUTES)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Required and staffed people of each queue in the slots of the version's days."""

    starts_at: datetime
    queues: tuple[Queue, ...]
    required: dict[int, NDArray[np.float64]]
    staffed: dict[int, NDArray[np.float64]]

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(next(iter(self.required.values()), []))

    def under_hours(self) -> float:
        """Hours that are short, queue by queue."""
        return (
            sum(
                float(np.maximum(self.required[q.pk] - self.staffed[q.pk], 0).sum())
                for q in self.queues
            )
            * HOURS_PER_SLOT
        )

    def over_hours(self) -> float:
        """Hours above the requirement, queue by queue."""
        return (
            sum(
                float(np.maximum(self.staffed[q.pk] - self.required[q.pk], 0).sum())
                for q in self.queues
            )
            * HOURS_PER_SLOT
        )

    def of_days(self, first: int, last: int) -> Coverage:
        """The same of the slots [first, last)."""
        return replace(
            self,
            starts_at=self.starts_at + STEP * first,
            required={q: row[first:last] for q, row in self.required.items()},
            staffed={q: row[first:last] for q, row in self.staffed.items()},
        )

    def required_hours(self) -> float:
        """Hours required."""
        return sum(float(row.sum()) for row in self.required.values()) * HOURS_PER_SLOT


def version_axis(version: ScheduleVersion) -> Axis:
    """The slots from the first to the last local midnight of the version, and a tail."""
    return make_axis(
        starts_on=version.starts_on, ends_on=version.ends_on, timezone=version.timezone
    )


def coverage(version: ScheduleVersion) -> Coverage:
    """Required against staffed; published shifts of the days around count where they reach in.

    A draft is held against the requirement that it is solved for, a published version against
    what is in force now: a surge since, or of today, widens its gap without a hand.
    """
    axis = version_axis(version)
    if version.status == ScheduleStatus.PUBLISHED:
        asked = required_in_force(axis) | planned_deferred(version, axis)
    else:
        asked = required_by_queue(version=version, axis=axis)
    days = axis.slot(day_bounds(version.ends_on, version.timezone).starts_at)
    required = {queue_id: row[:days] for queue_id, row in asked.items()}
    staffed = _staffed(version, axis, days)
    queues = tuple(Queue.objects.filter(pk__in={*required, *staffed}).order_by("name"))
    return Coverage(
        starts_at=axis.starts_at,
        queues=queues,
        required={q.pk: required.get(q.pk, np.zeros(days)) for q in queues},
        staffed={q.pk: staffed.get(q.pk, np.zeros(days)) for q in queues},
    )


def week_dates(version: ScheduleVersion, week: int) -> tuple[date, date]:
    """First and last (left out) date of a week of the version, 0 for its first."""
    first = version.starts_on + WEEK * week
    return first, min(version.ends_on, first + WEEK)


def week_coverage(version: ScheduleVersion, whole: Coverage, week: int) -> Coverage:
    """The coverage of one week."""
    axis = version_axis(version)
    first, last = (
        axis.slot(day_bounds(day, version.timezone).starts_at) for day in week_dates(version, week)
    )
    return whole.of_days(first, last)


def _staffed(version: ScheduleVersion, axis: Axis, slots: int) -> dict[int, NDArray[np.float64]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.queue_id, extract(epoch FROM a.starts_at)::bigint, "
            "extract(epoch FROM a.ends_at)::bigint "
            "FROM scheduling_shiftactivity a JOIN scheduling_shift s ON s.id = a.shift_id "
            "WHERE a.queue_id IS NOT NULL AND (CASE WHEN %s THEN s.is_published "
            "ELSE s.version_id = %s OR (s.is_published AND NOT "
            "(s.operational_date >= %s AND s.operational_date < %s)) END) "
            "AND a.ends_at > %s AND a.starts_at < %s",
            [
                # Of a version in force some weeks may have been replaced by another.
                version.status == ScheduleStatus.PUBLISHED,
                version.pk,
                version.starts_on,
                version.ends_on,
                axis.starts_at,
                axis.moment(slots),
            ],
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    first, step = int(axis.starts_at.timestamp()), INTERVAL_MINUTES * 60
    found: dict[int, NDArray[np.float64]] = {}
    for queue_id in np.unique(rows[:, 0]):
        own = rows[rows[:, 0] == queue_id]
        change = np.zeros(slots + 1)
        np.add.at(change, np.clip((own[:, 1] - first) // step, 0, slots), 1)
        np.add.at(change, np.clip(-((first - own[:, 2]) // step), 0, slots), -1)
        found[int(queue_id)] = np.cumsum(change)[:slots]
    return found
