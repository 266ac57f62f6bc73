"""Agreement with the exact vectors beside the checkout (60-digit arithmetic)."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.requirement import required_agents
from staffing.core.traffic import Thresholds, Traffic

pytestmark = pytest.mark.shared

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "data" / "staffing"
FIGURES = {
    "p_block": "block_rate",
    "p_wait": "wait_rate",
    "p_abandon": "abandonment_rate",
    "occupancy": "occupancy_rate",
}


def read(name):
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"{path} is not there: the development data lie beside the checkout.")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows, name):
    return np.array([float(row[name]) if row[name] else np.nan for row in rows])


def offered(rows):
    return Traffic(*(numbers(rows, name) for name in ("erlangs", "aht_s", "patience_s")))


@pytest.fixture(scope="module", params=list(Model))
def evaluated(request):
    rows = [row for row in read("vectors_mpmath.csv") if row["model"] == request.param]
    prediction = evaluate(
        model=request.param,
        traffic=offered(rows),
        agents=numbers(rows, "agents"),
        thresholds=Thresholds(numbers(rows, "target_s"), np.full(len(rows), 5.0)),
    )
    return rows, prediction


def figures(prediction):
    named = {column: getattr(prediction, name) for column, name in FIGURES.items()}
    return named | {f"sl_{key}": level for key, level in prediction.service_levels.items()}


def test_probabilities_occupancy_and_levels(evaluated):
    """1e-11 for loads up to 5,000 erlang with n >= load / 2, 1e-8 everywhere."""
    rows, prediction = evaluated
    ordinary = (numbers(rows, "erlangs") <= 5000) & (
        numbers(rows, "agents") >= numbers(rows, "erlangs") / 2
    )
    compared = 0
    for column, found in figures(prediction).items():
        if column not in rows[0]:
            continue
        exact = numbers(rows, column)
        assert np.isnan(found).tolist() == np.isnan(exact).tolist(), column
        error = np.nan_to_num(np.abs(found - exact))
        assert error.max() <= 1e-8, column
        assert error[ordinary].max() <= 1e-11, column
        compared += int((~np.isnan(exact)).sum())
    assert compared >= 2 * len(rows)


def test_mean_wait(evaluated):
    rows, prediction = evaluated
    exact, found = numbers(rows, "mean_wait_offered_s"), prediction.mean_wait_seconds
    assert np.array_equal(np.isnan(found), np.isnan(exact))
    assert np.array_equal(np.isinf(found), np.isinf(exact))
    finite = np.isfinite(exact)
    assert np.all(np.abs(found[finite] - exact[finite]) <= 1e-8 * exact[finite])


def test_required_agents():
    rows = read("vectors_required.csv")
    different = []
    for model, definition in {(row["model"], row["sl_definition"]) for row in rows}:
        group = [row for row in rows if (row["model"], row["sl_definition"]) == (model, definition)]
        goals = replace(
            Goals.same(len(group), definition=ServiceLevel(definition)),
            level=numbers(group, "target_sl"),
            threshold_seconds=numbers(group, "target_s"),
        )
        found = required_agents(model=Model(model), traffic=offered(group), goals=goals)
        different += [
            row["id"]
            for row, agents in zip(group, found.tolist(), strict=True)
            if agents != int(row["required_agents"])
        ]
    assert len(rows) > 1000
    assert different == []


def test_published_values():
    """Printed values that agree with the exact one must agree with ours to their decimals."""
    rows = [
        row
        for row in read("vectors_published.csv")
        if row["agrees"] == "yes"
        and row["metric"] == "required_agents"
        and row["model"] in {"C", "A"}
    ]
    for row in rows:
        goals = Goals.same(
            1, level=float(row["target_sl"]), threshold_seconds=float(row["target_s"])
        )
        found = required_agents(model=Model(row["model"]), traffic=offered([row]), goals=goals)
        assert found[0] == float(row["exact_mpmath"]), row["id"]
