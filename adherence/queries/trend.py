"""Busy and handling at home and in the office over the last hours, by team."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from adherence.core.data import Ints, PlannedActivities, StatePoints
from adherence.core.groups import StateGroup
from adherence.core.states import declared_states
from adherence.core.trend import seconds_by_step
from adherence.queries.agent_days import PlanDetail, read_events, read_plan
from adherence.queries.codes import CodeTable, code_table
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
    ids = np.array(
        Agent.objects.active().filter(pk__in=teams).order_by("pk").values_list("pk", flat=True),
        dtype=np.int64,
    )
    if ids.size == 0:
        return BusyTrend(edges[:-1].tolist(), {})
    codes = code_table()
    plan, detail = _plan(ids, codes, edges)
    numbers = sorted({teams[pk] for pk in ids.tolist()})
    place = _places(plan, detail, edges, agents=ids.size)
    team = np.searchsorted(numbers, [teams[pk] for pk in ids.tolist()])
    owner = np.where(place < 0, -1, team * len(PLACES) + place)
    found = _added(_states(ids, codes, edges), owner, edges, owners=len(numbers) * len(PLACES))
    by_team = found.reshape(len(numbers), len(PLACES), len(COUNTED), edges.size - 1)
    return BusyTrend(edges[:-1].tolist(), dict(zip(numbers, by_team.tolist(), strict=True)))


def _plan(ids: Ints, codes: CodeTable, edges: Ints) -> tuple[PlannedActivities, PlanDetail]:
    """Read the shifts of the hours shown, whichever operational day of whichever zone has them.

    The read takes one day more on either side: west of Greenwich it is still the day before, and a
    night shift belongs to the day on which it began.
    """
    first, last = (datetime.fromtimestamp(int(edge), UTC).date() for edge in edges[[0, -1]])
    bounds: dict[str, object] = {"agents": ids.tolist(), "first_date": first, "last_date": last}
    plan, detail, _shifts = read_plan(ids, codes, bounds)
    return plan, detail


def _states(ids: Ints, codes: CodeTable, edges: Ints) -> StatePoints:
    """Read what was declared in the hours shown, and before them last: days play no part in it."""
    agent, moment, code_id = read_events(
        ids, begins=np.full(ids.size, edges[0]), ends=np.full(ids.size, edges[-1])
    )
    return declared_states(
        agent=np.searchsorted(ids, agent),
        at=moment,
        code=codes.rows(code_id),
        codes=codes.states,
        until=int(edges[-1]),
    ).points


def _places(plan: PlannedActivities, detail: PlanDetail, edges: Ints, *, agents: int) -> Ints:
    """Return where each agent works in the hours shown: office 0, home 1, nothing planned -1."""
    here = (plan.starts_at < edges[-1]) & (plan.ends_at > edges[0])
    place = np.full(agents, -1)
    place[plan.agent[here]] = 0
    place[plan.agent[here & detail.is_home]] = 1
    return place


def _added(states: StatePoints, owner: Ints, edges: Ints, *, owners: int) -> Ints:
    """Add the seconds of each counted group up; an owner of -1 is nobody's."""
    end = int(edges[-1])
    ends = np.append(states.at[1:], end)
    is_last = np.append(states.agent[1:] != states.agent[:-1], True)
    ends = np.minimum(np.where(is_last, end, ends), end)
    counts = np.isin(states.group, COUNTED) & (owner[states.agent] >= 0)
    return seconds_by_step(
        owner=owner[states.agent][counts],
        starts_at=states.at[counts],
        ends_at=ends[counts],
        column=np.searchsorted(COUNTED, states.group)[counts],
        edges=edges,
        shape=(owners, len(COUNTED)),
    )
