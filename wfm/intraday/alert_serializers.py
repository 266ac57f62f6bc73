"""Alerts, limits, responsibilities and playbooks over REST."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db.models import Model
from rest_framework import serializers
from rest_framework.fields import Field

from adherence.models import (
    Alert,
    AlertLog,
    AlertOutcome,
    AlertRule,
    Playbook,
    PlaybookRun,
    PlaybookRunStep,
    PlaybookStep,
    Responsibility,
    RunOutcome,
)
from wfm.org.models import Client, Queue, Role, Site, Team, User
from wfm.web.api.fields import InstantField

SCOPE = ("queue", "team", "site", "client")
MODELS: dict[str, Any] = {"queue": Queue, "team": Team, "site": Site, "client": Client}


class ScopedSerializer(serializers.ModelSerializer[Any]):
    """Rows about one part of the operation that the caller sees."""

    row_model: type[Model]

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        """Only parts in scope can be named; another's answers like one that does not exist."""
        fields = super().get_fields()
        request = self.context.get("request")
        for name, model in MODELS.items():
            field: Any = fields.get(name)
            if request is not None and getattr(field, "queryset", None) is not None:
                field.queryset = model.objects.visible_to(request.user)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the rules of the table, so that what breaks one is told in a sentence."""
        row = self.row_model() if self.instance is None else copy(self.instance)
        for name, value in attrs.items():
            if name != "steps":
                setattr(row, name, value)
        row.validate_constraints()
        return attrs


class AlertLogSerializer(serializers.ModelSerializer[AlertLog]):
    """One entry of an alert."""

    at = InstantField()

    class Meta:
        model = AlertLog
        fields = ("step", "text", "by", "at")


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """One alert."""

    subject = serializers.CharField(read_only=True, help_text="What it is about.")
    opened_at = InstantField()
    last_seen_at = InstantField()
    closed_at = InstantField(allow_null=True)
    acknowledged_at = InstantField(allow_null=True)
    responsible = serializers.CharField(source="owner_name", read_only=True)
    log = AlertLogSerializer(many=True, read_only=True)

    class Meta:
        model = Alert
        fields = (
            "id",
            "kind",
            "subject",
            "status",
            "queue",
            "team",
            "site",
            "client",
            "skill",
            "source",
            "value",
            "worst_value",
            "threshold",
            "detail",
            "opened_at",
            "last_seen_at",
            "closed_at",
            "responsible",
            "owner",
            "level",
            "acknowledged_by",
            "acknowledged_at",
            "outcome",
            "outcome_note",
            "log",
        )


class AlertActionSerializer(serializers.Serializer[Any]):
    """What was done."""

    text = serializers.CharField(max_length=500)


class AlertOutcomeSerializer(serializers.Serializer[Any]):
    """What came of it."""

    outcome = serializers.ChoiceField(choices=AlertOutcome.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AlertRuleSerializer(ScopedSerializer):
    """When an alert is raised."""

    row_model = AlertRule

    class Meta:
        model = AlertRule
        fields = (
            "id",
            "kind",
            *SCOPE,
            "threshold",
            "hysteresis",
            "hold_minutes",
            "clear_minutes",
            "escalate_minutes",
            "is_active",
        )


class ResponsibilitySerializer(ScopedSerializer):
    """Who answers for what, at which hours."""

    row_model = Responsibility

    user = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), allow_null=True, required=False
    )
    role = serializers.PrimaryKeyRelatedField(
        queryset=Role.objects.all(), allow_null=True, required=False
    )

    class Meta:
        model = Responsibility
        fields = (
            "id",
            *SCOPE,
            "user",
            "role",
            "kind",
            "place",
            "weekdays",
            "from_minute",
            "until_minute",
            "timezone",
        )


class PlaybookStepSerializer(serializers.ModelSerializer[PlaybookStep]):
    """One thing to do."""

    class Meta:
        model = PlaybookStep
        fields = ("text", "owner")


class PlaybookSerializer(ScopedSerializer):
    """A playbook with its steps in order."""

    row_model = Playbook

    steps = PlaybookStepSerializer(many=True, allow_empty=False)

    class Meta:
        model = Playbook
        fields = (
            "id",
            "name",
            "description",
            "kind",
            "threshold",
            "duration_minutes",
            *SCOPE,
            "is_active",
            "steps",
        )


class PlaybookRunStepSerializer(serializers.ModelSerializer[PlaybookRunStep]):
    """A step of a run."""

    done_at = InstantField(allow_null=True)

    class Meta:
        model = PlaybookRunStep
        fields = ("position", "text", "owner", "done_at", "done_by")


class PlaybookRunSerializer(serializers.ModelSerializer[PlaybookRun]):
    """A run of a playbook."""

    name = serializers.CharField(source="playbook.name", read_only=True)
    started_at = InstantField()
    ended_at = InstantField(allow_null=True)
    is_forgotten = serializers.BooleanField(
        read_only=True, help_text="Nobody ended it: it ended with its day, without an outcome."
    )
    steps = PlaybookRunStepSerializer(many=True, read_only=True)

    class Meta:
        model = PlaybookRun
        fields = (
            "id",
            "playbook",
            "name",
            "alert",
            *SCOPE,
            "local_date",
            "started_at",
            "started_by",
            "ended_at",
            "ended_by",
            "outcome",
            "outcome_note",
            "is_forgotten",
            "steps",
        )


class TickSerializer(serializers.Serializer[Any]):
    """Whether a step is done."""

    position = serializers.IntegerField(min_value=1)
    is_done = serializers.BooleanField()


class EndSerializer(serializers.Serializer[Any]):
    """What a run came to."""

    outcome = serializers.ChoiceField(choices=RunOutcome.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ContingencyMonthSerializer(serializers.Serializer[Any]):
    """One month."""

    month = serializers.DateField(help_text="Its first day.")
    days_with_playbook = serializers.IntegerField()
    days = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class ContingencyLineSerializer(serializers.Serializer[Any]):
    """Everything (neither client nor site), a client, or a site."""

    client = serializers.IntegerField(allow_null=True)
    site = serializers.IntegerField(allow_null=True)
    months = ContingencyMonthSerializer(many=True)
    verdict = serializers.CharField()


class ContingencySerializer(serializers.Serializer[Any]):
    """Days on which a playbook was triggered, of all days."""

    metric = serializers.CharField()
    lines = ContingencyLineSerializer(many=True)
