"""The bars of the forecasting engine beside what this run measured."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.forecasting.driver_bar import GAP_BAR, HARM_BAR, DriverScores
from tests.benchmarks.forecasting.peers.registry import WEEKDAYS
from tests.benchmarks.forecasting.robustness import DAMAGES, damage_ratios
from tests.benchmarks.forecasting.run import ENGINE, Results
from tests.benchmarks.forecasting.scoring import bias, coverage, geometric_mean
from tests.benchmarks.forecasting.tables import PanelScores

BEST_PEER = {"next day": 1.00, "days 1-14": 0.975, "days 29-56": 0.96}
WORST_SET = {"next day": 1.15, "days 1-14": 1.08, "days 29-56": 1.08}
WEEKDAY_MEAN, WEEKDAY_MEAN_WORST = 0.93, 1.02
BIAS = 0.02
COVERAGE, COVERAGE_OF_SET = (0.78, 0.82), (0.74, 0.86)
DAMAGE = 1.02
LEAST_LARGE_CELLS = 100
"""Sets with fewer cells of mean ≥ 5 say nothing about the coverage of a set."""


@dataclass(frozen=True)
class Bar:
    """One line: what was asked, what was found."""

    what: str
    wanted: str
    found: str
    met: bool

    def __str__(self) -> str:
        return f"| {self.what} | {self.wanted} | {self.found} | {'yes' if self.met else '**no**'} |"


def at_most(what: str, limit: float, found: float, note: str = "") -> Bar:
    """A bar from above."""
    return Bar(what, f"≤ {limit:g}", f"{found:.3f}{note}", found <= limit)


def accuracy_bars(scores: PanelScores) -> list[Bar]:
    """WAPE, bias, bands and pinball loss at every horizon of a panel."""
    found = []
    for horizon, by_set in scores.by_horizon.items():
        sets = [name for name, sums in by_set.items() if ENGINE in sums]
        if not sets:
            continue
        found += _ratio_bars(scores, horizon, sets)
        pooled, of_sets = bias(scores.pooled(horizon)), scores.mean_bias(horizon)
        found.append(
            Bar(
                what=f"{horizon}: bias of the mean, pooled",
                wanted=f"within {BIAS:.0%}",
                found=f"{pooled:+.1%} (mean over the sets {of_sets:+.1%})",
                met=max(abs(pooled), abs(of_sets)) <= BIAS,
            )
        )
        found += _band_bars(scores, horizon, sets)
    return found


def _ratio_bars(scores: PanelScores, horizon: str, sets: list[str]) -> list[Bar]:
    to_best = {name: scores.ratio_to_best(horizon, name) or 1.0 for name in sets}
    to_mean = {name: scores.ratio_to(horizon, name, WEEKDAYS) or 1.0 for name in sets}
    worst, worst_mean = max(to_best, key=to_best.__getitem__), max(to_mean, key=to_mean.__getitem__)
    return [
        at_most(f"{horizon}: over the best peer", BEST_PEER[horizon], scores.mean_to_best(horizon)),
        at_most(f"{horizon}: worst set", WORST_SET[horizon], to_best[worst], f" {worst}"),
        at_most(f"{horizon}: over the weekday mean", WEEKDAY_MEAN, scores.mean_to(horizon, WEEKDAYS)),
        at_most(
            f"{horizon}: worst set over it", WEEKDAY_MEAN_WORST, to_mean[worst_mean],
            f" {worst_mean}",
        ),
    ]  # fmt: skip


def _band_bars(scores: PanelScores, horizon: str, sets: list[str]) -> list[Bar]:
    pooled = coverage(scores.pooled(horizon))
    of_sets = {
        name: coverage(scores.by_horizon[horizon][name][ENGINE])
        for name in sets
        if scores.by_horizon[horizon][name][ENGINE]["large"] >= LEAST_LARGE_CELLS
    }
    low, high = COVERAGE_OF_SET
    outside = {name: value for name, value in of_sets.items() if not low <= value <= high}
    named = ", ".join(f"{name} {value:.0%}" for name, value in outside.items())
    return [
        Bar(f"{horizon}: in the 80 % band", f"{COVERAGE[0]:.0%}-{COVERAGE[1]:.0%}",
            f"{pooled:.1%}", COVERAGE[0] <= pooled <= COVERAGE[1]),
        Bar(f"{horizon}: every set", f"{low:.0%}-{high:.0%}", named or "all", not outside),
        at_most(f"{horizon}: pinball loss over the best peer", 1.0,
                scores.mean_to_best(horizon, "pinball")),
    ]  # fmt: skip


def damage_bars(results: Results, panel: str) -> list[Bar]:
    """What broken days cost the engine, and the worst peer."""
    found = []
    methods = {name for scores in results.scores.values() for name in scores} - {ENGINE}
    for name in DAMAGES:
        own = damage_ratios(results, name, ENGINE, panel)
        if not own:
            continue
        of_peers = [damage_ratios(results, name, method, panel) for method in methods]
        worst = max((geometric_mean(one.values()) for one in of_peers if one), default=1.0)
        value = geometric_mean(own.values())
        found.append(at_most(name, DAMAGE, value, f" (peers up to {worst:.2f})"))
    return found


def speed_bars(
    engine: dict[str, float], mstl: dict[str, float], queues: tuple[int, int]
) -> list[Bar]:
    """CPU seconds and memory of the engine, and how much slower MSTL+AutoETS is."""
    ratio = (mstl["cpu_seconds"] / queues[1]) / (engine["cpu_seconds"] / queues[0])
    seconds, memory = engine["cpu_seconds"], engine["megabytes"]
    return [
        Bar(f"{queues[0]} queues × 26 weeks × 96, CPU seconds", "≤ 8", f"{seconds:.1f}", seconds <= 8),
        Bar("megabytes over the data", "≤ 300", f"{memory:.0f}", memory <= 300),
        Bar("MSTL+AutoETS takes times as long", "≥ 1,000",
            f"{ratio:,.0f} ({mstl['cpu_seconds'] / queues[1]:.1f} s a queue)", ratio >= 1000),
    ]  # fmt: skip


def driver_bars(found: DriverScores) -> list[Bar]:
    """What the estimated driver closes and a noise driver harms."""
    closed = found.gap_closed
    return [
        Bar(
            "gap to the known kernel closed", f"≥ {GAP_BAR:.0%}", f"{closed:.0%}", closed >= GAP_BAR
        ),
        at_most("a noise driver over none", HARM_BAR, found.noise_harm),
    ]


def bars_table(bars: list[Bar]) -> str:
    """All bars as Markdown."""
    return "\n".join(["| bar | wanted | this run | met |", "|---|---|---|---|", *map(str, bars)])
