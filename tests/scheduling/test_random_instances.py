"""Random instances by the command's own reader, solver and writer, judged by a checker of their own."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scheduling.core.instance_file import read_instance, write_result
from scheduling.core.pricing import agent_classes
from scheduling.core.result import ScheduleResult, SolveStatus, WorkBudget
from scheduling.core.solver import SolveParams, solve
from tests.scheduling.instance_checker import broken_rules, cost, has_tour
from tests.scheduling.instances import CONTRACTS, IMPOSSIBLE, random_instance

TOOLS = Path(__file__).resolve().parents[3] / "shared" / "tools"
WORK, LONG_WORK = 150, 6000
"""Enough for the first phases; and for plans, days and improvement as well, in every tenth instance."""
COUNT = 50
SEED = 20261122


def solved(instance, *, work=WORK, seed=1):
    """The result document of one instance."""
    data = read_instance(instance)
    result = solve(data, WorkBudget(work=work), params=SolveParams(seed=seed, threads=1))
    return json.loads(json.dumps(write_result(data, result, seconds=0.0)))


def faults(seed):
    """Everything that is wrong with the result of one random instance."""
    instance, impossible = random_instance(seed)
    work = LONG_WORK if seed % 10 == 0 else WORK
    result = solved(instance, work=work, seed=seed)
    found = broken_rules(instance, result)
    unplaced = set(result["unplaced"])
    found += [f"{key} is impossible and was placed" for key in impossible - unplaced]
    found += [
        f"{agent['id']} has a legal tour and was named in unplaced"
        for agent in instance["agents"]
        if agent["id"] in unplaced and has_tour(instance, agent)
    ]
    price = cost(instance, result)
    if abs(result["cost"] - price) > 1e-6:
        found.append(f"the cost is {price}, not {result['cost']}")
    if result["lower_bound"] > price + 1e-6:
        found.append(f"the bound {result['lower_bound']} is above the cost {price}")
    return [f"instance {seed}: {text}" for text in found]


def check(count, seed):
    """Faults in so many random instances; the benchmark calls it with a thousand."""
    return [text for number in range(count) for text in faults(seed + number)]


@pytest.mark.parametrize("part", range(5))
def test_random_instances_are_legal_and_name_just_those_without_a_tour(part):
    count = COUNT // 5
    assert check(count, SEED + part * count) == []


def test_every_kind_of_impossible_agent_is_planted_and_has_no_tour():
    """What the checker's own search says about those who are planted."""
    rules = {"max_consecutive_days": 6, "min_rest_minutes": 660, "max_weekends_in_4_weeks": 3}
    instance, _ = random_instance(SEED)
    instance |= {"days": 28, "rules": {"open": [420, 1320], **rules}}
    for kind, plant in IMPOSSIBLE.items():
        assert not has_tour(instance, plant(4, rules)), kind
    free = {"contract": "SPLIT", "window": [420, 1320], "days_off": [1, 9]}
    assert has_tour(instance, free)


@pytest.mark.parametrize("seed", range(6))
def test_rest_that_hardly_leaves_a_start_names_nobody_falsely(seed):
    """Four weeks in which nearly every two days quarrel: a search cut short found no tour there."""
    rng = random.Random(seed)
    instance, _ = random_instance(SEED)
    contract = {**CONTRACTS[("MIXED", "SPLIT")[seed % 2]], "start_band_minutes": 900}
    days_off = [7 * week + rng.randrange(7) for week in range(4)]
    person = {"id": "a", "contract": "C", "skills": ["A"], "window": [480, 1200],
              "days_off": days_off}  # fmt: skip
    rules = {"max_consecutive_days": 4, "min_rest_minutes": 900, "max_weekends_in_4_weeks": 3}
    instance |= {
        "interval_minutes": 30,
        "days": 28,
        "rules": {"open": [420, 1320], **rules},
        "contracts": {"C": contract},
        "agents": [person],
    }
    instance["requirement"] = {"A": [1] * (28 * 48)}
    data = read_instance(instance)
    model = agent_classes(data)[0].model
    assert model.has_week() == has_tour(instance, person)
    weights = np.random.default_rng(seed).uniform(-1, 9, data.horizon.slots)
    tour = model.best_tour(weights)
    assert (tour is not None) == has_tour(instance, person)
    if tour is not None:
        result = ScheduleResult(
            status=SolveStatus.FEASIBLE, objective=0.0, lower_bound=0.0, prices={}, tours=(tour,)
        )
        document = write_result(data, result, seconds=0.0)
        assert broken_rules(instance, document) == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s: s.update(start=s["start"] + 5), "starts at"),
        (lambda s: s.update(start=300), "outside"),
        (lambda s: s["breaks"].pop(), "breaks"),
        (lambda s: s["breaks"].__setitem__(0, 0), "a break at"),
        (lambda s: s.update(day=s["day"] + 7), "days in week"),
    ],
)
def test_the_checker_sees_a_spoilt_shift(spoil, reason):
    """A checker that finds nothing proves nothing."""
    instance, _ = random_instance(SEED + 1)
    result = solved(instance)
    placed = next(a["id"] for a in instance["agents"] if a["id"] in result["agents"])
    spoil(result["agents"][placed][0])
    assert any(reason in text for text in broken_rules(instance, result))


@pytest.mark.shared
@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_the_independent_verifiers_agree(seed, tmp_path):
    instance, impossible = random_instance(seed)
    result = solved(instance, seed=seed)
    files = [tmp_path / "instance.json", tmp_path / "result.json"]
    for tool in ("verify_roster.py", "verify_bound.py"):
        if not (TOOLS / tool).exists():
            pytest.skip(f"The tool {tool} is not beside this checkout.")
        for file, document in zip(files, (instance, result), strict=True):
            file.write_text(json.dumps(document))
        done = subprocess.run(
            [sys.executable, str(TOOLS / tool), *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        figures = json.loads(done.stdout)
        if tool == "verify_roster.py":
            assert figures["cost"] == cost(instance, result)
            assert figures["unplaced"] >= len(impossible)
