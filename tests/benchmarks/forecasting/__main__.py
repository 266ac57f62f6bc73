"""`make bench-forecasting`: the engine against its peers on real sets, as Markdown."""

# ruff: noqa: T201 - the printed tables are the point

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.forecasting.cases import PANELS, Case, cases_of
from tests.benchmarks.forecasting.engine import engine
from tests.benchmarks.forecasting.peers.registry import PEERS
from tests.benchmarks.forecasting.run import (
    ENGINE,
    Results,
    read_results,
    run_method,
    run_peers,
)
from tests.benchmarks.forecasting.scoring import HORIZONS
from tests.benchmarks.forecasting.tables import PanelScores, accuracy_table, peers_table


def main(arguments: list[str] | None = None) -> int:
    """Run what the options ask for and print it."""
    options = _options(arguments)
    cases = [case for name in options.panels for case in cases_of(PANELS[name])]
    if options.sets:
        cases = [case for case in cases if case.set_name in options.sets]
    results = _peer_results(options, cases)
    if not options.peers_only:
        run_method(ENGINE, engine, cases, results)
    print(report(results, options.panels))
    return 0


def _peer_results(options: argparse.Namespace, cases: list[Case]) -> Results:
    """Peers' scores: run now, unless a developer's file holds them already."""
    kept = options.peer_scores
    if kept is None:
        results = Results()
        run_peers(options.peers, cases, results)
        return results
    stored = read_results(kept)
    if options.fill:
        run_peers(options.peers, cases, stored, keep=kept)
    chosen = {
        case.key: {
            name: found
            for name, found in stored.scores.get(case.key, {}).items()
            if name in options.peers
        }
        for case in cases
    }
    return Results(scores=chosen, cpu_seconds=stored.cpu_seconds)


def report(results: Results, panels: list[str]) -> str:
    """All tables of a run."""
    parts = []
    for name in panels:
        scores = PanelScores(name, results)
        for horizon in HORIZONS:
            if horizon in scores.by_horizon:
                parts.append(f"### {PANELS[name].title}, {horizon}\n")
                parts.append(accuracy_table(scores, horizon) + "\n")
                parts.append(peers_table(scores, horizon) + "\n")
    return "\n".join(parts)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-forecasting", description=__doc__)
    parser.add_argument("--panels", type=_names(PANELS), default=list(PANELS))
    parser.add_argument("--peers", type=_names(PEERS), default=list(PEERS))
    parser.add_argument("--sets", type=lambda text: text.split(","), default=None)
    parser.add_argument(
        "--peer-scores", type=Path, default=None,
        help="developers only: read the peers' scores from this file instead of running them",
    )  # fmt: skip
    parser.add_argument("--fill", action="store_true", help="add what that file lacks")
    parser.add_argument("--peers-only", action="store_true", help="leave the engine out")
    return parser.parse_args(arguments)


def _names(known: dict[str, object]):
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown: {unknown}; known: {', '.join(known)}")
        return names

    return parse


if __name__ == "__main__":
    sys.exit(main())
