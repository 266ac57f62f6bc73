"""How the requirement is written, and how a calculation is asked for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from staffing.core.calculator import Question, UnableToCalculate
from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.model_choice import LiveGoal
from staffing.core.params import MOST_SPREAD, LiveStrategy, RequirementParams
from staffing.core.plan_shape import PlanShape
from staffing.core.series import FIGURES
from staffing.models import (
    IntradayRequirement,
    RequirementInterval,
    RequirementQueueResult,
    RequirementRun,
    RequirementSimulation,
)
from staffing.models.simulation import LEAST_REPEATS, MOST_REPEATS
from staffing.queries.simulations import shown_figures
from wfm.web.api.fields import InstantField

FAMILY = "service_level."


class RequirementIntervalSerializer(serializers.ModelSerializer[RequirementInterval]):
    """One interval: people on position (net), scheduled people (gross), and what they achieve."""

    starts_at = InstantField()

    class Meta:
        model = RequirementInterval
        fields = ["run", "queue", "starts_at", "is_open", *FIGURES]


class IntradayRequirementSerializer(serializers.ModelSerializer[IntradayRequirement]):
    """One interval of today, staffed anew after an update of the forecast."""

    starts_at = InstantField()
    known_until = InstantField()

    class Meta:
        model = IntradayRequirement
        fields = ["run", "queue", "starts_at", "is_open", *FIGURES, "known_until"]


class RequirementQueueResultSerializer(serializers.ModelSerializer[RequirementQueueResult]):
    """How one queue was computed, or why it was refused."""

    class Meta:
        model = RequirementQueueResult
        fields = [
            "queue",
            "model",
            "is_refused",
            "reason",
            "goal",
            "required_hours",
            "paid_hours",
            "service_level",
            "ceiling_level",
            "detail",
        ]


class RequirementRunSerializer(serializers.ModelSerializer[RequirementRun]):
    """A computed requirement of several queues."""

    class Meta:
        model = RequirementRun
        fields = [
            "id",
            "forecast_run",
            "job",
            "parameters",
            "summary",
            "code_version",
            "created_at",
            "published_at",
        ]
        read_only_fields = fields


class RequirementSimulationSerializer(serializers.ModelSerializer[RequirementSimulation]):
    """How many simulated days went: the spread of the level by period, day and interval.

    A queue of a pool is lived through with its whole pool: `figures.pool.queues` tells the same of
    every queue of it that the caller may see.
    """

    figures = serializers.SerializerMethodField()

    class Meta:
        model = RequirementSimulation
        fields = [
            "id",
            "run",
            "queue",
            "job",
            "starts_on",
            "ends_on",
            "repeats",
            "seed",
            "created_at",
            "figures",
        ]
        read_only_fields = fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shown: dict[int, dict[str, Any]] = {}

    def get_figures(self, simulation: RequirementSimulation) -> dict[str, Any]:
        """Return the figures as far as the caller may see them; empty until the job is done."""
        if simulation.pk not in self._shown:
            # Read once for a page: all its rows come through this serializer.
            rows = [simulation]
            if isinstance(self.parent, serializers.ListSerializer):
                rows = list(self.parent.instance or rows)
            self._shown |= shown_figures(rows, self.context["request"].user)
        return self._shown[simulation.pk]


class StartSimulationSerializer(serializers.Serializer[Any]):
    """Which days of which queue are lived through, and how often."""

    queue = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    repeats = serializers.IntegerField(min_value=LEAST_REPEATS, max_value=MOST_REPEATS, default=200)
    seed = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, default=1, help_text="The same seed gives the same days."
    )


class StartRequirementSerializer(serializers.Serializer[Any]):
    """What the next requirement is computed from."""

    forecast_run = serializers.IntegerField(
        required=False, help_text="A published forecast; the latest one when left out."
    )
    live_strategy = serializers.ChoiceField(
        choices=[strategy.value for strategy in LiveStrategy],
        default=LiveStrategy.CARRIED_OVER.value,
        help_text="Whether a live interval begins where the one before it ended, or in steady state.",
    )
    deferred_shape = serializers.ChoiceField(
        choices=[shape.value for shape in PlanShape], default=PlanShape.SHAPED.value
    )
    chat_growth_rate = serializers.FloatField(min_value=0, max_value=0.99, default=0.25)
    clear_overdue_minutes = serializers.IntegerField(min_value=1, default=480)
    handling_spread = serializers.FloatField(
        min_value=0,
        max_value=MOST_SPREAD,
        default=1.0,
        help_text="Deferred items: standard deviation of handle times over their mean.",
    )
    publish_when_done = serializers.BooleanField(default=False)

    def params(self) -> RequirementParams:
        """Return the knobs."""
        data = self.validated_data
        return RequirementParams(
            live_strategy=LiveStrategy(data["live_strategy"]),
            deferred_shape=PlanShape(data["deferred_shape"]),
            chat_growth_rate=data["chat_growth_rate"],
            clear_overdue_minutes=data["clear_overdue_minutes"],
            handling_spread=data["handling_spread"],
            publish_when_done=data["publish_when_done"],
        )


class QuestionSerializer(serializers.Serializer[Any]):
    """One interval to staff."""

    offered = serializers.FloatField(min_value=0, max_value=1e6)
    interval_minutes = serializers.IntegerField(min_value=1, max_value=1440, default=30)
    aht_seconds = serializers.FloatField(min_value=1, max_value=86_400)
    patience_seconds = serializers.FloatField(
        min_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="Left out: nobody gives up.",
    )
    metric_key = serializers.ChoiceField(
        choices=[key.metric_key for key in ServiceLevel],
        default=ServiceLevel.ANSWERED_OVER_OFFERED.metric_key,
    )
    level = serializers.FloatField(
        min_value=0.0001,
        max_value=1,
        default=0.8,
        help_text="1 is refused: it needs infinitely many agents.",
    )
    threshold_seconds = serializers.FloatField(min_value=0, max_value=86_400, default=20)
    short_seconds = serializers.FloatField(min_value=0, default=DEFAULT_SHORT_SECONDS)
    max_asa_seconds = serializers.FloatField(min_value=0.1, required=False)
    max_abandonment_rate = serializers.FloatField(min_value=0.0001, max_value=1, required=False)
    max_occupancy_rate = serializers.FloatField(min_value=0.01, max_value=1, required=False)
    shrinkage_rate = serializers.FloatField(min_value=0, max_value=0.95, default=0)
    min_agents = serializers.IntegerField(min_value=0, default=0)
    concurrency = serializers.IntegerField(min_value=1, max_value=8, default=1)
    agents = serializers.IntegerField(min_value=1, required=False)
    queue = serializers.IntegerField(
        required=False,
        help_text="A queue that you may see; deferred ones are refused with the reason.",
    )

    def question(self) -> Question:
        """Return the question; raises a validation error with the core's sentence."""
        data = dict(self.validated_data)
        data.pop("queue", None)
        goal = LiveGoal(
            definition=ServiceLevel(data.pop("metric_key").removeprefix(FAMILY)),
            level=data.pop("level"),
            threshold_seconds=data.pop("threshold_seconds"),
            max_asa_seconds=data.pop("max_asa_seconds", None),
            max_abandonment_rate=data.pop("max_abandonment_rate", None),
            max_occupancy_rate=data.pop("max_occupancy_rate", None),
        )
        try:
            return Question(goal=goal, **data)
        except UnableToCalculate as error:
            raise serializers.ValidationError(str(error)) from error


class StepSerializer(serializers.Serializer[Any]):
    """Service with so many agents."""

    agents = serializers.IntegerField()
    service_level = serializers.FloatField()
    asa_seconds = serializers.FloatField(allow_null=True, help_text=str(_("null: without end.")))
    abandonment_rate = serializers.FloatField(allow_null=True)
    occupancy_rate = serializers.FloatField()


class AnswerSerializer(serializers.Serializer[Any]):
    """The requirement of one interval and what one agent more or fewer changes."""

    model = serializers.CharField(help_text="A, C or chat.")
    metric_key = serializers.CharField()
    erlangs = serializers.FloatField()
    required_agents = serializers.IntegerField()
    required_fte = serializers.FloatField()
    steps = StepSerializer(many=True)
