"""Start a child process that never outlives the launcher and, for PostgreSQL, is never root."""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from wfm.launcher.errors import LauncherError

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


class Identity(Enum):
    """As whom a server runs."""

    SAME = "same user"
    NAMESPACE = "root of this machine, an ordinary user inside a user namespace"
    NOBODY = "the user nobody"


@dataclass(frozen=True, kw_only=True)
class Child:
    """How to start one process."""

    argv: Sequence[str]
    log_path: Path | None = None
    shows_output: bool = False
    env: Mapping[str, str] | None = None
    identity: Identity = Identity.SAME
    death_signal: signal.Signals = signal.SIGTERM
    cwd: Path | None = None


def server_identity() -> Identity:
    """Return the safest way in which a server that refuses root can run here."""
    if os.geteuid() != 0:
        return Identity.SAME
    probe = Child(argv=["/bin/true"], identity=Identity.NAMESPACE)
    try:
        if start(probe).wait() == 0:
            return Identity.NAMESPACE
    except (OSError, subprocess.SubprocessError):
        pass  # a container's seccomp profile may refuse user namespaces
    return Identity.NOBODY


def nobody() -> pwd.struct_passwd:
    """Return the account of the user nobody."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        msg = (
            "PostgreSQL refuses to run as root, this machine refuses user namespaces and has no "
            "user nobody. Run as an ordinary user, or set DATABASE_URL and DATABASE_OWNER_URL."
        )
        raise LauncherError(msg) from error


def start(child: Child) -> "subprocess.Popen[bytes]":
    """Start the process in its own session, its output appended to its log.

    Call this from the main thread: the kernel sends the parent-death signal when the *thread*
    that forked ends.
    """
    with ExitStack() as stack:
        output: IO[bytes] | int | None = subprocess.DEVNULL
        if child.shows_output:
            output = None
        elif child.log_path is not None:
            output = stack.enter_context(child.log_path.open("ab", buffering=0))
        return subprocess.Popen(
            list(child.argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if child.shows_output else subprocess.STDOUT,
            env=dict(child.env) if child.env is not None else None,
            cwd=child.cwd,
            start_new_session=True,  # Ctrl-C in the terminal reaches the launcher alone
            preexec_fn=_preparation(child),  # noqa: PLW1509 - the launcher has one thread
        )


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process the signal when its parent ends, however it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def _preparation(child: Child) -> Callable[[], None]:
    """Return what the forked child does before it becomes the program.

    Everything that needs memory or look-ups happens here, before the fork.
    """
    launcher_pid = os.getpid()
    account = _ordinary_account() if child.identity is Identity.NAMESPACE else None
    fallback = nobody() if child.identity is Identity.NOBODY else None

    def prepare() -> None:  # pragma: no cover - between fork and exec nothing is measured
        os.umask(0o077)
        if account is not None:
            _enter_user_namespace(uid=account.pw_uid, gid=account.pw_gid)
        if fallback is not None:
            os.setgroups([])
            os.setgid(fallback.pw_gid)
            os.setuid(fallback.pw_uid)
        # After any change of user: such a change clears the setting.
        die_with_parent(child.death_signal)
        if os.getppid() != launcher_pid:  # the launcher died in between
            os._exit(1)

    return prepare


def _ordinary_account() -> pwd.struct_passwd:
    """Return an existing account that is not root: PostgreSQL looks its own user up."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not accounts:
        msg = "This machine knows no user but root. Set DATABASE_URL and DATABASE_OWNER_URL."
        raise LauncherError(msg)
    return min(accounts, key=lambda account: account.pw_uid)


def _enter_user_namespace(*, uid: int, gid: int) -> None:  # pragma: no cover - as above
    """Become uid:gid inside, and stay root's owner of files outside, without its capabilities."""
    real_uid, real_gid = os.getuid(), os.getgid()
    if _LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {real_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {real_gid} 1")
