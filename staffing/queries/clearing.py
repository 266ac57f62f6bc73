"""What requirements still use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from staffing.models import RequirementRun
from staffing.queries.in_force import in_force
from wfm.jobs.models import OPEN_STATUSES

FAR = timedelta(days=550)
"""As far as a forecast can reach."""


def forecasts_in_use(*, at: datetime) -> list[int]:
    """Forecasts that a requirement in force from now on, or one being computed, comes from."""
    ahead = {part.run_id for part in in_force(None, starts_at=at, ends_at=at + FAR)}
    computing = Q(job__status__in=OPEN_STATUSES)
    runs = RequirementRun.objects.filter(Q(pk__in=ahead) | computing)
    return sorted(set(runs.values_list("forecast_run_id", flat=True)))
