"""What viewers must know of the stream itself."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class State:
    """Whether what viewers see can be believed. They are told when it changes."""

    is_connected: bool = True
    """Redis tells us of changes; without it pages must ask by themselves."""
    is_kept: bool = True
    """A keeper brings the rows up to date; without one they stay as they are."""
    kept_at: str | None = None
    """When the keeper was last heard, as it said itself."""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to tell."""
        return self.is_connected and self.is_kept

    def message(self) -> bytes:
        """The event for viewers."""
        return f"event: state\ndata: {json.dumps(asdict(self))}\n\n".encode()
