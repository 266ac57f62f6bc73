"""Offers of callbacks over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from staffing.models import CallbackOffer
from staffing.models.callback import MOST_AFTER_SECONDS
from staffing.services import (
    CallbackTerms,
    UnableToOfferCallbacks,
    end_callbacks,
    offer_callbacks,
)
from wfm.org.api.lookups import queue_of
from wfm.web.api.errors import Conflict
from wfm.web.api.views import ReadViewSet


class CallbackOfferSerializer(serializers.ModelSerializer[CallbackOffer]):
    """Who would wait longer than `after_seconds` is offered a callback, made by `target`."""

    class Meta:
        model = CallbackOffer
        fields = [
            "id", "queue", "target", "after_seconds", "acceptance_rate", "starts_on", "ends_on",
        ]  # fmt: skip
        read_only_fields = fields


class MakeOfferSerializer(serializers.Serializer[Any]):
    """A new offer of a live queue."""

    queue = serializers.IntegerField()
    target = serializers.IntegerField(help_text="The deferred queue that calls back.")
    after_seconds = serializers.IntegerField(
        min_value=0,
        max_value=MOST_AFTER_SECONDS,
        help_text="Announced wait beyond which it is offered: place in the queue x AHT / people.",
    )
    acceptance_rate = serializers.FloatField(help_text="Share that accepts: above 0, below 1.")
    starts_on = serializers.DateField()


class EndOfferSerializer(serializers.Serializer[Any]):
    """When an offer ends."""

    ends_on = serializers.DateField(help_text="The first date on which it holds no more.")


@extend_schema_view(
    list=extend_schema(summary="List offers of callbacks, newest first"),
    retrieve=extend_schema(summary="Get one offer of callbacks"),
)
class CallbackOfferViewSet(ReadViewSet):
    """Callbacks leave the live queue and arrive in a deferred one."""

    queryset = CallbackOffer.objects.all()
    serializer_class = CallbackOfferSerializer
    required_permission = {
        "GET": "staffing.view",
        "POST": "staffing.edit",
        "PATCH": "staffing.edit",
    }
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Offer callbacks",
        request=MakeOfferSerializer,
        responses={201: CallbackOfferSerializer},
    )
    def create(self, request: Request) -> Response:
        """Begin an offer; 409 with the sentence where that makes no sense."""
        asked = MakeOfferSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        queue, target = (queue_of(request, str(values.pop(name))) for name in ("queue", "target"))
        starts_on = values.pop("starts_on")
        try:
            offer = offer_callbacks(
                queue=queue, target=target, terms=CallbackTerms(**values), starts_on=starts_on
            )
        except UnableToOfferCallbacks as error:
            raise Conflict(str(error)) from error
        return Response(CallbackOfferSerializer(offer).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="End an offer of callbacks",
        request=EndOfferSerializer,
        responses={200: CallbackOfferSerializer},
    )
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Let it hold until the day before."""
        asked = EndOfferSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            offer = end_callbacks(offer=self.get_object(), ends_on=asked.validated_data["ends_on"])
        except UnableToOfferCallbacks as error:
            raise Conflict(str(error)) from error
        return Response(CallbackOfferSerializer(offer).data)
