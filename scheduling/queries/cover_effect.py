"""What a request would do to the cover of its days: staffed against required, before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from scheduling.models import OpenShift, ScheduleVersion, ShiftActivity, TimeOff
from scheduling.models.open_shift import OfferKind
from scheduling.queries.cover import HOURS_PER_SLOT, STEP, Coverage, coverage
from scheduling.queries.published import version_of_day
from wfm.timeline import day_bounds

Span = tuple[int, datetime, datetime]
"""Queue, start and end."""


@dataclass(frozen=True, kw_only=True)
class CoverEffect:
    """Hours of the days concerned, in the queues concerned."""

    required_hours: float
    staffed_hours: float
    short_before_hours: float
    short_after_hours: float

    @property
    def change_hours(self) -> float:
        """Hours short more; below 0 where the request helps."""
        return self.short_after_hours - self.short_before_hours


@dataclass
class CoverBook:
    """Coverage of published versions, computed once each for a page of requests."""

    _known: dict[int, Coverage] = field(default_factory=dict)

    def of_time_off(self, row: TimeOff) -> CoverEffect | None:
        """Of granting time off; None where no work is published for the agent then."""
        work = ShiftActivity.objects.filter(
            shift__is_published=True,
            shift__agent=row.agent_id,
            queue__isnull=False,
            starts_at__lt=row.ends_at,
            ends_at__gt=row.starts_at,
        ).values_list("queue_id", "starts_at", "ends_at")
        spans = [
            (queue, max(begins, row.starts_at), min(ends, row.ends_at))
            for queue, begins, ends in work
        ]
        return self._effect(spans, -1)

    def of_offer(self, offer: OpenShift) -> CoverEffect | None:
        """Of filling one place of an offer; None where it names no queue."""
        if offer.queue_id is None:
            return None
        sign = -1 if offer.kind == OfferKind.VOLUNTARY_TIME_OFF else 1
        return self._effect([(offer.queue_id, offer.starts_at, offer.ends_at)], sign)

    def _effect(self, spans: list[Span], sign: int) -> CoverEffect | None:
        version = version_of_day(spans[0][1].date()) if spans else None
        if version is None:
            return None
        found = self._coverage(version)
        change = _slots_by_queue(found, spans)
        whole = _days(found, version, spans)
        required = staffed = before = after = 0.0
        for queue, slots in change.items():
            if queue not in found.required:
                continue
            asked, there = found.required[queue][whole], found.staffed[queue][whole]
            required += float(asked.sum())
            staffed += float(there.sum())
            before += float(np.maximum(asked - there, 0).sum())
            after += float(np.maximum(asked - there - sign * slots[whole], 0).sum())
        return CoverEffect(
            required_hours=required * HOURS_PER_SLOT,
            staffed_hours=staffed * HOURS_PER_SLOT,
            short_before_hours=before * HOURS_PER_SLOT,
            short_after_hours=after * HOURS_PER_SLOT,
        )

    def _coverage(self, version: ScheduleVersion) -> Coverage:
        if version.pk not in self._known:
            self._known[version.pk] = coverage(version)
        return self._known[version.pk]


def _slots_by_queue(found: Coverage, spans: list[Span]) -> dict[int, NDArray[np.float64]]:
    by_queue: dict[int, NDArray[np.float64]] = {}
    for queue, begins, ends in spans:
        row = by_queue.setdefault(queue, np.zeros(found.slots))
        first = int(np.clip((begins - found.starts_at) // STEP, 0, found.slots))
        last = int(np.clip(-((found.starts_at - ends) // STEP), 0, found.slots))
        row[first:last] = 1
    return by_queue


def _days(found: Coverage, version: ScheduleVersion, spans: list[Span]) -> slice:
    """Slots of the whole local days that the spans touch."""
    zone = version.timezone
    first = day_bounds(min(span[1] for span in spans).date(), zone).starts_at
    last = day_bounds(max(span[2] - timedelta(seconds=1) for span in spans).date(), zone).ends_at
    return slice(
        int(np.clip((first - found.starts_at) // STEP, 0, found.slots)),
        int(np.clip(-((found.starts_at - last) // STEP), 0, found.slots)),
    )
