"""The run as Markdown, and where it is written."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.staffing.bars import Bar, bars_table
from tests.benchmarks.staffing.days import DayResult, days_table
from tests.benchmarks.staffing.findings import Findings
from tests.benchmarks.staffing.speed import Speed, speed_table

BEGIN = "<!-- make bench-staffing: begin -->"
END = "<!-- make bench-staffing: end -->"


@dataclass
class Report:
    """What a run found."""

    bars: list[Bar] = field(default_factory=list)
    speed: Speed | None = None
    days: list[DayResult] = field(default_factory=list)
    tables: list[tuple[str, str]] = field(default_factory=list)

    def add(self, findings: Findings) -> None:
        """Put a part's bars and tables behind those that are there."""
        self.bars += findings.bars
        self.tables += findings.tables

    def text(self) -> str:
        """Return the bars, then the tables behind them."""
        today = datetime.now(tz=UTC).date()
        version = platform.python_version()
        parts = [
            f"Run of {today}, Python {version}, {os.cpu_count()} cores; all parts but the million rows use one.",
            bars_table(self.bars),
        ]
        if self.speed:
            parts += ["### Requirements a second", speed_table(self.speed.figures)]
            parts += [
                f"pyworkforce asks for other agents in {different} of "
                f"{self.speed.peers[model].intervals} Erlang {model} intervals."
                for model, different in self.speed.differing.items()
            ]
        if self.days:
            parts += ["### Days", days_table(self.days)]
        for title, table in self.tables:
            parts += [f"### {title}", table]
        return "\n\n".join(parts)


def write_section(path: Path, text: str) -> None:
    """Replace what stands between the marks of a Markdown file."""
    whole = path.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        msg = f"Expected the marks {BEGIN} and {END} in {path}."
        raise ValueError(msg)
    head, rest = whole.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    path.write_text(f"{head}{BEGIN}\n{text.strip()}\n{END}{tail}", encoding="utf-8")
