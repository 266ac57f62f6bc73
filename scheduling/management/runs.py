"""What the commands that solve a file share: their clock, SIGTERM, progress, and the result's file."""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scheduling.core.result import SolveStatus

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

    def share_used(self, work: int = 0) -> float:
        """Share of the seconds."""
        del work
        return (time.monotonic() - self.started) / self.seconds


class ProgressLines:
    """At most one JSON line a second on standard error."""

    def __init__(self) -> None:
        self.started, self.last = time.monotonic(), 0.0

    def print_where_due(
        self, fields: Callable[[], Mapping[str, Any]], *, is_last: bool = False
    ) -> None:
        """Print the fields where a second has gone by, and at the end whatever the time."""
        moment = time.monotonic()
        if moment - self.last < 1.0 and not is_last:
            return
        self.last = moment
        line = {"seconds": round(moment - self.started, 1), **fields()}
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


def stop_on_sigterm() -> Callable[[], bool]:
    """Return whether SIGTERM has come, as a question that the solver may ask at any time."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    return stopped.is_set


def write_atomically(path: Path, text: str) -> None:
    """Write beside the file, then rename: a reader sees the old or the new, never half."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.resolve().parent, prefix=f".{path.name}.", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
