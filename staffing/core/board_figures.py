"""What the people who are scheduled give: service, risk, and who could work elsewhere.

Live queues run through their day with the people on position (`transient`); deferred work is tried
item by item on drawn days (`deferred_chance`). Both then tell how many of these people could do
other work while the level falls by no more than is given up, half a point by default.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from staffing.core.board_fill import fill_idle_time
from staffing.core.deferred_chance import Achieved, DeferredChance
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.pooling import level_counts, with_base
from staffing.core.traffic import Prediction
from staffing.core.transfer import Transfer
from staffing.core.transient import (
    LivePath,
    evaluate_transient,
    power_of_one_along,
    required_transient,
)

PART = 1e-9
"""Parts of a person that count as none."""
LEVEL_SLACK = 5e-4
"""What the search of `required_transient` may leave a level short by."""
MISS_SLACK = 5e-3
"""A plan's own rounding: a miss share up to half a percent above what the goal allows is none."""
MOST_REPAIRS = 4
BOARD_ITEMS, BOARD_LEAST_REPEATS = 20_000, 1
"""Items drawn for one queue: the level is told to within a third of a point."""
SPARE_STEPS = 32
"""The spare share is told in steps of one in so many."""


@dataclass(frozen=True)
class Outlook:
    """What is expected of each interval with the people who are there.

    Attributes:
        counted: Contacts, or items due, that the level counts.
        in_time: Of these, those in time.
        at_risk: Too late beyond the share that the goal allows.
        transferable: People, as a mean over the interval, who could do other work.

    """

    counted: FloatArray
    in_time: FloatArray
    at_risk: FloatArray
    transferable: FloatArray

    @property
    def late(self) -> FloatArray:
        """Contacts or items too late, whether the goal allows them or not."""
        return np.maximum(self.counted - self.in_time, 0.0)


def live_outlook(
    path: LivePath, *, people: FloatArray, offered: FloatArray, goals: Goals, rule: Transfer
) -> Outlook:
    """Return what so many people on position give, parts of a person allowed.

    A part of a person is the share of days on which one more is there: the counts of both whole
    numbers are mixed in that share. Who takes a callback is not counted: that is deferred work.
    """
    few = np.floor(people + PART)
    part = np.maximum(people - few, 0.0)
    low, stay = _evaluated(path, few, goals)
    in_time, counted = level_counts(goals.definition, offered=offered * stay, prediction=low)
    if part.max(initial=0.0) > PART:
        high, more_stay = _evaluated(path, few + (part > PART), goals)
        more_in_time, more_counted = level_counts(
            goals.definition, offered=offered * more_stay, prediction=high
        )
        in_time = in_time + part * (more_in_time - in_time)
        counted = counted + part * (more_counted - counted)
    traffic = replace(path.traffic, erlangs=path.traffic.erlangs * stay)
    return Outlook(
        counted=counted,
        in_time=in_time,
        at_risk=np.maximum(goals.level * counted - in_time, 0.0),
        transferable=_transferable(replace(path, traffic=traffic), few, low, goals, rule),
    )


def _evaluated(path: LivePath, agents: FloatArray, goals: Goals) -> tuple[Prediction, FloatArray]:
    """Return what so many people give, and the share of contacts that take no callback."""
    thresholds = goals.thresholds(with_base(goals.definition))
    if path.callbacks is None:
        found = evaluate_transient(path, agents=agents, thresholds=thresholds)
        return found, np.ones(agents.shape)
    along = power_of_one_along(
        path, agents=agents, thresholds=thresholds, definition=goals.definition
    )
    return along.prediction, np.asarray(1.0 - along.callback_rate)


def _transferable(
    path: LivePath, agents: FloatArray, now: Prediction, goals: Goals, rule: Transfer
) -> FloatArray:
    """Return the people that other work can have: idle time up to the cap, service as good as kept.

    Where a goal is missed it is nobody. An agent who holds several chats is never free between
    them in the way of `fill_idle_time`: of those only who can leave altogether counts.
    """
    cap = np.fmin(goals.max_occupancy_rate, rule.occupancy_cap)
    missed = goals.margin(now) < -MISS_SLACK
    if path.concurrency > 1:
        people = _leave(
            path,
            agents,
            level=now.service_levels[goals.definition] - rule.give,
            goals=replace(goals, max_occupancy_rate=cap),
            least=np.where(missed, agents, np.fmin(goals.min_agents, agents)),
        )
    else:
        people = fill_idle_time(
            model=path.model,
            traffic=path.traffic,
            agents=agents,
            thresholds=goals.thresholds(frozenset({goals.definition})),
            give=rule.give,
        ).people
    room = np.maximum(agents * (cap - now.occupancy_rate), 0.0)
    return np.where(missed, 0.0, np.minimum(people, room))


