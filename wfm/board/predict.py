"""What the scheduled people make of a queue's demand: live queues and deferred work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.deferred_office import OfficeFacts, work_of
from staffing.computations.live_plan import path_begins
from staffing.core.board_figures import Outlook, deferred_outlook, live_outlook
from staffing.core.callbacks import CallbackOffers
from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog
from staffing.core.kernels import FloatArray
from staffing.core.live import LiveQueue
from staffing.core.transient import LivePath
from staffing.queries import live_goal, live_queue
from staffing.queries.callbacks import offers_on
from wfm.board.grid import SLOT_HOURS, BoardGrid
from wfm.board.lines import PLACE, Backlog, QueueIntervals, Source
from wfm.board.rows import MINUTE_SECONDS, OpenItems
from wfm.org.models import ServiceGoal


def predict_live(
    source: Source, intervals: QueueIntervals, grid: BoardGrid, figures: FloatArray
) -> str:
    """Write what the people on position give a live queue; return why not, if not."""
    scheduled = figures[PLACE["scheduled_hours"]]
    people = on_position(intervals, scheduled)
    # The deferred work of its pool is followed beyond what is shown.
    until = grid.last if source.pool is None else grid.slots.count
    ahead = (intervals.slot >= grid.origin) & (intervals.slot < until)
    wanted = intervals.rows.is_open & ahead & np.isfinite(people)
    if not wanted.any():
        return ""
    live = live_queue_of(source, intervals)
    covered = np.zeros(wanted.shape, dtype=bool)
    for goal in source.goals:
        covered |= wanted & intervals.held(goal)
    rows = np.flatnonzero(covered)
    for goal in source.goals:
        held = intervals.held(goal)[rows]
        if not held.any():
            continue
        try:
            _write_live(source, intervals, figures, live, people, rows, goal)
        except ValueError as error:  # a goal that is none of a live queue
            return str(error)
    if (wanted & ~covered).any():
        return _("There is no service goal on some of these days.")
    return ""


def on_position(intervals: QueueIntervals, scheduled_hours: FloatArray) -> FloatArray:
    """Return the people expected on position: scheduled, less the absence that nobody plans."""
    people = intervals.mean(scheduled_hours) / SLOT_HOURS
    return np.asarray(people * (1.0 - np.nan_to_num(intervals.rows.shrinkage_rate)))


def live_queue_of(source: Source, intervals: QueueIntervals) -> LiveQueue:
    assert source.result is not None
    rows, result = intervals.rows, source.result
    measured = result.detail.get("patience") or {}
    return live_queue(
        source.queue,
        model=result.model,
        offered=np.where(rows.is_open, np.nan_to_num(rows.offered), 0.0),
        aht_seconds=np.where(
            np.isnan(rows.aht_seconds), source.queue.default_aht_seconds, rows.aht_seconds
        ),
        patience_seconds=source.queue.patience_seconds or measured.get("seconds"),
        params=source.params,
    )


def _write_live(
    source: Source,
    intervals: QueueIntervals,
    figures: FloatArray,
    live: LiveQueue,
    people: FloatArray,
    rows: NDArray[np.intp],
    goal: ServiceGoal,
) -> None:
    offered = np.nan_to_num(intervals.rows.offered)
    wanted = live_goal(goal)
    chat = live.chat
    part = live.take(rows)
    path = LivePath(
        traffic=part.traffic,
        interval_seconds=float(source.queue.interval_minutes * 60),
        begins=path_begins(rows, is_open=intervals.rows.is_open, is_open_before=False),
        concurrency=1 if chat is None else chat.concurrency,
        growth_rate=0.0 if chat is None else chat.growth_rate,
        callbacks=_callbacks(source, intervals, rows) if chat is None else None,
    )
    outlook = live_outlook(
        path,
        people=people[rows],
        offered=offered[rows],
        goals=wanted.over(rows.size, min_agents=source.queue.min_agents),
        rule=source.transfer,
    )
    # The whole day is lived through; this version of the goal judges its own part.
    held = intervals.held(goal)[rows]
    write_outlook(intervals, figures, rows[held], _taken(outlook, held))


def _callbacks(
    source: Source, intervals: QueueIntervals, rows: NDArray[np.intp]
) -> CallbackOffers | None:
    """Return the offer of each interval; who takes it leaves the queue at once."""
    if not source.offers:
        return None
    offers = offers_on(source.offers, intervals.dates[rows])
    return offers if offers.is_made else None


def write_outlook(
    intervals: QueueIntervals, figures: FloatArray, rows: NDArray[np.intp], outlook: Outlook
) -> None:
    """Write an outlook of some intervals into the slots of the figures."""
    hours = intervals.width * SLOT_HOURS
    for name, values in (
        ("counted", outlook.counted),
        ("in_time", outlook.in_time),
        ("late", outlook.late),
        ("at_risk", outlook.at_risk),
        ("transferable_hours", outlook.transferable * hours),
    ):
        whole = np.full(intervals.slot.size, np.nan)
        whole[rows] = values
        onto = np.full(figures.shape[1], np.nan)
        intervals.spread(whole, onto=onto)
        known = np.isfinite(onto)
        figures[PLACE[name]][known] = onto[known]


def origin_of(source: Source, intervals: QueueIntervals, grid: BoardGrid) -> datetime | None:
    """Return from where a deferred queue is worked off: its interval that holds the origin."""
    place = int(np.searchsorted(intervals.slot, grid.origin, side="right")) - 1
    place = max(place, 0)
    if place >= intervals.slot.size:
        return None
    return datetime.fromtimestamp(int(intervals.rows.starts_at[place]), tz=UTC)


@dataclass(frozen=True)
class Waiting:
    """What a deferred queue is worked off from.

    Attributes:
        origin: From when.
        items: Items open then.
        help_people: By slot, people of its pool who have time for it.
        is_pooled: Whether these hold its own people too, as one team.

    """

    origin: datetime
    items: OpenItems
    help_people: FloatArray
    is_pooled: bool = False


@dataclass(frozen=True)
class Worked:
    """A deferred queue worked off.

    Attributes:
        backlog: Open work over time; None where nothing is predicted.
        note: Why nothing is predicted.
        spare_rate: By slot, the share of its pool's time for it that it makes no use of; NaN where
            it is not followed.

    """

    backlog: Backlog | None
    note: str
    spare_rate: FloatArray


def predict_deferred(
    source: Source, intervals: QueueIntervals, figures: FloatArray, waiting: Waiting
) -> Worked:
    """Write what the people make of deferred work; in a pool who can leave is told of the pool."""
    origin, open_now = waiting.origin, waiting.items
    unknown = np.full(figures.shape[1], np.nan)
    ahead = _followed(intervals, figures, origin)
    if not ahead.slot.size:
        return Worked(None, "", unknown)
    goals = [goal for goal in source.goals if ahead.held(goal).any()]
    if not goals or any(goal.due_rule is None for goal in goals):
        words = _("There is no goal with a due time on some of these days.")
        return Worked(None, words, unknown)
    try:
        demand = _demand(source, ahead, goals, waiting)
    except ValueError as error:  # no open time by which anything could be due
        return Worked(None, str(error), unknown)
    people = on_position(ahead, figures[PLACE["scheduled_hours"]])
    known = np.isfinite(people)
    own = np.zeros(people.size) if waiting.is_pooled else np.nan_to_num(people)
    helped = np.nan_to_num(ahead.mean(waiting.help_people))
    whole = own + helped
    found = deferred_outlook(
        demand,
        people=np.where(demand.working_seconds > 0.0, whole, 0.0),
        level=max(goal.level for goal in goals),
        days=ahead.dates.astype(np.int64).astype(np.float64),
        give=source.transfer.give,
    )
    share = np.divide(own, whole, out=np.zeros_like(whole), where=whole > 0.0)
    used = np.maximum(found.worked - own, 0.0)
    used = np.divide(used, helped, out=np.zeros_like(used), where=helped > 0.0)
    spare = np.maximum(1.0 - used, 0.0)
    outlook = replace(found.outlook, transferable=found.outlook.transferable * share)
    write_outlook(ahead, figures, np.flatnonzero(known), _taken(outlook, known))
    hours_by_slot, spare_rate = unknown.copy(), unknown.copy()
    ahead.spread(found.backlog_seconds[:-1] / 3600.0, onto=hours_by_slot, is_total=False)
    ahead.spread(np.where(known, spare, np.nan), onto=spare_rate, is_total=False)
    backlog = Backlog(
        open_now, origin, demand.backlog.aht_seconds, hours_by_slot, demand=demand, people=whole
    )
    return Worked(backlog, "", spare_rate)


def _taken(outlook: Outlook, rows: NDArray[np.bool_]) -> Outlook:
    return Outlook(
        outlook.counted[rows],
        outlook.in_time[rows],
        outlook.at_risk[rows],
        outlook.transferable[rows],
    )


def _followed(intervals: QueueIntervals, figures: FloatArray, origin: datetime) -> QueueIntervals:
    """Return the intervals from the origin on, as far as a schedule is published."""
    start = int(np.searchsorted(intervals.rows.starts_at, int(origin.timestamp())))
    covered = np.flatnonzero(np.isfinite(figures[PLACE["scheduled_hours"]]))
    until = int(covered[-1]) + 1 if covered.size else 0
    part = slice(start, int(np.searchsorted(intervals.slot, until)))
    return QueueIntervals(
        intervals.rows.take(part), intervals.slot[part], intervals.width, intervals.dates[part]
    )


def _demand(
    source: Source, ahead: QueueIntervals, goals: list[ServiceGoal], waiting: Waiting
) -> DeferredDemand:
    """Return the work as the requirement's own plan takes it; what is overdue gives way.

    Of a pool's people the time up to the cap is what they have for it.
    """
    rows, params, open_now = ahead.rows, source.params, waiting.items
    assert source.calendar is not None
    facts = OfficeFacts(
        queue=source.queue,
        calendar=source.calendar,
        rules=[
            (np.flatnonzero(ahead.held(goal)), goal.due_rule)
            for goal in goals
            if goal.due_rule is not None
        ],
        starts_at=rows.starts_at.astype("datetime64[s]"),
        items=np.nan_to_num(rows.offered),
        aht_seconds=np.where(
            np.isnan(rows.aht_seconds), source.queue.default_aht_seconds, rows.aht_seconds
        ),
        occupancy_cap=1.0
        if waiting.is_pooled
        else min(goal.max_occupancy_rate or 1.0 for goal in goals),
    )
    backlog = OpeningBacklog(
        items=open_now.items,
        due_seconds=open_now.due.astype(np.float64) * MINUTE_SECONDS,
        aht_seconds=facts.mean_aht_seconds,
        overdue_by_seconds=float(facts.step_seconds * facts.starts_at.size),
    )
    return work_of(facts, backlog, handling_spread=params.handling_spread)
