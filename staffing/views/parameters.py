"""Goals, settings and shrinkage of one queue: what the requirement is computed from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staffing.forms import (
    DueForm,
    GoalForm,
    RateForm,
    RateFormSet,
    SettingsForm,
    ShrinkageForm,
)
from staffing.services import (
    UnableToChangeGoal,
    UnableToChangeShrinkage,
    change_queue_settings,
    change_service_goal,
)
from staffing.services import change_shrinkage as save_shrinkage
from staffing.views.parameter_page import (
    again,
    back,
    due_context,
    forms_of,
    queue_context,
    visible_queue,
)
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.formats import zone_of
from wfm.web.scope import page_scope


@require_GET
@require("staffing.view")
def parameters(request: HttpRequest) -> HttpResponse:
    """Show what one queue promises, assumes and loses; the first queue when none is chosen."""
    scope = page_scope(request, fields=("queue",))
    visible = Queue.objects.visible_to(request.user).active().select_related("work_type", "client")
    queue = (
        visible.filter(pk=scope.queue.pk).first()
        if scope.queue
        else visible.order_by("name").first()
    )
    context: dict[str, Any] = {"queue": queue, "queues": visible.order_by("name")}
    if queue is not None:
        context |= queue_context(request, queue)
        context |= forms_of(request, queue)
    return render(request, "staffing/parameters.html", context)


@require_GET
@require("staffing.view")
def due_example(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Show what the due rule in the address would mean for this queue."""
    queue = visible_queue(request, queue_pk)
    form = DueForm(request.GET)
    if form.is_valid():
        today = localdate(timezone=zone_of(queue.timezone))
        context = {"due": due_context(queue, form.cleaned_data["due_rule"], today)}
    else:
        context = {"due": {"error": " ".join(str(e) for e in form.non_field_errors())}}
    return render(request, "staffing/_due.html", context | {"queue": queue})


@require_POST
@require("staffing.edit")
def change_goal(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Begin a new version of the goal."""
    queue = visible_queue(request, queue_pk)
    form = GoalForm(request.POST, queue=queue)
    if form.is_valid():
        try:
            goal = change_service_goal(
                queue=queue, change=form.change(), starts_on=form.cleaned_data["starts_on"]
            )
        except UnableToChangeGoal as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Version %(version)s of the goal holds from %(date)s.")
                % {"version": goal.version, "date": goal.starts_on},
            )
            return back(queue)
    return again(request, queue, goal_form=form)


@require_POST
@require("staffing.edit")
def change_settings(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Save AHT, patience and minimum staff."""
    queue = visible_queue(request, queue_pk)
    form = SettingsForm(request.POST)
    if form.is_valid():
        try:
            change_queue_settings(queue=queue, settings=form.settings())
        except UnableToChangeGoal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The settings are saved."))
            return back(queue)
    return again(request, queue, settings_form=form)


@require_POST
@require("staffing.edit")
def change_shrinkage(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Begin a new shrinkage profile."""
    queue = visible_queue(request, queue_pk)
    head = ShrinkageForm(request.POST)
    lines: BaseFormSet[RateForm] = RateFormSet(request.POST, prefix="rates")
    if head.is_valid() and lines.is_valid():
        rates = [line.change() for line in lines if line.is_filled]
        try:
            profile = save_shrinkage(
                queue=queue,
                name=head.cleaned_data["name"],
                rates=rates,
                starts_on=head.cleaned_data["starts_on"],
            )
        except UnableToChangeShrinkage as error:
            head.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("“%(name)s” holds from %(date)s.")
                % {"name": profile.name, "date": profile.starts_on},
            )
            return back(queue)
    return again(request, queue, shrinkage_form=head, rate_forms=lines)
