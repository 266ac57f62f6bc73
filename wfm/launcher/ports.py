"""Which ports the pages and the live events answer on."""

import socket
from collections.abc import Collection, Mapping

from wfm.launcher.console import say
from wfm.launcher.errors import LauncherError

HOST = "127.0.0.1"
WEB_PORT = 8000
LIVE_PORT = 8001
_TRIES = 50


def choose_port(
    variable: str,
    default: int,
    *,
    environment: Mapping[str, str],
    taken: Collection[int] = (),
) -> int:
    """Return the asked-for port, refusing when it is taken; without one, the next free port."""
    asked = environment.get(variable, "").strip()
    if asked:
        return _asked_port(variable, asked)
    for port in range(default, default + _TRIES):
        if port not in taken and is_free(port):
            if port != default:
                say(f"Port {default} is taken; using {port}. Set {variable} to choose another.")
            return port
    msg = f"No port from {default} to {default + _TRIES - 1} is free. Set {variable}."
    raise LauncherError(msg)


def is_free(port: int) -> bool:
    """Return whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _asked_port(variable: str, asked: str) -> int:
    if not asked.isdigit() or not 0 < int(asked) < 65536:
        msg = f"{variable} is {asked!r}; expected a port from 1 to 65535."
        raise LauncherError(msg)
    if not is_free(int(asked)):
        msg = (
            f"Port {asked} ({variable}) is taken by another program. "
            f"Stop that program, or set {variable} to a free port."
        )
        raise LauncherError(msg)
    return int(asked)
