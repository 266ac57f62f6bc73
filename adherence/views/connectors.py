"""Connectors: the list with their health, set-up in three steps, and a page for each."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name, localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from adherence.connector_forms import DetailsForm, SampleForm, mapping_choices, target_choices
from adherence.core.connectors.event import ReadOptions
from adherence.core.connectors.registry import SOURCES
from adherence.models import Connector, ConnectorKind, QuarantinedEvent, StateMeaning
from adherence.queries.connectors import connector_health
from adherence.services.connectors import (
    Preview,
    UnableToConnect,
    UnableToRead,
    create_connector,
    make_secret,
    map_states,
    preview_body,
    set_signing_token,
    unmap_state,
    update_connector,
)
from adherence.services.connectors.reading import StateMap, options_of, state_map
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Site
from wfm.timeline import day_bounds

EDIT = "adherence.edit"


def tabs(request: HttpRequest, current: str) -> dict[str, Any]:
    """What the tabs of these pages need."""
    visible = QuarantinedEvent.objects.visible_to(request.user)
    return {"tab": current, "waiting_count": visible.filter(resolved_at=None).count()}


@require_GET
@require(EDIT)
def connector_list(request: HttpRequest) -> HttpResponse:
    """Which sources are connected, and how they are."""
    at = now()
    starts_at = day_bounds(localdate(at), get_current_timezone_name()).starts_at
    rows = connector_health(
        Connector.objects.visible_to(request.user), day_starts_at=starts_at, at=at
    )
    context = tabs(request, "connectors") | {"rows": rows}
    return render(request, "adherence/connectors/list.html", context)


@require_http_methods(["GET", "POST"])
@require(EDIT)
def connector_new(request: HttpRequest) -> HttpResponse:
    """Choose the system; paste a sample; say what its states mean."""
    kind = request.GET.get("kind", "")
    if kind not in SOURCES:
        context = tabs(request, "connectors") | {"kinds": _kinds(), "step": 1}
        return render(request, "adherence/connectors/new.html", context)
    reader = SOURCES[kind]
    form = DetailsForm(
        request.POST or None, reader=reader, initial={"timezone": _likely_zone(request)}
    )
    sample = SampleForm(request.POST or None, request.FILES or None)
    context = tabs(request, "connectors") | {
        "kind": kind,
        "kind_name": ConnectorKind(kind).label,
        "form": form,
        "sample": sample,
        "example": reader.sample,
        "step": 2,
    }
    if request.method == "POST":
        answer = _set_up(request, kind, form, sample, context)
        if answer is not None:
            return answer
    return render(request, "adherence/connectors/new.html", context)


def _set_up(
    request: HttpRequest, kind: str, form: DetailsForm, sample: SampleForm, context: dict[str, Any]
) -> HttpResponse | None:
    """Look at the sample, or save; None: show the page with what `context` has got."""
    if request.POST.get("act") == "save" and form.is_valid():
        return _save(request, kind, form)
    if form.is_valid() and sample.is_valid():
        details = form.details()
        options = ReadOptions(
            received_at=now(),
            zone=details.timezone,
            agent_field=details.agent_field,
            columns=details.columns,
            date_order=details.date_order,
        )
        body = sample.body
        found = _preview(sample, kind=kind, source=form.cleaned_data["source"], body=body, options=options)  # fmt: skip
        if found is not None:
            context |= _preview_context(found) | {"step": 3, "sample_text": _as_text(body)}
    return None


def _save(request: HttpRequest, kind: str, form: DetailsForm) -> HttpResponse | None:
    try:
        made = create_connector(
            kind=kind,
            source=form.cleaned_data["source"],
            details=form.details(),
            mappings=mapping_choices(request.POST),
            at=now(),
        )
    except UnableToConnect as error:
        form.add_error(error.field_name if error.field_name in form.fields else None, str(error))
        return None
    messages.success(
        request, _("%(name)s is set up. Now let the system send.") % {"name": made.name}
    )
    return redirect("adherence-connector", made.source)


def _kinds() -> list[dict[str, str]]:
    about = {
        "amazon-connect": _("Agent events of the Kinesis stream, by Firehose or your own relay."),
        "genesys-cloud": _("Activity, presence and routing status of users, by EventBridge."),
        "avaya-cms": _("Work modes and AUX reason codes: agent trace or real-time feed."),
        "twilio-taskrouter": _("Event callbacks of a workspace, or an event stream."),
        "cisco-finesse": _("User notifications with states and reason codes."),
        "csv": _("Any table with agent, time and state, from any other system."),
    }
    return [
        {"key": kind.value, "name": str(kind.label), "about": about[kind.value]}
        for kind in ConnectorKind
    ]


def _likely_zone(request: HttpRequest) -> str:
    """The zone of the sites, where they share one."""
    zones = Site.objects.visible_to(request.user).values_list("timezone", flat=True).distinct()[:2]
    return zones[0] if len(zones) == 1 else ""


def _as_text(body: bytes) -> str:
    """What is carried on to the next look; a file in another encoding must be chosen again."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return ""


def _preview(
    sample: SampleForm, *, kind: str, source: str, body: bytes, options: ReadOptions,
    mappings: StateMap | None = None,
) -> Preview | None:  # fmt: skip
    try:
        return preview_body(
            kind=kind, source=source, body=body, options=options, mappings=mappings or {}
        )
    except UnableToRead as error:
        sample.add_error(None, str(error))
        return None


