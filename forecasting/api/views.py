"""The forecast over REST: runs, intervals, overrides."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from forecasting import queries
from forecasting.api import serializers
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastRun, Override
from forecasting.services import (
    OverrideChange,
    UnableToForecast,
    UnableToOverride,
    UnableToPublish,
    create_override,
    publish_forecast,
    revoke_override,
)
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
    list=extend_schema(summary="List forecasts, newest first"),
    retrieve=extend_schema(
        summary="Get one forecast with the result of each queue",
        responses=serializers.ForecastRunDetailSerializer,
    ),
)
class ForecastRunViewSet(IdempotentMixin, ReadViewSet):
    """Forecasts; a published one is final and staffing builds on it."""

    queryset = ForecastRun.objects.all()
    serializer_class = serializers.ForecastRunSerializer
    cursor_ordering = ("-pk",)
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
        if data["publish_when_done"] and not access_of(request.user).can("forecast.publish"):
            raise PermissionDenied(_("Your roles do not include 'forecast.publish'."))
        try:
            run = start_forecast(
                queues=data.get("queues") or list(visible),
                days=data["days"],
                origin_at=now(),
                publish_when_done=data["publish_when_done"],
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
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Make the run final."""
        run = self.get_object()
        if not access_of(request.user).can("forecast.publish"):
            raise PermissionDenied(_("Your roles do not include 'forecast.publish'."))
        try:
            run = publish_forecast(run=run, published_at=now(), published_by=person_of(request))
        except UnableToPublish as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(run).data)


@extend_schema_view(
    list=extend_schema(
        summary="List the forecast of a queue by interval",
        parameters=QUEUE_DAYS,
    )
)
class ForecastIntervalViewSet(ListViewSet):
    """Mean, quantiles and AHT per interval, in the queue's own days."""

    queryset = ForecastInterval.objects.all()
    serializer_class = serializers.ForecastIntervalSerializer
    filter_backends = ()
    cursor_ordering = ("starts_at", "pk")
    required_permission = {"GET": "forecast.view"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows of one queue: of the run named, else those in force."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        queue = queue_of(self.request, self.request.query_params.get("queue", ""))
        run = named_run(self.request)
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


def named_run(request: Request) -> ForecastRun | None:
    """Return the run that `run` names; None where it is left out."""
    named = request.query_params.get("run", "")
    if not named:
        return None
    runs = ForecastRun.objects.visible_to(request.user)
    run = runs.filter(pk=named).first() if named.isdigit() and len(named) < 19 else None
    if run is None:
        raise NotFound(_("There is no forecast %(pk)s.") % {"pk": named})
    return run


def queue_of(request: Request, text: str) -> Queue:
    """Return the queue of this number, if the principal may see it."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValidationError({"queue": _("Expected the number of a queue.")})
    found = Queue.objects.visible_to(request.user).filter(pk=text).first()
    if found is None:
        raise NotFound(_("There is no queue %(pk)s.") % {"pk": text})
    return found


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
