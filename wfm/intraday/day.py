"""One day of all queues: what came, forecasts, requirement, schedule, presence, and what is predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from adherence.models import Measure
from staffing.core.board_people import column_sums
from staffing.core.kernels import FloatArray
from wfm import metrics
from wfm.board.board import Ask, Board, Inputs, board_inputs, board_of
from wfm.board.grid import SLOT_HOURS, SLOT_MINUTES, BoardGrid
from wfm.board.lines import QueueLine
from wfm.intraday.changes import with_accepted
from wfm.intraday.core.breach import Breach, Work, first_breach
from wfm.intraday.core.risk import Deviation, QueueRisk, cost_by_interval, deviation
from wfm.intraday.rows import ACTUALS, DayRows, Presence, day_rows, hour_values, presence
from wfm.org.models import Queue, ServiceGoal

HOUR_SLOTS = 60 // SLOT_MINUTES
DEFERRED_KEY = "service_level.deferred"


@dataclass(frozen=True)
class Interval:
    """Figures of one interval of a queue; None where nothing is known."""

    starts_at: datetime
    ends_at: datetime
    is_past: bool
    offered: float | None
    forecast: float | None
    """As it was locked before the day."""
    corrected: float | None
    required: float | None
    """People on position."""
    to_schedule: float | None
    scheduled: float | None
    level: float | None
    """Service as it was, or as it is expected."""
    at_risk: float | None
    short: float | None
    """People to schedule who are not scheduled."""


@dataclass(frozen=True)
class Breaches:
    """When a deferred queue will first be late."""

    breach: Breach
    at: datetime
    hours_missing: float
    hours_late: float


@dataclass(frozen=True)
class QueueDay:
    """One queue through the day."""

    line: QueueLine
    rows: DayRows
    people: Presence
    hour_value: float
    grid: BoardGrid
    at: datetime
    timezone: str

    @property
    def queue(self) -> Queue:
        """The queue."""
        return self.line.queue

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last slots of the queue's intervals in the period."""
        width = max(1, self.queue.interval_minutes // SLOT_MINUTES)
        starts = np.arange(self.grid.first, self.grid.last, width)
        return starts, np.minimum(starts + width, self.grid.last)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return totals by interval; NaN where no slot of it is known."""
        starts, ends = self.edges
        return np.asarray(column_sums(values[None, :], starts, ends)[0])

    def figure(self, name: str) -> FloatArray:
        """Return a figure of the board by interval."""
        return self.sums(self.line.of(name))

    def people_by_interval(self, name: str) -> FloatArray:
        """Return hours as people."""
        starts, ends = self.edges
        return np.asarray(self.figure(name) / ((ends - starts) * SLOT_HOURS))

    @property
    def now(self) -> int:
        """The first interval that is not over: before it all is past."""
        _starts, ends = self.edges
        return int(np.searchsorted(ends, self.grid.slot(self.at), side="right"))

    def goal(self) -> ServiceGoal | None:
        """Return the goal of the day shown, by the queue's own calendar; of several days today's."""
        day = self._goal_day()
        held = [
            goal
            for goal in self.line.source.goals
            if goal.starts_on <= day and (goal.ends_on is None or goal.ends_on > day)
        ]
        return held[-1] if held else next(iter(self.line.source.goals), None)

    def _goal_day(self) -> date:
        """Return now's day where the period holds it, else the period's day that lies nearest.

        The period is days of the page's zone: its middle of the day is the queue's same day nearly
        everywhere, its first second need not be.
        """
        period = self.grid.period
        noon = timedelta(hours=12)
        moment = min(max(self.at, period.starts_at + noon), period.ends_at - noon)
        inside = period.starts_at <= self.at < period.ends_at
        return (self.at if inside else moment).astimezone(ZoneInfo(self.queue.timezone)).date()

    def actual_levels(self) -> FloatArray:
        """Return the service of each interval that is over, by the metric of the goal."""
        if not self.queue.is_live:
            due, done = self.sums(self.rows.due), self.sums(self.rows.done_in_time)
            level = np.full(due.size, np.nan)
            np.divide(done, due, out=level, where=np.nan_to_num(due) > 0)
            return level
        goal = self.goal()
        key = metrics.DEFAULT_SERVICE_LEVEL if goal is None else goal.metric_key
        sums = {name: self.sums(self.rows.actual[name]) for name in ACTUALS}
        return np.array([_level(key, sums, place) for place in range(self.edges[0].size)])

    def predicted_levels(self) -> FloatArray:
        """Return the service expected of each interval ahead."""
        counted, in_time = self.figure("counted"), self.figure("in_time")
        level = np.full(counted.size, np.nan)
        np.divide(in_time, counted, out=level, where=np.nan_to_num(counted) > 0)
        return level

    def levels(self) -> FloatArray:
        """Return what was, then what is expected."""
        actual = self.actual_levels()
        ahead = self.predicted_levels()
        over = np.arange(actual.size) < self.now
        return np.where(over, actual, np.where(np.isfinite(ahead), ahead, actual))

    def intervals(self) -> list[Interval]:
        """Return all figures, interval by interval."""
        starts, ends = self.edges
        arrays = (
            self.sums(self.rows.actual["offered"]),
            self.sums(self.rows.locked),
            self.sums(self.rows.corrected),
            self.people_by_interval("required_hours"),
            self.people_by_interval("to_schedule_hours"),
            self.people_by_interval("scheduled_hours"),
            self.levels(),
            self.figure("at_risk"),
            np.maximum(-self.people_by_interval("difference_hours"), 0.0),
        )
        columns = [[_known(value) for value in values.tolist()] for values in arrays]
        return [
            Interval(
                self.grid.moment(int(first)),
                self.grid.moment(int(end)),
                place < self.now,
                *(column[place] for column in columns),
            )
            for place, (first, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def risk(self) -> QueueRisk:
        """Return what the list of intervals at risk is made from."""
        rows = self.line.source.rows
        aht = self.queue.default_aht_seconds
        if rows is not None and np.isfinite(rows.aht_seconds).any():
            aht = float(np.nanmean(rows.aht_seconds))
        return QueueRisk(
            is_live=self.queue.is_live,
            counted=self.figure("counted"),
            in_time=self.figure("in_time"),
            at_risk=self.figure("at_risk"),
            short_people=np.maximum(-self.people_by_interval("difference_hours"), 0.0),
            hours=float(self.queue.interval_minutes) / 60.0,
            aht_seconds=aht,
            hour_value=self.hour_value,
        )

    @property
    def came(self) -> float:
        """What came so far, forecast or not."""
        return float(np.nansum(self.rows.actual["offered"]))

    def so_far(self) -> Deviation:
        """Return the volume so far against the locked forecast, where both are known."""
        return self._deviation(self.grid.first)

    def last_hour(self) -> Deviation:
        """Return the last hour whose actuals are there against the locked forecast."""
        known = np.flatnonzero(np.isfinite(self.rows.actual["offered"]))
        last = int(known[-1]) + 1 if known.size else self.grid.first
        return self._deviation(max(last - HOUR_SLOTS, self.grid.first))

    def _deviation(self, since: int) -> Deviation:
        part = slice(since, min(self.grid.slot(self.at), self.grid.last))
        return deviation(self.rows.actual["offered"][part], self.rows.locked[part])

    def level_between(self, first: int, last: int) -> float | None:
        """Return the service expected over some slots; None where nothing is counted."""
        counted = float(np.nansum(self.line.of("counted")[first:last]))
        return float(np.nansum(self.line.of("in_time")[first:last])) / counted if counted else None

    def level_so_far(self) -> float | None:
        """Return today's service so far, pooled over the intervals that are over."""
        over = slice(0, self.now)
        if not self.queue.is_live:
            due = float(np.nansum(self.sums(self.rows.due)[over]))
            return float(np.nansum(self.sums(self.rows.done_in_time)[over])) / due if due else None
        goal = self.goal()
        key = metrics.DEFAULT_SERVICE_LEVEL if goal is None else goal.metric_key
        whole = {
            name: np.array([np.nansum(self.sums(self.rows.actual[name])[over])]) for name in ACTUALS
        }
        return _known(_level(key, whole, 0))

    def level_rest(self) -> float | None:
        """Return the service expected of the rest of the day."""
        return self.level_between(max(self.grid.origin, self.grid.first), self.grid.last)

    @property
    def _ahead(self) -> slice:
        """The rest of the day; of deferred work all that is followed: what waits is late later."""
        last = self.grid.last if self.queue.is_live else self.grid.slots.count
        return slice(max(self.grid.origin, self.grid.first), last)

    def level_ahead(self) -> float | None:
        """Return the service expected of all that lies ahead."""
        return self.level_between(self._ahead.start, self._ahead.stop)

    def at_risk_ahead(self) -> float:
        """Return the contacts or items at risk of all that lies ahead."""
        return float(np.nansum(self.line.of("at_risk")[self._ahead]))

    def risk_cost_ahead(self) -> float:
        """Return what the risk of all that lies ahead costs."""
        risk = self.risk()
        if self.queue.is_live:
            return float(cost_by_interval(risk)[self.now :].sum())
        return self.at_risk_ahead() * risk.aht_seconds / 3600.0 * risk.hour_value

    def required_now(self) -> float | None:
        """People needed on position now."""
        return self._people_now("required_hours")

    def scheduled_now(self) -> float | None:
        """People scheduled now."""
        return self._people_now("scheduled_hours")

    def _people_now(self, name: str) -> float | None:
        slot = self.grid.slot(self.at)
        if not self.grid.first <= slot < self.grid.last:
            return None
        return _known(float(self.line.of(name)[slot]) / SLOT_HOURS)

    @cached_property
    def breaches(self) -> Breaches | None:
        """When work due is first not done in time; None where all is, or nothing is predicted."""
        backlog = self.line.backlog
        if backlog is None or backlog.demand is None or backlog.people is None:
            return None
        demand = backlog.demand
        work = demand.work()
        counts = work.counts  # what is overdue is late already
        found = first_breach(
            Work(seconds=work.work_seconds[counts], ready=work.ready[counts], due=work.due[counts]),
            backlog.people * demand.working_seconds,
        )
        if found is None:
            return None
        return Breaches(
            breach=found,
            at=backlog.origin_at + timedelta(seconds=found.boundary * demand.step_seconds),
            hours_missing=found.late_seconds / 3600.0,
            hours_late=found.missed_seconds / 3600.0,
        )

    @property
    def open_items(self) -> float | None:
        """Items open now."""
        backlog = self.line.backlog
        return None if backlog is None else float(backlog.items.items.sum())

    @property
    def overdue_items(self) -> float | None:
        """Of the open items, those overdue."""
        backlog = self.line.backlog
        return None if backlog is None else float(backlog.items.items[backlog.items.due < 0].sum())


def _level(key: str, sums: Mapping[str, FloatArray], place: int) -> float:
    """Return a service level of counts; NaN where one is not known or nothing is counted."""
    counts = {name: float(values[place]) for name, values in sums.items()}
    wanted = metrics.get(key).counts_used
    if any(name not in counts or np.isnan(counts[name]) for name in wanted):
        return float("nan")
    value = metrics.evaluate(key, counts).value
    return float("nan") if value is None else float(value)


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


@dataclass(frozen=True)
class Day:
    """All queues of one local day, and what they were predicted from."""

    inputs: Inputs
    board: Board
    all_queues: tuple[QueueDay, ...]
    """Those of the client, site, team and queue asked for, and all others that may be seen."""
    measures: tuple[Measure, ...]
    """Accepted, and counted in the people who are scheduled."""

    @property
    def ask(self) -> Ask:
        """What was asked for."""
        return self.inputs.ask

    @property
    def grid(self) -> BoardGrid:
        """The day's time."""
        return self.inputs.grid

    @cached_property
    def queues(self) -> tuple[QueueDay, ...]:
        """Those asked for that have anything that day."""
        asked = {line.queue.pk for line in self.board.lines}
        return tuple(
            found
            for found in self.all_queues
            if found.queue.pk in asked or (found.came > 0 and self._is_in_scope(found.queue))
        )

    def _is_in_scope(self, queue: Queue) -> bool:
        """Tell whether a queue to which something came, though nothing was asked, is asked for."""
        ask = self.ask
        return (
            ask.team is None
            and (ask.queue is None or ask.queue.pk == queue.pk)
            and (ask.client is None or ask.client.pk == queue.client_id)
            and (ask.site is None or ask.site.pk == queue.site_id)
        )

    def of(self, queue_id: int) -> QueueDay | None:
        """Return one queue; None where it has nothing that day."""
        return next((found for found in self.queues if found.queue.pk == queue_id), None)


def day_of(ask: Ask) -> Day:
    """Return the day as it stands, what is accepted counted; the number of queries never grows."""
    inputs, measures = with_accepted(board_inputs(ask), at=ask.at)
    lines = inputs.lines()
    return Day(
        inputs,
        board_of(inputs, lines),
        tuple(queue_days(lines, inputs)),
        tuple(measures),
    )


def queue_days(lines: Sequence[QueueLine], inputs: Inputs) -> list[QueueDay]:
    """Return the queues of these lines with what is read beside the board."""
    grid, at = inputs.grid, inputs.ask.at
    queues = [line.queue for line in lines]
    ids = [queue.pk for queue in queues]
    rows = day_rows(queues, grid, at=at)
    people, values = presence(ids), hour_values(ids)
    return [
        QueueDay(
            line=line,
            rows=rows[line.queue.pk],
            people=people.get(line.queue.pk, Presence()),
            hour_value=values[line.queue.pk],
            grid=grid,
            at=at,
            timezone=inputs.ask.timezone,
        )
        for line in lines
    ]
