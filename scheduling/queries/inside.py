"""What a version plans inside its shifts: activities, days in the office, deferred work."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from scheduling.models import ActivityPlacement, ScheduleVersion
from wfm.org.models import Queue


@dataclass(frozen=True, kw_only=True)
class DeferredFigures:
    """A deferred queue that was planned by its due times."""

    queue: Queue
    done_hours: float
    late_hours: float


@dataclass(frozen=True, kw_only=True)
class OfficeFigures:
    """Days in the office of hybrid people."""

    hybrid_days: int
    missing_days: int
    cost: float


@dataclass(frozen=True, kw_only=True)
class Inside:
    """All of it."""

    placements: tuple[ActivityPlacement, ...]
    deferred: tuple[DeferredFigures, ...]
    office: OfficeFigures | None

    @property
    def is_empty(self) -> bool:
        """True where the version plans nothing of the kind."""
        return not self.placements and not self.deferred and self.office is None


def inside_of(version: ScheduleVersion, principal: object) -> Inside:
    """What a person may see of it; a version that was never solved has none."""
    rows = (
        ActivityPlacement.objects.visible_to(principal)
        .filter(version=version)
        .select_related("request__activity_code", "agent")
        .annotate(people=Count("request__attendants"))
        .order_by("starts_at", "pk")
    )
    planned = version.summary.get("deferred", {})
    queues = Queue.objects.visible_to(principal).in_bulk([int(number) for number in planned])
    office = version.summary.get("office")
    return Inside(
        placements=tuple(rows),
        deferred=tuple(
            DeferredFigures(
                queue=queues[int(number)],
                done_hours=figures["done_hours"],
                late_hours=figures["late_hours"],
            )
            for number, figures in planned.items()
            if int(number) in queues
        ),
        office=None if office is None else OfficeFigures(**office),
    )
