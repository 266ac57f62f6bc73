"""Where to begin the search for Erlang A's requirement: the normal limit of the queue, solved.

With n = A + beta sqrt(A) agents both sides of the queue, the free agents and those who wait, become
tails of a normal law, and every figure a ratio of its densities (O. Garnett, A. Mandelbaum and
M. Reiman, "Designing a call center with impatient customers", Manuf. Serv. Oper. Manag. 4 (2002),
doi:10.1287/msom.4.3.208.7753). Mostly that is within one agent of the answer, with small queues too.
Only the speed of the search depends on it.
"""

from dataclasses import dataclass

import numpy as np

from staffing.core.erlang import Misses
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Prediction, Thresholds, Traffic
from staffing.core.waiting import AfterThreshold, Waiting

TURNS = 4
STEEPEST = 650.0  # exponents beyond it overflow; the limit says nothing there
LEAST_SERVED = 1e-12
SHIFT = 1.0 / 3.0  # of the normal law's place for sums of whole contacts
SKEW = 1.0 / 6.0
MOST_SKEWED = 3.0


def square_root_guess(traffic: Traffic, goals: Goals) -> FloatArray:
    """Return roughly the fewest agents that meet the goals; all loads are above 0.

    The margin is a convex function of the agents, nearly, so secants close in on its zero.
    """
    with np.errstate(all="ignore"):
        found = np.ceil(_zero_of_margin(traffic, goals))
    return np.where(np.isfinite(found), found, np.ceil(traffic.erlangs))


def _zero_of_margin(traffic: Traffic, goals: Goals) -> FloatArray:
    thresholds = goals.thresholds()
    root, least = np.sqrt(traffic.erlangs), 0.01 * traffic.erlangs
    older = traffic.erlangs
    older_margin = goals.margin(_normal_limit(traffic, older, thresholds))
    newer = np.maximum(older - np.copysign(root, older_margin), least)
    for _ in range(TURNS):
        margin = goals.margin(_normal_limit(traffic, newer, thresholds))
        slope = (margin - older_margin) / (newer - older)
        slope = np.where(slope > 0.0, slope, 1.0 / root)
        reach = np.maximum(3.0 * root, newer / 3.0)
        older, older_margin = newer, margin
        newer = np.maximum(newer + np.clip(-margin / slope, -reach, reach), least)
    return newer


@dataclass(frozen=True)
class _Limit:
    """A queue in the normal limit: its rates per mean patience, as in ImpatientQueue."""

    capacity: FloatArray
    load: FloatArray
    spare: FloatArray
    patience_seconds: FloatArray
    log_waits: FloatArray
    wait_rate: FloatArray

    def after(self, threshold_seconds: FloatArray) -> AfterThreshold:
        """Return who still waits after the threshold."""
        passed = np.minimum(threshold_seconds / self.patience_seconds, STEEPEST)
        left, gone = np.exp(-passed), -np.expm1(-passed)
        spare, load = self.spare + self.load * gone, self.load * left
        fall = self.load * gone - self.capacity * passed - self.log_waits
        virtual = self.wait_rate * _bounded_exp(fall + _log_waits(spare, load))
        served = self.wait_rate * _bounded_exp(fall - passed + _log_waits(spare + 1.0, load))
        return AfterThreshold(
            virtual_rate=virtual,
            served_rate=served,
            abandoned_rate=np.maximum(virtual * left - served, 0.0),
        )


def _normal_limit(traffic: Traffic, agents: FloatArray, thresholds: Thresholds) -> Prediction:
    """Return what so many agents (any number above 0) give, roughly."""
    scale = traffic.patience_seconds / traffic.aht_seconds
    load, spare = traffic.erlangs * scale, (agents - traffic.erlangs) * scale
    log_free = _log_tail(traffic.erlangs - agents, traffic.erlangs, side=1.0) + 0.5 * np.log(
        traffic.erlangs
    )
    log_waits = _log_waits(spare, load)
    odds = np.exp(np.clip(np.log(load) + log_waits - log_free, -STEEPEST, STEEPEST))
    wait_rate = odds / (1.0 + odds)
    # By parts: capacity x waits - load x serves = 1, so abandons = (1 - spare x waits) / load.
    abandoned = wait_rate * np.maximum(np.exp(-log_waits) - spare, 0.0) / load
    served = np.maximum(1.0 - abandoned, LEAST_SERVED)
    mean_wait = abandoned * traffic.patience_seconds
    limit = _Limit(agents * scale, load, spare, traffic.patience_seconds, log_waits, wait_rate)
    state = Waiting(wait_rate, abandoned, served, mean_wait, mean_wait, log_waits, 0.0 * load)
    levels = {}
    if thresholds.definitions:
        late = after_short = limit.after(thresholds.threshold_seconds)
        if any(key.needs_short_seconds for key in thresholds.definitions):
            after_short = limit.after(thresholds.short_seconds)
        misses = Misses(state=state, late=late, after_short=after_short)
        levels = {key: 1.0 - misses.of(key) for key in thresholds.definitions}
    return Prediction(
        block_rate=np.full(load.shape, np.nan),
        wait_rate=wait_rate,
        abandonment_rate=abandoned,
        mean_wait_seconds=mean_wait,
        asa_seconds=mean_wait,
        occupancy_rate=traffic.erlangs / agents * served,
        service_levels=levels,
    )


def _log_waits(spare: FloatArray, load: FloatArray) -> FloatArray:
    """Return ln of the integral of exp(-spare x - load x^2 / 2) from 0 on, skewed as it should be."""
    return np.asarray(_log_tail(spare, load, side=-1.0) - 0.5 * np.log(load))


def _log_tail(gap: FloatArray, variance: FloatArray, *, side: float) -> FloatArray:
    root = np.sqrt(variance)
    x = gap / root
    skewed = np.clip(-x, 0.0, MOST_SKEWED)
    return _log_mills(x + side * (SHIFT + SKEW * skewed * skewed) / root)


def _log_mills(x: FloatArray) -> FloatArray:
    """Return ln of the normal law's tail beyond x over its density at x, within 0.3 %.

    A. V. Boyd, "Inequalities for Mills' ratio", Rep. Stat. Appl. Res. JUSE 6 (1959).
    """
    away = np.abs(x)
    tail = np.pi / ((np.pi - 1.0) * away + np.sqrt(away * away + 2.0 * np.pi))
    half_square = np.minimum(away * away / 2.0, STEEPEST)
    rest = np.log(np.sqrt(2.0 * np.pi) - tail * np.exp(-half_square))
    return np.where(x >= 0.0, np.log(tail), half_square + rest)


def _bounded_exp(exponent: FloatArray) -> FloatArray:
    return np.asarray(np.exp(np.clip(exponent, -STEEPEST, 0.0)))
