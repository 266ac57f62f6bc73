"""Shapes of the forecasting API."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasting.forms import FIELD_LABELS
from forecasting.models import (
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    ImportBatch,
    ImportFinding,
    ImportKind,
    Override,
    OverrideComponent,
    OverrideKind,
    OverrideScore,
    SpecialDay,
    SpecialDayKind,
)
from forecasting.services.runs import LONGEST_HORIZON_DAYS, LOWEST_QUANTILE, MOST_QUANTILES
from wfm.org.models import Queue
from wfm.web.api.fields import InstantField

MOST_ACTUALS = 5_000


@extend_schema_field(OpenApiTypes.INT)
class QueueField(serializers.PrimaryKeyRelatedField[Queue]):
    """A queue that the principal may see; another one does not exist."""

    def get_queryset(self) -> Any:
        """Return the visible queues."""
        request = self.context.get("request")
        if request is None:
            return Queue.objects.none()
        return Queue.objects.visible_to(request.user).select_related("work_type")


class QueueResultSerializer(serializers.ModelSerializer[ForecastQueueResult]):
    """How one queue was forecast."""

    class Meta:
        model = ForecastQueueResult
        fields = (
            "queue", "flag", "reason", "method", "wape", "bias", "mase", "coverage",
            "wape_seasonal_naive", "wape_noise_floor", "dispersion", "improvable", "backtest",
            "components",
        )  # fmt: skip


class ForecastRunSerializer(serializers.ModelSerializer[ForecastRun]):
    """A forecast of several queues."""

    class Meta:
        model = ForecastRun
        fields = (
            "id", "origin_at", "starts_at", "ends_at", "published_at", "created_at", "job",
            "parameters", "summary",
        )  # fmt: skip


class ForecastRunDetailSerializer(ForecastRunSerializer):
    """A forecast with the result of each queue."""

    queue_results = QueueResultSerializer(many=True, read_only=True)

    class Meta(ForecastRunSerializer.Meta):
        fields = (*ForecastRunSerializer.Meta.fields, "queue_results")  # type: ignore[assignment]


class StartForecastSerializer(serializers.Serializer[Any]):
    """What to forecast."""

    queues = QueueField(
        many=True, required=False, help_text="Queues; all active ones when left out."
    )
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_HORIZON_DAYS, default=42)
    publish_when_done = serializers.BooleanField(default=False)
    quantiles = serializers.ListField(
        child=serializers.FloatField(min_value=LOWEST_QUANTILE, max_value=1 - LOWEST_QUANTILE),
        max_length=MOST_QUANTILES,
        required=False,
        help_text="Quantiles to keep of every interval beside 0.1, 0.5 and 0.9.",
    )


class ForecastIntervalSerializer(serializers.ModelSerializer[ForecastInterval]):
    """One interval: the system's mean and quantiles, and the mean with overrides."""

    quantiles = serializers.SerializerMethodField(
        help_text="Contacts by quantile, of those that the forecast was asked for: 0.05, 0.95."
    )

    class Meta:
        model = ForecastInterval
        fields = (
            "run", "queue", "starts_at", "mean", "quantile_10", "quantile_50", "quantile_90",
            "final_mean", "aht_seconds", "repeat_mean", "is_open", "quantiles",
        )  # fmt: skip

    def get_quantiles(self, row: ForecastInterval) -> dict[str, float]:
        """Return contacts by quantile."""
        if row.asked_quantiles is None:
            return {}
        pairs = zip(row.run.asked_levels, row.asked_quantiles, strict=True)
        return {f"{level:g}": contacts for level, contacts in pairs}


class OverrideSerializer(serializers.ModelSerializer[Override]):
    """A change of the forecast with its reason."""

    queue = QueueField()
    starts_at = InstantField()
    ends_at = InstantField()
    component = serializers.ChoiceField(
        choices=OverrideComponent.choices, default=OverrideComponent.VOLUME
    )
    kind = serializers.ChoiceField(choices=OverrideKind.choices)

    class Meta:
        model = Override
        fields = (
            "id", "queue", "starts_at", "ends_at", "component", "kind", "value", "reason",
            "created_at", "revoked_at",
        )  # fmt: skip
        read_only_fields = ("created_at", "revoked_at")


class ForecastTotalSerializer(serializers.Serializer[Any]):
    """One node and day or interval; ids above the level tell where it belongs, below are null."""

    level = serializers.CharField()
    site = serializers.IntegerField(source="site_id", allow_null=True)
    client = serializers.IntegerField(source="client_id", allow_null=True)
    channel = serializers.CharField(allow_null=True)
    queue = serializers.IntegerField(source="queue_id", allow_null=True)
    queues = serializers.IntegerField(help_text="Number of queues in the sum.")
    date = serializers.DateField(allow_null=True, help_text="Each queue's own local date.")
    starts_at = serializers.DateTimeField(allow_null=True)
    mean = serializers.FloatField()
    final_mean = serializers.FloatField(help_text="With changes by hand.")
    quantile_10 = serializers.FloatField()
    quantile_50 = serializers.FloatField()
    quantile_90 = serializers.FloatField()


class OverrideScoreSerializer(serializers.ModelSerializer[OverrideScore]):
    """What one override did, once its time has come."""

    reason = serializers.CharField(source="override.reason")
    created_by = serializers.IntegerField(source="override.created_by_id", allow_null=True)
    error_saved = serializers.FloatField(source="gain")
    helped = serializers.BooleanField()

    class Meta:
        model = OverrideScore
        fields = (
            "override", "queue", "run", "reason", "created_by", "starts_at", "ends_at",
            "intervals", "actual", "expected_with", "expected_without", "error_with",
            "error_without", "error_saved", "helped",
        )  # fmt: skip


