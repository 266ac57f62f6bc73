"""Connectors over REST: take a source's own messages, set connectors up, look at samples."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.api.connector_serializers import (
    ConnectorSerializer,
    HealthSerializer,
    PreviewRequestSerializer,
    PreviewSerializer,
    SampleSerializer,
    SecretSerializer,
    SigningTokenSerializer,
    StateMappingSerializer,
)
from adherence.core.connectors.event import ReadOptions
from adherence.models import Connector, StateMapping
from adherence.queries.connectors import connector_health
from adherence.services.connectors import (
    ConnectorDetails,
    MappingChoice,
    Preview,
    UnableToConnect,
    UnableToRead,
    create_connector,
    delete_connector,
    make_secret,
    map_states,
    preview_body,
    set_signing_token,
    unmap_state,
    update_connector,
)
from adherence.services.connectors.reading import options_of, state_map
from wfm.org.access_views import person_of
from wfm.timeline import day_bounds
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import IfMatchMixin
from wfm.web.api.views import ReadViewSet

EDIT = "adherence.edit"


@extend_schema_view(
    list=extend_schema(summary="List connectors"),
    retrieve=extend_schema(summary="Read a connector"),
)
class ConnectorViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """How sources are read."""

    queryset = Connector.objects.select_related("feed")
    serializer_class = ConnectorSerializer
    filterset_fields = ("kind", "is_active")
    cursor_ordering = ("source",)
    lookup_field = "source"
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(
        ("GET", "POST", "PATCH", "DELETE"), EDIT
    )

    @extend_schema(summary="Make a connector", responses={201: ConnectorSerializer})
    def create(self, request: Request) -> Response:
        """409 where the source is taken."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        source, kind = data.pop("source"), data.pop("kind")
        if Connector.objects.filter(source=source).exists():
            raise Conflict(
                _("There is a connector for the source %(source)r already.") % {"source": source}
            )
        try:
            made = create_connector(source=source, kind=kind, details=_details(data), at=now())
        except UnableToConnect as error:
            raise _as_fault(error) from error
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a connector")
    def partial_update(self, request: Request, source: str) -> Response:
        """Source and kind stay: events and keys belong to them."""
        del source
        connector = self.get_object()
        assert isinstance(connector, Connector)
        before = self.get_serializer(connector).data
        form = self.get_serializer(connector, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        fixed = {name for name in ("source", "kind") if form.validated_data.get(name, before[name]) != before[name]}  # fmt: skip
        if fixed:
            raise ValidationError(dict.fromkeys(fixed, _("This stays as it is; make another one.")))
        wanted = {name: before[name] for name in _DETAILS} | {
            name: value for name, value in form.validated_data.items() if name in _DETAILS
        }
        if "feed" in form.validated_data:
            wanted["feed"] = form.validated_data["feed"]
        try:
            changed = update_connector(connector=connector, details=_details(wanted))
        except UnableToConnect as error:
            raise _as_fault(error) from error
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Remove a connector", responses={204: None})
    def destroy(self, request: Request, source: str) -> Response:
        """Its events and what waits stay."""
        del request, source
        connector = self.get_object()
        assert isinstance(connector, Connector)
        delete_connector(connector=connector)
        return Response(status=status.HTTP_204_NO_CONTENT)


_DETAILS = (
    "name",
    "timezone",
    "agent_field",
    "default_channel",
    "columns",
    "date_order",
    "max_delay_minutes",
    "is_active",
    "silence_limit_seconds",
)


def _details(data: dict[str, Any]) -> ConnectorDetails:
    feed = data.pop("feed", None)
    if feed is not None:
        data["silence_limit_seconds"] = feed.get("silence_limit_seconds")
    return ConnectorDetails(**data)


def _as_fault(error: UnableToConnect) -> ValidationError:
    return ValidationError({error.field_name: str(error)} if error.field_name else str(error))


class _OneConnectorView(IdempotentMixin, APIView):
    """A view of one connector by its source."""

    required_permission: ClassVar[dict[str, str]] = {"POST": EDIT, "GET": EDIT}

    def connector(self, source: str) -> Connector:
        """The connector, if the principal may see it."""
        visible = Connector.objects.visible_to(self.request.user).select_related("feed")
        return get_object_or_404(visible, source=source)


class ConnectorSecretView(_OneConnectorView):
    """The secret of a connector's address."""

    @extend_schema(
        summary="Make a new secret for the address of a connector",
        request=None,
        responses={201: SecretSerializer},
    )
    def post(self, request: Request, source: str) -> Response:
        """Told this once; the one before opens nothing any more."""
        connector = self.connector(source)
        text = make_secret(connector=connector, at=now())
        path = reverse("api-adherence-connector-events", args=[connector.source])
        url = request.build_absolute_uri(f"{path}?secret={text}")
        return Response({"secret": text, "url": url}, status=status.HTTP_201_CREATED)


class ConnectorSigningTokenView(_OneConnectorView):
    """The token that verifies signatures."""

    @extend_schema(
        summary="Set the token that verifies the signatures of a connector's requests",
        request=SigningTokenSerializer,
        responses=ConnectorSerializer,
    )
    def post(self, request: Request, source: str) -> Response:
        """Empty: requests need not be signed."""
        form = SigningTokenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        connector = self.connector(source)
        try:
            set_signing_token(connector=connector, token=form.validated_data["token"])
        except UnableToConnect as error:
            raise ValidationError({"token": str(error)}) from error
        return Response(ConnectorSerializer(connector).data)


class ConnectorHealthView(_OneConnectorView):
    """How a connector is now."""

    @extend_schema(summary="How a connector is now", responses=HealthSerializer)
    def get(self, request: Request, source: str) -> Response:
        """Last heard, events of today, what waits."""
        del request
        connector, at = self.connector(source), now()
        zone = connector.timezone or "UTC"
        chosen: QuerySet[Connector] = Connector.objects.filter(pk=connector.pk)
        starts_at = day_bounds(localdate(at, timezone=ZoneInfo(zone)), zone).starts_at
        (health,) = connector_health(chosen, day_starts_at=starts_at, at=at)
        return Response(HealthSerializer(health).data)


class ConnectorPreviewView(_OneConnectorView):
    """What a connector understands of a sample."""

    @extend_schema(
        summary="What a connector understands of a sample; saves nothing",
        request=SampleSerializer,
        responses=PreviewSerializer,
    )
    def post(self, request: Request, source: str) -> Response:
        """Per event, and which states are not mapped."""
        form = SampleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        connector = self.connector(source)
        return _previewed(
            kind=connector.kind,
            source=connector.source,
            sample=form.validated_data["sample"],
            options=options_of(connector, received_at=now()),
            mappings=state_map(connector),
            default_channel=connector.default_channel,
        )


class PreviewView(IdempotentMixin, APIView):
    """What is understood of a sample before there is a connector."""

    required_permission: ClassVar[dict[str, str]] = {"POST": EDIT}

    @extend_schema(
        summary="What is understood of a sample before there is a connector; saves nothing",
        request=PreviewRequestSerializer,
        responses=PreviewSerializer,
    )
    def post(self, request: Request) -> Response:
        """Per event, and which states there are."""
        form = PreviewRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        options = ReadOptions(
            received_at=now(),
            zone=data["timezone"],
            agent_field=data["agent_field"],
            columns=data["columns"],
            date_order=data["date_order"],
        )
        return _previewed(
            kind=data["kind"], source="", sample=data["sample"], options=options, mappings={}
        )


def _previewed(*, sample: str, **known: Any) -> Response:
    try:
        found: Preview = preview_body(body=sample.encode(), **known)
    except UnableToRead as error:
        raise ValidationError({"sample": str(error)}) from error
    data = PreviewSerializer(found).data
    for state, told in zip(found.states, data["states"], strict=True):
        told["suggestion"] = asdict(state.suggestion) if state.suggestion else None
    return Response(data)


@extend_schema_view(
    list=extend_schema(summary="List what the states of connectors mean"),
    retrieve=extend_schema(summary="Read what a state means"),
)
class StateMappingViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """What states of sources mean."""

    queryset = StateMapping.objects.select_related("connector", "activity_code")
    serializer_class = StateMappingSerializer
    filterset_fields = ("connector__source", "meaning")
    cursor_ordering = ("pk",)
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(("GET", "POST", "DELETE"), EDIT)

    @extend_schema(
        summary="Say what a state means, also anew; waiting events are taken at once",
        responses={201: StateMappingSerializer},
    )
    def create(self, request: Request) -> Response:
        """The same connector, state and reason again replaces the meaning."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        choice = MappingChoice(
            data["state"], data.get("reason", ""), data["meaning"], data["activity_code"]
        )
        connector = data["connector"]
        try:
            person = person_of(request)
            taken = map_states(
                connector=connector,
                choices=[choice],
                at=now(),
                taken_by_id=person.pk if person else None,
            )
        except UnableToConnect as error:
            raise _as_fault(error) from error
        made = StateMapping.objects.get(
            connector=connector,
            state__iexact=choice.state.strip(),
            reason__iexact=choice.reason.strip(),
        )
        answer = self.get_serializer(made).data | {"taken": taken}
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Forget what a state means", responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Its events wait from now on; those that were taken stay."""
        del request, pk
        mapping = self.get_object()
        assert isinstance(mapping, StateMapping)
        unmap_state(mapping=mapping)
        return Response(status=status.HTTP_204_NO_CONTENT)
