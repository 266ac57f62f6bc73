"""Idle time of live queues that other work can fill without being felt.

People who wait for contacts begin other work only while more than a reserve of them is free; a
contact that comes finds the reserve. With as much other work as they can take, the people busy
never fall below all but the reserve, so that their number is the birth-death chain of Erlang C or A
cut off there: its figures are those of the full chain with a shorter sum of free states. One item
is taken to last as long as one contact.

S. Bhulai and G. Koole, "A queueing model for call blending in call centers", IEEE Trans. Autom.
Control 48 (2003), doi:10.1109/TAC.2003.815038, for the policy and its optimality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import erlang_a_queue, erlang_c_prediction, impatient_prediction
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.traffic import Prediction, Thresholds, Traffic

SLACK = 1e-12
MOST_STATES = 500_000
"""Of free people over the intervals that are filled at once: some 4 MB an array."""


@dataclass(frozen=True)
class Fill:
    """Other work in the idle time of each interval.

    Attributes:
        reserve: Free people kept for contacts.
        people: Mean number of people at other work, without a cap of their occupancy.
        service_level: What is left of the level.

    """

    reserve: IntArray
    people: FloatArray
    service_level: FloatArray


def fill_idle_time(
    *,
    model: Model,
    traffic: Traffic,
    agents: FloatArray,
    thresholds: Thresholds,
    give: float,
) -> Fill:
    """Return the most other work with which the level falls by at most `give`.

    Args:
        model: Erlang A or C.
        traffic: Of each interval; without load everybody is free for other work.
        agents: Whole people on position.
        thresholds: With the one definition of the level.
        give: By how much the level may fall; the smallest reserve that keeps this is taken.

    """
    (definition,) = thresholds.definitions
    filled = Fill(np.zeros(agents.size, dtype=np.int64), agents.copy(), np.ones(agents.size))
    rows = np.flatnonzero((traffic.erlangs > 0.0) & (agents >= 1.0))
    # The sums of an interval are as long as its people are many: some intervals at a time.
    rows = rows[np.argsort(agents[rows], kind="stable")]
    while rows.size:
        part, rows = _first_part(rows, agents)
        chain = _Chain.of(model, traffic.take(part), agents[part], thresholds.take(part))
        reserve = chain.least_reserve(definition, give)
        filled.reserve[part] = reserve
        filled.people[part] = chain.people_at_other_work(reserve)
        filled.service_level[part] = chain.level(definition, reserve)
    return filled


def _first_part(
    rows: NDArray[np.intp], agents: FloatArray
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first rows whose sums, all as long as the longest, stay small; and the rest."""
    states = agents[rows] * np.arange(1, rows.size + 1)
    count = max(int(np.searchsorted(states, MOST_STATES, side="right")), 1)
    return rows[:count], rows[count:]


@dataclass(frozen=True)
class _Chain:
    """Intervals with load, and the sums of their free states."""

    model: Model
    traffic: Traffic
    agents: FloatArray
    thresholds: Thresholds
    log_states: FloatArray
    """Of row i and k: ln of the weight of k free people, one free person having weight 1."""
    log_free: FloatArray
    """Of row i and r: ln of the summed weights of 1 to r free people; -inf for none."""

    @classmethod
    def of(
        cls, model: Model, traffic: Traffic, agents: FloatArray, thresholds: Thresholds
    ) -> _Chain:
        # With k free, n - k are busy: the weight falls from k to k + 1 by (n - k) / erlangs.
        most = int(agents.max())
        busy = agents[:, None] - np.arange(1.0, most)[None, :]
        # Beyond nobody busy there are no states.
        with np.errstate(divide="ignore"):
            steps = np.log(np.maximum(busy, 0.0) / traffic.erlangs[:, None])
        log_states = np.concatenate([np.zeros((agents.size, 1)), np.cumsum(steps, axis=1)], axis=1)
        log_free = np.logaddexp.accumulate(log_states, axis=1)
        nothing = np.full((agents.size, 1), -np.inf)
        return cls(
            model,
            traffic,
            agents,
            thresholds,
            np.concatenate([nothing, log_states], axis=1),
            np.concatenate([nothing, log_free], axis=1),
        )

    def least_reserve(self, definition: ServiceLevel, give: float) -> IntArray:
        """Return the smallest reserve that keeps the level within `give` of that with no other work."""
        high = self.agents.astype(np.int64)
        least = self.level(definition, high) - give - SLACK
        low = np.full(high.shape, -1)
        while (high - low > 1).any():
            middle = (low + high) // 2
            kept = self.level(definition, np.maximum(middle, 0)) >= least
            moves = high - low > 1
            high = np.where(moves & kept, middle, high)
            low = np.where(moves & ~kept, middle, low)
        return high

    def level(self, definition: ServiceLevel, reserve: IntArray) -> FloatArray:
        return self._prediction(reserve).service_levels[definition]

    def people_at_other_work(self, reserve: IntArray) -> FloatArray:
        """Return the people busy less those who are busy with contacts."""
        found = self._prediction(reserve)
        waits = np.where(reserve > 0, found.wait_rate, 1.0)
        free = self._mean_free(reserve) * (1.0 - waits)
        return np.asarray(np.maximum(self.agents * (1.0 - found.occupancy_rate) - free, 0.0))

    def _prediction(self, reserve: IntArray) -> Prediction:
        log_free = np.take_along_axis(self.log_free, reserve[:, None], axis=1)[:, 0]
        if self.model is Model.C:
            return erlang_c_prediction(self.traffic, self.agents, log_free, self.thresholds)
        return impatient_prediction(
            erlang_a_queue(self.traffic, self.agents, log_free),
            self.thresholds,
            busy_per_served=self.traffic.erlangs / self.agents,
        )

    def _mean_free(self, reserve: IntArray) -> FloatArray:
        """Return the mean number of free people, given that one is free."""
        counts = np.arange(self.log_states.shape[1])
        inside = counts[None, :] <= reserve[:, None]
        top = np.take_along_axis(self.log_free, reserve[:, None], axis=1)
        share = np.exp(
            np.where(
                inside & np.isfinite(top),
                self.log_states - np.where(np.isfinite(top), top, 0.0),
                -np.inf,
            )
        )
        return np.asarray(share @ counts.astype(np.float64))
