"""How notes, long busy states, messages and marks are written."""

from typing import Any, ClassVar

from rest_framework import serializers

from adherence.models import AgentContact, BusyCase, BusyOutcome, BusyRoute, Note
from adherence.services import NoteTarget, NoteWords
from wfm.org.models import Agent, Queue, Team, User
from wfm.web.api.fields import InstantField


class _Offered:
    """Offers only rows that the principal may see."""

    offered: ClassVar[dict[str, Any]] = {}

    def get_fields(self) -> dict[str, Any]:
        """Limit each related field to the visible rows."""
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]
        request = self.context.get("request")  # type: ignore[attr-defined]
        for name, model in self.offered.items():
            if request is not None and name in fields and not fields[name].read_only:
                fields[name].queryset = model.objects.visible_to(request.user)
        return fields


class NoteSerializer(_Offered, serializers.ModelSerializer[Note]):
    """A note and what it is about."""

    offered: ClassVar[dict[str, Any]] = {"agent": Agent, "queue": Queue}
    agent = serializers.PrimaryKeyRelatedField(
        queryset=Agent.objects.none(), required=False, allow_null=True
    )
    queue = serializers.PrimaryKeyRelatedField(
        queryset=Queue.objects.none(), required=False, allow_null=True
    )
    starts_at = InstantField(required=False, allow_null=True)
    ends_at = InstantField(required=False, allow_null=True)
    author_name = serializers.SerializerMethodField()
    is_own = serializers.SerializerMethodField(help_text="The caller wrote it and may edit it.")

    class Meta:
        model = Note
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "agent",
            "operational_date",
            "starts_at",
            "ends_at",
            "queue",
            "contact_id",
            "text",
            "tags",
            "author_name",
            "is_own",
            "created_at",
            "edited_at",
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "created_at", "edited_at"]
        validators: ClassVar[list[Any]] = []

    def get_author_name(self, note: Note) -> str:
        """Who wrote it; empty when that person is gone."""
        return str(note.author) if note.author else ""

    def get_is_own(self, note: Note) -> bool:
        """Whether the caller may edit it."""
        request = self.context.get("request")
        return request is not None and getattr(request.user, "pk", None) == note.author_id

    def target(self) -> NoteTarget:
        """What the valid data is about."""
        names = ("kind", "agent", "operational_date", "starts_at", "ends_at", "queue", "contact_id")
        data = self.validated_data
        return NoteTarget(**{name: data[name] for name in names if name in data})

    def words(self) -> NoteWords:
        """What the valid data says; what is not sent stays."""
        known = self.instance
        text = known.text if isinstance(known, Note) else ""
        tags = known.tags if isinstance(known, Note) else []
        data = self.validated_data
        return NoteWords(text=data.get("text", text), tags=data.get("tags", tags))


class NoteChangeSerializer(serializers.Serializer[Any]):
    """What a note said from a moment on."""

    at = serializers.DateTimeField()
    change = serializers.CharField(help_text="insert, update or delete.")
    text = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())


class BusyRouteSerializer(_Offered, serializers.ModelSerializer[BusyRoute]):
    """Who is sent when a busy code lasts too long."""

    offered: ClassVar[dict[str, Any]] = {"team": Team}
    troubleshooter = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True, role_grants__role__is_internal=True).distinct()
    )
    team = serializers.PrimaryKeyRelatedField(
        queryset=Team.objects.none(), required=False, allow_null=True
    )

    class Meta:
        model = BusyRoute
        fields: ClassVar[list[str]] = ["id", "activity_code", "team", "troubleshooter"]


class BusyCaseSerializer(serializers.ModelSerializer[BusyCase]):
    """One stretch beyond the limit of its code."""

    code = serializers.CharField(source="activity_code.key", read_only=True)
    assigned_to_name = serializers.SerializerMethodField()
    closed_by_name = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="How long it lasted; null while it goes on."
    )

    class Meta:
        model = BusyCase
        fields: ClassVar[list[str]] = [
            "id",
            "agent",
            "code",
            "began_at",
            "limit_seconds",
            "opened_at",
            "ended_at",
            "minutes",
            "assigned_to",
            "assigned_to_name",
            "outcome",
            "comment",
            "closed_at",
            "closed_by_name",
        ]
        read_only_fields = fields

    def get_assigned_to_name(self, case: BusyCase) -> str:
        """Who is sent."""
        return str(case.assigned_to) if case.assigned_to else ""

    def get_closed_by_name(self, case: BusyCase) -> str:
        """Who named the outcome."""
        return str(case.closed_by) if case.closed_by else ""


class OutcomeSerializer(serializers.Serializer[Any]):
    """What came of it."""

    outcome = serializers.ChoiceField(choices=BusyOutcome.choices)
    comment = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AssignSerializer(serializers.Serializer[Any]):
    """Who is sent; oneself where nobody is named."""

    user = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(
            is_active=True, role_grants__role__is_internal=True
        ).distinct(),
        required=False,
        allow_null=True,
    )


