"""`make bench-staffing`: the staffing engine against exact values, rivals and the clock."""

# ruff: noqa: T201 - the printed tables are the point

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.days import all_days, day_bars, plan_time_bars, run_days
from tests.benchmarks.staffing.exactness import VECTORS, exactness_bars
from tests.benchmarks.staffing.parts import CASES
from tests.benchmarks.staffing.report import Report, write_section
from tests.benchmarks.staffing.speed import file_bars, run_speed

PARTS = ("exactness", "speed", "file", "days", *CASES)
SIMULATED_DAYS = {10: 4000, 60: 4000, 300: 1000, 1000: 250}


def main(arguments: list[str] | None = None) -> int:
    """Run what the options ask for, print it and, if asked, write it down."""
    options = _options(arguments)
    report = Report()
    if "exactness" in options.parts:
        if not VECTORS.exists():
            print(f"The development data is absent: expected it in {VECTORS}.", file=sys.stderr)
            return 2
        report.bars += exactness_bars()
    if "speed" in options.parts:
        report.speed = run_speed(options.intervals)
        report.bars += report.speed.bars()
    if "file" in options.parts:
        report.bars += file_bars(options.intervals)
    if "days" in options.parts:
        report.bars += plan_time_bars()
        report.days = run_days(
            list(all_days()), simulated_days={} if options.no_simulation else SIMULATED_DAYS
        )
        report.bars += day_bars(report.days)
    for name, run in CASES.items():
        if name in options.parts:
            report.add(run(is_smoke=False))
    text = report.text()
    print(text)
    if options.write:
        write_section(options.write, text)
    return _verdict(report.bars, is_whole=options.parts == list(PARTS))


def _verdict(bars: list[Bar], *, is_whole: bool) -> int:
    """Name the bars that are missed, and in a whole run those not measured; 1 if there is one."""
    missed = [bar for bar in bars if bar.is_met is False or (is_whole and bar.is_met is None)]
    for bar in missed:
        state = "not measured" if bar.is_met is None else f"missed with {bar.found}"
        print(f"{bar.name}: wanted {bar.wanted}, {state}.", file=sys.stderr)
    return 1 if missed else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-staffing", description=__doc__)
    parser.add_argument(
        "--parts",
        type=lambda text: [name for name in PARTS if name in text.split(",")],
        default=list(PARTS),
        help=f"of {', '.join(PARTS)}; default: all",
    )
    parser.add_argument(
        "--intervals", type=int, default=1_000_000, help="requirements and file rows"
    )
    parser.add_argument("--no-simulation", action="store_true", help="days by the equations alone")
    parser.add_argument(
        "--write", type=Path, default=None,
        help="put the tables between the marks of this Markdown file",
    )  # fmt: skip
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
