"""How the nightly forecasts of one queue did once the day had come, by horizon."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from forecasting.core.scoring import HORIZONS, Score
from forecasting.queries.scores import queue_accuracies
from wfm.org.models import Queue

ACCURACY_WEEKS = 8
"""Of so many weeks: recent enough to speak of the present, and bounded however long we run."""


def realized_accuracy(queue: Queue, *, before: datetime) -> list[tuple[str, Score]]:
    """Key and score of each horizon that frozen forecasts of the last weeks were judged for."""
    last = before.astimezone(ZoneInfo(queue.timezone)).date()
    first = last - timedelta(weeks=ACCURACY_WEEKS)
    found = queue_accuracies([queue], first_date=first, last_date=last)
    by_horizon = found[0].by_horizon if found else {}
    return [(item.key, by_horizon[item.key]) for item in HORIZONS if item.key in by_horizon]
