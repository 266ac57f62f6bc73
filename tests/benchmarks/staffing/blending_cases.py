"""Ten pools that are blended and some that are hard, lived through contact by contact and item by item.

Queues that stay apart are simulated with the people they have apart. What deferred work costs live
queues is the difference of the same contacts' levels without and with it.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings
from tests.staffing.core.pool_cases import CASES, EXTRAS
from tests.staffing.core.pools_lived import Lived, lived

REPEATS, SMOKE_REPEATS = 1500, 300
SMOKE_CASES = (CASES[1], CASES[3], EXTRAS[0])
MOST_BELOW = 0.01
MOST_OVER_CAP = 0.01
SURE, SURE_OF_ALL = 3.5, 4.5
"""Standard errors of one queue of all cases, and of one half hour of them, that chance alone keeps."""
COLUMNS = (
    "pool",
    "outcome",
    "together, h",
    "apart, h",
    "live: simulated (goal)",
    "deferred: simulated (goal or ceiling)",
    "live level lost to deferred work, points (worst half hour)",
    "busy",
    "busiest half hour beyond the cap, points",
    "farthest below",
)


def run(*, is_smoke: bool) -> Findings:
    """Plan and simulate all pools, or a few with fewer days."""
    cases = SMOKE_CASES if is_smoke else CASES + EXTRAS
    repeats = SMOKE_REPEATS if is_smoke else REPEATS
    results = [lived(case, repeats=repeats) for case in cases]
    rows = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    table = "\n".join([*rows, *(_row(result) for result in results)])
    blended = len([case for case in cases if case in CASES])
    return Findings(
        bars=blending_bars(results, least_blended=blended), tables=[("Blending", table)]
    )


def _hours(result: Lived) -> tuple[float, float]:
    hours = result.case.step / 3600
    together, apart = result.plan.agents.sum(), result.pool.separate_agents.sum()
    return float(together) * hours, float(apart) * hours


def _row(result: Lived) -> str:
    case, (together, apart) = result.case, _hours(result)
    live = zip(result.live_levels, case.live, strict=True)
    deferred = zip(result.deferred_levels, result.wanted, strict=True)
    lost = ", ".join(f"{drop * 100:+.2f}" for drop in result.drop)
    worst = float(np.nanmax(result.drop_by_interval)) * 100
    cells = [
        case.name,
        result.plan.outcome.value,
        f"{together:.1f}",
        f"{apart:.1f}",
        ", ".join(f"{level:.1%} ({queue.level:.0%})" for level, queue in live),
        ", ".join(f"{level:.1%} ({wanted:.1%})" for level, wanted in deferred) or "–",
        f"{lost} ({worst:+.2f})" if case.deferred and result.is_blended else "–",
        f"{result.busy_rate:.0%}",
        f"{result.over_cap.max() * 100:+.2f}",
        f"{result.below * 100:+.2f} points",
    ]
    return "| " + " | ".join(cells) + " |"


def blending_bars(results: list[Lived], *, least_blended: int) -> list[Bar]:
    """Return the farthest of all cases beside what is wanted."""
    below = max(result.below for result in results)
    more = max(together - apart for together, apart in map(_hours, results))
    blended = [result for result in results if result.is_blended]
    shared = [result for result in blended if result.case.deferred]
    drop = max(float(result.drop.max()) for result in shared)
    beyond = max(
        float((result.drop - result.case.give - SURE * result.drop_error).max())
        for result in shared
    )
    beyond_by_interval = max(
        float(
            np.nanmax(
                result.drop_by_interval
                - result.case.give
                - SURE_OF_ALL * result.drop_error_by_interval
            )
        )
        for result in shared
    )
    error = max(float(result.drop_error.max()) for result in shared)
    over = max(float(result.over_cap.max()) for result in blended)
    pools = f"{len(results)} pools"
    return [
        Bar(
            name=f"{pools}: blended",
            wanted=f"≥ {least_blended}",
            found=str(len(blended)),
            is_met=len(blended) >= least_blended,
        ),
        Bar(
            name=f"{pools}: each queue on simulated days, together or apart",
            wanted="≥ goal or stated ceiling − 1 point",
            found=f"{-below * 100:+.2f} points",
            is_met=below <= MOST_BELOW,
        ),
        Bar(
            name=f"{pools}: hours together",
            wanted="≤ apart",
            found=f"{more:+.1f} h at most",
            is_met=more <= 0.0,
        ),
        Bar(
            name=f"{len(shared)} blended pools: live level lost to deferred work, same contacts",
            wanted="≤ 0.5 points per queue; no half hour surely more",
            found=f"{drop * 100:+.2f} points at most (standard error ≤ {error * 100:.2f})",
            is_met=beyond <= 0.0 and beyond_by_interval <= 0.0,
        ),
        Bar(
            name=f"{len(blended)} blended pools: busy share of any half hour",
            wanted="≤ cap, or live contacts alone, + 1 point",
            found=f"{over * 100:+.2f} points",
            is_met=over <= MOST_OVER_CAP,
        ),
    ]
