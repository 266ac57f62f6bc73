"""How results, intervals and definitions are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasting.models import IntervalActual
from reporting.core.periods import span_of
from reporting.models import SlaResult
from reporting.queries import ReportLine
from wfm.metrics import DEFAULT_SERVICE_LEVEL, Metric, get, versions_of
from wfm.metrics.sla import Period, Verdict
from wfm.org.models import Client, Queue

RATE_HELP = "Fraction 0-1; null when undefined (nothing in the denominator)."


class ClientReferenceSerializer(serializers.ModelSerializer[Client]):
    """A client, named."""

    class Meta:
        model = Client
        fields = ["id", "key", "name"]


class QueueReferenceSerializer(serializers.ModelSerializer[Queue]):
    """A queue, named."""

    class Meta:
        model = Queue
        fields = ["id", "key", "name"]


class MetricReferenceSerializer(serializers.Serializer[Metric]):
    """Which definition a number follows."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    unit = serializers.CharField(source="unit.value")
    url = serializers.SerializerMethodField(help_text="The definition with its formula.")

    def get_url(self, metric: Metric) -> str:
        """Address of the definition."""
        return f"{reverse('api-metric', args=[metric.key])}?version={metric.version}"


class CompletenessSerializer(serializers.Serializer[Any]):
    """How much of the expected data is there."""

    expected_intervals = serializers.IntegerField(
        help_text="Open intervals that had ended by `as_of`; 0 where nothing says how many."
    )
    present_intervals = serializers.IntegerField(help_text="Those of them that could be counted.")
    share = serializers.FloatField(allow_null=True, help_text="present / expected, null for 0.")


class RatioSerializer(serializers.Serializer[Any]):
    """A number with what it is made of."""

    metric_key = serializers.CharField()
    metric_version = serializers.IntegerField()
    numerator = serializers.FloatField()
    denominator = serializers.FloatField(allow_null=True)
    value = serializers.FloatField(allow_null=True, help_text=RATE_HELP)


class SlaResultSerializer(serializers.ModelSerializer[SlaResult]):
    """One metric of one queue over one day, week or month on the client's clock."""

    client = ClientReferenceSerializer(read_only=True)
    queue = QueueReferenceSerializer(read_only=True)
    metric = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField()
    timezone = serializers.CharField(source="client.timezone", read_only=True)
    starts_at = serializers.SerializerMethodField()
    ends_at = serializers.SerializerMethodField()
    denominator = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    completeness = serializers.SerializerMethodField()

    class Meta:
        model = SlaResult
        fields = [
            "id", "client", "queue", "metric", "period", "timezone", "starts_on", "ends_on",
            "starts_at", "ends_at", "threshold_seconds", "numerator", "denominator", "value",
            "target", "verdict", "is_final", "is_simulated", "completeness", "as_of",
        ]  # fmt: skip
        extra_kwargs = {
            "starts_on": {"help_text": "First day, on the client's calendar."},
            "ends_on": {"help_text": "The day after the last."},
            "value": {"help_text": RATE_HELP},
            "target": {"help_text": "The contract's target, or the queue's own goal."},
            "is_final": {"help_text": "The period was over at `as_of`."},
            "is_simulated": {"help_text": "Some of the counts come from a simulation."},
        }

    @extend_schema_field(MetricReferenceSerializer)
    def get_metric(self, result: SlaResult) -> dict[str, Any]:
        """Definition in the version that was computed."""
        metric = get(result.metric_key, result.metric_version)
        return dict(MetricReferenceSerializer(metric).data)

    @extend_schema_field(serializers.ChoiceField(choices=["day", "week", "month"]))
    def get_period(self, result: SlaResult) -> str:
        """Length of the period."""
        return result.period.lower()

    def get_starts_at(self, result: SlaResult) -> datetime:
        """First instant."""
        return self._span(result)[0]

    def get_ends_at(self, result: SlaResult) -> datetime:
        """First instant after it."""
        return self._span(result)[1]

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_denominator(self, result: SlaResult) -> float | None:
        """Null where the metric is a plain sum."""
        has_one = get(result.metric_key, result.metric_version).denominator
        return result.denominator if has_one else None

    @extend_schema_field(
        serializers.ChoiceField(choices=["met", "missed", "not_judged"], allow_null=True)
    )
    def get_verdict(self, result: SlaResult) -> str | None:
        """Null where the contract does not judge this length of period, or there is none."""
        if result.is_met is not None:
            return Verdict.MET.value if result.is_met else Verdict.MISSED.value
        judged = result.clause is not None and result.clause.period == result.period
        return Verdict.NOT_JUDGED.value if judged else None

    @extend_schema_field(CompletenessSerializer)
    def get_completeness(self, result: SlaResult) -> dict[str, Any]:
        """Expected and present intervals."""
        return completeness(expected=result.expected_intervals, present=result.present_intervals)

    def _span(self, result: SlaResult) -> tuple[datetime, datetime]:
        span = span_of(
            period=Period(result.period.lower()), day=result.starts_on, tz=result.client.timezone
        )
        return span.starts_at, span.ends_at


def completeness(*, expected: int, present: int) -> dict[str, Any]:
    """Return the completeness as written in the API."""
    share = present / expected if expected else None
    return {"expected_intervals": expected, "present_intervals": present, "share": share}


