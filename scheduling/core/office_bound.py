"""The least shortage of any plan that keeps the ratios of the office, by Lagrangian duality.

For worths p[skill, slot] between 0 and 1 of an hour served, every plan is short of at least
    sum over units of what is required of p, or of the unit where that is less,
    - sum over agents of the best week at these worths,
where the days of a week that the ratio puts into the office count with the office's rate, those worth least. A ratio
of `low` days is relaxed by a price u on each: the best week earns at most
    min over u >= 0 of  max over tours of (sum over days of max(at home, rate x at home + u)) - u x low.
Desks, meetings, rest between shifts and hours of a whole period are left out, which can only lower the figure.
So what is proven is short under every plan, whatever solver makes it.

A. M. Geoffrion, Lagrangean relaxation for integer programming (1974), doi:10.1007/BFb0120690.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import WHOLE
from scheduling.core.data import AgentRules, ScheduleData, WorkMode
from scheduling.core.office_days import DAYS_PER_WEEK
from scheduling.core.office_moves import worth_of_starts
from scheduling.core.pricing import AgentClass, agent_classes
from scheduling.core.reach import bare_model
from scheduling.core.tours import TourModel

Floats = NDArray[np.float64]
RATIO_STEPS = 16


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Agents whom nothing tells apart, their ratio included."""

    model: TourModel
    skills: tuple[str, ...]
    count: int
    lost: float
    """Part of a slot that is lost in the office; 0 where nobody has to be there."""
    least_days: tuple[int, ...]
    """Days in the office that each week asks for."""


def least_short_hours(data: ScheduleData, prices: Mapping[str, Floats]) -> float:
    """Hours that are short under every plan which meets all ratios.

    Args:
        data: rules, ratios, what a slot in the office gets done; no deferred work.
        prices: a solver's, money by skill and slot; they only decide how strong the proof is.

    """
    skills = sorted(data.required_agents)
    required = np.stack([np.asarray(data.required_agents[s], dtype=float) for s in skills])
    required = np.where(data.counted_slots, required, 0.0)
    dearest = np.array([[data.under_cost[s] + data.over_cost] for s in skills])
    given = np.stack([np.asarray(prices[s], dtype=float) for s in skills])
    worth = np.where(data.counted_slots, np.clip(given / dearest, 0.0, 1.0), 0.0)
    whole = np.floor(required + WHOLE)
    part = np.clip(required - whole, 0.0, None)
    # Who serves a part of a unit serves nothing else meanwhile: it stays short, or it costs a whole one.
    proof = float((worth * whole + np.minimum(part, worth)).sum())
    for group in _groups(data):
        rows = [n for n, skill in enumerate(skills) if skill in group.skills]
        if rows:
            proof -= group.count * _most_earned(group, worth[rows].max(axis=0))
    for known, slots in data.carried:
        rows = [n for n, skill in enumerate(skills) if skill in known]
        if rows:
            proof -= float(worth[rows].max(axis=0)[list(slots)].sum())
    return max(0.0, proof) * data.horizon.interval_minutes / 60


def _groups(data: ScheduleData) -> list[_Group]:
    """Agents grouped by their legal tours, skills and ratio."""
    found = []
    for alike in agent_classes(data):
        by_ratio: dict[tuple[float, tuple[int, ...]], int] = {}
        for member in alike.members:
            key = _ratio(data, data.agents[member])
            by_ratio[key] = by_ratio.get(key, 0) + 1
        model = _relaxed_model(alike)
        for (lost, least), count in by_ratio.items():
            found.append(
                _Group(model=model, skills=alike.skills, count=count, lost=lost, least_days=least)
            )
    return found


def _ratio(data: ScheduleData, agent: AgentRules) -> tuple[float, tuple[int, ...]]:
    """What is lost in the office, and the days there that nothing excuses."""
    lost = 1.0 - data.office_rate_of(agent)
    if agent.work_mode != WorkMode.HYBRID or agent.office_days_per_week is None or lost <= 0:
        return 0.0, ()
    fixed = [shift.day // DAYS_PER_WEEK for shift in agent.fixed]
    credited = agent.credited_days + (0,) * data.weeks
    least = tuple(
        0 if credited[week] else max(0, agent.office_days_per_week[0] - fixed.count(week))
        for week in range(data.weeks)
    )
    return (lost, least) if any(least) else (0.0, ())


def _relaxed_model(alike: AgentClass) -> TourModel:
    """The legal tours counted in hours of cover; rest and the hours of the period bind nothing."""
    model = bare_model(alike.model)
    contract = replace(model.contract, min_rest_minutes=0, paid_minutes_per_period=None)
    return TourModel(model.agent, contract, model.horizon, first_weekday=model.first_weekday)


def _most_earned(group: _Group, worth: Floats) -> float:
    """The most that one agent of a group can earn; the price of a day in the office is halved in on."""
    model = group.model
    fixed = sum(float(worth[list(f.working_slots)].sum()) for f in model.fixed.values())
    at_home = worth_of_starts(model, worth)
    asked = sum(group.least_days)
    low, high = 0.0, group.lost * float(at_home.max(initial=0.0))
    least = np.inf
    for step in range(RATIO_STEPS if asked else 1):
        price = (low + high) / 2 if step else 0.0
        in_office = (1.0 - group.lost) * at_home + price
        bonus = np.ascontiguousarray(np.maximum(at_home, in_office)) if asked else at_home
        tour = model.best_tour(np.zeros(len(worth)), bonus=bonus)
        if tour is None:
            return fixed
        least = min(least, tour.value - price * asked)
        own = tour.shape_numbers >= 0
        places = [
            int(np.flatnonzero(model.start_table[day] == start)[0])
            for day, start in zip(tour.days[own], tour.starts[own], strict=True)
        ]
        days = int(
            (group.lost * at_home[tour.days[own], tour.shape_numbers[own], places] <= price).sum()
        )
        low, high = (low, price) if days > asked else (price, high)
    return least + fixed
