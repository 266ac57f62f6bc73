"""Run forecast, requirement, schedule and results as jobs, with progress; on any installation."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wfm.chain_params import ChainParams
from wfm.demo import report
from wfm.demo.run import UnableToRunChain, run_and_watch
from wfm.demo.terminal import Screen
from wfm.org.models import User
from wfm.org.tenancy import system_tenant


class Command(BaseCommand):
    """Workers must run."""

    help = "Run the chain for given weeks; the workers must run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--as", dest="email", required=True, help="e-mail of who asks for it")
        parser.add_argument("--timezone", default="UTC", help="zone of the dates below")
        parser.add_argument(
            "--origin", type=date.fromisoformat, help="forecast from the history before this date"
        )
        parser.add_argument("--days", type=int, default=42, help="length of the forecast")
        parser.add_argument(
            "--week",
            type=date.fromisoformat,
            action="append",
            default=[],
            help="first day of a week to schedule and publish; may be repeated",
        )
        parser.add_argument(
            "--settle",
            type=date.fromisoformat,
            nargs=2,
            metavar=("FIRST", "LAST"),
            help="days whose adherence and SLA results are computed",
        )
        parser.add_argument("--solve-seconds", type=int, default=settings.SOLVE_SECONDS)

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")
        self.stdout.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, watch, print the time and memory of each stage."""
        with system_tenant():
            user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            msg = f"Nobody has the e-mail address {options['email']!r}."
            raise CommandError(msg)
        try:
            params = _params(options)
            jobs = run_and_watch(
                params,
                title="Chain",
                created_by=user,
                screen=Screen(self._write, is_terminal=self.stdout.isatty()),
            )
        except (UnableToRunChain, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(report.render({"stages": report.stage_rows(jobs)}))


def _params(options: dict[str, Any]) -> ChainParams:
    zone = ZoneInfo(options["timezone"])
    origin = options["origin"]
    settled = tuple(options["settle"]) if options["settle"] else None
    return ChainParams(
        origin_at=datetime.combine(origin, time.min, tzinfo=zone).astimezone(UTC)
        if origin
        else None,
        forecast_days=options["days"],
        weeks=tuple(options["week"]),
        timezone=options["timezone"],
        solve_seconds=options["solve_seconds"],
        adherence_days=settled,
        sla_days=settled,
    )
