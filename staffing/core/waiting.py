"""What customers meet in a queue with impatience: waits, abandonments, who is served in time.

A queue is given by the weight of the states with a free agent against the last of them (`log_free`,
ln(1 / B(n - 1, A)) for Erlang A) and by its behaviour once full: per mean patience it serves
`capacity` contacts and gets `load`. Voice and chat differ in `log_free` only.
"""

from dataclasses import dataclass

import numpy as np

from staffing.core.kernels import (
    EXACT,
    LEAST_SHAPE,
    FloatArray,
    Quadrature,
    log_share,
    wait_integrals,
)


@dataclass(frozen=True)
class ImpatientQueue:
    """Arrays that describe one queue per interval; all have the same shape.

    Attributes:
        log_free: ln of the weight of the states with a free agent.
        capacity: Contacts served per mean patience when nobody is free, > 0.
        load: Contacts offered per mean patience, > 0.
        spare: capacity - load, computed without rounding the difference away.
        patience_seconds: Mean patience.

    """

    log_free: FloatArray
    capacity: FloatArray
    load: FloatArray
    spare: FloatArray
    patience_seconds: FloatArray


@dataclass(frozen=True)
class Waiting:
    """Shares of the offered contacts and their waits.

    Attributes:
        wait_rate: Share that finds nobody free.
        abandoned_rate: Share that leaves before an answer.
        served_rate: Share that is answered.
        mean_wait_seconds: Mean wait of all offered contacts.
        asa_seconds: Mean wait of the answered.
        log_density: ln of the density of waits at the integrals' scale (for what follows).
        log_scale: The integrals' scale.

    """

    wait_rate: FloatArray
    abandoned_rate: FloatArray
    served_rate: FloatArray
    mean_wait_seconds: FloatArray
    asa_seconds: FloatArray
    log_density: FloatArray
    log_scale: FloatArray


def waiting(queue: ImpatientQueue, rule: Quadrature = EXACT) -> Waiting:
    """Return shares and waits of each interval's queue."""
    part = wait_integrals(capacity=queue.capacity, spare=queue.spare, load=queue.load, rule=rule)
    gap = np.log(queue.load * part.waits) + part.log_scale - queue.log_free
    log_wait = log_share(gap)
    wait_rate, free_rate = np.exp(log_wait), np.exp(log_share(-gap))
    abandoned = wait_rate * (part.abandons / part.waits)
    served = free_rate + wait_rate * (part.serves / part.waits)
    served_wait = wait_rate * (part.served_waits / part.waits) * queue.patience_seconds
    return Waiting(
        wait_rate=wait_rate,
        abandoned_rate=abandoned,
        served_rate=served,
        mean_wait_seconds=abandoned * queue.patience_seconds,
        asa_seconds=served_wait / served,
        log_density=log_wait - np.log(part.waits),
        log_scale=part.log_scale,
    )


@dataclass(frozen=True)
class AfterThreshold:
    """Shares of the offered contacts whose wait goes on beyond a threshold.

    Attributes:
        virtual_rate: A customer of infinite patience would still wait.
        served_rate: Answered after the threshold.
        abandoned_rate: Gave up after the threshold.

    """

    virtual_rate: FloatArray
    served_rate: FloatArray
    abandoned_rate: FloatArray


def after_threshold(
    queue: ImpatientQueue,
    state: Waiting,
    threshold_seconds: FloatArray,
    rule: Quadrature = EXACT,
) -> AfterThreshold:
    """Return who still waits: the same integrals, begun at the threshold."""
    endless = np.isinf(threshold_seconds)
    passed = np.where(endless, 0.0, threshold_seconds) / queue.patience_seconds
    gone, left = -np.expm1(-passed), np.exp(-passed)
    rest = wait_integrals(
        capacity=queue.capacity,
        spare=queue.spare + queue.load * gone,
        load=queue.load * left,
        rule=rule,
    )
    fall = _fall_from_peak(queue, passed)
    raw = queue.load * gone - queue.capacity * passed + rest.log_scale - state.log_scale
    fall = np.where(queue.capacity < LEAST_SHAPE, raw, fall)
    density = np.where(endless, 0.0, np.exp(state.log_density + fall))
    return AfterThreshold(
        virtual_rate=density * rest.waits,
        served_rate=density * left * rest.serves,
        abandoned_rate=density * left * rest.abandons,
    )


def _fall_from_peak(queue: ImpatientQueue, passed: FloatArray) -> FloatArray:
    """Return how far the exponent has fallen from its peak, without subtracting large numbers."""
    shrink = np.minimum(queue.spare, 0.0) / queue.capacity
    z = np.maximum(passed - np.log1p(-shrink), 0.0)
    slope, curvature = np.maximum(queue.spare, 0.0), np.minimum(queue.capacity, queue.load)
    return np.asarray(-slope * z - curvature * (z + np.expm1(-z)))
