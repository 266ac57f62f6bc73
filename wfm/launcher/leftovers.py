"""Processes of a launcher that was killed: wait for them, end them, clear what they left.

They are known by what they are, not by a number in a file: by the state folder in their
environment, or by having a server's data folder as their working folder. A process id that has
been given to somebody else in the meantime is therefore never touched.
"""

import os
import signal
import time
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from wfm.launcher.console import say
from wfm.launcher.errors import LauncherError

MARK = "WFM_LAUNCHER_STATE"
_POSTMASTER_FILE = "postmaster.pid"


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A process that still belongs to this state folder."""

    pid: int
    name: str
    is_postgres: bool


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long leftovers may take to end by themselves, and after each signal."""

    alone_seconds: float = 8.0
    after_signal_seconds: float = 10.0


def end_leftovers(
    *,
    state_folder: Path | None,
    broker_folder: Path | None,
    data_folder: Path | None,
    patience: Patience,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return when no process of an earlier launcher is left; remove a stale postmaster.pid.

    Without a state folder only those that work in the server's folders: what a killed server has
    left while the launcher lives.
    """
    folders = [folder for folder in (data_folder, broker_folder) if folder is not None]

    def left() -> list[Leftover]:
        return find_leftovers(state_folder=state_folder, server_folders=folders)

    if left():
        names = ", ".join(f"{process.name} ({process.pid})" for process in left())
        whose = "launcher" if state_folder is not None else "server"
        say(f"Waiting for processes of a {whose} that was killed: {names}.")
    for number, seconds in (
        (None, patience.alone_seconds),
        (signal.SIGINT, patience.after_signal_seconds),  # PostgreSQL's fast shutdown
        (signal.SIGQUIT, patience.after_signal_seconds),
        (signal.SIGKILL, patience.after_signal_seconds),
    ):
        _send(left(), number)
        if _wait_until_gone(left, seconds=seconds, sleep=sleep):
            break
    else:
        msg = f"These processes do not end: {left()}. Stop them, then start again."
        raise LauncherError(msg)
    if data_folder is not None:
        _remove_stale_postmaster_file(data_folder)


def find_leftovers(
    *, state_folder: Path | None, server_folders: Collection[Path]
) -> list[Leftover]:
    """Return the live processes that carry our mark or work in our servers' folders."""
    mark = f"{MARK}={state_folder}".encode() if state_folder is not None else None
    folders = {os.fsencode(folder) for folder in server_folders}
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            name = (entry / "comm").read_text().strip()
            if _is_ours(entry, mark=mark, server_folders=folders):
                found.append(
                    Leftover(
                        pid=int(entry.name), name=name, is_postgres=name.startswith("postgres")
                    )
                )
        except (FileNotFoundError, ProcessLookupError):  # ended just now
            continue
    return found


def _is_ours(entry: Path, *, mark: bytes | None, server_folders: AbstractSet[bytes]) -> bool:
    # Everybody may read a command line: a postmaster is found even where the rest is hidden,
    # because nothing is worse than starting a second one on its data.
    if not server_folders.isdisjoint((entry / "cmdline").read_bytes().split(b"\0")):
        return True
    try:
        works_there = os.fsencode((entry / "cwd").readlink()) in server_folders
        if works_there or mark is None:
            return works_there
        return mark in (entry / "environ").read_bytes().split(b"\0")
    except PermissionError:  # another user's
        return False


def _send(processes: list[Leftover], number: signal.Signals | None) -> None:
    if number is None:
        return
    for process in processes:
        # The postmaster passes a shutdown on by itself. To its checkpointer the same signal means
        # something else, and out of turn the shutdown is no longer a clean one.
        if number is signal.SIGINT and process.is_postgres and _is_child_of_postgres(process):
            continue
        chosen = signal.SIGTERM if number is signal.SIGINT and not process.is_postgres else number
        try:
            os.kill(process.pid, chosen)
        except ProcessLookupError:
            continue


def _is_child_of_postgres(process: Leftover) -> bool:
    """A live postmaster is its parent; orphans get every signal themselves."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
        return Path(f"/proc/{parent}/comm").read_text().startswith("postgres")
    except (FileNotFoundError, ProcessLookupError, StopIteration):  # ended just now
        return False


def _wait_until_gone(
    left: Callable[[], list[Leftover]], *, seconds: float, sleep: Callable[[float], None]
) -> bool:
    deadline = time.monotonic() + seconds
    while left():
        if time.monotonic() > deadline:
            return False
        sleep(0.05)
    return True


def _remove_stale_postmaster_file(data_folder: Path) -> None:
    """Remove the file that makes PostgreSQL refuse when its number now belongs to another.

    Safe here: no process works in the data folder any more, and we hold the launcher's lock.
    """
    path = data_folder / _POSTMASTER_FILE
    if path.exists():
        say("PostgreSQL was not shut down cleanly; it recovers from its log now.")
        path.unlink()
