"""Celery: id in, one call."""

from celery import shared_task

from forecasting import computations
from wfm.jobs.runner import run


@shared_task(name="forecasting.compute_forecast")
def compute_forecast(*, job_id: int, **_: object) -> None:
    """Compute a forecast run."""
    run(job_id, computations.compute_forecast)


@shared_task(name="forecasting.import_history")
def import_history(*, job_id: int, **_: object) -> None:
    """Read an uploaded file and record its rows."""
    run(job_id, computations.import_history)


@shared_task(name="forecasting.refresh_today")
def refresh_today(*, job_id: int, **_: object) -> None:
    """Forecast the rest of today anew because a person asked."""
    run(job_id, computations.refresh_today_job)


@shared_task(name="forecasting.refresh_today_tick")
def refresh_today_tick(**_: object) -> None:
    """Forecast the rest of today anew where new intervals came; beat rings."""
    computations.refresh_today_now()


@shared_task(name="forecasting.clear_replaced")
def clear_replaced(*, job_id: int, **_: object) -> None:
    """Delete what newer forecasts have replaced."""
    run(job_id, computations.clear_replaced_forecasts)


@shared_task(name="forecasting.score_snapshots")
def score_snapshots(*, job_id: int, **_: object) -> None:
    """Compare frozen forecasts and overrides with what came."""
    run(job_id, computations.score_snapshots)
