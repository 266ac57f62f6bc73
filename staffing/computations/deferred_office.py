"""A deferred queue as its plan and its simulation take it: demand, due times, opening hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.refused import QueueRefused
from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog, gives_way_factor
from staffing.core.due_times import (
    due_seconds,
    open_seconds_by_slice,
    open_seconds_until,
    open_stretches,
    stretch_seconds,
)
from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from staffing.core.simulation_deferred import SimulatedOffice
from staffing.queries import backlog_by_due
from wfm.org.models import Queue
from wfm.timeline import BusinessCalendar, DueRule, DueUnit, due_instant, due_instants
from wfm.timeline.grid import Instants

MINUTE = 60
LOOKED_AHEAD = timedelta(days=366)
Rules = list[tuple[NDArray[np.intp], DueRule]]
"""Intervals and by when what arrives in them is due."""


@dataclass(frozen=True)
class OfficeFacts:
    """What is known of a deferred queue over a grid of intervals."""

    queue: Queue
    calendar: BusinessCalendar
    rules: Rules
    starts_at: Instants
    items: FloatArray
    aht_seconds: FloatArray
    occupancy_cap: float

    @property
    def step_seconds(self) -> int:
        """Return the length of an interval."""
        return self.queue.interval_minutes * MINUTE

    @property
    def begins_at(self) -> datetime:
        """Return the start of the grid."""
        first: datetime = self.starts_at[0].astype("datetime64[s]").astype(object)
        return first.replace(tzinfo=UTC)

    @property
    def mean_aht_seconds(self) -> float:
        """Return the mean handling time of what arrives."""
        total = float(self.items.sum())
        known = self.aht_seconds
        return float((self.items * known).sum()) / total if total else float(known.mean())

    def opening(self) -> tuple[FloatArray, FloatArray]:
        """Return when the queue opens and closes, in seconds from the start."""
        ends_at = self.begins_at + timedelta(seconds=self.step_seconds * self.starts_at.size)
        stretches = open_stretches(self.calendar, starts_at=self.begins_at, ends_at=ends_at)
        return stretch_seconds(stretches, starts_at=self.begins_at)


def demand_of(facts: OfficeFacts, params: RequirementParams) -> DeferredDemand:
    """Return what the plan is made from; raises QueueRefused where nothing can be due."""
    opens, _closes = facts.opening()
    if not opens.size:
        raise QueueRefused(_("This queue has no opening hours in the period; set them first."))
    try:
        return work_of(
            facts, opening_backlog(facts, params), handling_spread=params.handling_spread
        )
    except ValueError as error:
        raise QueueRefused(str(error)) from error


def work_of(
    facts: OfficeFacts, backlog: OpeningBacklog, *, handling_spread: float
) -> DeferredDemand:
    """Return the work with this opening backlog; raises ValueError where nothing can be due."""
    opens, closes = facts.opening()
    first_due, last_due = due_seconds(
        facts.calendar, facts.rules, starts_at=facts.starts_at, step_seconds=facts.step_seconds
    )
    return DeferredDemand(
        step_seconds=facts.step_seconds,
        items=facts.items,
        aht_seconds=facts.aht_seconds,
        open_seconds=open_seconds_by_slice(
            opens, closes, intervals=facts.starts_at.size, step_seconds=facts.step_seconds
        ),
        first_due_seconds=first_due,
        last_due_seconds=last_due,
        backlog=backlog,
        occupancy_cap=facts.occupancy_cap,
        handling_spread=handling_spread,
    )


def opening_backlog(facts: OfficeFacts, params: RequirementParams) -> OpeningBacklog:
    """Return the items open when the grid begins, each with its own due time.

    To the minute; the overdue ones are to be done within `clear_overdue_minutes` of open time.
    """
    due, items = backlog_by_due(facts.queue, at=facts.begins_at, step_seconds=MINUTE)
    due_after = due.astype(np.float64) * MINUTE
    clear = DueRule(DueUnit.BUSINESS_MINUTES, params.clear_overdue_minutes)
    overdue_by = due_instant(facts.calendar, clear, facts.begins_at) - facts.begins_at
    return OpeningBacklog(
        items=items,
        due_seconds=due_after,
        aht_seconds=facts.mean_aht_seconds,
        overdue_by_seconds=overdue_by.total_seconds(),
        open_after_seconds=_open_after(facts, due_after),
    )


def _open_after(facts: OfficeFacts, due_seconds: FloatArray) -> FloatArray:
    """Return the open time between the end of the grid and each due time, at most a year of it."""
    end = float(facts.step_seconds * facts.starts_at.size)
    last = min(float(due_seconds.max(initial=end)), end + LOOKED_AHEAD.total_seconds())
    if last <= end:
        return np.zeros(due_seconds.size)
    since = facts.begins_at + timedelta(seconds=end)
    until = facts.begins_at + timedelta(seconds=last)
    stretches = open_stretches(facts.calendar, starts_at=since, ends_at=until)
    opens, closes = stretch_seconds(stretches, starts_at=facts.begins_at)
    return open_seconds_until(opens, closes, due_seconds)


def office_of(
    facts: OfficeFacts, demand: DeferredDemand, agents: FloatArray, *, intervals: int | None = None
) -> SimulatedOffice:
    """Return the queue as the simulation lives through it, with so many people per interval.

    `intervals` ends it earlier: what comes later changes nothing before.
    """
    opens, closes = facts.opening()
    size = facts.starts_at.size if intervals is None else intervals
    end = float(size * facts.step_seconds)
    inside = opens < end
    backlog = demand.backlog
    return SimulatedOffice(
        interval_seconds=facts.step_seconds,
        items=facts.items[:size],
        aht_seconds=facts.aht_seconds[:size],
        agents=np.rint(agents[:size]).astype(np.int64),
        opens=opens[inside],
        closes=np.minimum(closes[inside], end),
        due_of=_due_of(facts),
        held_due=np.repeat(backlog.due_seconds, backlog.items.astype(np.int64)),
        held_aht_seconds=backlog.aht_seconds,
        held_late_by=backlog.overdue_by_seconds,
        gives_way_factor=gives_way_factor(demand.handling_spread),
        occupancy_cap=demand.occupancy_cap,
        handling_spread=demand.handling_spread,
    )


def _due_of(facts: OfficeFacts) -> Callable[[FloatArray], FloatArray]:
    """Return the calendar's own answer, moment by moment, by the version of the day of arrival."""

    def due_of(moments: FloatArray) -> FloatArray:
        interval = (moments // facts.step_seconds).astype(np.int64)
        whole = np.floor(moments)
        arrived = facts.starts_at[0] + whole.astype(np.int64).astype("timedelta64[s]")
        due = np.full(moments.size, np.inf)
        for rows, rule in facts.rules:
            mine = np.isin(interval, rows)
            if mine.any():
                found = due_instants(facts.calendar, rule, arrived[mine])
                due[mine] = (found - facts.starts_at[0]).astype(np.float64)
                if not rule.unit.is_days:
                    due[mine] += (moments - whole)[mine]
        return due

    return due_of
