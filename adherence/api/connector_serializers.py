"""How connectors, their mappings and what they understand are written."""

from typing import Any, ClassVar

from rest_framework import serializers

from adherence.api.serializers import EventResultSerializer
from adherence.models import Connector, ConnectorKind, DateOrder, StateMapping, StateMeaning
from wfm.org.models import ActivityCode, Agent
from wfm.org.models.base import validate_time_zone

MAX_SAMPLE = 500_000


class TakenBodySerializer(serializers.Serializer[Any]):
    """What has become of a body; results follow the order of its events."""

    received_at = serializers.DateTimeField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    ignored = serializers.IntegerField(
        help_text="Signs of life, and states that are mapped to change nothing."
    )
    results = EventResultSerializer(many=True, help_text="Of the first 1,000 events.")


class ConnectorSerializer(serializers.ModelSerializer[Connector]):
    """How a source is read. Secrets are never told."""

    kind = serializers.ChoiceField(choices=ConnectorKind.choices)
    date_order = serializers.ChoiceField(
        choices=DateOrder.choices, required=False, allow_blank=True, default=""
    )
    columns = serializers.DictField(
        child=serializers.CharField(max_length=120, allow_blank=True),
        required=False,
        help_text="Role (agent, date, time, offset, state, reason, channel, sequence, uid) to "
        "the heading of its column, where it is not found by its name.",
    )
    silence_limit_seconds = serializers.IntegerField(
        source="feed.silence_limit_seconds",
        min_value=30,
        allow_null=True,
        required=False,
        default=None,
        help_text="Silent for longer, its agents are unknown. Empty: silence means nothing.",
    )
    max_delay_minutes = serializers.IntegerField(
        min_value=1, max_value=1440, allow_null=True, required=False, default=None
    )
    has_secret = serializers.SerializerMethodField()
    has_signing_token = serializers.SerializerMethodField()

    class Meta:
        model = Connector
        fields: ClassVar[list[str]] = [
            "id",
            "source",
            "kind",
            "name",
            "timezone",
            "agent_field",
            "default_channel",
            "columns",
            "date_order",
            "max_delay_minutes",
            "silence_limit_seconds",
            "is_active",
            "has_secret",
            "secret_made_at",
            "has_signing_token",
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "secret_made_at"]

    def get_has_secret(self, connector: Connector) -> bool:
        """Whether its address has a secret."""
        return bool(connector.secret_sha256)

    def get_has_signing_token(self, connector: Connector) -> bool:
        """Whether requests must be signed."""
        return bool(connector.signing_token)


class HealthSerializer(serializers.Serializer[Any]):
    """How a connector is now."""

    source = serializers.CharField(source="connector.source")  # type: ignore[assignment]
    last_heard_at = serializers.DateTimeField(allow_null=True)
    is_silent = serializers.BooleanField(help_text="For longer than its limit.")
    events_today = serializers.IntegerField(help_text="Since midnight in the connector's zone.")
    quarantined = serializers.IntegerField(help_text="Events that wait.")


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret, told this once."""

    secret = serializers.CharField()
    url = serializers.CharField(help_text="The address with the secret in it.")


class SigningTokenSerializer(serializers.Serializer[Any]):
    """The token that verifies signatures; empty: none."""

    token = serializers.CharField(max_length=200, allow_blank=True, write_only=True)


class StateMappingSerializer(serializers.ModelSerializer[StateMapping]):
    """What a source's state means."""

    connector = serializers.SlugRelatedField(slug_field="source", queryset=Connector.objects.none())
    activity_code = serializers.SlugRelatedField(
        slug_field="key",
        queryset=ActivityCode.objects.none(),
        allow_null=True,
        required=False,
        default=None,
    )
    meaning = serializers.ChoiceField(choices=StateMeaning.choices, default=StateMeaning.ACTIVITY)
    taken = serializers.IntegerField(
        read_only=True, default=0, help_text="Waiting events that it has let in just now."
    )

    class Meta:
        model = StateMapping
        fields: ClassVar[list[str]] = [
            "id",
            "connector",
            "state",
            "reason",
            "meaning",
            "activity_code",
            "taken",
        ]
        read_only_fields: ClassVar[list[str]] = ["id"]
        validators: ClassVar[list[Any]] = []  # the service says anew what a state means

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only connectors and codes that the principal may see."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["connector"].queryset = Connector.objects.visible_to(request.user)  # type: ignore[attr-defined]
            fields["activity_code"].queryset = ActivityCode.objects.visible_to(  # type: ignore[attr-defined]
                request.user
            ).filter(is_active=True)
        return fields


