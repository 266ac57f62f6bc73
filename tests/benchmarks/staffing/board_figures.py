"""The board of a large operation: five thousand people over a week of quarter hours."""

from __future__ import annotations

import tracemalloc
from time import perf_counter

import numpy as np

from staffing.core.board_figures import live_outlook
from staffing.core.board_people import Slots, people_on_grid
from staffing.core.definitions import ServiceLevel
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Traffic
from staffing.core.transfer import Transfer
from staffing.core.transient import LivePath
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY
from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings

STEP = 900
QUEUES = (2000, 1200, 800, 500, 300, 200)
"""People on each live queue at the peak: 5,000 together."""
DAYS, SMOKE_DAYS = 7, 1
MOST_MEGABYTES = 250.0
"""Of all queues one after the other; each of some arrays of a web process that answers others, too."""


def run(*, is_smoke: bool) -> Findings:
    """Place the people and predict every queue, and tell time and memory."""
    days = SMOKE_DAYS if is_smoke else DAYS
    _predict(50, 1)  # what is compiled on the first call is no part of it
    began = perf_counter()
    placed = _place(days)
    placed_seconds = perf_counter() - began
    began = perf_counter()
    rows = [(people, *_predict(people, days)) for people in QUEUES]
    seconds = perf_counter() - began
    tracemalloc.start()
    for people in QUEUES:
        _predict(people, days)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    name = f"board: {sum(QUEUES)} people, {days} days of quarter hours"
    bars = [
        Bar(
            f"{name}, peak memory",
            f"< {MOST_MEGABYTES:.0f} MB",
            f"{megabytes:.0f} MB",
            megabytes < MOST_MEGABYTES,
        ),
    ]
    lines = ["| people at the peak | level | hours to give |", "|---|---|---|"]
    lines += [f"| {people} | {level:.1%} | {hours:.0f} |" for people, level, hours in rows]
    lines.append(
        f"\n{placed:.0f} hours of people placed in {placed_seconds:.2f} s, all queues predicted in"
        f" {seconds:.1f} s."
    )
    return Findings(bars, [("The board of a large operation", "\n".join(lines))])


def _place(days: int) -> float:
    """Put comings and goings on the grid, somebody's each: eight hours a day."""
    random = np.random.default_rng(7)
    people = sum(QUEUES)
    begins = random.integers(0, 16 * 3600, (days, people)) + np.arange(days)[:, None] * 86_400
    at = np.concatenate([begins.ravel(), begins.ravel() + 8 * 3600])
    change = np.concatenate([np.ones(begins.size, np.int64), -np.ones(begins.size, np.int64)])
    by_slot = people_on_grid(Slots(0, STEP, days * 96), at=at, change=change)
    return float(by_slot.sum()) * STEP / 3600


def _predict(people: int, days: int) -> tuple[float, float]:
    """Return the level of a queue with so many people at its peak, and the hours it could give."""
    size = days * 96
    hour = np.arange(size) % 96 / 4.0
    shape = 0.35 + 0.65 * np.exp(-(((hour - 11.0) / 4.0) ** 2))
    load: FloatArray = 0.93 * people * shape
    begins = np.full(size, CONTINUES)
    begins[0] = OPENS_EMPTY
    path = LivePath(
        traffic=Traffic(load, np.full(size, 300.0), np.full(size, 180.0)),
        interval_seconds=float(STEP),
        begins=begins,
    )
    offered = load * STEP / 300.0
    found = live_outlook(
        path,
        people=np.floor(people * shape),
        offered=offered,
        goals=Goals.same(
            size,
            definition=ServiceLevel.ANSWERED_OVER_OFFERED,
            level=0.8,
            threshold_seconds=20.0,
            min_agents=0.0,
        ),
        rule=Transfer(occupancy_cap=0.97),
    )
    hours = float(found.transferable.sum()) * STEP / 3600
    return float(found.in_time.sum() / found.counted.sum()), hours
