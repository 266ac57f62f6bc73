"""Webhooks in the settings: endpoints, their secrets, and what was delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wfm.integration.forms import WebhookForm
from wfm.integration.models import Change, DeliveryStatus, WebhookDelivery, WebhookEndpoint
from wfm.integration.queries.change_feed import held_back_since
from wfm.integration.services.webhooks import (
    UnableToReplay,
    UnableToSaveWebhook,
    change_webhook,
    create_webhook,
    delete_webhook,
    disable_webhook,
    enable_webhook,
    replay_dead,
    replay_delivery,
    rotate_secret,
    send_test,
)
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import User
from wfm.org.tabs import settings_tabs

ROWS_PER_PAGE = 50


@require_GET
@require("webhook.view")
def webhook_list(request: HttpRequest) -> HttpResponse:
    """All endpoints, with what waits and what was given up."""
    waiting = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.PENDING))
    dead = Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.DEAD))
    found = (
        WebhookEndpoint.objects.visible_to(request.user)
        .select_related("client", "owner")
        .annotate(waiting=waiting, dead=dead, last_at=Max("deliveries__delivered_at"))
        .order_by("name", "pk")
    )
    return render(request, "integration/webhooks.html", _context(request) | {"endpoints": found})


@never_cache
@require("webhook.edit")
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Make an endpoint and show its secret, this once."""
    assert isinstance(request.user, User)
    form = WebhookForm(request.POST or None, person=request.user, endpoint=None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_webhook(wanted=form.wanted(), owner=request.user, at=now())
        except UnableToSaveWebhook as error:
            form.add_error(error.field or None, str(error))
        else:
            shown = {"endpoint": made.endpoint, "secret": made.secret, "is_new": True}
            return render(request, "integration/webhook_secret.html", _context(request) | shown)
    context = _context(request) | {"form": form, "endpoint": None}
    return render(request, "integration/webhook_form.html", context)


@require("webhook.edit")
def edit_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, address or kinds."""
    endpoint = _endpoint(request, pk)
    assert isinstance(request.user, User)
    form = WebhookForm(request.POST or None, person=request.user, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        try:
            change_webhook(endpoint=endpoint, wanted=form.wanted())
        except UnableToSaveWebhook as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("webhook", endpoint.pk)
    context = _context(request) | {"form": form, "endpoint": endpoint}
    return render(request, "integration/webhook_form.html", context)


@require_GET
@require("webhook.view")
def webhook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint and its deliveries."""
    endpoint = _endpoint(request, pk)
    status = request.GET.get("status", "")
    found = endpoint.deliveries.order_by("-pk")
    counts = dict(found.order_by().values_list("status").annotate(Count("pk")))
    if status in DeliveryStatus.values:
        found = found.filter(status=status)
    context = _context(request) | {
        "endpoint": endpoint,
        "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "status": status,
        "statuses": DeliveryStatus.choices,
        "counts": {value: counts.get(value, 0) for value in DeliveryStatus.values},
    }
    template = "_deliveries.html" if request.headers.get("HX-Request") else "webhook.html"
    return render(request, f"integration/{template}", context)


@never_cache
@require_POST
@require("webhook.edit")
def act_on_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Test, replay, switch on or off, delete; a new secret is shown on the page that follows."""
    endpoint = _endpoint(request, pk)
    act = request.POST.get("act", "")
    if act == "rotate":
        made = rotate_secret(endpoint=endpoint, at=now())
        shown = {"endpoint": made.endpoint, "secret": made.secret, "is_new": False}
        return render(request, "integration/webhook_secret.html", _context(request) | shown)
    if act not in _ACTS:
        raise Http404
    try:
        messages.success(request, _ACTS[act](endpoint))
    except UnableToReplay as error:
        messages.error(request, str(error))
    return redirect("webhooks") if act == "delete" else redirect("webhook", endpoint.pk)


@require_POST
@require("webhook.edit")
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again."""
    found = get_object_or_404(WebhookDelivery.objects.visible_to(request.user), pk=pk)
    try:
        replay_delivery(delivery=found, at=now())
    except UnableToReplay as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is sent again within seconds, with the same id."))
    return redirect("webhook", found.endpoint_id)


def _test(endpoint: WebhookEndpoint) -> str:
    if endpoint.disabled_at is not None:
        raise UnableToReplay(_("The webhook is switched off; switch it on first."))
    send_test(endpoint=endpoint, at=now())
    return _("A test message is sent within seconds; see below how it went.")


def _replay_dead(endpoint: WebhookEndpoint) -> str:
    count = replay_dead(endpoint=endpoint, at=now())
    sentence = ngettext(
        "%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", count
    )
    return sentence % {"count": count}


def _enable(endpoint: WebhookEndpoint) -> str:
    enable_webhook(endpoint=endpoint)
    return _("The webhook is on. It is sent what it has missed, in order.")


def _disable(endpoint: WebhookEndpoint) -> str:
    disable_webhook(endpoint=endpoint, reason=_("Switched off by hand."), at=now())
    return _("The webhook is off. What waits is kept.")


def _delete(endpoint: WebhookEndpoint) -> str:
    delete_webhook(endpoint=endpoint)
    return _("The webhook “%(name)s” is deleted.") % {"name": endpoint.name}


_ACTS: dict[str, Callable[[WebhookEndpoint], str]] = {
    "test": _test,
    "replay": _replay_dead,
    "enable": _enable,
    "disable": _disable,
    "delete": _delete,
}


def _endpoint(request: HttpRequest, pk: int) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.visible_to(request.user).select_related("client", "owner")
    return get_object_or_404(found, pk=pk)


def _context(request: HttpRequest) -> dict[str, Any]:
    changes = Change.objects.visible_to(request.user)
    return settings_tabs(request, "webhooks") | {
        "may_edit": access_of(request.user).can("webhook.edit"),
        "held_back_since": held_back_since(changes, at=now()),
    }
