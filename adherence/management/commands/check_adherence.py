"""Compare stored adherence days with PostgreSQL's own computation of them."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from adherence.models import AdherenceDay
from adherence.queries.check import differences
from wfm.org.tenancy import system_tenant

AGENTS_AT_ONCE = 50


class Command(BaseCommand):
    """Fails when any second differs."""

    help = "Compare stored adherence days with an independent computation by multiranges."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the period."""
        parser.add_argument("first", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        parser.add_argument("last", type=date.fromisoformat, help="last day, YYYY-MM-DD")

    def handle(self, *, first: date, last: date, **_options: Any) -> None:
        """Compare, print what differs, fail if anything does."""
        with system_tenant():
            days = AdherenceDay.objects.filter(operational_date__range=(first, last), is_final=True)
            agent_ids = sorted(days.values_list("agent_id", flat=True).distinct())
            found = 0
            for start in range(0, len(agent_ids), AGENTS_AT_ONCE):
                chunk = agent_ids[start : start + AGENTS_AT_ONCE]
                for item in differences(agent_ids=chunk, first_date=first, last_date=last):
                    found += 1
                    self.stdout.write(
                        f"agent {item.agent_id} {item.operational_date} {item.column}: "
                        f"stored {item.stored}, computed {item.computed}"
                    )
            count = days.count()
        if found:
            raise CommandError(f"{found} figures differ in {count} final days.")
        self.stdout.write(f"{count} final days agree to the second.")
