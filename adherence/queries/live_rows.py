"""What live pages show: one row per agent, written by the keeper as it is sent; one query."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Q

from adherence.models import AgentLive, LiveFlag


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


ALL_ROWS = LiveFilter()


def live_texts(
    *, principal: object, chosen: LiveFilter = ALL_ROWS, agent_ids: Collection[int] | None = None
) -> list[str]:
    """Return the rows that a person may see as they are sent, worst first, in one query.

    Worst first: by severity, then by how long. `agent_ids` limits to some of them.
    """
    rows = live_agents(principal=principal, chosen=chosen)
    if agent_ids is not None:
        rows = rows.filter(agent__in=agent_ids)
    ordered = rows.order_by("-severity", F("flag_since").asc(nulls_last=True), "agent_id")
    return list(ordered.values_list("row_json", flat=True))


def live_agents(*, principal: object, chosen: LiveFilter = ALL_ROWS) -> models.QuerySet[AgentLive]:
    """Select the agents of a page that a person may see, as the keeper has written them."""
    wanted = {
        "planned_queue": chosen.queue_id,
        "team": chosen.team_id,
        "site": chosen.site_id,
    }
    return (
        AgentLive.objects.visible_to(principal)
        .filter(agent__is_active=True)
        .filter(**{name: pk for name, pk in wanted.items() if pk is not None})
        .exclude(row_json="")
    )


def live_counts(*, principal: object, chosen: LiveFilter = ALL_ROWS) -> dict[str, int]:
    """Count the agents of a page by what matters about them; live-rows.js counts the same."""
    flags = {
        "in": [LiveFlag.IN],
        "out": [LiveFlag.OUT, LiveFlag.BUSY_TOO_LONG],
        "absent": [LiveFlag.LATE, LiveFlag.NO_SHOW],
        "unknown": [LiveFlag.UNKNOWN],
    }
    return live_agents(principal=principal, chosen=chosen).aggregate(
        planned=Count("pk", filter=Q(planned_code__isnull=False)),
        **{name: Count("pk", filter=Q(flag__in=wanted)) for name, wanted in flags.items()},
    )


def live_row(text: str) -> LiveRow:
    """Read a row as it is sent."""
    values = json.loads(text)
    for name in ("state", "planned", "next"):
        values[name] = LiveCode(**values[name]) if values[name] else None
    return LiveRow(**values)
