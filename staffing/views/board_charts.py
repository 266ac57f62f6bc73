"""Charts of the staffing board: agents of many queues, agents and levels of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from django.utils.timezone import now
from django.utils.translation import gettext as _

from staffing.core.kernels import FloatArray
from staffing.core.params import LiveStrategy
from staffing.core.series import RequirementSeries
from staffing.queries import BoardQueue
from wfm.timeline import local_dates
from wfm.web.charts import Axis, Series, SeriesKey, TimeChart
from wfm.web.scope import Scope

COLOURS: tuple[SeriesKey, ...] = tuple(key for key in get_args(SeriesKey) if key.isdigit())


def many_queues_chart(found: Sequence[BoardQueue], scope: Scope) -> TimeChart:
    """One step line per queue on a common grid, the finest there is."""
    step = min(item.queue.interval_minutes for item in found)
    longest = max(
        found, key=lambda item: (item.queue.interval_minutes == step, item.series.starts_at.size)
    )
    grid = longest.series.starts_at
    lines = [
        Series(
            key=COLOURS[number % len(COLOURS)],
            label=item.queue.name,
            shape="step",
            values=_on_grid(item.series, grid),
        )
        for number, item in enumerate(found)
    ]
    return TimeChart(
        starts_at=longest.series.moments(),
        step_minutes=step,
        tz=scope.timezone,
        y=Axis(title=_("Required agents"), minimum=0),
        series=lines,
        now=now(),
    )


def _on_grid(series: RequirementSeries, grid: np.ndarray) -> np.ndarray:
    """Return the queue's agents at each instant of the grid; a coarser row holds until the next."""
    values = np.full(grid.shape, np.nan)
    if series.starts_at.size:
        at = np.searchsorted(series.starts_at, grid, side="right") - 1
        inside = at >= 0
        values[inside] = series.required_agents[at[inside]]
    return values


def _other_strategy(item: BoardQueue) -> str:
    """Return the name of the strategy that this requirement is compared with."""
    if item.result.detail.get("strategy") == LiveStrategy.PERIOD_BY_PERIOD:
        return _("Going on from the last interval")
    return _("Interval by interval")


def is_pooled(item: BoardQueue) -> bool:
    """Tell whether its people serve other queues too: what it needs apart is no comparison then."""
    return "pool" in item.result.detail


def agents_chart(item: BoardQueue) -> TimeChart:
    series = item.series
    compared = [
        Series(
            key="5",
            label=_other_strategy(item),
            shape="step",
            values=series.compared_agents,
            dashed=True,
        )
    ]
    return TimeChart(
        starts_at=series.moments(),
        step_minutes=item.queue.interval_minutes,
        tz=item.queue.timezone,
        y=Axis(title=_("Agents, erlangs"), minimum=0, digits=1),
        series=[
            Series(
                key="required",
                label=_("Required agents"),
                shape="step",
                values=series.required_agents,
            ),
            Series(
                key="baseline",
                label=_("Scheduled people, absence included"),
                shape="step",
                values=series.required_fte,
                dashed=True,
            ),
            Series(key="forecast", label=_("Workload, erlangs"), values=series.workload_erlangs),
            *(compared if item.queue.is_live and not is_pooled(item) else []),
        ],
        now=now(),
    )


def goal_by_interval(item: BoardQueue) -> FloatArray:
    """Return the level of the goal version in force on each interval's own date."""
    dates = local_dates(item.series.starts_at, item.queue.timezone)
    goal = np.full(dates.shape, np.nan)
    for version in sorted(item.result.goal.get("versions", []), key=lambda one: one["starts_on"]):
        goal[dates >= np.datetime64(version["starts_on"])] = version["level"]
    return goal


def level_chart(item: BoardQueue) -> TimeChart:
    series = item.series
    compared = [
        Series(
            key="5",
            label=_("Level: %(strategy)s") % {"strategy": _other_strategy(item)},
            values=series.compared_service_level,
            dashed=True,
        )
    ]
    goal = goal_by_interval(item)
    return TimeChart(
        starts_at=series.moments(),
        step_minutes=item.queue.interval_minutes,
        tz=item.queue.timezone,
        y=Axis(title=_("Share"), unit="%", minimum=0, maximum=1),
        series=[
            Series(key="1", label=_("Predicted service level"), values=series.service_level),
            Series(key="3", label=_("Occupancy"), values=series.occupancy_rate),
            *(compared if item.queue.is_live and not is_pooled(item) else []),
            Series(
                key="baseline",
                label=_("Goal"),
                values=np.where(series.is_open, goal, np.nan),
                dashed=True,
            ),
        ],
        now=now(),
    )
