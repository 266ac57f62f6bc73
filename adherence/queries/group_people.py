"""Whom one exception for many would concern, and where each of them stands, in a few queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from adherence.core.states import LASTS_SECONDS
from adherence.models import GroupScope
from scheduling.models import ShiftActivity
from wfm.org.access import agent_filter
from wfm.org.models import Agent, AgentAssignment, Queue, Site, StateGroup, Team
from wfm.web.formats import zone_of

# At work: planned in the stretch (an unpaid gap of a split shift is not), or clocked in during it.
# Excused already: the approved exceptions together leave nothing of the stretch.
STANDING_SQL = """
SELECT wanted.agent_id,
    EXISTS (
        SELECT 1 FROM scheduling_shift shift
        JOIN scheduling_shiftactivity activity ON activity.shift_id = shift.id
        WHERE shift.agent_id = wanted.agent_id AND shift.is_published
            AND shift.operational_date BETWEEN %(starts_at)s::date - 2 AND %(ends_at)s::date + 2
            AND activity.starts_at < %(ends_at)s AND activity.ends_at > %(starts_at)s)
    OR %(seen_until)s > %(starts_at)s AND (EXISTS (
        SELECT 1 FROM adherence_activityevent event
        JOIN org_activitycode code ON code.id = event.activity_code_id
        WHERE event.agent_id = wanted.agent_id AND code.state_group <> ALL(%(off_duty)s)
            AND event.occurred_at >= %(starts_at)s AND event.occurred_at < %(seen_until)s)
    OR EXISTS (
        SELECT 1 FROM (
            SELECT activity_code_id FROM adherence_activityevent event
            WHERE event.agent_id = wanted.agent_id AND event.occurred_at < %(starts_at)s
                AND event.occurred_at >= %(starts_at)s - %(lasts_seconds)s * interval '1 second'
            ORDER BY occurred_at DESC, sequence DESC, event_uid COLLATE "C" DESC,
                source COLLATE "C" DESC
            LIMIT 1) before
        JOIN org_activitycode code ON code.id = before.activity_code_id
        WHERE code.state_group <> ALL(%(off_duty)s))),
    coalesce((
        SELECT range_agg(tstzrange(given.starts_at, given.ends_at))
            @> tstzrange(%(starts_at)s, %(ends_at)s)
        FROM adherence_adherenceexception given
        WHERE given.agent_id = wanted.agent_id AND given.status = 'APPROVED'
            AND given.starts_at < %(ends_at)s AND given.ends_at > %(starts_at)s), false)
FROM unnest(%(agents)s::bigint[]) AS wanted(agent_id)
"""
OFF_DUTY = [StateGroup.OFFLINE.value, StateGroup.UNKNOWN.value]


@dataclass(frozen=True, kw_only=True)
class GroupPeople:
    """A team, a site, who works a queue, or chosen agents; agents with one of them narrow it."""

    team: Team | None = None
    site: Site | None = None
    queue: Queue | None = None
    agent_ids: frozenset[int] | None = None

    @property
    def scope(self) -> GroupScope:
        """Which of them it is."""
        if self.team is not None:
            return GroupScope.TEAM
        if self.site is not None:
            return GroupScope.SITE
        return GroupScope.AGENTS if self.queue is None else GroupScope.QUEUE

    @property
    def name(self) -> str:
        """What it is called; empty for chosen agents."""
        part = self.team or self.site or self.queue
        return "" if part is None else part.name


@dataclass(frozen=True)
class Standing:
    """The people, by what an exception for all of them would do; ids ascending."""

    excusable: list[int] = field(default_factory=list)
    excused: list[int] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    """Neither planned nor clocked in in the stretch, and not excused."""

    @property
    def everyone(self) -> int:
        """How many there are."""
        return len(self.excusable) + len(self.excused) + len(self.absent)


def group_zone(people: GroupPeople) -> str:
    """Whose clock the times are told in: the site's, the queue's, that of the first agent's site."""
    if people.team is not None:
        return str(people.team.site.timezone)
    part = people.site or people.queue
    if part is not None:
        return str(part.timezone)
    zones = AgentAssignment.objects.filter(agent__in=people.agent_ids or ())
    latest = zones.order_by("agent_id", "-starts_on")
    return str(latest.values_list("team__site__timezone", flat=True).first() or "UTC")


def group_agents(
    people: GroupPeople, *, principal: object, starts_at: datetime, ends_at: datetime
) -> QuerySet[Agent]:
    """Select the agents meant whom the principal sees and may decide about.

    Of a team or site: who belonged to it on the day on which the stretch begins there. Of a queue:
    who is planned on it at some moment of the stretch.
    """
    agents = Agent.objects.visible_to(principal).filter(
        agent_filter(principal, "adherence.approve")
    )
    if people.agent_ids is not None:
        agents = agents.filter(pk__in=people.agent_ids)
    if people.queue is not None:
        planned = ShiftActivity.objects.filter(
            queue=people.queue,
            shift__is_published=True,
            starts_at__lt=ends_at,
            ends_at__gt=starts_at,
            # Of all activities of the queue there ever were, those near the stretch.
            shift__starts_at__lt=ends_at,
            shift__ends_at__gt=starts_at,
        )
        agents = agents.filter(pk__in=planned.values("shift__agent"))
    if people.team is None and people.site is None:
        return agents
    day = starts_at.astimezone(zone_of(group_zone(people))).date()
    members = AgentAssignment.objects.effective_on(day)
    if people.team is not None:
        members = members.filter(team=people.team)
    else:
        members = members.filter(team__site=people.site)
    return agents.filter(pk__in=members.values("agent"))


def group_standing(
    agents: dict[int, bool],
    *,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    includes_absent: bool = False,
) -> Standing:
    """Tell where each agent (id, and whether active) stands; one query.

    Who no longer works here counts only where they were at work then.
    """
    found = Standing()
    with connection.cursor() as cursor:
        cursor.execute(
            STANDING_SQL,
            {
                "agents": list(agents),
                "starts_at": starts_at,
                "ends_at": ends_at,
                "seen_until": min(ends_at, at),
                "lasts_seconds": LASTS_SECONDS,
                "off_duty": OFF_DUTY,
            },
        )
        rows = sorted(cursor.fetchall())
    for agent_id, is_at_work, is_excused in rows:
        if is_excused:
            found.excused.append(agent_id)
        elif is_at_work or (includes_absent and agents[agent_id]):
            found.excusable.append(agent_id)
        elif agents[agent_id]:
            found.absent.append(agent_id)
    return found
