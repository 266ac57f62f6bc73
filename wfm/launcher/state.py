"""The state folder: data of the embedded servers, logs, the secret key, the lock.

Its path is WFM_STATE_DIR, or `.state` in the checkout. It belongs to its user alone.
"""

import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from wfm.launcher.errors import LauncherError
from wfm.launcher.postgres import make_private_folder
from wfm.launcher.spawn import Identity, nobody

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes with the zero at the end
LARGEST_LOG_BYTES = 5_000_000


@dataclass(frozen=True, kw_only=True)
class State:
    """Where everything of one installation lies."""

    folder: Path

    @property
    def logs_folder(self) -> Path:
        """One log per process."""
        return self.folder / "logs"

    @property
    def broker_folder(self) -> Path:
        """The Redis server's append-only file."""
        return self.folder / "valkey"

    @property
    def environment_path(self) -> Path:
        """The variables of the running launcher, for `python -m wfm.launcher manage`."""
        return self.folder / "environment.json"

    def log_path(self, name: str) -> Path:
        """Return the log of one process; a large one of earlier starts is put aside."""
        path = self.logs_folder / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def secret_key(self) -> str:
        """Return Django's secret key, made at the first start."""
        return self._secret("secret-key")

    def contact_key(self) -> str:
        """Return the key of the customers' hashes, made at the first start."""
        return self._secret("contact-key")

    def _secret(self, name: str) -> str:
        path = self.folder / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text()


def open_state(environment: Mapping[str, str]) -> State:
    """Create the state folder where it is missing, and refuse one that others could read."""
    folder = Path(environment.get("WFM_STATE_DIR") or CHECKOUT / ".state").absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.geteuid():
            raise PermissionError(folder)
        folder.chmod(0o700)
        state = State(folder=folder)
        state.logs_folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        msg = (
            f"The state folder {folder} cannot be used by this user ({error}). "
            "Set WFM_STATE_DIR to a folder of your own."
        )
        raise LauncherError(msg) from error
    return state


def lock_state(state: State) -> IO[str]:
    """Hold the folder's lock until this process ends, however it ends."""
    lock = (state.folder / "launcher.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        msg = (
            f"A launcher already runs with {state.folder}: {holder}. Stop it with Ctrl-C in its "
            "terminal, or set WFM_STATE_DIR to another folder for a second installation."
        )
        raise LauncherError(msg) from error
    describe_holder(lock, f"process {os.getpid()}")
    return lock


def describe_holder(lock: IO[str], text: str) -> None:
    """Write into the lock file what a second launcher shall say about this one."""
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its user can read, whole or not at all."""
    side = path.with_name(path.name + ".new")
    side.unlink(missing_ok=True)
    side.touch(mode=0o600)
    side.write_text(text)
    side.replace(path)


def cluster_folder(state: State, *, identity: Identity) -> Path:
    """Return where PostgreSQL's data lie.

    The user nobody cannot enter root's private folders. For it the data lie outside, and the
    state folder remembers where.
    """
    if identity is not Identity.NOBODY:
        return state.folder / "postgres"
    remembered = state.folder / "postgres-folder.json"
    if remembered.exists():
        return Path(json.loads(remembered.read_text()))
    name = hashlib.sha256(str(state.folder).encode()).hexdigest()[:12]
    for base in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108 - made private just below
        parent = base / f"wfm-{name}"
        try:
            make_private_folder(parent, identity=identity)
        except OSError:
            continue
        if _belongs_to_nobody_alone(parent):
            write_private(remembered, json.dumps(str(parent / "postgres")))
            return parent / "postgres"
    msg = "No folder for PostgreSQL's data can be made under /var/lib or /var/tmp for user nobody."
    raise LauncherError(msg)


def socket_folder(state: State, *, identity: Identity) -> Path:
    """Return a private folder whose path is short enough for a Unix socket."""
    if identity is Identity.NOBODY:
        candidate = cluster_folder(state, identity=identity).parent / "socket"
    else:
        candidate = state.folder / "socket"
    if len(os.fsencode(candidate / ".s.PGSQL.5432")) > LONGEST_SOCKET_PATH:
        name = hashlib.sha256(str(state.folder).encode()).hexdigest()[:12]
        candidate = Path("/tmp") / f"wfm-{os.geteuid()}-{name}"  # noqa: S108 - checked below
    try:
        make_private_folder(candidate, identity=identity)
    except PermissionError as error:
        msg = f"{candidate} belongs to somebody else. Set WFM_STATE_DIR to a shorter path."
        raise LauncherError(msg) from error
    return candidate


def _belongs_to_nobody_alone(folder: Path) -> bool:
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == nobody().pw_uid
        and stat.S_IMODE(found.st_mode) == 0o700
    )
