"""Run engine and peers over cases; peers' scores may be kept in a file while developing."""

# ruff: noqa: T201 - progress is shown on the terminal

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.peers.registry import PEERS, USE_HOLIDAYS, Method, peer
from tests.benchmarks.forecasting.scoring import Scores, score

ENGINE = "engine"


@dataclass
class Results:
    """Case key → method → scores, and the CPU seconds that each method took in all."""

    scores: dict[str, dict[str, Scores]] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)

    def add(self, case: Case, method: str, found: Scores, seconds: float) -> None:
        """Keep the scores of one forecast."""
        self.scores.setdefault(case.key, {})[method] = found
        self.cpu_seconds[method] = self.cpu_seconds.get(method, 0.0) + seconds

    def has(self, case: Case, method: str) -> bool:
        """Whether this forecast was scored before."""
        return method in self.scores.get(case.key, {})

    def copy_from_twins(self, cases: Sequence[Case], method: str) -> None:
        """Scores of the same case with nobody told any holiday, for methods that use none."""
        for case in cases:
            twin = self.scores.get(case.twin_key or "", {})
            if method in twin and not self.has(case, method):
                self.add(case, method, twin[method], 0.0)


def read_results(path: Path) -> Results:
    """Scores kept by an earlier run; nothing if there is no file yet."""
    if not path.exists():
        return Results()
    stored = json.loads(path.read_text())
    return Results(scores=stored["scores"], cpu_seconds=stored["cpu_seconds"])


def write_results(results: Results, path: Path) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"scores": results.scores, "cpu_seconds": results.cpu_seconds}))
    draft.replace(path)


def run_method(
    name: str, method: Method, cases: Sequence[Case], results: Results, *, keep: Path | None = None
) -> None:
    """Forecast and score every case that has no score of this method yet."""
    if name in PEERS and name not in USE_HOLIDAYS:
        results.copy_from_twins(cases, name)
    todo = [case for case in cases if not results.has(case, name)]
    begun = perf_counter()
    for number, case in enumerate(todo, start=1):
        cpu = process_time()
        prediction = method(case)
        found, seconds = score(case, prediction), process_time() - cpu
        results.add(case, name, found, seconds)
        if keep is not None:
            stored = read_results(keep)
            stored.add(case, name, found, seconds)
            write_results(stored, keep)
        if sys.stderr.isatty() or number == len(todo):
            spent = perf_counter() - begun
            print(f"\r{name}: {number} of {len(todo)}, {spent:.0f} s ", end="", file=sys.stderr)
    if todo:
        print(file=sys.stderr, flush=True)


def run_peers(
    names: Sequence[str], cases: Sequence[Case], results: Results, *, keep: Path | None = None
) -> None:
    """Run several peers, one after the other."""
    for name in names:
        run_method(name, peer(name), cases, results, keep=keep)