class PreviewRequestSerializer(serializers.Serializer[Any]):
    """A pasted sample and how to read it."""

    kind = serializers.ChoiceField(choices=ConnectorKind.choices)
    sample = serializers.CharField(max_length=MAX_SAMPLE, trim_whitespace=False)
    timezone = serializers.CharField(required=False, default="", allow_blank=True)
    agent_field = serializers.CharField(required=False, default="", allow_blank=True)
    columns = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    date_order = serializers.ChoiceField(
        choices=DateOrder.choices, required=False, default="", allow_blank=True
    )

    def validate_timezone(self, value: str) -> str:
        """An IANA zone, or none."""
        if value:
            validate_time_zone(value)
        return value


class SampleSerializer(serializers.Serializer[Any]):
    """A pasted sample, read as the connector reads."""

    sample = serializers.CharField(max_length=MAX_SAMPLE, trim_whitespace=False)


class StateSuggestionSerializer(serializers.Serializer[Any]):
    """What a state probably means."""

    meaning = serializers.CharField()
    code = serializers.CharField()


class FoundStateSerializer(serializers.Serializer[Any]):
    """A state that stands in a sample."""

    state = serializers.CharField()
    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    is_mapped = serializers.BooleanField()
    suggestion = StateSuggestionSerializer(allow_null=True)


class PreviewedEventSerializer(serializers.Serializer[Any]):
    """One event of a sample as it is understood."""

    event_uid = serializers.CharField(source="event.event_uid")
    agent_key = serializers.CharField(source="event.agent_key")
    is_known_agent = serializers.BooleanField()
    occurred_at = serializers.DateTimeField(source="event.occurred_at", allow_null=True)
    kind = serializers.CharField(source="canonical.data.kind")
    state = serializers.CharField(source="event.state")
    reason = serializers.CharField(source="event.reason")
    channel = serializers.CharField(source="canonical.data.channel")
    sequence = serializers.IntegerField(source="event.sequence")
    code = serializers.CharField(source="canonical.data.code")
    problem_code = serializers.CharField(source="canonical.reason_code")
    problem = serializers.CharField(source="canonical.reason")


class PreviewSerializer(serializers.Serializer[Any]):
    """What is understood of a sample. Nothing was saved."""

    total = serializers.IntegerField()
    faulty = serializers.IntegerField()
    alive = serializers.IntegerField(help_text="Messages without anybody's state.")
    unknown_agents = serializers.ListField(child=serializers.CharField())
    states = FoundStateSerializer(many=True)
    unmapped = FoundStateSerializer(many=True)
    events = PreviewedEventSerializer(many=True, help_text="The first 200.")


class QuarantineChoiceSerializer(serializers.Serializer[Any]):
    """Which events are meant: by id, or all that wait of a source and cause."""

    ids = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5000)
    source = serializers.CharField(required=False, default="", allow_blank=True)  # type: ignore[assignment]
    reason_code = serializers.CharField(required=False, default="", allow_blank=True)


class DismissSerializer(QuarantineChoiceSerializer):
    """Which events are set aside for good, and why."""

    reason = serializers.CharField(max_length=300)


class HourSerializer(QuarantineChoiceSerializer):
    """Which hour was meant by times that occurred twice."""

    hour = serializers.ChoiceField(choices=[("first", "first"), ("second", "second")])


class AgentKeyChoiceSerializer(serializers.Serializer[Any]):
    """Whom a source means by a key."""

    source = serializers.SlugField(max_length=40)  # type: ignore[assignment]
    key = serializers.CharField(max_length=120)
    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.none())

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only agents that the principal may see."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            fields["agent"].queryset = Agent.objects.visible_to(request.user)  # type: ignore[attr-defined]
        return fields


class CuredSerializer(serializers.Serializer[Any]):
    """How many events the cure concerned."""

    count = serializers.IntegerField()


class QuarantineCauseSerializer(serializers.Serializer[Any]):
    """How many events of a source wait for a cause."""

    source = serializers.CharField()  # type: ignore[assignment]
    reason_code = serializers.CharField()
    count = serializers.IntegerField()
    times_seen = serializers.IntegerField()
    latest_at = serializers.DateTimeField()
