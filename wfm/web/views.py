"""Pages and fragments of the frame: palette, definitions."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from wfm.metrics import registry
from wfm.metrics.model import MetricError
from wfm.web import formats
from wfm.web.palette import find_entries
from wfm.web.vocabulary import POOLING_LABELS, UNIT_LABELS


@require_GET
@login_required
def palette(request: HttpRequest) -> JsonResponse:
    """Answer with the pages, queues, teams and people that match a few letters."""
    entries = find_entries(request.user, request.GET.get("q", "")[:80])
    return JsonResponse({"results": entries})


@require_GET
@login_required
@cache_control(private=True, max_age=300)
def metric_definition(request: HttpRequest, key: str) -> HttpResponse:
    """Show what a number means, in the words and the formula that compute it."""
    try:
        metric = registry.get(key)
    except MetricError as error:
        raise Http404(str(error)) from error
    context = {
        "metric": metric,
        "title": _(metric.title),
        "definition": _(metric.definition),
        "edge_cases": [_(case) for case in metric.edge_cases],
        "unit": UNIT_LABELS[metric.unit],
        "pooling": POOLING_LABELS[metric.pooling],
        "valid_from": formats.local_day(metric.valid_from),
    }
    return render(request, "web/_definition.html", context)
