"""Requested activities as the solver places them: windows of slots, together or each alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from scheduling.core.data import FloatingActivity, Horizon, Span
from scheduling.models import (
    ActivityPlacement,
    ActivityRequest,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
)
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.free_time import wall_slot


def floating_activities(
    version: ScheduleVersion, axis: Axis, horizon: Horizon
) -> tuple[FloatingActivity, ...]:
    """Open requests whose days meet the version's, but for those that a published schedule holds.

    What is held in a locked shift stays there, too. Keys are the request's number, with the agent's after a colon where each is held alone.
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
    kept = {(row.request_id, row.agent_id) for row in kept_placements(version)}
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
            if (request.pk, None if request.is_together else int(group[0])) not in kept
        ]
    return tuple(found)


def kept_placements(version: ScheduleVersion) -> list[ActivityPlacement]:
    """What the version that this one is based on holds in shifts that stay locked."""
    if version.based_on_id is None:
        return []
    rows = ActivityPlacement.objects.filter(
        version=version.based_on_id, starts_at__isnull=False
    ).prefetch_related("request__attendants")
    locked: dict[int, list[tuple[datetime, datetime]]] = {}
    for agent_id, starts_at, ends_at in Shift.objects.filter(
        version=version.based_on_id, is_locked=True
    ).values_list("agent_id", "starts_at", "ends_at"):
        locked.setdefault(agent_id, []).append((starts_at, ends_at))
    return [row for row in rows if _is_locked(row, locked)]


def _is_locked(
    row: ActivityPlacement, locked: Mapping[int, Sequence[tuple[datetime, datetime]]]
) -> bool:
    attendants = (
        [row.agent_id]
        if row.agent_id is not None
        else [agent.pk for agent in row.request.attendants.all()]
    )
    return any(
        row.starts_at is not None and starts_at <= row.starts_at < ends_at
        for agent in attendants
        for starts_at, ends_at in locked.get(agent, ())
    )


def _windows(request: ActivityRequest, axis: Axis, horizon: Horizon) -> tuple[Span, ...]:
    return tuple(
        (
            wall_slot(horizon, day, request.earliest_minute),
            min(axis.slots, wall_slot(horizon, day, request.latest_minute)),
        )
        for day in range(axis.days)
        if request.starts_on <= axis.date(day) < request.ends_on
    )
