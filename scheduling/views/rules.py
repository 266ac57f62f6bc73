"""The rules that a solve obeys: one page for each kind."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from scheduling.forms import BreakFormSet, TemplateForm
from scheduling.services.rules import keep_activity, keep_template
from scheduling.views.office_kinds import KINDS
from scheduling.views.rule_kinds import RuleKind
from wfm.org.access import access_of
from wfm.org.access_views import require


@require_http_methods(["GET", "POST"])
@require("schedule.view")
def rules(request: HttpRequest, kind: str = "contracts", pk: int | None = None) -> HttpResponse:
    """The rows of a kind, and the form of one of them or of a new one."""
    found = _kind(kind)
    row = None if pk is None else _row(request, found, pk)
    may_edit = access_of(request.user).can("schedule.edit")
    form = breaks = None
    if may_edit and (found.may_add or row is not None):
        form = found.form(request.POST or None, instance=row, principal=request.user)
        if found.form is TemplateForm:
            breaks = BreakFormSet(request.POST or None, instance=form.instance)
    if request.method == "POST" and form is not None and _keep(found, form, breaks):
        messages.success(
            request,
            _("Saved.") if found.group == "requests" else _("Saved. The next solve keeps to it."),
        )
        return redirect("schedule-rules-of", kind)
    context = {
        "kind": kind,
        "kinds": [(key, item.title) for key, item in KINDS.items() if item.group == found.group],
        "title": found.title,
        "is_about_requests": found.group == "requests",
        "lead": found.lead,
        "headers": found.headers,
        "rows": found.rows(request.user),
        "form": form,
        "breaks": breaks,
        "row": row,
        "may_edit": may_edit,
        "may_delete": may_edit and found.may_add,
        "may_add": found.may_add,
    }
    return render(request, "scheduling/rules.html", context)


@require_POST
@require("schedule.edit")
def delete_rule(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take a row away."""
    found = _kind(kind)
    if not found.may_add:
        raise Http404
    found.remove(_row(request, found, pk))
    messages.success(request, _("Deleted."))
    return redirect("schedule-rules-of", kind)


def _kind(name: str) -> RuleKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _row(request: HttpRequest, kind: RuleKind, pk: int) -> Any:
    model: Any = kind.form.Meta.model
    return get_object_or_404(model.objects.visible_to(request.user), pk=pk)


def _keep(kind: RuleKind, form: Any, breaks: Any) -> bool:
    """Write what is valid; else the sentences stand beside the fields."""
    if not form.is_valid() or (breaks is not None and not breaks.is_valid()):
        return False
    row = form.save(commit=False)
    try:
        if "attendants" in form.cleaned_data:
            keep_activity(row, form.cleaned_data["attendants"])
        elif breaks is None:
            kind.keep(row)
        else:
            rules = [item.instance for item in breaks.forms if _is_kept(item)]
            for rule in rules:
                rule.pk = None
            keep_template(row, rules)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


def _is_kept(form: Any) -> bool:
    filled = form.has_changed() or form.instance.pk
    return bool(filled) and not form.cleaned_data.get("DELETE")
