"""One day of a forecast taken apart: the chart, the table, and one number in plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.models import DriverSeries, ForecastQueueResult, SpecialDay
from forecasting.queries import ExplainedInterval
from forecasting.views.charts import interval_chart
from wfm.org.models import Holiday, Queue
from wfm.org.weekdays import WEEKDAYS
from wfm.timeline import day_bounds
from wfm.web.charts import Series
from wfm.web.formats import local_clock, local_day, number, percent, signed

NEUTRAL = 0.0005
"""A factor this close to 1 is not mentioned."""


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
        "sentence": chosen and number_words(chosen, queue, result),
        "chart": _chart(rows, queue) if rows else None,
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


def number_words(row: ExplainedInterval, queue: Queue, result: ForecastQueueResult) -> str:
    """Why this number, in one sentence of its factors."""
    parts, on_date = row.parts, row.starts_at.astimezone(ZoneInfo(queue.timezone)).date()
    when = (
        f"{local_day(row.starts_at, queue.timezone)} {local_clock(row.starts_at, queue.timezone)}"
    )
    if not row.is_open:
        return _("%(when)s: closed, so nothing is expected.") % {"when": when}
    factors = [
        _level_words(parts.level, parts.growth_per_week),
        _("%(weekday)s %(factor)s")
        % {"weekday": dict(WEEKDAYS)[on_date.weekday()], "factor": number(parts.weekday, 2)},
        _("%(share)s of the day at %(time)s")
        % {
            "share": percent(parts.share, 1),
            "time": local_clock(row.starts_at, queue.timezone),
        },
    ]
    if abs(parts.special - 1) > NEUTRAL:
        factors.append(f"{_special_name(queue, on_date)} {number(parts.special, 2)}")
    if abs(parts.driver - 1) > NEUTRAL:
        factors.append(f"{_driver_names(result)} {_change(parts.driver)}")
    if abs(parts.today - 1) > NEUTRAL:
        factors.append(_("what came so far today %(change)s") % {"change": _change(parts.today)})
    sentence = _("%(when)s: %(factors)s = %(mean)s; usual range %(low)s–%(high)s.") % {
        "when": when,
        "factors": " × ".join(factors),
        "mean": number(row.mean, 1),
        "low": number(row.quantile_10, 0),
        "high": number(row.quantile_90, 0),
    }
    if abs(row.final_mean - row.mean) > 1e-6:
        sentence += " " + _("Changed by hand to %(final)s.") % {"final": number(row.final_mean, 1)}
    return sentence


def _level_words(level: float, growth: float) -> str:
    words = _("level %(level)s contacts a day") % {"level": number(level, 0 if level >= 100 else 1)}
    if growth > 0:
        words += _(", rising %(growth)s a week") % {"growth": percent(growth, 1)}
    elif growth < 0:
        words += _(", falling %(growth)s a week") % {"growth": percent(-growth, 1)}
    return words


def _special_name(queue: Queue, on_date: date) -> str:
    """What the day is called: its special day, its holiday, or just that it is special."""
    day = SpecialDay.objects.filter(queue=queue, date=on_date).first()
    if day is not None:
        return day.name
    holiday = Holiday.objects.filter(queue=queue, date=on_date).first()
    name = str(getattr(holiday, "name", "") or "")
    return name or queries.holiday_name(queue, on_date) or _("holiday or special day")


def _driver_names(result: ForecastQueueResult) -> str:
    """The queues and named drivers that drive this queue in this run."""
    kept = result.components.get("driver") or {}
    items = (kept, *kept.get("more", []))
    queues = Queue.objects.filter(pk__in=[item.get("queue_id") for item in items])
    series = DriverSeries.objects.filter(pk__in=[item.get("series_id") for item in items])
    names = [*queues.values_list("name", flat=True), *series.values_list("name", flat=True)]
    return ", ".join(sorted(names)) or _("drivers")


def _change(factor: float) -> str:
    return f"{signed(100 * (factor - 1), 0)} %"


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
