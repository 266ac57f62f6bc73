"""Drivers, their values, starting plans and the day under way over REST."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from forecasting import queries
from forecasting.api import input_serializers as serializers
from forecasting.jobs import start_today_refresh
from forecasting.models import (
    DriverLink,
    DriverSeries,
    DriverValue,
    IntradayForecast,
    StartingPlan,
)
from forecasting.services import (
    UnableToPlanStart,
    UnableToSetDriver,
    create_series,
    link_driver,
    set_driver_values,
    set_starting_plan,
    unlink_driver,
)
from wfm.org.access_views import person_of
from wfm.org.api.lookups import queue_of
from wfm.timeline import day_bounds
from wfm.web.api.fields import FROM_DATE, QUEUE, TO_DATE, date_span, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, VisibleQuerysetMixin, accepted

DEFAULT_DAYS = 60
EDITS = {
    "GET": "forecast.view",
    "POST": "forecast.run",
    "DELETE": "forecast.run",
}


@extend_schema_view(
    list=extend_schema(summary="List named drivers"),
    retrieve=extend_schema(summary="Get one named driver"),
)
class DriverSeriesViewSet(IdempotentMixin, ReadViewSet):
    """Drivers that are no queue: reservations, mailings."""

    queryset = DriverSeries.objects.all()
    serializer_class = serializers.DriverSeriesSerializer
    cursor_ordering = ("name", "pk")
    required_permission = EDITS

    @extend_schema(summary="Make a named driver")
    def create(self, request: Request) -> Response:
        """Make a driver without values."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            series = create_series(**asked.validated_data)
        except UnableToSetDriver as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(series).data, status=201)


@extend_schema_view(
    list=extend_schema(summary="List which drivers are tried for which queue"),
    retrieve=extend_schema(summary="Get one link"),
)
class DriverLinkViewSet(IdempotentMixin, ReadViewSet):
    """Drivers of queues; each forecast keeps those that lower its error."""

    queryset = DriverLink.objects.all()
    serializer_class = serializers.DriverLinkSerializer
    filterset_fields = ("queue", "driver_queue", "series")
    cursor_ordering = ("pk",)
    required_permission = EDITS

    @extend_schema(summary="Link a driver to a queue")
    def create(self, request: Request) -> Response:
        """Link it; linked before, nothing changes."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            link = link_driver(**asked.validated_data)
        except UnableToSetDriver as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(link).data, status=201)

    @extend_schema(summary="Unlink a driver")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Try it no longer; its values stay."""
        unlink_driver(link=self.get_object())
        return Response(status=204)


class DriverValueViewSet(IdempotentMixin, GenericViewSet[Any]):
    """Values of drivers by day."""

    queryset = DriverValue.objects.all()
    serializer_class = serializers.DriverValueSerializer
    filter_backends = ()
    pagination_class = None
    required_permission = EDITS

    @extend_schema(
        summary="List the values of a driver",
        parameters=[
            OpenApiParameter("series", int, description="Number of a named driver."),
            OpenApiParameter("queue", int, description="Or number of a queue."),
            FROM_DATE,
            TO_DATE,
        ],
        responses=serializers.DriverValueSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Return the days of the period; without dates the last two months."""
        first, last = date_span(request, default_days=DEFAULT_DAYS, today=now().date())
        found = self._of_driver(request).filter(date__gte=first, date__lte=last)
        return Response(self.get_serializer(found.order_by("date"), many=True).data)

    def _of_driver(self, request: Request) -> QuerySet[DriverValue]:
        named = request.query_params
        if named.get("queue"):
            return DriverValue.objects.filter(queue=queue_of(request, named["queue"]))
        text = named.get("series", "")
        number = row_number(text)
        if number is None:
            raise ValidationError(
                {"series": _("Expected the number of a named driver or of a queue.")}
            )
        visible = DriverSeries.objects.visible_to(request.user)
        if not visible.filter(pk=number).exists():
            raise NotFound(_("There is no named driver %(pk)s.") % {"pk": text})
        return DriverValue.objects.filter(series=number)

    @extend_schema(
        summary="Record days of a driver",
        request=serializers.DriverValuesSerializer,
        responses=serializers.RecordedSerializer,
    )
    def create(self, request: Request) -> Response:
        """Record them; a day that has a value gets the new one. Days after today are known ahead."""
        asked = serializers.DriverValuesSerializer(
            data=request.data, context=self.get_serializer_context()
        )
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        queue = data.get("queue")
        zone = ZoneInfo(queue.timezone) if queue else UTC
        try:
            count = set_driver_values(
                values={row["date"]: row["value"] for row in data["values"]},
                today=now().astimezone(zone).date(),
                recorded_by=person_of(request),
                series=data.get("series"),
                queue=queue,
            )
        except UnableToSetDriver as error:
            raise ValidationError(str(error)) from error
        return Response({"recorded": count})


@extend_schema_view(
    list=extend_schema(summary="List starting plans of new queues"),
    retrieve=extend_schema(summary="Get one starting plan"),
)
class StartingPlanViewSet(IdempotentMixin, ReadViewSet):
    """What is expected of queues without history."""

    queryset = StartingPlan.objects.all()
    serializer_class = serializers.StartingPlanSerializer
    filterset_fields = ("queue",)
    cursor_ordering = ("pk",)
    required_permission = EDITS

    @extend_schema(summary="Plan the start of a queue")
    def create(self, request: Request) -> Response:
        """Keep the plan; an earlier one of the queue is replaced."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            plan = set_starting_plan(**asked.validated_data)
        except UnableToPlanStart as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(plan).data, status=201)

    @extend_schema(summary="Forget a starting plan")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Forecast the queue from its own history alone."""
        self.get_object().delete()
        return Response(status=204)


class IntradayViewSet(IdempotentMixin, VisibleQuerysetMixin, GenericViewSet[Any]):
    """The rest of a day, forecast anew from what came so far."""

    queryset = IntradayForecast.objects.all()
    serializer_class = serializers.IntradaySerializer
    filter_backends = ()
    pagination_class = None
    required_permission = {"GET": "forecast.view", "POST": "forecast.run"}

    @extend_schema(
        summary="List the updates of a queue's day",
        parameters=[QUEUE, FROM_DATE, TO_DATE],
        responses=serializers.IntradaySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Return the latest update of each interval; without dates those of today."""
        queue = queue_of(request, request.query_params.get("queue", ""))
        today = now().astimezone(ZoneInfo(queue.timezone)).date()
        first, last = date_span(request, default_days=1, today=today)
        starts_at: datetime = day_bounds(first, queue.timezone).starts_at
        found = self.get_queryset().filter(
            queue=queue,
            starts_at__gte=starts_at,
            starts_at__lt=day_bounds(last, queue.timezone).ends_at,
        )
        published = queries.in_force_at(now(), queue_ids=[queue.pk]).get(queue.pk)
        if published is not None:
            # What is still ahead must rest on the forecast that stands now.
            found = found.filter(Q(starts_at__lt=now()) | Q(run_id=published.run_id))
        return Response(self.get_serializer(found.order_by("starts_at"), many=True).data)

    @extend_schema(
        summary="Update the rest of today for all queues",
        request=None,
        responses={202: JobReferenceSerializer},
    )
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> Response:
        """Start the update; watch the job."""
        return accepted(start_today_refresh(created_by=person_of(request)))
