"""Imports: upload, say what the columns mean, check, import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forecasting.forms import FIELD_LABELS, MappingForm, UploadForm
from forecasting.jobs import start_import
from forecasting.models import ImportBatch, ImportStatus
from forecasting.services import UnableToImport, create_import, set_mapping
from forecasting.services.imports import Preview, mapping_problems, preview
from wfm.org.access_views import person_of, require

ROWS_PER_PAGE = 30
FINISHED = (ImportStatus.DONE, ImportStatus.UNCHANGED)


@require_GET
@require("history.view")
def imports(request: HttpRequest) -> HttpResponse:
    """List what was imported."""
    found = ImportBatch.objects.visible_to(request.user).select_related("created_by", "queue")
    page = Paginator(found.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "forecasting/imports.html", {"page": page})


@require_http_methods(["GET", "POST"])
@require("history.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and guess how to read it."""
    form = UploadForm(request.POST or None, request.FILES or None, principal=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                batch = create_import(
                    upload=form.cleaned_data["file"],
                    kind=form.cleaned_data["kind"],
                    queue=form.cleaned_data["queue"],
                    created_by=person_of(request),
                )
            return redirect("history-import", batch.pk)
        except UnableToImport as error:
            form.add_error("file", str(error))
    return render(request, "forecasting/upload.html", {"form": form})


@require_GET
@require("history.import")
def import_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its columns, its first rows as understood, its findings, what it changes."""
    batch = _batch(request, pk)
    return render(request, "forecasting/import.html", _context(request, batch, None))


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related("queue", "job")
    return get_object_or_404(visible, pk=pk)


def _context(request: HttpRequest, batch: ImportBatch, form: MappingForm | None) -> dict[str, Any]:
    is_running = batch.job is not None and batch.job.is_open
    shown: Preview | None = None
    problem = ""
    try:
        if batch.status not in FINISHED:
            shown = preview(batch)
    except UnableToImport as error:
        problem = str(error)
    findings = list(batch.findings.order_by("severity", "line_number", "pk")[:100])
    return {
        "batch": batch,
        "job": batch.job if is_running else None,
        "last_job": batch.job,
        "form": form or MappingForm(batch=batch, principal=request.user),
        "preview": shown,
        "problem": problem,
        "columns": [FIELD_LABELS[key] for key in _keys(batch)],
        "rows": [] if shown is None else [_preview_row(batch, record) for record in shown.records],
        "findings": findings,
        "is_finished": batch.status in FINISHED,
        "may_apply": batch.status == ImportStatus.CHECKED and not is_running,
        "finding_total": sum(batch.finding_counts.values()),
    }


def _keys(batch: ImportBatch) -> list[str]:
    """Mapped fields in the order of the file's columns."""
    columns: dict[str, int] = batch.mapping["columns"]
    return sorted(columns, key=lambda key: columns[key])


def _preview_row(batch: ImportBatch, record: Any) -> dict[str, Any]:
    """One record as cells in the order of the file's columns."""
    cells: list[Any] = []
    for key in _keys(batch):
        if key == "queue":
            cells.append(record.queue)
        elif key in ("date", "time"):
            start = record.moments.get("starts_at")
            cells.append(start and start.strftime("%Y-%m-%d" if key == "date" else "%H:%M"))
        elif key in record.moments:
            moment = record.moments[key]
            cells.append(moment and moment.strftime("%Y-%m-%d %H:%M"))
        elif key in record.texts:
            cells.append(record.texts[key])
        else:
            value = record.numbers.get(key)
            cells.append(None if value is None else f"{value:g}")
    return {"line": record.line, "cells": cells}


@require_POST
@require("history.import")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the mapping and read the whole file without recording it."""
    batch = _batch(request, pk)
    form = MappingForm(request.POST, batch=batch, principal=request.user)
    if not form.is_valid():
        return render(
            request, "forecasting/import.html", _context(request, batch, form), status=422
        )
    try:
        batch = set_mapping(
            batch=batch,
            choice=form.choice(),
            queue=form.cleaned_data["queue"],
            chosen_by=person_of(request),
        )
    except UnableToImport as error:
        messages.error(request, str(error))
        return redirect("history-import", pk)
    problems = mapping_problems(batch)
    for problem in problems:
        messages.error(request, problem)
    if not problems:
        start_import(batch=batch, apply=False, created_by=person_of(request))
    return redirect("history-import", pk)


@require_POST
@require("history.import")
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the rows of a checked file."""
    batch = _batch(request, pk)
    if batch.status != ImportStatus.CHECKED:
        messages.error(request, _("Check the file first; then it can be imported."))
    else:
        start_import(batch=batch, apply=True, created_by=person_of(request))
    return redirect("history-import", pk)
