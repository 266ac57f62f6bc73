"""Open items by the day on which they are due."""

from __future__ import annotations

from datetime import UTC, timedelta

import numpy as np

from wfm.board.lines import Backlog
from wfm.board.rows import MINUTE_SECONDS
from wfm.timeline import day_bounds
from wfm.web import formats

AGES = ("overdue", "today", "tomorrow", "week", "later")
"""Due before the moment at which they are counted, on that local day, the next, within a week."""


def items_by_age(backlog: Backlog, timezone: str) -> dict[str, float]:
    """Return how many open items are of each age; days are local ones."""
    at = backlog.origin_at
    today = at.astimezone(formats.zone_of(timezone)).date()
    edges = [day_bounds(today + timedelta(days=ahead), timezone).ends_at for ahead in (0, 1, 6)]
    due = int(at.timestamp()) + backlog.items.due * MINUTE_SECONDS
    late = backlog.items.due < 0
    until = [np.asarray(due < edge.astimezone(UTC).timestamp()) for edge in edges]
    parts = (
        late,
        ~late & until[0],
        ~late & ~until[0] & until[1],
        ~late & ~until[1] & until[2],
        ~late & ~until[2],
    )
    items = backlog.items.items
    return {name: float(items[part].sum()) for name, part in zip(AGES, parts, strict=True)}
