"""Open shifts, overtime and voluntary time off over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
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
    BidAskSerializer,
    BidSerializer,
    CandidatesSerializer,
    OpenShiftSerializer,
)
from scheduling.models import OpenShift, ShiftBid
from scheduling.services.candidate_offers import publish_candidates
from scheduling.services.open_shifts import (
    award,
    bid_for,
    cancel_offer,
    claim,
    publish_offer,
    withdraw_bid,
)
from wfm.jobs.models import Job
from wfm.org.access_views import person_of
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet


@extend_schema_view(
    list=extend_schema(
        summary="List offers of shifts", parameters=[OpenApiParameter("status", str)]
    ),
    retrieve=extend_schema(summary="Get an offer of a shift"),
)
class OpenShiftViewSet(IdempotentMixin, ReadViewSet):
    """Offers as planners publish them."""

    queryset = OpenShift.objects.prefetch_related("bids")
    serializer_class = OpenShiftSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "schedule.edit",
    }
    cursor_ordering = ("-pk",)

    def get_queryset(self) -> Any:
        """Filter by status."""
        status = self.request.query_params.get("status", "")
        found = super().get_queryset()
        return found.filter(status=status) if status else found

    @extend_schema(
        summary="Offer an open shift, overtime or voluntary time off",
        request=OpenShiftSerializer,
        responses={201: OpenShiftSerializer},
    )
    def create(self, request: Request) -> Response:
        """409 where no schedule is published for the day."""
        asked = checked(
            OpenShiftSerializer(data=request.data, context=self.get_serializer_context())
        )
        with with_reasons():
            offer = publish_offer(
                OpenShift(**asked.validated_data), at=now(), by=person_of(request)
            )
        return Response(self.get_serializer(offer).data, status=201)

    @extend_schema(
        summary="Publish offers that a re-optimisation found",
        request=CandidatesSerializer,
        responses={201: OpenShiftSerializer(many=True)},
    )
    def candidates(self, request: Request) -> Response:
        """Each is for its person, first come first served, with what it saves."""
        asked = checked(CandidatesSerializer(data=request.data)).validated_data
        jobs: Any = Job.objects.all()
        job = jobs.visible_to(request.user).filter(pk=asked["job"]).first()
        if job is None:
            raise serializers.ValidationError({"job": "There is no such job."})
        with with_reasons():
            offers = publish_candidates(
                job,
                kind=asked["kind"],
                numbers=asked["numbers"],
                price_per_hour=asked["price_per_hour"],
                at=now(),
                by=person_of(request),
            )
        return Response(self.get_serializer(offers, many=True).data, status=201)

    @extend_schema(summary="Take back an offer", request=None, responses=OpenShiftSerializer)
    def cancel(self, request: Request, pk: int) -> Response:
        """Who has been given a place keeps it."""
        del request, pk
        with with_reasons():
            offer = cancel_offer(offer=self.get_object(), at=now())
        return Response(self.get_serializer(offer).data)

    @extend_schema(
        summary="Give the places to those who bid", request=None, responses=BidSerializer(many=True)
    )
    def award(self, request: Request, pk: int) -> Response:
        """By the offer's rule, to those whom the labor rules allow; also before it closes."""
        del pk
        with with_reasons():
            bids = award(offer=self.get_object(), at=now(), by=person_of(request))
        return Response(BidSerializer(bids, many=True).data)


@extend_schema_view(
    list=extend_schema(
        summary="List bids",
        parameters=[OpenApiParameter("agent", int), OpenApiParameter("status", str)],
    ),
    retrieve=extend_schema(summary="Get a bid"),
)
class BidViewSet(RequestViewSet):
    """Bids of people in scope."""

    queryset = ShiftBid.objects.all()
    serializer_class = BidSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "schedule.view"}


@extend_schema_view(
    list=extend_schema(summary="List offers of shifts that I may take"),
    retrieve=extend_schema(summary="Get an offer of a shift that I may take"),
)
class OwnOpenShiftViewSet(OwnRequestViewSet):
    """Offers for whoever asks."""

    queryset = OpenShift.objects.prefetch_related("bids")
    serializer_class = OpenShiftSerializer
    cursor_ordering = ("starts_at", "pk")  # type: ignore[assignment]

    def own(self, rows: Any, agent_id: int | None) -> Any:
        """Those that the agent may take part in, or has."""
        return rows.none() if agent_id is None else rows.for_agent(agent_id)

    @extend_schema(summary="Claim an offer", request=None, responses=BidSerializer)
    def claim(self, request: Request, pk: int) -> Response:
        """First come, first served; 409 with the rule, or that others were faster."""
        del pk
        offer: Any = self.get_object()
        with with_reasons():
            bid = claim(offer=offer, agent=own_agent(request), at=now())
        return Response(BidSerializer(bid).data)

    @extend_schema(summary="Bid for an offer", request=BidAskSerializer, responses=BidSerializer)
    def bid(self, request: Request, pk: int) -> Response:
        """Until it closes; a second bid changes the rank."""
        del pk
        offer: Any = self.get_object()
        asked = checked(BidAskSerializer(data=request.data)).validated_data
        with with_reasons():
            bid = bid_for(offer=offer, agent=own_agent(request), at=now(), **asked)
        return Response(BidSerializer(bid).data)


@extend_schema_view(
    list=extend_schema(summary="List my bids"), retrieve=extend_schema(summary="Get a bid of mine")
)
class OwnBidViewSet(OwnRequestViewSet):
    """Bids of whoever asks."""

    queryset = ShiftBid.objects.all()
    serializer_class = BidSerializer

    @extend_schema(summary="Take back a bid of mine", request=None, responses=BidSerializer)
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 where it is decided."""
        del request, pk
        with with_reasons():
            bid = withdraw_bid(bid=self.get_object(), at=now())
        return Response(BidSerializer(bid).data)
