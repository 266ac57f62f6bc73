"""What the day in hand looks like over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from adherence.models import MeasureKind
from adherence.models.measure import Measure
from wfm.web.api.fields import InstantField


class DayInHandIntervalSerializer(serializers.Serializer[Any]):
    """One interval of a queue; null where nothing is known."""

    starts_at = InstantField()
    ends_at = InstantField()
    is_past = serializers.BooleanField()
    offered = serializers.FloatField(allow_null=True, help_text="Contacts or items that came.")
    forecast = serializers.FloatField(allow_null=True, help_text="Locked before the day began.")
    corrected = serializers.FloatField(
        allow_null=True, help_text="The forecast in force; today as its updates have it."
    )
    required_people = serializers.FloatField(
        source="required", allow_null=True, help_text="On position (net)."
    )
    to_schedule = serializers.FloatField(allow_null=True, help_text="People to schedule (gross).")
    scheduled = serializers.FloatField(
        allow_null=True, help_text="People in published shifts, accepted measures counted."
    )
    level = serializers.FloatField(
        allow_null=True, help_text="Service as it was, ahead as it is expected."
    )
    at_risk = serializers.FloatField(
        allow_null=True, help_text="Contacts or items late beyond what the goal allows."
    )
    short = serializers.FloatField(allow_null=True, help_text="People to schedule who are not.")


class DayInHandQueueSerializer(serializers.Serializer[Any]):
    """One queue today."""

    queue = serializers.IntegerField()
    name = serializers.CharField()
    is_live = serializers.BooleanField()
    goal_level = serializers.FloatField(allow_null=True)
    level_so_far = serializers.FloatField(allow_null=True)
    level_rest = serializers.FloatField(
        allow_null=True, help_text="Expected over the rest of the day."
    )
    offered_so_far = serializers.FloatField()
    forecast_so_far = serializers.FloatField()
    required_now = serializers.FloatField(allow_null=True)
    scheduled_now = serializers.FloatField(allow_null=True)
    planned_now = serializers.IntegerField(help_text="People whose plan of now is work on it.")
    present_now = serializers.IntegerField(help_text="Of these, those at work.")
    unseen_now = serializers.IntegerField(help_text="Of these, those whose feed is silent.")
    risk_cost = serializers.FloatField()
    open_items = serializers.FloatField(allow_null=True)
    overdue_items = serializers.FloatField(allow_null=True)
    will_breach_at = InstantField(
        allow_null=True, help_text="From when work due is not done in time; null: all is."
    )
    hours_missing = serializers.FloatField(
        allow_null=True, help_text="Work that is due then and not done."
    )
    notes = serializers.ListField(child=serializers.CharField())
    intervals = DayInHandIntervalSerializer(many=True, required=False)


class DayInHandRiskSerializer(serializers.Serializer[Any]):
    """Intervals at risk that touch, as one."""

    queue = serializers.IntegerField()
    name = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    worst_at = InstantField(help_text="The interval that costs most.")
    cause = serializers.ChoiceField(choices=["service", "late", "short"])
    at_risk = serializers.FloatField()
    counted = serializers.FloatField()
    level = serializers.FloatField(allow_null=True)
    short_hours = serializers.FloatField()
    cost = serializers.FloatField()
    owner = serializers.CharField(help_text="Who answers for it now; empty: nobody.")
    will_breach_at = InstantField(allow_null=True)


class DayInHandSerializer(serializers.Serializer[Any]):
    """The day in hand."""

    date = serializers.DateField()
    timezone = serializers.CharField()
    as_of = InstantField()
    queues = DayInHandQueueSerializer(many=True)
    risks = DayInHandRiskSerializer(many=True)


class EffectSerializer(serializers.Serializer[Any]):
    """What a measure brings, by the staffing engines."""

    intervals = serializers.FloatField(help_text="Person-intervals more on the queue.")
    level_before = serializers.FloatField(allow_null=True)
    level_after = serializers.FloatField(allow_null=True)
    at_risk_before = serializers.FloatField()
    at_risk_after = serializers.FloatField()
    other_before = serializers.FloatField(allow_null=True)
    other_after = serializers.FloatField(allow_null=True)
    cost = serializers.FloatField(help_text="Pay more; below 0 for pay saved.")
    saved = serializers.FloatField(help_text="Cost of the risk that it takes away.")


class SuggestionSerializer(serializers.Serializer[Any]):
    """One thing that could be done."""

    kind = serializers.ChoiceField(choices=MeasureKind.choices)
    queue = serializers.IntegerField()
    other_queue = serializers.IntegerField(allow_null=True)
    agent = serializers.IntegerField()
    agent_name = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    moved_from_at = InstantField(allow_null=True)
    effect = EffectSerializer()


class TogetherSerializer(serializers.Serializer[Any]):
    """The best suggestion for each of these people, all of them done."""

    agents = serializers.ListField(child=serializers.IntegerField())
    effect = EffectSerializer()


class SuggestionsSerializer(serializers.Serializer[Any]):
    """What could be done about a window."""

    queue = serializers.IntegerField()
    starts_at = InstantField()
    ends_at = InstantField()
    suggestions = SuggestionSerializer(many=True)
    together = TogetherSerializer(
        allow_null=True, help_text="Null for fewer than two people: nothing adds up."
    )


class AcceptSerializer(serializers.Serializer[Any]):
    """Which suggestion is accepted: as it was offered, for the window it was offered for."""

    kind = serializers.ChoiceField(choices=MeasureKind.choices)
    queue = serializers.IntegerField()
    agent = serializers.IntegerField()
    starts_at = InstantField()
    ends_at = InstantField()
    window_starts_at = InstantField()
    window_ends_at = InstantField()
    alert = serializers.IntegerField(required=False, allow_null=True)


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    """An accepted measure."""

    agent_name = serializers.CharField(source="agent.name", read_only=True)
    starts_at = InstantField()
    ends_at = InstantField()
    moved_from_at = InstantField(allow_null=True)
    accepted_at = InstantField()
    effect = EffectSerializer()

    class Meta:
        model = Measure
        fields = (
            "id",
            "kind",
            "status",
            "queue",
            "other_queue",
            "agent",
            "agent_name",
            "starts_at",
            "ends_at",
            "moved_from_at",
            "effect",
            "alert",
            "accepted_by",
            "accepted_at",
        )