class SlaIntervalSerializer(serializers.ModelSerializer[IntervalActual]):
    """One interval of a live queue as it happened; null is unknown, zero is zero."""

    client = ClientReferenceSerializer(source="queue.client", read_only=True)
    queue = QueueReferenceSerializer(read_only=True)
    ends_at = serializers.SerializerMethodField()
    answered_within_threshold = serializers.IntegerField(source="answered_within", allow_null=True)
    abandoned_within_threshold = serializers.IntegerField(
        source="abandoned_within", allow_null=True
    )
    abandoned_within_short = serializers.IntegerField(source="short_abandoned", allow_null=True)
    answered_wait_seconds = serializers.SerializerMethodField()
    handle_seconds = serializers.SerializerMethodField()
    service_level = serializers.SerializerMethodField()

    class Meta:
        model = IntervalActual
        fields = [
            "id", "client", "queue", "starts_at", "ends_at", "offered", "answered", "abandoned",
            "threshold_seconds", "answered_within_threshold", "abandoned_within_threshold",
            "abandoned_within_short", "answered_wait_seconds", "handle_seconds", "service_level",
            "is_volume_simulated", "is_service_simulated",
        ]  # fmt: skip

    def get_ends_at(self, row: IntervalActual) -> datetime:
        """First instant after the interval."""
        return row.starts_at + timedelta(minutes=row.queue.interval_minutes)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_answered_wait_seconds(self, row: IntervalActual) -> int | None:
        """Waits of answered contacts, summed."""
        return _whole(row.wait_seconds_answered)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_handle_seconds(self, row: IntervalActual) -> int | None:
        """Talk, hold and after-contact work, summed."""
        return _whole(row.handle_seconds)

    @extend_schema_field(RatioSerializer(allow_null=True))
    def get_service_level(self, row: IntervalActual) -> dict[str, Any] | None:
        """The default service level of the interval; null where waits are unknown."""
        counts = (row.answered_within, row.answered, row.abandoned)
        if any(count is None for count in counts):
            return None
        names = ("answered_within_threshold", "answered", "abandoned")
        known = {name: float(count or 0) for name, count in zip(names, counts, strict=True)}
        ratio = get(DEFAULT_SERVICE_LEVEL).of(known)
        return {
            "metric_key": ratio.key,
            "metric_version": ratio.version,
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
            "value": ratio.value,
        }


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


class SlaReportLineSerializer(serializers.Serializer[ReportLine]):
    """One metric over the days asked for, of one queue or (queue null) of all of a client's."""

    client = ClientReferenceSerializer()
    queue = QueueReferenceSerializer(allow_null=True)
    timezone = serializers.CharField(source="client.timezone")
    metric = MetricReferenceSerializer()
    numerator = serializers.FloatField(source="ratio.numerator", default=None, allow_null=True)
    denominator = serializers.FloatField(source="ratio.denominator", default=None, allow_null=True)
    value = serializers.FloatField(allow_null=True, help_text=RATE_HELP)
    target = serializers.FloatField(
        allow_null=True, help_text="Null where it changed in these days or differs by queue."
    )
    threshold_seconds = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField(help_text="Days that have a result.")
    is_simulated = serializers.BooleanField()
    completeness = serializers.SerializerMethodField()
    as_of = serializers.DateTimeField()

    @extend_schema_field(CompletenessSerializer)
    def get_completeness(self, line: ReportLine) -> dict[str, Any]:
        """Expected and present intervals."""
        return completeness(expected=line.expected_intervals, present=line.present_intervals)


class SlaReportSerializer(serializers.Serializer[Any]):
    """Service levels of a stretch of days, pooled."""

    starts_on = serializers.DateField(help_text="First day.")
    ends_on = serializers.DateField(help_text="The day after the last.")
    lines = SlaReportLineSerializer(many=True)


class MetricSerializer(serializers.Serializer[Metric]):
    """What a number means and how it is computed."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    valid_from = serializers.DateField()
    title = serializers.SerializerMethodField()
    definition = serializers.SerializerMethodField()
    unit = serializers.CharField(source="unit.value")
    better = serializers.CharField(source="better.value", help_text="higher, lower, near_target")
    pooling = serializers.CharField(source="pooling.value")
    formula = serializers.CharField(help_text="Empty where a model computes the value.")
    numerator = serializers.CharField()
    denominator = serializers.CharField(help_text="Empty where the metric is a plain sum.")
    counts = serializers.SerializerMethodField()
    edge_cases = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment] # DRF takes fields out of the class
    reference = serializers.CharField()
    versions = serializers.SerializerMethodField()

    def get_title(self, metric: Metric) -> str:
        """Name in the language asked for."""
        return _(metric.title)

    def get_definition(self, metric: Metric) -> str:
        """Meaning in one or two sentences."""
        return _(metric.definition)

    def get_counts(self, metric: Metric) -> list[str]:
        """Names of the counts in the formula."""
        return list(metric.counts_used)

    def get_edge_cases(self, metric: Metric) -> list[str]:
        """What happens at the edges."""
        return [_(case) for case in metric.edge_cases]

    def get_source(self, metric: Metric) -> str:
        """Where the counts come from."""
        return _(metric.source) if metric.source else ""

    def get_versions(self, metric: Metric) -> list[int]:
        """All versions of this metric, oldest first."""
        return [item.version for item in versions_of(metric.key)]
