"""API keys in the settings, and the browsable documentation."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from drf_spectacular.views import SpectacularJSONAPIView

from wfm.integration.forms import ApiKeyForm, scope_label
from wfm.integration.models import ApiKey
from wfm.integration.services import (
    NewApiKey,
    UnableToCreateApiKey,
    create_api_key,
    revoke_api_key,
)
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import User
from wfm.org.tabs import settings_tabs


@require("apikey.view")
def api_keys(request: HttpRequest) -> HttpResponse:
    """List the keys; those that still open something first."""
    keys = ApiKey.objects.visible_to(request.user).select_related("client", "created_by")
    at = now()
    rows = [
        {"key": key, "labels": [scope_label(name) for name in key.scopes], "ended": _ended(key, at)}
        for key in keys.order_by("revoked_at", "-created_at")
    ]
    context = settings_tabs(request, "api-keys") | {
        "rows": rows,
        "may_edit": access_of(request.user).can("apikey.edit"),
    }
    return render(request, "integration/api_keys.html", context)


@never_cache
@require("apikey.edit")
def new_api_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    assert isinstance(request.user, User)
    form = ApiKeyForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        made = _create(form, request.user)
        if made is not None:
            context = settings_tabs(request, "api-keys") | {"key": made.key, "text": made.text}
            return render(request, "integration/api_key_made.html", context)
    return render(
        request, "integration/api_key_new.html", settings_tabs(request, "api-keys") | {"form": form}
    )


@require_POST
@require("apikey.edit")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a key at once."""
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk)
    revoke_api_key(key=key, at=now())
    messages.success(request, _("%(name)s is revoked and opens nothing any more.") % {"name": key})
    return redirect("api-keys")


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI document, browsable, without the network."""
    return render(request, "integration/api_docs.html")


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI 3 document. It describes endpoints and holds no data, so anyone may read it."""


def _create(form: ApiKeyForm, person: User) -> NewApiKey | None:
    data = form.cleaned_data
    try:
        return create_api_key(
            name=data["name"],
            client=data["client"],
            scopes=data["scopes"],
            requests_per_minute=data["requests_per_minute"],
            expires_at=data["expires_at"],
            created_by=person,
        )
    except UnableToCreateApiKey as error:
        form.add_error("scopes", str(error))
        return None


def _ended(key: ApiKey, at: datetime) -> str:
    if key.revoked_at is not None:
        return _("revoked")
    if key.expires_at is not None and key.expires_at <= at:
        return _("expired")
    return ""
