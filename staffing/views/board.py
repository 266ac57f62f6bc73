"""The staffing board: what each queue needs in the period, live and deferred side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from forecasting.models import ForecastRun
from staffing import queries
from staffing.core.params import LiveStrategy
from staffing.forms import SimulationForm
from staffing.models import RequirementPoolResult, RequirementRun
from staffing.queries import BoardQueue
from staffing.views.board_charts import agents_chart, is_pooled, level_chart, many_queues_chart
from staffing.views.paid_people import paid_people
from wfm.org.access_views import require
from wfm.org.in_force import Stretch
from wfm.timeline import day_bounds, local_dates
from wfm.web.scope import Scope, page_scope


@require_GET
@require("staffing.view")
def board(request: HttpRequest) -> HttpResponse:
    """Show the requirement of the period; of one queue interval by interval."""
    scope = page_scope(request, fields=("client", "queue", "period"), default_period="week")
    found = queries.board_queues(
        principal=request.user,
        starts_at=scope.starts_at,
        ends_at=scope.ends_at,
        client_id=scope.client.pk if scope.client else None,
        queue_id=scope.queue.pk if scope.queue else None,
    )
    context: dict[str, Any] = {
        "scope": scope,
        "board": found,
        "stale": _stale(found),
        "has_forecast": ForecastRun.objects.visible_to(request.user).published().exists(),
    }
    if scope.queue is not None and found:
        return render(
            request, "staffing/queue.html", context | _queue_context(request, scope, found[0])
        )
    return render(request, "staffing/board.html", context | _board_context(scope, found))


def _stale(found: Sequence[BoardQueue]) -> list[dict[str, Any]]:
    """Return the runs in force that may be out of date, judged where they are."""
    shown: dict[int, list[Stretch]] = {}
    for part in (part for item in found for part in item.stretches):
        shown.setdefault(part.run_id, []).append(part)
    runs = RequirementRun.objects.filter(pk__in=list(shown)).select_related("forecast_run")
    reasons = [
        {"run": run, "reasons": queries.staleness(run, shown=shown[run.pk])}
        for run in runs.order_by("pk")
    ]
    return [item for item in reasons if item["reasons"]]


def _board_context(scope: Scope, found: Sequence[BoardQueue]) -> dict[str, Any]:
    live = [item for item in found if item.queue.is_live]
    deferred = [item for item in found if not item.queue.is_live]
    return {
        "live_chart": many_queues_chart(live, scope).payload() if live else None,
        "deferred_chart": many_queues_chart(deferred, scope).payload() if deferred else None,
        "live_hours": sum(item.required_hours for item in live),
        "deferred_hours": sum(item.required_hours for item in deferred),
        "paid_hours": sum(item.paid_hours for item in found),
        "peak_agents": _peak(found),
        "total": {
            "required_hours": sum(item.required_hours for item in found),
            "paid_hours": sum(item.paid_hours for item in found),
            "workload_hours": sum(item.workload_hours for item in found),
        },
    }


def _peak(found: Sequence[BoardQueue]) -> float:
    """Return the most agents that all queues need at one moment."""
    instants, agents = _summed(found)
    return float(agents.max(initial=0.0)) if instants.size else 0.0


def _summed(found: Sequence[BoardQueue]) -> tuple[np.ndarray, np.ndarray]:
    if not found:
        return np.empty(0), np.empty(0)
    starts = np.concatenate([item.series.starts_at for item in found])
    agents = np.concatenate([item.series.required_agents for item in found])
    instants, where = np.unique(starts, return_inverse=True)
    return instants, np.bincount(where, agents, instants.size)


@dataclass(frozen=True)
class IntervalRow:
    """One interval of the table."""

    starts_at: datetime
    epoch: int
    run_id: int
    offered: float
    aht_seconds: float
    workload_erlangs: float
    required_agents: float
    required_fte: float
    service_level: float
    asa_seconds: float
    occupancy_rate: float
    callbacks: float


def _queue_context(request: HttpRequest, scope: Scope, item: BoardQueue) -> dict[str, Any]:
    day = _day(request, scope, item)
    return {
        "item": item,
        "agents_chart": agents_chart(item).payload(),
        "level_chart": level_chart(item).payload(),
        "rows": _rows(item, day),
        "paid": paid_people(item, day),
        "day": day,
        "days": [
            date.fromordinal(scope.starts_on.toordinal() + n) for n in range(min(scope.days, 31))
        ],
        "goals": item.result.goal.get("versions", []),
        "sources": queries.sources_of(item.result, request.user),
        "comparison": _comparison(item) if item.queue.is_live and not is_pooled(item) else None,
        "is_pooled": is_pooled(item),
        "pool": _pool(item, request.user),
        "simulated_run_id": item.run_id_at(day_bounds(day, item.queue.timezone).starts_at),
        "simulation_form": SimulationForm(
            initial={"queue": item.queue.pk, "starts_on": day, "ends_on": day}
        ),
    }


def _pool(item: BoardQueue, principal: object) -> RequirementPoolResult | None:
    """Return what the requirement says of the queue's pool, for who sees every queue of it."""
    number = item.result.detail.get("pool", {}).get("result", 0)
    return RequirementPoolResult.objects.visible_to(principal).filter(pk=number).first()


