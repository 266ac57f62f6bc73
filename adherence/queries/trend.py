"""Busy and handling at home and in the office over the last hours, by team."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from adherence.core.groups import StateGroup
from adherence.core.trend import seconds_by_step
from adherence.queries.agent_days import AgentDays, load_agent_days
from scheduling.models import ShiftPlace
from wfm.org.models import Agent, AgentAssignment

STEP = timedelta(minutes=15)
HOURS_BACK = timedelta(hours=6)
COUNTED = (StateGroup.AVAILABLE, StateGroup.HANDLING, StateGroup.BUSY)
PLACES = (ShiftPlace.OFFICE, ShiftPlace.HOME)


@dataclass(frozen=True)
class BusyTrend:
    """Seconds available, handling and busy by team, place and quarter-hour."""

    starts_at: list[int]
    """Seconds since 1970."""
    teams: dict[int, list[list[list[int]]]]
    """Team -> place (office, home) -> group (available, handling, busy) -> step."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"starts_at": self.starts_at, "teams": self.teams}


def busy_trend(*, at: datetime) -> BusyTrend:
    """Add up the whole quarter-hours before now, and the part of this one that has passed."""
    second, step = int(at.timestamp()), int(STEP.total_seconds())
    last = second - second % step
    edges = np.arange(last - int(HOURS_BACK.total_seconds()), last + step, step)
    edges = np.append(edges, second) if second > last else edges
    teams = dict(AgentAssignment.objects.effective_on(at.date()).values_list("agent_id", "team_id"))
    ids = list(Agent.objects.active().filter(pk__in=teams).values_list("pk", flat=True))
    if not ids:
        return BusyTrend(edges[:-1].tolist(), {})
    today = at.astimezone(UTC).date()
    days = load_agent_days(agent_ids=ids, first_date=today, last_date=today, until=at)
    return _added(days, teams, edges, second)


def _added(days: AgentDays, teams: dict[int, int], edges: Any, second: int) -> BusyTrend:
    states, plan = days.data.states, days.data.plan
    ends = np.append(states.at[1:], second)
    is_last = np.append(states.agent[1:] != states.agent[:-1], True)
    ends = np.minimum(np.where(is_last, second, ends), second)
    here = (plan.starts_at < edges[-1]) & (plan.ends_at > edges[0])
    place = np.full(len(days.agent_ids), -1)
    place[plan.agent[here]] = 0
    place[plan.agent[here & days.plan_detail.is_home]] = 1
    numbers = sorted({teams[int(pk)] for pk in days.agent_ids})
    team = np.searchsorted(numbers, [teams[int(pk)] for pk in days.agent_ids])
    column = np.searchsorted(COUNTED, states.group)
    counts = np.isin(states.group, COUNTED) & (place[states.agent] >= 0)
    owner = (team * len(PLACES) + place)[states.agent]
    found = seconds_by_step(
        owner=owner[counts],
        starts_at=states.at[counts],
        ends_at=ends[counts],
        column=column[counts],
        edges=edges,
        shape=(len(numbers) * len(PLACES), len(COUNTED)),
    )
    by_team = found.reshape(len(numbers), len(PLACES), len(COUNTED), edges.size - 1)
    return BusyTrend(edges[:-1].tolist(), dict(zip(numbers, by_team.tolist(), strict=True)))
