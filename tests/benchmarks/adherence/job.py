"""What a computation sees of its job, without one."""

from datetime import date
from typing import Any


class Job:
    """Nobody cancels it, nobody watches."""

    def __init__(self, first: date, last: date, *, kind: str = "MANUAL", why: str = "") -> None:
        self.params = {
            "from": first.isoformat(),
            "to": last.isoformat(),
            "kind": kind,
            "why": why,
        }
        self.checkpoint: dict[str, Any] = {}

    def raise_if_cancelled(self) -> None:
        """Go on."""

    def save_checkpoint(self, data: dict[str, Any]) -> None:
        """Keep it."""
        self.checkpoint = data

    def progress(self, share: float, message: str) -> None:
        """Say nothing."""
