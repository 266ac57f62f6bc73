"""The accuracy page: frozen forecasts against what came, and whether overrides helped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from forecasting import queries
from forecasting.core.scoring import HORIZONS, pooled
from forecasting.views.words import LEAD_HORIZONS
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.scope import Scope, page_scope

DAYS_SHOWN = 28


@require_GET
@require("forecast.view")
def accuracy(request: HttpRequest) -> HttpResponse:
    """Which queues can be improved at all, and which changes by hand did any good."""
    if "from" not in request.GET and "to" not in request.GET:
        return redirect(_with_period(request))
    scope = page_scope(request, fields=("client", "queue", "period"))
    horizon = request.GET.get("horizon", "")
    if horizon not in LEAD_HORIZONS:
        horizon = queries.ALL_HORIZONS
    queues = _queues(request, scope)
    span = {"first_date": scope.starts_on, "last_date": scope.ends_on}
    rows = queries.queue_accuracies(queues, horizon=horizon, **span)
    scores = queries.override_scores(request.user, queues=queues, **span)
    context = {
        "scope": scope,
        "horizon": horizon,
        "choices": LEAD_HORIZONS.items(),
        "rows": [_row(row, horizon) for row in rows],
        "total": pooled(_chosen(row, horizon) for row in rows),
        "scores": scores,
        "planners": queries.by_planner(scores),
        "reasons": queries.by_reason(scores),
        "saved": sum(score.gain for score in scores),
        "helped": sum(score.helped for score in scores),
    }
    return render(request, "forecasting/accuracy.html", context)


def _with_period(request: HttpRequest) -> str:
    """The same page over the four weeks that ended yesterday."""
    last = localdate() - timedelta(days=1)
    query = request.GET.copy()
    query["from"] = (last - timedelta(days=DAYS_SHOWN - 1)).isoformat()
    query["to"] = last.isoformat()
    return f"{request.path}?{query.urlencode()}"


def _queues(request: HttpRequest, scope: Scope) -> list[Queue]:
    """The queues in scope, those no longer in use included: their accuracy stays."""
    found = Queue.objects.visible_to(request.user).select_related("client")
    if scope.client is not None:
        found = found.filter(client=scope.client)
    if scope.queue is not None:
        found = found.filter(pk=scope.queue.pk)
    return list(found)


def _chosen(row: queries.QueueAccuracy, horizon: str) -> Any:
    if horizon == queries.ALL_HORIZONS:
        return row.overall
    return row.by_horizon.get(horizon, queries.NO_SCORE)


def _row(row: queries.QueueAccuracy, horizon: str) -> dict[str, Any]:
    return {
        "queue": row.queue,
        "score": _chosen(row, horizon),
        "wapes": [
            row.by_horizon[item.key].wape if item.key in row.by_horizon else None
            for item in HORIZONS
        ],
    }
