"""Some days of a deferred queue's requirement, lived through from the start of its horizon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.deferred_office import OfficeFacts, Rules, demand_of, office_of
from staffing.computations.refused import QueueRefused
from staffing.computations.simulated_spread import reached, rounded, spread
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from staffing.core.simulated_levels import share
from staffing.core.simulation_deferred import OfficeDays, SimulatedOffice, simulate_deferred
from staffing.models import RequirementQueueResult, RequirementRun, RequirementSimulation
from staffing.queries.run_rows import RunRows, run_rows
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant
from wfm.timeline import DueRule, DueUnit, local_dates

REPEATS_AT_ONCE = 20
Goals = list[tuple[np.datetime64, dict[str, Any]]]


@dataclass(frozen=True)
class _Lived:
    """repeat x interval of all repeats."""

    due_items: FloatArray
    in_time_items: FloatArray
    open_items: FloatArray
    """At the end of each interval."""

    def of(self, rows: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        """Return by repeat what was done in time and what was due in some intervals."""
        return self.in_time_items[:, rows].sum(axis=1), self.due_items[:, rows].sum(axis=1)


def deferred_figures(
    ctx: JobContext, simulation: RequirementSimulation, result: RequirementQueueResult
) -> dict[str, Any]:
    """Return how the level of the items due on these days is spread, and the backlog.

    All that the requirement has staffed before is lived through too, from its opening backlog on.
    """
    with system_tenant():
        rows = run_rows(simulation.run, simulation.queue)
        dates = local_dates(rows.starts_at, simulation.queue.timezone)
        goals = kept_goals(result)
        office = _office(simulation, rows, dates, goals)
    lived = _live(ctx, simulation, office)
    return _figures(simulation, lived, rows, dates[: lived.due_items.shape[1]], goals)


def kept_goals(result: RequirementQueueResult) -> Goals:
    """Return the versions of the queue's goal as the run kept them, each with its first day."""
    versions = result.goal.get("versions", [])
    if not result.queue.is_live and any("due_unit" not in goal for goal in versions):
        raise JobRefused(
            _("This requirement was computed before due rules were kept; compute a new one.")
        )
    return [(np.datetime64(goal["starts_on"]), goal) for goal in versions]


def _office(
    simulation: RequirementSimulation,
    rows: RunRows,
    dates: NDArray[np.datetime64],
    goals: Goals,
) -> SimulatedOffice:
    queue = simulation.queue
    step = np.timedelta64(queue.interval_minutes, "m")
    if np.any(np.diff(rows.starts_at) != step):
        raise JobRefused(
            _("Parts of this requirement were deleted since; simulate a newer requirement.")
        )
    facts, demand = deferred_work(simulation.run, queue, rows, goals)
    until = int(np.searchsorted(dates, np.datetime64(simulation.ends_on), side="right"))
    return office_of(facts, demand, rows.agents, intervals=until)


def deferred_work(
    run: RequirementRun, queue: Queue, rows: RunRows, goals: Goals
) -> tuple[OfficeFacts, DeferredDemand]:
    """Return what the plan was made from: arrivals, due times and the opening backlog."""
    dates = local_dates(rows.starts_at, queue.timezone)
    facts = OfficeFacts(
        queue=queue,
        calendar=business_calendar(queue),
        rules=_rules(dates, goals),
        starts_at=rows.starts_at,
        items=rows.offered,
        aht_seconds=rows.aht_seconds,
        occupancy_cap=min(goal["max_occupancy_rate"] or 1.0 for _day, goal in goals),
    )
    try:
        return facts, demand_of(facts, RequirementParams.from_json(run.parameters))
    except QueueRefused as refusal:
        raise JobRefused(str(refusal)) from refusal


def _rules(dates: NDArray[np.datetime64], goals: Goals) -> Rules:
    """Each arrival is due by the version of its own day, as when the plan was made."""
    version = version_rows(dates, goals)
    return [
        (
            np.flatnonzero(version == number),
            DueRule(DueUnit(goal["due_unit"]), goal["due_amount"], goal["due_cutoff_minute"]),
        )
        for number, (_day, goal) in enumerate(goals)
    ]


