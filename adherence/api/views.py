"""Adherence over REST."""

import json
from collections import Counter
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.api.serializers import (
    MAX_EVENTS,
    BatchResultSerializer,
    EventBatchSerializer,
    ExceptionSerializer,
    LiveSerializer,
    QuarantinedEventSerializer,
)
from adherence.models import (
    AdherenceException,
    EventSource,
    GroupException,
    QuarantinedEvent,
)
from adherence.parsing import parse_event
from adherence.queries import LiveFilter, live_texts
from adherence.services import (
    EventStatus,
    UnableToApprove,
    approve_exception,
    changes_since,
    ingest_events,
)
from wfm.org.access import access_of
from wfm.org.access_views import person_of
from wfm.web.api.fields import row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet

OWN_SOURCES = frozenset({EventSource.PORTAL.value, EventSource.RULE.value})


class EventIntakeView(APIView):
    """Events of agents: states, log-ins, log-outs, heartbeats."""

    required_permission = {"POST": "event.ingest"}

    @extend_schema(
        summary="Send a batch of activity events",
        description=(
            "The same (source, event_uid) is taken once, so a batch may be sent again. Order does "
            "not matter. What cannot be taken is quarantined with a reason and counted, never "
            "dropped; the answer tells for each event."
        ),
        request=EventBatchSerializer,
        responses=BatchResultSerializer,
    )
    def post(self, request: Request) -> Response:
        """Take a batch."""
        if not access_of(request.user).is_internal:
            raise PermissionDenied(
                _("Events are taken from our own systems, not from a client's key.")
            )
        source, events = _batch(request.data)
        received_at = now()
        outcomes = ingest_events(
            events=[parse_event(event) for event in events], source=source, received_at=received_at
        )
        counts = Counter(outcome.status for outcome in outcomes)
        return Response(
            {
                "received_at": received_at,
                "accepted": counts[EventStatus.ACCEPTED],
                "duplicates": counts[EventStatus.DUPLICATE],
                "quarantined": counts[EventStatus.QUARANTINED],
                "results": [
                    {
                        "event_uid": outcome.event_uid,
                        "status": outcome.status.value,
                        "is_late": outcome.is_late,
                        "reason_code": outcome.reason_code,
                        "reason": outcome.reason,
                    }
                    for outcome in outcomes
                ],
            }
        )


def _batch(data: Any) -> tuple[str, list[object]]:
    if not isinstance(data, dict):
        raise ValidationError(_("Send an object with source and events."))
    field = serializers.SlugField(max_length=40)
    try:
        source = str(field.run_validation(data.get("source", "")))
    except ValidationError as error:
        raise ValidationError({"source": error.detail}) from error
    if source in OWN_SOURCES:
        raise ValidationError({"source": _("The source %(source)r is ours.") % {"source": source}})
    events = data.get("events")
    if not isinstance(events, list) or not 0 < len(events) <= MAX_EVENTS:
        raise ValidationError(
            {"events": _("Send a list of 1 to %(most)d events.") % {"most": MAX_EVENTS}}
        )
    return source, events


class LiveView(APIView):
    """Agents now."""

    required_permission = {"GET": "adherence.view"}

    @extend_schema(
        summary="Where agents stand now, worst first",
        parameters=[
            OpenApiParameter("since", str, description="Cursor of the last answer."),
            OpenApiParameter("team", OpenApiTypes.INT),
            OpenApiParameter("site", OpenApiTypes.INT),
            OpenApiParameter("queue", OpenApiTypes.INT),
        ],
        responses=LiveSerializer,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return all rows, or with `since` the changed ones."""
        epoch, _separator, version = request.query_params.get("since", "").partition(":")
        # First the cursor, then the rows: a change in between is sent twice, never lost.
        changes = changes_since(epoch=epoch, version=int(version) if version.isdigit() else 0)
        chosen = LiveFilter(
            team_id=_number(request, "team"),
            site_id=_number(request, "site"),
            queue_id=_number(request, "queue") if changes.agent_ids is None else None,
        )
        rows = live_texts(principal=request.user, chosen=chosen, agent_ids=changes.agent_ids)
        return HttpResponse(
            f'{{"cursor":"{changes.epoch}:{changes.version}",'
            f'"is_kept":{json.dumps(changes.is_kept)},'
            f'"is_complete":{"true" if changes.agent_ids is None else "false"},'
            f'"rows":[{",".join(rows)}]}}',
            content_type="application/json",
        )


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise ValidationError({name: _("Expected an id.")})
    return number


def _visible_groups(request: Request | None) -> QuerySet[GroupException]:
    """One that may not be seen is as one that does not exist."""
    return GroupException.objects.visible_to(None if request is None else request.user)


class ExceptionFilter(filters.FilterSet):  # type: ignore[misc]
    """Which exceptions."""

    group = filters.ModelChoiceFilter(
        queryset=_visible_groups, help_text="Those of one exception for many people."
    )

    class Meta:
        model = AdherenceException
        fields: ClassVar[list[str]] = ["agent", "status"]


@extend_schema_view(
    list=extend_schema(summary="List exceptions"),
    retrieve=extend_schema(summary="Read an exception"),
)
class ExceptionViewSet(IdempotentMixin, ReadViewSet):
    """Stretches that count as in adherence, with who and why."""

    queryset = AdherenceException.objects.all()
    serializer_class = ExceptionSerializer
    filterset_class = ExceptionFilter
    cursor_ordering = ("-starts_at", "-pk")
    required_permission = {"GET": "adherence.view", "POST": "adherence.approve"}

    @extend_schema(summary="Approve an exception", responses={201: ExceptionSerializer})
    def create(self, request: Request) -> Response:
        """Approve; the days it changes are computed again at once."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        person = person_of(request)
        try:
            found = approve_exception(**form.validated_data, approved_by=person, at=now())
        except UnableToApprove as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(found).data, status=status.HTTP_201_CREATED)


@extend_schema_view(
    list=extend_schema(summary="List events that could not be taken"),
    retrieve=extend_schema(summary="Read an event that could not be taken"),
)
class QuarantineViewSet(ReadViewSet):
    """Events that could not be taken, with the reason."""

    queryset = QuarantinedEvent.objects.all()
    serializer_class = QuarantinedEventSerializer
    filterset_fields = ("source", "reason_code")
    cursor_ordering = ("-pk",)
    required_permission = {"GET": "adherence.edit"}
