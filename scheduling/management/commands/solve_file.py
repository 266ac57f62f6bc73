"""Solve a coverage file without a database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_lazy as _

from scheduling.core.data import InvalidDataError
from scheduling.core.instance_file import read_instance, write_result
from scheduling.core.result import Budget, Phase, Progress, WorkBudget
from scheduling.core.solver import SolveParams, solve
from scheduling.management.runs import (
    EXIT_CODES,
    ProgressLines,
    SecondsBudget,
    process_age_seconds,
    stop_on_sigterm,
    write_atomically,
)


def _fields(progress: Progress) -> dict[str, Any]:
    return {
        "phase": progress.phase,
        "share": round(progress.share, 3),
        "cost": progress.cost,
        "lower_bound": progress.lower_bound,
        "gap": progress.gap,
        "shortage_hours": progress.shortage_hours,
        "work": progress.work,
    }


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
        stopped, lines = stop_on_sigterm(), ProgressLines()
        budget: Budget
        if options["seconds"] is not None:
            budget = SecondsBudget(options["seconds"])
            params = SolveParams(seed=options["seed"], threads=options["threads"])
        else:
            budget = WorkBudget(work=options["work"])
            params = SolveParams(seed=options["seed"], threads=options["threads"])
        try:
            data = read_instance(json.loads(options["instance"].read_text()))
        except (OSError, json.JSONDecodeError, KeyError, TypeError, InvalidDataError) as error:
            raise CommandError(f"{options['instance']}: {error!r}") from error

        def report(progress: Progress) -> None:
            done = progress.phase == Phase.DONE
            lines.print_where_due(lambda: _fields(progress), is_last=done)

        result = solve(data, budget, params=params, report=report, cancelled=stopped)
        document = write_result(data, result, seconds=process_age_seconds())
        write_atomically(options["out"], json.dumps(document))
        if result.status in EXIT_CODES:
            raise SystemExit(EXIT_CODES[result.status])