def _leave(
    path: LivePath,
    agents: FloatArray,
    *,
    level: FloatArray,
    goals: Goals,
    least: FloatArray,
) -> FloatArray:
    """Return how many of so many whole agents could leave each interval, all intervals at once.

    The fewest that keep `level`, from the state that the thinner intervals before leave behind;
    `least` of them stay in any case.
    """
    wanted = replace(goals, level=np.maximum(level + LEVEL_SLACK, 0.0), min_agents=least)
    for _turn in range(MOST_REPAIRS):
        stay = np.minimum(required_transient(path, goals=wanted, guess=agents), agents)
        asked = goals.thresholds(frozenset({goals.definition}))
        thinner = evaluate_transient(path, agents=stay, thresholds=asked)
        # 1e-12: both levels are sums in floating point.
        missed = thinner.service_levels[goals.definition] < level - 1e-12
        missed &= path.traffic.erlangs > 0.0
        if not missed.any():
            return np.asarray(agents - stay)
        # Who leaves an interval leaves a queue behind: the one before keeps its people, too.
        missed[:-1] |= missed[1:]
        wanted = replace(wanted, min_agents=np.where(missed, agents, wanted.min_agents))
    return np.zeros(agents.shape)


@dataclass(frozen=True)
class DeferredOutlook:
    """Deferred work worked off by the people who are there.

    Attributes:
        outlook: By the interval in which items are due.
        backlog_seconds: Open work at each boundary.
        level: Expected share of the items due that are done in time.
        worked: Mean people at work on it in each interval.

    """

    outlook: Outlook
    backlog_seconds: FloatArray
    level: float
    worked: FloatArray


def deferred_outlook(
    demand: DeferredDemand, *, people: FloatArray, level: float, days: FloatArray, give: float
) -> DeferredOutlook:
    """Return what so many people per interval make of the work, tried on drawn items.

    Args:
        demand: Arrivals and opening backlog.
        people: On position in each interval, parts of a person allowed.
        level: The goal.
        days: Number of the day of each interval; the goal is kept over days.
        give: By how much the level may fall when people leave.

    """
    chance = DeferredChance.draw(demand, drawn_items=BOARD_ITEMS, least_repeats=BOARD_LEAST_REPEATS)
    now = chance.try_plan(whole_people(people))
    late = np.maximum(now.due_items - now.on_time_items, 0.0)
    share = spare_share(chance.part(), people=people, level=level, give=give)
    outlook = Outlook(
        counted=now.due_items,
        in_time=now.due_items - late,
        at_risk=risk_by_day(due=now.due_items, late=late, days=days, level=level),
        transferable=people * share,
    )
    worked = now.worked_seconds / demand.step_seconds
    return DeferredOutlook(outlook, _backlog(demand, now), chance.level(now), worked)


def whole_people(people: FloatArray) -> FloatArray:
    """Return whole people in each interval who are there as long as the parts of people.

    From any interval to any other they have the same hours, to within one person of one interval:
    for work that waits for hours it does not matter when of these a part of a person comes.
    """
    total = np.floor(np.cumsum(people) + 0.5 + PART)
    return np.asarray(np.diff(total, prepend=0.0), dtype=np.float64)


def _backlog(demand: DeferredDemand, now: Achieved) -> FloatArray:
    """Return the open work at each boundary: at first what is held, then what comes less what is done."""
    held = float(demand.backlog.items.sum()) * demand.backlog.aht_seconds
    change = demand.items * demand.aht_seconds - now.worked_seconds
    open_work = np.concatenate([[held], held + np.cumsum(change)])
    return np.asarray(np.maximum(open_work, 0.0), dtype=np.float64)


def risk_by_day(*, due: FloatArray, late: FloatArray, days: FloatArray, level: float) -> FloatArray:
    """Return the late items beyond what the goal allows over each day, where they are late.

    A plan may let the allowed share run late in one hour of the day; only what a whole day misses
    beyond it is at risk, in proportion to where items are late.
    """
    _, day = np.unique(days, return_inverse=True)
    late_of_day = np.bincount(day, late)
    allowed = (1.0 - level) * np.bincount(day, due)
    beyond = np.maximum(late_of_day - allowed, 0.0)
    rate = np.divide(beyond, late_of_day, out=np.zeros_like(beyond), where=late_of_day > PART)
    return np.asarray(late * rate[day])


def spare_share(chance: DeferredChance, *, people: FloatArray, level: float, give: float) -> float:
    """Return the share of the people, the same in every interval, who could leave.

    The largest, in steps of 1/32, with which the level falls by at most `give` and no more work is
    open at the end than at the start (or than with everybody), but for that share of all work: a
    thinner team always has a little more in hand. None where the goal is missed.
    """
    demand = chance.demand
    now = chance.try_plan(whole_people(people))
    if chance.level(now) < min(level, chance.ceiling_level) - MISS_SLACK:
        return 0.0
    all_work = demand.arriving_seconds + float(_backlog(demand, now)[0])
    most_open = float(np.max(_backlog(demand, now)[[0, -1]])) + give * all_work
    least = now.level - give - PART

    def is_kept(step: int) -> bool:
        found = chance.try_plan(whole_people(people * (1.0 - step / SPARE_STEPS)))
        return found.level >= least and float(_backlog(demand, found)[-1]) <= most_open

    if is_kept(SPARE_STEPS):
        return 1.0
    low, high = 0, SPARE_STEPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_kept(middle) else (low, middle)
    return low / SPARE_STEPS
