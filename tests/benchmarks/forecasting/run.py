"""Run engine and peers over cases; peers' scores may be kept in a file while developing."""

# ruff: noqa: T201 - progress is shown on the terminal

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from time import perf_counter, process_time

from tests.benchmarks.forecasting.cases import Case
from tests.benchmarks.forecasting.engine import engine
from tests.benchmarks.forecasting.peers.registry import PEERS, USE_HOLIDAYS, peer
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
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"scores": results.scores, "cpu_seconds": results.cpu_seconds}))
    draft.replace(path)


def run_methods(
    names: Sequence[str],
    cases: Sequence[Case],
    results: Results,
    *,
    workers: int = 1,
    keep: Path | None = None,
) -> None:
    """Forecast and score every case that has no score of a method yet, method by method."""
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers)) if workers > 1 else None
        for name in names:
            _run_method(name, cases, results, pool=pool, keep=keep)


def _run_method(
    name: str,
    cases: Sequence[Case],
    results: Results,
    *,
    pool: ProcessPoolExecutor | None,
    keep: Path | None,
) -> None:
    todo = [case for case in cases if not results.has(case, name)]
    if is_deaf := name in PEERS and name not in USE_HOLIDAYS:
        own = {case.key for case in cases}
        todo = [case for case in todo if case.twin_key not in own]
    begun = perf_counter()
    scored = pool.map(_scored, repeat(name), todo) if pool else map(_scored, repeat(name), todo)
    for number, (case, (found, seconds)) in enumerate(zip(todo, scored, strict=True), start=1):
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
    if is_deaf:
        results.copy_from_twins(cases, name)


def _scored(name: str, case: Case) -> tuple[Scores, float]:
    """Scores of one forecast and the CPU seconds that it took."""
    method = engine if name == ENGINE else peer(name)
    begun = process_time()
    prediction = method(case)
    return score(case, prediction), process_time() - begun
