"""24 days of a live queue: carried over from interval to interval, simulated contact by contact."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.requirement import agents_or_inf
from staffing.core.simulation import OFFERED, SERVED_WITHIN, SimulatedQueue, simulate
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath, evaluate_transient, required_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY
from tests.benchmarks.staffing import second_evaluator
from tests.benchmarks.staffing.bars import Bar

HALF_HOUR = 1800.0
INTERVALS = 48
LEVEL, THRESHOLD_SECONDS, SHORT_SECONDS = 0.8, 20.0, 5.0
AHT_SECONDS = (180.0, 300.0, 1800.0)
PEAKS = (10, 60, 300, 1000)
LEAST_LEVEL = LEVEL - 0.015
MOST_MORE_HOURS = 0.04
MOST_PROMISED = 1e-4
"""Of a level: what the equations may promise beyond the second evaluator."""
SURE = 0.999  # of all half hours together
PLAN_SECONDS = {60: 0.15, 300: 1.5}
PLAN_REPEATS = 5
SEED = 20260101


def double_peak(peak: float) -> FloatArray:
    """Load by half hour: a high morning, a lower afternoon, a quiet night."""
    hours = (np.arange(INTERVALS) + 0.5) * 24 / INTERVALS
    morning = np.exp(-(((hours - 10.5) / 2) ** 2))
    afternoon = 0.8 * np.exp(-(((hours - 15.5) / 2.2) ** 2))
    shape = 0.05 + morning + afternoon
    return np.asarray(peak * shape / shape.max())


def surge(peak: float) -> FloatArray:
    """Load by half hour: a calm day that triples for an hour and a half at two."""
    hours = (np.arange(INTERVALS) + 0.5) * 24 / INTERVALS
    shape = 0.15 + 0.35 * np.exp(-(((hours - 13) / 4) ** 2)) + (np.abs(hours - 14) < 0.75)
    return np.asarray(peak * shape / shape.max())


SHAPES = {"double peak": double_peak, "surge": surge}


@dataclass(frozen=True)
class Day:
    """A queue's day: nobody hangs up, 80 % in 20 s, half hours, opens empty at midnight."""

    aht_seconds: float
    peak: int
    shape: str

    @property
    def path(self) -> LivePath:
        """Return the day as staffing takes it."""
        load = SHAPES[self.shape](self.peak)
        begins = np.full(INTERVALS, CONTINUES)
        begins[0] = OPENS_EMPTY
        aht = np.full(INTERVALS, self.aht_seconds)
        return LivePath(Traffic(load, aht, np.full(INTERVALS, np.nan)), HALF_HOUR, begins)

    @property
    def goals(self) -> Goals:
        """Return what every half hour must keep."""
        return Goals.same(INTERVALS, level=LEVEL, threshold_seconds=THRESHOLD_SECONDS)

    def plan(self) -> tuple[FloatArray, FloatArray]:
        """Return the agents of a running day and those of each half hour by itself."""
        path, goals = self.path, self.goals
        steady = agents_or_inf(model=Model.C, traffic=path.traffic, goals=goals)
        return required_transient(path, goals=goals, guess=steady), steady

    def levels(self, agents: FloatArray) -> FloatArray:
        """Return each half hour's service level by the equations."""
        goals = self.goals
        found = evaluate_transient(self.path, agents=agents, thresholds=goals.thresholds())
        return found.service_levels[goals.definition]

    def levels_again(self, agents: FloatArray) -> FloatArray:
        """Return the same by the second evaluator, which shares no code with the first."""
        return second_evaluator.levels(
            erlangs=SHAPES[self.shape](self.peak),
            aht_seconds=self.aht_seconds,
            agents=agents,
            seconds=HALF_HOUR,
            threshold_seconds=THRESHOLD_SECONDS,
        )

    def simulated(self, agents: FloatArray, *, days: int) -> tuple[FloatArray, FloatArray]:
        """Return each half hour's level over simulated days, and its standard error."""
        traffic = self.path.traffic
        queue = SimulatedQueue(
            arrival_rate=traffic.erlangs / self.aht_seconds,
            aht_seconds=traffic.aht_seconds,
            patience_seconds=traffic.patience_seconds,
            agents=agents.astype(np.int64),
            interval_seconds=HALF_HOUR,
            threshold_seconds=THRESHOLD_SECONDS,
            short_seconds=SHORT_SECONDS,
        )
        counts = simulate(queue, days=days, seed=SEED)
        offered, within = counts[:, :, OFFERED], counts[:, :, SERVED_WITHIN]
        level = within.sum(axis=0) / offered.sum(axis=0)
        scatter = (within - level * offered).std(axis=0)
        return level, scatter / np.sqrt(days) / offered.mean(axis=0)


