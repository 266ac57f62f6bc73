"""What adherence itself knows that may be wrong: teams, sole holders of skills, feeds."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from adherence.models import AgentLive, AlertKind, EventFeed, LiveFlag
from wfm.org.models import AgentAssignment, AgentSkill, Queue, StateGroup, Team

LEAST_PLANNED = 5
"""Of fewer people a share says nothing."""
OWN_KINDS = (AlertKind.TEAM_ADHERENCE, AlertKind.SOLE_HOLDER_ABSENT, AlertKind.FEED_SILENT)
ON_WORK = (StateGroup.AVAILABLE, StateGroup.HANDLING, StateGroup.BUSY)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One value at one moment, and what it is about."""

    kind: str
    scope_key: str
    value: float
    queue_id: int | None = None
    team_id: int | None = None
    site_id: int | None = None
    client_id: int | None = None
    skill_id: int | None = None
    source: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> dict[str, int | None]:
        """The ids by name of the scope."""
        return {
            "queue": self.queue_id,
            "team": self.team_id,
            "site": self.site_id,
            "client": self.client_id,
        }


def own_readings(*, at: datetime) -> list[Reading]:
    """Return the readings of all teams, skills and feeds."""
    return [*_teams(at), *_sole_holders(at), *_feeds(at)]


def _teams(at: datetime) -> list[Reading]:
    """Of the people planned now, the share who do what is planned, by team; unseen ones left out."""
    seen = Q(agent__live__planned_code__isnull=False, agent__is_active=True)
    seen &= ~Q(agent__live__flag=LiveFlag.UNKNOWN)
    rows = (
        AgentAssignment.objects.effective_on(at.date())
        .filter(seen)
        .values("team_id")
        .annotate(planned=Count("pk"), fine=Count("pk", filter=Q(agent__live__flag=LiveFlag.IN)))
        .filter(planned__gte=LEAST_PLANNED)
    )
    sites = dict(Team.objects.values_list("pk", "site_id"))
    return [
        Reading(
            kind=AlertKind.TEAM_ADHERENCE,
            scope_key=f"team:{row['team_id']}",
            value=row["fine"] / row["planned"],
            team_id=row["team_id"],
            site_id=sites.get(row["team_id"]),
            detail={"planned": row["planned"], "fine": row["fine"]},
        )
        for row in rows
    ]


def _sole_holders(at: datetime) -> list[Reading]:
    """Skills of which one holder alone is planned on a queue now, and whether that one is there."""
    planned = (
        AgentLive.objects.filter(
            planned_queue__isnull=False, planned_code__is_work=True, agent__is_active=True
        )
        .exclude(flag=LiveFlag.UNKNOWN)
        .values_list("agent_id", "state_group")
    )
    groups = dict(planned)
    held = (
        AgentSkill.objects.filter(agent__in=groups, starts_on__lte=at.date())
        .filter(Q(ends_on=None) | Q(ends_on__gt=at.date()))
        .values_list("skill_id", "agent_id")
    )
    holders: dict[int, list[int]] = defaultdict(list)
    for skill_id, agent_id in held:
        holders[skill_id].append(agent_id)
    queues: dict[int, list[Queue]] = defaultdict(list)
    for queue in Queue.objects.active().filter(skill__in=holders):
        queues[queue.skill_id].append(queue)
    return [
        _sole_holder(skill_id, agents[0], groups[agents[0]], queues[skill_id])
        for skill_id, agents in sorted(holders.items())
        if len(agents) == 1 and queues[skill_id]
    ]


def _sole_holder(skill_id: int, agent_id: int, group: str, queues: list[Queue]) -> Reading:
    clients = {queue.client_id for queue in queues}
    sites = {queue.site_id for queue in queues}
    return Reading(
        kind=AlertKind.SOLE_HOLDER_ABSENT,
        scope_key=f"skill:{skill_id}",
        value=0.0 if group in ON_WORK else 1.0,
        skill_id=skill_id,
        queue_id=queues[0].pk if len(queues) == 1 else None,
        client_id=next(iter(clients)) if len(clients) == 1 else None,
        site_id=next(iter(sites)) if len(sites) == 1 else None,
        detail={"agent": agent_id},
    )


def _feeds(at: datetime) -> list[Reading]:
    """Feeds that must be heard: minutes of silence beyond their own limit."""
    found = []
    for feed in EventFeed.objects.order_by("source"):
        if feed.silence_limit_seconds is None or feed.last_heard_at is None:
            continue
        silence = (at - feed.last_heard_at) - timedelta(seconds=feed.silence_limit_seconds)
        found.append(
            Reading(
                kind=AlertKind.FEED_SILENT,
                scope_key=f"feed:{feed.source}",
                value=silence.total_seconds() / 60,
                source=feed.source,
                detail={"last_heard_at": feed.last_heard_at.isoformat()},
            )
        )
    return found
