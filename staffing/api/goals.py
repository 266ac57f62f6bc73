"""Goals and due rules over REST: a new version, and what a due rule would mean."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from staffing.core.definitions import ServiceLevel
from staffing.queries.ceilings import due_ceiling
from staffing.services import GoalChange, UnableToChangeGoal, change_service_goal
from staffing.services.goals import DEFERRED_KEY
from wfm.org.api.lookups import queue_of
from wfm.org.api.serializers import ServiceGoalSerializer
from wfm.org.calendars import business_calendar
from wfm.org.due_words import due_words
from wfm.org.models.goal import DUE_UNITS, MOST_DUE_MINUTES
from wfm.timeline import DueClock, DueRule, DueUnit
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField

MOST_ARRIVALS = 1000


class _DueFields(serializers.Serializer[Any]):
    queue = serializers.IntegerField()
    due_unit = serializers.ChoiceField(choices=DUE_UNITS)
    due_amount = serializers.IntegerField(min_value=0, max_value=MOST_DUE_MINUTES)
    due_cutoff_minute = serializers.IntegerField(
        min_value=1,
        max_value=1439,
        required=False,
        allow_null=True,
        default=None,
        help_text="Local minute of the day from which on arrivals count as of the next day.",
    )


class ChangeGoalSerializer(serializers.Serializer[Any]):
    """A new version of a queue's goal: seconds for live queues, a due time for deferred ones."""

    queue = serializers.IntegerField()
    starts_on = serializers.DateField()
    metric_key = serializers.ChoiceField(
        choices=[*(key.metric_key for key in ServiceLevel), DEFERRED_KEY]
    )
    level = serializers.FloatField(min_value=0.0001, max_value=1)
    threshold_seconds = serializers.IntegerField(
        min_value=0, max_value=86_400, required=False, allow_null=True
    )
    due_unit = serializers.ChoiceField(choices=DUE_UNITS, required=False)
    due_amount = serializers.IntegerField(
        min_value=0, max_value=MOST_DUE_MINUTES, required=False, allow_null=True
    )
    due_cutoff_minute = serializers.IntegerField(
        min_value=1, max_value=1439, required=False, allow_null=True
    )
    max_asa_seconds = serializers.FloatField(min_value=0.1, required=False, allow_null=True)
    max_abandonment_rate = serializers.FloatField(
        min_value=0.0001, max_value=1, required=False, allow_null=True
    )
    max_occupancy_rate = serializers.FloatField(
        min_value=0.01, max_value=1, required=False, allow_null=True
    )


class DueTimesSerializer(_DueFields):
    """Arrivals and the due rule to be tried on them."""

    arrived_at = serializers.ListField(
        child=serializers.DateTimeField(), min_length=1, max_length=MOST_ARRIVALS
    )


class DueTimeSerializer(serializers.Serializer[Any]):
    """An arrival and when it is due."""

    arrived_at = InstantField()
    due_at = InstantField()


class DueAnswerSerializer(serializers.Serializer[Any]):
    """The rule in words, and each arrival's due time."""

    words = serializers.CharField()
    due = DueTimeSerializer(many=True)
    ceiling_level = serializers.FloatField(
        allow_null=True,
        help_text="Share of the last four weeks' items that any number of people could have done in "
        "time; null where nothing arrived.",
    )


class GoalsView(APIView):
    """Goals are versions: a change begins a new one, and none is rewritten."""

    required_permission = {"POST": "staffing.edit"}

    @extend_schema(
        summary="Begin a new version of a goal",
        request=ChangeGoalSerializer,
        responses={201: ServiceGoalSerializer},
    )
    def post(self, request: Request) -> Response:
        """The version in force ends the day before; 409 with the sentence when it cannot be."""
        asked = ChangeGoalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        queue = queue_of(request, str(values.pop("queue")))
        starts_on = values.pop("starts_on")
        try:
            goal = change_service_goal(
                queue=queue, change=GoalChange(**values), starts_on=starts_on
            )
        except UnableToChangeGoal as error:
            raise Conflict(str(error)) from error
        return Response(ServiceGoalSerializer(goal).data, status=status.HTTP_201_CREATED)


class DueTimesView(APIView):
    """What a due rule makes of arrivals, by a queue's opening hours."""

    required_permission = {"POST": "staffing.view"}

    @extend_schema(
        summary="Try a due rule on arrivals",
        request=DueTimesSerializer,
        responses={200: DueAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Nothing is kept; 400 with the sentence where the rule or the calendar refuses."""
        asked = DueTimesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        queue = queue_of(request, str(values["queue"]))
        calendar = business_calendar(queue)
        try:
            rule = DueRule(
                DueUnit(values["due_unit"]), values["due_amount"], values["due_cutoff_minute"]
            )
            clock = DueClock(calendar, rule)
            due = [{"arrived_at": at, "due_at": clock.due_at(at)} for at in values["arrived_at"]]
            ceiling = due_ceiling(queue, rule, before=now())
        except ValueError as error:
            raise ValidationError(str(error)) from error
        answer = {
            "words": due_words(rule),
            "due": due,
            "ceiling_level": None if ceiling is None else ceiling.level,
        }
        return Response(DueAnswerSerializer(answer).data)
