"""Speed of the staffing core in CPU time of one core, its rivals in the same run."""

from __future__ import annotations

import csv
import importlib.util
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog
from staffing.core.deferred_plan import DeferredGoal, plan_deferred
from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Traffic
from tests.benchmarks.staffing.bars import Bar

ROOT = Path(__file__).resolve().parents[3]
LEVEL, THRESHOLD_SECONDS, AHT_SECONDS, PATIENCE_SECONDS = 0.8, 20.0, 240.0, 60.0
INTERVAL_MINUTES = 30
PEER_INTERVALS = {Model.C: 1000, Model.A: 40}
MOST_SECONDS = {Model.C: 1.0, Model.A: 8.0}  # for a million requirements
LEAST_RATIO = {Model.C: 300, Model.A: 20_000}
MOST_MEBIBYTES = 500
REPEATS = 3
FILE_ROWS = """
import sys
from pathlib import Path
from staffing.management.commands.staff_file import Command
Command().handle(input=Path(sys.argv[1]), out=Path(sys.argv[2]))
status = Path("/proc/self/status")
if status.exists():
    print(status.read_text().split("VmHWM:")[1].split()[0])
"""


@dataclass(frozen=True)
class Figure:
    """How many intervals a second, in CPU time of one core."""

    name: str
    intervals: int
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Return the rate."""
        return self.intervals / self.cpu_seconds

    def row(self) -> str:
        """Return the line in Markdown."""
        return (
            f"| {self.name} | {self.intervals:,} | {self.cpu_seconds:.3f} s "
            f"| {self.per_second:,.0f} |"
        )


def speed_table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    head = ["| what | intervals | CPU time | per second |", "|---|---|---|---|"]
    return "\n".join([*head, *map(Figure.row, figures)])


def measure(
    name: str, intervals: int, work: Callable[[], Any], *, repeats: int = 1
) -> tuple[Figure, Any]:
    """Return the median of some runs, and what the last one gave."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return Figure(name, intervals, statistics.median(seconds)), result


def loads(intervals: int) -> FloatArray:
    """From 5 to 300 erlang, the same in every run."""
    return np.random.default_rng(1).uniform(5, 300, intervals)


def ours(model: Model, erlangs: FloatArray) -> FloatArray:
    """Return our requirement; B's goal is that one in a hundred is turned away."""
    patience = PATIENCE_SECONDS if model is Model.A else math.nan
    traffic = Traffic(
        erlangs, np.full(erlangs.shape, AHT_SECONDS), np.full(erlangs.shape, patience)
    )
    if model is Model.B:
        goals = Goals.same(erlangs.size, max_block_rate=0.01)
    else:
        goals = Goals.same(erlangs.size, level=LEVEL, threshold_seconds=THRESHOLD_SECONDS)
    return agents_or_inf(model=model, traffic=traffic, goals=goals)


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


def pyworkforce(model: Model) -> Callable[[float], int] | None:
    """Return pyworkforce's public API for the model, if it is installed and knows it."""
    if not importlib.util.find_spec("pyworkforce"):
        return None
    from pyworkforce import queuing  # noqa: PLC0415 - only where it is installed

    queue = getattr(queuing, f"Erlang{model}", None)
    if queue is None:
        return None
    more = {"patience": PATIENCE_SECONDS / 60} if model is Model.A else {}

    def agents(erlangs: float) -> int:
        asked = queue(
            transactions=erlangs * INTERVAL_MINUTES / (AHT_SECONDS / 60),
            aht=AHT_SECONDS / 60,
            asa=THRESHOLD_SECONDS / 60,
            interval=INTERVAL_MINUTES,
            **more,
        )
        return int(asked.required_positions(service_level=LEVEL)["raw_positions"])

    return agents


def deferred_month(weeks: int) -> Callable[[], Any]:
    """Return the plan of one queue: quarter-hours, ten open hours on five days, due in eight."""
    is_open = np.tile(np.r_[np.zeros(96), np.ones(120), np.zeros(72)].astype(bool), 7 * weeks)
    is_open &= np.repeat(np.arange(7 * weeks) % 7 < 5, 288)  # slices of five minutes
    clock = np.append(0.0, np.cumsum(is_open * 300.0))
    openings = np.append(np.flatnonzero(is_open), is_open.size + 96)

    def due(since: FloatArray) -> FloatArray:
        within = np.searchsorted(clock, since + 8 * 3600.0, side="left")
        late = np.maximum(since + 8 * 3600.0 - clock[-1], 0.0)
        return np.minimum(within, openings[-1]) * 300.0 + late

    intervals = 7 * weeks * 96
    demand = DeferredDemand(
        step_seconds=900,
        items=np.full(intervals, 3.0),
        aht_seconds=np.full(intervals, 420.0),
        open_seconds=is_open * 300.0,
        first_due_seconds=due(clock[:-1]),
        last_due_seconds=due(clock[1:]),
        backlog=OpeningBacklog(np.array([200.0]), np.array([36_000.0]), 420.0, 64_800.0),
    )
    return lambda: plan_deferred(demand, goal=DeferredGoal(level=0.95))


