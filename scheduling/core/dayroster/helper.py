"""A second process that searches beside the first one; they tell each other of better rosters.

A process, not a thread: what is not compiled of the search would wait for the interpreter's lock.
"""

import ctypes
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NamedTuple

from scheduling.core.dayroster.data import FloatArray, Roster

_PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>
Walk = Callable[["Channel", Roster], None]
"""What the helper does from the first roster on."""


class News(NamedTuple):
    """What one search tells the other."""

    roster: Roster | None = None
    cover: FloatArray | None = None
    """Prices of the best bound."""


class Channel:
    """One end of the line between two searches."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_closed = False

    def tell(self, news: News) -> None:
        """Send a better roster, or prices."""
        try:
            self.connection.send(news)
        except OSError:
            self.is_closed = True

    def hear(self) -> list[News]:
        """Return what came since."""
        heard: list[News] = []
        try:
            while self.connection.poll():
                heard.append(self.connection.recv())
        except (EOFError, OSError):
            self.is_closed = True
        return heard


class Helper:
    """Runs a walk in a process of its own for as long as the block lasts."""

    def __init__(self, walk: Walk, first: Roster) -> None:
        context = multiprocessing.get_context("fork")
        mine, theirs = context.Pipe()
        self.channel = Channel(mine)
        arguments: Any = (walk, mine, theirs, first)
        self._theirs = theirs
        self._process = context.Process(target=_run, args=arguments, daemon=True)

    def __enter__(self) -> "Channel":
        self._process.start()
        self._theirs.close()
        return self.channel

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()
        self.channel.connection.close()


def _run(walk: Walk, mine: Connection, theirs: Connection, first: Roster) -> None:
    _end_with_parent()
    mine.close()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    walk(Channel(theirs), first)


def _end_with_parent() -> None:
    """Let the system kill this process where the other one ends, however that happens."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
