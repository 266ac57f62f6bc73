"""Pools: list, make, change, take apart; and what a run says of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from staffing import queries
from staffing.forms import PoolForm
from staffing.models import Pool, RequirementPoolResult
from staffing.services import UnableToChangePool, change_pool, create_pool, delete_pool
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.charts import Axis, Series, TimeChart


def _queues(request: HttpRequest) -> QuerySet[Queue]:
    found = Queue.objects.visible_to(request.user).active().select_related("work_type", "client")
    return found.order_by("-work_type__handling", "name")


@require_GET
@require("staffing.view")
def pools(request: HttpRequest) -> HttpResponse:
    """List the pools and what the latest requirements say of them."""
    found = list(queries.pools_with_queues(principal=request.user))
    results = RequirementPoolResult.objects.visible_to(request.user).filter(pool__in=found)
    latest = {result.pool_id: result for result in results.order_by("pk").defer("figures")}
    rows = [(pool, latest.get(pool.pk)) for pool in found]
    return render(request, "staffing/pools.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@require("staffing.edit")
def new_pool(request: HttpRequest) -> HttpResponse:
    """Make a pool."""
    form = PoolForm(request.POST or None, queues=_queues(request))
    if request.method == "POST" and form.is_valid():
        try:
            pool = create_pool(settings=form.settings(), queues=form.chosen())
        except UnableToChangePool as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _told(pool))
            return redirect("staffing-pools")
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@require("staffing.edit")
def edit_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a pool's settings, queues and their order."""
    pool = get_object_or_404(Pool.objects.visible_to(request.user), pk=pk)
    initial: dict[str, Any] = {
        name: getattr(pool, name)
        for name in (
            "name",
            "max_occupancy_rate",
            "live_give_rate",
            "is_interruptible",
            "deferred_in_order",
        )
    }
    for member in pool.members.all():
        initial[f"priority_{member.queue_id}"] = member.priority
    form = PoolForm(request.POST or None, queues=_queues(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_pool(pool=pool, settings=form.settings(), queues=form.chosen())
        except UnableToChangePool as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _told(changed))
            return redirect("staffing-pools")
    return _form_page(request, form, pool)


def _told(pool: Pool) -> str:
    return _("“%(pool)s” is saved; compute the requirement anew.") % {"pool": pool}


def _form_page(request: HttpRequest, form: PoolForm, pool: Pool | None) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "staffing/pool_form.html", {"form": form, "pool": pool}, status=status)


@require_POST
@require("staffing.edit")
def remove_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pool apart."""
    pool = get_object_or_404(Pool.objects.visible_to(request.user), pk=pk)
    words = _("“%(pool)s” is taken apart; compute the requirement anew.") % {"pool": pool}
    delete_pool(pool=pool)
    messages.success(request, words)
    return redirect("staffing-pools")


@require_GET
@require("staffing.view")
def pool_result(request: HttpRequest, pk: int) -> HttpResponse:
    """One pool in one run: its people, and where they come from."""
    results = RequirementPoolResult.objects.visible_to(request.user).select_related("run", "pool")
    found = get_object_or_404(results, pk=pk)
    names = dict(Queue.objects.filter(pk__in=found.queue_ids).values_list("pk", "name"))
    own = {row.queue_id: row for row in queries.queue_results(found.run, principal=request.user)}
    queues = [
        {"name": names.get(row["id"], ""), "apart": row, "result": own.get(row["id"])}
        for row in found.figures.get("queues", [])
    ]
    context = {
        "result": found,
        "queues": queues,
        "chart": _chart(found).payload() if found.is_blended else None,
    }
    return render(request, "staffing/pool_result.html", context)


def _chart(result: RequirementPoolResult) -> TimeChart:
    rows = result.figures["intervals"]
    zone = Queue.objects.filter(pk__in=result.queue_ids).values_list("timezone", flat=True).first()
    return TimeChart(
        starts_at=[datetime.fromtimestamp(second, tz=UTC) for second in rows["starts_at"]],
        step_minutes=result.figures["step_minutes"],
        tz=zone or "UTC",
        y=Axis(title=_("People"), digits=1),
        series=[
            Series(
                key="required", label=_("People of the pool"), values=rows["agents"], shape="step"
            ),
            Series(
                key="baseline",
                label=_("The queues apart"),
                values=rows["separate_agents"],
                shape="step",
                dashed=True,
            ),
            Series(key="1", label=_("Live queues need"), values=rows["live_agents"], shape="step"),
            Series(
                key="2", label=_("New for deferred work"), values=rows["new_agents"], shape="bar"
            ),
            Series(key="4", label=_("On deferred work, mean"), values=rows["deferred_busy"]),
        ],
    )
