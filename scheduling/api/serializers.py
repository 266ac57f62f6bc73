"""What the API says about schedules."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.models import ScheduleVersion, Shift, ShiftActivity
from scheduling.queries.board import mark_text, week_dates
from scheduling.queries.marks import marks_by_agent
from staffing.models import RequirementRun
from wfm.org.models import ActivityCode, Agent, Queue


class VersionSerializer(serializers.ModelSerializer[ScheduleVersion]):
    """A schedule version."""

    gap = serializers.FloatField(
        read_only=True, help_text="(cost - bound) / cost.", allow_null=True
    )

    class Meta:
        model = ScheduleVersion
        fields = (
            "id",
            "starts_on",
            "ends_on",
            "timezone",
            "status",
            "requirement_run",
            "based_on",
            "job",
            "solver_status",
            "objective",
            "lower_bound",
            "gap",
            "understaffed_hours",
            "overstaffed_hours",
            "revision",
            "published_at",
            "created_at",
        )


class ActivitySerializer(serializers.ModelSerializer[ShiftActivity]):
    """A stretch of a shift."""

    class Meta:
        model = ShiftActivity
        fields = ("activity_code", "queue", "starts_at", "ends_at")


class MarkSerializer(serializers.Serializer[Any]):
    """A broken rule."""

    shift = serializers.IntegerField(allow_null=True, help_text="null: the whole week.")
    code = serializers.CharField()
    text = serializers.CharField()


class ShiftSerializer(serializers.ModelSerializer[Shift]):
    """A shift with what is done inside it."""

    activities = serializers.SerializerMethodField()

    class Meta:
        model = Shift
        fields = (
            "id",
            "version",
            "agent",
            "operational_date",
            "starts_at",
            "ends_at",
            "site",
            "place",
            "paid_minutes",
            "is_locked",
            "is_published",
            "revision",
            "activities",
        )

    @extend_schema_field(ActivitySerializer(many=True))
    def get_activities(self, shift: Shift) -> Any:
        """In order of time."""
        rows = sorted(shift.activities.all(), key=lambda row: row.starts_at)
        return ActivitySerializer(rows, many=True).data


class MarkedShiftSerializer(ShiftSerializer):
    """A shift with the broken rules of its agent's week."""

    marks = serializers.SerializerMethodField()

    class Meta(ShiftSerializer.Meta):
        fields = (*ShiftSerializer.Meta.fields, "marks")  # type: ignore[assignment]

    @extend_schema_field(MarkSerializer(many=True))
    def get_marks(self, shift: Shift) -> Any:
        """Of this agent's shifts in this version; of whole weeks, that of the shift alone."""
        found = marks_by_agent(shift.version, agent_ids=[shift.agent_id])
        week = (shift.operational_date - shift.version.starts_on).days // 7
        first = week_dates(shift.version, week)[0].isoformat()
        return [
            {"shift": mark.shift, "code": mark.code, "text": mark_text(mark)}
            for mark in found.get(shift.agent_id, [])
            if mark.values.get("week", first) == first
        ]


class StretchSerializer(serializers.Serializer[Any]):
    """An activity to write."""

    activity_code = serializers.PrimaryKeyRelatedField(queryset=ActivityCode.objects.all())
    queue = serializers.PrimaryKeyRelatedField(
        queryset=Queue.objects.all(), allow_null=True, default=None
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ShiftEditSerializer(serializers.Serializer[Any]):
    """What may change about a shift of a draft; what is left out stays."""

    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all(), required=False)
    is_locked = serializers.BooleanField(required=False)
    activities = StretchSerializer(many=True, required=False)


class ShiftAddSerializer(serializers.Serializer[Any]):
    """A new shift of a draft; without activities it gets the contract's usual breaks."""

    version = serializers.PrimaryKeyRelatedField(queryset=ScheduleVersion.objects.all())
    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_locked = serializers.BooleanField(default=False)
    activities = StretchSerializer(many=True, required=False)


class SolveSerializer(serializers.Serializer[Any]):
    """A solve to start."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(
        help_text="First day after the schedule, 1 to 8 whole weeks after the first."
    )
    timezone = serializers.CharField(required=False, help_text="IANA; default: the main site's.")
    requirement_run = serializers.PrimaryKeyRelatedField(
        queryset=RequirementRun.objects.all(),
        required=False,
        help_text="Default: the latest published one that reaches into these days.",
    )
    based_on = serializers.PrimaryKeyRelatedField(
        queryset=ScheduleVersion.objects.all(),
        required=False,
        help_text="Its locked shifts stay as they are.",
    )
    time_limit_seconds = serializers.IntegerField(default=60, min_value=5, max_value=3600)
    seed = serializers.IntegerField(default=1, min_value=0)
    under_cost_ratio = serializers.FloatField(default=10.0)
    start_band_minutes = serializers.IntegerField(
        default=120,
        min_value=0,
        max_value=1440,
        help_text="Within a week, for contracts without a limit of their own.",
    )
    wish_worth = serializers.FloatField(
        default=5.0, min_value=0, help_text="Money for a wish of rank 1 that is kept."
    )
    least_people = serializers.IntegerField(
        default=0, min_value=0, help_text="Hard minimum of open queues that have none of their own."
    )
    joint_deferred = serializers.BooleanField(
        default=False,
        help_text="Deferred queues as work due in time, done by whoever live work leaves free.",
    )
    minimum_cost_ratio = serializers.FloatField(
        default=50.0,
        min_value=0,
        help_text="Each person below a hard minimum costs so many idle ones more.",
    )
