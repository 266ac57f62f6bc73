"""The requirement over REST: rows, runs, the calculator."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting.models import ForecastRun
from staffing import queries
from staffing.api import serializers
from staffing.core.calculator import Answer, Question, UnableToCalculate, calculate
from staffing.core.definitions import Model
from staffing.core.live import Step
from staffing.core.model_choice import UnableToChoose
from staffing.core.params import RequirementParams
from staffing.jobs import start_requirement, start_simulation
from staffing.models import (
    IntradayRequirement,
    RequirementInterval,
    RequirementRun,
    RequirementSimulation,
)
from staffing.queries.in_force import DAY_REQUIREMENTS, REQUIREMENTS
from staffing.services import UnableToSimulate, UnableToStaffRun, publish_requirement
from wfm.jobs.api.runs import RunRowViewSet, RunViewSet
from wfm.org.access_views import person_of
from wfm.org.api.lookups import queue_of
from wfm.org.api_permissions import refuse_without
from wfm.org.models import Queue
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import QUEUE_DAYS
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, accepted


@extend_schema_view(
    list=extend_schema(
        summary="List the required agents of a queue by interval",
        parameters=QUEUE_DAYS,
    )
)
class RequirementViewSet(RunRowViewSet):
    """Required agents per interval, in the queue's own days."""

    queryset = RequirementInterval.objects.all()
    serializer_class = serializers.RequirementIntervalSerializer
    run_model = RequirementRun
    in_force = REQUIREMENTS
    required_permission = {"GET": "staffing.view"}


@extend_schema_view(
    list=extend_schema(
        summary="List what the updates of the day ask for by interval",
        parameters=QUEUE_DAYS,
    )
)
class IntradayRequirementViewSet(RunRowViewSet):
    """Required agents of the rest of today; they stand before those of the run in force."""

    queryset = IntradayRequirement.objects.all()
    serializer_class = serializers.IntradayRequirementSerializer
    run_model = RequirementRun
    in_force = DAY_REQUIREMENTS
    required_permission = {"GET": "staffing.view"}


@extend_schema_view(
    list=extend_schema(summary="List requirement runs, newest first"),
    retrieve=extend_schema(summary="Get one requirement run"),
)
class RequirementRunViewSet(RunViewSet):
    """Computed requirements; a published one is final and the schedule builds on it."""

    queryset = RequirementRun.objects.all()
    serializer_class = serializers.RequirementRunSerializer
    required_permission = {"GET": "staffing.view", "POST": "staffing.run"}

    @extend_schema(
        summary="Compute a requirement",
        request=serializers.StartRequirementSerializer,
        responses={202: JobReferenceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Start a run from a published forecast; watch the job."""
        asked = serializers.StartRequirementSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        forecast = self._forecast(asked.validated_data.get("forecast_run"))
        if asked.validated_data["publish_when_done"]:
            refuse_without(request, "staffing.publish")
        try:
            run = start_requirement(
                forecast_run=forecast,
                params=asked.params(),
                created_by=person_of(request),
            )
        except UnableToStaffRun as error:
            raise Conflict(str(error)) from error
        assert run.job is not None
        return accepted(run.job)

    def _forecast(self, pk: int | None) -> ForecastRun:
        found = ForecastRun.objects.visible_to(self.request.user).published()
        forecast = found.filter(pk=pk).first() if pk is not None else found.first()
        if forecast is None:
            raise Conflict(_("There is no such published forecast; publish one first."))
        return forecast

    @extend_schema(
        summary="How each queue of a run was computed",
        responses={200: serializers.RequirementQueueResultSerializer(many=True)},
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def queues(self, request: Request, pk: str | None = None) -> Response:
        """Model, goal, hours and level per queue, or why it was refused."""
        rows = queries.queue_results(self.get_object(), principal=request.user)
        return Response(serializers.RequirementQueueResultSerializer(rows, many=True).data)

    @extend_schema(
        summary="Publish a requirement",
        request=None,
        responses={200: serializers.RequirementRunSerializer},
    )
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Make the run final; the schedule builds on it."""
        return self.published(publish_requirement)

    @extend_schema(
        summary="Simulate days of a requirement",
        request=serializers.StartSimulationSerializer,
        responses={202: JobReferenceSerializer},
    )
    def simulate(self, request: Request, pk: str | None = None) -> Response:
        """Live through days of one live queue many times; watch the job."""
        asked = serializers.StartSimulationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        queue = queue_of(request, str(values.pop("queue")))
        try:
            simulation = start_simulation(
                run=self.get_object(), queue=queue, created_by=person_of(request), **values
            )
        except UnableToSimulate as error:
            raise Conflict(str(error)) from error
        assert simulation.job is not None
        return accepted(simulation.job)


@extend_schema_view(
    list=extend_schema(summary="List simulations, newest first"),
    retrieve=extend_schema(summary="Get one simulation"),
)
class RequirementSimulationViewSet(ReadViewSet):
    """What simulated days made of requirements; `figures` is empty until the job is done."""

    queryset = RequirementSimulation.objects.all()
    serializer_class = serializers.RequirementSimulationSerializer
    required_permission = {"GET": "staffing.view"}
    cursor_ordering = ("-pk",)


class CalculatorView(APIView):
    """One interval: the requirement and the power of one."""

    required_permission = {"POST": "staffing.view"}

    @extend_schema(
        summary="Staff one interval",
        request=serializers.QuestionSerializer,
        responses={200: serializers.AnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Return the smallest number of agents that keeps the goals, and its neighbours."""
        asked = serializers.QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        question = asked.question()
        if (pk := asked.validated_data.get("queue")) is not None:
            _refuse_deferred(queue_of(request, str(pk)), question.model)
        try:
            found = calculate(question)
        except UnableToCalculate as error:
            raise ValidationError(str(error)) from error
        return Response(serializers.AnswerSerializer(_answer(question, found)).data)


def _refuse_deferred(queue: Queue, model: Model) -> None:
    if queue.is_live:
        return
    try:
        queries.queue_model(queue, RequirementParams(models={queue.pk: model}))
    except UnableToChoose as error:
        raise ValidationError({"queue": str(error)}) from error


def _answer(question: Question, found: Answer) -> dict[str, Any]:
    return {
        "model": "chat" if question.chat else question.model.value,
        "metric_key": question.goal.definition.metric_key,
        "erlangs": found.erlangs,
        "required_agents": found.required_agents,
        "required_fte": found.required_fte,
        "steps": [_step(step) for step in found.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {name: value if math.isfinite(value) else None for name, value in vars(step).items()}
