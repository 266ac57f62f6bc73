"""Goals, settings and shrinkage of one queue: what the requirement is computed from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staffing import queries
from staffing.forms import (
    WEEKDAY_CHOICES,
    DueForm,
    GoalForm,
    RateForm,
    RateFormSet,
    SettingsForm,
    ShrinkageForm,
    plain,
)
from staffing.models import ShrinkageProfile
from staffing.services import (
    UnableToChangeGoal,
    UnableToChangeShrinkage,
    change_queue_settings,
    change_service_goal,
)
from staffing.services import change_shrinkage as save_shrinkage
from wfm.org.access_views import require
from wfm.org.calendars import business_calendar
from wfm.org.due_words import due_examples, due_words
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import DueRule
from wfm.web.formats import zone_of
from wfm.web.scope import page_scope

WEEKDAY_NAMES = {None if value == "" else value: name for value, name in WEEKDAY_CHOICES}


def _queue(request: HttpRequest, pk: int) -> Queue:
    found = Queue.objects.visible_to(request.user).active().select_related("work_type", "client")
    return get_object_or_404(found, pk=pk)


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
        context |= _queue_context(queue)
        context |= _forms(queue)
    return render(request, "staffing/parameters.html", context)


def _queue_context(queue: Queue) -> dict[str, Any]:
    profiles = ShrinkageProfile.objects.filter(queue=queue).order_by("-starts_on")
    today = localdate(timezone=zone_of(queue.timezone))
    profiles = profiles.prefetch_related("rates__activity_code")
    goals = list(ServiceGoal.objects.filter(queue=queue).order_by("-starts_on"))
    return {
        "today": today,
        "goals": goals,
        "due": None if queue.is_live or not goals else _due(queue, goals[0].due_rule, today),
        "profiles": [_profile(profile) for profile in profiles],
        "measured": queries.measured_patience(queue, before=now()) if queue.is_live else None,
    }


def _due(queue: Queue, rule: DueRule | None, today: date) -> dict[str, Any] | None:
    """Return what a due rule makes of the coming week, or why it makes nothing."""
    if rule is None:
        return None
    try:
        examples = due_examples(business_calendar(queue), rule, today=today)
    except ValueError as error:
        return {"words": due_words(rule), "error": str(error)}
    return {"words": due_words(rule), "examples": examples}


@require_GET
@require("staffing.view")
def due_example(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Show what the due rule in the address would mean for this queue."""
    queue = _queue(request, queue_pk)
    form = DueForm(request.GET)
    if form.is_valid():
        today = localdate(timezone=zone_of(queue.timezone))
        context = {"due": _due(queue, form.cleaned_data["due_rule"], today)}
    else:
        context = {"due": {"error": " ".join(str(e) for e in form.non_field_errors())}}
    return render(request, "staffing/_due.html", context | {"queue": queue})


def _profile(profile: ShrinkageProfile) -> dict[str, Any]:
    rates = sorted(
        profile.rates.all(), key=lambda rate: (rate.is_scheduled, rate.activity_code.name)
    )
    return {
        "profile": profile,
        "rates": [
            {
                "row": rate,
                "weekday": WEEKDAY_NAMES[rate.weekday],
                "starts": _clock(rate.starts_minute),
                "ends": _clock(rate.ends_minute),
            }
            for rate in rates
        ],
        "all_day": sum(r.rate for r in rates if _is_all_week(r) and not r.is_scheduled),
        "all_day_total": sum(r.rate for r in rates if _is_all_week(r)),
    }


def _is_all_week(rate: Any) -> bool:
    return rate.weekday is None and rate.starts_minute == 0 and rate.ends_minute == 1440


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _forms(queue: Queue, **bound: Any) -> dict[str, Any]:
    """Return the page's forms, with the one that was sent in place of its fresh self."""
    tomorrow = localdate(timezone=zone_of(queue.timezone)) + timedelta(days=1)
    goal = ServiceGoal.objects.filter(queue=queue).order_by("-starts_on").first()
    now_in_force = {} if goal is None else GoalForm.initial_of(goal)
    fresh = {
        "goal_form": GoalForm(queue=queue, initial=now_in_force | {"starts_on": tomorrow}),
        "settings_form": SettingsForm(
            initial={name: plain(getattr(queue, name)) for name in SettingsForm.base_fields}
        ),
        "shrinkage_form": ShrinkageForm(initial={"starts_on": tomorrow}),
        "rate_forms": RateFormSet(initial=_rates_in_force(queue), prefix="rates"),
    }
    return fresh | bound


def _rates_in_force(queue: Queue) -> list[dict[str, Any]]:
    profile = ShrinkageProfile.objects.filter(queue=queue).order_by("-starts_on").first()
    if profile is None:
        return []
    return [
        {
            "activity_code": rate.activity_code_id,
            "rate": rate.rate,
            "weekday": rate.weekday,
            "starts_at": _clock(rate.starts_minute) if rate.starts_minute else None,
            "ends_at": _clock(rate.ends_minute) if rate.ends_minute < 1440 else None,
            "is_scheduled": rate.is_scheduled,
        }
        for rate in profile.rates.order_by("is_scheduled", "activity_code__name")
    ]


def _again(request: HttpRequest, queue: Queue, **bound: Any) -> HttpResponse:
    page_scope(request, fields=("queue",))
    visible = Queue.objects.visible_to(request.user).active().order_by("name")
    context = {"queue": queue, "queues": visible} | _queue_context(queue) | _forms(queue, **bound)
    return render(request, "staffing/parameters.html", context, status=422)


def _back(queue: Queue) -> HttpResponse:
    return redirect(f"{reverse('staffing-parameters')}?queue={queue.pk}")


@require_POST
@require("staffing.edit")
def change_goal(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Begin a new version of the goal."""
    queue = _queue(request, queue_pk)
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
            return _back(queue)
    return _again(request, queue, goal_form=form)


@require_POST
@require("staffing.edit")
def change_settings(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Save AHT, patience and minimum staff."""
    queue = _queue(request, queue_pk)
    form = SettingsForm(request.POST)
    if form.is_valid():
        try:
            change_queue_settings(queue=queue, settings=form.settings())
        except UnableToChangeGoal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The settings are saved."))
            return _back(queue)
    return _again(request, queue, settings_form=form)


@require_POST
@require("staffing.edit")
def change_shrinkage(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Begin a new shrinkage profile."""
    queue = _queue(request, queue_pk)
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
            return _back(queue)
    return _again(request, queue, shrinkage_form=head, rate_forms=lines)
