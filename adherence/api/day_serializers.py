"""How days, their rates by every formula, and corrections are written."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from adherence.core.projections import DEFAULT, FIGURES, FORMULAS, project_all
from adherence.models import AdherenceDay, ChangeKind, DayCorrection
from wfm import metrics


class RateSerializer(serializers.Serializer[Any]):
    """One formula's rate. Pool numerators and denominators, never rates."""

    numerator = serializers.FloatField()
    denominator = serializers.FloatField()
    value = serializers.FloatField(allow_null=True, help_text="Null: undefined.")
    version = serializers.IntegerField(help_text="Version of the metric's definition.")


KINDS = f"One of {', '.join(ChangeKind.values)}."


class RatesField(serializers.DictField):
    """Rates by metric key."""

    def __init__(self, **kwargs: Any) -> None:
        text = f"By metric key: {', '.join(FORMULAS)}."
        super().__init__(child=RateSerializer(), help_text=text, **kwargs)


class FiguresField(serializers.DictField):
    """Seconds by name."""

    def __init__(self, **kwargs: Any) -> None:
        text = f"Seconds: {', '.join(FIGURES)}."
        super().__init__(child=serializers.IntegerField(), help_text=text, **kwargs)


def rates_of(ratios: Mapping[str, metrics.Ratio]) -> dict[str, dict[str, Any]]:
    """Write rates by key."""
    return {
        key: {
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
            "value": ratio.value,
            "version": ratio.version,
        }
        for key, ratio in ratios.items()
    }


class AdherenceDaySerializer(serializers.ModelSerializer[AdherenceDay]):
    """Seconds of one agent's operational day, and the rates made of them."""

    employee_number = serializers.CharField(source="agent.employee_number", read_only=True)
    metric_key = serializers.SerializerMethodField()
    adherence_rate = serializers.FloatField(allow_null=True, read_only=True)
    conformance_rate = serializers.FloatField(allow_null=True, read_only=True)
    rates = serializers.SerializerMethodField()

    class Meta:
        model = AdherenceDay
        fields: ClassVar[list[str]] = [
            "agent",
            "employee_number",
            "operational_date",
            *FIGURES,
            "metric_key",
            "metric_version",
            "adherence_rate",
            "conformance_rate",
            "rates",
            "matrix",
            "is_final",
            "computed_at",
        ]
        read_only_fields = fields

    def get_metric_key(self, day: AdherenceDay) -> str:
        """The definition of `adherence_rate`."""
        return DEFAULT

    @extend_schema_field(RatesField())
    def get_rates(self, day: AdherenceDay) -> dict[str, dict[str, Any]]:
        """Every formula's numerator, denominator and value."""
        return rates_of(day.rates)


class PooledSerializer(serializers.Serializer[Any]):
    """Sums of days of an agent, a team, a date or all of them, and the rates made of the sums."""

    agent = serializers.IntegerField(allow_null=True)
    team = serializers.IntegerField(allow_null=True)
    operational_date = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(help_text="Agent-days summed up.")
    figures = FiguresField()
    rates = RatesField()


def pooled_row(
    figures: Mapping[str, int], *, days: int, keys: list[str], **group: Any
) -> dict[str, Any]:
    """Write sums and the rates of these keys."""
    ratios = project_all(figures)
    return {
        "agent": None,
        "team": None,
        "operational_date": None,
        **group,
        "days": days,
        "figures": dict(figures),
        "rates": rates_of({key: ratios[key] for key in keys}),
    }


class CauseSerializer(serializers.Serializer[Any]):
    """Why a day was corrected, and by whom."""

    kind = serializers.CharField(help_text=KINDS)
    by_id = serializers.IntegerField(allow_null=True)
    by = serializers.CharField(help_text="Who decided it, by the name of that time; else empty.")
    why = serializers.CharField(help_text="The reason given; else empty.")
    at = serializers.DateTimeField()


class CorrectionSerializer(serializers.ModelSerializer[DayCorrection]):
    """The figures of a finished day before and after they changed."""

    employee_number = serializers.CharField(source="agent.employee_number", read_only=True)
    kinds = serializers.ListField(child=serializers.CharField(), help_text=KINDS, read_only=True)
    causes = CauseSerializer(many=True)
    figures_before = FiguresField(read_only=True)
    figures_after = FiguresField(read_only=True)
    rates_before = serializers.SerializerMethodField()
    rates_after = serializers.SerializerMethodField()

    class Meta:
        model = DayCorrection
        fields: ClassVar[list[str]] = [
            "id",
            "agent",
            "employee_number",
            "operational_date",
            "corrected_at",
            "kinds",
            "causes",
            "figures_before",
            "figures_after",
            "rates_before",
            "rates_after",
        ]
        read_only_fields = fields

    @extend_schema_field(RatesField())
    def get_rates_before(self, correction: DayCorrection) -> dict[str, dict[str, Any]]:
        """Every formula as it was told until then."""
        return rates_of(correction.rates_before)

    @extend_schema_field(RatesField())
    def get_rates_after(self, correction: DayCorrection) -> dict[str, dict[str, Any]]:
        """Every formula as it is told since."""
        return rates_of(correction.rates_after)


class RecomputeSerializer(serializers.Serializer[Any]):
    """Days to be computed again."""

    first_date = serializers.DateField(help_text="First operational day.")
    last_date = serializers.DateField(help_text="Last operational day, included.")
    cause = serializers.ChoiceField(
        choices=[ChangeKind.MANUAL.value, ChangeKind.CODES.value],
        default=ChangeKind.MANUAL.value,
        help_text="CODES: because an activity code or its tolerance has changed.",
    )
    why = serializers.CharField(max_length=300, help_text="Kept in the corrections that follow.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        if attrs["first_date"] > attrs["last_date"]:
            raise serializers.ValidationError(
                {"last_date": _("Expected a day not before first_date.")}
            )
        return attrs
