"""One day of a forecast taken apart: the chart, the table, and one number in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.models import ForecastQueueResult
from forecasting.queries import ExplainedInterval, NumberWords
from forecasting.views.charts import interval_chart
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.web.charts import Series
from wfm.web.formats import percent


def day_context(
    request: HttpRequest, result: ForecastQueueResult, queue: Queue, default: date
) -> dict[str, Any]:
    """What the section of one day shows; `rows` is empty where the run kept no factors."""
    on_date = _date(request.GET.get("day", ""), default)
    span = {"first_date": on_date, "last_date": on_date}
    rows = queries.explained_intervals(run=result.run, queue=queue, **span)
    if not rows and result.run.is_published:
        # Beyond its own end, and where newer runs replaced it, the day as it is in force.
        result = _result_in_force(queue, on_date) or result
        rows = queries.explained_intervals(run=result.run, queue=queue, **span)
    chosen = _chosen(rows, request.GET.get("at", ""), queue)
    return {
        "day": on_date,
        "day_before": on_date - timedelta(days=1),
        "day_after": on_date + timedelta(days=1),
        "rows": rows,
        "run": result.run,
        "chosen": chosen,
        "sentence": chosen and NumberWords(queue, first_date=on_date, last_date=on_date).of(chosen),
        "chart": _chart(rows, queue) if rows else None,
        "asked": [percent(level, 1 if level * 100 % 1 else 0) for level in result.run.asked_levels],
        "has_repeats": any(row.repeat_mean is not None for row in rows),
        "first_total": sum(row.first_mean or 0.0 for row in rows),
        "repeat_total": sum(row.repeat_mean or 0.0 for row in rows),
        "total": sum(row.mean for row in rows),
        "final_total": sum(row.final_mean for row in rows),
    }


def _result_in_force(queue: Queue, on_date: date) -> ForecastQueueResult | None:
    found = queries.in_force_on(queue, first_date=on_date, last_date=on_date)
    results = ForecastQueueResult.objects.select_related("run")
    return results.filter(pk__in=[part.result_id for part in found[:1]]).first()


def _date(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def _chosen(rows: list[ExplainedInterval], at: str, queue: Queue) -> ExplainedInterval | None:
    """The interval asked for by wall clock, else the busiest one."""
    zone = ZoneInfo(queue.timezone)
    for row in rows:
        if row.starts_at.astimezone(zone).strftime("%H:%M") == at:
            return row
    opened = [row for row in rows if row.is_open]
    return max(opened, key=lambda row: row.mean) if opened else None


def _chart(rows: list[ExplainedInterval], queue: Queue) -> dict[str, Any]:
    """The day as the factors build it up: ordinary day, with what is special, as published."""
    bounds = day_bounds(
        rows[0].starts_at.astimezone(ZoneInfo(queue.timezone)).date(), queue.timezone
    )
    came = queries.actual_series(queue, starts_at=bounds.starts_at, ends_at=bounds.ends_at)

    def while_open(value: Callable[[ExplainedInterval], float]) -> list[float | None]:
        return [value(row) if row.is_open else None for row in rows]

    series = [
        Series(
            key="actual",
            label=_("Offered"),
            values=[came.get(int(row.starts_at.timestamp())) for row in rows],
        ),
        Series(
            key="forecast",
            label=_("Forecast of the system"),
            values=while_open(lambda row: row.mean),
            low=while_open(lambda row: row.quantile_10),
            high=while_open(lambda row: row.quantile_90),
            band_label=_("80 % band of the system"),
        ),
        Series(
            key="1",
            label=_("Average day: level × share"),
            values=while_open(lambda row: row.parts.level * row.parts.share),
            dashed=True,
        ),
        Series(
            key="2",
            label=_("Ordinary such weekday"),
            values=while_open(lambda row: row.parts.level * row.parts.weekday * row.parts.share),
            dashed=True,
        ),
    ]
    if any(row.repeat_mean is not None for row in rows):
        series.append(
            Series(
                key="4",
                label=_("Customers calling again"),
                values=[row.repeat_mean if row.is_open else None for row in rows],
            )
        )
    if any(row.final_mean != row.mean for row in rows):
        series.append(
            Series(
                key="3",
                label=_("With changes by hand"),
                values=while_open(lambda row: row.final_mean),
            )
        )
    return interval_chart(queue, starts_at=[row.starts_at for row in rows], series=series)
