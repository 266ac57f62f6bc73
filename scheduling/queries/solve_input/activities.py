"""Requested activities as the solver places them: windows of slots, together or each alone."""

from __future__ import annotations

from django.db.models import Q

from scheduling.core.data import FloatingActivity, Horizon, Span
from scheduling.models import ActivityRequest, ScheduleStatus, ScheduleVersion
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.free_time import wall_slot


def floating_activities(
    version: ScheduleVersion, axis: Axis, horizon: Horizon
) -> tuple[FloatingActivity, ...]:
    """Open requests whose days meet the version's, but for those that a published schedule holds.

    Keys are the request's number, with the agent's after a colon where each is held alone.
    """
    held = Q(
        placements__starts_at__isnull=False,
        placements__version__status=ScheduleStatus.PUBLISHED,
    ) & ~Q(
        placements__version__starts_on__lt=version.ends_on,
        placements__version__ends_on__gt=version.starts_on,
    )
    requests = (
        ActivityRequest.objects.open()
        .filter(starts_on__lt=version.ends_on, ends_on__gt=version.starts_on)
        .exclude(pk__in=ActivityRequest.objects.filter(held).values("pk"))
        .prefetch_related("attendants")
        .order_by("pk")
    )
    found: list[FloatingActivity] = []
    for request in requests:
        spans = _windows(request, axis, horizon)
        keys = sorted(str(agent.pk) for agent in request.attendants.all())
        if not spans or not keys:
            continue
        groups = [tuple(keys)] if request.is_together else [(key,) for key in keys]
        found += [
            FloatingActivity(
                key=str(request.pk) if request.is_together else f"{request.pk}:{group[0]}",
                minutes=request.minutes,
                attendants=group,
                spans=spans,
                needs_office=request.needs_office,
                room_site="" if request.room_site_id is None else str(request.room_site_id),
            )
            for group in groups
        ]
    return tuple(found)


def _windows(request: ActivityRequest, axis: Axis, horizon: Horizon) -> tuple[Span, ...]:
    return tuple(
        (
            wall_slot(horizon, day, request.earliest_minute),
            min(axis.slots, wall_slot(horizon, day, request.latest_minute)),
        )
        for day in range(axis.days)
        if request.starts_on <= axis.date(day) < request.ends_on
    )
