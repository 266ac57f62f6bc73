"""What broken days in the last weeks of the history cost: the same cases clean and damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.run import Results
from tests.benchmarks.forecasting.scoring import geometric_mean

HORIZON = "days 1-14"
SPIKE = 3.0
GAP_DAYS = 5


def spike_day(history: np.ndarray, days: Sequence[int]) -> None:
    """One day at three times its volume."""
    history[days[4]] *= SPIKE


def outage_days(history: np.ndarray, days: Sequence[int]) -> None:
    """Two days, a week apart, on which nothing came through."""
    for day in (days[2], days[8]):
        history[day] = np.where(np.isfinite(history[day]), 0.0, np.nan)


def gap(history: np.ndarray, days: Sequence[int]) -> None:
    """Five days in a row that were never recorded."""
    last = days[3]
    history[last - GAP_DAYS + 1 : last + 1] = np.nan


def partial_days(history: np.ndarray, days: Sequence[int]) -> None:
    """Two days whose second half counts as zero, because the source stopped."""
    for day in (days[1], days[6]):
        half = np.nancumsum(history[day]) >= np.nansum(history[day]) / 2
        if history.shape[1] == 1:
            history[day] /= 2
        else:
            history[day, half & np.isfinite(history[day])] = 0.0


CLEAN = "clean"
DAMAGES: dict[str, Callable[[np.ndarray, Sequence[int]], None]] = {
    "3x spike day": spike_day,
    "two outage days": outage_days,
    "5-day gap": gap,
    "partial days": partial_days,
}


def damaged(case: Case, name: str) -> Case:
    """The case with broken days, counted over its ordinary open days, newest first.

    `CLEAN` is the case as it was, under a name of its own.
    """
    if name == CLEAN:
        return replace(case, variant=name)
    totals = np.nansum(case.past, axis=1)
    ordinary = totals > 0.5 * np.median(totals[totals > 0])
    days = [day for day in range(len(totals) - 1, -1, -1) if ordinary[day]]
    history = case.history.copy()
    DAMAGES[name](history, days)
    return replace(case, history=history, slots_from=case.history, variant=name)


def damage_ratios(results: Results, name: str, method: str, panel: str) -> dict[str, float]:
    """Set → WAPE with this damage over WAPE without it."""
    sums: dict[str, list[tuple[float, float]]] = {}
    for key, methods in results.scores.items():
        parts = key.split("/")
        if parts[0] != f"{panel}+{name}" or method not in methods:
            continue
        clean = results.scores["/".join([f"{panel}+{CLEAN}", *parts[1:]])].get(method, {})
        if HORIZON in clean:
            pair = (methods[method][HORIZON]["error"], clean[HORIZON]["error"])
            sums.setdefault(parts[1], []).append(pair)
    return {
        set_name: float(np.sum([pair[0] for pair in pairs]) / np.sum([pair[1] for pair in pairs]))
        for set_name, pairs in sums.items()
    }


def robustness_table(results: Results, methods: Sequence[str], panel: str) -> str:
    """One row a damage, one column a method: geometric mean over the sets (worst set)."""
    rows = [f"| damage | {' | '.join(methods)} |", "|---" * (len(methods) + 1) + "|"]
    for name in DAMAGES:
        cells = []
        for method in methods:
            ratios = damage_ratios(results, name, method, panel)
            worst = max(ratios, key=lambda one: ratios[one], default="")
            cells.append(
                f"{geometric_mean(ratios.values()):.3f} ({ratios[worst]:.2f} {worst})"
                if ratios
                else "–"
            )
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)
