"""Own availability, wishes and calendar over REST, and how leads decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.request_base import (
    OwnRequestViewSet,
    RequestViewSet,
    checked,
    own_agent,
    with_reasons,
)
from scheduling.api.request_serializers import (
    AvailabilityAskSerializer,
    DecideSerializer,
    FeedSerializer,
    PersonalRequestSerializer,
    WishAskSerializer,
)
from scheduling.models import CalendarFeed, PersonalRequest, Preference
from scheduling.services.calendar_feeds import revoke_feed, rotate_feed
from scheduling.services.personal import (
    ask_availability,
    ask_wish,
    decide_personal,
    withdraw_personal,
)
from wfm.org.access_views import person_of


@extend_schema_view(
    list=extend_schema(
        summary="List requests about availability and wishes",
        parameters=[OpenApiParameter("agent", int), OpenApiParameter("status", str)],
    ),
    retrieve=extend_schema(summary="Get a request about availability or wishes"),
)
class PersonalRequestViewSet(RequestViewSet):
    """Requests of people in scope."""

    queryset = PersonalRequest.objects.all()
    serializer_class = PersonalRequestSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "request.decide",
    }

    @extend_schema(
        summary="Decide a request about availability or wishes",
        request=DecideSerializer,
        responses=PersonalRequestSerializer,
    )
    def decide(self, request: Request, pk: int) -> Response:
        """409 where it has been decided before."""
        del pk
        asked = checked(DecideSerializer(data=request.data)).validated_data
        with with_reasons():
            found = decide_personal(
                request=self.get_object(),
                by=person_of(request),
                at=now(),
                **asked,
            )
        return Response(self.get_serializer(found).data)


@extend_schema_view(
    list=extend_schema(summary="List my requests about availability and wishes"),
    retrieve=extend_schema(summary="Get a request of mine about availability or wishes"),
)
class OwnPersonalRequestViewSet(OwnRequestViewSet):
    """Requests of whoever asks."""

    queryset = PersonalRequest.objects.all()
    serializer_class = PersonalRequestSerializer

    @extend_schema(
        summary="Ask for other hours of availability",
        request=AvailabilityAskSerializer,
        responses={201: PersonalRequestSerializer},
    )
    def availability(self, request: Request) -> Response:
        """In force at once or with the lead, as the team's setting says."""
        agent = own_agent(request)
        asked = checked(AvailabilityAskSerializer(data=request.data)).validated_data
        asked["rows"] = [dict(row) for row in asked["rows"]]
        with with_reasons():
            found = ask_availability(agent=agent, at=now(), **asked)
        return Response(self.get_serializer(found).data, status=201)

    @extend_schema(
        summary="Make a wish", request=WishAskSerializer, responses={201: PersonalRequestSerializer}
    )
    def wish(self, request: Request) -> Response:
        """Taken up at once or with the lead, as the team's setting says."""
        agent = own_agent(request)
        asked = checked(WishAskSerializer(data=request.data, context={"request": request}))
        values = dict(asked.validated_data)
        message = values.pop("message")
        with with_reasons():
            found = ask_wish(wish=Preference(agent=agent, **values), message=message, at=now())
        return Response(self.get_serializer(found).data, status=201)

    @extend_schema(
        summary="Take back a request of mine", request=None, responses=PersonalRequestSerializer
    )
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 where it is decided."""
        del request, pk
        with with_reasons():
            found = withdraw_personal(request=self.get_object(), at=now())
        return Response(self.get_serializer(found).data)


class OwnCalendarViewSet(OwnRequestViewSet):
    """The secret calendar address of whoever asks."""

    queryset = CalendarFeed.objects.filter(revoked_at=None)
    serializer_class = FeedSerializer

    @extend_schema(
        summary="Get whether I have a calendar address", responses=FeedSerializer, filters=False
    )
    def feed(self, request: Request) -> Response:
        """The address itself was told when it was made."""
        del request
        found: Any = self.get_queryset().first()
        created_at = None if found is None else found.created_at
        return Response(self._told(created_at))

    @extend_schema(
        summary="Make a new calendar address; an old one stops",
        request=None,
        responses={201: FeedSerializer},
    )
    def rotate(self, request: Request) -> Response:
        """The address is told once; whoever knows it sees the shifts."""
        at = now()
        token = rotate_feed(agent=own_agent(request), at=at)
        url = request.build_absolute_uri(reverse("ical", kwargs={"token": token}))
        return Response(self._told(at, url), status=201)

    @extend_schema(summary="Stop my calendar address", request=None, responses={204: None})
    def revoke(self, request: Request) -> Response:
        """204, also where there was none."""
        revoke_feed(agent=own_agent(request), at=now())
        return Response(status=204)

    def _told(self, created_at: Any, url: str | None = None) -> Any:
        told = {"is_active": created_at is not None, "created_at": created_at, "url": url}
        return FeedSerializer(told).data
