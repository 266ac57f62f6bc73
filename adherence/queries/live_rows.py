"""What live pages show: one row per agent, four queries for any number of agents."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from adherence.models import AgentLive
from wfm.org.models import ActivityCode, AgentAssignment, Queue


@dataclass(frozen=True)
class LiveCode:
    """An activity code as pages draw it."""

    key: str
    name: str
    letter: str
    color: str
    """Class of the design system, `activity-1` to `activity-8`."""


@dataclass(frozen=True)
class LiveRow:
    """One agent now. Moments are ISO 8601 in UTC, None where there is none."""

    agent_id: int
    name: str
    sort_key: str
    employee_number: str
    team_id: int | None
    team: str
    site_id: int | None
    site: str
    timezone: str
    place: str
    flag: str
    flag_since: str | None
    severity: int
    state_group: str
    state: LiveCode | None
    state_since: str | None
    planned: LiveCode | None
    planned_until: str | None
    next: LiveCode | None
    next_starts_at: str | None
    queue_id: int | None
    queue: str
    version: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class LiveFilter:
    """Which agents a page looks at; None does not limit."""

    team_id: int | None = None
    site_id: int | None = None
    queue_id: int | None = None


def live_rows(
    *, agent_ids: Collection[int] | None, chosen: LiveFilter, at: datetime
) -> list[LiveRow]:
    """Return live rows, worst first: by severity, then by how long.

    `agent_ids` are those that the viewer may see (None: all).
    """
    rows = AgentLive.objects.filter(agent__is_active=True)
    if agent_ids is not None:
        rows = rows.filter(agent__in=agent_ids)
    if chosen.queue_id is not None:
        rows = rows.filter(planned_queue=chosen.queue_id)
    homes = _homes(agent_ids, chosen, at)
    if chosen.team_id is not None or chosen.site_id is not None:
        rows = rows.filter(agent__in=list(homes))
    codes = {code.pk: _code(code) for code in ActivityCode.objects.all()}
    queues = dict(Queue.objects.values_list("pk", "name"))
    ordered = rows.order_by("-severity", F("flag_since").asc(nulls_last=True), "agent_id")
    return [
        _row(row, homes.get(row.agent_id), codes, queues) for row in ordered.select_related("agent")
    ]


def _homes(
    agent_ids: Collection[int] | None, chosen: LiveFilter, at: datetime
) -> dict[int, dict[str, Any]]:
    """Team and site of each agent today."""
    assignments = AgentAssignment.objects.effective_on(at.date())
    if agent_ids is not None:
        assignments = assignments.filter(agent__in=agent_ids)
    if chosen.team_id is not None:
        assignments = assignments.filter(team=chosen.team_id)
    if chosen.site_id is not None:
        assignments = assignments.filter(team__site=chosen.site_id)
    found = assignments.values(
        "agent_id",
        "team_id",
        team_name=F("team__name"),
        site_id=F("team__site_id"),
        site_name=F("team__site__name"),
        zone=F("team__site__timezone"),
    )
    return {home["agent_id"]: dict(home) for home in found}


def _row(
    row: AgentLive,
    home: dict[str, Any] | None,
    codes: dict[int, LiveCode],
    queues: dict[int, str],
) -> LiveRow:
    home = home or {}
    return LiveRow(
        agent_id=row.agent_id,
        name=row.agent.name,
        sort_key=row.agent.sort_key,
        employee_number=row.agent.employee_number,
        team_id=home.get("team_id"),
        team=home.get("team_name", ""),
        site_id=home.get("site_id"),
        site=home.get("site_name", ""),
        timezone=home.get("zone", "UTC"),
        place=row.shift_place,
        flag=row.flag,
        flag_since=_iso(row.flag_since),
        severity=row.severity,
        state_group=row.state_group,
        state=codes.get(row.activity_code_id or 0),
        state_since=_iso(row.state_since),
        planned=codes.get(row.planned_code_id or 0),
        planned_until=_iso(row.planned_until),
        next=codes.get(row.next_code_id or 0),
        next_starts_at=_iso(row.next_starts_at),
        queue_id=row.planned_queue_id,
        queue=queues.get(row.planned_queue_id or 0, ""),
        version=row.version,
    )


def _code(code: ActivityCode) -> LiveCode:
    return LiveCode(
        key=code.key,
        name=code.name,
        letter=code.letter,
        color=code.color,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
