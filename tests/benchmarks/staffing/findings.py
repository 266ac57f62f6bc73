"""What a part of the benchmark found."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.benchmarks.staffing.bars import Bar


@dataclass
class Findings:
    """What a part found.

    Attributes:
        bars: Its lines in the table of bars.
        tables: Title and Markdown of what stands behind them.

    """

    bars: list[Bar] = field(default_factory=list)
    tables: list[tuple[str, str]] = field(default_factory=list)
