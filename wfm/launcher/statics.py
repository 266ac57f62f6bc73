"""Whether the collected static files are still those of the sources."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from wfm.launcher.state import CHECKOUT, State

_PACKAGES = ("django", "djangorestframework", "drf-spectacular-sidecar")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What the sources look like; written after they were collected."""

    path: Path
    digest: str

    def write(self) -> None:
        """Remember that exactly these sources were collected."""
        self.path.write_text(self.digest)


def static_files_changed(state: State) -> Stamp | None:
    """Return a stamp to write after collecting, or None when nothing changed."""
    stamp = Stamp(path=state.folder / "static-stamp", digest=_digest())
    is_current = (
        stamp.path.exists()
        and stamp.path.read_text() == stamp.digest
        and (state.folder / "static").is_dir()
    )
    return None if is_current else stamp


def _digest() -> str:
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    for path in sorted((CHECKOUT / "static").rglob("*")):
        if path.is_file():
            found = path.stat()
            digest.update(
                f"{path.relative_to(CHECKOUT)} {found.st_size} {found.st_mtime_ns}\n".encode()
            )
    return digest.hexdigest()
