"""What of a replaced forecast is still needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from forecasting.models import ForecastQueueResult, Override
from forecasting.models.snapshot import KEPT_DAYS
from wfm.org.in_force import Span


def needed_spans(
    spans: Mapping[ForecastQueueResult, Span], *, at: datetime, settled: datetime
) -> dict[ForecastQueueResult, list[Span]]:
    """What overrides will still be judged by, of results with their runs.

    `settled`: late numbers of what ended before that have come.
    """
    unjudged = _unjudged(list(spans), at=at, settled=settled)
    return {
        result: [
            (override.starts_at, override.ends_at)
            for override in unjudged
            if _may_be_judged_by(result, span, override)
        ]
        for result, span in spans.items()
    }


def span_of(result: ForecastQueueResult) -> Span:
    """What a result covers."""
    return result.starts_at or result.run.starts_at, result.ends_at or result.run.ends_at


def _unjudged(
    results: Sequence[ForecastQueueResult], *, at: datetime, settled: datetime
) -> list[Override]:
    """Overrides whose last word is not spoken: late numbers may come, or none has come yet."""
    found = Override.objects.filter(
        queue__in={result.queue_id for result in results},
        ends_at__gt=at - timedelta(days=KEPT_DAYS),
    ).select_related("score")
    return [row for row in found if row.ends_at > settled or not hasattr(row, "score")]


def _may_be_judged_by(result: ForecastQueueResult, span: Span, override: Override) -> bool:
    """Whether this run was published by the time that the override stood, and covers that time."""
    stood_at = max(override.starts_at, override.created_at)
    published_at = result.run.published_at
    return (
        override.queue_id == result.queue_id
        and published_at is not None
        and published_at <= stood_at
        and span[0] <= stood_at < span[1]
    )
