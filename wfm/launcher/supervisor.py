"""Keeps processes running, and stops them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wfm.launcher.console import complain
from wfm.launcher.errors import LauncherError
from wfm.launcher.services import StopStep
from wfm.launcher.stopping import StopFlag

Process = subprocess.Popen[bytes]
LOOK_SECONDS = 0.2
IMPATIENT_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class BackOff:
    """How long to wait before a restart: doubling, forgotten after a calm time."""

    first_seconds: float = 1.0
    longest_seconds: float = 30.0
    calm_seconds: float = 20.0
    most_failed_starts: int = 6

    def wait_seconds(self, failures: int) -> float:
        """Return the pause before the restart after this many failures in a row."""
        return min(self.first_seconds * 2.0 ** (failures - 1), self.longest_seconds)


@dataclass(kw_only=True)
class Watched:
    """A process under supervision. `failed_starts` counts starts that failed one after the other."""

    name: str
    start: Callable[[], Process]
    stop_steps: tuple[StopStep, ...]
    log_path: Path | None = None
    process: Process | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    failures: int = 0
    failed_starts: int = 0


class Supervisor:
    """The processes in the order of their start; they stop in the order of `stop_order`."""

    def __init__(self, *, stop: StopFlag, back_off: BackOff | None = None) -> None:
        self._stop = stop
        self._back_off = back_off or BackOff()
        self._watched: list[Watched] = []

    def add(self, watched: Watched) -> None:
        """Start the process and watch it from now on."""
        self._stop.check()
        watched.process = watched.start()
        watched.started_at = time.monotonic()
        self._watched.append(watched)

    def watch_until(self, is_done: Callable[[], bool]) -> None:
        """Restart what ends; return when done, raise on a stop request or what cannot be started."""
        while not is_done():
            self.look()
            self._stop.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Look at every process once."""
        for watched in self._watched:
            if watched.process is None:
                self._restart_when_due(watched)
            elif (code := watched.process.poll()) is not None:
                self._note_end(watched, code=code)

    def failures(self, name: str) -> int:
        """Return how often in a row this process ended by itself."""
        return max(watched.failures for watched in self._watched if watched.name == name)

    def stop_all(self, *, order: Sequence[Sequence[str]]) -> None:
        """Stop the groups of names one after the other, each group at once."""
        for names in order:
            self._stop_together([watched for watched in self._watched if watched.name in names])
        self._watched.clear()

    def _note_end(self, watched: Watched, *, code: int) -> None:
        process, watched.process = watched.process, None
        if process is not None:
            kill_session(process)  # children of a killed parent would keep its port
        now = time.monotonic()
        calm = now - watched.started_at > self._back_off.calm_seconds
        watched.failures = 1 if calm else watched.failures + 1
        pause_seconds = self._back_off.wait_seconds(watched.failures)
        watched.restart_at = now + pause_seconds
        see = f" See {watched.log_path}." if watched.log_path else ""
        complain(
            f"{watched.name} ended ({_describe(code)}); "
            f"starting it again in {pause_seconds:g} s.{see}"
        )

    def _restart_when_due(self, watched: Watched) -> None:
        if watched.restart_at is None or time.monotonic() < watched.restart_at:
            return
        try:
            watched.process = watched.start()
        except LauncherError as error:
            self._note_failed_start(watched, error)
            return
        watched.started_at, watched.restart_at = time.monotonic(), None
        watched.failed_starts = 0

    def _note_failed_start(self, watched: Watched, error: LauncherError) -> None:
        watched.failed_starts += 1
        if watched.failed_starts >= self._back_off.most_failed_starts:
            msg = (
                f"{watched.name} could not be started {watched.failed_starts} times in a row, "
                f"so everything stops.\n{error}"
            )
            raise LauncherError(msg) from error
        pause_seconds = self._back_off.wait_seconds(watched.failed_starts)
        watched.restart_at = time.monotonic() + pause_seconds
        complain(f"{watched.name} could not be started; again in {pause_seconds:g} s. {error}")

    def _stop_together(self, group: list[Watched]) -> None:
        running = [watched for watched in group if watched.process is not None]
        most_steps = max((len(watched.stop_steps) for watched in running), default=0)
        for index in range(most_steps):
            asked = [
                (watched.process, watched.stop_steps[index])
                for watched in running
                if watched.process is not None and index < len(watched.stop_steps)
            ]
            for process, step in asked:
                if process.poll() is None:
                    process.send_signal(step.signal)
            for process, step in asked:
                self._wait(process, seconds=step.seconds)
        for watched in running:
            if watched.process is not None:
                kill_session(watched.process)
                watched.process = None

    def _wait(self, process: Process, *, seconds: float) -> None:
        asked_at = time.monotonic()
        while process.poll() is None:
            waited_seconds = time.monotonic() - asked_at
            allowed = min(seconds, IMPATIENT_SECONDS) if self._stop.is_impatient else seconds
            if waited_seconds > allowed:
                return
            time.sleep(0.02)


def kill_session(process: Process) -> None:
    """Kill what is left of the process's session, then collect the process."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_to_end(process: Process, *, supervisor: Supervisor, name: str) -> None:
    """Wait for a command while the rest is watched; raise when it fails or a stop is asked for."""
    try:
        supervisor.watch_until(lambda: process.poll() is not None)
    except BaseException:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        kill_session(process)
        raise
    if process.returncode != 0:
        msg = f"{name} failed ({_describe(process.returncode)})."
        raise LauncherError(msg)


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
