"""Time off: decided once, by someone who may."""

from scheduling.services.time_off import decide, grant

__all__ = ["decide", "grant"]
