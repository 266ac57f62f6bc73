"""What a caller may ask for. Ids are compared as numbers, so that a foreign one finds nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from forecasting.models import IntervalActual
from reporting.models import SlaResult
from wfm.org.models import Client
from wfm.timeline import day_bounds

LATEST_DAY = date.max - timedelta(days=2)  # the day after it must exist, in every zone
ISO_DATE = ["%Y-%m-%d"]  # 02/03/2026 would be two different days
EARLIEST_DAY = date.min + timedelta(days=2)


class SlaResultFilter(django_filters.FilterSet):  # type: ignore[misc] # the package has no types
    """Results by client, queue, metric and the day on which their period begins."""

    client = django_filters.NumberFilter(field_name="client_id", help_text="Id of a client.")
    queue = django_filters.NumberFilter(field_name="queue_id", help_text="Id of a queue.")
    metric = django_filters.CharFilter(field_name="metric_key", help_text="Key of a metric.")
    period = django_filters.ChoiceFilter(
        choices=[("day", "day"), ("week", "week"), ("month", "month")],
        method="by_period",
        help_text="day, week or month.",
    )
    is_final = django_filters.BooleanFilter(help_text="Only periods that were over.")

    class Meta:
        model = SlaResult
        fields: list[str] = []

    def by_period(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Periods of one length."""
        return rows.filter(period=value.upper())


SlaResultFilter.base_filters["from"] = django_filters.DateFilter(
    input_formats=ISO_DATE,
    field_name="starts_on",
    lookup_expr="gte",
    help_text="Periods that begin on this day or later.",
)
SlaResultFilter.base_filters["to"] = django_filters.DateFilter(
    input_formats=ISO_DATE,
    field_name="starts_on",
    lookup_expr="lte",
    help_text="Periods that begin on this day or earlier.",
)


class SlaIntervalFilter(django_filters.FilterSet):  # type: ignore[misc] # the package has no types
    """Intervals by client, queue and local day of the client."""

    client = django_filters.NumberFilter(field_name="queue__client_id", help_text="Id of a client.")
    queue = django_filters.NumberFilter(field_name="queue_id", help_text="Id of a queue.")

    class Meta:
        model = IntervalActual
        fields: list[str] = []

    def from_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Intervals of this day and later, each on its client's calendar."""
        return rows.filter(self._by_zone("gte", max(value, EARLIEST_DAY)))

    def to_day(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Intervals up to the end of this day, each on its client's calendar."""
        return rows.filter(self._by_zone("lt", min(value, LATEST_DAY) + timedelta(days=1)))

    def _by_zone(self, lookup: str, day: date) -> Q:
        zones = Client.objects.visible_to(self.request.user).values_list("timezone", flat=True)
        found = Q(pk__in=[])
        for zone in zones.distinct():
            moment = day_bounds(day, zone).starts_at
            found |= Q(queue__client__timezone=zone, **{f"starts_at__{lookup}": moment})
        return found


SlaIntervalFilter.base_filters["from"] = django_filters.DateFilter(
    input_formats=ISO_DATE, method="from_day", help_text="First day, on the client's calendar."
)
SlaIntervalFilter.base_filters["to"] = django_filters.DateFilter(
    input_formats=ISO_DATE,
    method="to_day",
    help_text="Last day (included), on the client's calendar.",
)
