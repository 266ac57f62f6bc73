"""A pool whose people can do some of its queues only: heads of each group, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.pool_inputs import Grid, Member, pool_of
from staffing.computations.refused import QueueRefused
from staffing.computations.split_days import DayPlanner
from staffing.computations.split_figures import SplitSums, split_figures, split_queues
from staffing.computations.split_notes import (
    misses_of_day,
    note_costlier,
    notes_of_caps,
    notes_of_misses,
)
from staffing.core.blending_path import PoolTraffic
from staffing.core.definitions import ServiceLevel
from staffing.core.multi_skill import MultiSkillDay, SkillGroup, SkillQueue
from staffing.models import Pool, RequirementRun
from staffing.models import SkillGroup as SkillGroupRow
from staffing.services.pool_results import BlendedQueue, PoolFigures
from wfm.org.tenancy import system_tenant
from wfm.timeline import local_dates

LEAD_SECONDS = 2 * 3600
"""Where queues are open before midnight, a day is simulated from so long before."""
LEVEL, CODE, ASA, ABANDONMENT, OCCUPANCY = range(5)  # columns of PoolTraffic.goals
THRESHOLD, SHORT = 0, 1  # and of its thresholds


@dataclass(frozen=True)
class SplitPool:
    """A pool split over its groups: what is written of it."""

    figures: PoolFigures
    queues: list[BlendedQueue]
    notes: list[str]

    @property
    def reason_apart(self) -> str:
        """Return why the queues stay apart; empty where the groups need no more hours."""
        together, apart = self.figures.required_hours, self.figures.separate_hours
        return note_costlier(together, apart) if together > apart else ""


def split_pool(
    run: RequirementRun,
    pool: Pool,
    live: list[Member],
    groups: Sequence[SkillGroupRow],
    *,
    planner: DayPlanner,
) -> SplitPool:
    """Split the live queues' people over the groups; the planner may stop it at any moment.

    Raises QueueRefused or ValueError with the sentence where the groups cannot do the queues.
    """
    with system_tenant():
        core, grid = pool_of(run, pool, live, [])
    _refuse_virtual(core.traffic, live)
    skills = [_group(row, live) for row in groups]
    sums = SplitSums.empty(len(groups), len(live), grid.size)
    days = list(_days(grid, live[0], core.traffic))
    for number, (rows, first) in enumerate(days):
        day = _day(core.traffic, live, grid, rows, skills)
        plan = planner.plan(day, number=number, count=len(days))
        sums.add(day, plan, rows, first)
        sums.misses += misses_of_day(plan, rows, first, grid)
    notes = notes_of_misses(sums.misses, live)
    notes += notes_of_caps(sums.over_cap, groups, grid, live[0])
    return SplitPool(
        figures=split_figures(sums, pool, groups, grid, live, core.traffic),
        queues=list(split_queues(sums, grid, live)),
        notes=notes,
    )


def _group(row: SkillGroupRow, live: list[Member]) -> SkillGroup:
    ranks = {item.member.queue_id: item.rank for item in row.queues.all()}
    own = [ranks.get(member.queue.pk, 0) - 1 for member in live]
    return SkillGroup(row.name, np.array(own, dtype=np.int64), row.max_agents)


def _refuse_virtual(traffic: PoolTraffic, live: list[Member]) -> None:
    code = list(ServiceLevel).index(ServiceLevel.VIRTUAL)
    for place, member in enumerate(live):
        if (traffic.goals[:, place, CODE] == code).any():
            raise QueueRefused(
                _(
                    "The goal of %(queue)s is of service_level.virtual, which cannot be counted on"
                    " single contacts; choose another definition to staff it by skills."
                )
                % {"queue": member.queue}
            )


def _days(grid: Grid, member: Member, traffic: PoolTraffic) -> Iterator[tuple[NDArray[Any], int]]:
    """Yield each local day's rows and how many of them only lead up to it."""
    dates = local_dates(grid.moments, member.queue.timezone)
    lead = LEAD_SECONDS // grid.step_seconds
    for date in np.unique(dates):
        own = np.flatnonzero(dates == date)
        before = own[0]
        is_open = before > 0 and traffic.arrival_rate[before - 1].any()
        first = min(lead, int(before)) if is_open else 0
        yield np.arange(before - first, own[-1] + 1), first


def _day(
    traffic: PoolTraffic,
    live: list[Member],
    grid: Grid,
    rows: NDArray[Any],
    groups: list[SkillGroup],
) -> MultiSkillDay:
    return MultiSkillDay(
        float(grid.step_seconds),
        [_queue(traffic, member, place, grid, rows) for place, member in enumerate(live)],
        groups,
    )


def _queue(
    traffic: PoolTraffic, member: Member, place: int, grid: Grid, rows: NDArray[Any]
) -> SkillQueue:
    rate, aht = traffic.arrival_rate[rows, place], traffic.aht_seconds[rows, place]
    codes = traffic.goals[rows, place, CODE]
    known = codes[np.isfinite(codes)]
    definition = list(ServiceLevel)[int(known[0])] if known.size else SkillQueue.definition
    short = traffic.thresholds[rows, place, SHORT]
    short = short[np.isfinite(short)]
    is_open = grid.put(member, member.inputs.is_open.astype(np.float64), 0.0)[rows]
    return SkillQueue(
        name=str(member.queue),
        erlangs=rate * aht,
        aht_seconds=aht,
        patience_seconds=traffic.patience_seconds[rows, place],
        level=traffic.goals[rows, place, LEVEL],
        threshold_seconds=traffic.thresholds[rows, place, THRESHOLD],
        min_agents=is_open * member.queue.min_agents,
        definition=definition,
        short_seconds=float(short[0]) if short.size else SkillQueue.short_seconds,
        max_asa_seconds=traffic.goals[rows, place, ASA],
        max_abandonment_rate=traffic.goals[rows, place, ABANDONMENT],
        max_occupancy_rate=traffic.goals[rows, place, OCCUPANCY],
    )