@dataclass
class Speed:
    """What was measured.

    Attributes:
        figures: All of them, in the order of the table.
        by_model: Ours, by model.
        peers: pyworkforce's, by model.
        differing: In how many of its intervals pyworkforce asks for other agents than we do.

    """

    figures: list[Figure]
    by_model: dict[Model, Figure]
    peers: dict[Model, Figure]
    differing: dict[Model, int]

    def bars(self) -> list[Bar]:
        """Return what is wanted of a million requirements."""
        bars = []
        for model, most in MOST_SECONDS.items():
            seconds = 1e6 / self.by_model[model].per_second
            bars.append(
                Bar(f"1 M Erlang {model}", f"< {most:g} s", f"{seconds:.2f} s", seconds < most)
            )
            peer, least = self.peers.get(model), LEAST_RATIO[model]
            name = f"Erlang {model} over pyworkforce"
            if peer is None:
                bars.append(Bar(name, f"≥ {least:,}x", "it is not installed", None))
                continue
            ratio = self.by_model[model].per_second / peer.per_second
            bars.append(Bar(name, f"≥ {least:,}x", f"{ratio:,.0f}x", ratio >= least))
        return bars


def run_speed(intervals: int) -> Speed:
    """Measure ours, the scalar loop and pyworkforce; the loop must give the same agents."""
    erlangs = loads(intervals)
    speed = Speed([], {}, {}, {})
    agents = {}
    for model in (Model.B, Model.C, Model.A):
        ours(model, erlangs[:2048])  # the first call pays for caches
        figure, agents[model] = measure(
            f"Erlang {model}",
            intervals,
            lambda model=model: ours(model, erlangs),
            repeats=REPEATS,
        )
        speed.figures.append(figure)
        speed.by_model[model] = figure
    few = erlangs[: PEER_INTERVALS[Model.C]].tolist()
    figure, found = measure(
        "Erlang C, scalar loop", len(few), lambda: [scalar_erlang_c(load) for load in few]
    )
    speed.figures.append(figure)
    if different := _differing(found, agents[Model.C]):
        msg = f"{different} of {len(few)} requirements differ from the scalar loop's."
        raise AssertionError(msg)
    for model in PEER_INTERVALS:
        _run_peer(speed, model, erlangs, agents[model])
    weeks = 6
    deferred_month(1)()  # the first call pays for caches
    figure, _plan = measure("Deferred plan of six weeks", weeks * 7 * 96, deferred_month(weeks))
    speed.figures.append(figure)
    return speed


def _run_peer(speed: Speed, model: Model, erlangs: FloatArray, agents: FloatArray) -> None:
    peer = pyworkforce(model)
    if peer is None:
        return
    few = erlangs[: PEER_INTERVALS[model]].tolist()
    figure, found = measure(
        f"Erlang {model}, pyworkforce", len(few), lambda: [peer(load) for load in few]
    )
    speed.figures.append(figure)
    speed.peers[model] = figure
    speed.differing[model] = _differing(found, agents)


def _differing(found: list[int], agents: FloatArray) -> int:
    return sum(a != b for a, b in zip(found, agents.tolist(), strict=False))


def file_bars(rows: int) -> list[Bar]:
    """Run the command's code on a file of so many rows, half C and half A, in its own process."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "in.csv"
        with source.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["model", "erlangs", "aht_s", "patience_s", "target_s", "target_sl"])
            for place, load in enumerate(loads(rows).tolist()):
                writer.writerow(["CA"[place % 2], load, 240, 60, 20, 0.8])
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", FILE_ROWS, str(source), str(Path(folder) / "out.csv")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - begun
    if not done.stdout.strip():
        return []
    mebibytes = int(done.stdout) / 1024
    found = f"{mebibytes:.0f} MiB, {seconds:.0f} s"
    name = f"staff_file, {rows:,} rows, half C, half A"
    return [Bar(name, f"≤ {MOST_MEBIBYTES} MB", found, mebibytes <= MOST_MEBIBYTES / 1.048576)]
