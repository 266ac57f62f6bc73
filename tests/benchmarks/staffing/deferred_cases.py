"""Deferred work: 25 offices on real calendars, planned, and lived through item by item."""

from __future__ import annotations

from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings
from tests.staffing.core.deferred_cases import CASES, CaseResult, run_case

SIMULATED_ITEMS, SMOKE_ITEMS = 600_000, 40_000
SMOKE_CASES = 3
MOST_DIFFERENCE, MOST_PEOPLE = 0.01, 1
COLUMNS = (
    "office",
    "goal",
    "ceiling",
    "keeps up",
    "flat team",
    "simulated optimum",
    "predicted",
    "simulated",
    "shaped, hours of flat",
    "shaped, predicted",
    "shaped, simulated",
)


def run(*, is_smoke: bool) -> Findings:
    """Plan and simulate all of them, or a few with fewer items."""
    cases = CASES[:SMOKE_CASES] if is_smoke else CASES
    items = SMOKE_ITEMS if is_smoke else SIMULATED_ITEMS
    results = [run_case(case, simulated_items=items) for case in cases]
    return Findings(
        bars=deferred_bars(results), tables=[("Deferred work", deferred_table(results))]
    )


def deferred_bars(results: list[CaseResult]) -> list[Bar]:
    """Return the farthest of all cases beside what is wanted."""
    level = max(abs(result.difference) for result in results)
    people = max(abs(result.flat - result.optimum) for result in results)
    cases = f"{len(results)} deferred cases"
    return [
        Bar(
            name=f"{cases}, simulated and predicted level",
            wanted="≤ 1 point apart",
            found=f"{level * 100:.2f} points",
            is_met=level <= MOST_DIFFERENCE,
        ),
        Bar(
            name=f"{cases}, flat team and simulated optimum",
            wanted="≤ 1 agent apart",
            found=f"{people}",
            is_met=people <= MOST_PEOPLE,
        ),
    ]


def deferred_table(results: list[CaseResult]) -> str:
    """Return a row per case in Markdown."""
    rows = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    return "\n".join([*rows, *map(_row, results)])


def _row(result: CaseResult) -> str:
    cells = (
        result.case.name,
        f"{result.case.level:.0%}",
        f"{result.ceiling:.1%}",
        f"{result.steady:.2f}",
        f"{result.flat}",
        f"{result.optimum}",
        f"{result.predicted:.2%}",
        f"{result.simulated:.2%}",
        f"{result.hours_ratio:.0%}",
        f"{result.shaped_predicted:.2%}",
        f"{result.shaped_simulated:.2%}",
    )
    return "| " + " | ".join(cells) + " |"
