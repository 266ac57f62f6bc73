"""Figures and requirements against the 60-digit vectors beside the checkout."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Prediction, Thresholds, Traffic
from tests.benchmarks.staffing.bars import Bar

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "staffing"
ORDINARY_ERLANGS = 5000.0
RATES = {
    "p_block": "block_rate",
    "p_wait": "wait_rate",
    "p_abandon": "abandonment_rate",
    "occupancy": "occupancy_rate",
}
KINDS = dict.fromkeys(("p_block", "p_wait", "p_abandon"), "probability") | {
    "occupancy": "occupancy"
}
Row = dict[str, str]
Errors = dict[tuple[str, bool], float]


def read(name: str) -> list[Row]:
    with (VECTORS / name).open(newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[Row], name: str) -> FloatArray:
    return np.array([float(row[name]) if row[name] else np.nan for row in rows])


def offered(rows: list[Row]) -> Traffic:
    return Traffic(*(column(rows, name) for name in ("erlangs", "aht_s", "patience_s")))


def different_requirements() -> tuple[int, int]:
    """Return how many required agents differ from the exact ones, and of how many."""
    groups = defaultdict(list)
    for row in read("vectors_required.csv"):
        groups[row["model"], row["sl_definition"]].append(row)
    different = 0
    for (model, definition), rows in groups.items():
        goals = replace(
            Goals.same(len(rows), definition=ServiceLevel(definition)),
            level=column(rows, "target_sl"),
            threshold_seconds=column(rows, "target_s"),
        )
        found = agents_or_inf(model=Model(model), traffic=offered(rows), goals=goals)
        different += int((found != column(rows, "required_agents")).sum())
    return different, sum(map(len, groups.values()))


def largest_errors() -> Errors:
    """Return the largest error by kind, for ordinary loads and for all; mean waits are relative."""
    errors: Errors = defaultdict(float)
    for model in Model:
        rows = [row for row in read("vectors_mpmath.csv") if row["model"] == model]
        agents, load = column(rows, "agents"), column(rows, "erlangs")
        thresholds = Thresholds(column(rows, "target_s"), np.full(len(rows), 5.0))
        found = evaluate(model=model, traffic=offered(rows), agents=agents, thresholds=thresholds)
        ordinary = (load <= ORDINARY_ERLANGS) & (agents >= load / 2)
        for kind, error in _errors(found, rows):
            known_error = np.nan_to_num(error, nan=np.inf)
            for is_ordinary, chosen in ((True, known_error[ordinary]), (False, known_error)):
                worst = float(chosen.max(initial=0.0))
                errors[kind, is_ordinary] = max(errors[kind, is_ordinary], worst)
    return errors


def _errors(found: Prediction, rows: list[Row]) -> list[tuple[str, FloatArray]]:
    """Return the error of each kind where the vectors have that figure; inf in the same places."""
    named = {name: getattr(found, attribute) for name, attribute in RATES.items()}
    named |= {f"sl_{key}": level for key, level in found.service_levels.items()}
    kinds = []
    for name, figures in named.items():
        if name in rows[0]:
            exact = column(rows, name)
            known = ~np.isnan(exact)
            kinds.append(
                (KINDS.get(name, "service level"), np.where(known, abs(figures - exact), 0.0))
            )
    exact, wait = column(rows, "mean_wait_offered_s"), found.mean_wait_seconds
    finite = np.isfinite(exact)
    relative = np.zeros(exact.shape)
    relative[finite] = abs(wait[finite] - exact[finite]) / np.maximum(exact[finite], 1e-300)
    relative[np.isinf(exact) & ~np.isinf(wait)] = np.inf
    return [*kinds, ("mean wait, relative", relative)]


def exactness_bars() -> list[Bar]:
    """Return what is compared with the vectors; nothing where they are absent."""
    if not VECTORS.exists():
        return []
    different, of = different_requirements()
    errors = largest_errors()
    bars = [Bar("required agents that differ", "0", f"{different} of {of:,}", different == 0)]
    for kind in ("probability", "occupancy", "service level"):
        ordinary, anywhere = errors[kind, True], errors[kind, False]
        where = "load ≤ 5,000, n ≥ load / 2"
        bars.append(Bar(f"{kind}, {where}", "≤ 1e-11", f"{ordinary:.0e}", ordinary <= 1e-11))
        bars.append(Bar(f"{kind}, everywhere", "≤ 1e-8", f"{anywhere:.0e}", anywhere <= 1e-8))
    wait = errors["mean wait, relative", False]
    bars.append(Bar("mean wait, relative", "≤ 1e-8", f"{wait:.0e}", wait <= 1e-8))
    return bars
