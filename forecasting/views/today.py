"""The day under way: the forecast of the morning, its update, and what came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forecasting import queries
from forecasting.core.silence import silenced
from forecasting.jobs import start_today_refresh
from forecasting.models import ForecastRun, IntradayForecast
from forecasting.views.charts import interval_chart
from wfm.jobs.models import Job
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.web.charts import Series
from wfm.web.scope import page_scope


@require_GET
@require("forecast.view")
def today(request: HttpRequest) -> HttpResponse:
    """Every queue's day so far, and one queue by interval."""
    scope = page_scope(request, fields=("client", "queue"))
    moment = now()
    visible = Queue.objects.visible_to(request.user).active()
    visible = visible.filter(pk__in=queries.in_force_at(moment))
    if scope.client is not None:
        visible = visible.filter(client=scope.client)
    queues = list(visible.select_related("client", "work_type").order_by("client__name", "name"))
    queue = scope.queue if scope.queue in queues else next(iter(queues), None)
    running = Job.objects.visible_to(request.user).unfinished()
    context = {
        "scope": scope,
        "queues": queues,
        "queue": queue,
        "day": _day(queue, moment) if queue else None,
        "running": running.filter(kind="forecasting.refresh_today").first(),
        "may_run": access_of(request.user).can("forecast.run"),
    }
    return render(request, "forecasting/today.html", context)


@require_POST
@require("forecast.run")
def today_refresh(request: HttpRequest) -> HttpResponse:
    """Forecast the rest of today anew for all queues."""
    start_today_refresh(created_by=person_of(request))
    messages.success(request, _("The rest of today is being forecast; this takes seconds."))
    return redirect("forecast-today")


def _day(queue: Queue, moment: datetime) -> dict[str, Any]:
    """Chart and figures of a queue's local date."""
    published = queries.published_today(moment, queue_ids=[queue.pk])[queue.pk]
    run_id = published.run_id
    on_date = now().astimezone(ZoneInfo(queue.timezone)).date()
    bounds = day_bounds(on_date, queue.timezone)
    starts_at = queries.intervals_between(queue, first_date=on_date, last_date=on_date)
    morning = queries.interval_series(
        run=ForecastRun(pk=run_id), queue=queue, starts_at=bounds.starts_at, ends_at=bounds.ends_at
    )
    epochs = [int(moment.timestamp()) for moment in starts_at]
    final = dict(zip(morning.starts_at.astype(int).tolist(), morning.final_mean, strict=True))
    is_open = dict(zip(morning.starts_at.astype(int).tolist(), morning.is_open, strict=True))
    updates = queries.day_updates(queue, run_id=run_id, on_date=on_date)
    actuals = queries.actual_series(queue, starts_at=bounds.starts_at, ends_at=bounds.ends_at)
    latest = IntradayForecast.objects.filter(
        queue=queue,
        run_id=run_id,
        starts_at__gte=bounds.starts_at,
        starts_at__lt=bounds.ends_at,
    ).order_by("-known_until")
    last = latest.first()
    until = last.known_until if last else bounds.starts_at
    ahead = {moment: row for moment, row in updates.items() if moment >= until}
    expected_rest = sum(row[0] for row in ahead.values())
    came = sum(value for epoch in epochs if (value := actuals.get(epoch)) is not None)
    return {
        "chart": _chart(queue, starts_at, final, is_open, ahead, actuals),
        "on_date": on_date,
        "last": last,
        "morning": float(sum(value for epoch, value in final.items() if is_open[epoch])),
        "came": came,
        "expected": _seen(actuals, until) + expected_rest if last else None,
        "silence": _silence(queue, published, starts_at, final, actuals),
    }


def _silence(
    queue: Queue,
    published: queries.PublishedToday,
    starts_at: list[datetime],
    final: dict[int, float],
    actuals: dict[int, float],
) -> dict[str, Any] | None:
    """Since when nothing was recorded although much was due, until when, and how much."""
    came = np.array([actuals.get(int(moment.timestamp()), np.nan) for moment in starts_at])
    due = np.array([final.get(int(moment.timestamp()), 0.0) for moment in starts_at])
    parts = ("day_variance", "fading_variance", "own_variance")
    spread = np.array([sum((published.memory or {}).get(part, 0.0) for part in parts)])
    places = np.flatnonzero(silenced(due=due[None], came=came[None], spread=spread)[0])
    if places.size == 0:
        return None
    return {
        "starts_at": starts_at[places[0]],
        "ends_at": starts_at[places[-1]] + timedelta(minutes=queue.interval_minutes),
        "due": float(due[places].sum()),
    }


def _seen(actuals: dict[int, float], until: Any) -> float:
    """Contacts before an instant."""
    return float(sum(value for epoch, value in actuals.items() if epoch < until.timestamp()))


def _chart(
    queue: Queue,
    starts_at: list[Any],
    final: dict[int, float],
    is_open: dict[int, bool],
    updates: dict[Any, tuple[float, float, float, float]],
    actuals: dict[int, float],
) -> dict[str, Any]:
    epochs = [int(moment.timestamp()) for moment in starts_at]
    nothing = (np.nan,) * 4
    rows = np.array([updates.get(moment, nothing) for moment in starts_at], dtype=float)
    return interval_chart(
        queue,
        starts_at=starts_at,
        series=[
            Series(key="actual", label=_("Offered"), values=[actuals.get(e) for e in epochs]),
            Series(
                key="baseline",
                label=_("Forecast of the morning"),
                values=[final[e] if is_open.get(e) else np.nan for e in epochs],
                dashed=True,
            ),
            Series(
                key="forecast",
                label=_("Update"),
                values=rows[:, 0],
                low=rows[:, 1],
                high=rows[:, 3],
                band_label=_("80 % band of the update"),
            ),
        ],
    )
