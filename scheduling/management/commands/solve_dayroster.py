"""Solve a roster of day shifts without a database."""

import json
import os
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_lazy as _

from scheduling.core.dayroster.data import InvalidRosterError
from scheduling.core.dayroster.incumbent import Incumbent, Phase
from scheduling.core.dayroster.reading import read_roster, write_assignments
from scheduling.core.dayroster.solver import Clocks, RosterParams, solve
from scheduling.core.result import SolveStatus, gap
from scheduling.management.runs import (
    EXIT_CODES,
    ProgressLines,
    SecondsBudget,
    process_age_seconds,
    stop_on_sigterm,
    write_atomically,
)

GRACE_SECONDS = 0.6
"""A step that has not ended so long after it should is left where it is."""
LOOK_SECONDS = 0.05


class Command(BaseCommand):
    """`solve_dayroster INSTANCE.txt --seconds 300 --seed 1 --out RESULT.json`."""

    help = str(_("Solve a roster of day shifts; format and exit codes in docs/dayroster.md."))
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, budget, seed, result."""
        parser.add_argument("instance", type=Path)
        parser.add_argument("--seconds", type=float, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--threads", type=int, default=2, help=str(_("threads it may use")))
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Solve and write."""
        stopped, budget = stop_on_sigterm(), SecondsBudget(options["seconds"])
        _refuse_nonsense(options)
        try:
            data = read_roster(options["instance"].read_text(encoding="latin-1"))
        except (OSError, InvalidRosterError) as error:
            raise CommandError(f"{options['instance']}: {error}") from error
        incumbent = Incumbent(data)
        overseer = Overseer(incumbent, budget, stopped, options["out"])
        clocks = Clocks(
            share_used=lambda: 1.0 if stopped() else budget.share_used(),
            computing_seconds=time.thread_time,
        )
        with overseer:
            solve(
                data,
                incumbent,
                clocks,
                RosterParams(seed=options["seed"], threads=options["threads"]),
            )
        overseer.write()
        raise SystemExit(overseer.exit_code)


def _refuse_nonsense(options: dict[str, Any]) -> None:
    if not 0 < options["seconds"] < 1e6:
        raise CommandError(f"Expected --seconds above 0, got {options['seconds']}.")
    if options["threads"] < 1:
        raise CommandError(f"Expected --threads of at least 1, got {options['threads']}.")
    if options["seed"] < 0:
        raise CommandError(f"Expected --seed of at least 0, got {options['seed']}.")
    if not options["out"].resolve().parent.is_dir():
        raise CommandError(f"Expected the folder of --out to exist: {options['out'].parent}.")


class Overseer:
    """Prints progress each second, and ends the process where the solver is late."""

    def __init__(
        self,
        incumbent: Incumbent,
        budget: SecondsBudget,
        stopped: Callable[[], bool],
        out: Path,
    ) -> None:
        self.incumbent, self.budget, self.stopped, self.out = incumbent, budget, stopped, out
        self.exit_code = 0
        self._lines = ProgressLines()
        self._writing = threading.Lock()
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._is_done.set()
        self._thread.join()

    def _watch(self) -> None:
        late_since: float | None = None
        while not self._is_done.wait(LOOK_SECONDS):
            self._lines.print_where_due(self._fields)
            if self.stopped() or self.budget.share_used() >= 1.0:
                late_since = late_since or time.monotonic()
                if time.monotonic() - late_since > GRACE_SECONDS:
                    self.write()
                    os._exit(self.exit_code)  # compiled code cannot be asked to stop

    def _fields(self) -> dict[str, Any]:
        _, penalty, bound = self.incumbent.best()
        return {
            "phase": self.incumbent.phase,
            "share": round(min(1.0, self.budget.share_used()), 3),
            "penalty": penalty,
            "lower_bound": bound,
            "gap": gap(penalty, bound),
        }

    def write(self) -> None:
        """Write what is best now."""
        with self._writing:
            self.incumbent.phase = Phase.DONE
            roster, penalty, bound = self.incumbent.best()
            status = self.incumbent.status
            document: dict[str, Any] = {
                "assignments": {}
                if roster is None
                else write_assignments(self.incumbent.data, roster),
                "penalty": penalty,
                "lower_bound": bound,
                "status": status,
                "seconds": round(process_age_seconds(), 2),
            }
            if self.incumbent.impossible is not None:
                document["reason"] = self.incumbent.impossible
            write_atomically(self.out, json.dumps(document))
            self.exit_code = EXIT_CODES.get(SolveStatus(status), 0)
