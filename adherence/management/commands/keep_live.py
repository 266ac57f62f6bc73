"""The keeper of the live rows: runs until it is told to stop."""

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from adherence.live.keeping import KeeperProcess
from wfm.env import require


class Command(BaseCommand):
    """Bring AgentLive up to date with events, plans and time, and announce what has changed."""

    help = "Keep the live rows up to date. One process works, further ones wait in line."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM or SIGINT; the step in hand is finished."""
        require(settings.REQUIRED_ENVIRONMENT)
        asked: list[int] = []

        def note(number: int, _frame: FrameType | None) -> None:
            asked.append(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, note)
        KeeperProcess(is_stopped=lambda: bool(asked)).run()
