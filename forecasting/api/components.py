"""The factors of a forecast over REST."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from forecasting import queries
from forecasting.models import ForecastDay, ForecastRun
from forecasting.queries import ExplainedInterval, NumberWords
from wfm.jobs.api.runs import DEFAULT_DAYS, named_run
from wfm.org.api.lookups import queue_of
from wfm.web.api.fields import QUEUE_DAYS, date_span
from wfm.web.api.views import VisibleQuerysetMixin

MOST_DAYS = 62


class ComponentSerializer(serializers.Serializer[Any]):
    """One interval and its factors: level x weekday x share x special x driver x today = mean."""

    starts_at = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    level = serializers.FloatField(source="parts.level", help_text="Contacts of an average day.")
    growth_per_week = serializers.FloatField(source="parts.growth_per_week")
    weekday = serializers.FloatField(source="parts.weekday")
    share = serializers.FloatField(source="parts.share", help_text="Part of the day's contacts.")
    special = serializers.FloatField(source="parts.special")
    driver = serializers.FloatField(source="parts.driver")
    today = serializers.FloatField(source="parts.today")
    mean = serializers.FloatField()
    first_mean = serializers.FloatField(allow_null=True, help_text="First contacts, where known.")
    repeat_mean = serializers.FloatField(allow_null=True, help_text="Customers calling again.")
    final_mean = serializers.FloatField(help_text="With changes by hand.")
    why = serializers.SerializerMethodField(help_text="Why this number, in one sentence.")

    def get_why(self, row: ExplainedInterval) -> str:
        """Return the sentence of the page."""
        words: NumberWords = self.context["words"]
        return words.of(row)


class ForecastComponentViewSet(VisibleQuerysetMixin, GenericViewSet[Any]):
    """Level, weekday, share of the day, special day, driver and today of each interval."""

    queryset = ForecastDay.objects.all()
    serializer_class = ComponentSerializer
    filter_backends = ()
    pagination_class = None
    required_permission = {"GET": "forecast.view"}

    @extend_schema(
        summary="List the factors behind each interval; their product is its mean",
        parameters=QUEUE_DAYS,
        responses=ComponentSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Return the intervals of the queue's own days."""
        queue = queue_of(request, request.query_params.get("queue", ""))
        run = named_run(request, ForecastRun)
        first, last = date_span(request, default_days=DEFAULT_DAYS, today=now().date())
        if (last - first).days >= MOST_DAYS:
            raise ValidationError(
                {"to": _("Expected at most %(days)s days at once.") % {"days": MOST_DAYS}}
            )
        span = {"first_date": first, "last_date": last}
        rows = (
            queries.explained_in_force(queue, **span)
            if run is None
            else queries.explained_intervals(run=run, queue=queue, **span)
        )
        words = queries.NumberWords(queue, **span)
        context = {**self.get_serializer_context(), "words": words}
        return Response(ComponentSerializer(rows, many=True, context=context).data)
