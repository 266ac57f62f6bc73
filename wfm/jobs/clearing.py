"""The nightly jobs that keep runs from growing without end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from wfm.jobs.runner import JobContext
from wfm.org.clearing import Retention, results_to_clear
from wfm.org.tenancy import system_tenant

RESULTS_PER_STEP = 16
"""Deleted in one transaction: some hundred thousand intervals of a nine-week forecast."""


def clear_in_steps(
    ctx: JobContext, *, results: QuerySet[Any], clear: Callable[..., int], words: str
) -> dict[str, Any]:
    """Delete in steps; what is done stays done, and each step can be done twice."""
    at = datetime.fromisoformat(ctx.params["at"])
    retention = retention_of_settings()
    with system_tenant():
        ids = results_to_clear(
            results, at=at, retention=retention, kept_run_ids=ctx.params["kept_run_ids"]
        )
    deleted = 0
    for start in range(0, len(ids), RESULTS_PER_STEP):
        ctx.raise_if_cancelled()
        ctx.progress(start / len(ids), words)
        with ctx.publishing():
            deleted += clear(result_ids=ids[start : start + RESULTS_PER_STEP], at=at)
    return {"results": len(ids), "intervals_deleted": deleted}


def retention_of_settings() -> Retention:
    """How long this installation keeps what was replaced."""
    return Retention(
        days=settings.FORECAST_RETENTION_DAYS,
        by_hand_days=settings.FORECAST_BY_HAND_RETENTION_DAYS,
    )
