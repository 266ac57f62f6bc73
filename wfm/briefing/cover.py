"""Required against staffed today, queue by queue, from the published schedule."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from scheduling.models import ScheduleStatus, ScheduleVersion
from scheduling.queries.board import HOURS_PER_SLOT, coverage
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.web.charts import Axis, Series, TimeChart

STEP = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class QueueCover:
    """One queue now and for the rest of the day."""

    queue: Queue
    required_now: float
    staffed_now: float
    short_hours_left: float
    worst_at: datetime | None
    worst_short: float
    differences: list[float | None]

    @property
    def difference_now(self) -> float:
        """Staffed minus required."""
        return self.staffed_now - self.required_now

    @property
    def tone(self) -> str:
        """Too few, too many or as planned; half a person is neither."""
        if self.difference_now <= -0.5:
            return "under"
        return "over" if self.difference_now >= 0.5 else "goal"


@dataclass(frozen=True, kw_only=True)
class DayCover:
    """All queues of one day of the published schedule."""

    version: ScheduleVersion
    starts: list[datetime]
    queues: list[QueueCover]
    required: NDArray[np.float64]
    staffed: NDArray[np.float64]

    @property
    def short_hours_left(self) -> float:
        """Hours short in the rest of the day, queue by queue."""
        return sum(row.short_hours_left for row in self.queues)

    @property
    def staffed_now(self) -> float:
        """People on queues now."""
        return sum(row.staffed_now for row in self.queues)

    @property
    def required_now(self) -> float:
        """People required now."""
        return sum(row.required_now for row in self.queues)

    def chart(self, *, at: datetime) -> dict[str, Any]:
        """Return the payload of required against staffed over all queues."""
        return TimeChart(
            starts_at=self.starts,
            step_minutes=15,
            tz=self.version.timezone,
            y=Axis(title=_("Agents")),
            series=[
                Series(key="staffed", label=_("Staffed"), shape="area", values=self.staffed),
                Series(key="required", label=_("Required"), shape="step", values=self.required),
            ],
            difference=("staffed", "required"),
            now=at,
        ).payload()


def day_cover(*, principal: object, day: date, at: datetime) -> DayCover | None:
    """Return the cover of the day; None without a published schedule of it."""
    versions = ScheduleVersion.objects.all().visible_to(principal)
    version = (
        versions.filter(status=ScheduleStatus.PUBLISHED, starts_on__lte=day, ends_on__gt=day)
        .order_by("-published_at")
        .first()
    )
    if version is None:
        return None
    whole = coverage(version)
    bounds = day_bounds(day, version.timezone)
    first = int((bounds.starts_at - whole.starts_at) // STEP)
    last = int((bounds.ends_at - whole.starts_at) // STEP)
    now_slot = int((at - bounds.starts_at) // STEP)
    rows = [
        _queue_cover(
            queue,
            whole.required[queue.pk][first:last],
            whole.staffed[queue.pk][first:last],
            now_slot,
            bounds.starts_at,
        )
        for queue in whole.queues
        if whole.required[queue.pk][first:last].any() or whole.staffed[queue.pk][first:last].any()
    ]
    total = np.zeros(last - first)
    return DayCover(
        version=version,
        starts=[bounds.starts_at + STEP * index for index in range(last - first)],
        queues=sorted(rows, key=lambda row: (-row.short_hours_left, row.queue.name)),
        required=sum((whole.required[q.pk][first:last] for q in whole.queues), total),
        staffed=sum((whole.staffed[q.pk][first:last] for q in whole.queues), total),
    )


def _queue_cover(
    queue: Queue,
    required: NDArray[np.float64],
    staffed: NDArray[np.float64],
    now_slot: int,
    starts_at: datetime,
) -> QueueCover:
    slot = min(max(now_slot, 0), len(required) - 1)
    short = np.maximum(required - staffed, 0)[slot:]
    worst = int(short.argmax())
    return QueueCover(
        queue=queue,
        required_now=float(required[slot]),
        staffed_now=float(staffed[slot]),
        short_hours_left=float(short.sum()) * HOURS_PER_SLOT,
        worst_at=starts_at + STEP * (slot + worst) if short[worst] > 0 else None,
        worst_short=float(short[worst]),
        differences=[float(value) for value in staffed - required],
    )
