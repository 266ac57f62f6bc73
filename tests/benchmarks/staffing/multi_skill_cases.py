"""Twelve days with several skills: split over groups, and every queue lived through on other days."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from staffing.core.multi_skill import MultiSkillDay, MultiSkillPlan
from staffing.core.multi_skill_lived import Trial, live_through, yardstick_of
from staffing.core.multi_skill_plan import plan_multi_skill
from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings
from tests.benchmarks.staffing.multi_skill_limits import limits_table
from tests.staffing.core.multi_skill_days import CASES, TWO_SKILLS, smoke_day

CONTACTS, SMOKE_CONTACTS = 8_000_000, 1_000_000
SEED = 977
"""Days that no plan has seen."""
MOST_BELOW, MOST_OVER_POOLED = 0.01, 0.03
MOST_BELOW_IN_HALF_HOUR = 0.015
"""As for a queue by itself (the 24 days of the transient plan)."""
MOST_SECONDS = 10.0
COLUMNS = (
    "day",
    "pooled, h",
    "apart, h",
    "split, h",
    "over pooled",
    "worst queue: simulated (goal)",
    "worst half hour",
    "its standard error",
    "CPU, s",
)


@dataclass(frozen=True)
class SplitResult:
    """A case, its plan, and what other simulated days give each queue."""

    name: str
    plan: MultiSkillPlan
    hours: float
    """Length of an interval."""
    levels: np.ndarray
    goals: np.ndarray
    worst_interval: float
    spread: float
    cpu_seconds: float

    @property
    def over_pooled(self) -> float:
        """By which share the split needs more hours than if all could do all."""
        return float(self.plan.heads.sum() / self.plan.pooled.sum()) - 1.0

    @property
    def worst(self) -> int:
        """The queue that is farthest below its goal, or least above."""
        return int(np.argmin(self.levels - self.goals))

    @property
    def below(self) -> float:
        """By how much that queue misses its goal."""
        return float(self.goals[self.worst] - self.levels[self.worst])

    def row(self) -> str:
        """Return the line in Markdown."""
        plan = self.plan
        return (
            f"| {self.name} | {plan.pooled.sum() * self.hours:.1f} "
            f"| {plan.separate.sum() * self.hours:.1f} | {plan.heads.sum() * self.hours:.1f} "
            f"| {self.over_pooled:+.1%} "
            f"| {self.levels[self.worst]:.1%} ({self.goals[self.worst]:.0%}) "
            f"| {self.worst_interval * 100:+.1f} points "
            f"| {self.spread * 100:.2f} points | {self.cpu_seconds:.1f} |"
        )


def run_case(name: str, day: MultiSkillDay, *, contacts: float) -> SplitResult:
    """Plan a day and live through it on days that the plan has not seen."""
    began = time.process_time()
    plan = plan_multi_skill(day)
    seconds = time.process_time() - began
    trial = Trial.of(day, contacts=contacts, seed=SEED)
    yardstick = yardstick_of(day, plan.pooled, trial)
    lived = live_through(day, plan.heads, trial, yardstick=yardstick)
    apart = lived.levels - lived.goals
    worst = np.unravel_index(np.nanargmin(apart), apart.shape)
    row = [goal.queue for goal in lived.asked].index(int(worst[0]))
    counted = lived.counted.sum(axis=1)
    return SplitResult(
        name=name,
        plan=plan,
        hours=day.interval_seconds / 3600,
        levels=lived.good.sum(axis=1) / counted,
        goals=(lived.goals * lived.counted).sum(axis=1) / counted,
        worst_interval=float(apart[worst]),
        spread=float(lived.spread[row, worst[1]]),
        cpu_seconds=seconds,
    )


def run(*, is_smoke: bool) -> Findings:
    """Plan and simulate all days, or a short one."""
    if is_smoke:
        results = [run_case("smoke: chain of 3, six hours", smoke_day(), contacts=SMOKE_CONTACTS)]
        return Findings(bars=split_bars(results, results), tables=[("Skills", _table(results))])
    run_case("compile", smoke_day(), contacts=1)
    results = [run_case(name, day, contacts=CONTACTS) for name, day in CASES.items()]
    pairs = [result for result in results if result.name in TWO_SKILLS]
    limits = "Skills, fewest people of a chain in the steady state"
    tables = [("Skills", _table(results)), (limits, limits_table())]
    return Findings(bars=[*split_bars(results, pairs), _time_bar(results[0])], tables=tables)


def _table(results: list[SplitResult]) -> str:
    rows = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    return "\n".join([*rows, *(result.row() for result in results)])


def split_bars(results: list[SplitResult], pairs: list[SplitResult]) -> list[Bar]:
    """Return the farthest of all cases beside what is wanted."""
    below = max(result.below for result in results)
    worst = min(result.worst_interval for result in results)
    over = max(result.over_pooled for result in pairs)
    return [
        Bar(
            name=f"{len(results)} days by skill: each queue on simulated days",
            wanted="≥ target − 1 point",
            found=f"{-below * 100:+.2f} points",
            is_met=below <= MOST_BELOW,
        ),
        Bar(
            name=f"{len(results)} days by skill: the worst half hour of a queue",
            wanted="≥ target − 1.5 points",
            found=f"{worst * 100:+.2f} points",
            is_met=worst >= -MOST_BELOW_IN_HALF_HOUR,
        ),
        Bar(
            name=f"{len(pairs)} days with two skills each: hours over pooled",
            wanted="≤ +3%",
            found=f"{over:+.1%}",
            is_met=over <= MOST_OVER_POOLED,
        ),
    ]


def _time_bar(result: SplitResult) -> Bar:
    return Bar(
        name="plan of a day by skill: 48 half hours, 3 queues, 3 groups",
        wanted="about 10 s",
        found=f"{result.cpu_seconds:.1f} s",
        is_met=result.cpu_seconds <= MOST_SECONDS,
    )
