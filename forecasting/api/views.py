"""The forecast over REST: runs, intervals, overrides."""

from __future__ import annotations

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from forecasting.api import serializers
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastRun, Override
from forecasting.queries.in_force import FORECASTS
from forecasting.services import (
    OverrideChange,
    UnableToForecast,
    UnableToOverride,
    create_override,
    publish_forecast,
    revoke_override,
)
from wfm.jobs.api.runs import RunRowViewSet, RunViewSet
from wfm.org.access_views import person_of
from wfm.org.api_permissions import refuse_without
from wfm.org.models import Queue
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import QUEUE_DAYS
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, accepted


@extend_schema_view(
    list=extend_schema(summary="List forecasts, newest first"),
    retrieve=extend_schema(
        summary="Get one forecast with the result of each queue",
        responses=serializers.ForecastRunDetailSerializer,
    ),
)
class ForecastRunViewSet(RunViewSet):
    """Forecasts; a published one is final and staffing builds on it."""

    queryset = ForecastRun.objects.all()
    serializer_class = serializers.ForecastRunSerializer
    required_permission = {"GET": "forecast.view", "POST": "forecast.run"}

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return one run; its queues are those in scope."""
        run = self.get_object()
        return Response(
            serializers.ForecastRunDetailSerializer(run, context={"request": request}).data
        )

    @extend_schema(
        summary="Compute a forecast",
        request=serializers.StartForecastSerializer,
        responses={202: JobReferenceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Start a run; watch the job."""
        asked = serializers.StartForecastSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        visible = Queue.objects.visible_to(request.user).active().order_by("pk")
        if data["publish_when_done"]:
            refuse_without(request, "forecast.publish")
        try:
            run = start_forecast(
                queues=data.get("queues") or list(visible),
                days=data["days"],
                origin_at=now(),
                publish_when_done=data["publish_when_done"],
                quantiles=data.get("quantiles", ()),
                created_by=person_of(request),
            )
        except UnableToForecast as error:
            raise ValidationError(str(error)) from error
        assert run.job is not None
        return accepted(run.job)

    @extend_schema(
        summary="Publish a forecast",
        request=None,
        responses={200: serializers.ForecastRunSerializer},
    )
    @action(detail=True, methods=["post"], required_permission={"POST": "forecast.publish"})
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Make the run final."""
        return self.published(publish_forecast)


@extend_schema_view(
    list=extend_schema(
        summary="List the forecast of a queue by interval",
        parameters=QUEUE_DAYS,
    )
)
class ForecastIntervalViewSet(RunRowViewSet):
    """Mean, quantiles and AHT per interval, in the queue's own days."""

    queryset = ForecastInterval.objects.select_related("run")
    serializer_class = serializers.ForecastIntervalSerializer
    run_model = ForecastRun
    in_force = FORECASTS
    required_permission = {"GET": "forecast.view"}


@extend_schema_view(
    list=extend_schema(summary="List overrides, newest first"),
    retrieve=extend_schema(summary="Get one override"),
)
class OverrideViewSet(IdempotentMixin, ReadViewSet):
    """The log of what people changed, with reason; undoing keeps the row."""

    queryset = Override.objects.all()
    serializer_class = serializers.OverrideSerializer
    filterset_fields = ("queue", "kind")
    cursor_ordering = ("-pk",)
    required_permission = {"GET": "forecast.view", "POST": "forecast.override"}

    @extend_schema(summary="Override the forecast")
    def create(self, request: Request) -> Response:
        """Change the forecast of a stretch of time; a published run stays as it is."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        names = ("component", "kind", "value")
        change = OverrideChange(**{name: data.pop(name) for name in names if name in data})
        try:
            override = create_override(change=change, created_by=person_of(request), **data)
        except UnableToOverride as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(override).data, status=201)

    @extend_schema(
        summary="Undo an override", request=None, responses={200: serializers.OverrideSerializer}
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str | None = None) -> Response:
        """Undo it; it stays in the log."""
        override = self.get_object()
        try:
            revoke_override(override=override, revoked_at=now(), revoked_by=person_of(request))
        except UnableToOverride as error:
            raise Conflict(str(error)) from error
        override.refresh_from_db()
        return Response(self.get_serializer(override).data)