def version_rows(dates: NDArray[np.datetime64], goals: Goals) -> NDArray[np.intp]:
    """Return which version of the goal holds on each date."""
    begins = np.array([day for day, _goal in goals])
    return np.maximum(np.searchsorted(begins, dates, side="right") - 1, 0)


def _live(ctx: JobContext, simulation: RequirementSimulation, office: SimulatedOffice) -> _Lived:
    parts = []
    for first in range(0, simulation.repeats, REPEATS_AT_ONCE):
        ctx.raise_if_cancelled()
        ctx.progress(
            first / simulation.repeats,
            _("repeat %(number)s of %(count)s")
            % {"number": first + 1, "count": simulation.repeats},
        )
        repeats = min(REPEATS_AT_ONCE, simulation.repeats - first)
        parts.append(simulate_deferred(office, repeats=repeats, seed=(simulation.seed, first)))
    return _Lived(
        due_items=np.concatenate([part.due_items for part in parts]),
        in_time_items=np.concatenate([part.in_time_items for part in parts]),
        open_items=np.concatenate([_open_at_ends(part) for part in parts]),
    )


def _open_at_ends(part: OfficeDays) -> FloatArray:
    return np.column_stack([part.open_items[:, 1:], part.open_at_end])


def _figures(
    simulation: RequirementSimulation,
    lived: _Lived,
    rows: RunRows,
    dates: NDArray[np.datetime64],
    goals: Goals,
) -> dict[str, Any]:
    in_period = np.isin(dates, np.array(simulation.days, dtype="datetime64[D]"))
    good, counted = lived.of(in_period)
    if not np.any(counted):
        raise JobRefused(_("Nothing is due on these days; choose others."))
    level_by_version = np.array([goal["level"] for _day, goal in goals])
    levels = level_by_version[version_rows(dates, goals)]
    days = [
        _day_figures(lived, day, dates == np.datetime64(day), levels) for day in simulation.days
    ]
    judged = np.concatenate([part for _row, part in days])
    level = float(levels[in_period].max())
    shown = np.flatnonzero(in_period)
    return {
        "definition": "deferred",
        "goal": level,
        **spread(good, counted),
        "reached_share": float(judged.mean()),
        "period_reached_share": float(reached(good, counted, level=level).mean()),
        "days": [row for row, _part in days],
        "intervals": {
            "starts_at": rows.starts_at[shown].astype("datetime64[s]").astype(np.int64).tolist(),
            "level": rounded(_by_interval(lived, shown)),
            "said": rounded(rows.said_level[shown]),
            "goal": levels[shown].tolist(),
            "backlog": np.round(lived.open_items[:, shown].mean(axis=0), 2).tolist(),
        },
    }


def _by_interval(lived: _Lived, shown: NDArray[np.intp]) -> FloatArray:
    return share(lived.in_time_items[:, shown].sum(axis=0), lived.due_items[:, shown].sum(axis=0))


def _day_figures(
    lived: _Lived, day: date, rows: NDArray[np.bool_], levels: FloatArray
) -> tuple[dict[str, Any], FloatArray]:
    """Return a day's line, and for each repeat whether its goal was reached."""
    good, counted = lived.of(rows)
    goal = _first(levels[rows].tolist())
    part = reached(good, counted, level=goal)
    last = np.flatnonzero(rows)[-1:]
    closing = lived.open_items[:, last]
    line = {
        "day": day.isoformat(),
        "goal": goal,
        **spread(good, counted),
        "reached_share": float(part.mean()) if part.size else None,
        "due_items": float(counted.mean()),
        "backlog_items": float(closing.mean()) if closing.size else None,
    }
    return line, part


def _first(values: Iterable[float]) -> float:
    return next(iter(values), 1.0)
