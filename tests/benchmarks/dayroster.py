"""Rosters of day shifts: penalty and bound of the command beside a direct CP-SAT model and what is known.

`.venv/bin/python -m tests.benchmarks.dayroster [--instances 1,2] [--seconds 60] [--write FILE.md]`
Without --seconds: 60 up to four weeks and 60 people, else 300. Judged by the shared checker.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scheduling.core.dayroster.reading import read_roster
from tests.benchmarks.dayroster_cpsat import solve_directly

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared"
FOLDER = SHARED / "data" / "scheduling" / "curtois"
HEAD = """# Rosters of day shifts

`make bench-dayroster` (OPTIONS="--help"). Instances and best known penalties stand beside the checkout and are not part of it. Each row is one run of `python manage.py solve_dayroster` as a user starts it (two threads, seed 1, reading and compiling included), judged by the independent checker; *direct CP-SAT* is the textbook model (one boolean per person, day and shift; `tests/benchmarks/dayroster_cpsat.py`) with two workers in the same run. CPU counts both processes of the solver: on two idle cores it would be twice the seconds.
"""


def best_known():
    """Figures of the README beside the instances."""
    text = (SHARED / "data" / "scheduling" / "README.md").read_text()
    line = text[text.index("Best known:") : text.index("Published after 10 minutes")]
    published = text[text.index("Published after 10 minutes") :].splitlines()[0]
    return tuple(
        {int(number): int(value) for number, value in re.findall(r"(\d+) (\d+)\s*(?:·|\.|$)", part)}
        for part in (line, published.split(":", 1)[1])
    )


def solved(path, *, seconds):
    """Run the command; return its result and the CPU seconds of all its processes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.json"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "manage.py", "solve_dayroster", str(path), "--seconds", str(seconds),
             "--out", str(out)],
            cwd=CHECKOUT, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        document = json.loads(out.read_text())
        checked = subprocess.run(
            [sys.executable, str(SHARED / "tools" / "verify_dayroster.py"), str(path), str(out)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    figures = json.loads(checked.stdout)
    if document["penalty"] is not None and (
        figures["violations"] or figures["penalty"] != document["penalty"]
    ):
        raise SystemExit(f"{path.name}: the checker refuses the roster: {figures}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return document, cpu


def row(number, *, seconds, peer_seconds, known):
    """One line of the table."""
    path = FOLDER / f"Instance{number}.txt"
    data = read_roster(path.read_text(encoding="latin-1"))
    is_small = data.days <= 28 and len(data.employees) <= 60
    seconds = seconds or (60 if is_small else 300)
    found, cpu = solved(path, seconds=seconds)
    peer = (None, None)
    if peer_seconds and data.wish_cost.size < 100_000:
        peer = solve_directly(data, seconds=peer_seconds)
    best, penalty, bound = known.get(number), found["penalty"], found["lower_bound"]
    gap = None if None in {best, penalty} else (penalty - best) / best
    proven = None if None in {bound, penalty} else (penalty - bound) / penalty
    cells = [
        number,
        f"{len(data.employees)} × {data.days} × {len(data.shifts)}",
        *(_number(value) for value in (penalty, bound)),
        _share(proven),
        _number(best),
        _share(gap),
        found["status"],
        f"{found['seconds']:.0f}",
        f"{cpu:.0f}",
        *(_number(value) for value in peer),
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |", gap


def _number(value):
    return "–" if value is None else f"{value:,.0f}"


def _share(value):
    return "–" if value is None else f"{value:.2%}"


def _tell(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", help="numbers, e.g. 1,2,14; all that are there if not given")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--peer-seconds", type=float, default=60, help="of direct CP-SAT; 0: none")
    parser.add_argument(
        "--write", type=Path, help="a section file such as docs/benchmarks/dayroster.md"
    )
    options = parser.parse_args()
    there = sorted(int(path.stem.removeprefix("Instance")) for path in FOLDER.glob("*.txt"))
    numbers = [int(n) for n in options.instances.split(",")] if options.instances else there
    if not numbers:
        raise SystemExit(
            f"Expected instances in {FOLDER.relative_to(CHECKOUT.parent)}, found none."
        )
    known, _published = best_known()
    started = f"{time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f} at the start"
    lines = [
        f"Run of {started}, direct CP-SAT {options.peer_seconds:g} s each:",
        "",
        "| instance | people × days × shifts | penalty | bound | gap to bound | best known | above it | status | s | CPU s | CP-SAT penalty | its bound |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    _tell("\n".join(lines))
    gaps = []
    for number in numbers:
        line, gap = row(
            number, seconds=options.seconds, peer_seconds=options.peer_seconds, known=known
        )
        _tell(line)
        lines.append(line)
        gaps += [] if gap is None else [gap]
    end = (
        f"\nBest known on {sum(gap <= 0 for gap in gaps)} of {len(gaps)}, "
        f"at most 1.5 % above on {sum(gap <= 0.015 for gap in gaps)}."
    )
    _tell(end)
    if options.write:
        options.write.write_text(HEAD + "\n" + "\n".join(lines) + "\n" + end + "\n")


if __name__ == "__main__":
    main()
