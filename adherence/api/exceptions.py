"""Exceptions over REST: agents ask, leads decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from adherence.models import AdherenceException
from adherence.services.exception_requests import (
    UnableToAsk,
    ask_exception,
    decide_exception,
    withdraw_request,
)
from wfm.org.access_views import person_of
from wfm.org.models import Agent
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet


class OwnExceptionSerializer(serializers.ModelSerializer[AdherenceException]):
    """A stretch that one explains oneself."""

    starts_at = InstantField()
    ends_at = InstantField()

    class Meta:
        model = AdherenceException
        fields: ClassVar[list[str]] = [
            "id",
            "starts_at",
            "ends_at",
            "reason",
            "status",
            "created_at",
            "decided_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "status", "created_at", "decided_at"]


class ExceptionDecisionSerializer(serializers.Serializer[Any]):
    """Yes or no."""

    is_approved = serializers.BooleanField()


@extend_schema_view(
    list=extend_schema(summary="List stretches that I have explained"),
    retrieve=extend_schema(summary="Read a stretch that I have explained"),
)
class OwnExceptionViewSet(IdempotentMixin, ReadViewSet):
    """Explanations of whoever asks."""

    queryset = AdherenceException.objects.all()
    serializer_class = OwnExceptionSerializer
    filterset_fields = ("status",)
    cursor_ordering = ("-starts_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(("GET", "POST"), "portal.use")

    def get_queryset(self) -> Any:
        """One's own."""
        person = person_of(self.request)
        agent_id = None if person is None else person.agent_id
        return super().get_queryset().filter(agent=agent_id)

    @extend_schema(
        summary="Explain a stretch out of adherence", responses={201: OwnExceptionSerializer}
    )
    def create(self, request: Request) -> Response:
        """The team lead decides."""
        person = person_of(request)
        agent = None if person is None else Agent.objects.filter(pk=person.agent_id or 0).first()
        if person is None or agent is None:
            raise Conflict(_("You are not scheduled, so there is nothing to explain."))
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            found = ask_exception(agent=agent, asked_by=person, at=now(), **asked.validated_data)
        except UnableToAsk as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(found).data, status=201)

    @extend_schema(
        summary="Take an explanation back", request=None, responses=OwnExceptionSerializer
    )
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 where it has been decided."""
        del request, pk
        found = self.get_object()
        try:
            withdraw_request(exception=found, at=now())
        except UnableToAsk as error:
            raise Conflict(str(error)) from error
        found.refresh_from_db()
        return Response(self.get_serializer(found).data)


class ExceptionDecisionViewSet(IdempotentMixin, ReadViewSet):
    """Decisions of team leads."""

    queryset = AdherenceException.objects.all()
    serializer_class = OwnExceptionSerializer
    required_permission: ClassVar[dict[str, str]] = {"POST": "adherence.approve"}

    @extend_schema(
        summary="Approve or decline an explanation",
        request=ExceptionDecisionSerializer,
        responses=OwnExceptionSerializer,
    )
    def decide(self, request: Request, pk: int) -> Response:
        """409 where it has been decided before."""
        del pk
        row: AdherenceException = self.get_object()
        asked = ExceptionDecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            found = decide_exception(
                exception=row,
                is_approved=asked.validated_data["is_approved"],
                decided_by=person_of(request),
                at=now(),
            )
        except UnableToAsk as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(found).data)
