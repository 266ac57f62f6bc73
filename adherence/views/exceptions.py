"""Approve and withdraw exceptions from the pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from adherence.forms import ExceptionForm
from adherence.models import AdherenceException, ExceptionStatus, GroupException
from adherence.services import UnableToApprove, approve_exception, withdraw_exception
from adherence.services.exception_requests import UnableToAsk, decide_exception
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import User

MOST_ROWS = 200
MOST_GROUPS = 50


@require_POST
@require("adherence.approve")
def create_exception(request: HttpRequest) -> HttpResponse:
    """Approve one; the live list gets JSON, a form goes back to its page."""
    form = ExceptionForm(request.POST, principal=request.user)
    error = "" if form.is_valid() else _first_error(form)
    if not error:
        assert isinstance(request.user, User)
        try:
            found = approve_exception(**form.cleaned_data, approved_by=request.user, at=now())
        except UnableToApprove as refusal:
            error = str(refusal)
    if request.headers.get("Accept", "").startswith("application/json"):
        if error:
            return JsonResponse({"error": error}, status=400)
        message = _("Approved for %(name)s: %(reason)s.") % {
            "name": found.agent.name,
            "reason": found.reason,
        }
        undo_url = reverse("adherence-exception-withdraw", args=[found.pk])
        return JsonResponse({"message": message, "undo_url": undo_url}, status=201)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, _("The exception is approved; the day is computed again."))
    return HttpResponseRedirect(_next(request))


@require_GET
@require("adherence.view")
def exceptions(request: HttpRequest) -> HttpResponse:
    """What agents have explained, open ones first; and what was decided of late."""
    rows = AdherenceException.objects.visible_to(request.user).select_related(
        "agent", "decided_by", "created_by"
    )
    context = {
        "asked": rows.filter(status=ExceptionStatus.REQUESTED).order_by("starts_at")[:MOST_ROWS],
        "groups": GroupException.objects.visible_to(request.user)
        .with_counts(request.user)
        .select_related("created_by")
        .order_by("-starts_at", "-pk")[:MOST_GROUPS],
        # Those of a group are one line above.
        "decided": rows.exclude(status=ExceptionStatus.REQUESTED)
        .filter(group=None)
        .order_by("-starts_at")[:MOST_ROWS],
        "may_approve": access_of(request.user).can("adherence.approve"),
    }
    return render(request, "adherence/exceptions.html", context)


@require_POST
@require("adherence.approve")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or decline what an agent asked for."""
    found = get_object_or_404(AdherenceException.objects.visible_to(request.user), pk=pk)
    is_approved = request.POST.get("decision") == "approve"
    assert isinstance(request.user, User)
    try:
        decide_exception(
            exception=found, is_approved=is_approved, decided_by=request.user, at=now()
        )
    except UnableToAsk as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Approved.") if is_approved else _("Declined."))
    return redirect("adherence-exceptions")


@require_POST
@require("adherence.approve")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an approval back."""
    found = get_object_or_404(AdherenceException.objects.visible_to(request.user), pk=pk)
    assert isinstance(request.user, User)
    is_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        withdraw_exception(exception=found, withdrawn_by=request.user, at=now())
    except UnableToApprove as refusal:
        if is_json:
            return JsonResponse({"error": str(refusal)}, status=400)
        messages.error(request, str(refusal))
        return HttpResponseRedirect(_next(request))
    if is_json:
        return JsonResponse({"message": _("Withdrawn.")})
    messages.success(request, _("The exception is withdrawn; the day is computed again."))
    return HttpResponseRedirect(_next(request))


def _first_error(form: ExceptionForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _next(request: HttpRequest) -> str:
    """Back to a page of ours."""
    target = request.POST.get("next", "")
    return target if target.startswith("/adherence/") else reverse("adherence")
