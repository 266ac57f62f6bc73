"""Let the demo's agents go through their day until this command is stopped."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection
from django.utils.timezone import now

from wfm.demo.loading.actuals import continue_today
from wfm.demo.loading.feed import send_events
from wfm.demo.loading.logins import PEOPLE
from wfm.demo.loading.relief import ensure_shift_now
from wfm.demo.loading.today import DayWalker
from wfm.demo.models import DemoOperation
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
EVENTS_EVERY_SECONDS = 5.0
INTERVALS_EVERY = timedelta(minutes=1)


class Command(BaseCommand):
    """Sends events every few seconds, ended intervals and the demo agent's shift now and then."""

    help = "Simulate the demo's agents and queues from now on, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until SIGTERM or SIGINT."""
        with system_tenant():
            if not DemoOperation.objects.filter(pk=1).exists():
                msg = "No demo is loaded here; start `make demo`."
                raise CommandError(msg)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        day = _Day()
        while not stop.is_set():
            try:
                day.round(at=now())
            except (DatabaseError, InterfaceError):
                logger.exception("Unable to go on with the simulated day; trying again.")
                connection.close()
            if options["once"]:
                return
            stop.wait(EVENTS_EVERY_SECONDS)


class _Day:
    """What is due when."""

    def __init__(self) -> None:
        self._intervals_at: datetime | None = None
        self._walker = DayWalker()

    def round(self, *, at: datetime) -> None:
        """Send what has happened; every minute also what queues and the demo agent need."""
        send_events(until=at, walker=self._walker)
        if self._intervals_at is not None and at - self._intervals_at < INTERVALS_EVERY:
            return
        with system_tenant():
            planner = User.objects.get(email=PEOPLE["planner"][0])
        continue_today(at=at, walker=self._walker)
        ensure_shift_now(at=at, published_by=planner)
        self._intervals_at = at
