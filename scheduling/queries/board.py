"""What the planner's grid shows: days, people, shifts, marks, required against staffed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from scheduling.core.rule_marks import TEXTS, Mark
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftActivity
from scheduling.queries.marks import marks_by_agent
from scheduling.queries.solve_input import (
    INTERVAL_MINUTES,
    Axis,
    make_axis,
    required_by_queue,
    required_in_force,
)
from wfm.org.models import ActivityCode, Agent, AgentAssignment, Queue, SeatPool, Team
from wfm.timeline import day_bounds

HOURS_PER_SLOT = INTERVAL_MINUTES / 60


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
        asked = required_in_force(axis)
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


def _staffed(version: ScheduleVersion, axis: Axis, slots: int) -> dict[int, NDArray[np.float64]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.queue_id, extract(epoch FROM a.starts_at)::bigint, "
            "extract(epoch FROM a.ends_at)::bigint "
            "FROM scheduling_shiftactivity a JOIN scheduling_shift s ON s.id = a.shift_id "
            "WHERE a.queue_id IS NOT NULL AND (s.version_id = %s OR (s.is_published AND NOT "
            "(s.operational_date >= %s AND s.operational_date < %s))) "
            "AND a.ends_at > %s AND a.starts_at < %s",
            [
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


# -- the grid's payload --------------------------------------------------------------------------


def grid_payload(
    version: ScheduleVersion, principal: object, *, team: Team | None = None
) -> dict[str, Any]:
    """Everything the grid draws, as JSON; rows are limited to what the person may see."""
    shifts = list(
        Shift.objects.filter(version=version).visible_to(principal).order_by("starts_at", "pk")
    )
    agents = _agents(version, principal, team)
    shown = {agent["id"] for agent in agents}
    shifts = [shift for shift in shifts if shift.agent_id in shown]
    found = coverage(version)
    marks = marks_by_agent(version, agent_ids=[agent["id"] for agent in agents])
    texts = seat_marks(version, shifts)
    for agent in agents:
        agent["marks"] = [mark_text(m) for m in marks.get(agent["id"], []) if m.shift is None]
    for own in marks.values():
        for mark in own:
            if mark.shift is not None:
                texts[mark.shift].append(mark_text(mark))
    return {
        "id": version.pk,
        "days": _days(version),
        "start": int(found.starts_at.timestamp()),
        "slots": found.slots,
        "queues": [
            {"id": q.pk, "name": q.name, "deferred": not q.is_live} for q in _with_type(found)
        ],
        "codes": _codes(),
        "agents": agents,
        "shifts": shift_payloads(shifts, texts),
        "required": {q: row.round(2).tolist() for q, row in found.required.items()},
        "staffed": {q: row.astype(int).tolist() for q, row in found.staffed.items()},
    }


def _with_type(found: Coverage) -> list[Queue]:
    return list(
        Queue.objects.filter(pk__in=[q.pk for q in found.queues])
        .select_related("work_type")
        .order_by("name")
    )


def _days(version: ScheduleVersion) -> list[dict[str, Any]]:
    days = []
    for number in range((version.ends_on - version.starts_on).days):
        day: date = version.starts_on + timedelta(days=number)
        bounds = day_bounds(day, version.timezone)
        days.append(
            {
                "date": day.isoformat(),
                "start": int(bounds.starts_at.timestamp()),
                "end": int(bounds.ends_at.timestamp()),
            }
        )
    return days


def _codes() -> dict[int, dict[str, Any]]:
    """How each activity is drawn: letter, name and the class of colour and pattern."""
    return {
        code.pk: {
            "letter": code.letter,
            "name": code.name,
            "style": code.color,
            "work": code.is_work,
        }
        for code in ActivityCode.objects.all()
    }


def _agents(version: ScheduleVersion, principal: object, team: Team | None) -> list[dict[str, Any]]:
    visible = Agent.objects.visible_to(principal)
    rows = (
        AgentAssignment.objects.effective_on(version.starts_on)
        .filter(agent__in=visible)
        .select_related("agent", "team__site", "employment_contract")
    )
    worked = set(Shift.objects.filter(version=version).values_list("agent_id", flat=True))
    unplaced = dict(version.unplaced.values_list("agent_id", "reason"))
    return [
        {
            "id": row.agent_id,
            "name": row.agent.name,
            "team": row.team.name,
            "contract": row.employment_contract.name,
            "least": row.employment_contract.weekly_minutes_min,
            "most": row.employment_contract.weekly_minutes_max,
            "unplaced": unplaced.get(row.agent_id, ""),
        }
        for row in sorted(rows, key=lambda r: (r.team.name, r.agent.sort_key))
        if (row.agent.is_active or row.agent_id in worked) and team in {None, row.team}
    ]


def shift_payloads(
    shifts: Sequence[Shift], texts: Mapping[int, Sequence[str]]
) -> list[dict[str, Any]]:
    """Shifts with their activities, times in epoch seconds."""
    activities: dict[int, list[list[int | None]]] = defaultdict(list)
    rows = ShiftActivity.objects.filter(shift__in=[s.pk for s in shifts]).order_by("starts_at")
    for shift_id, starts_at, ends_at, code_id, queue_id in rows.values_list(
        "shift_id", "starts_at", "ends_at", "activity_code_id", "queue_id"
    ):
        activities[shift_id].append(
            [int(starts_at.timestamp()), int(ends_at.timestamp()), code_id, queue_id]
        )
    return [
        {
            "id": shift.pk,
            "rev": shift.revision,
            "agent": shift.agent_id,
            "date": shift.operational_date.isoformat(),
            "start": int(shift.starts_at.timestamp()),
            "end": int(shift.ends_at.timestamp()),
            "paid": shift.paid_minutes,
            "place": shift.place,
            "locked": shift.is_locked,
            "acts": activities[shift.pk],
            "marks": list(texts.get(shift.pk, ())),
        }
        for shift in shifts
    ]


def mark_text(mark: Mark) -> str:
    """The mark's sentence in the reader's language."""
    return _(TEXTS[mark.code]) % mark.values


def seat_marks(version: ScheduleVersion, shifts: Collection[Shift]) -> dict[int, list[str]]:
    """Marks of office shifts that sit where the site has no desk left; one empty list otherwise."""
    found: dict[int, list[str]] = defaultdict(list)
    axis = version_axis(version)
    office: dict[int, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(version=version, place="OFFICE", site__isnull=False):
        office[shift.site_id or 0].append(shift)
    pools: dict[int, int] = defaultdict(int)
    for pool in SeatPool.objects.filter(site__in=office, starts_on__lte=version.starts_on):
        if pool.ends_on is None or pool.ends_on > version.starts_on:
            pools[pool.site_id] += pool.seats
    shown = {shift.pk for shift in shifts}
    for site_id, seats in pools.items():
        held = np.zeros(axis.slots)
        spans = {
            s.pk: slice(max(0, axis.slot(s.starts_at)), axis.end_slot(s.ends_at))
            for s in office[site_id]
        }
        for span in spans.values():
            held[span] += 1
        for pk, span in spans.items():
            if pk in shown and held[span].max(initial=0) > seats:
                found[pk].append(mark_text(Mark(code="seat", shift=pk)))
    return found
