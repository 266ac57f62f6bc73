"""The dictionary of metrics."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wfm.metrics import COUNTS, Metric, all_metrics
from wfm.org.access_views import require
from wfm.web.vocabulary import POOLING_LABELS, UNIT_LABELS


@require_GET
@require("metric.view")
def metric_list(request: HttpRequest) -> HttpResponse:
    """List all definitions, or those that hold the words asked for."""
    wanted = request.GET.get("q", "").strip()[:80]
    entries = [_entry(metric) for metric in all_metrics()]
    found = [entry for entry in entries if _holds(entry, wanted.casefold().split())]
    families = [
        {"name": name, "entries": list(members)}
        for name, members in groupby(found, key=lambda entry: entry["metric"].family)
    ]
    context = {"wanted": wanted, "families": families, "count": len(found)}
    is_fragment = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "reporting/_metrics.html" if is_fragment else "reporting/metrics.html"
    return render(request, template, context)


def _entry(metric: Metric) -> dict[str, Any]:
    return {
        "metric": metric,
        "title": _(metric.title),
        "definition": _(metric.definition),
        "edge_cases": [_(case) for case in metric.edge_cases],
        "source": _(metric.source) if metric.source else "",
        "unit": UNIT_LABELS[metric.unit],
        "pooling": POOLING_LABELS[metric.pooling],
        "counts": [(name, _(COUNTS[name].description)) for name in metric.counts_used],
    }


def _holds(entry: dict[str, Any], words: list[str]) -> bool:
    text = f"{entry['metric'].key} {entry['title']} {entry['definition']}".casefold()
    return all(word in text for word in words)
