"""What can be deleted of forecasts that newer ones have replaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from forecasting.models import ForecastQueueResult, Override
from forecasting.models.snapshot import KEPT_DAYS
from forecasting.queries.in_force import in_force
from wfm.org.in_force import Span, gaps

# A run without a person is the night's or a program's. Past the end of what was kept of a result
# nothing changes any more, so that each is looked at once, and again while it reaches ahead.
RESULTS_SQL = """
SELECT result.id
FROM forecasting_forecastqueueresult AS result
JOIN forecasting_forecastrun AS run ON run.id = result.run_id
LEFT JOIN jobs_job AS job ON job.id = run.job_id AND job.status IN ('QUEUED', 'RUNNING')
WHERE result.flag <> 'REFUSED' AND job.id IS NULL
  AND (result.kept_until IS NULL OR result.kept_until > %s)
  AND coalesce(run.published_at, run.created_at)
      < CASE WHEN run.created_by_id IS NULL AND run.published_by_id IS NULL THEN %s ELSE %s END
  AND NOT run.id = ANY(%s)
ORDER BY result.queue_id, result.id
"""


@dataclass(frozen=True)
class Retention:
    """How long what was replaced stays: of runs of the night, and of those by a person's hand."""

    days: int
    by_hand_days: int


@dataclass(frozen=True)
class Clearable:
    """The spans of a queue's result that nothing needs any more, and where the rest ends."""

    result: ForecastQueueResult
    gone: list[Span]
    kept_until: datetime


def results_to_clear(
    *, at: datetime, retention: Retention, kept_run_ids: Collection[int]
) -> list[int]:
    """Ids of the results old enough to be looked at, queue by queue."""
    limits = [at - timedelta(days=days) for days in (retention.days, retention.by_hand_days)]
    with connection.cursor() as cursor:
        cursor.execute(RESULTS_SQL, [at, *limits, [*kept_run_ids]])
        return [pk for (pk,) in cursor.fetchall()]


def clearable(
    results: Sequence[ForecastQueueResult], *, at: datetime, retention: Retention
) -> list[Clearable]:
    """What can go of each result: all that is not in force and that no override is judged by.

    Results come with their run and queue. A draft is never in force.
    """
    spans = {result.pk: _span(result) for result in results}
    found = in_force(
        list({result.queue_id for result in results}),
        starts_at=min(begin for begin, _end in spans.values()),
        ends_at=max(end for _begin, end in spans.values()),
    )
    kept: dict[int, list[Span]] = {result.pk: [] for result in results}
    for part in found:
        if part.result_id in kept:
            kept[part.result_id].append((part.starts_at, part.ends_at))
    settled = at - timedelta(days=retention.days)
    for override in _unjudged(results, at=at, settled=settled):
        for result in results:
            if _may_be_judged_by(result, spans[result.pk], override):
                kept[result.pk].append((override.starts_at, override.ends_at))
    return [
        Clearable(
            result,
            gaps(*spans[result.pk], kept[result.pk]),
            max((end for _begin, end in kept[result.pk]), default=spans[result.pk][0]),
        )
        for result in results
    ]


def _span(result: ForecastQueueResult) -> Span:
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