@dataclass(frozen=True)
class DayResult:
    """How a day was staffed and what it gives.

    Attributes:
        day: Which one.
        more_hours: Agent hours over those of the half hours by themselves, as a share.
        worst: Worst half hour of the plan, by the equations.
        worst_again: Worst half hour of the plan, by the second evaluator.
        promised_more: Most by which the equations promise more than the second evaluator finds.
        found_more: Most by which it finds more than they promise.
        worst_alone: Worst half hour with the agents of the half hours by themselves.
        worst_simulated: Worst half hour of the plan over the simulated days; None without any.
        failures: Simulated half hours that are surely below the target by more than is allowed.
        simulated_days: How many.

    """

    day: Day
    more_hours: float
    worst: float
    worst_again: float
    promised_more: float
    found_more: float
    worst_alone: float
    worst_simulated: float | None
    failures: int
    simulated_days: int

    def row(self) -> str:
        """Return the line in Markdown."""
        simulated = "–"
        if self.worst_simulated is not None:
            simulated = f"{self.worst_simulated:.1%} ({self.simulated_days:,} days)"
        return (
            f"| {self.day.aht_seconds:.0f} s | {self.day.peak} | {self.day.shape} "
            f"| {self.more_hours:+.1%} | {self.worst_alone:.1%} | {self.worst:.1%} "
            f"| {self.worst_again:.1%} | {self.promised_more:.1e} | {self.found_more:.1e} "
            f"| {simulated} |"
        )


def all_days() -> Iterator[Day]:
    """Yield the 24 days."""
    for aht in AHT_SECONDS:
        for peak in PEAKS:
            for shape in SHAPES:
                yield Day(aht, peak, shape)


def run_days(days: list[Day], *, simulated_days: dict[int, int]) -> list[DayResult]:
    """Plan, evaluate and simulate; `simulated_days` is by peak, 0 or absent for none."""
    half_hours = sum(INTERVALS for day in days if simulated_days.get(day.peak))
    bound = NormalDist().inv_cdf(1.0 - (1.0 - SURE) / max(half_hours, 1))
    return [_run_day(day, simulated_days.get(day.peak, 0), bound) for day in days]


def _run_day(day: Day, simulated_days: int, bound: float) -> DayResult:
    agents, steady = day.plan()
    worst, failures = None, 0
    if simulated_days:
        level, error = day.simulated(agents, days=simulated_days)
        worst = float(level.min())
        failures = int((level + bound * error < LEAST_LEVEL).sum())
    levels, again = day.levels(agents), day.levels_again(agents)
    return DayResult(
        day=day,
        more_hours=float(agents.sum() / steady.sum() - 1.0),
        worst=float(levels.min()),
        worst_again=float(again.min()),
        promised_more=float(np.maximum(levels - again, 0.0).max()),
        found_more=float(np.maximum(again - levels, 0.0).max()),
        worst_alone=float(day.levels(steady).min()),
        worst_simulated=worst,
        failures=failures,
        simulated_days=simulated_days,
    )


def day_bars(results: list[DayResult]) -> list[Bar]:
    """Return what is wanted of the days."""
    worst = min(results, key=lambda result: result.worst)
    again = min(results, key=lambda result: result.worst_again)
    hours = max(results, key=lambda result: result.more_hours)
    promised = max(result.promised_more for result in results)
    simulated = [result for result in results if result.worst_simulated is not None]
    failures = sum(result.failures for result in simulated)
    bars = [
        Bar(
            f"worst half hour of {len(results)} days, equations",
            f"≥ {LEAST_LEVEL:.1%}",
            f"{worst.worst:.1%}",
            worst.worst >= LEAST_LEVEL,
        ),
        Bar(
            f"worst half hour of {len(results)} days, second evaluator",
            f"≥ {LEAST_LEVEL:.1%}",
            f"{again.worst_again:.1%}",
            again.worst_again >= LEAST_LEVEL,
        ),
        Bar(
            f"most that the equations promise beyond it in a half hour of {len(results)} days",
            f"≤ {MOST_PROMISED:.0e}",
            f"{promised:.1e}",
            promised <= MOST_PROMISED,
        ),
        Bar(
            "agent hours over period-by-period, worst day",
            f"≤ +{MOST_MORE_HOURS:.0%}",
            f"{hours.more_hours:+.1%}",
            hours.more_hours <= MOST_MORE_HOURS,
        ),
    ]
    if simulated:
        bars.append(
            Bar(
                f"half hours of {len(simulated)} simulated days surely below {LEAST_LEVEL:.1%}",
                "0",
                str(failures),
                failures == 0,
            )
        )
    return bars


def plan_time_bars(peaks: tuple[int, ...] = tuple(PLAN_SECONDS)) -> list[Bar]:
    """Return how long the plan of one queue's day takes once the code is compiled."""
    bars = []
    for peak in peaks:
        seconds = max(_plan_seconds(Day(300.0, peak, shape)) for shape in SHAPES)
        most = PLAN_SECONDS[peak]
        name = f"plan of a queue's day, peak {peak} erlang, the slower of two shapes"
        bars.append(
            Bar(name, f"< {most * 1000:.0f} ms", f"{seconds * 1000:.0f} ms", seconds < most)
        )
    return bars


def _plan_seconds(day: Day) -> float:
    day.plan()
    seconds = []
    for _ in range(PLAN_REPEATS):
        begun = time.perf_counter()
        day.plan()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def days_table(results: list[DayResult]) -> str:
    """Return the days as a Markdown table."""
    head = (
        "| AHT | peak, erlang | day | hours over period-by-period | its worst half hour "
        "| ours | by the second evaluator | promised more | found more | ours, simulated |"
    )
    return "\n".join([head, "|" + "---|" * 10, *(result.row() for result in results)])
