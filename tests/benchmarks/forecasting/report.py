"""The report of a run, and where it is written down."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.forecasting import speed
from tests.benchmarks.forecasting.bars import (
    accuracy_bars,
    bars_table,
    damage_bars,
    driver_bars,
    speed_bars,
)
from tests.benchmarks.forecasting.cases import PANELS
from tests.benchmarks.forecasting.driver_bar import driver_scores, driver_table
from tests.benchmarks.forecasting.peers.registry import PEERS
from tests.benchmarks.forecasting.robustness import robustness_table
from tests.benchmarks.forecasting.run import ENGINE, Results
from tests.benchmarks.forecasting.scoring import HORIZONS
from tests.benchmarks.forecasting.tables import PanelScores, accuracy_table, peers_table

PARTS = ("accuracy", "robustness", "speed", "driver")
SPEED_QUEUES = (500, 3)
BEGIN, END = "<!-- make bench-forecasting: begin -->", "<!-- make bench-forecasting: end -->"


@dataclass(frozen=True)
class Report:
    """What is shown of a run."""

    results: Results
    panels: list[str]
    parts: list[str]

    def text(self, *, minutes: float) -> str:
        """The bars first, then every table behind them."""
        bars, tables = [], []
        if "accuracy" in self.parts:
            for name in self.panels:
                scores = PanelScores(name, self.results)
                tables.append(_panel_tables(name, scores))
                if name == "main":
                    bars += accuracy_bars(scores)
        if "robustness" in self.parts:
            bars += damage_bars(self.results, "main")
            tables.append(_damage_section(self.results))
        if "speed" in self.parts:
            bars += speed_bars(*_speeds(), SPEED_QUEUES)
        if "driver" in self.parts:
            found = driver_scores()
            bars += driver_bars(found)
            tables.append(f"### Drivers\n\n{driver_table(found)}\n")
        return "\n".join([self._head(minutes), bars_table(bars), "", *tables, self._costs()])

    def _head(self, minutes: float) -> str:
        today = datetime.now(UTC).date()
        python = ".".join(map(str, sys.version_info[:2]))
        return (
            f"Run of {today}, Python {python}, {os.cpu_count()} cores, accuracy and robustness "
            f"{minutes:.0f} minutes. {PANELS['main'].title}, unless said.\n"
        )

    def _costs(self) -> str:
        """CPU time a forecast, over all cases of the run."""
        rows = [
            "### CPU time a forecast\n",
            "| method | forecasts | CPU ms each |",
            "|---|---|---|",
        ]
        for method, seconds in self.results.cpu_seconds.items():
            count = sum(method in methods for methods in self.results.scores.values())
            if count:
                rows.append(f"| {method} | {count} | {1000 * seconds / count:.0f} |")
        return "\n".join(rows)


def _panel_tables(name: str, scores: PanelScores) -> str:
    parts = []
    for horizon in HORIZONS:
        if horizon in scores.by_horizon:
            parts.append(f"### {PANELS[name].title}, {horizon}\n")
            parts.append(accuracy_table(scores, horizon) + "\n")
            parts.append(
                f"WAPE of every peer (bold: the best of the set):\n\n{peers_table(scores, horizon)}\n"
            )
    return "\n".join(parts)


def _damage_section(results: Results) -> str:
    methods = [name for name in (ENGINE, *PEERS) if name in results.cpu_seconds]
    table = robustness_table(results, methods, "main")
    return (
        "### Broken days in the last weeks, days 1-14\n\n"
        f"WAPE over that of the clean history, geometric mean over the sets (worst set).\n\n{table}\n"
    )


def _speeds() -> tuple[dict[str, float], dict[str, float]]:
    return speed.measure("engine", SPEED_QUEUES[0]), speed.measure("mstl", SPEED_QUEUES[1])


def write_section(path: Path, text: str) -> None:
    """Replace what stands between the marks of a Markdown file."""
    whole = path.read_text()
    if BEGIN not in whole or END not in whole:
        raise ValueError(f"Expected the marks {BEGIN} and {END} in {path}.")
    head, rest = whole.split(BEGIN, 1)
    path.write_text(f"{head}{BEGIN}\n{text.strip()}\n{END}{rest.split(END, 1)[1]}")
