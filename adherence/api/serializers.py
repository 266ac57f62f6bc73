"""How adherence is written."""

from typing import Any, ClassVar

from rest_framework import serializers

from adherence.models import AdherenceException, EventKind, QuarantinedEvent
from adherence.services import EventStatus
from wfm.org.models import Agent
from wfm.web.api.fields import InstantField

MAX_EVENTS = 1000


class EventSerializer(serializers.Serializer[Any]):
    """One event. Only for the documentation: what does not fit is quarantined, not refused."""

    event_uid = serializers.CharField(
        max_length=80, help_text="The source's id of the event; the same id is taken once."
    )
    agent_key = serializers.CharField(
        required=False, help_text="What the source calls the agent, else the employee number."
    )
    occurred_at = InstantField(help_text="When it happened, with offset.")
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.value) for kind in EventKind], default=EventKind.STATE.value
    )
    code = serializers.CharField(
        required=False,
        help_text="Activity code; not for logout and heartbeat. A login without it declares what "
        "is planned.",
    )
    reason = serializers.CharField(
        required=False, help_text="The source's own word for why, kept as it is."
    )
    channel = serializers.CharField(
        required=False, help_text="The channel that the state is about, kept as it is."
    )
    sequence = serializers.IntegerField(
        default=0, help_text="The source's order of events of one moment."
    )


class EventBatchSerializer(serializers.Serializer[Any]):
    """Events of one source, in any order."""

    source = serializers.SlugField(  # type: ignore[assignment]
        max_length=40, help_text="Name of the feed."
    )
    events = EventSerializer(many=True, help_text=f"At most {MAX_EVENTS}.")


class EventResultSerializer(serializers.Serializer[Any]):
    """What has become of one event."""

    event_uid = serializers.CharField()
    status = serializers.ChoiceField(
        choices=[(status.value, status.value) for status in EventStatus]
    )
    is_late = serializers.BooleanField(help_text="Came more than two minutes after it happened.")
    reason_code = serializers.CharField(help_text="Why it was quarantined, for programs.")
    reason = serializers.CharField(help_text="Why it was quarantined, in a sentence.")


class BatchResultSerializer(serializers.Serializer[Any]):
    """What has become of a batch; results follow the order of the events."""

    received_at = serializers.DateTimeField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    results = EventResultSerializer(many=True)


class LiveCodeSerializer(serializers.Serializer[Any]):
    """An activity code."""

    key = serializers.CharField()
    name = serializers.CharField()
    letter = serializers.CharField()
    color = serializers.CharField()


class LiveRowSerializer(serializers.Serializer[Any]):
    """One agent now."""

    agent_id = serializers.IntegerField()
    name = serializers.CharField()
    sort_key = serializers.CharField()
    employee_number = serializers.CharField()
    team_id = serializers.IntegerField(allow_null=True)
    team = serializers.CharField()
    site_id = serializers.IntegerField(allow_null=True)
    site = serializers.CharField()
    timezone = serializers.CharField()
    place = serializers.CharField(help_text="OFFICE, HOME or empty without a shift.")
    flag = serializers.CharField(
        help_text="OFF, IN, EXTRA, UNKNOWN, BUSY_TOO_LONG, OUT, LATE, NO_SHOW."
    )
    flag_since = serializers.CharField(allow_null=True)
    severity = serializers.IntegerField(help_text="0 none to 4 critical.")
    state_group = serializers.CharField()
    state = LiveCodeSerializer(allow_null=True, help_text="Declared activity; null: clocked out.")
    state_since = serializers.CharField(allow_null=True)
    planned = LiveCodeSerializer(allow_null=True)
    planned_until = serializers.CharField(allow_null=True)
    next = LiveCodeSerializer(allow_null=True)
    next_starts_at = serializers.CharField(allow_null=True)
    queue_id = serializers.IntegerField(allow_null=True)
    queue = serializers.CharField()
    version = serializers.IntegerField(help_text="Grows with each change of this row.")


class LiveSerializer(serializers.Serializer[Any]):
    """Live rows and where to go on."""

    cursor = serializers.CharField(help_text="Send it as `since` to get only what has changed.")
    is_complete = serializers.BooleanField(
        help_text="True: these are all rows; forget what you had. False: only changed ones."
    )
    is_kept = serializers.BooleanField(
        allow_null=True,
        help_text="False: no keeper brings the rows up to date, they may be old. Null: not known.",
    )
    rows = LiveRowSerializer(many=True)


class ExceptionSerializer(serializers.ModelSerializer[AdherenceException]):
    """A stretch that counts as in adherence."""

    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.none())
    starts_at = InstantField()
    ends_at = InstantField()

    class Meta:
        model = AdherenceException
        fields: ClassVar[list[str]] = [
            "id",
            "agent",
            "starts_at",
            "ends_at",
            "reason",
            "status",
            "created_at",
            "decided_at",
            "group",
        ]
        read_only_fields: ClassVar[list[str]] = [
            "id",
            "status",
            "created_at",
            "decided_at",
            "group",
        ]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only agents that the principal may see."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["agent"].queryset = Agent.objects.visible_to(request.user)  # type: ignore[attr-defined]
        return fields


class QuarantinedEventSerializer(serializers.ModelSerializer[QuarantinedEvent]):
    """An event that could not be taken."""

    class Meta:
        model = QuarantinedEvent
        fields: ClassVar[list[str]] = [
            "id",
            "source",
            "event_uid",
            "reason_code",
            "reason",
            "raw",
            "received_at",
            "times_seen",
            "resolved_at",
        ]
        read_only_fields = fields
