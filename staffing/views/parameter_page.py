"""The page of one queue's parameters: what it shows, and its forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from staffing import queries
from staffing.forms import (
    WEEKDAY_CHOICES,
    CallbackForm,
    GoalForm,
    LinkForm,
    RateFormSet,
    SettingsForm,
    ShrinkageForm,
    plain,
)
from staffing.models import ShrinkageProfile
from staffing.queries.callbacks import offers_of
from staffing.queries.ceilings import due_ceiling
from wfm.org.calendars import business_calendar
from wfm.org.due_words import due_examples, due_words
from wfm.org.models import Handling, Queue, ServiceGoal
from wfm.timeline import DueRule
from wfm.web.formats import zone_of
from wfm.web.scope import page_scope

WEEKDAY_NAMES = {None if value == "" else value: name for value, name in WEEKDAY_CHOICES}


def visible_queue(request: HttpRequest, pk: int) -> Queue:
    found = Queue.objects.visible_to(request.user).active().select_related("work_type", "client")
    return get_object_or_404(found, pk=pk)


def queue_context(request: HttpRequest, queue: Queue) -> dict[str, Any]:
    profiles = ShrinkageProfile.objects.filter(queue=queue).order_by("-starts_on")
    today = localdate(timezone=zone_of(queue.timezone))
    profiles = profiles.prefetch_related("rates__activity_code")
    goals = list(ServiceGoal.objects.filter(queue=queue).order_by("-starts_on"))
    return (
        link_context(request, queue)
        | callback_context(request, queue)
        | {
            "today": today,
            "goals": goals,
            "due": None
            if queue.is_live or not goals
            else due_context(queue, goals[0].due_rule, today, level=goals[0].level),
            "profiles": [_profile(profile) for profile in profiles],
            "measured": queries.measured_patience(queue, before=now()) if queue.is_live else None,
        }
    )


def due_context(
    queue: Queue, rule: DueRule | None, today: date, *, level: float | None = None
) -> dict[str, Any] | None:
    """Return what a due rule makes of the coming week, or why it makes nothing.

    With a level, also whether any number of people could keep it.
    """
    if rule is None:
        return None
    try:
        examples = due_examples(business_calendar(queue), rule, today=today)
        ceiling = due_ceiling(queue, rule, before=now())
    except ValueError:
        words = _(
            "This queue has too few opening hours for such a due time; set its opening hours."
        )
        return {"words": due_words(rule), "error": words}
    return {"words": due_words(rule), "examples": examples, "ceiling": ceiling, "level": level}


def possible_sources(request: HttpRequest, queue: Queue) -> QuerySet[Queue]:
    """Return the queues of the same client that could feed this one."""
    found = Queue.objects.visible_to(request.user).active().filter(client=queue.client_id)
    return found.exclude(pk=queue.pk).order_by("name")


def link_context(request: HttpRequest, queue: Queue) -> dict[str, Any]:
    """Return the links into and out of a queue."""
    links = queries.links_of(queue, request.user)
    return {
        "links_in": [link for link in links if link.target_id == queue.pk],
        "links_out": [link for link in links if link.source_id == queue.pk],
        "may_link": possible_sources(request, queue).exists(),
    }


def callback_targets(request: HttpRequest, queue: Queue) -> QuerySet[Queue]:
    """Return the deferred queues of the same client, which may call back."""
    return possible_sources(request, queue).filter(work_type__handling=Handling.DEFERRED)


def callback_context(request: HttpRequest, queue: Queue) -> dict[str, Any]:
    """Return the callbacks that a queue offers, and those that it makes."""
    offers = offers_of(queue, request.user)
    may_offer = queue.is_live and queue.work_type.concurrency == 1
    return {
        "offers": offers,
        "may_offer": may_offer and callback_targets(request, queue).exists(),
        "shows_callbacks": bool(offers) or may_offer,
    }


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


def forms_of(request: HttpRequest, queue: Queue, **bound: Any) -> dict[str, Any]:
    """Return the page's forms, with the one that was sent in place of its fresh self."""
    tomorrow = localdate(timezone=zone_of(queue.timezone)) + timedelta(days=1)
    goal = ServiceGoal.objects.filter(queue=queue).order_by("-starts_on").first()
    now_in_force = {} if goal is None else GoalForm.initial_of(goal)
    fresh = {
        "goal_form": GoalForm(queue=queue, initial=now_in_force | {"starts_on": tomorrow}),
        "link_form": LinkForm(
            sources=possible_sources(request, queue), initial={"starts_on": tomorrow}
        ),
        "callback_form": CallbackForm(
            targets=callback_targets(request, queue), initial={"starts_on": tomorrow}
        ),
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


def again(request: HttpRequest, queue: Queue, **bound: Any) -> HttpResponse:
    page_scope(request, fields=("queue",))
    visible = Queue.objects.visible_to(request.user).active().order_by("name")
    context: dict[str, Any] = {"queue": queue, "queues": visible}
    context |= queue_context(request, queue) | forms_of(request, queue, **bound)
    return render(request, "staffing/parameters.html", context, status=422)


def back(queue: Queue) -> HttpResponse:
    return redirect(f"{reverse('staffing-parameters')}?queue={queue.pk}")
