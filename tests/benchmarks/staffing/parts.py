"""Parts of the benchmark by cases: a module each, run one after the other.

A module is entered here by one import and one line. It has `run(*, is_smoke)`, which measures and
returns `Findings`; the smoke version of CI takes some seconds and judges by the same bars.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

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


class CasesPart(Protocol):
    """What `run` of a module looks like."""

    def __call__(self, *, is_smoke: bool) -> Findings:
        """Measure all cases, or a few of them."""


CASES: dict[str, CasesPart] = {}
"""By the name that `--parts` takes, in the order of the tables."""
