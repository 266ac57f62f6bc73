"""How good the solver is after so many seconds, beside a direct CP-SAT model in the same run.

`.venv/bin/python -m pytest tests/benchmarks/test_scheduling.py -q -s`; BENCH_SECONDS sets the time per solve.
"""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.core.instance_file import read_instance
from scheduling.core.solver import solve
from tests.benchmarks import scheduling
from tests.benchmarks.direct_cpsat import solve_directly
from tests.benchmarks.pyworkforce_cover import shift_rows
from tests.benchmarks.scheduling import Row, by_pyworkforce, faults_of, main
from tests.scheduling.core import weeks

INSTANCES = (
    Path(__file__).resolve().parents[2].parent
    / "shared" / "data" / "scheduling" / "contact_centre"
)  # fmt: skip
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
NAMES = os.environ.get("BENCH_INSTANCES", "base20x1,base50x1,hard50x1,hard200x1").split(",")


class _Seconds:
    def __init__(self, seconds):
        self.started, self.seconds = time.monotonic(), seconds

    def share_used(self, work):
        return (time.monotonic() - self.started) / self.seconds


def _gap(cost, bound):
    return None if cost is None else (cost - bound) / cost


def _text(value):
    return "–" if value is None else f"{value:.1%}"


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_cost_bound_and_gap_beside_direct_cpsat(name, capsys):
    path = INSTANCES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"The development data {path.name} is not beside this checkout.")
    data = read_instance(json.loads(path.read_text()))
    first, cpu = [], time.process_time()

    def report(progress):
        if progress.cost is not None and not first:
            first.append(time.monotonic())

    started = time.monotonic()
    ours = solve(data, _Seconds(SECONDS), report=report)
    cpu = time.process_time() - cpu
    theirs, their_bound = solve_directly(data, seconds=SECONDS)
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark prints its figures
            f"\n| {name} | {first[0] - started:.1f} | {ours.objective:,.0f} | {ours.lower_bound:,.0f} "
            f"| {_text(_gap(ours.objective, ours.lower_bound))} | {cpu:.0f} "
            f"| {'–' if theirs is None else f'{theirs:,.0f}'} | {their_bound:,.0f} "
            f"| {_text(_gap(theirs, their_bound))} |"
        )
    assert theirs is None or ours.objective <= theirs
    assert ours.lower_bound >= their_bound - 1e-6 or ours.lower_bound >= 0.9 * their_bound


def test_the_benchmark_names_every_bar_that_is_missed():
    fine = Row(
        name="hard5000x4", first_seconds=9.0, cost=1005, bound=1000.0, violations=0, confirmed=True,
        wall_seconds=60, cpu_seconds=100, megabytes=700, load=0.0,
    )  # fmt: skip
    assert faults_of(fine) == []
    assert faults_of(replace(fine, cost=1010)) == ["gap"]
    assert faults_of(replace(fine, violations=1)) == ["illegal"]
    assert faults_of(replace(fine, confirmed=False)) == ["bound not confirmed"]
    assert faults_of(replace(fine, first_seconds=16.0)) == ["first legal"]
    assert faults_of(replace(fine, megabytes=2100)) == ["memory"]


def test_the_shifts_told_to_pyworkforce_lie_in_the_asked_hours_and_have_their_breaks():
    rows = shift_rows(weeks.week())
    starts = [row.index(1) for row in rows.values()]
    assert starts == [8 * weeks.HOUR, 9 * weeks.HOUR, 10 * weeks.HOUR]
    for row in rows.values():
        lunch = row.index(1) + 225 // 15
        assert sum(row) == 450 // 15
        assert row[lunch : lunch + 2] == [0, 0]


def test_a_peer_that_is_absent_or_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduling, "BENCH_PYTHON", tmp_path / "python")
    assert by_pyworkforce(tmp_path / "x.json", seconds=1) == "not installed"
    monkeypatch.setattr(scheduling, "BENCH_PYTHON", Path(sys.executable))
    assert "x.json" in by_pyworkforce(tmp_path / "x.json", seconds=1)


@pytest.mark.shared
def test_a_smoke_run_of_the_benchmark_writes_its_table(tmp_path, monkeypatch):
    if not INSTANCES.exists():
        pytest.skip("The development data is not beside this checkout.")
    table = tmp_path / "table.md"
    options = ["--instances", "base20x1", "--seconds", "10", "--no-peers", "--random", "2"]
    monkeypatch.setattr("sys.argv", ["scheduling", *options, "--write", str(table)])
    main()
    text = table.read_text()
    assert "| base20x1 |" in text
    assert "2 random instances: 0 faults" in text
