"""Who is scheduled and what binds each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.db.models import Q

from scheduling.core.data import AgentRules, FixedShift, Horizon, Span, Wish, WorkMode
from scheduling.models import (
    Availability,
    ScheduleVersion,
    Shift,
    ShiftTemplate,
    SplitShiftConsent,
    TimeOff,
)
from scheduling.models.rotation import FREE, OFF, WORK
from scheduling.queries.contracts import pattern_keys
from scheduling.queries.rotations import rotation_letters
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.free_time import (
    availability_by_weekday,
    credited_weeks,
    granted_time_off,
    open_spans,
    touches_day,
)
from scheduling.queries.solve_input.published import locked_shifts, previous_run_days
from scheduling.queries.solve_input.skills import skills_by_agent
from scheduling.queries.weekends import previous_weekends, worked_weekends
from scheduling.queries.wishes import wishes_of_agents
from wfm.org.models import AgentAssignment
from wfm.timeline import Interval


def assigned_between(
    first: date, last: date, *, agent_ids: Collection[int] | None = None
) -> list[AgentAssignment]:
    """Whoever works here on some of the dates, by agent; of several rows the first one.

    Of these agents, active or not, where they are named.
    """
    chosen = Q(agent__is_active=True) if agent_ids is None else Q(agent__in=agent_ids)
    rows = (
        AgentAssignment.objects.filter(chosen, starts_on__lt=last)
        .filter(Q(ends_on=None) | Q(ends_on__gt=first))
        .select_related("agent", "team__site", "employment_contract")
        .order_by("agent_id", "starts_on")
    )
    by_agent: dict[int, AgentAssignment] = {}
    for row in rows:
        by_agent.setdefault(row.agent_id, row)
    return list(by_agent.values())


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Rows about all people, by agent."""

    version: ScheduleVersion
    axis: Axis
    horizons: Mapping[str, Horizon]
    outside: Mapping[int, list[Shift]]
    contract_keys: Mapping[int, str]
    skills: Mapping[int, tuple[str, ...]]
    employed: Mapping[int, list[tuple[date, date | None]]]
    availability: Mapping[int, Mapping[int, list[Availability]]]
    time_off: Mapping[int, list[TimeOff]]
    fixed: Mapping[int, tuple[FixedShift, ...]]
    letters: Mapping[int, str]
    weekends: Mapping[int, set[date]]
    wishes: Mapping[int, tuple[Wish, ...]]
    consents: Collection[int]
    split_keys: Mapping[int, frozenset[str]]
    """Keys of split patterns by contract."""


def agent_rules(
    version: ScheduleVersion,
    axis: Axis,
    *,
    horizons: Mapping[str, Horizon],
    assignments: Sequence[AgentAssignment],
    outside: Mapping[int, list[Shift]],
    contract_keys: Mapping[int, str],
    wish_worth: float,
) -> tuple[AgentRules, ...]:
    """What binds each person on the days of the version."""
    first, last = version.starts_on, version.ends_on
    weekends = worked_weekends(assignments, before=first)
    facts = _Facts(
        version=version,
        axis=axis,
        horizons=horizons,
        outside=outside,
        contract_keys=contract_keys,
        skills=_skills(assignments, first),
        employed=_employed(assignments, first, last),
        availability=availability_by_weekday(version),
        time_off=granted_time_off(axis),
        fixed=locked_shifts(version, axis),
        letters=rotation_letters(assignments, first=first, last=last),
        weekends=weekends,
        wishes=wishes_of_agents(
            assignments, first=first, last=last, first_worth=wish_worth, weekends=weekends
        ),
        consents=_consents(first, last),
        split_keys=_split_keys(),
    )
    return tuple(_rules_of(row, facts) for row in assignments)


def _rules_of(row: AgentAssignment, facts: _Facts) -> AgentRules:
    agent_id, zone, contract = row.agent_id, row.team.site.timezone, row.employment_contract
    first, last = facts.version.starts_on, facts.version.ends_on
    shifts, off = facts.outside.get(agent_id, []), facts.time_off.get(agent_id, [])
    letters = facts.letters.get(agent_id, FREE * facts.axis.days)
    credited_days, credited_minutes = credited_weeks(
        off, row, first=first, last=last, letters=letters
    )
    away = _away(facts.employed[agent_id], facts.axis)
    if away:
        credited_days, credited_minutes = _credit_absent_weeks(
            row, away, facts.axis.days, credited_days, credited_minutes
        )
    split = facts.split_keys.get(contract.pk, frozenset())
    return AgentRules(
        key=str(agent_id),
        contract=facts.contract_keys[agent_id],
        skills=facts.skills.get(agent_id, ()),
        spans=_spans(row, facts, letters, away),
        fixed=facts.fixed.get(agent_id, ()),
        previous_run_days=previous_run_days(facts.version, shifts),
        previous_weekends=_previous_weekends(row, facts),
        credited_days=credited_days,
        credited_minutes=credited_minutes,
        must_work=frozenset(
            day
            for day, letter in enumerate(letters)
            if letter == WORK
            and day not in away
            and not touches_day(off, facts.axis.date(day), zone)
        ),
        excluded_patterns=frozenset() if agent_id in facts.consents else split,
        wishes=facts.wishes.get(agent_id, ()),
        work_mode=WorkMode(row.work_mode),
        site=str(row.team.site_id),
        zone=zone,
    )


