"""The forecast of sites, clients and channels: sums of their queues."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forecasting import queries
from forecasting.core.wall_clock import MINUTES_PER_DAY
from wfm.org.access_views import require
from wfm.org.models import Channel, Queue
from wfm.web.charts import Axis, Series, TimeChart
from wfm.web.scope import Scope, page_scope

MOST_DAYS = 100


@require_GET
@require("forecast.view")
def totals(request: HttpRequest) -> HttpResponse:
    """Sites, clients, channels and queues below each other, each the sum of what follows."""
    scope = page_scope(request, fields=("client", "site", "period"), default_period="next_week")
    queues = _queues(request, scope)
    is_too_long = scope.days > MOST_DAYS
    found = [] if is_too_long else _totals(queues, scope)
    whole = next((item for item in found if item.node.level == "all"), None)
    context = {
        "scope": scope,
        "is_too_long": is_too_long,
        "most_days": MOST_DAYS,
        "rows": _tree(found, queues),
        "whole": whole,
        "chart": _chart(whole, scope) if whole else None,
        "without": len(queues) - (whole.queues if whole else 0),
    }
    return render(request, "forecasting/totals.html", context)


def _queues(request: HttpRequest, scope: Scope) -> list[Queue]:
    found = Queue.objects.visible_to(request.user).active()
    if scope.client is not None:
        found = found.filter(client=scope.client)
    if scope.site is not None:
        found = found.filter(site=scope.site)
    return list(found.select_related("client", "site", "work_type").order_by("name"))


def _totals(queues: list[Queue], scope: Scope) -> list[queries.NodeTotals]:
    return queries.totals(
        queues,
        levels=queries.LEVELS,
        first_date=scope.starts_on,
        last_date=scope.ends_on,
        by_day=True,
    )


def _tree(found: list[queries.NodeTotals], queues: list[Queue]) -> list[dict[str, Any]]:
    """Rows in the order of the tree, each with its depth and name."""
    by_node = {item.node: item for item in found}
    paths = {
        tuple(queries.node_of(queue, level) for level in queries.LEVELS): queue
        for queue in sorted(queues, key=_sort_key)
        if queries.node_of(queue, "queue") in by_node
    }
    rows, seen = [], set()
    for path, queue in paths.items():
        for depth, node in enumerate(path):
            if node not in seen:
                seen.add(node)
                rows.append(_row(by_node[node], depth, queue))
    return rows


def _sort_key(queue: Queue) -> tuple[str, str, str, str]:
    site = queue.site.name if queue.site else ""
    return site, queue.client.name, queue.work_type.channel, queue.name


def _row(item: queries.NodeTotals, depth: int, queue: Queue) -> dict[str, Any]:
    names = {
        "all": _("All queues"),
        "site": queue.site.name if queue.site else _("no site"),
        "client": queue.client.name,
        "channel": Channel(queue.work_type.channel).label,
        "queue": queue.name,
    }
    days = max(item.buckets.size, 1)
    return {
        "name": names[item.node.level],
        "level": item.node.level,
        "depth": depth,
        "item": item,
        "mean": float(item.mean.sum()),
        "final_mean": float(item.final_mean.sum()),
        "per_day": float(item.final_mean.sum()) / days,
        "low_per_day": float(item.quantile_10.mean()) if item.buckets.size else None,
        "high_per_day": float(item.quantile_90.mean()) if item.buckets.size else None,
    }


def _chart(whole: queries.NodeTotals, scope: Scope) -> dict[str, Any]:
    """All queues by day."""
    zone = ZoneInfo(scope.timezone)
    dates = [queries.bucket_date(bucket) for bucket in whole.buckets.tolist()]
    return TimeChart(
        starts_at=[datetime.combine(day, time.min, tzinfo=zone) for day in dates],
        step_minutes=MINUTES_PER_DAY,
        tz=scope.timezone,
        y=Axis(title=_("Contacts per day"), minimum=0),
        series=[
            Series(
                key="forecast",
                label=_("Forecast"),
                values=whole.final_mean,
                low=whole.quantile_10,
                high=whole.quantile_90,
                band_label=_("80 % band of the system"),
            ),
            Series(
                key="baseline",
                label=_("System, without overrides"),
                values=whole.mean,
                dashed=True,
            ),
        ],
    ).payload()