class AccuracySerializer(serializers.Serializer[Any]):
    """Accuracy of one queue and horizon; rates are fractions."""

    queue = serializers.IntegerField()
    horizon = serializers.CharField(help_text="day_1, days_2_7, days_8_14, days_15_28, days_29_56")
    intervals = serializers.IntegerField(source="score.intervals")
    actual = serializers.FloatField(source="score.actual")
    wape = serializers.FloatField(source="score.wape", allow_null=True)
    noise_floor = serializers.FloatField(
        source="score.noise_floor", allow_null=True, help_text="WAPE that chance alone brings."
    )
    improvable = serializers.FloatField(
        source="score.improvable", allow_null=True, help_text="WAPE above the noise floor."
    )
    bias = serializers.FloatField(source="score.bias", allow_null=True)
    mase = serializers.FloatField(source="score.mase", allow_null=True)
    coverage = serializers.FloatField(source="score.coverage", allow_null=True)
    dispersion = serializers.FloatField(source="score.dispersion", allow_null=True)


class SpecialDaySerializer(serializers.ModelSerializer[SpecialDay]):
    """A date that is not ordinary."""

    queue = QueueField()
    kind = serializers.ChoiceField(choices=SpecialDayKind.choices)

    class Meta:
        model = SpecialDay
        fields = ("id", "queue", "date", "kind", "factor", "name")
        validators: list[Any] = []  # setting a date again gives it the new meaning


class ImportFindingSerializer(serializers.ModelSerializer[ImportFinding]):
    """What is wrong with, or worth knowing about, a line."""

    class Meta:
        model = ImportFinding
        fields = ("line_number", "severity", "code", "message")


class ImportBatchSerializer(serializers.ModelSerializer[ImportBatch]):
    """One uploaded file."""

    findings = ImportFindingSerializer(many=True, read_only=True)

    class Meta:
        model = ImportBatch
        fields = (
            "id", "kind", "file_name", "file_sha256", "status", "queue", "row_count",
            "inserted_count", "changed_count", "unchanged_count", "finding_counts", "findings",
            "mapping", "job", "created_at",
        )  # fmt: skip


class UploadSerializer(serializers.Serializer[Any]):
    """A file and how to read it; what is left out is guessed from header and values."""

    file = serializers.FileField(help_text="CSV or XLSX.")
    kind = serializers.ChoiceField(choices=ImportKind.choices, default=ImportKind.INTERVALS)
    queue = QueueField(required=False, allow_null=True, help_text="One queue for the whole file.")
    columns = serializers.JSONField(
        required=False,
        help_text=f"Field to column number from 0. Fields: {', '.join(FIELD_LABELS)}.",
    )
    date_order = serializers.ChoiceField(choices=["ymd", "dmy", "mdy"], required=False)
    decimal = serializers.ChoiceField(choices=[".", ","], required=False)
    split_coarse = serializers.BooleanField(default=False)
    threshold_seconds = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    apply = serializers.BooleanField(default=True, help_text="False: only check the file.")

    def validate_columns(self, value: Any) -> dict[str, int]:
        """Only known fields and whole numbers."""
        is_plain = isinstance(value, dict) and all(
            key in FIELD_LABELS and isinstance(column, int) and not isinstance(column, bool)
            for key, column in value.items()
        )
        if not is_plain:
            msg = (
                f"Expected an object of field to column number; fields: {', '.join(FIELD_LABELS)}."
            )
            raise serializers.ValidationError(msg)
        return dict(value)


class ActualSerializer(serializers.Serializer[Any]):
    """One interval as it happened; what is left out stays as it was."""

    queue = QueueField()
    starts_at = InstantField()
    offered = serializers.IntegerField(min_value=0, max_value=2_000_000_000)
    answered = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    abandoned = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    answered_within = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    abandoned_within = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, required=False
    )
    short_abandoned = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False)
    threshold_seconds = serializers.IntegerField(min_value=1, max_value=86_400, required=False)
    wait_seconds_answered = serializers.FloatField(min_value=0, required=False)
    wait_seconds_total = serializers.FloatField(min_value=0, required=False)
    handle_seconds = serializers.FloatField(min_value=0, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The start lies on the queue's grid; no more within the threshold than answered."""
        minutes = attrs["queue"].interval_minutes
        local = attrs["starts_at"].astimezone(ZoneInfo(attrs["queue"].timezone))
        if (local.hour * 60 + local.minute) % minutes or local.second or local.microsecond:
            msg = f"Expected starts_at on the queue's grid of {minutes} minutes."
            raise serializers.ValidationError({"starts_at": msg})
        within, answered = attrs.get("answered_within"), attrs.get("answered")
        if within is not None and answered is not None and within > answered:
            msg = f"Expected at most {answered}, the contacts answered."
            raise serializers.ValidationError({"answered_within": msg})
        return attrs


class ActualsSerializer(serializers.Serializer[Any]):
    """Intervals as they happened."""

    rows = ActualSerializer(many=True, allow_empty=False)

    def validate_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Not too many, and no interval twice."""
        if len(rows) > MOST_ACTUALS:
            msg = f"Expected at most {MOST_ACTUALS} rows, got {len(rows)}."
            raise serializers.ValidationError(msg)
        keys = [(row["queue"].pk, row["starts_at"]) for row in rows]
        if len(set(keys)) < len(keys):
            msg = "An interval of a queue stands twice."
            raise serializers.ValidationError(msg)
        return rows


class RecordResultSerializer(serializers.Serializer[Any]):
    """What the rows changed."""

    inserted = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
