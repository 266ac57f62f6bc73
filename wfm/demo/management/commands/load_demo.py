"""Load the demo operation, or continue it to today, and print the logins."""

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from wfm.demo.loading.logins import PEOPLE, Logins
from wfm.demo.loading.operation import UnableToLoadDemo
from wfm.demo.run import DemoParams, UnableToRunChain, run_demo
from wfm.demo.terminal import Screen

DEFAULT_SOLVE_SECONDS = 40
ROLES = {
    "planner": "planner",
    "agent": "agent (24 × 7 claims line, on shift now)",
    "lead": "team lead",
    "client": "client",
    "admin": "administrator",
}


class Command(BaseCommand):
    """Workers must run: the chain is computed as real jobs."""

    help = "Load or continue the demo operation; the workers must run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument(
            "--solve-seconds",
            type=int,
            default=DEFAULT_SOLVE_SECONDS,
            help="time limit of each week's solve",
        )
        parser.add_argument(
            "--today",
            type=datetime.fromisoformat,
            help="pretend that it is this moment, with offset (for tests)",
        )

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, compute, print."""
        params = DemoParams(solve_seconds=options["solve_seconds"], state_folder=settings.STATE_DIR)
        try:
            logins = run_demo(
                at=options["today"] or now(),
                params=params,
                screen=Screen(self._write, is_terminal=self.stdout.isatty()),
            )
        except (UnableToLoadDemo, UnableToRunChain) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"\n{_shown(logins)}")


def _shown(logins: Logins) -> str:
    """Return the logins as a table, and where they open what."""
    url = f"http://127.0.0.1:{os.environ.get('WFM_PORT', '8000')}"
    rows = [("log in as", "password", "who")]
    rows += [(PEOPLE[name][0], getattr(logins, name), role) for name, role in ROLES.items()]
    width = max(len(row[0]) for row in rows) + 2
    second = max(len(row[1]) for row in rows) + 2
    lines = [f"{email:<{width}}{password:<{second}}{who}" for email, password, who in rows]
    lines += [
        "",
        "The client's API key (read only):",
        f"  curl -H 'Authorization: Bearer {logins.api_key}' {url}/api/v1/sla/results/",
    ]
    return "\n".join(lines)
