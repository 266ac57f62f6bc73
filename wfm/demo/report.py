"""What the demo's chain took and reached: for the end of `make demo` and for `demo_report`."""

from collections.abc import Iterable
from typing import Any

from forecasting.models import ForecastQueueResult, ForecastRun
from scheduling.models import ScheduleVersion
from wfm.demo.terminal import table
from wfm.jobs.models import Job

KIB_PER_MIB = 1024


def stage_rows(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """Return name, wall time, CPU time and the worker's peak memory of each job."""
    return [
        {
            "label": job.title,
            "seconds": _seconds(job),
            "cpu_seconds": job.cpu_seconds,
            "peak_mib": job.peak_rss_kib / KIB_PER_MIB if job.peak_rss_kib else None,
        }
        for job in jobs
    ]


def _seconds(job: Job) -> float | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def forecast_rows() -> list[dict[str, Any]]:
    """Return each queue's accuracy in the backtest of the latest published forecast."""
    run = ForecastRun.objects.all().published().first()
    results = ForecastQueueResult.objects.filter(run=run).select_related("queue").order_by("queue")
    return [
        {
            "label": result.queue.name,
            "method": result.method or result.reason,
            "wape": result.wape,
            "wape_seasonal_naive": result.wape_seasonal_naive,
            "coverage": result.coverage,
        }
        for result in results
    ]


def schedule_rows() -> list[dict[str, Any]]:
    """Return understaffed hours, cost, bound and gap of the last solve of each published week."""
    solved = ScheduleVersion.objects.filter(published_at__isnull=False, job__isnull=False)
    versions = solved.order_by("starts_on", "-published_at").distinct("starts_on")
    return [
        {
            "label": f"{version.starts_on}",
            "status": version.solver_status,
            "understaffed_hours": version.understaffed_hours,
            "overstaffed_hours": version.overstaffed_hours,
            "cost": version.objective,
            "bound": version.lower_bound,
            "gap": version.gap,
        }
        for version in versions
    ]


def render(report: dict[str, Any]) -> str:
    """Return the report as plain text."""
    parts = [
        _section("Stage", report.get("stages", []), STAGE_COLUMNS),
        _section("Forecast, eight-week backtest", report.get("forecast", []), FORECAST_COLUMNS),
        _section("Forecast, last two weeks", report.get("two_weeks", []), FORECAST_COLUMNS[:2]),
        _section("Schedule, week of", report.get("schedule", []), SCHEDULE_COLUMNS),
    ]
    return "\n\n".join(part for part in parts if part)


STAGE_COLUMNS = (
    ("s", "seconds", "{:.1f}"),
    ("CPU s", "cpu_seconds", "{:.1f}"),
    ("peak MiB", "peak_mib", "{:.0f}"),
)
FORECAST_COLUMNS = (
    ("WAPE", "wape", "{:.1%}"),
    ("seasonal naive", "wape_seasonal_naive", "{:.1%}"),
    ("coverage", "coverage", "{:.0%}"),
    ("method", "method", "{}"),
)
SCHEDULE_COLUMNS = (
    ("understaffed h", "understaffed_hours", "{:.1f}"),
    ("overstaffed h", "overstaffed_hours", "{:.1f}"),
    ("cost", "cost", "{:,.0f}"),
    ("bound", "bound", "{:,.0f}"),
    ("gap", "gap", "{:.1%}"),
    ("status", "status", "{}"),
)


def _section(
    heading: str, rows: list[dict[str, Any]], columns: tuple[tuple[str, str, str], ...]
) -> str:
    if not rows:
        return ""
    head = (heading, *(title for title, _key, _form in columns))
    body = [
        (
            row["label"],
            *(
                form.format(row[key]) if row.get(key) is not None else "–"
                for _t, key, form in columns
            ),
        )
        for row in rows
    ]
    return table([head, *body])
