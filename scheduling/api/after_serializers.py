"""What the API says about a finished schedule."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from scheduling.core.changes import ChangeKind
from wfm.org.models import Agent, Queue


class IntervalQuestionSerializer(serializers.Serializer[Any]):
    """Which interval of which queue."""

    queue = serializers.PrimaryKeyRelatedField(queryset=Queue.objects.all())
    at = serializers.DateTimeField()


class DayQuestionSerializer(serializers.Serializer[Any]):
    """Which agent on which local date."""

    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all())
    date = serializers.DateField()


class WishQuestionSerializer(DayQuestionSerializer):
    """A wish for a day: off, or a start within minutes of the local day, or a pattern."""

    works = serializers.BooleanField(default=True)
    earliest_start_minute = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    latest_start_minute = serializers.IntegerField(min_value=0, max_value=1440, default=1440)
    pattern = serializers.CharField(max_length=120, default="", allow_blank=True)


class AwayPersonSerializer(serializers.Serializer[Any]):
    """Somebody who does not serve the interval."""

    agent = serializers.IntegerField(source="agent.pk")
    name = serializers.CharField(source="agent.name")
    away = serializers.CharField(
        help_text="serves_other, on_break, no_skill, rule, better_elsewhere, would_save or could."
    )
    rule = serializers.CharField(help_text="The rule that keeps them away, if one does.")
    extra_cost = serializers.FloatField(
        allow_null=True, help_text="Money that having them there costs; null: not priced."
    )


class IntervalReasonSerializer(serializers.Serializer[Any]):
    """Why an interval is short."""

    queue = serializers.IntegerField(source="queue.pk")
    starts_at = serializers.DateTimeField()
    required_agents = serializers.FloatField(source="reason.required")
    served_agents = serializers.FloatField(source="reason.served")
    missing_agents = serializers.FloatField(source="reason.missing")
    with_skill = serializers.IntegerField(source="reason.with_skill")
    possible = serializers.IntegerField(
        source="reason.possible", help_text="People with the skill who have a legal tour there."
    )
    cause = serializers.CharField(source="reason.cause")
    is_coverable = serializers.BooleanField(source="reason.is_coverable")
    kept_away = serializers.DictField(child=serializers.IntegerField())
    persons = AwayPersonSerializer(many=True)
    hidden = serializers.IntegerField(help_text="People whom you may not see.")


class ChoiceSerializer(serializers.Serializer[Any]):
    """Another way to spend the day."""

    kind = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    extra_cost = serializers.FloatField()


class DayReasonSerializer(serializers.Serializer[Any]):
    """Why an agent works this shift on a day."""

    agent = serializers.IntegerField(source="agent.pk")
    date = serializers.DateField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    saved_cost = serializers.FloatField(source="reason.saved_cost")
    short_slots = serializers.IntegerField(source="reason.short_slots")
    can_save = serializers.FloatField(
        source="reason.can_save", help_text="What the agent's best other schedule would save."
    )
    choices = ChoiceSerializer(many=True)


class WishPriceSerializer(serializers.Serializer[Any]):
    """What a wish costs."""

    is_kept = serializers.BooleanField()
    extra_cost = serializers.FloatField(
        allow_null=True, help_text="null: no legal tour keeps the wish; see `rule`."
    )
    rule = serializers.CharField()


class ClashItemSerializer(serializers.Serializer[Any]):
    """One rule of a clash."""

    rule = serializers.CharField(source="key")
    day = serializers.IntegerField(allow_null=True, help_text="Day of the version, from 0.")


class ClashSerializer(serializers.Serializer[Any]):
    """Rules that cannot be kept together."""

    items = ClashItemSerializer(many=True)
    is_smallest = serializers.BooleanField()
    give_up = ClashItemSerializer(many=True)
    is_fewest = serializers.BooleanField()


class AbsenceSerializer(serializers.Serializer[Any]):
    """Somebody away on whole local dates."""

    agent = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all())
    first = serializers.DateField()
    last = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an absence that ends before it begins."""
        if attrs["last"] < attrs["first"]:
            raise serializers.ValidationError({"last": "Expected a date from `first` on."})
        return attrs


