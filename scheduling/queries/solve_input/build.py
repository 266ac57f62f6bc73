"""Everything that decides a schedule, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData
from scheduling.models import ScheduleVersion
from scheduling.queries.contracts import contract_rules
from scheduling.queries.solve_input.axis import INTERVAL_MINUTES, Axis, make_axis
from scheduling.queries.solve_input.people import agent_rules, assigned_on
from scheduling.queries.solve_input.published import carried, published_outside
from scheduling.queries.solve_input.requirement import required_by_queue, sum_of_skill
from scheduling.queries.solve_input.seats import seats_by_site
from wfm.org.models import Agent, Queue


@dataclass(frozen=True, kw_only=True)
class SolveInput:
    """The solver's data with the keys that lead back to rows."""

    data: ScheduleData
    axis: Axis
    agents: tuple[Agent, ...]
    queues: tuple[Queue, ...]
    required_by_queue: Mapping[int, NDArray[np.float64]]
    sites: Mapping[int, int]
    """Site of each agent."""


@dataclass(frozen=True, kw_only=True)
class CostParams:
    """What a quarter of an hour costs when someone is missing or idle, as parts of an hour's pay."""

    under_cost_ratio: float = 10.0
    start_band_minutes: int = 120

    def __post_init__(self) -> None:
        """Refuse ratios that reward shortage."""
        if self.under_cost_ratio <= 0:
            raise ValueError(f"Expected under_cost_ratio > 0, got {self.under_cost_ratio}.")


def solve_input(*, version: ScheduleVersion, costs: CostParams) -> SolveInput:
    """Everything that decides the schedule of the version's week."""
    assignments = assigned_on(version.starts_on)
    zones = {row.team.site.timezone for row in assignments}
    axis = make_axis(
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        timezone=version.timezone,
        zones=zones,
    )
    required = required_by_queue(version=version, axis=axis)
    queues = tuple(Queue.objects.filter(pk__in=required).order_by("pk"))
    horizon = axis.horizon(version.timezone)
    horizons = {zone: axis.horizon(zone) for zone in zones}
    outside = published_outside(version, axis)
    counted = np.arange(axis.slots)
    hourly = [float(row.hourly_cost or row.employment_contract.hourly_cost) for row in assignments]
    over_cost = round(float(np.mean(hourly)) * INTERVAL_MINUTES / 60, 2) if hourly else 1.0
    skills = sorted({str(queue.skill_id) for queue in queues})
    agents = agent_rules(version, axis, horizons, assignments, outside)
    data = ScheduleData(
        horizon=horizon,
        zones=horizons,
        contracts=contract_rules(
            {row.employment_contract for row in assignments},
            first_date=version.starts_on,
            days=axis.days,
            start_band_minutes=costs.start_band_minutes,
        ),
        agents=agents,
        required_agents={skill: sum_of_skill(skill, queues, required, axis) for skill in skills},
        under_cost=dict.fromkeys(skills, round(over_cost * costs.under_cost_ratio, 2)),
        over_cost=over_cost,
        seats=seats_by_site(axis, assignments),
        carried=carried(axis, outside, skills),
        counted=(counted >= horizon.day_starts[0]) & (counted < horizon.day_starts[-1]),
    )
    return SolveInput(
        data=data,
        axis=axis,
        agents=tuple(row.agent for row in assignments),
        queues=queues,
        required_by_queue=required,
        sites={row.agent_id: row.team.site_id for row in assignments},
    )
