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
    *,
    granted: Mapping[int, frozenset[int]] | None = None,
) -> tuple[ScheduleData, Roster, list[Tour | None]]:
    """Close the absent days of agents and take their shifts away.

    The days and paid minutes lost count as the contract counts time off: towards the week's limits, so
    that nobody has to make up for them.

    Args:
        data: as it was when the schedule was made.
        tours: the schedule, one entry per agent.
        absent: days of the horizon on which an agent is away, by number of the agent.
        granted: of these, days of time off that the data counts already; only what a lost shift
            pays beyond that is added.

    Returns:
        The data as it is now, an empty roster over it, and the schedule without the lost shifts.

    """
    agents = tuple(
        _without_days(
            agent,
            tours[number],
            absent.get(number, frozenset()),
            (granted or {}).get(number, frozenset()),
            weeks=data.weeks,
        )
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
    agent: AgentRules,
    tour: Tour | None,
    days: frozenset[int],
    granted: frozenset[int],
    *,
    weeks: int,
) -> AgentRules:
    if not days:
        return agent
    credit = np.zeros((2, weeks), dtype=np.int64)
    credit[0, : len(agent.credited_days)] = agent.credited_days
    credit[1, : len(agent.credited_minutes)] = agent.credited_minutes
    lost, counted = np.zeros_like(credit), np.zeros_like(credit)
    for shift in () if tour is None else tour.shifts:
        if shift.day in days:
            into = counted if shift.day in granted else lost
            into[:, shift.day // DAYS_PER_WEEK] += (1, shift.paid_minutes)
    credit = np.maximum(credit, counted) + lost
    return replace(
        agent,
        spans=tuple(() if day in days else spans for day, spans in enumerate(agent.spans)),
        fixed=tuple(shift for shift in agent.fixed if shift.day not in days),
        must_work=agent.must_work - days,
        credited_days=tuple(credit[0].tolist()),
        credited_minutes=tuple(credit[1].tolist()),
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
