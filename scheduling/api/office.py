"""Offices, ratios, team days and activities over REST."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.office_serializers import (
    ActivityRequestSerializer,
    HybridRatioSerializer,
    MeetingRoomSerializer,
    OfficeHoursSerializer,
    PlacementSerializer,
    SiteOfficeSerializer,
    TeamOfficeRuleSerializer,
)
from scheduling.api.rules import RuleViewSet, described
from scheduling.models import (
    ActivityPlacement,
    ActivityRequest,
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    ScheduleVersion,
    SiteOffice,
    TeamOfficeRule,
)
from wfm.web.api.views import ReadViewSet


@described("a site's office", "sites' offices")
class SiteOfficeViewSet(RuleViewSet):
    """What gets done in offices."""

    queryset = SiteOffice.objects.all()
    serializer_class = SiteOfficeSerializer


@described("an office's hours of a weekday", "offices' hours")
class OfficeHoursViewSet(RuleViewSet):
    """When offices are open."""

    queryset = OfficeHours.objects.all()
    serializer_class = OfficeHoursSerializer


@described("a meeting room", "meeting rooms")
class MeetingRoomViewSet(RuleViewSet):
    """Rooms of sites."""

    queryset = MeetingRoom.objects.all()
    serializer_class = MeetingRoomSerializer


@described("a ratio of office and home", "ratios of office and home")
class HybridRatioViewSet(RuleViewSet):
    """Days in the office a week."""

    queryset = HybridRatio.objects.all()
    serializer_class = HybridRatioSerializer


@described("office days of a team", "office days of teams")
class TeamOfficeRuleViewSet(RuleViewSet):
    """Days of teams."""

    queryset = TeamOfficeRule.objects.all()
    serializer_class = TeamOfficeRuleSerializer


@described("an activity to place", "activities to place")
class ActivityRequestViewSet(RuleViewSet):
    """Training, meetings and coaching."""

    queryset = ActivityRequest.objects.prefetch_related("attendants")
    serializer_class = ActivityRequestSerializer


class PlacementViewSet(ReadViewSet):
    """Where a version holds activities."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = PlacementSerializer
    required_permission: ClassVar[dict[str, str]] = {"GET": "schedule.view"}

    @extend_schema(
        summary="List the activities that a version holds, and why it does not hold others",
        responses=PlacementSerializer(many=True),
        filters=False,
    )
    def placements(self, request: Request, pk: int) -> Response:
        """Of attendants that the caller may see."""
        del pk
        rows = (
            ActivityPlacement.objects.visible_to(request.user)
            .filter(version=self.get_object())
            .order_by("starts_at", "pk")
        )
        return Response(PlacementSerializer(rows, many=True).data)
