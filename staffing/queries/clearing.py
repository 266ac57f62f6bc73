"""What can be deleted of requirements that newer ones have replaced, and what they still use."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from staffing.models import RequirementRun
from staffing.queries.in_force import in_force
from wfm.jobs.models import JobStatus

# As for forecasts: each result is looked at once, and again while what is kept reaches ahead.
RESULTS_SQL = """
SELECT result.id
FROM staffing_requirementqueueresult AS result
JOIN staffing_requirementrun AS run ON run.id = result.run_id
LEFT JOIN jobs_job AS job ON job.id = run.job_id AND job.status IN ('QUEUED', 'RUNNING')
WHERE NOT result.is_refused AND job.id IS NULL
  AND (result.kept_until IS NULL OR result.kept_until > %s)
  AND coalesce(run.published_at, run.created_at)
      < CASE WHEN run.created_by_id IS NULL AND run.published_by_id IS NULL THEN %s ELSE %s END
  AND NOT run.id = ANY(%s)
ORDER BY result.queue_id, result.id
"""
FAR = timedelta(days=550)
"""As far as a forecast can reach."""


def results_to_clear(
    *, at: datetime, days: int, by_hand_days: int, kept_run_ids: Collection[int]
) -> list[int]:
    """Ids of the results old enough to be looked at, queue by queue."""
    limits = [at - timedelta(days=number) for number in (days, by_hand_days)]
    with connection.cursor() as cursor:
        cursor.execute(RESULTS_SQL, [at, *limits, [*kept_run_ids]])
        return [pk for (pk,) in cursor.fetchall()]


def forecasts_in_use(*, at: datetime) -> list[int]:
    """Forecasts that a requirement in force from now on, or one being computed, comes from."""
    ahead = {part.run_id for part in in_force(None, starts_at=at, ends_at=at + FAR)}
    computing = Q(job__status__in=[JobStatus.QUEUED, JobStatus.RUNNING])
    runs = RequirementRun.objects.filter(Q(pk__in=ahead) | computing)
    return sorted(set(runs.values_list("forecast_run_id", flat=True)))
