"""Swaps over REST: of one's own, and as leads decide them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q
from django.shortcuts import get_object_or_404
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
    DecideSerializer,
    ExchangeSerializer,
    OwnShiftSerializer,
    ShiftChangeSerializer,
    SwapOfferSerializer,
    SwapSerializer,
    TakerSerializer,
)
from scheduling.models import Shift, ShiftChange, ShiftSwap
from scheduling.request_texts import answer_text
from scheduling.services.swaps import (
    accept_swap,
    decide_swap,
    offer_swap,
    possible_exchanges,
    possible_takers,
    refuse_swap,
    withdraw_swap,
)
from wfm.org.access_views import person_of
from wfm.org.models import Agent
from wfm.web.api.views import ReadViewSet

COLLEAGUES_AHEAD = timedelta(weeks=5)


@extend_schema_view(
    list=extend_schema(
        summary="List swaps",
        parameters=[OpenApiParameter("agent", int), OpenApiParameter("status", str)],
    ),
    retrieve=extend_schema(summary="Get a swap"),
)
class SwapViewSet(RequestViewSet):
    """Swaps of people in scope."""

    queryset = ShiftSwap.objects.select_related("offered_by")
    serializer_class = SwapSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "request.decide",
    }
    agent_path = "offered_by"

    @extend_schema(summary="Decide a swap", request=DecideSerializer, responses=SwapSerializer)
    def decide(self, request: Request, pk: int) -> Response:
        """409 with the rule and the person where it has become illegal, or where it is decided."""
        del pk
        asked = checked(DecideSerializer(data=request.data)).validated_data
        with with_reasons():
            found = decide_swap(
                swap=self.get_object(),
                by=person_of(request),
                at=now(),
                **asked,
            )
        return Response(self.get_serializer(found).data)


@extend_schema_view(
    list=extend_schema(summary="List swaps that concern me: mine, offered to me, offered to all"),
    retrieve=extend_schema(summary="Get a swap that concerns me"),
)
class OwnSwapViewSet(OwnRequestViewSet):
    """Swaps that concern whoever asks."""

    queryset = ShiftSwap.objects.select_related("offered_by")
    serializer_class = SwapSerializer

    def own(self, rows: Any, agent_id: int | None) -> Any:
        """Own offers, and those that one may accept."""
        return rows.none() if agent_id is None else rows.concerning(agent_id).distinct()

    @extend_schema(
        summary="Offer a shift of mine",
        request=SwapOfferSerializer,
        responses={201: SwapSerializer},
    )
    def create(self, request: Request) -> Response:
        """To a colleague, to all, or in exchange for a colleague's shift."""
        agent = own_agent(request)
        asked = checked(SwapOfferSerializer(data=request.data)).validated_data
        taker, wanted = asked["to_agent"], asked["return_shift"]
        with with_reasons():
            swap = offer_swap(
                agent=agent,
                shift=_shift(asked["shift"], "shift", agent=agent.pk),
                to_agent=None if taker is None else _colleague(taker, agent),
                return_shift=None if wanted is None else _shift(wanted, "return_shift"),
                message=asked["message"],
                at=now(),
            )
        return Response(self.get_serializer(swap).data, status=201)

    @extend_schema(summary="Accept a swap", request=None, responses=SwapSerializer)
    def accept(self, request: Request, pk: int) -> Response:
        """Done at once or sent to the lead; 409 with the rule and the person, or that one was late."""
        person = person_of(request)
        offered = ShiftSwap.objects.all().offered_to((person and person.agent_id) or 0)
        mine = self.get_queryset().values("pk")
        found = get_object_or_404(
            ShiftSwap.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk__in=mine)), pk=pk
        )
        with with_reasons():
            swap = accept_swap(swap=found, agent=own_agent(request), at=now())
        return Response(self.get_serializer(swap).data)

    @extend_schema(summary="Turn down a swap offered to me", request=None, responses=SwapSerializer)
    def refuse(self, request: Request, pk: int) -> Response:
        """409 where it is no longer offered to the caller."""
        del pk
        swap: Any = self.get_object()
        with with_reasons():
            swap = refuse_swap(swap=swap, agent=own_agent(request), at=now())
        return Response(self.get_serializer(swap).data)

    @extend_schema(summary="Take back a swap of mine", request=None, responses=SwapSerializer)
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 where it is done or decided, or somebody else's."""
        del pk
        swap: Any = self.get_object()
        agent = own_agent(request)
        if swap.offered_by_id != agent.pk:
            raise serializers.ValidationError({"detail": "This is not your offer."})
        with with_reasons():
            found = withdraw_swap(swap=swap, at=now())
        return Response(self.get_serializer(found).data)