def _previous_weekends(row: AgentAssignment, facts: _Facts) -> tuple[bool, ...]:
    """Only where a limit counts them, so that people who differ in nothing else are one class."""
    if row.employment_contract.max_weekends_in_4_weeks is None:
        return ()
    worked = facts.weekends.get(row.agent_id, set())
    return previous_weekends(worked, before=facts.version.starts_on)


def _spans(
    row: AgentAssignment, facts: _Facts, letters: str, away: Collection[int]
) -> tuple[tuple[Span, ...], ...]:
    """Where shifts of each day may lie: availability, time off, rest after and before published shifts."""
    rest = timedelta(minutes=row.employment_contract.min_rest_minutes)
    shifts = facts.outside.get(row.agent_id, [])
    busy = [Interval(s.starts_at - rest, s.ends_at + rest) for s in shifts]
    busy += [Interval(o.starts_at, o.ends_at) for o in facts.time_off.get(row.agent_id, [])]
    limits = facts.availability.get(row.agent_id, {})
    horizon = facts.horizons[row.team.site.timezone]
    found: list[tuple[Span, ...]] = []
    for day in range(facts.axis.days):
        if letters[day] == OFF or day in away:
            found.append(())
            continue
        date_ = facts.axis.date(day)
        rows = [limit for limit in limits.get(date_.weekday(), ()) if _in_force(limit, date_)]
        found.append(open_spans(facts.axis, horizon, day, rows or None, busy))
    return tuple(found)


def _in_force(row: Availability, day: date) -> bool:
    return (row.starts_on is None or row.starts_on <= day) and (
        row.ends_on is None or day < row.ends_on
    )


def _skills(assignments: Sequence[AgentAssignment], first: date) -> dict[int, tuple[str, ...]]:
    """Skills on the first day; of those who come later, on theirs."""
    found = skills_by_agent(first)
    for day in sorted({row.starts_on for row in assignments if row.starts_on > first}):
        own = skills_by_agent(day)
        for row in assignments:
            if row.starts_on == day:
                found[row.agent_id] = own.get(row.agent_id, ())
    return found


def _employed(
    assignments: Sequence[AgentAssignment], first: date, last: date
) -> dict[int, list[tuple[date, date | None]]]:
    """When each agent belongs to some team."""
    found: dict[int, list[tuple[date, date | None]]] = {r.agent_id: [] for r in assignments}
    changing = {
        row.agent_id
        for row in assignments
        if row.starts_on > first or (row.ends_on is not None and row.ends_on < last)
    }
    for row in assignments:
        if row.agent_id not in changing:
            found[row.agent_id].append((row.starts_on, row.ends_on))
    for agent_id, starts_on, ends_on in AgentAssignment.objects.filter(
        agent__in=changing
    ).values_list("agent_id", "starts_on", "ends_on"):
        found[agent_id].append((starts_on, ends_on))
    return found


def _away(employed: Sequence[tuple[date, date | None]], axis: Axis) -> frozenset[int]:
    """Days on which the agent belongs to no team: before they come, after they leave."""
    return frozenset(
        day
        for day in range(axis.days)
        if not any(
            starts_on <= axis.date(day) and (ends_on is None or axis.date(day) < ends_on)
            for starts_on, ends_on in employed
        )
    )


def _credit_absent_weeks(
    row: AgentAssignment,
    away: Collection[int],
    days: int,
    credited_days: Sequence[int],
    credited_minutes: Sequence[int],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The least days and hours of a week shrink with the days on which someone is not employed."""
    contract = row.employment_contract
    weeks = -(-days // 7)
    by_week: dict[int, int] = defaultdict(int)
    for day in away:
        by_week[day // 7] += 1
    found = []
    for week in range(weeks):
        own_days = credited_days[week] if week < len(credited_days) else 0
        own_minutes = credited_minutes[week] if week < len(credited_minutes) else 0
        found.append(
            (
                own_days + ceil(contract.days_per_week_min * by_week[week] / 7),
                own_minutes + ceil(contract.weekly_minutes_min * by_week[week] / 7),
            )
        )
    return tuple(d for d, _ in found), tuple(m for _, m in found)


def _consents(first: date, last: date) -> set[int]:
    """Agents who agree to split shifts on all these dates."""
    rows = SplitShiftConsent.objects.filter(starts_on__lte=first)
    return set(rows.filter(Q(ends_on=None) | Q(ends_on__gte=last)).values_list("agent", flat=True))


def _split_keys() -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for template in ShiftTemplate.objects.filter(is_active=True, piece_minutes__len__gte=2):
        found[template.employment_contract_id].update(pattern_keys(template))
    return {contract: frozenset(keys) for contract, keys in found.items()}
