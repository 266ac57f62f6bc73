"""What the planner's grid shows: days, people, shifts, marks, required against staffed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from scheduling.core.rule_marks import TEXTS, Mark
from scheduling.models import ScheduleVersion, Shift, ShiftActivity
from scheduling.queries.cover import (
    HOURS_PER_SLOT,
    Coverage,
    coverage,
    version_axis,
    week_coverage,
    week_dates,
)
from scheduling.queries.marks import marks_by_agent
from wfm.org.models import ActivityCode, Agent, AgentAssignment, Queue, SeatPool, Team
from wfm.timeline import day_bounds

__all__ = [
    "HOURS_PER_SLOT",
    "Coverage",
    "coverage",
    "grid_payload",
    "mark_text",
    "seat_marks",
    "shift_payloads",
    "week_coverage",
    "week_dates",
]


def grid_payload(
    version: ScheduleVersion,
    principal: object,
    *,
    team: Team | None = None,
    week: int = 0,
) -> dict[str, Any]:
    """Everything the grid draws of one week, as JSON; rows are limited to what the person may see."""
    first, last = week_dates(version, week)
    shifts = list(
        Shift.objects.filter(
            version=version, operational_date__gte=first, operational_date__lt=last
        )
        .visible_to(principal)
        .order_by("starts_at", "pk")
    )
    agents = _agents(version, principal, team)
    shown = {agent["id"] for agent in agents}
    shifts = [shift for shift in shifts if shift.agent_id in shown]
    found = week_coverage(version, coverage(version), week)
    marks = marks_by_agent(version, agent_ids=[agent["id"] for agent in agents])
    texts = seat_marks(version, shifts)
    for agent in agents:
        agent["marks"] = [
            mark_text(m)
            for m in marks.get(agent["id"], [])
            if m.shift is None and m.values.get("week", first.isoformat()) == first.isoformat()
        ]
    numbers = {shift.pk for shift in shifts}
    for own in marks.values():
        for mark in own:
            if mark.shift is not None and mark.shift in numbers:
                texts[mark.shift].append(mark_text(mark))
    return {
        "id": version.pk,
        "days": _days(first, last, version.timezone),
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


def _days(first: date, last: date, timezone: str) -> list[dict[str, Any]]:
    days = []
    for number in range((last - first).days):
        day = first + timedelta(days=number)
        bounds = day_bounds(day, timezone)
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
