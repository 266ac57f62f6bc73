"""Erlang B, C and A evaluated at a given number of agents, whole arrays at once.

B loses who finds nobody free, C lets everybody wait for ever, A (M/M/n+M) lets customers give up
after an exponential patience and so stays stable at any load. Sources: A. Mandelbaum and S. Zeltyn,
"Service engineering in action: the Palm/Erlang-A queue" (2007), doi:10.1007/978-3-540-29860-1_2;
G. Koole, "Call Center Optimization" (2013), for the meaning of the measures.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.input_checks import refuse_agents, refuse_traffic
from staffing.core.kernels import (
    EXACT,
    FloatArray,
    Quadrature,
    log_inverse_blocking,
    log_share,
)
from staffing.core.traffic import Prediction, Thresholds, Traffic
from staffing.core.waiting import (
    AfterThreshold,
    ImpatientQueue,
    Waiting,
    after_threshold,
    waiting,
)

DEFINITIONS: dict[Model, frozenset[ServiceLevel]] = {
    Model.B: frozenset(),
    Model.C: frozenset({ServiceLevel.ANSWERED_OVER_OFFERED}),
    Model.A: frozenset(ServiceLevel),
}


def evaluate(
    *,
    model: Model,
    traffic: Traffic,
    agents: FloatArray,
    thresholds: Thresholds,
    rule: Quadrature = EXACT,
) -> Prediction:
    """Return what `agents` (whole numbers as floats) give in each interval.

    Without load nothing waits: rates and waits are 0 and every service level is 1, whatever the
    threshold. With load and nobody there (allowed for B and A) everybody is lost. Raises
    UnusableInput for numbers that no interval can have.
    """
    refuse_traffic(model, traffic)
    refuse_agents(agents)
    return predict(model=model, traffic=traffic, agents=agents, thresholds=thresholds, rule=rule)


def predict(
    *,
    model: Model,
    traffic: Traffic,
    agents: FloatArray,
    thresholds: Thresholds,
    rule: Quadrature = EXACT,
) -> Prediction:
    """Return what `evaluate` does, for what was checked before: a search asks often."""
    wanted = thresholds.definitions & DEFINITIONS[model]
    thresholds = replace(thresholds, definitions=wanted)
    prediction = Prediction.unknown(agents.size, wanted)
    idle = traffic.erlangs == 0.0
    empty = ~idle & (agents == 0.0)
    busy = partial(_busy, rule=rule)
    for chosen, compute in ((idle, _idle), (empty, _nobody), (~idle & ~empty, busy)):
        rows = np.flatnonzero(chosen)
        if rows.size:
            prediction.put(
                rows, compute(model, traffic.take(rows), agents[rows], thresholds.take(rows))
            )
    return prediction


def _busy(
    model: Model,
    traffic: Traffic,
    agents: FloatArray,
    thresholds: Thresholds,
    *,
    rule: Quadrature,
) -> Prediction:
    log_free = log_inverse_blocking(agents - 1.0, traffic.erlangs, rule)
    if model is Model.B:
        return _erlang_b(traffic, agents, log_free)
    if model is Model.C:
        return erlang_c_prediction(traffic, agents, log_free, thresholds)
    return impatient_prediction(
        erlang_a_queue(traffic, agents, log_free),
        thresholds,
        busy_per_served=traffic.erlangs / agents,
        rule=rule,
    )


def _idle(
    model: Model, traffic: Traffic, _agents: FloatArray, thresholds: Thresholds
) -> Prediction:
    zero = np.zeros(traffic.erlangs.shape)
    waits = zero if model is not Model.B else np.full(zero.shape, np.nan)
    return replace(
        Prediction.unknown(zero.size, frozenset()),
        block_rate=zero if model is Model.B else np.full(zero.shape, np.nan),
        wait_rate=waits,
        abandonment_rate=zero if model is Model.A else np.full(zero.shape, np.nan),
        mean_wait_seconds=waits,
        asa_seconds=waits,
        occupancy_rate=zero,
        service_levels=dict.fromkeys(thresholds.definitions, zero + 1.0),
    )


def _nobody(
    model: Model, traffic: Traffic, _agents: FloatArray, thresholds: Thresholds
) -> Prediction:
    return nobody_there(model, traffic, thresholds)


def nobody_there(model: Model, traffic: Traffic, thresholds: Thresholds) -> Prediction:
    """Nobody is answered: B blocks all, in C all wait for ever, in A all give up."""
    one = np.ones(traffic.erlangs.shape)
    lost = replace(Prediction.unknown(one.size, frozenset()), occupancy_rate=0.0 * one)
    if model is Model.B:
        return replace(lost, block_rate=one)
    level = np.where(np.isnan(thresholds.threshold_seconds), np.nan, 0.0)
    if model is Model.C:
        return replace(
            lost,
            wait_rate=one,
            mean_wait_seconds=np.inf * one,
            asa_seconds=np.inf * one,
            occupancy_rate=one,
            service_levels=dict.fromkeys(thresholds.definitions, level),
        )
    gone = {
        ServiceLevel.ANSWERED_OR_ABANDONED: thresholds.threshold_seconds,
        ServiceLevel.SHORT_ABANDONS_COUNT: thresholds.short_seconds + level,
    }
    return replace(
        lost,
        wait_rate=one,
        abandonment_rate=one,
        mean_wait_seconds=traffic.patience_seconds,
        service_levels={
            key: -np.expm1(-gone[key] / traffic.patience_seconds) if key in gone else level
            for key in thresholds.definitions
        },
    )


def _erlang_b(traffic: Traffic, agents: FloatArray, log_free: FloatArray) -> Prediction:
    """Use B(n) = r / (1 + r), r = A B(n - 1) / n, so that neither B nor 1 - B is a difference."""
    log_ratio = np.log(traffic.erlangs / agents) - log_free
    carried_share = np.exp(log_share(-log_ratio))
    return replace(
        Prediction.unknown(agents.size, frozenset()),
        block_rate=np.exp(log_share(log_ratio)),
        occupancy_rate=traffic.erlangs / agents * carried_share,
    )


def erlang_c_prediction(
    traffic: Traffic, agents: FloatArray, log_free: FloatArray, thresholds: Thresholds
) -> Prediction:
    """Return the figures of M/M/n with load and n >= 1; `log_free` is ln(1 / B(n - 1, A))."""
    stable = agents > traffic.erlangs
    spare = np.where(stable, agents - traffic.erlangs, 1.0)
    log_ratio = np.log(traffic.erlangs / spare) - log_free
    wait_rate = np.where(stable, np.exp(log_share(log_ratio)), 1.0)
    mean_wait = np.where(stable, wait_rate * traffic.aht_seconds / spare, np.inf)
    drained = np.exp(-spare * thresholds.threshold_seconds / traffic.aht_seconds)
    level = np.where(stable, 1.0 - wait_rate * drained, 0.0)  # nobody is answered in any time
    nothing = np.full(agents.shape, np.nan)
    return Prediction(
        block_rate=nothing,
        wait_rate=wait_rate,
        abandonment_rate=nothing,
        mean_wait_seconds=mean_wait,
        asa_seconds=mean_wait,
        occupancy_rate=np.where(stable, traffic.erlangs / agents, 1.0),
        service_levels=dict.fromkeys(thresholds.definitions, level),
    )


def erlang_a_queue(traffic: Traffic, agents: FloatArray, log_free: FloatArray) -> ImpatientQueue:
    """Describe M/M/n+M: n equal agents, whose number and the load are at least 1 and above 0."""
    contacts_per_patience = traffic.patience_seconds / traffic.aht_seconds
    return ImpatientQueue(
        log_free=log_free,
        capacity=agents * contacts_per_patience,
        load=traffic.erlangs * contacts_per_patience,
        spare=(agents - traffic.erlangs) * contacts_per_patience,
        patience_seconds=traffic.patience_seconds,
    )


def impatient_prediction(
    queue: ImpatientQueue,
    thresholds: Thresholds,
    *,
    busy_per_served: FloatArray,
    rule: Quadrature = EXACT,
) -> Prediction:
    """Return the figures of a queue with impatience; occupancy = busy_per_served x served share."""
    state = waiting(queue, rule)
    return Prediction(
        block_rate=np.full(state.wait_rate.shape, np.nan),
        wait_rate=state.wait_rate,
        abandonment_rate=state.abandoned_rate,
        mean_wait_seconds=state.mean_wait_seconds,
        asa_seconds=state.asa_seconds,
        occupancy_rate=np.minimum(busy_per_served * state.served_rate, 1.0),
        service_levels=_levels(queue, state, thresholds, rule),
    )


def _levels(
    queue: ImpatientQueue, state: Waiting, thresholds: Thresholds, rule: Quadrature
) -> dict[ServiceLevel, FloatArray]:
    if not thresholds.definitions:
        return {}
    asked = ~np.isnan(thresholds.threshold_seconds)
    late = after_threshold(queue, state, np.where(asked, thresholds.threshold_seconds, 0.0), rule)
    after_short = late
    if any(key.needs_short_seconds for key in thresholds.definitions):
        after_short = after_threshold(queue, state, thresholds.short_seconds, rule)
    misses = Misses(state=state, late=late, after_short=after_short)
    return {
        key: np.where(asked, 1.0 - np.minimum(misses.of(key), 1.0), np.nan)
        for key in sorted(thresholds.definitions)
    }


@dataclass(frozen=True)
class Misses:
    """Shares that spoil the service level; sums of positive terms, hence exact near 100 %."""

    state: Waiting
    late: AfterThreshold
    after_short: AfterThreshold

    def of(self, key: ServiceLevel) -> FloatArray:
        """Return 1 - service level by that definition."""
        still_waiting = self.late.served_rate + self.late.abandoned_rate
        lost_to_short = self.late.served_rate + self.after_short.abandoned_rate
        in_time = self.state.served_rate - self.late.served_rate
        not_short = self.state.served_rate + self.after_short.abandoned_rate
        by_definition = {
            ServiceLevel.ANSWERED_OVER_OFFERED: self.state.abandoned_rate + self.late.served_rate,
            ServiceLevel.ANSWERED_OR_ABANDONED: still_waiting,
            ServiceLevel.EXCL_ABANDONS_WITHIN: still_waiting / (in_time + still_waiting),
            ServiceLevel.EXCL_SHORT_ABANDONS: lost_to_short / not_short,
            ServiceLevel.ANSWERED_OVER_ANSWERED: self.late.served_rate / self.state.served_rate,
            ServiceLevel.SHORT_ABANDONS_COUNT: lost_to_short,
            ServiceLevel.VIRTUAL: self.late.virtual_rate,
        }
        return by_definition[key]
