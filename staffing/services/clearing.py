"""Delete what newer requirements have replaced, and drafts that nobody published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from staffing.models import RequirementQueueResult
from staffing.queries.in_force import REQUIREMENTS
from wfm.org.clearing import clear, clearable, locked_results


@transaction.atomic
def clear_replaced(*, result_ids: Sequence[int], at: datetime) -> int:
    """Delete the intervals of these results that are not in force; return how many."""
    results = RequirementQueueResult.objects.select_related("run__forecast_run")
    spans = {
        result: (result.run.forecast_run.starts_at, result.run.forecast_run.ends_at)
        for result in locked_results(results, result_ids)
    }
    if not spans:
        return 0
    return clear(list(clearable(spans, REQUIREMENTS)), REQUIREMENTS, at=at)
