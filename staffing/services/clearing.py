"""Delete what newer requirements have replaced, and drafts that nobody published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from staffing.models import RequirementQueueResult, RequirementRun
from staffing.queries.in_force import in_force
from wfm.org.in_force import Span, gaps

INTERVALS_SQL = """
DELETE FROM staffing_requirementinterval AS row
USING unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
      AS gone(run_id, queue_id, starts_at, ends_at)
WHERE row.run_id = gone.run_id AND row.queue_id = gone.queue_id
  AND row.starts_at >= gone.starts_at AND row.starts_at < gone.ends_at
"""


@transaction.atomic
def clear_replaced(*, result_ids: Sequence[int], at: datetime) -> int:
    """Delete the intervals of these results that are not in force; return how many.

    The runs are locked meanwhile, so that no draft is published half deleted.
    """
    runs = RequirementRun.objects.filter(queue_results__in=result_ids).values_list("pk", flat=True)
    locked = RequirementRun.objects.select_for_update(no_key=True)
    list(locked.filter(pk__in=list(runs)).order_by("pk"))
    results = list(
        RequirementQueueResult.objects.filter(pk__in=result_ids)
        .select_related("run__forecast_run")
        .order_by("pk")
    )
    if not results:
        return 0
    gone = _gone(results, at)
    with connection.cursor() as cursor:
        cursor.execute(
            INTERVALS_SQL,
            [
                [result.run_id for result, _span in gone],
                [result.queue_id for result, _span in gone],
                [begin for _result, (begin, _end) in gone],
                [end for _result, (_begin, end) in gone],
            ],
        )
        deleted = int(cursor.rowcount)
    RequirementQueueResult.objects.bulk_update(results, ["kept_until", "cleared_at"])
    return deleted


def _gone(
    results: Sequence[RequirementQueueResult], at: datetime
) -> list[tuple[RequirementQueueResult, Span]]:
    """What can go of each result, which is marked with it."""
    spans = {
        result.pk: (result.run.forecast_run.starts_at, result.run.forecast_run.ends_at)
        for result in results
    }
    kept: dict[int, list[Span]] = {result.pk: [] for result in results}
    for part in in_force(
        list({result.queue_id for result in results}),
        starts_at=min(begin for begin, _end in spans.values()),
        ends_at=max(end for _begin, end in spans.values()),
    ):
        if part.result_id in kept:
            kept[part.result_id].append((part.starts_at, part.ends_at))
    gone = []
    for result in results:
        found = gaps(*spans[result.pk], kept[result.pk])
        ends = [end for _begin, end in kept[result.pk]]
        result.kept_until = max(ends, default=spans[result.pk][0])
        result.cleared_at = at if found else result.cleared_at
        gone += [(result, span) for span in found]
    return gone
