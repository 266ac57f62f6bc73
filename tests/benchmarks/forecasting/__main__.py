"""`make bench-forecasting`: the engine against its peers on real sets, as Markdown."""

# ruff: noqa: T201 - the printed tables are the point

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import perf_counter

from tests.benchmarks.forecasting.cases import PANELS, Case, cases_of
from tests.benchmarks.forecasting.peers.registry import PEERS, USE_HOLIDAYS
from tests.benchmarks.forecasting.report import PARTS, Report, write_section
from tests.benchmarks.forecasting.robustness import CLEAN, DAMAGES, damaged
from tests.benchmarks.forecasting.run import ENGINE, Results, read_results, run_methods
from tests.benchmarks.forecasting.sets import DATA, SOURCES

DAMAGED_ORIGINS = 3


def main(arguments: list[str] | None = None) -> int:
    """Run what the options ask for, print it and, if asked, write it down."""
    options = _options(arguments)
    if not DATA.exists():
        print(f"The development data is absent: expected it in {DATA}.", file=sys.stderr)
        return 2
    begun = perf_counter()
    results = _results(options)
    if options.peers_only:
        return 0
    report = Report(results=results, panels=options.panels, parts=options.parts)
    text = report.text(minutes=(perf_counter() - begun) / 60)
    print(text)
    if options.write:
        write_section(options.write, text)
    return 0


def _results(options: argparse.Namespace) -> Results:
    """Scores of every case, clean and damaged: the peers', then the engine's."""
    cases: list[Case] = []
    if "accuracy" in options.parts:
        cases += _chosen(options, options.panels, options.origins)
    if "robustness" in options.parts:
        clean = _chosen(options, ["main"], min(options.origins or DAMAGED_ORIGINS, DAMAGED_ORIGINS))
        cases += [damaged(case, name) for name in (CLEAN, *DAMAGES) for case in clean]
    results = _peer_results(options, cases)
    if not options.peers_only:
        run_methods([ENGINE], cases, results, workers=options.workers)
    return results


def _chosen(options: argparse.Namespace, panels: list[str], origins: int | None) -> list[Case]:
    cases = [case for name in panels for case in cases_of(PANELS[name], origins=origins)]
    return [case for case in cases if case.set_name in options.sets]


def _peer_results(options: argparse.Namespace, cases: list[Case]) -> Results:
    """Peers' scores: run now, unless a developer's file holds them already."""
    kept = options.peer_scores
    if kept is None:
        results = Results()
        run_methods(options.peers, cases, results, workers=options.workers)
        return results
    stored = read_results(kept)
    if options.fill:
        run_methods(options.peers, cases, stored, workers=options.workers, keep=kept)
    for name in options.peers:
        if name not in USE_HOLIDAYS:
            stored.copy_from_twins(cases, name)
    chosen = {
        case.key: {
            name: found
            for name, found in stored.scores.get(case.key, {}).items()
            if name in options.peers
        }
        for case in cases
    }
    return Results(scores=chosen, cpu_seconds=stored.cpu_seconds)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-forecasting", description=__doc__)
    parser.add_argument("--parts", type=_names(PARTS), default=list(PARTS))
    parser.add_argument("--panels", type=_names(PANELS), default=list(PANELS))
    parser.add_argument("--peers", type=_names(PEERS), default=list(PEERS))
    parser.add_argument("--sets", type=_names(SOURCES), default=list(SOURCES))
    parser.add_argument(
        "--origins", type=int, default=None, help="origins a series; default: the panel's own"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes; default: every core"
    )
    parser.add_argument(
        "--write", type=Path, default=None,
        help="put the tables between the marks of this Markdown file",
    )  # fmt: skip
    parser.add_argument(
        "--peer-scores", type=Path, default=None,
        help="developers only: read the peers' scores from this file instead of running them",
    )  # fmt: skip
    parser.add_argument("--fill", action="store_true", help="add to that file what it lacks")
    parser.add_argument("--peers-only", action="store_true", help="no engine, no tables")
    return parser.parse_args(arguments)


def _names(known: Mapping[str, object] | Iterable[str]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown: {unknown}; known: {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    sys.exit(main())
