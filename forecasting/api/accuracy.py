"""The accuracy of frozen forecasts and of overrides over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from forecasting import queries
from forecasting.api import serializers
from forecasting.models import ForecastScore, OverrideScore
from wfm.org.api.lookups import queue_of
from wfm.org.models import Queue
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span
from wfm.web.api.views import ListViewSet, VisibleQuerysetMixin

DEFAULT_DAYS = 28
QUEUE = OpenApiParameter("queue", int, description="Number of one queue; all in scope without.")


class ForecastAccuracyViewSet(VisibleQuerysetMixin, GenericViewSet[Any]):
    """How the system's frozen numbers did, by queue and horizon."""

    queryset = ForecastScore.objects.all()
    serializer_class = serializers.AccuracySerializer
    filter_backends = ()
    pagination_class = None
    required_permission = {"GET": "forecast.view"}

    @extend_schema(
        summary="List the accuracy of each queue by horizon, most to improve first",
        parameters=[QUEUE, FROM_DATE, TO_DATE],
        responses=serializers.AccuracySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Pool the scored days of the period; without dates the last four weeks."""
        first, last = date_span(
            request, default_days=DEFAULT_DAYS, today=now().date() - timedelta(days=1)
        )
        named = request.query_params.get("queue", "")
        queues = [queue_of(request, named)] if named else Queue.objects.visible_to(request.user)
        rows = queries.queue_accuracies(list(queues), first_date=first, last_date=last)
        found = [
            {"queue": row.queue.pk, "horizon": key, "score": score}
            for row in rows
            for key, score in row.by_horizon.items()
        ]
        return Response(self.get_serializer(found, many=True).data)


@extend_schema_view(list=extend_schema(summary="List what overrides did, newest first"))
class OverrideAccuracyViewSet(ListViewSet):
    """Errors with each override and without it, once its time has come."""

    queryset = OverrideScore.objects.all()
    serializer_class = serializers.OverrideScoreSerializer
    filterset_fields = ("queue", "override__created_by")
    cursor_ordering = ("-pk",)
    required_permission = {"GET": "forecast.view"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return them with their overrides."""
        return super().get_queryset().select_related("override")
