"""Solve a coverage file without a database."""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_lazy as _

from scheduling.core.data import InvalidDataError
from scheduling.core.instance_file import read_instance, write_result
from scheduling.core.result import Budget, Progress, SolveStatus, WorkBudget
from scheduling.core.solver import SolveParams, solve

EXIT_CODES = {SolveStatus.INFEASIBLE: 3, SolveStatus.NO_SOLUTION: 4}
# Importing and reading come off the time limit, and so does writing the result.
RESERVE_SECONDS = 0.5


def process_age_seconds() -> float:
    """Seconds since this process was started, imports included."""
    fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return max(0.0, uptime - started)


class SecondsBudget:
    """Wall clock from the start of the process."""

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic() - process_age_seconds()
        self.seconds = max(0.1, seconds - RESERVE_SECONDS)

    def share_used(self, work: int) -> float:
        """Share of the seconds."""
        del work
        return (time.monotonic() - self.started) / self.seconds


class ProgressLines:
    """One JSON line a second on standard error."""

    def __init__(self) -> None:
        self.started, self.last = time.monotonic(), 0.0

    def __call__(self, progress: Progress) -> None:
        """Print where a second has gone by."""
        moment = time.monotonic()
        if moment - self.last < 1.0:
            return
        self.last = moment
        line = {
            "seconds": round(moment - self.started, 1),
            "phase": progress.phase,
            "share": round(progress.share, 3),
            "cost": progress.cost,
            "lower_bound": progress.lower_bound,
            "gap": progress.gap,
            "shortage_hours": progress.shortage_hours,
            "work": progress.work,
        }
        print(json.dumps(line), file=sys.stderr, flush=True)


class Command(BaseCommand):
    """`solve_file INSTANCE.json --seconds 60 | --work N --seed 1 --out RESULT.json`."""

    help = str(_("Solve a coverage file; format and exit codes in docs/scheduling.md."))
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, budget, seed, result."""
        parser.add_argument("instance", type=Path)
        budget = parser.add_mutually_exclusive_group(required=True)
        budget.add_argument("--seconds", type=float)
        budget.add_argument("--work", type=int)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--threads", type=int, default=2, help=str(_("threads it may use")))
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Solve and write."""
        stopped = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
        budget: Budget
        if options["seconds"] is not None:
            budget = SecondsBudget(options["seconds"])
            params = SolveParams(seed=options["seed"], programme_seconds=options["seconds"] / 4)
        else:
            budget = WorkBudget(work=options["work"])
            params = SolveParams(seed=options["seed"])
        try:
            data = read_instance(json.loads(options["instance"].read_text()))
        except (OSError, json.JSONDecodeError, KeyError, TypeError, InvalidDataError) as error:
            raise CommandError(f"{options['instance']}: {error!r}") from error
        result = solve(
            data, budget, params=params, report=ProgressLines(), cancelled=stopped.is_set
        )
        document = write_result(data, result, seconds=process_age_seconds())
        write_atomically(options["out"], json.dumps(document))
        if result.status in EXIT_CODES:
            raise SystemExit(EXIT_CODES[result.status])


def write_atomically(path: Path, text: str) -> None:
    """Write beside the file, then rename: a reader sees the old or the new, never half."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.resolve().parent, prefix=f".{path.name}.", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
