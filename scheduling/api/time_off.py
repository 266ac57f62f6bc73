"""Time off of one's own, and the kinds, balances, limits and reviews that planners keep, over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.request_base import OwnRequestViewSet, checked, own_agent, with_reasons
from scheduling.api.request_serializers import (
    BalanceSerializer,
    EntitlementSerializer,
    KindSerializer,
    LimitSerializer,
    OutcomeSerializer,
    OwnTimeOffSerializer,
    PolicySerializer,
    TimeOffAskSerializer,
)
from scheduling.api.rules import RuleViewSet, described
from scheduling.models import (
    RequestPolicy,
    TimeOff,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
)
from scheduling.queries.time_off import balances_of
from scheduling.services.time_off import (
    ask_time_off,
    keep_limit,
    preview_time_off,
    remove_limit,
    waitlist_positions,
    withdraw_time_off,
)
from wfm.org.models import Agent
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span
from wfm.web.api.views import ReadViewSet

YEAR_DAYS = 366
AGENTS = dict.fromkeys(("GET", "POST"), "timeoff.request")


@described("a kind of time off", "kinds of time off")
class KindViewSet(RuleViewSet):
    """Kinds of time off that agents may ask for."""

    queryset = TimeOffKind.objects.all()
    serializer_class = KindSerializer


@extend_schema_view(list=extend_schema(summary="List kinds of time off to ask for"))
class OwnKindViewSet(ReadViewSet):
    """Kinds of time off, for those who ask."""

    queryset = TimeOffKind.objects.filter(is_active=True)
    serializer_class = KindSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "timeoff.request"}
    cursor_ordering = ("pk",)


@described("a balance's grant", "what people may take")
class EntitlementViewSet(RuleViewSet):
    """What each agent may take of a kind in a period."""

    queryset = TimeOffEntitlement.objects.all()
    serializer_class = EntitlementSerializer


@described("a limit of time off", "limits of time off")
class LimitViewSet(RuleViewSet):
    """Most people who may be off. Where a limit leaves more places, the waitlist is served at once."""

    queryset = TimeOffLimit.objects.all()
    serializer_class = LimitSerializer

    def perform_create(self, serializer: Any) -> None:
        """Write and serve."""
        serializer.instance = self._kept(TimeOffLimit(**serializer.validated_data))

    def perform_update(self, serializer: Any) -> None:
        """Write and serve."""
        row = serializer.instance
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        self._kept(row)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """204."""
        del request, args, kwargs
        remove_limit(self.get_object(), at=now())
        return Response(status=204)

    def _kept(self, row: TimeOffLimit) -> TimeOffLimit:
        with with_reasons():
            return keep_limit(row, at=now())


@described("a review of requests", "reviews of requests")
class PolicyViewSet(RuleViewSet):
    """How requests are reviewed, by team."""

    queryset = RequestPolicy.objects.all()
    serializer_class = PolicySerializer


class BalanceViewSet(ReadViewSet):
    """What is left of people's balances."""

    queryset = TimeOffEntitlement.objects.all()
    serializer_class = BalanceSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "timeoff.view"}

    @extend_schema(
        summary="Get an agent's balances",
        parameters=[OpenApiParameter("agent", int, required=True), FROM_DATE, TO_DATE],
        responses=BalanceSerializer(many=True),
        filters=False,
    )
    def balances(self, request: Request) -> Response:
        """Of periods that touch the days; by default of the past year up to today."""
        asked = request.query_params.get("agent", "")
        seen = Agent.objects.visible_to(request.user)
        agent = seen.filter(pk=int(asked)).first() if asked.isdecimal() else None
        if agent is None:
            raise serializers.ValidationError({"agent": "There is no such agent."})
        return Response(_balances(request, agent))


@extend_schema_view(
    list=extend_schema(summary="List my time off"),
    retrieve=extend_schema(summary="Get time off of mine"),
)
class OwnTimeOffViewSet(OwnRequestViewSet):
    """Time off of whoever asks."""

    queryset = TimeOff.objects.all()
    serializer_class = OwnTimeOffSerializer
    required_permission: ClassVar[dict[str, str]] = AGENTS

    def get_serializer_context(self) -> dict[str, Any]:
        """With the places on the waitlist."""
        positions = (
            {} if getattr(self, "swagger_fake_view", False) else waitlist_positions(at=now())
        )
        return {**super().get_serializer_context(), "positions": positions}

    @extend_schema(
        summary="Ask for time off",
        request=TimeOffAskSerializer,
        responses={201: OwnTimeOffSerializer},
    )
    def create(self, request: Request) -> Response:
        """Granted at once, on the waitlist or with the lead; the answer says why."""
        agent = own_agent(request)
        asked = checked(TimeOffAskSerializer(data=request.data, context={"request": request}))
        with with_reasons():
            row = ask_time_off(agent=agent, at=now(), **asked.validated_data)
        return Response(self.get_serializer(row).data, status=201)

    @extend_schema(
        summary="Ask what would become of a request for time off",
        request=TimeOffAskSerializer,
        responses=OutcomeSerializer,
    )
    def check(self, request: Request) -> Response:
        """Nothing is written."""
        agent = own_agent(request)
        asked = checked(TimeOffAskSerializer(data=request.data, context={"request": request}))
        wanted = {k: v for k, v in asked.validated_data.items() if k != "reason"}
        with with_reasons():
            outcome = preview_time_off(agent=agent, at=now(), **wanted)
        return Response(OutcomeSerializer(outcome).data)

    @extend_schema(
        summary="Take back time off of mine", request=None, responses=OwnTimeOffSerializer
    )
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 once it has begun or was declined; the next on the waitlist is served."""
        del request, pk
        with with_reasons():
            row = withdraw_time_off(row=self.get_object(), at=now())
        return Response(self.get_serializer(row).data)

    @extend_schema(
        summary="Get my balances",
        parameters=[FROM_DATE, TO_DATE],
        responses=BalanceSerializer(many=True),
        filters=False,
    )
    def balances(self, request: Request) -> Response:
        """Granted, carried over, taken, asked for, left."""
        return Response(_balances(request, own_agent(request)))


def _balances(request: Request, agent: Agent) -> Any:
    today = now().date()
    first, last = date_span(request, default_days=1, today=today)
    found = balances_of(agent.pk, first=first, last=last, today=today)
    return BalanceSerializer(found, many=True).data
