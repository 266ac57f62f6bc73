"""Ctrl-C, SIGTERM and a closed terminal become one question: was a stop asked for?

The handler only notes the request, so that no step is torn in the middle; steps that wait ask.
"""

import signal
import time
from types import FrameType


class StopRequestedError(Exception):
    """Somebody asked the launcher to stop."""


class StopFlag:
    """How often a stop was asked for: once means cleanly, more often means at once."""

    def __init__(self) -> None:
        self._requests = 0

    def listen(self) -> None:
        """Note SIGINT, SIGTERM and SIGHUP from now on."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    @property
    def is_impatient(self) -> bool:
        """True after a second request."""
        return self._requests > 1

    def check(self) -> None:
        """Raise StopRequestedError when a stop was asked for."""
        if self._requests:
            raise StopRequestedError

    def sleep(self, seconds: float) -> None:
        """Wait, but raise as soon as a stop is asked for."""
        until = time.monotonic() + seconds
        self.check()
        while (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, 0.1))
            self.check()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._requests += 1
