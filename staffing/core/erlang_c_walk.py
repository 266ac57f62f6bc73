"""Erlang C's requirement by a short walk: one integral, then its recursion a few agents up or down.

A guess from the square-root staffing rule (S. Halfin and W. Whitt, "Heavy-traffic limits for queues
with many exponential servers", 1981, doi:10.1287/opre.29.3.567) is nearly always within a few
agents; from there 1 / B(n) = 1 + n / (A B(n - 1)) costs next to nothing per step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.erlang import erlang_c_prediction
from staffing.core.goals import UNSURE_MARGIN, Goals
from staffing.core.kernels import QUICK, FloatArray, RowIndex, log_inverse_blocking
from staffing.core.traffic import Traffic

MOST_STEPS = 12
HALFIN_WHITT_SLOPE = 1.2533  # -ln P(wait) = 1.2533 beta + 0.28 beta^2, within 5 % up to beta = 3
HALFIN_WHITT_CURVE = 0.28


@dataclass
class _Walk:
    """Where each interval stands: n agents and ln(1 / B(n - 1, A)), whether that meets the goals.

    The integral is a quick one; `unsure` are the rows where it does not tell whether they are met.
    """

    traffic: Traffic
    goals: Goals
    agents: FloatArray
    log_free: FloatArray
    unsure: NDArray[np.bool_]

    def met(
        self, rows: RowIndex | slice, agents: FloatArray, log_free: FloatArray
    ) -> NDArray[np.bool_]:
        goals = self.goals.take(rows)
        prediction = erlang_c_prediction(
            self.traffic.take(rows), agents, log_free, goals.thresholds()
        )
        margin = goals.margin(prediction)
        self.unsure[rows] |= np.abs(margin) < UNSURE_MARGIN
        return np.asarray(margin >= 0.0)

    def climb(self, rows: RowIndex) -> RowIndex:
        """Add agents until the goals hold; return the rows that are not there yet."""
        for _ in range(MOST_STEPS):
            if not rows.size:
                break
            ratio = np.log(self.agents[rows] / self.traffic.erlangs[rows])
            self.log_free[rows] = np.logaddexp(0.0, ratio + self.log_free[rows])
            self.agents[rows] += 1.0
            rows = rows[~self.met(rows, self.agents[rows], self.log_free[rows])]
        return rows

    def descend(self, rows: RowIndex, floor: FloatArray) -> RowIndex:
        """Take agents away while the goals hold; return the rows that are not there yet."""
        for _ in range(MOST_STEPS):
            rows = rows[self.agents[rows] > floor[rows]]
            if not rows.size:
                break
            fewer = self.agents[rows] - 1.0
            log_free = self.log_free[rows]
            ratio = np.log(self.traffic.erlangs[rows] / fewer)
            log_free = log_free + np.log(-np.expm1(-log_free)) + ratio
            still = self.met(rows, fewer, log_free)
            rows = rows[still]
            self.agents[rows], self.log_free[rows] = fewer[still], log_free[still]
        return rows


def walk_to_requirement(
    traffic: Traffic, goals: Goals, *, floor: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the smallest n that meets every goal, and where the walk has found it for sure.

    Only rows whose goals need more agents than load (a service level, a speed of answer) are
    walked; all loads are above 0 and every floor is at least 1.
    """
    waits_matter = ~(np.isnan(goals.level) & np.isnan(goals.max_asa_seconds))
    stable = np.maximum(floor, np.floor(traffic.erlangs) + 1.0)
    agents = np.maximum(stable, _square_root_rule(traffic, goals))
    log_free = log_inverse_blocking(agents - 1.0, traffic.erlangs, QUICK)
    walk = _Walk(traffic, goals, agents, log_free, unsure=~waits_matter)
    met = walk.met(slice(None), agents, log_free)
    above, below = np.flatnonzero(waits_matter & met), np.flatnonzero(waits_matter & ~met)
    for unsettled in (walk.climb(below), walk.descend(above, stable)):
        walk.unsure[unsettled] = True
    return walk.agents, ~walk.unsure


def _square_root_rule(traffic: Traffic, goals: Goals) -> FloatArray:
    """Return load + beta sqrt(load) with the beta that the service level asks for."""
    root = np.sqrt(traffic.erlangs)
    level = np.where(np.isnan(goals.level), 0.5, np.minimum(goals.level, 1.0 - 1e-12))
    threshold = np.where(np.isfinite(goals.threshold_seconds), goals.threshold_seconds, 0.0)
    drain = np.where(threshold > 0.0, root * threshold / traffic.aht_seconds, 0.0)
    slope, target = HALFIN_WHITT_SLOPE + drain, -np.log1p(-level)
    beta = 2.0 * target / (slope + np.sqrt(slope**2 + 4.0 * HALFIN_WHITT_CURVE * target))
    guess = np.ceil(traffic.erlangs + beta * root)
    cap = np.where(np.isnan(goals.max_occupancy_rate), 1.0, goals.max_occupancy_rate)
    return np.asarray(np.maximum(guess, np.ceil(traffic.erlangs / np.maximum(cap, 1e-6))))
