"""`make bench-scheduling`: the scheduling engine on the given instances, beside direct CP-SAT and pyworkforce.

Each instance goes through `solve_file` in a process of its own; cost, legality and bound come from the independent
verifiers beside the checkout. Peers get the same seconds in the same run where they can read the instance.
"""

# ruff: noqa: T201 - the printed tables are the point

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from scheduling.core.instance_file import read_instance
from tests.benchmarks.direct_cpsat import solve_directly
from tests.scheduling.test_random_instances import check

ROOT = Path(__file__).resolve().parents[2]
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""Where peers are installed that are kept apart from the product's packages."""
SHARED = ROOT.parent / "shared"
GIVEN = SHARED / "data" / "scheduling" / "contact_centre"
BARS = {
    "hard5000x4": 0.006,
    "hard1000x4": 0.007,
    "skills1000x1": 0.007,
    "skills500x1": 0.007,
    "hard200x1": 0.006,
    "base200x4": 0.006,
    "hard1000x1": 0.02,
    "hard50x1": 0.01,
    "base50x1": 0.01,
    "base20x1": 0.05,
}
"""Largest gap (cost - bound) / bound after 60 s."""
MOST_FIRST_SECONDS = {"hard5000x4": 15.0}
"""Until the first legal schedule, counted from the start of the process."""
MOST_MEGABYTES = {"hard5000x4": 2048}
RANDOM_SEED = 7_000_000
PEER_AGENTS = 250
"""Peers are asked for one week of one skill of so many agents at most."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one run gave."""

    name: str
    first_seconds: float | None
    cost: int
    bound: float
    violations: int
    confirmed: bool
    wall_seconds: float
    cpu_seconds: float
    megabytes: float
    load: float

    @property
    def gap(self):
        return (self.cost - self.bound) / self.bound if self.bound > 0 else float("inf")


def faults_of(row):
    """Words for the bars that a row misses."""
    found = []
    if row.violations:
        found.append("illegal")
    if not row.confirmed:
        found.append("bound not confirmed")
    if row.gap > BARS.get(row.name, float("inf")):
        found.append("gap")
    if (row.first_seconds or 0.0) > MOST_FIRST_SECONDS.get(row.name, float("inf")):
        found.append("first legal")
    if row.megabytes > MOST_MEGABYTES.get(row.name, float("inf")):
        found.append("memory")
    return found


def measure(path, *, seconds, seed, folder):
    """Solve one file in a process of its own and have it verified."""
    out = folder / f"{path.stem}.json"
    load, started, first = os.getloadavg()[0], time.monotonic(), []
    process = subprocess.Popen(
        [sys.executable, "manage.py", "solve_file", path, "--seconds", str(seconds),
         "--seed", str(seed), "--out", out],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "wfm.settings_test"},
    )  # fmt: skip

    def listen():
        for line in process.stderr:
            if line.startswith("{") and json.loads(line)["cost"] is not None and not first:
                first.append(time.monotonic() - started)

    listener = threading.Thread(target=listen)
    listener.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    listener.join()
    process.stderr.close()
    figures = _verify("verify_roster.py", path, out)
    proven = _verify("verify_bound.py", path, out)
    return Row(
        name=path.stem,
        first_seconds=first[0] if first else None,
        cost=figures["cost"],
        bound=figures["lower_bound"],
        violations=figures["violations"],
        confirmed=proven["claimed"] <= -(-proven["proven"] // 1) + 1e-6,
        wall_seconds=wall,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss / 1024,
        load=load,
    )


def _verify(tool, path, out):
    done = subprocess.run(
        [sys.executable, SHARED / "tools" / tool, path, out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return json.loads(done.stdout)


def by_pyworkforce(path, *, seconds):
    """What pyworkforce's head counts cost as cover alone (`pyworkforce_cover.py`), or why there are none."""
    if not BENCH_PYTHON.exists():
        return "not installed"
    done = subprocess.run(
        [BENCH_PYTHON, "-m", "tests.benchmarks.pyworkforce_cover", path, "--seconds", str(int(seconds))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    found = json.loads(done.stdout)
    return found["error"] if "error" in found else f"{found['cost']:,.0f}"


def main():
    """Measure what the options ask for and print the tables."""
    options = _options()
    paths = [GIVEN / f"{name}.json" for name in options.instances]
    absent = [path for path in paths if not path.exists()]
    if absent:
        print(f"The development data is absent: expected {absent[0]}.", file=sys.stderr)
        return 2
    heads = (
        "instance", "first legal s", "cost", "bound", "gap", "bar", "violations",
        "bound confirmed", "wall s", "CPU s", "MB", "load before",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            row = measure(path, seconds=options.seconds, seed=options.seed, folder=Path(folder))
            bar = BARS.get(row.name)
            faults = faults_of(row)
            missed += bool(faults)
            first = "–" if row.first_seconds is None else f"{row.first_seconds:.1f}"
            mark = f" **missed: {', '.join(faults)}**" if faults else ""
            lines.append(
                f"| {row.name} | {first} | {row.cost:,} | {row.bound:,.0f} | {row.gap:.2%}{mark} "
                f"| {'–' if bar is None else f'{bar:.1%}'} | {row.violations} "
                f"| {'yes' if row.confirmed else 'NO'} | {row.wall_seconds:.0f} "
                f"| {row.cpu_seconds:.0f} | {row.megabytes:.0f} | {row.load:.1f} |"
            )
            print(lines[-1], flush=True)
    if not options.no_peers:
        lines += ["", *_peers(paths, options.seconds)]
    if options.random:
        found = check(options.random, RANDOM_SEED)
        missed += bool(found)
        lines += ["", f"{options.random:,} random instances: {len(found)} faults", *found[:20]]
    text = "\n".join(lines)
    print(text)
    if options.write:
        options.write.write_text(text + "\n")
    return 1 if missed else 0


def _peers(paths, seconds):
    yield "| instance | direct CP-SAT cost | its bound | pyworkforce, cover alone |"
    yield "|---|---|---|---|"
    for path in paths:
        data = read_instance(json.loads(path.read_text()))
        if data.weeks > 1 or len(data.required_agents) > 1 or len(data.agents) > PEER_AGENTS:
            continue
        cost, bound = solve_directly(data, seconds=seconds)
        other = by_pyworkforce(path, seconds=seconds)
        yield (
            f"| {path.stem} | {'none' if cost is None else f'{cost:,.0f}'} | {bound:,.0f} "
            f"| {other} |"
        )


def _options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", nargs="+", default=list(BARS), metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument(
        "--random", type=int, default=1000, metavar="COUNT", help="random instances"
    )
    parser.add_argument("--write", type=Path, help="file for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
