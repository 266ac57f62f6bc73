"""The rules that a solve obeys, and the input check, over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scheduling.api.rule_serializers import (
    CheckSerializer,
    ConsentSerializer,
    ContractRulesSerializer,
    MoneySerializer,
    PreferenceSerializer,
    QueueValueSerializer,
    RotationAssignmentSerializer,
    RotationSerializer,
    TemplateSerializer,
    WishOutcomeSerializer,
)
from scheduling.core.data import InvalidDataError
from scheduling.models import (
    Preference,
    QueueValue,
    Rotation,
    RotationAssignment,
    ScheduleVersion,
    ShiftTemplate,
    SplitShiftConsent,
)
from scheduling.queries.findings import check_weeks
from scheduling.queries.money import version_money
from scheduling.queries.solve_input import CostParams
from scheduling.queries.versions import main_timezone
from scheduling.queries.wishes import version_outcomes
from scheduling.services.rules import remove
from scheduling.services.versions import MOST_WEEKS
from scheduling.texts import finding_text
from wfm.org.models import Agent, EmploymentContract
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet


class RuleViewSet(IdempotentMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, ReadViewSet):
    """Rows that planners keep."""

    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "schedule.edit",
        "PATCH": "schedule.edit",
        "DELETE": "schedule.edit",
    }
    cursor_ordering = ("pk",)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """204."""
        del request, args, kwargs
        remove(self.get_object())
        return Response(status=204)


def described(what: str, plural: str) -> Any:
    """The summaries of a view set of rules."""
    return extend_schema_view(
        list=extend_schema(summary=f"List {plural}"),
        retrieve=extend_schema(summary=f"Get {what}"),
        create=extend_schema(summary=f"Add {what}"),
        partial_update=extend_schema(summary=f"Change {what}"),
        destroy=extend_schema(summary=f"Delete {what}"),
    )


@extend_schema_view(
    list=extend_schema(summary="List what binds people of each employment contract"),
    retrieve=extend_schema(summary="Get what one employment contract asks for"),
    partial_update=extend_schema(summary="Change what an employment contract asks for"),
)
class ContractRulesViewSet(mixins.UpdateModelMixin, ReadViewSet):
    """Hours, days, weekends, split shifts, starts and overtime of employment contracts."""

    queryset = EmploymentContract.objects.all()
    serializer_class = ContractRulesSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "PATCH": "schedule.edit",
    }
    cursor_ordering = ("pk",)


@described("a shift template", "shift templates")
class TemplateViewSet(RuleViewSet):
    """Shifts that contracts allow, split ones too."""

    queryset = ShiftTemplate.objects.prefetch_related("breaks")
    serializer_class = TemplateSerializer


@described("a rotation", "rotations")
class RotationViewSet(RuleViewSet):
    """Patterns of days of work and days off."""

    queryset = Rotation.objects.all()
    serializer_class = RotationSerializer


@described("an assignment to a rotation", "assignments to rotations")
class RotationAssignmentViewSet(RuleViewSet):
    """Who follows which rotation."""

    queryset = RotationAssignment.objects.all()
    serializer_class = RotationAssignmentSerializer


@described("a wish", "wishes")
class PreferenceViewSet(RuleViewSet):
    """Wishes and bids by rank."""

    queryset = Preference.objects.all()
    serializer_class = PreferenceSerializer


@described("a consent to split shifts", "consents to split shifts")
class ConsentViewSet(RuleViewSet):
    """Who agrees to split shifts."""

    queryset = SplitShiftConsent.objects.all()
    serializer_class = ConsentSerializer


@described("the value of a queue", "values of queues")
class QueueValueViewSet(RuleViewSet):
    """What a missing hour costs, and hard minimums."""

    queryset = QueueValue.objects.all()
    serializer_class = QueueValueSerializer


class _CheckAsked(serializers.Serializer[Any]):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    timezone = serializers.CharField(required=False)
    start_band_minutes = serializers.IntegerField(default=120, min_value=0, max_value=1440)


class CheckView(APIView):
    """What would stop or hurt a solve."""

    required_permission: ClassVar[dict[str, str]] = {"GET": "schedule.run"}

    @extend_schema(
        summary="Check the input of a solve",
        parameters=[
            OpenApiParameter("starts_on", str, required=True),
            OpenApiParameter("ends_on", str, required=True, description="First day after."),
            OpenApiParameter("timezone", str),
            OpenApiParameter("start_band_minutes", int),
        ],
        responses=CheckSerializer,
    )
    def get(self, request: Request) -> Response:
        """Findings by severity: the person, the rule, the smallest relaxation."""
        asked = _CheckAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        first, last = asked.validated_data["starts_on"], asked.validated_data["ends_on"]
        if (last - first).days % 7 or not 7 <= (last - first).days <= MOST_WEEKS * 7:
            raise ValidationError({"ends_on": f"Expected 1 to {MOST_WEEKS} whole weeks."})
        try:
            found = check_weeks(
                starts_on=first,
                ends_on=last,
                timezone=asked.validated_data.get("timezone") or main_timezone(first),
                costs=CostParams(start_band_minutes=asked.validated_data["start_band_minutes"]),
            )
        except InvalidDataError as error:
            raise Conflict(str(error)) from error
        run = found.requirement_run
        return Response(
            {
                "requirement_run": None if run is None else run.pk,
                "agents": found.agents,
                "findings": [
                    {
                        "code": item.finding.code,
                        "severity": item.finding.severity.value,
                        "subject": item.subject_id,
                        "name": item.name,
                        "text": finding_text(item.finding),
                    }
                    for item in found.findings
                ],
            }
        )


class WishOutcomeViewSet(ReadViewSet):
    """What a version makes of people's wishes."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = WishOutcomeSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "schedule.view"}

    @extend_schema(
        summary="List the wishes for a version's days, kept or not",
        responses=WishOutcomeSerializer(many=True),
        filters=False,
    )
    def wishes(self, request: Request, pk: int) -> Response:
        """Of the agents that the caller may see."""
        del pk
        seen = set(Agent.objects.visible_to(request.user).values_list("pk", flat=True))
        found = [
            item for item in version_outcomes(self.get_object()) if item.preference.agent_id in seen
        ]
        return Response(WishOutcomeSerializer(found, many=True).data)


class MoneyViewSet(ReadViewSet):
    """What a version costs and what its cover is worth."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = MoneySerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "cost.view"}

    @extend_schema(summary="Get a version in money", responses=MoneySerializer)
    def money(self, request: Request, pk: int) -> Response:
        """As its shifts stand now."""
        del request, pk
        return Response(MoneySerializer(version_money(self.get_object())).data)