@extend_schema_view(
    list=extend_schema(summary="List my published shifts that have not begun"),
    retrieve=extend_schema(summary="Get a published shift of mine"),
)
class OwnShiftViewSet(OwnRequestViewSet):
    """Published shifts of whoever asks, from now on."""

    queryset = Shift.objects.filter(is_published=True)
    serializer_class = OwnShiftSerializer
    cursor_ordering = ("starts_at", "pk")  # type: ignore[assignment]

    def own(self, rows: Any, agent_id: int | None) -> Any:
        """Own ones that lie ahead."""
        return rows.filter(agent=agent_id, starts_at__gt=now())

    @extend_schema(
        summary="List colleagues who may take a shift of mine",
        responses=TakerSerializer(many=True),
        filters=False,
    )
    def takers(self, request: Request, pk: int) -> Response:
        """With the rule that stands against it where one does."""
        del request, pk
        found = possible_takers(shift=self.get_object(), at=now())
        rows = [
            {
                "agent": agent.pk,
                "name": agent.name,
                "may_take": not answer,
                "reason": answer_text(answer),
            }
            for agent, answer in found
        ]
        return Response(TakerSerializer(rows, many=True).data)

    @extend_schema(
        summary="List a colleague's shifts with what stands against exchanging them for mine",
        parameters=[OpenApiParameter("agent", int, required=True, description="The colleague.")],
        responses=ExchangeSerializer(many=True),
        filters=False,
    )
    def exchanges(self, request: Request, pk: int) -> Response:
        """Those within two weeks of it."""
        del pk
        asked = request.query_params.get("agent", "")
        colleague = _colleague(int(asked) if asked.isdecimal() else 0, own_agent(request))
        found = possible_exchanges(shift=self.get_object(), colleague=colleague, at=now())
        rows = [
            {
                "shift": back.pk,
                "operational_date": back.operational_date,
                "starts_at": back.starts_at,
                "ends_at": back.ends_at,
                "may_exchange": not answer,
                "reason": answer_text(answer),
            }
            for back, answer in found
        ]
        return Response(ExchangeSerializer(rows, many=True).data)


class ColleagueShiftViewSet(ReadViewSet):
    """Published shifts of colleagues of one's site, to offer an exchange."""

    queryset = Shift.objects.filter(is_published=True)
    serializer_class = OwnShiftSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "request.make"}

    @extend_schema(
        summary="List a colleague's published shifts of the next weeks",
        parameters=[OpenApiParameter("agent", int, required=True)],
        responses=OwnShiftSerializer(many=True),
        filters=False,
    )
    def shifts(self, request: Request) -> Response:
        """Of somebody who works at the same site."""
        agent = own_agent(request)
        asked = request.query_params.get("agent", "")
        colleague = _colleague(int(asked) if asked.isdecimal() else 0, agent)
        at = now()
        rows = Shift.objects.filter(
            is_published=True,
            agent=colleague,
            starts_at__gt=at,
            starts_at__lt=at + COLLEAGUES_AHEAD,
        )
        return Response(OwnShiftSerializer(rows.order_by("starts_at"), many=True).data)


@extend_schema_view(
    list=extend_schema(summary="List changes of published shifts"),
    retrieve=extend_schema(summary="Get a change of published shifts"),
)
class ShiftChangeViewSet(ReadViewSet):
    """Who changed which published shifts, when and why."""

    queryset = ShiftChange.objects.prefetch_related("days")
    serializer_class = ShiftChangeSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "schedule.view"}
    cursor_ordering = ("-pk",)


def _shift(pk: int, name: str, **limits: int) -> Shift:
    found = Shift.objects.filter(pk=pk, is_published=True, **limits).first()
    if found is None:
        raise serializers.ValidationError({name: "There is no such shift."})
    return found


def _colleague(pk: int, agent: Agent) -> Agent:
    """Somebody of the same site; others do not exist for an agent."""
    sites = agent.assignments.values("team__site")
    found = Agent.objects.active().filter(pk=pk, assignments__team__site__in=sites).first()
    if found is None:
        raise serializers.ValidationError({"agent": "There is no such colleague."})
    return found
