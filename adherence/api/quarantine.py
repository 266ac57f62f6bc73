"""Cures of quarantined events over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.api.connector_serializers import (
    AgentKeyChoiceSerializer,
    CuredSerializer,
    DismissSerializer,
    HourSerializer,
    QuarantineCauseSerializer,
    QuarantineChoiceSerializer,
)
from adherence.models import QuarantinedEvent
from adherence.queries.quarantine import quarantine_counts
from adherence.services.connectors import (
    UnableToCure,
    add_agent_key,
    choose_hour,
    dismiss,
    reopen,
    replay,
)
from adherence.services.connectors.cures import MOST_AT_ONCE
from wfm.org.access_views import person_of
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin

EDIT = "adherence.edit"


class QuarantineCountsView(APIView):
    """How many events wait, and why."""

    required_permission: ClassVar[dict[str, str]] = {"GET": EDIT}

    @extend_schema(
        summary="How many events wait by source and cause",
        responses=QuarantineCauseSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The largest first."""
        rows = quarantine_counts(QuarantinedEvent.objects.visible_to(request.user))
        return Response(QuarantineCauseSerializer(rows, many=True).data)


def _person_id(request: Request) -> int | None:
    """Who takes them; an API key is nobody."""
    person = person_of(request)
    return person.pk if person else None


class _CureView(IdempotentMixin, APIView):
    """One cure for the chosen events."""

    required_permission: ClassVar[dict[str, str]] = {"POST": EDIT}

    def chosen(self, data: dict[str, Any]) -> QuerySet[QuarantinedEvent]:
        """The events that are meant; naming none is a mistake, not all of them."""
        rows = QuarantinedEvent.objects.visible_to(self.request.user)
        if data.get("ids"):
            return rows.filter(pk__in=data["ids"])
        if not data["source"] and not data["reason_code"]:
            raise ValidationError({"ids": _("Name ids, a source or a reason_code.")})
        for name in ("source", "reason_code"):
            if data[name]:
                rows = rows.filter(**{name: data[name]})
        return rows


class QuarantineRetryView(_CureView):
    """Try again."""

    @extend_schema(
        summary="Try to take waiting events again",
        request=QuarantineChoiceSerializer,
        responses=CuredSerializer,
    )
    def post(self, request: Request) -> Response:
        """At most 5,000 at once, the oldest first; the count is of those that are taken now."""
        form = QuarantineChoiceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = self.chosen(form.validated_data).filter(resolved_at=None).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
        taken = replay(event_ids=ids, at=now(), taken_by_id=_person_id(request))
        return Response({"count": taken})


class QuarantineDismissView(_CureView):
    """Set aside."""

    @extend_schema(
        summary="Set waiting events aside for good, with the reason",
        request=DismissSerializer,
        responses=CuredSerializer,
    )
    def post(self, request: Request) -> Response:
        """They stay readable and can be reopened."""
        form = DismissSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        count = dismiss(
            events=self.chosen(form.validated_data),
            reason=form.validated_data["reason"],
            dismissed_by=person_of(request),
            at=now(),
        )
        return Response({"count": count})


class QuarantineReopenView(_CureView):
    """Take back that they were set aside."""

    @extend_schema(
        summary="Let dismissed events wait again",
        request=QuarantineChoiceSerializer,
        responses=CuredSerializer,
    )
    def post(self, request: Request) -> Response:
        """Those that were not dismissed stay as they are."""
        form = QuarantineChoiceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"count": reopen(events=self.chosen(form.validated_data))})


class QuarantineHourView(_CureView):
    """Decide a time that occurred twice."""

    @extend_schema(
        summary="Say which hour was meant by times that occurred twice",
        request=HourSerializer,
        responses=CuredSerializer,
    )
    def post(self, request: Request) -> Response:
        """The events are taken at that instant."""
        form = HourSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        count = choose_hour(
            events=self.chosen(form.validated_data),
            is_second=form.validated_data["hour"] == "second",
            at=now(),
            taken_by_id=_person_id(request),
        )
        return Response({"count": count})


class AgentKeyView(IdempotentMixin, APIView):
    """Whom a source means by a key."""

    required_permission: ClassVar[dict[str, str]] = {"POST": EDIT}

    @extend_schema(
        summary="Say whom a source means by a key; waiting events are taken at once",
        request=AgentKeyChoiceSerializer,
        responses=CuredSerializer,
    )
    def post(self, request: Request) -> Response:
        """409 where the key belongs to somebody else."""
        form = AgentKeyChoiceSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        try:
            taken = add_agent_key(**form.validated_data, at=now(), taken_by_id=_person_id(request))
        except UnableToCure as error:
            raise Conflict(str(error)) from error
        return Response({"count": taken})
