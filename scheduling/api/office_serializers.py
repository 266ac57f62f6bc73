"""What the API says of offices, ratios, team days and activities."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelError
from rest_framework import serializers

from scheduling.api.rule_serializers import RuleSerializer, VisibleField, by_field
from scheduling.models import (
    ActivityPlacement,
    ActivityRequest,
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
)
from scheduling.services.rules import keep_activity
from wfm.org.models import ActivityCode, Agent, EmploymentContract, Site, Team


class SiteOfficeSerializer(RuleSerializer[SiteOffice]):
    """What an hour in a site's office gets done, of one at home."""

    site = VisibleField(queryset=Site.objects.all())

    class Meta:
        model = SiteOffice
        fields = ("id", "site", "productive_rate")


class OfficeHoursSerializer(RuleSerializer[OfficeHours]):
    """When an office is open on a weekday; minutes of the site's wall clock."""

    site = VisibleField(queryset=Site.objects.all())

    class Meta:
        model = OfficeHours
        fields = ("id", "site", "weekday", "opens_minute", "closes_minute")


class MeetingRoomSerializer(RuleSerializer[MeetingRoom]):
    """A room for one activity at a time."""

    site = VisibleField(queryset=Site.objects.all())

    class Meta:
        model = MeetingRoom
        fields = ("id", "site", "name", "starts_on", "ends_on")


class HybridRatioSerializer(RuleSerializer[HybridRatio]):
    """Days a week in the office, of a contract or of an agent."""

    employment_contract = VisibleField(
        queryset=EmploymentContract.objects.all(), allow_null=True, required=False
    )
    agent = VisibleField(queryset=Agent.objects.all(), allow_null=True, required=False)

    class Meta:
        model = HybridRatio
        fields = ("id", "employment_contract", "agent", "office_days_min", "office_days_max")


class TeamOfficeRuleSerializer(RuleSerializer[TeamOfficeRule]):
    """Days that a team's hybrid people spend together in the office, or at home."""

    team = VisibleField(queryset=Team.objects.all())

    class Meta:
        model = TeamOfficeRule
        fields = (
            "id",
            "team",
            "place",
            "weekdays",
            "common_days",
            "cycle_weeks",
            "cycle_starts_on",
        )


class ActivityRequestSerializer(RuleSerializer[ActivityRequest]):
    """Training, a meeting or coaching that the solver places."""

    activity_code = serializers.PrimaryKeyRelatedField(
        queryset=ActivityCode.objects.filter(is_work=False)
    )
    attendants = VisibleField(queryset=Agent.objects.all(), many=True)
    room_site = VisibleField(queryset=Site.objects.all(), allow_null=True, required=False)

    class Meta:
        model = ActivityRequest
        fields = (
            "id",
            "title",
            "activity_code",
            "attendants",
            "minutes",
            "is_together",
            "starts_on",
            "ends_on",
            "earliest_minute",
            "latest_minute",
            "needs_office",
            "room_site",
            "is_active",
        )

    def create(self, validated_data: dict[str, Any]) -> ActivityRequest:
        """Write a request with its attendants."""
        people = validated_data.pop("attendants")
        return self._with(ActivityRequest(**validated_data), people)

    def update(self, instance: ActivityRequest, validated_data: dict[str, Any]) -> ActivityRequest:
        """Change a request; attendants that are given replace those there are."""
        people = validated_data.pop("attendants", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._with(instance, people)

    def _with(self, row: ActivityRequest, people: list[Agent] | None) -> ActivityRequest:
        try:
            return keep_activity(row, people)
        except ModelError as error:
            raise serializers.ValidationError(by_field(error)) from error


class PlacementSerializer(serializers.ModelSerializer[ActivityPlacement]):
    """Where a version holds an activity, or why it does not."""

    class Meta:
        model = ActivityPlacement
        fields = ("id", "request", "agent", "starts_at", "ends_at", "cost", "reason")
