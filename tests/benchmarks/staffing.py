"""Speed of the staffing core: `python -m tests.benchmarks.staffing [intervals]`.

Beside it, in the same run, a plain scalar loop (Erlang's recursion, one agent after the other) and,
where it can be imported, pyworkforce's public API, which is no dependency of this project:
`pip install --target DIR --no-deps pyworkforce joblib cloudpickle loky`, `PYTHONPATH=DIR`.
"""

from __future__ import annotations

import importlib.util
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from staffing.core.deferred_plan import DeferredGoal, plan_deferred
from staffing.core.definitions import Model
from staffing.core.due_times import OpeningBacklog, deferred_work, due_boundaries
from staffing.core.goals import Goals
from staffing.core.requirement import required_agents
from staffing.core.traffic import Traffic

LEVEL, THRESHOLD_SECONDS, AHT_SECONDS, PATIENCE_SECONDS = 0.8, 20.0, 240.0, 60.0
PEER_INTERVALS = 300


@dataclass(frozen=True)
class Figure:
    """How many intervals a second, in CPU time of one core."""

    name: str
    intervals: int
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.intervals / self.cpu_seconds

    def __str__(self) -> str:
        return f"{self.name:<44}{self.intervals:>9,}{self.cpu_seconds:>10.3f} s{self.per_second:>14,.0f} /s"


def measure(name: str, intervals: int, work: Callable[[], Any]) -> tuple[Figure, Any]:
    start = time.process_time()
    result = work()
    return Figure(name, intervals, time.process_time() - start), result


def loads(intervals: int) -> np.ndarray:
    """From 5 to 300 erlang, the same in every run."""
    return np.random.default_rng(1).uniform(5, 300, intervals)


def ours(model: Model, erlangs: np.ndarray) -> np.ndarray:
    patience = PATIENCE_SECONDS if model is Model.A else math.nan
    traffic = Traffic(
        erlangs, np.full(erlangs.shape, AHT_SECONDS), np.full(erlangs.shape, patience)
    )
    goals = Goals.same(erlangs.size, level=LEVEL, threshold_seconds=THRESHOLD_SECONDS)
    return required_agents(model=model, traffic=traffic, goals=goals)


def scalar_erlang_c(erlangs: float) -> int:
    """Return the agents of one interval: the recursion of 1 / B, one agent after the other."""
    inverse, agents = 1.0, 0
    while True:
        agents += 1
        inverse = 1.0 + inverse * agents / erlangs
        if agents > erlangs:
            busy = 1.0 / inverse
            waits = agents * busy / (agents - erlangs * (1.0 - busy))
            drained = math.exp(-(agents - erlangs) * THRESHOLD_SECONDS / AHT_SECONDS)
            if 1.0 - waits * drained >= LEVEL:
                return agents


def pyworkforce_erlang_c(erlangs: float) -> int:
    from pyworkforce.queuing import ErlangC  # noqa: PLC0415 - only where it is installed

    asked = ErlangC(
        transactions=erlangs * 30 / (AHT_SECONDS / 60),
        aht=AHT_SECONDS / 60,
        asa=THRESHOLD_SECONDS / 60,
        interval=30,
    )
    return int(asked.required_positions(service_level=LEVEL)["raw_positions"])


def deferred_month(weeks: int) -> Callable[[], Any]:
    """Return the plan of one queue: quarter-hours, ten open hours on five days, due in eight."""
    is_open = np.tile(np.r_[np.zeros(32), np.ones(40), np.zeros(24)].astype(bool), 7 * weeks)
    is_open &= np.repeat(np.arange(7 * weeks) % 7 < 5, 96)
    items = np.full(is_open.size, 3.0)
    aht = np.full(is_open.size, 420.0)
    due = due_boundaries(
        is_open=is_open, step_seconds=900, within_seconds=np.full(is_open.size, 8 * 3600.0)
    )
    backlog = OpeningBacklog(np.array([200.0]), np.array([40]), 420.0, 72)
    work = deferred_work(
        items=items, aht_seconds=aht, due=due, backlog=backlog, open_seconds=is_open * 900.0
    )
    return lambda: plan_deferred(
        work, goal=DeferredGoal(level=0.95), arriving_seconds=float((items * aht).sum())
    )


def run(intervals: int) -> list[Figure]:
    """Measure, check that all agree, and return the figures."""
    erlangs = loads(intervals)
    figures = []
    agents = {}
    for model in (Model.C, Model.A):
        ours(model, erlangs[:2048])  # the first call pays for caches
        figure, agents[model] = measure(
            f"Erlang {model} requirement", intervals, lambda model=model: ours(model, erlangs)
        )
        figures.append(figure)
    few = erlangs[:PEER_INTERVALS].tolist()
    peers = {"Erlang C requirement, scalar loop": scalar_erlang_c}
    if importlib.util.find_spec("pyworkforce"):
        peers["Erlang C requirement, pyworkforce"] = pyworkforce_erlang_c
    for name, peer in peers.items():
        figure, found = measure(name, len(few), lambda peer=peer: [peer(load) for load in few])
        figures.append(figure)
        different = sum(a != b for a, b in zip(found, agents[Model.C].tolist(), strict=False))
        if different and peer is scalar_erlang_c:
            msg = f"{different} of {len(few)} requirements differ from the scalar loop's."
            raise AssertionError(msg)
    weeks = 6
    figure, _plan = measure("Deferred plan of six weeks", weeks * 7 * 96, deferred_month(weeks))
    return [*figures, figure]


def main() -> None:
    intervals = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for figure in run(intervals):
        print(figure)  # noqa: T201 - a script's output


if __name__ == "__main__":
    main()
