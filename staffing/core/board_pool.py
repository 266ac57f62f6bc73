"""What the people who are scheduled give in a pool: its live queues together, and time for the rest.

Everybody serves every queue. Items of deferred work are begun as the plan has it: while more people
are idle than the plan's reserve, or until a contact comes where they may be interrupted.

Who waits where nobody is scheduled waits on, as long as contacts come: those who come back to work
meet them. Without patience the chain follows no more of them than its window holds (see
`blending_chain`), so that after hours without anybody the rest of the day looks better than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.blending_chain import Crowd, lived, nobody
from staffing.core.blending_path import PoolTraffic, opening_crowd, seen
from staffing.core.board_figures import MISS_SLACK, PART
from staffing.core.board_fill import fill_idle_time
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.pooling import RATIOS
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transfer import Transfer
from staffing.core.transient import DEFINITION_CODES
from staffing.core.transient_path import level_of
from staffing.core.transient_search import DEFINITION, LEVEL

BASE = DEFINITION_CODES[ServiceLevel.ANSWERED_OVER_OFFERED]
RATIO_CODES = frozenset(DEFINITION_CODES[key] for key in RATIOS)


@dataclass(frozen=True)
class PoolPeople:
    """Who is there, and how the pool works.

    Attributes:
        people: On position in each interval, parts of a person allowed.
        reserve_agents: Idle people kept for contacts by the plan.
        does_items: Where deferred work may be done.
        is_interruptible: Whether a contact takes the agent off an item.
        rule: Occupancy cap, and by how much a level may fall.

    """

    people: FloatArray
    reserve_agents: FloatArray
    does_items: NDArray[np.bool_]
    is_interruptible: bool
    rule: Transfer


@dataclass(frozen=True)
class PoolOutlook:
    """What is expected of a pool.

    Attributes:
        counted: Interval x live queue: contacts that the level counts.
        in_time: Of these, those in time.
        at_risk: Too late beyond the share that the goal allows.
        for_items: Mean people that deferred work has, up to the cap.
        idle: Mean people that other work could have where no deferred work is done.
        misses: Whether a live queue misses its goal; then nobody can be spared.

    """

    counted: FloatArray
    in_time: FloatArray
    at_risk: FloatArray
    for_items: FloatArray
    idle: FloatArray
    misses: NDArray[np.bool_]


@dataclass(frozen=True)
class _Walked:
    """A day with whole people: interval x live queue, and by interval."""

    in_time: FloatArray
    counted: FloatArray
    busy: FloatArray
    items: FloatArray


def pool_outlook(traffic: PoolTraffic, there: PoolPeople) -> PoolOutlook:
    """Return what so many people give; parts of a person are mixed as in `live_outlook`."""
    few = np.floor(there.people + PART)
    part = np.maximum(there.people - few, 0.0)
    low = _walked(traffic, few.astype(np.int64), there)
    in_time, counted, busy, items = low.in_time, low.counted, low.busy, low.items
    if part.max(initial=0.0) > PART:
        high = _walked(traffic, (few + (part > PART)).astype(np.int64), there)
        in_time = in_time + part[:, None] * (high.in_time - in_time)
        counted = counted + part[:, None] * (high.counted - counted)
        busy = busy + part * (high.busy - busy)
        items = items + part * (high.items - items)
    level = np.nan_to_num(traffic.goals[:, :, LEVEL])
    room = np.maximum(there.rule.occupancy_cap * there.people - busy, 0.0)
    misses = np.asarray((in_time < (level - MISS_SLACK) * counted).any(axis=1))
    idle = room if there.is_interruptible else np.minimum(_spare(traffic, few, there), room)
    return PoolOutlook(
        counted=counted,
        in_time=in_time,
        at_risk=np.maximum(level * counted - in_time, 0.0),
        for_items=np.where(there.does_items, np.minimum(items, room), 0.0),
        idle=np.where(misses, 0.0, idle),
        misses=misses,
    )


def _walked(traffic: PoolTraffic, agents: IntArray, there: PoolPeople) -> _Walked:
    """Live through the day, items in hand while more than the reserve are idle."""
    reserve_agents = np.ceil(there.reserve_agents - PART).astype(np.int64)
    floor = np.where(there.does_items, np.maximum(agents - reserve_agents, 0), 0)
    if there.is_interruptible:
        floor = np.zeros_like(floor)
    shape = traffic.arrival_rate.shape
    counted = traffic.arrival_rate * traffic.interval_seconds
    in_time, counted = np.zeros(shape), counted.copy()
    busy, items = np.zeros(shape[0]), np.zeros(shape[0])
    crowd = opening_crowd(traffic, int(agents[0]) if agents.size else 0)
    for index in range(shape[0]):
        if agents[index] <= 0:
            crowd = _unserved(traffic, index, crowd)
            continue
        part = seen(traffic, index, crowd, int(agents[index]), int(floor[index]))
        crowd = part.end
        busy[index], items[index] = part.live_busy, part.items
        live = np.flatnonzero(traffic.arrival_rate[index] > 0.0)
        for place, queue in enumerate(live.tolist()):
            code = int(traffic.goals[index, queue, DEFINITION])
            good, all_of_them = _counts(part.figures[place], code, float(counted[index, queue]))
            in_time[index, queue], counted[index, queue] = good, all_of_them
    if there.is_interruptible:
        items = np.maximum(there.rule.occupancy_cap * agents - busy, 0.0)
    return _Walked(in_time, counted, busy, items)


def _unserved(traffic: PoolTraffic, index: int, crowd: Crowd) -> Crowd:
    """Return who waits after an interval without anybody there; none where nothing is open."""
    if not (traffic.arrival_rate[index] > 0.0).any():
        return nobody()
    return lived(crowd, traffic.blend(index, 0, 0), traffic.interval_seconds)[0]


def _counts(figures: FloatArray, code: int, offered: float) -> tuple[float, float]:
    """Return the numerator and denominator of the level; see `pooling.level_counts`."""
    level = level_of(figures, code)
    if code not in RATIO_CODES:
        return offered * level, offered
    in_time = offered * level_of(figures, BASE)
    return in_time, in_time / level if level > 0.0 else offered


def _spare(traffic: PoolTraffic, agents: FloatArray, there: PoolPeople) -> FloatArray:
    """Return the people whom other work can have besides contacts that it must not interrupt.

    All live queues as one, first come first served, with the shortest threshold. No queue loses more
    than is given up if all together lose no more than that times the smallest queue's share.
    """
    rates, load = traffic.arrival_rate, traffic.arrival_rate * traffic.aht_seconds
    total = rates.sum(axis=1)
    ones = np.ones_like(total)
    share = np.divide(rates, total[:, None], out=np.zeros_like(rates), where=total[:, None] > 0.0)
    smallest = float(np.min(share, where=share > 0.0, initial=1.0))
    leave = np.nan_to_num(1.0 / traffic.patience_seconds)
    leaving = np.divide(
        (rates * leave).sum(axis=1), total, out=np.zeros_like(total), where=total > 0
    )
    patience = np.divide(1.0, leaving, out=np.full_like(total, np.nan), where=leaving > 0.0)
    threshold = np.where(rates > 0.0, traffic.thresholds[:, :, 0], np.inf).min(axis=1)
    is_patient = np.isnan(patience[total > 0.0]).any()
    return fill_idle_time(
        model=Model.C if is_patient else Model.A,
        traffic=Traffic(
            load.sum(axis=1),
            np.divide(load.sum(axis=1), total, out=ones.copy(), where=total > 0.0),
            patience,
        ),
        agents=agents,
        thresholds=Thresholds(
            np.where(np.isfinite(threshold), threshold, 0.0),
            np.full_like(total, np.nan),
            frozenset({ServiceLevel.ANSWERED_OVER_OFFERED}),
        ),
        give=there.rule.give * smallest,
    ).people
