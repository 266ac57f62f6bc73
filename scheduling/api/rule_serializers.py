"""What the API says of the rules that a solve obeys."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError as ModelError
from django.db.models import Model
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.models import (
    Availability,
    BreakRule,
    Preference,
    QueueValue,
    Rotation,
    RotationAssignment,
    ShiftTemplate,
    SplitShiftConsent,
    TimeOff,
)
from scheduling.request_texts import answer_text
from scheduling.services.rules import keep, keep_template
from wfm.org.models import Agent, EmploymentContract, Queue, Team

_Row = TypeVar("_Row", bound=Model)


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """A row that the caller may see; others do not exist."""

    def get_queryset(self) -> Any:
        """Limited to the caller."""
        rows: Any = super().get_queryset()
        request = self.context.get("request")
        return rows if rows is None or request is None else rows.visible_to(request.user)


class RuleSerializer(serializers.ModelSerializer[_Row], Generic[_Row]):
    """A row written by the service, with the table's own sentences."""

    def create(self, validated_data: dict[str, Any]) -> _Row:
        """Write a new row."""
        model: type[_Row] = self.Meta.model
        return self._kept(model(**validated_data))

    def update(self, instance: _Row, validated_data: dict[str, Any]) -> _Row:
        """Change a row."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._kept(instance)

    def _kept(self, row: _Row) -> _Row:
        try:
            return keep(row)
        except ModelError as error:
            raise serializers.ValidationError(by_field(error)) from error


def by_field(error: ModelError) -> dict[str, list[str]]:
    """The sentences of the table by the field they are about."""
    return {
        ("non_field_errors" if name == "__all__" else name): messages
        for name, messages in error.message_dict.items()
    }


class ContractRulesSerializer(RuleSerializer[EmploymentContract]):
    """What binds everyone with an employment contract; pay is told elsewhere."""

    class Meta:
        model = EmploymentContract
        fields = (
            "id",
            "name",
            "weekly_minutes_min",
            "weekly_minutes_max",
            "days_per_week_min",
            "days_per_week_max",
            "max_consecutive_days",
            "consecutive_days_off",
            "max_weekends_in_4_weeks",
            "max_split_shifts_per_week",
            "start_band_minutes",
            "period_weeks",
            "period_starts_on",
            "period_minutes_min",
            "period_minutes_max",
            "overtime_after_minutes",
            "overtime_premium_rate",
            "time_off_credit",
            "time_off_day_minutes",
            "min_rest_minutes",
        )
        read_only_fields = ("id", "name")


class BreakSerializer(serializers.ModelSerializer[BreakRule]):
    """A break of a template."""

    class Meta:
        model = BreakRule
        fields = (
            "activity_code",
            "minutes",
            "earliest_minute",
            "latest_minute",
            "from_length_minutes",
            "is_paid",
            "piece",
        )


class TemplateSerializer(RuleSerializer[ShiftTemplate]):
    """Shifts that a contract allows; a split one names its pieces and gaps."""

    employment_contract = VisibleField(queryset=EmploymentContract.objects.all())
    breaks = BreakSerializer(many=True, required=False)

    class Meta:
        model = ShiftTemplate
        fields = (
            "id",
            "employment_contract",
            "name",
            "earliest_start_minute",
            "latest_start_minute",
            "start_step_minutes",
            "length_min_minutes",
            "length_max_minutes",
            "length_step_minutes",
            "weekdays",
            "piece_minutes",
            "gap_minutes",
            "allowance",
            "is_active",
            "breaks",
        )

    def create(self, validated_data: dict[str, Any]) -> ShiftTemplate:
        """Write a template with its breaks."""
        breaks = validated_data.pop("breaks", [])
        return self._with_breaks(ShiftTemplate(**validated_data), breaks)

    def update(self, instance: ShiftTemplate, validated_data: dict[str, Any]) -> ShiftTemplate:
        """Change a template; breaks that are given replace those there are."""
        breaks = validated_data.pop("breaks", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._with_breaks(instance, breaks)

    def _with_breaks(
        self, row: ShiftTemplate, breaks: list[dict[str, Any]] | None
    ) -> ShiftTemplate:
        rules = None if breaks is None else [BreakRule(**rule) for rule in breaks]
        try:
            return keep_template(row, rules)
        except ModelError as error:
            raise serializers.ValidationError(by_field(error)) from error


class RotationSerializer(RuleSerializer[Rotation]):
    """Days that repeat: W works, O is off, - is the solver's choice."""

    class Meta:
        model = Rotation
        fields = ("id", "name", "pattern", "is_active")


class RotationAssignmentSerializer(RuleSerializer[RotationAssignment]):
    """An agent or a team follows a rotation."""

    rotation = VisibleField(queryset=Rotation.objects.all())
    agent = VisibleField(queryset=Agent.objects.all(), allow_null=True, required=False)
    team = VisibleField(queryset=Team.objects.all(), allow_null=True, required=False)

    class Meta:
        model = RotationAssignment
        fields = ("id", "rotation", "agent", "team", "starts_on", "ends_on")


