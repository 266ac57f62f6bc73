"""Shifts of those who could help, and how far these may move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from adherence.models import AgentLive, LiveFlag
from scheduling.models import BreakRule, Shift, ShiftActivity
from wfm.intraday.core.options import BreakWindow, Part, Person
from wfm.org.access import agent_filter
from wfm.org.models import Agent, AgentAssignment, AgentSkill

NEAR = timedelta(days=2)
ABSENT = (LiveFlag.NO_SHOW, LiveFlag.LATE)


def people_with(
    *, principal: object, skill_id: int, starts_at: datetime, ends_at: datetime, at: datetime
) -> list[Person]:
    """Return whose published shift touches this time, who have the skill and are not missing now."""
    holders = AgentSkill.objects.filter(skill=skill_id, starts_on__lte=at.date()).filter(
        Q(ends_on=None) | Q(ends_on__gt=at.date())
    )
    agents = (
        Agent.objects.active()
        .filter(agent_filter(principal, "schedule.view"))
        .filter(pk__in=holders.values("agent"))
        .exclude(pk__in=AgentLive.objects.filter(flag__in=ABSENT).values("agent"))
    )
    return _people(agents.values("pk"), starts_at=starts_at, ends_at=ends_at, at=at)


def people_of(*, shift_ids: Collection[int], at: datetime) -> list[Person]:
    """Return the people of these published shifts."""
    shifts = Shift.objects.filter(pk__in=shift_ids, is_published=True)
    return _assembled(list(shifts), at=at)


def _people(agents: Any, *, starts_at: datetime, ends_at: datetime, at: datetime) -> list[Person]:
    shifts = Shift.objects.filter(
        is_published=True, agent__in=agents, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).filter(ends_at__gt=at)
    return _assembled(list(shifts.order_by("starts_at", "pk")), at=at)


def _assembled(shifts: list[Shift], *, at: datetime) -> list[Person]:
    if not shifts:
        return []
    agent_ids = {shift.agent_id for shift in shifts}
    parts = _parts(shifts)
    assignments = {
        row.agent_id: row
        for row in AgentAssignment.objects.effective_on(at.date())
        .filter(agent__in=agent_ids)
        .select_related("employment_contract")
    }
    skills: dict[int, set[int]] = defaultdict(set)
    held = AgentSkill.objects.filter(agent__in=agent_ids, starts_on__lte=at.date())
    for agent_id, skill_id in held.filter(Q(ends_on=None) | Q(ends_on__gt=at.date())).values_list(
        "agent_id", "skill_id"
    ):
        skills[agent_id].add(skill_id)
    windows = _windows({row.employment_contract_id for row in assignments.values()})
    rests = _rests(shifts, assignments)
    return [
        _person(shift, parts[shift.pk], assignments[shift.agent_id], skills, windows, rests)
        for shift in shifts
        if shift.agent_id in assignments and parts[shift.pk]
    ]


def _person(
    shift: Shift,
    parts: tuple[Part, ...],
    assignment: AgentAssignment,
    skills: dict[int, set[int]],
    windows: dict[int, list[tuple[int, BreakWindow]]],
    rests: dict[int, tuple[int, int]],
) -> Person:
    contract = assignment.employment_contract
    minutes = int((shift.ends_at - shift.starts_at).total_seconds() // 60)
    free_from, free_until = rests[shift.pk]
    return Person(
        agent=shift.agent_id,
        shift=shift.pk,
        parts=parts,
        team=assignment.team_id,
        skills=frozenset(skills[shift.agent_id]),
        free_from=free_from,
        free_until=free_until,
        windows=tuple(
            window
            for least, window in windows.get(assignment.employment_contract_id, ())
            if least <= minutes
        ),
        pay=float(assignment.hourly_cost or contract.hourly_cost),
        premium=contract.overtime_premium_rate,
    )


def _parts(shifts: Iterable[Shift]) -> dict[int, tuple[Part, ...]]:
    rows = (
        ShiftActivity.objects.filter(shift__in=[shift.pk for shift in shifts])
        .order_by("shift_id", "starts_at")
        .values_list(
            "shift_id",
            "starts_at",
            "ends_at",
            "activity_code_id",
            "activity_code__is_work",
            "queue_id",
        )
    )
    found: dict[int, list[Part]] = defaultdict(list)
    for shift_id, starts_at, ends_at, code, is_work, queue_id in rows:
        found[shift_id].append(
            Part(
                starts_at=int(starts_at.timestamp()),
                ends_at=int(ends_at.timestamp()),
                code=code,
                is_work=is_work,
                queue=queue_id,
            )
        )
    return {shift.pk: tuple(found[shift.pk]) for shift in shifts}


def _windows(contract_ids: Collection[int]) -> dict[int, list[tuple[int, BreakWindow]]]:
    """Where breaks may begin, by contract, with the shortest shift that has them."""
    rules = BreakRule.objects.filter(
        template__employment_contract__in=contract_ids, template__is_active=True, piece=0
    )
    found: dict[int, list[tuple[int, BreakWindow]]] = defaultdict(list)
    for rule in rules.select_related("template"):
        found[rule.template.employment_contract_id].append(
            (
                rule.from_length_minutes,
                BreakWindow(
                    code=rule.activity_code_id,
                    seconds=rule.minutes * 60,
                    earliest=rule.earliest_minute * 60,
                    latest=rule.latest_minute * 60,
                ),
            )
        )
    return found


def _rests(
    shifts: list[Shift], assignments: dict[int, AgentAssignment]
) -> dict[int, tuple[int, int]]:
    """How early and how late each shift may reach: rest from the neighbours."""
    first = min(shift.starts_at for shift in shifts) - NEAR
    last = max(shift.ends_at for shift in shifts) + NEAR
    by_agent: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Shift.objects.filter(
        is_published=True,
        agent__in={shift.agent_id for shift in shifts},
        starts_at__lt=last,
        ends_at__gt=first,
    ).values_list("agent_id", "starts_at", "ends_at")
    for agent_id, starts_at, ends_at in rows:
        by_agent[agent_id].append((starts_at, ends_at))
    found = {}
    for shift in shifts:
        row = assignments.get(shift.agent_id)
        rest = timedelta(minutes=0 if row is None else row.employment_contract.min_rest_minutes)
        others = by_agent[shift.agent_id]
        before = max((end for _, end in others if end <= shift.starts_at), default=first)
        after = min((start for start, _ in others if start >= shift.ends_at), default=last)
        found[shift.pk] = (
            int((before + rest).timestamp()),
            int((after - rest).timestamp()),
        )
    return found


def moment(second: int) -> datetime:
    """Return the instant."""
    return datetime.fromtimestamp(second, tz=UTC)
