"""Ten pools: planned together, and lived through contact by contact and item by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.core.blending import PoolPlan, plan_pool
from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings
from tests.staffing.core.pools import CASES, Case, pool_of, shares, simulated

REPEATS, SMOKE_REPEATS = 400, 60
SMOKE_CASES = 2
MOST_BELOW = 0.01
COLUMNS = (
    "pool",
    "outcome",
    "together, h",
    "apart, h",
    "live: simulated (goal)",
    "deferred: simulated (planned for)",
    "busy",
    "farthest below",
)


@dataclass(frozen=True)
class BlendingResult:
    """A case, its plan, and what simulated days give each queue."""

    case: Case
    plan: PoolPlan
    together: float
    apart: float
    live: list[tuple[float, float]]
    deferred: list[tuple[float, float]]
    busy_rate: float

    @property
    def below(self) -> float:
        """By how much the worst queue misses its target; 0 where the queues stay apart."""
        if not self.is_blended:
            return 0.0
        return max(goal - level for level, goal in self.live + self.deferred)

    @property
    def is_blended(self) -> bool:
        """Whether the queues are staffed together."""
        return self.plan.outcome == "blended"

    def row(self) -> str:
        """Return the line in Markdown; queues apart are not simulated as a pool."""
        levels = ["–", "–", "–", "–"]
        if self.is_blended:
            levels = [
                ", ".join(f"{level:.1%} ({goal:.0%})" for level, goal in self.live),
                ", ".join(f"{level:.1%} ({goal:.1%})" for level, goal in self.deferred) or "–",
                f"{self.busy_rate:.0%}",
                f"{self.below * 100:+.2f} points",
            ]
        return (
            f"| {self.case.name} | {self.plan.outcome.value} | {self.together:.1f} "
            f"| {self.apart:.1f} | " + " | ".join(levels) + " |"
        )


def run_case(case: Case, *, repeats: int) -> BlendingResult:
    """Plan a pool and live through it."""
    pool = pool_of(case)
    plan = plan_pool(pool)
    found = shares(simulated(case, plan, repeats=repeats), case, plan)
    hours = case.step / 3600
    return BlendingResult(
        case=case,
        plan=plan,
        together=float(plan.agents.sum()) * hours,
        apart=float(pool.separate_agents.sum()) * hours,
        live=[
            (level, queue.level)
            for level, queue in zip(found["live"].tolist(), case.live, strict=True)
        ],
        deferred=[
            (level, member.target_level)
            for level, member in zip(found["deferred"].tolist(), pool.deferred, strict=True)
        ],
        busy_rate=float(found["busy_rate"]),
    )


def run(*, is_smoke: bool) -> Findings:
    """Plan and simulate all pools, or a few with fewer days."""
    cases = CASES[:SMOKE_CASES] if is_smoke else CASES
    repeats = SMOKE_REPEATS if is_smoke else REPEATS
    results = [run_case(case, repeats=repeats) for case in cases]
    rows = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    table = "\n".join([*rows, *(result.row() for result in results)])
    return Findings(bars=blending_bars(results), tables=[("Blending", table)])


def blending_bars(results: list[BlendingResult]) -> list[Bar]:
    """Return the farthest of all cases beside what is wanted."""
    below = max(result.below for result in results)
    more = max(result.together - result.apart for result in results)
    blended = int(np.sum([result.is_blended for result in results]))
    cases = f"{len(results)} pools, {blended} of them blended"
    return [
        Bar(
            name=f"{cases}: each queue on simulated days",
            wanted="≥ target − 1 point",
            found=f"{-below * 100:+.2f} points",
            is_met=below <= MOST_BELOW,
        ),
        Bar(
            name=f"{cases}: hours together",
            wanted="≤ apart",
            found=f"{more:+.1f} h at most",
            is_met=more <= 0.0,
        ),
    ]
