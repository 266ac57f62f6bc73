"""Everything that decides a schedule, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData
from scheduling.core.office_days import OfficeTeam
from scheduling.models import ScheduleVersion
from scheduling.queries.contracts import contract_rules
from scheduling.queries.solve_input.activities import floating_activities
from scheduling.queries.solve_input.axis import Axis, make_axis
from scheduling.queries.solve_input.deferred import deferred_input
from scheduling.queries.solve_input.office import office_input, with_places
from scheduling.queries.solve_input.people import agent_rules, assigned_between
from scheduling.queries.solve_input.periods import with_periods
from scheduling.queries.solve_input.published import carried, published_outside
from scheduling.queries.solve_input.requirement import required_and_open, sum_of_skill
from scheduling.queries.solve_input.seats import seats_by_site
from scheduling.queries.solve_input.values import HOURS_PER_SLOT, cover_values
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
    under_cost_by_queue: Mapping[int, float]
    """What a missing person costs in a slot."""
    minimum_by_queue: Mapping[int, NDArray[np.float64]]
    """Hard minimum of people per slot, of queues that have one."""
    teams: tuple[OfficeTeam, ...] = ()
    """Teams whose common days in the office are chosen."""
    deferred_queues: tuple[int, ...] = ()
    """Queue of each piece of deferred work."""


@dataclass(frozen=True, kw_only=True)
class CostParams:
    """The planner's settings of a solve; ratios are parts of an idle person's pay."""

    under_cost_ratio: float = 10.0
    start_band_minutes: int = 120
    wish_worth: float = 5.0
    """Money for a wish of rank 1 that is kept."""
    least_people: int = 0
    """Hard minimum of queues that have none of their own."""
    minimum_cost_ratio: float = 50.0
    joint_deferred: bool = False
    """Deferred queues are workload to be done by its due times, not people in each interval."""

    def __post_init__(self) -> None:
        """Refuse ratios that reward shortage."""
        if self.under_cost_ratio <= 0:
            raise ValueError(f"Expected under_cost_ratio > 0, got {self.under_cost_ratio}.")

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> CostParams:
        """The settings that a version records; what it does not name has its default."""
        defaults = cls()
        return cls(
            **{
                field.name: type(getattr(defaults, field.name))(parameters[field.name])
                for field in fields(cls)
                if field.name in parameters
            }
        )


def solve_input(*, version: ScheduleVersion, costs: CostParams) -> SolveInput:
    """Everything that decides the schedule of the version's days."""
    assignments = assigned_between(version.starts_on, version.ends_on)
    zones = {row.team.site.timezone for row in assignments}
    axis = make_axis(
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        timezone=version.timezone,
        zones=zones,
    )
    required, opened = required_and_open(version=version, axis=axis)
    queues = tuple(
        Queue.objects.filter(pk__in=required).select_related("skill", "work_type").order_by("pk")
    )
    horizon = axis.horizon(version.timezone)
    horizons = {zone: axis.horizon(zone) for zone in zones}
    outside = published_outside(version, axis)
    counted = np.arange(axis.slots)
    values = cover_values(
        queues,
        assignments,
        required=required,
        opened=opened,
        under_cost_ratio=costs.under_cost_ratio,
        least_people=costs.least_people,
        minimum_cost_ratio=costs.minimum_cost_ratio,
    )
    waiting = [queue for queue in queues if costs.joint_deferred and not queue.is_live]
    deferred = deferred_input(version, axis, waiting, values.by_queue)
    for number in set(deferred.queues):
        required[number] = np.zeros(axis.slots)
    office = office_input(axis, assignments, horizons)
    skills = sorted(values.by_skill)
    contracts, keys = with_periods(
        contract_rules(
            {row.employment_contract for row in assignments},
            first_date=version.starts_on,
            days=axis.days,
            start_band_minutes=costs.start_band_minutes,
            cheapest_hour=values.over_cost / HOURS_PER_SLOT,
        ),
        assignments,
        version,
    )
    data = ScheduleData(
        horizon=horizon,
        zones=horizons,
        contracts=contracts,
        agents=with_places(
            agent_rules(
                version,
                axis,
                horizons=horizons,
                assignments=assignments,
                outside=outside,
                contract_keys=keys,
                wish_worth=costs.wish_worth,
            ),
            axis,
            assignments,
        ),
        required_agents={skill: sum_of_skill(skill, queues, required, axis) for skill in skills},
        under_cost=values.by_skill,
        over_cost=values.over_cost,
        seats=seats_by_site(axis, assignments),
        carried=carried(axis, outside, skills),
        counted=(counted >= horizon.day_starts[0]) & (counted < horizon.day_starts[-1]),
        first_weekday=version.starts_on.weekday(),
        minimum_agents=values.minimum,
        minimum_cost=values.minimum_cost,
        activities=floating_activities(version, axis, horizon),
        deferred=deferred.work,
        rooms=office.rooms,
        office_rates=office.rates,
        office_spans=office.spans,
    )
    return SolveInput(
        data=data,
        axis=axis,
        agents=tuple(row.agent for row in assignments),
        queues=queues,
        required_by_queue=required,
        sites={row.agent_id: row.team.site_id for row in assignments},
        under_cost_by_queue=values.by_queue,
        minimum_by_queue=values.minimum_by_queue,
        teams=office.teams,
        deferred_queues=deferred.queues,
    )
