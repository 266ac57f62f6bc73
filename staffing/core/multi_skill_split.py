"""A first split of pooled agents over groups: a flow from queues to the people who can do them.

Each queue is given its load and its part of the spare agents, in proportion to the square root of its
load (Wallace and Whitt 2005, section 4; the square-root rule of, among others, G. Koole, "Call center
optimization", 2013, chapter 7). Least deviation from the groups' shares within their caps is then a
linear program per interval.
"""

import numpy as np
from scipy.optimize import linprog

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import MultiSkillDay

OVER_CAP_COST = 100.0
"""A head more than the group has costs so many heads of deviation."""


def first_split(day: MultiSkillDay, pooled: FloatArray) -> IntArray:
    """Return group x interval: the pooled agents as whole heads, caps kept where they can be."""
    needs = queue_parts(day, pooled)
    heads = np.zeros((len(day.groups), pooled.size), dtype=np.int64)
    for interval in range(pooled.size):
        if needs[:, interval].any():
            flow = _flow(day, needs[:, interval])
            heads[:, interval] = _whole(flow, int(np.ceil(pooled[interval])), day.caps)
    return with_least(day, heads)


def queue_parts(day: MultiSkillDay, pooled: FloatArray) -> FloatArray:
    """Return queue x interval: each queue's load and its part of the spare agents."""
    loads = day.erlangs
    roots = np.sqrt(loads)
    total = roots.sum(axis=0)
    part = np.divide(roots, total, out=np.zeros(roots.shape), where=total > 0.0)
    parts = np.maximum(loads + (pooled - loads.sum(axis=0)) * part, 0.0)
    # Where nothing is offered at all the people asked for are there in any case.
    least = np.array([queue.min_agents for queue in day.queues])
    asked = least.sum(axis=0)
    idle = least * np.divide(pooled, asked, out=np.zeros(asked.shape), where=asked > 0.0)
    return np.asarray(np.where(total > 0.0, parts, idle))


def heads_by_queue(day: MultiSkillDay, heads: IntArray) -> IntArray:
    """Return queue x interval: whole heads that add up to those there, by what each group does.

    Who can do several queues is shared out by their needs, so that nobody is counted twice.
    """
    needs = queue_parts(day, heads.sum(axis=0).astype(np.float64))
    can = (day.can >= 0).astype(np.float64)
    wanted = can[:, :, np.newaxis] * np.maximum(needs, 1e-9)
    part = wanted / np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
    shares = (part * heads[:, np.newaxis, :]).sum(axis=0)
    free = np.full(shares.shape[0], np.inf)
    columns = [
        _whole(shares[:, interval], int(heads[:, interval].sum()), free)
        for interval in range(heads.shape[1])
    ]
    return np.array(columns, dtype=np.int64).T


def with_least(day: MultiSkillDay, heads: IntArray) -> IntArray:
    """Return heads with enough people for each queue's minimum, one where anything is offered."""
    heads, can = heads.copy(), day.can >= 0
    for number, queue in enumerate(day.queues):
        least = np.maximum(queue.min_agents, queue.erlangs > 0.0)
        lacking = np.ceil(least - heads[can[:, number]].sum(axis=0)).astype(np.int64)
        for interval in np.flatnonzero(lacking > 0):
            room = day.caps - heads[:, interval]
            best = np.lexsort((-can.sum(axis=1), room <= 0, ~can[:, number]))[0]
            heads[best, interval] += lacking[interval]
    return heads


def _shares(day: MultiSkillDay, needs: FloatArray) -> FloatArray:
    """Return each group's part: queues share out their need by the groups' people, or evenly."""
    weights = np.where(np.isfinite(day.caps), day.caps, np.nan)
    typical = np.nanmean(weights) if np.isfinite(weights).any() else 1.0
    weights = np.nan_to_num(weights, nan=max(float(typical), 1.0))
    by_queue = (day.can >= 0) * np.maximum(weights, 1e-6)[:, np.newaxis]
    return np.asarray(by_queue / np.maximum(by_queue.sum(axis=0), 1e-12) @ needs)


def _flow(day: MultiSkillDay, needs: FloatArray) -> FloatArray:
    """Return heads per group, not whole: variables are edges, deviations and heads over the cap."""
    groups, queues = np.nonzero(day.can >= 0)
    edges, count = groups.size, len(day.groups)
    rows = np.arange(edges)
    serves = np.zeros((needs.size, edges + 2 * count))
    serves[queues, rows] = 1.0
    load = np.zeros((count, edges))
    load[groups, rows] = 1.0
    nothing, one = np.zeros((count, count)), np.eye(count)
    reachable = serves.any(axis=1)
    shares = _shares(day, needs)
    limited = np.isfinite(day.caps)
    found = linprog(
        np.concatenate([np.zeros(edges), np.ones(count), np.full(count, OVER_CAP_COST)]),
        A_ub=np.vstack(
            [
                np.hstack([load, -one, nothing]),
                np.hstack([-load, -one, nothing]),
                np.hstack([load, nothing, -one])[limited],
            ]
        ),
        b_ub=np.concatenate([shares, -shares, day.caps[limited]]),
        A_eq=serves[reachable],
        b_eq=needs[reachable],
    )
    if found.x is None:  # heads and deviations are free: only numbers that are none can do this
        msg = f"Expected agents needed that can be shared out, got {needs.tolist()}."
        raise ValueError(msg)
    return np.asarray(load @ found.x[:edges])


def _whole(flow: FloatArray, total: int, caps: FloatArray) -> IntArray:
    """Round to whole heads that sum to the total, largest remainders first, caps kept if possible."""
    heads = np.floor(flow + 1e-9).astype(np.int64)
    order = np.lexsort((-(flow - heads), heads + 1 > caps))
    missing = max(total - int(heads.sum()), 0)
    for number in range(missing):
        heads[order[number % order.size]] += 1
    return heads
