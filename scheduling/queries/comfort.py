"""Comfort and fairness of a version, from its rows: solved or edited by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from scheduling.core.comfort import Comfort, Fairness, WorkedShift, comfort_of, fairness
from scheduling.models import ScheduleVersion, Shift
from scheduling.queries.wishes import split_shift_ids, version_outcomes
from wfm.org.models import Agent

QUARTER_WEEKS = 13
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class AgentComfort:
    """One agent's figures and the weekends worked in the quarter up to the version."""

    agent: Agent
    comfort: Comfort
    past_weekends: int


@dataclass(frozen=True, kw_only=True)
class VersionComfort:
    """Everybody whom the asker may see, and how evenly weekends are shared among them."""

    people: tuple[AgentComfort, ...]
    weekends: Fairness


def version_comfort(version: ScheduleVersion, principal: object) -> VersionComfort:
    """Measure everybody who works in the version."""
    shifts = _shifts(version)
    agents = Agent.objects.visible_to(principal).filter(pk__in=shifts).order_by("sort_key")
    past = _past_weekends(version, list(shifts))
    kept: dict[int, list[bool]] = defaultdict(list)
    for outcome in version_outcomes(version):
        kept[outcome.preference.agent_id].append(outcome.is_kept)
    people = tuple(
        AgentComfort(
            agent=agent,
            comfort=comfort_of(
                shifts[agent.pk],
                days=(version.ends_on - version.starts_on).days,
                first_weekday=version.starts_on.weekday(),
                wishes=len(kept[agent.pk]),
                wishes_kept=sum(kept[agent.pk]),
            ),
            past_weekends=past.get(agent.pk, 0),
        )
        for agent in agents
    )
    shared = fairness(
        [person.comfort.weekends_worked for person in people],
        [QUARTER_WEEKS] * len(people),
        past=[person.past_weekends for person in people],
    )
    return VersionComfort(people=people, weekends=shared)


def _shifts(version: ScheduleVersion) -> Mapping[int, list[WorkedShift]]:
    split = split_shift_ids(Shift.objects.filter(version=version).values("pk"))
    found: dict[int, list[WorkedShift]] = defaultdict(list)
    for shift in Shift.objects.filter(version=version).select_related("site"):
        zone = ZoneInfo(shift.site.timezone if shift.site else version.timezone)
        local = shift.starts_at.astimezone(zone)
        day = (shift.operational_date - version.starts_on).days
        minute = (
            (local.date() - shift.operational_date).days * 1440 + local.hour * 60 + local.minute
        )
        length = round((shift.ends_at - shift.starts_at).total_seconds() / 60)
        found[shift.agent_id].append(
            WorkedShift(
                day=day,
                start_minute=minute,
                end_minute=minute + length,
                pieces=1 + (shift.pk in split),
            )
        )
    return found


def _past_weekends(version: ScheduleVersion, agents: list[int]) -> dict[int, int]:
    """Weekends with a published shift in the rest of the quarter, by agent."""
    first = version.starts_on - timedelta(weeks=QUARTER_WEEKS - version.weeks)
    rows = Shift.objects.filter(
        is_published=True,
        agent__in=agents,
        operational_date__gte=first,
        operational_date__lt=version.starts_on,
    ).values_list("agent_id", "operational_date")
    found: dict[int, set[object]] = defaultdict(set)
    for agent_id, day in rows:
        if day.weekday() >= SATURDAY:
            found[agent_id].add(day - timedelta(days=day.weekday()))
    return {agent_id: len(weekends) for agent_id, weekends in found.items()}
