"""One observed queue interval, as sources give it and tables keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ActualRow:
    """One queue interval; None is unknown. A known field replaces what was recorded before."""

    queue_id: int
    starts_at: datetime
    offered: int
    answered: int | None = None
    abandoned: int | None = None
    answered_within: int | None = None
    abandoned_within: int | None = None
    short_abandoned: int | None = None
    threshold_seconds: int | None = None
    wait_seconds_answered: float | None = None
    wait_seconds_total: float | None = None
    handle_seconds: float | None = None
    is_volume_simulated: bool = False
    is_service_simulated: bool = False
