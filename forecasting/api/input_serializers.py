"""Shapes of drivers, starting plans and the day under way in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasting.api.serializers import QueueField
from forecasting.models import (
    DriverLink,
    DriverSeries,
    DriverValue,
    IntradayForecast,
    StartingPlan,
)
from forecasting.services.drivers import MOST_VALUES


@extend_schema_field(OpenApiTypes.INT)
class SeriesField(serializers.PrimaryKeyRelatedField[DriverSeries]):
    """A named driver that the principal may see."""

    def get_queryset(self) -> Any:
        """Return the visible ones."""
        request = self.context.get("request")
        if request is None:
            return DriverSeries.objects.none()
        return DriverSeries.objects.visible_to(request.user)


class DriverSeriesSerializer(serializers.ModelSerializer[DriverSeries]):
    """A driver that is no queue."""

    class Meta:
        model = DriverSeries
        fields = ("id", "name", "unit")


class DriverLinkSerializer(serializers.ModelSerializer[DriverLink]):
    """A queue and what may drive it: another queue or a named driver."""

    queue = QueueField()
    driver_queue = QueueField(required=False, allow_null=True)
    series = SeriesField(required=False, allow_null=True)

    class Meta:
        model = DriverLink
        fields = ("id", "queue", "driver_queue", "series", "is_active")
        read_only_fields = ("is_active",)
        validators: tuple[object, ...] = ()


class DayValueSerializer(serializers.Serializer[Any]):
    """One day of a driver."""

    date = serializers.DateField()
    value = serializers.FloatField()


class DriverValuesSerializer(serializers.Serializer[Any]):
    """Days of a named driver, or days ahead of a queue that drives others."""

    series = SeriesField(required=False, allow_null=True)
    queue = QueueField(required=False, allow_null=True)
    values = DayValueSerializer(many=True, allow_empty=False)

    def validate_values(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse too many days, and a day twice."""
        if len(rows) > MOST_VALUES:
            raise serializers.ValidationError(
                _("Expected at most %(most)s days at once.") % {"most": MOST_VALUES}
            )
        if len({row["date"] for row in rows}) < len(rows):
            raise serializers.ValidationError(_("Expected each day once."))
        return rows


class DriverValueSerializer(serializers.ModelSerializer[DriverValue]):
    """A recorded day; known ahead means that it was given before its day."""

    class Meta:
        model = DriverValue
        fields = ("date", "value", "known_ahead")


class RecordedSerializer(serializers.Serializer[Any]):
    """How many days were recorded."""

    recorded = serializers.IntegerField()


class StartingPlanSerializer(serializers.ModelSerializer[StartingPlan]):
    """What is expected of a new queue."""

    queue = QueueField()
    look_alike = QueueField(required=False, allow_null=True)

    class Meta:
        model = StartingPlan
        fields = ("id", "queue", "look_alike", "weekly_contacts", "weekday_shares", "profile")
        validators: tuple[object, ...] = ()


class IntradaySerializer(serializers.ModelSerializer[IntradayForecast]):
    """The update of one interval; the published forecast stays beside it."""

    class Meta:
        model = IntradayForecast
        fields = (
            "queue", "starts_at", "mean", "quantile_10", "quantile_50", "quantile_90", "run",
            "known_until", "made_at",
        )  # fmt: skip
