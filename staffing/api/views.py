"""The requirement over REST: rows, runs, the calculator."""

from __future__ import annotations

import math
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
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
from staffing.jobs import start_requirement
from staffing.models import RequirementInterval, RequirementRun
from staffing.services import UnableToPublish, UnableToStaffRun, publish_requirement
from wfm.org.access import access_of
from wfm.org.access_views import person_of
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import QUEUE_DAYS, date_span
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ListViewSet, ReadViewSet, accepted

DEFAULT_DAYS = 7


@extend_schema_view(
    list=extend_schema(
        summary="List the required agents of a queue by interval",
        parameters=QUEUE_DAYS,
    )
)
class RequirementViewSet(ListViewSet):
    """Required agents per interval, in the queue's own days."""

    queryset = RequirementInterval.objects.all()
    serializer_class = serializers.RequirementIntervalSerializer
    filter_backends = ()
    cursor_ordering = ("starts_at", "pk")
    required_permission = {"GET": "staffing.view"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows of one queue: of the run named, else those in force."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        queue = _queue(self.request, self.request.query_params.get("queue", ""))
        run = self._named_run()
        first, last = date_span(self.request, default_days=DEFAULT_DAYS, today=now().date())
        if run is None:
            found = queries.in_force_on(queue, first_date=first, last_date=last)
            return rows.filter(pk__in=queries.rows_in_force(found))
        return rows.filter(
            run=run,
            queue=queue,
            starts_at__gte=day_bounds(first, queue.timezone).starts_at,
            starts_at__lt=day_bounds(last, queue.timezone).ends_at,
        )

    def _named_run(self) -> RequirementRun | None:
        named = self.request.query_params.get("run", "")
        if not named:
            return None
        runs = RequirementRun.objects.visible_to(self.request.user)
        run = runs.filter(pk=named).first() if named.isdigit() else None
        if run is None:
            raise NotFound(_("There is no requirement %(pk)s.") % {"pk": named})
        return run


def _queue(request: Request, text: str) -> Queue:
    if not text.isdigit():
        raise ValidationError({"queue": _("Expected the number of a queue.")})
    found = (
        Queue.objects.visible_to(request.user).select_related("work_type").filter(pk=text).first()
    )
    if found is None:
        raise NotFound(_("There is no queue %(pk)s.") % {"pk": text})
    return found


@extend_schema_view(
    list=extend_schema(summary="List requirement runs, newest first"),
    retrieve=extend_schema(summary="Get one requirement run"),
)
class RequirementRunViewSet(IdempotentMixin, ReadViewSet):
    """Computed requirements; a published one is final and the schedule builds on it."""

    queryset = RequirementRun.objects.all()
    serializer_class = serializers.RequirementRunSerializer
    cursor_ordering = ("-pk",)
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
        publishes = asked.validated_data["publish_when_done"]
        if publishes and not access_of(request.user).can("staffing.publish"):
            self.permission_denied(request)
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
        run = self.get_object()
        try:
            publish_requirement(
                run=run,
                published_at=now(),
                published_by=person_of(request),
            )
        except UnableToPublish as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(run).data)


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
            _refuse_deferred(_queue(request, str(pk)), question.model)
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
