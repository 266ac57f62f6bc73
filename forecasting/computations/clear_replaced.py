"""The nightly job that keeps the forecasts from growing without end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from forecasting.queries.clearing import Retention, results_to_clear
from forecasting.services.clearing import clear_replaced
from wfm.jobs.runner import JobContext
from wfm.org.tenancy import system_tenant

RESULTS_PER_STEP = 16
"""Deleted in one transaction: some hundred thousand intervals of a nine-week forecast."""


def clear_replaced_forecasts(ctx: JobContext) -> dict[str, Any]:
    """Delete in steps; what is done stays done, and each step can be done twice."""
    at = datetime.fromisoformat(ctx.params["at"])
    retention = Retention(
        days=settings.FORECAST_RETENTION_DAYS,
        by_hand_days=settings.FORECAST_BY_HAND_RETENTION_DAYS,
    )
    with system_tenant():
        ids = results_to_clear(
            at=at, retention=retention, kept_run_ids=ctx.params["kept_run_ids"]
        )
    deleted = 0
    for start in range(0, len(ids), RESULTS_PER_STEP):
        ctx.raise_if_cancelled()
        ctx.progress(start / len(ids), _("Deleting what newer forecasts have replaced"))
        with ctx.publishing():
            deleted += clear_replaced(
                result_ids=ids[start : start + RESULTS_PER_STEP], at=at, retention=retention
            )
    return {"results": len(ids), "intervals_deleted": deleted}
