"""How the organisation is written."""

from rest_framework import serializers

from wfm.org.models import ActivityCode, Agent, Client, Queue, ServiceGoal, Site, Skill, Team


class ClientSerializer(serializers.ModelSerializer[Client]):
    """Who the work is done for."""

    class Meta:
        model = Client
        fields = ["id", "key", "name", "timezone", "currency", "is_active"]


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A building."""

    class Meta:
        model = Site
        fields = ["id", "name", "timezone", "is_active"]


class TeamSerializer(serializers.ModelSerializer[Team]):
    """People who report to one lead."""

    class Meta:
        model = Team
        fields = ["id", "name", "site", "is_active"]


class SkillSerializer(serializers.ModelSerializer[Skill]):
    """What an agent can do."""

    class Meta:
        model = Skill
        fields = ["id", "key", "name"]


class QueueSerializer(serializers.ModelSerializer[Queue]):
    """A stream of work."""

    channel = serializers.CharField(source="work_type.channel")
    handling = serializers.CharField(source="work_type.handling")
    contacts_abandon = serializers.BooleanField(source="work_type.contacts_abandon")

    class Meta:
        model = Queue
        fields = [
            "id",
            "key",
            "name",
            "client",
            "site",
            "skill",
            "channel",
            "handling",
            "contacts_abandon",
            "timezone",
            "interval_minutes",
            "default_aht_seconds",
            "patience_seconds",
            "min_agents",
            "holiday_codes",
            "is_simulated",
            "source_note",
            "is_active",
        ]


class ServiceGoalSerializer(serializers.ModelSerializer[ServiceGoal]):
    """What a queue is staffed for, from a date on."""

    class Meta:
        model = ServiceGoal
        fields = [
            "id",
            "queue",
            "version",
            "starts_on",
            "ends_on",
            "metric_key",
            "level",
            "threshold_seconds",
            "due_unit",
            "due_amount",
            "due_cutoff_minute",
            "max_asa_seconds",
            "max_abandonment_rate",
            "max_occupancy_rate",
        ]


class AgentSerializer(serializers.ModelSerializer[Agent]):
    """A person who is scheduled."""

    class Meta:
        model = Agent
        fields = ["id", "employee_number", "name", "is_active"]


class ActivityCodeSerializer(serializers.ModelSerializer[ActivityCode]):
    """What an agent declares or a schedule plans."""

    class Meta:
        model = ActivityCode
        fields = [
            "id",
            "key",
            "name",
            "state_group",
            "is_paid",
            "is_work",
            "is_neutral",
            "tolerance_seconds",
        ]
