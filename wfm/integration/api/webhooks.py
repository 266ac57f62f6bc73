"""Webhooks over REST: endpoints, their secrets, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.timezone import now
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.integration.api.fields import VisibleField
from wfm.integration.models import WebhookDelivery, WebhookEndpoint
from wfm.integration.services.webhooks import (
    EndpointInput,
    SecretOnce,
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
from wfm.org.access_views import person_of
from wfm.org.models import Client
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import IfMatchMixin
from wfm.web.api.views import ReadViewSet

_SWITCHED_OFF = gettext_lazy("The webhook is switched off; switch it on first.")
_BY_HAND = gettext_lazy("Switched off by hand.")


class WebhookSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """Where changes are posted."""

    client = VisibleField(queryset=Client.objects.all(), allow_null=True, required=False)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        help_text="Kinds such as `schedule.published` or `schedule.*`; empty for all.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = [
            *("id", "name", "client", "url", "kinds", "owner", "created_at"),
            *("previous_valid_until", "disabled_at", "disabled_reason", "failing_since"),
        ]
        read_only_fields = [
            *("owner", "created_at", "previous_valid_until"),
            *("disabled_at", "disabled_reason", "failing_since"),
        ]
        validators: ClassVar[list[Any]] = []  # the service says it in a sentence


class WebhookWithSecretSerializer(WebhookSerializer):
    """An endpoint and its secret, this once."""

    secret = serializers.CharField(
        read_only=True, help_text="Signs the messages. It is shown now and never again."
    )

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One message to one endpoint."""

    class Meta:
        model = WebhookDelivery
        fields = [
            *("id", "endpoint", "message_id", "kind", "key", "status", "attempts", "created_at"),
            *("next_attempt_at", "last_attempt_at", "delivered_at", "response_status", "error"),
        ]


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many deliveries wait again."""

    replayed = serializers.IntegerField()


@extend_schema_view(
    list=extend_schema(summary="List webhooks"),
    retrieve=extend_schema(summary="Get a webhook"),
)
class WebhookViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """Endpoints that are told of changes. Messages follow the Standard Webhooks specification."""

    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookSerializer
    filterset_fields = ("client",)
    cursor_ordering = ("name", "pk")
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "webhook.view",
        "POST": "webhook.edit",
        "PATCH": "webhook.edit",
        "DELETE": "webhook.edit",
    }

    @extend_schema(summary="Make a webhook", responses={201: WebhookWithSecretSerializer})
    def create(self, request: Request) -> Response:
        """Its secret is in this answer and in no other."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with _refusals():
            made = create_webhook(
                wanted=_input(asked.validated_data), owner=person_of(request), at=now()
            )
        return Response(self._with_secret(made), status=201)

    @extend_schema(summary="Change a webhook", responses=WebhookSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Name, address or kinds."""
        endpoint = self._endpoint()
        asked = self.get_serializer(endpoint, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        kept = {name: getattr(endpoint, name) for name in ("name", "url", "kinds", "client")}
        with _refusals():
            changed = change_webhook(
                endpoint=endpoint, wanted=_input({**kept, **asked.validated_data})
            )
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Delete a webhook")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """With everything that was or waits to be delivered to it."""
        delete_webhook(endpoint=self._endpoint())
        return Response(status=204)

    @extend_schema(
        summary="Give a webhook a new secret",
        request=None,
        responses={200: WebhookWithSecretSerializer},
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str | None = None) -> Response:
        """The old one signs beside it for a day."""
        return Response(self._with_secret(rotate_secret(endpoint=self._endpoint(), at=now())))

    @extend_schema(summary="Send a test message", request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str | None = None) -> Response:
        """It is sent within seconds; the delivery tells how it went."""
        endpoint = self._endpoint()
        if endpoint.disabled_at is not None:
            raise Conflict(str(_SWITCHED_OFF))
        delivery = send_test(endpoint=endpoint, at=now())
        return Response(DeliverySerializer(delivery).data, status=202)

    @extend_schema(summary="Switch a webhook on", request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, pk: str | None = None) -> Response:
        """It is sent what it has missed."""
        endpoint = self._endpoint()
        enable_webhook(endpoint=endpoint)
        endpoint.refresh_from_db()
        return Response(self.get_serializer(endpoint).data)

    @extend_schema(summary="Switch a webhook off", request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, pk: str | None = None) -> Response:
        """What waits is kept."""
        endpoint = self._endpoint()
        disable_webhook(endpoint=endpoint, reason=str(_BY_HAND), at=now())
        endpoint.refresh_from_db()
        return Response(self.get_serializer(endpoint).data)

    @extend_schema(
        summary="Send again what was given up", request=None, responses={202: ReplayedSerializer}
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str | None = None) -> Response:
        """Each with the id it had."""
        try:
            replayed = replay_dead(endpoint=self._endpoint(), at=now())
        except UnableToReplay as error:
            raise Conflict(str(error)) from error
        return Response({"replayed": replayed}, status=202)

    def _endpoint(self) -> WebhookEndpoint:
        found: Model = self.get_object()
        assert isinstance(found, WebhookEndpoint)
        return found

    def _with_secret(self, made: SecretOnce) -> dict[str, Any]:
        return {**self.get_serializer(made.endpoint).data, "secret": made.secret}


@extend_schema_view(
    list=extend_schema(summary="List deliveries, newest first"),
    retrieve=extend_schema(summary="Ask how a delivery went"),
)
class DeliveryViewSet(IdempotentMixin, ReadViewSet):
    """What was, is and will be sent."""

    queryset = WebhookDelivery.objects.all()
    serializer_class = DeliverySerializer
    filterset_fields = ("endpoint", "status", "kind", "key")
    cursor_ordering = ("-pk",)
    required_permission: ClassVar[dict[str, str]] = {"GET": "webhook.view", "POST": "webhook.edit"}

    @extend_schema(
        summary="Send a delivery again", request=None, responses={202: DeliverySerializer}
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str | None = None) -> Response:
        """With the same id, by which the receiver knows it."""
        found: Any = self.get_object()
        try:
            delivery = replay_delivery(delivery=found, at=now())
        except UnableToReplay as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(delivery).data, status=202)


def _input(data: dict[str, Any]) -> EndpointInput:
    return EndpointInput(
        name=data["name"],
        url=data["url"],
        kinds=tuple(data.get("kinds", ())),
        client=data.get("client"),
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell what the service refuses as the field's fault."""
    try:
        yield
    except UnableToSaveWebhook as error:
        detail = str(error)
        raise ValidationError({error.field: detail} if error.field else detail) from error