class ReoptimiseSerializer(serializers.Serializer[Any]):
    """How to plan again. Granted time off counts as absence without being named."""

    absences = AbsenceSerializer(many=True, default=list)
    frozen_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Shifts that start before it stay; now if null."
    )
    frozen_dates = serializers.ListField(child=serializers.DateField(), default=list)
    prices = serializers.DictField(
        child=serializers.FloatField(min_value=0),
        default=dict,
        help_text="Price of a change by kind: " + ", ".join(ChangeKind) + ".",
    )
    breaks_of = serializers.DateField(
        required=False, allow_null=True, help_text="Only the breaks of this date are placed anew."
    )

    def validate_prices(self, value: dict[str, float]) -> dict[str, float]:
        """Refuse kinds that there are not."""
        unknown = set(value) - set(ChangeKind)
        if unknown:
            known = ", ".join(ChangeKind)
            raise serializers.ValidationError(
                f"Expected kinds among {known}, got {', '.join(sorted(unknown))}."
            )
        return value


class PickSerializer(serializers.Serializer[Any]):
    """A point of the curve, from 0."""

    job = serializers.IntegerField()
    point = serializers.IntegerField(min_value=0)


class DayServiceSerializer(serializers.Serializer[Any]):
    """A queue on a day."""

    date = serializers.DateField()
    offered = serializers.FloatField()
    level = serializers.FloatField(allow_null=True)
    goal_level = serializers.FloatField(allow_null=True)
    is_met = serializers.BooleanField(allow_null=True)
    asa_seconds = serializers.FloatField(allow_null=True)
    required_hours = serializers.FloatField()
    staffed_hours = serializers.FloatField()


class IntervalServiceSerializer(serializers.Serializer[Any]):
    """A queue in an interval."""

    starts_at = serializers.DateTimeField()
    offered = serializers.FloatField()
    required_agents = serializers.FloatField()
    staffed_agents = serializers.FloatField()
    level = serializers.FloatField(allow_null=True)
    asa_seconds = serializers.FloatField(allow_null=True)


class QueueServiceSerializer(serializers.Serializer[Any]):
    """Predicted service of a queue."""

    queue = serializers.IntegerField(source="queue.pk")
    model = serializers.CharField()
    metric_key = serializers.CharField()
    threshold_seconds = serializers.FloatField(allow_null=True)
    days = DayServiceSerializer(many=True)
    intervals = IntervalServiceSerializer(many=True)


class ComfortSerializer(serializers.Serializer[Any]):
    """Comfort of an agent."""

    agent = serializers.IntegerField(source="agent.pk")
    name = serializers.CharField(source="agent.name")
    score = serializers.FloatField(source="comfort.score")
    wishes = serializers.IntegerField(source="comfort.wishes")
    wishes_kept = serializers.IntegerField(source="comfort.wishes_kept")
    start_spread_minutes = serializers.FloatField(
        source="comfort.start_spread_minutes", allow_null=True
    )
    weekends_worked = serializers.IntegerField(source="comfort.weekends_worked")
    weekends_quarter = serializers.IntegerField(source="past_weekends")
    split_shifts = serializers.IntegerField(source="comfort.split_shifts")
    shortest_rest_hours = serializers.FloatField(
        source="comfort.shortest_rest_hours", allow_null=True
    )
    longest_run_days = serializers.IntegerField(source="comfort.longest_run_days")


class FairnessSerializer(serializers.Serializer[Any]):
    """How evenly a burden is shared."""

    mean = serializers.FloatField()
    spread = serializers.FloatField()
    jain_index = serializers.FloatField()


class ComfortPageSerializer(serializers.Serializer[Any]):
    """Comfort of everybody, fairness over them."""

    people = ComfortSerializer(many=True)
    weekends = FairnessSerializer()