class MessageSerializer(serializers.Serializer[Any]):
    """A message to agents."""

    agents = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=200)
    text = serializers.CharField(max_length=1000)


class SentSerializer(serializers.Serializer[Any]):
    """Whom the message reaches."""

    agents = serializers.ListField(child=serializers.IntegerField())
    without_login = serializers.ListField(
        child=serializers.IntegerField(), help_text="Agents who have no login to read it with."
    )


class ContactSerializer(serializers.ModelSerializer[AgentContact]):
    """How an agent is reached."""

    class Meta:
        model = AgentContact
        fields: ClassVar[list[str]] = ["agent", "phone", "email", "messenger_url"]
        read_only_fields: ClassVar[list[str]] = ["agent"]


class CardSerializer(serializers.Serializer[Any]):
    """Presence and contact of one agent."""

    agent_id = serializers.IntegerField(source="agent.pk")
    name = serializers.CharField(source="agent.name")
    employee_number = serializers.CharField(source="agent.employee_number")
    team = serializers.CharField()
    site = serializers.CharField()
    timezone = serializers.CharField()
    work_mode = serializers.CharField()
    skills = serializers.ListField(child=serializers.CharField())
    phone = serializers.CharField(source="contact.phone")
    email = serializers.CharField(source="contact.email")
    messenger_url = serializers.CharField(source="contact.messenger_url")
    has_login = serializers.BooleanField()
    notes = NoteSerializer(many=True)
    cases = BusyCaseSerializer(many=True)


class QueueImpactSerializer(serializers.Serializer[Any]):
    """What one agent more or fewer does to a queue in the coming hour."""

    queue_id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="live, deferred, or pool: its people are one team.")
    present = serializers.IntegerField(help_text="People on position now.")
    planned = serializers.FloatField(help_text="People planned on position now.")
    required = serializers.FloatField(allow_null=True)  # type: ignore[assignment] # a field of the answer
    saved_minutes_per_hour = serializers.FloatField(
        allow_null=True,
        help_text="Minutes of customers' waiting (deferred: past due) that one agent more saves.",
    )
    caused_minutes_per_hour = serializers.FloatField(
        allow_null=True, help_text="The same that one agent fewer causes."
    )
    level = serializers.FloatField(allow_null=True, help_text="Expected service level, 0-1.")
    level_more = serializers.FloatField(allow_null=True)
    level_fewer = serializers.FloatField(allow_null=True)
    asa_seconds = serializers.FloatField(allow_null=True)
    asa_more_seconds = serializers.FloatField(allow_null=True)
    asa_fewer_seconds = serializers.FloatField(allow_null=True)
    slack_hours = serializers.FloatField(
        allow_null=True, help_text="Deferred: person-hours to spare at the tightest due time."
    )
    saved_money_per_hour = serializers.FloatField(allow_null=True)
    lost_money_per_hour = serializers.FloatField(allow_null=True)
    note = serializers.CharField(help_text="Why there is no figure: closed or no_goal.")


class ImpactSerializer(serializers.Serializer[Any]):
    """The impact by queue, made once a minute for everybody."""

    as_of = serializers.DateTimeField(allow_null=True)
    is_old = serializers.BooleanField()
    queues = QueueImpactSerializer(many=True)
    home_queue = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Agent to queue: whose work an agent's is where the row names none.",
    )


class NoteMarkSerializer(serializers.Serializer[Any]):
    """Notes of the last day on one agent."""

    count = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField())


class CaseMarkSerializer(serializers.Serializer[Any]):
    """An open long busy state."""

    id = serializers.IntegerField()
    agent_id = serializers.IntegerField()
    code = serializers.CharField()
    began_at = serializers.DateTimeField()
    limit_seconds = serializers.IntegerField()
    ended_at = serializers.DateTimeField(allow_null=True)
    assigned_to = serializers.CharField()
    assigned_to_id = serializers.IntegerField(allow_null=True)


class SkillGapSerializer(serializers.Serializer[Any]):
    """A skill that queues ask for and that nobody who is here has."""

    skill = serializers.CharField()
    queues = serializers.ListField(child=serializers.CharField())
    planned = serializers.IntegerField(help_text="Holders planned now; 1: the sole one is absent.")
    agent_ids = serializers.ListField(child=serializers.IntegerField())
    since = serializers.CharField(allow_null=True)
    holders = serializers.IntegerField()


class MarksSerializer(serializers.Serializer[Any]):
    """What live pages show beside the rows."""

    impact = ImpactSerializer()
    notes = serializers.DictField(child=NoteMarkSerializer(), help_text="By agent.")
    cases = CaseMarkSerializer(many=True)
    skill_gaps = SkillGapSerializer(many=True)
