"""Playbooks, their runs, and the days that needed one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from adherence.models import Playbook, PlaybookRun, PlaybookRunStep
from adherence.queries.contingency import METRIC_KEY, ContingencyLine, contingency_days
from adherence.services.playbooks import (
    UnableToRun,
    end_run,
    save_playbook,
    start_playbook,
    tick_off,
)
from wfm.intraday.forms import EndRunForm, PlaybookForm
from wfm.intraday.verdict import tone, verdict
from wfm.intraday.words import value_words
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require

MONTHS = 6
MOST_RUNS = 30


@require_GET
@require("intraday.view")
def playbooks(request: HttpRequest) -> HttpResponse:
    """Show the playbooks, and their runs, those under way first."""
    books = (
        Playbook.objects.visible_to(request.user)
        .select_related("queue", "team", "site", "client")
        .prefetch_related("steps")
        .order_by("-is_active", "name")
    )
    runs = (
        PlaybookRun.objects.visible_to(request.user)
        .select_related("playbook", "queue", "team", "site", "client", "started_by")
        .prefetch_related("steps")
    )
    access = access_of(request.user)
    return render(
        request,
        "intraday/playbooks.html",
        {
            "books": [_book(book) for book in books],
            "open_runs": [_run(run) for run in runs.open().order_by("started_at")],
            "past_runs": runs.exclude(ended_at=None).order_by("-ended_at")[:MOST_RUNS],
            "may_act": access.can("intraday.act"),
            "may_edit": access.can("intraday.edit"),
        },
    )


def _book(book: Playbook) -> dict[str, Any]:
    threshold = "" if book.threshold is None else value_words(book.kind, book.threshold)
    return {"book": book, "steps": len(book.steps.all()), "threshold": threshold}


def _run(run: PlaybookRun) -> dict[str, Any]:
    steps = list(run.steps.all())
    return {"run": run, "steps": len(steps), "done": sum(s.done_at is not None for s in steps)}


@require_http_methods(["GET", "POST"])
@require("intraday.edit")
def playbook_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a playbook."""
    book = None
    if pk is not None:
        book = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    form = PlaybookForm(request.POST or None, instance=book, principal=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            save_playbook(playbook=form.save(commit=False), steps=form.steps_given())
        except UnableToRun as error:
            form.add_error("steps", str(error))
        else:
            return redirect("intraday-playbooks")
    return render(request, "intraday/playbook_form.html", {"form": form, "book": book})


@require_POST
@require("intraday.act")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a playbook by hand."""
    book = get_object_or_404(Playbook.objects.visible_to(request.user), pk=pk)
    try:
        run = start_playbook(playbook=book, by=person_of(request), at=now())
    except UnableToRun as error:
        messages.error(request, str(error))
        return redirect("intraday-playbooks")
    return redirect("intraday-run", run.pk)


@require_GET
@require("intraday.view")
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: its steps, who did what when, and what it came to."""
    run = _visible(request, pk)
    return render(
        request,
        "intraday/run.html",
        {
            **_run(run),
            "rows": run.steps.select_related("done_by").order_by("position"),
            "form": EndRunForm(),
            "may_act": access_of(request.user).can("intraday.act") and run.ended_at is None,
        },
    )


def _visible(request: HttpRequest, pk: int) -> PlaybookRun:
    rows = PlaybookRun.objects.visible_to(request.user).select_related(
        "playbook", "alert", "queue", "team", "site", "client", "started_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_POST
@require("intraday.act")
def tick(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a step off, or take the tick back."""
    run = _visible(request, pk)
    position = request.POST.get("position", "")
    try:
        tick_off(
            run=run,
            position=int(position) if position.isdigit() else 0,
            is_done=request.POST.get("done") == "1",
            by=person_of(request),
            at=now(),
        )
    except PlaybookRunStep.DoesNotExist:
        messages.error(request, _("There is no such step."))
    except UnableToRun as error:
        messages.error(request, str(error))
    return redirect("intraday-run", pk)


@require_POST
@require("intraday.act")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run with what it came to."""
    run = _visible(request, pk)
    form = EndRunForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what came of it."))
        return redirect("intraday-run", pk)
    try:
        end_run(
            run=run,
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["outcome_note"],
            by=person_of(request),
            at=now(),
        )
    except UnableToRun as error:
        messages.error(request, str(error))
    return redirect("intraday-run", pk)


@require_GET
@require("intraday.view")
def contingency(request: HttpRequest) -> HttpResponse:
    """Show the share of days that needed a playbook, and what that says."""
    lines = contingency_days(principal=request.user, months=MONTHS, today=localdate())
    return render(
        request,
        "intraday/contingency.html",
        {
            "metric_key": METRIC_KEY,
            "months": [month.month for month in lines[0].months],
            "rows": [_line(line) for line in lines],
            "whole": _line(lines[0]),
        },
    )


def _line(line: ContingencyLine) -> dict[str, Any]:
    share = line.total.share
    return {
        "line": line,
        "name": str(line.client or line.site or _("Everything")),
        "kind": _("client") if line.client else _("site") if line.site else "",
        "total": line.total,
        "tone": tone(share),
        "verdict": verdict(share),
        "cells": [{"month": month, "tone": tone(month.share)} for month in line.months],
    }
