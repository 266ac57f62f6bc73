"""Parts of the benchmark by cases: a module each, run one after the other.

A module is entered here by one import and one line. It has `run(*, is_smoke)`, which measures and
returns `Findings`; the smoke version of CI takes some seconds and judges by the same bars.
"""

from __future__ import annotations

from typing import Protocol

from tests.benchmarks.staffing import (
    blending_cases,
    board_figures,
    chat_cases,
    deferred_cases,
    million,
    multi_skill_cases,
)
from tests.benchmarks.staffing.findings import Findings


class CasesPart(Protocol):
    """What `run` of a module looks like."""

    def __call__(self, *, is_smoke: bool) -> Findings:
        """Measure all cases, or a few of them."""


CASES: dict[str, CasesPart] = {
    "million": million.run,
    "chat": chat_cases.run,
    "deferred": deferred_cases.run,
    "blending": blending_cases.run,
    "skills": multi_skill_cases.run,
    "board": board_figures.run,
}
"""By the name that `--parts` takes, in the order of the tables."""