def _preview_context(found: Preview) -> dict[str, Any]:
    return {
        "preview": found,
        "understood": found.total - found.faulty,
        "states": [
            asdict(state) | {"target": _target(state)} for state in found.states
        ],
        "targets": target_choices(),
    }  # fmt: skip


def _target(state: Any) -> str:
    """The choice that the suggestion stands for."""
    if state.is_mapped or state.suggestion is None:
        return ""
    if state.suggestion.meaning == StateMeaning.ACTIVITY:
        return f"code:{state.suggestion.code}"
    return str(state.suggestion.meaning.value)


# -- one connector --------------------------------------------------------------------------------


def _connector(request: HttpRequest, source: str) -> Connector:
    visible = Connector.objects.visible_to(request.user).select_related("feed")
    return get_object_or_404(visible, source=source)


@require_http_methods(["GET", "POST"])
@require(EDIT)
def connector_page(request: HttpRequest, source: str) -> HttpResponse:
    """How a connector is, how to send to it, what its states mean; POST looks at a sample."""
    connector = _connector(request, source)
    context = _page_context(request, connector)
    if request.method == "POST":
        sample = SampleForm(request.POST, request.FILES)
        context["sample"] = sample
        if sample.is_valid():
            body = sample.body
            found = _preview(
                sample,
                kind=connector.kind,
                source=connector.source,
                body=body,
                options=options_of(connector, received_at=now()),
                mappings=state_map(connector),
            )
            if found is not None:
                context |= _preview_context(replace(found, states=found.unmapped))
    return render(request, "adherence/connectors/connector.html", context)


def _page_context(request: HttpRequest, connector: Connector) -> dict[str, Any]:
    at = now()
    zone = connector.timezone or get_current_timezone_name()
    starts_at = day_bounds(localdate(at, timezone=ZoneInfo(zone)), zone).starts_at
    chosen = Connector.objects.filter(pk=connector.pk)
    (health,) = connector_health(chosen, day_starts_at=starts_at, at=at)
    path = reverse("api-adherence-connector-events", args=[connector.source])
    mappings = connector.mappings.select_related("activity_code").order_by("state", "reason")
    return tabs(request, "connectors") | {
        "connector": connector,
        "health": health,
        "address": request.build_absolute_uri(path),
        "mappings": [
            {
                "mapping": row,
                "target": f"code:{row.activity_code.key}" if row.activity_code else row.meaning,
            }
            for row in mappings
        ],
        "targets": target_choices(),
        "sample": SampleForm(),
        "example": connector.reader.sample,
        "may_make_keys": access_of(request.user).can("apikey.edit"),
    }


@require_http_methods(["GET", "POST"])
@require(EDIT)
def connector_edit(request: HttpRequest, source: str) -> HttpResponse:
    """Change the details."""
    connector = _connector(request, source)
    form = DetailsForm(request.POST or None, reader=connector.reader, connector=connector)
    if request.method == "POST" and form.is_valid():
        try:
            update_connector(connector=connector, details=form.details())
        except UnableToConnect as error:
            known = error.field_name if error.field_name in form.fields else None
            form.add_error(known, str(error))
        else:
            messages.success(request, _("Saved. What comes from now on is read so."))
            return redirect("adherence-connector", connector.source)
    context = tabs(request, "connectors") | {"connector": connector, "form": form}
    return render(request, "adherence/connectors/edit.html", context)


@require_POST
@require(EDIT)
def connector_map(request: HttpRequest, source: str) -> HttpResponse:
    """Say what states mean; an emptied choice forgets one."""
    connector = _connector(request, source)
    try:
        taken = map_states(
            connector=connector,
            choices=mapping_choices(request.POST),
            at=now(),
            taken_by_id=request.user.pk,
        )
    except UnableToConnect as error:
        messages.error(request, str(error))
        return redirect("adherence-connector", connector.source)
    for mapping in connector.mappings.filter(pk__in=_ids(request, "forget")):
        unmap_state(mapping=mapping)
    messages.success(request, _saved(taken))
    return redirect("adherence-connector", connector.source)


def _ids(request: HttpRequest, name: str) -> list[int]:
    return [int(text) for text in request.POST.getlist(name) if text.isdigit()]


def _saved(taken: int) -> str:
    if not taken:
        return _("Saved.")
    return ngettext(
        "Saved; %(count)d event that waited is taken.",
        "Saved; %(count)d events that waited are taken.",
        taken,
    ) % {"count": taken}


@never_cache
@require_POST
@require(EDIT)
def connector_secret(request: HttpRequest, source: str) -> HttpResponse:
    """Make a new secret and show the address with it, this once."""
    connector = _connector(request, source)
    text = make_secret(connector=connector, at=now())
    path = reverse("api-adherence-connector-events", args=[connector.source])
    context = tabs(request, "connectors") | {
        "connector": connector,
        "secret": text,
        "address": request.build_absolute_uri(f"{path}?secret={text}"),
    }
    return render(request, "adherence/connectors/secret.html", context)


@require_POST
@require(EDIT)
def connector_token(request: HttpRequest, source: str) -> HttpResponse:
    """Keep the token that verifies signatures."""
    connector = _connector(request, source)
    if not connector.reader.signs:
        raise Http404
    token = request.POST.get("token", "").strip()
    try:
        set_signing_token(connector=connector, token=token)
    except UnableToConnect as error:
        messages.error(request, str(error))
    else:
        text = _("Only signed requests are taken now.") if token else _("Signatures are no longer asked for.")  # fmt: skip
        messages.success(request, text)
    return redirect("adherence-connector", connector.source)
