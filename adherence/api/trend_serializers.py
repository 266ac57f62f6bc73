"""How waterfalls and measured shrinkage are written."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from adherence.api.day_serializers import RateSerializer, rates_of
from adherence.core.measured_shrinkage import BAND_HOURS, Cause, Estimate
from adherence.core.time_cells import Kind, Reason
from adherence.core.waterfall import METRICS, PLANNED_OFF, Share, Step, Waterfall
from wfm.org.models import ActivityCode

SECONDS = (
    "planned_paid",
    "time_off",
    "paid",
    "not_seen",
    "present",
    "available",
    "handling",
    "unrecorded",
    "outside_plan",
)


class LossSerializer(serializers.Serializer[Any]):
    """Paid time lost before a step."""

    step = serializers.ChoiceField(choices=[str(step) for step in Step])
    what = serializers.ChoiceField(choices=[*(kind.name for kind in Kind), PLANNED_OFF])
    code = serializers.CharField(allow_null=True, help_text="Key of the activity code.")
    seconds = serializers.IntegerField()


class WaterfallSerializer(serializers.Serializer[Any]):
    """Paid → present → available → handling, with what each step lost."""

    seconds = serializers.DictField(
        child=serializers.IntegerField(), help_text=f"Seconds: {', '.join(SECONDS)}."
    )
    lost = LossSerializer(many=True)
    activities = serializers.DictField(
        child=serializers.IntegerField(), help_text="Seconds by key of the declared activity code."
    )
    rates = serializers.DictField(
        child=RateSerializer(), help_text=f"By metric key: {', '.join(METRICS)}."
    )


class TrendRowSerializer(WaterfallSerializer):
    """Sums of one group, with those of the period before."""

    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    before = WaterfallSerializer()


class StepRowSerializer(WaterfallSerializer):
    """Sums of one day, week or month."""

    starts_on = serializers.DateField()


class TrendCompletenessSerializer(serializers.Serializer[Any]):
    """What the figures rest on."""

    days = serializers.IntegerField(help_text="Agent-days that are computed.")
    missing_days = serializers.IntegerField(
        help_text="Of these computed before activities were kept: compute them again."
    )
    open_days = serializers.IntegerField(help_text="Agent-days still under way.")
    computed_at = serializers.DateTimeField(allow_null=True)
    before_from = serializers.DateField()
    before_to = serializers.DateField()


class TrendPageSerializer(serializers.Serializer[Any]):
    """A page of groups."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    completeness = TrendCompletenessSerializer()
    results = TrendRowSerializer(many=True)


class ShareEstimateSerializer(serializers.Serializer[Any]):
    """A share of paid time, with its 95 % interval (days as the sample)."""

    rate = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    days = serializers.IntegerField()
    paid_seconds = serializers.IntegerField()
    away_seconds = serializers.IntegerField()
    is_enough = serializers.BooleanField(help_text="Days and hours reach the minimum.")


class ShrinkageCauseSerializer(ShareEstimateSerializer):
    """One cause over the whole period."""

    reason = serializers.ChoiceField(choices=[reason.name for reason in Reason])
    code = serializers.CharField(allow_null=True)


class ShrinkageLineSerializer(ShrinkageCauseSerializer):
    """One cause in one band of the week."""

    weekday = serializers.IntegerField(allow_null=True, help_text="0: Monday; null: all.")
    starts_minute = serializers.IntegerField()
    ends_minute = serializers.IntegerField()
    is_pooled = serializers.BooleanField(
        help_text="Too little was seen in the band: the share of the whole week."
    )


class ShrinkageSerializer(serializers.Serializer[Any]):
    """What was measured of a queue, and the profile in force."""

    queue = serializers.IntegerField()
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    is_enough = serializers.BooleanField()
    is_everyone = serializers.BooleanField(help_text="False: only the teams you may see.")
    total = ShareEstimateSerializer()
    not_placed = ShareEstimateSerializer(help_text="Without what the schedule places itself.")
    not_seen_seconds = serializers.IntegerField()
    causes = ShrinkageCauseSerializer(many=True)
    lines = ShrinkageLineSerializer(many=True)
    in_force = serializers.DictField(
        allow_null=True, help_text="Profile in force: id, name, starts_on."
    )


class ShrinkageChoiceSerializer(serializers.Serializer[Any]):
    """Under which code a cause is planned from then on."""

    reason = serializers.ChoiceField(choices=[reason.name for reason in Reason])
    measured_code = serializers.SlugRelatedField(
        slug_field="key",
        queryset=ActivityCode.objects.all(),
        allow_null=True,
        default=None,
        help_text="The code of the cause; null where it has none.",
    )
    code = serializers.SlugRelatedField(slug_field="key", queryset=ActivityCode.objects.all())
    is_scheduled = serializers.BooleanField(
        required=False, help_text="Left out: as measured (what the plan placed is)."
    )


class TakeOverSerializer(serializers.Serializer[Any]):
    """Which measured causes become a profile, and from when."""

    queue = serializers.IntegerField()
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    band_hours = serializers.ChoiceField(choices=BAND_HOURS, default=24)
    by_weekday = serializers.BooleanField(default=False)
    name = serializers.CharField(max_length=80)
    starts_on = serializers.DateField()
    choices = ShrinkageChoiceSerializer(many=True, allow_empty=False)


class ProfileRateSerializer(serializers.Serializer[Any]):
    """A line of the new profile."""

    code = serializers.CharField()
    rate = serializers.FloatField()
    weekday = serializers.IntegerField(allow_null=True)
    starts_minute = serializers.IntegerField()
    ends_minute = serializers.IntegerField()
    is_scheduled = serializers.BooleanField()


class TakenOverSerializer(serializers.Serializer[Any]):
    """The new profile."""

    id = serializers.IntegerField()
    queue = serializers.IntegerField()
    name = serializers.CharField()
    starts_on = serializers.DateField()
    rates = ProfileRateSerializer(many=True)


def waterfall_of(found: Waterfall, keys: Mapping[int, str]) -> dict[str, Any]:
    """Write one waterfall; `keys` are those of the activity codes."""
    outside = sum(
        seconds for (share, _kind, _code), seconds in found.items.items() if share is Share.OUTSIDE
    )
    values = {
        "planned_paid": found.planned_seconds,
        "time_off": found.off_seconds,
        "paid": found.paid_seconds,
        "not_seen": found.not_seen_seconds,
        "present": found.present_seconds,
        "available": found.available_seconds,
        "handling": found.handling_seconds,
        "unrecorded": found.unrecorded_seconds,
        "outside_plan": outside,
    }
    return {
        "seconds": values,
        "lost": [
            {
                "step": str(loss.step),
                "what": loss.what,
                "code": keys.get(loss.code),
                "seconds": loss.seconds,
            }
            for loss in found.losses()
        ],
        "activities": {
            keys.get(code, str(code)): seconds for code, seconds in found.by_activity().items()
        },
        "rates": rates_of(found.rates),
    }


def estimate_of(found: Estimate) -> dict[str, Any]:
    """Write one share."""
    return {
        "rate": found.rate,
        "low": found.low,
        "high": found.high,
        "days": found.days,
        "paid_seconds": round(found.paid_seconds),
        "away_seconds": round(found.away_seconds),
        "is_enough": found.is_enough,
    }


def cause_of(cause: Cause, keys: Mapping[int, str]) -> dict[str, Any]:
    """Write why, and by which code."""
    return {"reason": cause[0].name, "code": keys.get(cause[1])}