@dataclass(frozen=True)
class Comparison:
    """The other strategy beside the one in force, over the period shown."""

    is_carried_over: bool
    hours: float
    extra_hours: float
    worst_level: float
    compared_worst_level: float


def _comparison(item: BoardQueue) -> Comparison | None:
    series = item.series
    known = np.isfinite(series.compared_agents)
    required = float(series.required_agents[known].sum())
    if not required:
        return None
    compared = float(series.compared_agents[known].sum())
    hours = item.queue.interval_minutes / 60
    return Comparison(
        is_carried_over=item.result.detail.get("strategy") != LiveStrategy.PERIOD_BY_PERIOD,
        hours=compared * hours,
        extra_hours=(compared - required) * hours,
        worst_level=_least(series.service_level),
        compared_worst_level=_least(series.compared_service_level),
    )


def _least(levels: np.ndarray) -> float:
    known = levels[np.isfinite(levels)]
    return float(known.min()) if known.size else float("nan")


def _day(request: HttpRequest, scope: Scope, item: BoardQueue) -> date:
    """Return the day of the table: the one asked for, else the next open one from today on."""
    try:
        wanted = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        today = now().astimezone(scope.starts_at.tzinfo).date()
        wanted = _open_day(item, from_day=today)
    return wanted if scope.starts_on <= wanted <= scope.ends_on else scope.starts_on


def _open_day(item: BoardQueue, *, from_day: date) -> date:
    """Return the first open day from then on, else the first open one, else that day."""
    dates = local_dates(item.series.starts_at, item.queue.timezone)[item.series.is_open]
    found: list[date] = [day.astype(object) for day in np.unique(dates)]
    ahead = [day for day in found if day >= from_day]
    return (ahead or found or [from_day])[0]


def _rows(item: BoardQueue, day: date) -> list[IntervalRow]:
    zone = item.queue.timezone
    series = item.series
    rows = np.flatnonzero(
        (local_dates(series.starts_at, zone) == np.datetime64(day)) & series.is_open
    )
    moments = series.moments()
    return [
        IntervalRow(
            starts_at=moments[row],
            epoch=int(moments[row].timestamp()),
            run_id=item.run_id_at(moments[row]),
            offered=float(series.offered[row]),
            aht_seconds=float(series.aht_seconds[row]),
            workload_erlangs=float(series.workload_erlangs[row]),
            required_agents=float(series.required_agents[row]),
            required_fte=float(series.required_fte[row]),
            service_level=float(series.service_level[row]),
            asa_seconds=float(series.asa_seconds[row]),
            occupancy_rate=float(series.occupancy_rate[row]),
            callbacks=float(series.callbacks[row]),
        )
        for row in rows.tolist()
    ]
