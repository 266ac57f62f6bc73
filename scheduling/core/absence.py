"""A schedule that some people cannot work: their days closed, the lost shifts counted as worked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scheduling.core.data import AgentRules, ScheduleData
from scheduling.core.roster import Roster
from scheduling.core.tours import Tour, TourModel

DAYS_PER_WEEK = 7


def with_absences(
    data: ScheduleData,
    tours: Sequence[Tour | None],
    absent: Mapping[int, frozenset[int]],
) -> tuple[ScheduleData, Roster, list[Tour | None]]:
    """Close the absent days of agents and take their shifts away.

    The days and paid minutes lost count as the contract counts time off: towards the week's limits, so
    that nobody has to make up for them.

    Args:
        data: as it was when the schedule was made.
        tours: the schedule, one entry per agent.
        absent: days of the horizon on which an agent is away, by number of the agent.

    Returns:
        The data as it is now, an empty roster over it, and the schedule without the lost shifts.

    """
    agents = tuple(
        _without_days(agent, tours[number], absent.get(number, frozenset()), data.weeks)
        for number, agent in enumerate(data.agents)
    )
    changed = replace(data, agents=agents)
    roster = Roster(changed)
    kept = [
        None
        if tour is None
        else moved_tour(tour, roster.class_of[number].model, absent.get(number, frozenset()))
        for number, tour in enumerate(tours)
    ]
    return changed, roster, kept


def _without_days(
    agent: AgentRules, tour: Tour | None, days: frozenset[int], weeks: int
) -> AgentRules:
    if not days:
        return agent
    credited_days, credited_minutes = np.zeros((2, weeks), dtype=np.int64)
    credited_days[: len(agent.credited_days)] = agent.credited_days
    credited_minutes[: len(agent.credited_minutes)] = agent.credited_minutes
    for shift in () if tour is None else tour.shifts:
        if shift.day in days:
            credited_days[shift.day // DAYS_PER_WEEK] += 1
            credited_minutes[shift.day // DAYS_PER_WEEK] += shift.paid_minutes
    return replace(
        agent,
        spans=tuple(() if day in days else spans for day, spans in enumerate(agent.spans)),
        fixed=tuple(shift for shift in agent.fixed if shift.day not in days),
        must_work=agent.must_work - days,
        credited_days=tuple(int(n) for n in credited_days),
        credited_minutes=tuple(int(n) for n in credited_minutes),
    )


def moved_tour(tour: Tour, model: TourModel, without: frozenset[int] = frozenset()) -> Tour:
    """The same shifts under another model of the same contract, some days left out."""
    stays = np.array([int(day) not in without for day in tour.days], dtype=bool)
    return Tour(
        model,
        days=tour.days[stays],
        shapes=tour.shape_numbers[stays],
        starts=tour.starts[stays],
        offsets=tour.offsets[stays],
    )
