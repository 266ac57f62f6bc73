"""The organisation over REST."""

from wfm.org.api import serializers
from wfm.org.models import ActivityCode, Agent, Client, Queue, ServiceGoal, Site, Skill, Team
from wfm.web.api.views import ReadViewSet


class ClientViewSet(ReadViewSet):
    """Clients in the principal's scope."""

    queryset = Client.objects.all()
    serializer_class = serializers.ClientSerializer
    filterset_fields = ("key", "is_active")
    required_permission = {"GET": "org.view"}


class SiteViewSet(ReadViewSet):
    """Sites."""

    queryset = Site.objects.all()
    serializer_class = serializers.SiteSerializer
    required_permission = {"GET": "org.view"}


class TeamViewSet(ReadViewSet):
    """Teams in the principal's scope."""

    queryset = Team.objects.all()
    serializer_class = serializers.TeamSerializer
    filterset_fields = ("site",)
    required_permission = {"GET": "org.view"}


class SkillViewSet(ReadViewSet):
    """Skills."""

    queryset = Skill.objects.all()
    serializer_class = serializers.SkillSerializer
    required_permission = {"GET": "org.view"}


class QueueViewSet(ReadViewSet):
    """Queues of the clients in scope."""

    queryset = Queue.objects.select_related("work_type")
    serializer_class = serializers.QueueSerializer
    filterset_fields = ("client", "key", "is_active")
    required_permission = {"GET": "org.view"}


class ServiceGoalViewSet(ReadViewSet):
    """Service goals with their versions."""

    queryset = ServiceGoal.objects.all()
    serializer_class = serializers.ServiceGoalSerializer
    filterset_fields = ("queue",)
    required_permission = {"GET": "org.view"}


class AgentViewSet(ReadViewSet):
    """Agents of the teams in scope."""

    queryset = Agent.objects.all()
    serializer_class = serializers.AgentSerializer
    filterset_fields = ("employee_number", "is_active")
    required_permission = {"GET": "people.view"}


class ActivityCodeViewSet(ReadViewSet):
    """Activity codes."""

    queryset = ActivityCode.objects.all()
    serializer_class = serializers.ActivityCodeSerializer
    required_permission = {"GET": "org.view"}
