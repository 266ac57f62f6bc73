"""When people can work, over REST: availability and time off."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.rule_serializers import (
    AvailabilitySerializer,
    DecisionSerializer,
    OwnPreferenceSerializer,
    TimeOffSerializer,
)
from scheduling.api.rules import RuleViewSet
from scheduling.models import Availability, Preference, TimeOff
from scheduling.services.errors import UnableToEdit
from scheduling.services.people import decide, grant
from scheduling.services.personal import wishes_need_the_lead
from wfm.org.access_views import person_of
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet


@extend_schema_view(
    list=extend_schema(summary="List when people can work"),
    retrieve=extend_schema(summary="Get a limit of availability"),
    create=extend_schema(summary="Add a limit of availability"),
    partial_update=extend_schema(summary="Change a limit of availability"),
    destroy=extend_schema(summary="Delete a limit of availability"),
)
class AvailabilityViewSet(RuleViewSet):
    """Weekdays on which people can work only at some hours, or not at all."""

    queryset = Availability.objects.all()
    serializer_class = AvailabilitySerializer


@extend_schema_view(
    list=extend_schema(summary="List time off"),
    retrieve=extend_schema(summary="Get time off"),
)
class TimeOffViewSet(IdempotentMixin, ReadViewSet):
    """Time off: requests, and what is granted."""

    queryset = TimeOff.objects.all()
    serializer_class = TimeOffSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "timeoff.view",
        "POST": "timeoff.approve",
    }
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Grant time off", request=TimeOffSerializer, responses={201: TimeOffSerializer}
    )
    def create(self, request: Request) -> Response:
        """Granted at once; the next solve keeps it free. 409 for one's own."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = grant(
                row=TimeOff(**asked.validated_data),
                decided_by=person_of(request),
                decided_at=now(),
            )
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(
        summary="Decide a request", request=DecisionSerializer, responses=TimeOffSerializer
    )
    def decide(self, request: Request, pk: int) -> Response:
        """409 where it has been decided before."""
        del pk
        row: Any = self.get_object()
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            found = decide(
                row=row,
                is_approved=asked.validated_data["is_approved"],
                decided_by=person_of(request),
                decided_at=now(),
                note=asked.validated_data["note"],
                is_above_limit=asked.validated_data["is_above_limit"],
            )
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(found).data)


@extend_schema_view(
    list=extend_schema(summary="List my wishes"),
    retrieve=extend_schema(summary="Get a wish of mine"),
    create=extend_schema(summary="Add a wish of mine"),
    partial_update=extend_schema(summary="Change a wish of mine"),
    destroy=extend_schema(summary="Take back a wish of mine"),
)
class OwnWishViewSet(RuleViewSet):
    """Wishes of whoever asks."""

    queryset = Preference.objects.all()
    serializer_class = OwnPreferenceSerializer
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(
        ("GET", "POST", "PATCH", "DELETE"), "timeoff.request"
    )

    def get_queryset(self) -> Any:
        """One's own."""
        return super().get_queryset().filter(agent=self._agent_id())

    def perform_create(self, serializer: Any) -> None:
        """For oneself."""
        agent_id = self._agent_id()
        if agent_id is None:
            raise Conflict(_("You are not scheduled, so there is nobody to wish for."))
        self._refuse_where_the_lead_decides()
        serializer.save(agent_id=agent_id)

    def perform_update(self, serializer: Any) -> None:
        """A changed wish is another one."""
        self._refuse_where_the_lead_decides()
        serializer.save()

    def _refuse_where_the_lead_decides(self) -> None:
        person = person_of(self.request)
        agent = None if person is None else person.agent
        if agent is not None and wishes_need_the_lead(agent, now()):
            raise Conflict(
                _("Your team lead decides wishes; send this one to my-requests/wish/ instead.")
            )

    def _agent_id(self) -> int | None:
        person = person_of(self.request)
        return None if person is None else person.agent_id