class PreferenceSerializer(RuleSerializer[Preference]):
    """A wish or bid by rank."""

    agent = VisibleField(queryset=Agent.objects.all())
    template = VisibleField(queryset=ShiftTemplate.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Preference
        fields = (
            "id",
            "agent",
            "kind",
            "date",
            "weekday",
            "starts_on",
            "ends_on",
            "earliest_start_minute",
            "latest_start_minute",
            "template",
            "rank",
        )


class OwnPreferenceSerializer(PreferenceSerializer):
    """A wish of one's own."""

    class Meta(PreferenceSerializer.Meta):
        read_only_fields = ("agent",)

    agent: Any = serializers.PrimaryKeyRelatedField(read_only=True)


class ConsentSerializer(RuleSerializer[SplitShiftConsent]):
    """An agent agrees to split shifts."""

    agent = VisibleField(queryset=Agent.objects.all())

    class Meta:
        model = SplitShiftConsent
        fields = ("id", "agent", "starts_on", "ends_on")


class QueueValueSerializer(RuleSerializer[QueueValue]):
    """What an hour of cover is worth, and the hard minimum of people."""

    queue = VisibleField(queryset=Queue.objects.all())

    class Meta:
        model = QueueValue
        fields = ("id", "queue", "hour_value", "least_people")


class AvailabilitySerializer(RuleSerializer[Availability]):
    """A weekday's stretch in which an agent can work; no row: any time."""

    agent = VisibleField(queryset=Agent.objects.all())

    class Meta:
        model = Availability
        fields = (
            "id",
            "agent",
            "weekday",
            "is_available",
            "starts_minute",
            "ends_minute",
            "starts_on",
            "ends_on",
        )


class TimeOffSerializer(serializers.ModelSerializer[TimeOff]):
    """Time off: asked for, granted or declined, with the answer in a sentence."""

    agent = VisibleField(queryset=Agent.objects.all())
    answer = serializers.SerializerMethodField()

    class Meta:
        model = TimeOff
        fields = (
            "id",
            "agent",
            "activity_code",
            "starts_at",
            "ends_at",
            "paid_minutes",
            "reason",
            "status",
            "answer",
            "requested_at",
            "decided_at",
        )
        read_only_fields = ("status", "requested_at", "decided_at")

    def get_answer(self, row: TimeOff) -> str:
        """In the reader's language."""
        return answer_text(row.answer)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end comes after the start."""
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError(_("Time off must end after it starts."))
        return attrs


class DecisionSerializer(serializers.Serializer[Any]):
    """Grant or decline a request."""

    is_approved = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    is_above_limit = serializers.BooleanField(
        default=False, help_text="Grant although a limit is reached."
    )


class FindingSerializer(serializers.Serializer[Any]):
    """One thing to know before a solve: the person or skill, the rule, the smallest relaxation."""

    code = serializers.CharField(help_text="The rule.")
    severity = serializers.CharField(help_text="ERROR, WARNING or INFO.")
    subject = serializers.IntegerField(
        allow_null=True, help_text="Id of the agent or skill; null: all weeks and people."
    )
    name = serializers.CharField()
    text = serializers.CharField()


class CheckSerializer(serializers.Serializer[Any]):
    """Findings about some weeks, the worst first."""

    requirement_run = serializers.IntegerField(allow_null=True)
    agents = serializers.IntegerField()
    findings = FindingSerializer(many=True)


class WishOutcomeSerializer(serializers.Serializer[Any]):
    """A wish for a day of a version, and whether its shifts keep it."""

    preference = serializers.SerializerMethodField()
    agent = serializers.SerializerMethodField()
    date = serializers.DateField()
    is_kept = serializers.BooleanField()

    @extend_schema_field(serializers.IntegerField())
    def get_preference(self, outcome: Any) -> int:
        """Id of the wish."""
        return int(outcome.preference.pk)

    @extend_schema_field(serializers.IntegerField())
    def get_agent(self, outcome: Any) -> int:
        """Whose wish it is."""
        return int(outcome.preference.agent_id)


class QueueMoneySerializer(serializers.Serializer[Any]):
    """A queue's cover in money."""

    queue = serializers.IntegerField(source="queue.pk")
    required_hours = serializers.FloatField()
    covered_hours = serializers.FloatField()
    people_hours = serializers.FloatField()
    short_hours = serializers.FloatField()
    hour_value = serializers.FloatField(help_text="What a person-hour of cover is worth.")
    is_own_value = serializers.BooleanField(help_text="false: the solve's ratio stands for it.")
    cover_worth = serializers.FloatField()
    people_cost = serializers.FloatField()
    margin = serializers.FloatField()
    lost = serializers.FloatField()


class MoneySerializer(serializers.Serializer[Any]):
    """A version in money."""

    pay = serializers.FloatField()
    overtime_hours = serializers.FloatField()
    overtime_premium = serializers.FloatField()
    split_shifts = serializers.IntegerField()
    allowances = serializers.FloatField()
    cost = serializers.FloatField()
    lost = serializers.FloatField()
    margin = serializers.FloatField()
    queues = QueueMoneySerializer(many=True)
