"""`make bench-adherence`: exactness, speed, races and recovery of adherence, as Markdown."""

# ruff: noqa: T201 - the printed table is the point

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence.installation import empty, installation


def main(arguments: list[str] | None = None) -> int:
    """Run what the options ask for, print it and, if asked, write it down; 1 if a bar is missed."""
    options = _options(arguments)
    rows: dict[str, list[frame.Row]] = {}
    with installation(is_durable=not options.smoke):
        modules = frame.found_modules()
        names = options.only or list(modules)
        if unknown := [name for name in names if name not in modules]:
            print(f"Unknown: {', '.join(unknown)}; known: {', '.join(modules)}.", file=sys.stderr)
            return 2
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            rows[name] = modules[name](frame.Options(is_smoke=options.smoke))
            print(*(f"  {row.bar}: {row.found}" for row in rows[name]), sep="\n", file=sys.stderr)
            empty()
            if options.write:  # at once: a run that is cut short has not been for nothing
                frame.write_sections(options.write, {name: frame.table(rows[name])})
    every = [row for found in rows.values() for row in found]
    print(frame.table(every))
    return 1 if any(row.is_met is False for row in every) else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-adherence", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=[],
        help="names of modules; default: all",
    )
    parser.add_argument("--smoke", action="store_true", help="small sizes, as in the tests")
    parser.add_argument(
        "--write", type=Path, default=None,
        help="put each module's table between the marks of this Markdown file",
    )  # fmt: skip
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
