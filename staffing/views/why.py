"""Why this number: one interval's requirement derived step by step."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from staffing import queries
from staffing.models import RequirementPoolResult, RequirementQueueResult, RequirementRun
from wfm.org.access_views import require

LATEST_EPOCH = 4_102_444_800  # the year 2100
BINDING_LABELS = {
    "level": gettext_lazy("the service level would be missed"),
    "asa": gettext_lazy("the average speed of answer would be too long"),
    "abandonment": gettext_lazy("too many would give up"),
    "occupancy": gettext_lazy("occupancy would be above its cap"),
}


@require_GET
@require("staffing.view")
def why(request: HttpRequest, pk: int, queue_pk: int, epoch: int) -> HttpResponse:
    """Show the derivation, as a fragment to HTMX and as a page otherwise."""
    run = get_object_or_404(RequirementRun.objects.visible_to(request.user), pk=pk)
    found = RequirementQueueResult.objects.visible_to(request.user).select_related(
        "queue__work_type", "run__forecast_run"
    )
    result = get_object_or_404(found, run=run, queue=queue_pk)
    if epoch > LATEST_EPOCH:
        raise Http404
    starts_at = datetime.fromtimestamp(epoch, tz=UTC)
    reason = queries.interval_reason(result, starts_at=starts_at)
    if reason is None:
        raise Http404(_("This requirement has no interval that starts then."))
    context = {
        "run": run,
        "result": result,
        "reason": reason,
        "linked_offered": None
        if reason.own_offered is None
        else reason.interval.offered - reason.own_offered,
        "binding": [BINDING_LABELS[name] for name in reason.binding],
        "starts_at": starts_at,
        "pool": RequirementPoolResult.objects.visible_to(request.user)
        .filter(pk=reason.pool_result_id or 0)
        .first(),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "staffing/_why.html" if is_fragment else "staffing/why.html", context)
