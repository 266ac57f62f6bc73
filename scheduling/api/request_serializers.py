"""What the API says of requests, swaps, offers and changes of published shifts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.api.request_base import AnswerField
from scheduling.api.rule_serializers import RuleSerializer, VisibleField
from scheduling.models import (
    OpenShift,
    PersonalRequest,
    RequestPolicy,
    Shift,
    ShiftBid,
    ShiftChange,
    ShiftChangeDay,
    ShiftSwap,
    ShiftTemplate,
    TimeOff,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
)
from wfm.org.models import ActivityCode, Agent, Queue, Site, Skill, Team
from wfm.web.api.fields import InstantField


@extend_schema_field(OpenApiTypes.STR)
class TextField(AnswerField):
    """Described as text."""


class KindSerializer(RuleSerializer[TimeOffKind]):
    """A kind of time off that agents may ask for."""

    activity_code = VisibleField(queryset=ActivityCode.objects.all())

    class Meta:
        model = TimeOffKind
        fields = (
            "id",
            "activity_code",
            "unit",
            "needs_balance",
            "review",
            "notice_days",
            "is_active",
        )


class EntitlementSerializer(RuleSerializer[TimeOffEntitlement]):
    """What an agent may take in a period."""

    agent = VisibleField(queryset=Agent.objects.all())
    kind = VisibleField(queryset=TimeOffKind.objects.all())

    class Meta:
        model = TimeOffEntitlement
        fields = (
            "id",
            "agent",
            "kind",
            "starts_on",
            "ends_on",
            "granted",
            "carried",
            "carried_until",
        )


class LimitSerializer(RuleSerializer[TimeOffLimit]):
    """Most people of a group who may be off."""

    team = VisibleField(queryset=Team.objects.all(), allow_null=True, required=False)
    site = VisibleField(queryset=Site.objects.all(), allow_null=True, required=False)
    skill = VisibleField(queryset=Skill.objects.all(), allow_null=True, required=False)

    class Meta:
        model = TimeOffLimit
        fields = (
            "id",
            "name",
            "team",
            "site",
            "skill",
            "starts_on",
            "ends_on",
            "weekdays",
            "starts_minute",
            "ends_minute",
            "most_people",
            "waitlist_rule",
        )


class PolicySerializer(RuleSerializer[RequestPolicy]):
    """How requests of a team are reviewed; without a team: everybody else's."""

    team = VisibleField(queryset=Team.objects.all(), allow_null=True, required=False)

    class Meta:
        model = RequestPolicy
        fields = (
            "id",
            "team",
            "swap_review",
            "swap_notice_minutes",
            "least_hours_bind",
            "availability_review",
            "availability_notice_days",
            "wish_review",
        )


class BalanceSerializer(serializers.Serializer[Any]):
    """A balance, in the unit of its kind."""

    kind = serializers.IntegerField(source="kind.pk")
    name = serializers.CharField(source="kind.activity_code.name")
    unit = serializers.CharField(source="kind.unit")
    starts_on = serializers.DateField(source="balance.starts_on")
    ends_on = serializers.DateField(source="balance.ends_on")
    granted = serializers.FloatField(source="balance.granted")
    carried = serializers.FloatField(source="balance.carried")
    carried_until = serializers.DateField(source="balance.carried_until", allow_null=True)
    taken = serializers.FloatField(source="balance.taken")
    pending = serializers.FloatField(source="balance.pending")
    lapsed = serializers.FloatField(source="balance.lapsed")
    left = serializers.FloatField(source="balance.left")
    free = serializers.FloatField(source="balance.free")


class OwnTimeOffSerializer(serializers.ModelSerializer[TimeOff]):
    """Time off of one's own with the answer and the place on the waitlist."""

    answer = TextField()
    position = serializers.SerializerMethodField(help_text="On the waitlist, 1 is next.")

    class Meta:
        model = TimeOff
        fields = (
            "id",
            "activity_code",
            "starts_at",
            "ends_at",
            "paid_minutes",
            "reason",
            "status",
            "answer",
            "position",
            "requested_at",
            "decided_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_position(self, row: TimeOff) -> int | None:
        """Null where the request does not wait."""
        found: dict[int, int] = self.context.get("positions", {})
        return found.get(row.pk)


class TimeOffAskSerializer(serializers.Serializer[Any]):
    """Time off to ask for."""

    kind = VisibleField(queryset=TimeOffKind.objects.filter(is_active=True))
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OutcomeSerializer(serializers.Serializer[Any]):
    """What would become of a request."""

    status = serializers.CharField()
    answer = serializers.CharField(source="text")
    position = serializers.IntegerField(allow_null=True)
    minutes = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()

    def get_minutes(self, outcome: Any) -> int:
        """Taken from a balance in minutes."""
        return sum(charge.minutes for charge in outcome.charges)

    def get_days(self, outcome: Any) -> float:
        """Taken from a balance in days."""
        return float(sum(charge.days for charge in outcome.charges))


class DecideSerializer(serializers.Serializer[Any]):
    """A decision with a word to the person."""

    is_approved = serializers.BooleanField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class DayHoursSerializer(serializers.Serializer[Any]):
    """A weekday's stretch in which one can work."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    is_available = serializers.BooleanField(default=True)
    starts_minute = serializers.IntegerField(min_value=0, max_value=2880, default=0)
    ends_minute = serializers.IntegerField(min_value=0, max_value=2880, default=2880)


class AvailabilityAskSerializer(serializers.Serializer[Any]):
    """Other hours from a date on; weekdays without a row are open all day."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    rows = DayHoursSerializer(many=True)
    message = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class WishAskSerializer(serializers.Serializer[Any]):
    """A wish for a date or a weekday."""

    kind = serializers.ChoiceField(choices=["DAY_OFF", "START", "TEMPLATE"])
    date = serializers.DateField(required=False, allow_null=True, default=None)
    weekday = serializers.IntegerField(
        min_value=0, max_value=6, required=False, allow_null=True, default=None
    )
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    earliest_start_minute = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    latest_start_minute = serializers.IntegerField(min_value=0, max_value=1440, default=1440)
    template = VisibleField(
        queryset=ShiftTemplate.objects.all(), required=False, allow_null=True, default=None
    )
    rank = serializers.IntegerField(min_value=1, max_value=9, default=1)
    message = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class PersonalRequestSerializer(serializers.ModelSerializer[PersonalRequest]):
    """A request about one's own availability or wishes."""

    answer = TextField()

    class Meta:
        model = PersonalRequest
        fields = (
            "id",
            "agent",
            "kind",
            "starts_on",
            "ends_on",
            "wanted",
            "message",
            "status",
            "answer",
            "requested_at",
            "decided_at",
        )
        read_only_fields = fields


class SwapSerializer(serializers.ModelSerializer[ShiftSwap]):
    """A swap."""

    answer = TextField()
    offered_by_name = serializers.CharField(source="offered_by.name", read_only=True)

    class Meta:
        model = ShiftSwap
        fields = (
            "id",
            "offered_by",
            "offered_by_name",
            "shift",
            "to_agent",
            "is_exchange",
            "return_shift",
            "operational_date",
            "starts_at",
            "ends_at",
            "status",
            "accepted_by",
            "message",
            "answer",
            "requested_at",
            "decided_at",
        )
        read_only_fields = fields


class SwapOfferSerializer(serializers.Serializer[Any]):
    """A shift to offer: to one colleague, to all, or in exchange for one of a colleague's."""

    shift = serializers.IntegerField(min_value=1, help_text="An own published shift.")
    to_agent = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="null: to all."
    )
    return_shift = serializers.IntegerField(
        min_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="A published shift of a colleague that is wanted in exchange.",
    )
    message = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class TakerSerializer(serializers.Serializer[Any]):
    """A colleague, and what stands against their taking the shift."""

    agent = serializers.IntegerField()
    name = serializers.CharField()
    may_take = serializers.BooleanField()
    reason = serializers.CharField(help_text="Empty where nothing stands against it.")


class ExchangeSerializer(serializers.Serializer[Any]):
    """A colleague's shift, and what stands against exchanging it."""

    shift = serializers.IntegerField()
    operational_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    may_exchange = serializers.BooleanField()
    reason = serializers.CharField(help_text="Empty where nothing stands against it.")


class OwnShiftSerializer(serializers.ModelSerializer[Shift]):
    """A published shift of one's own."""

    class Meta:
        model = Shift
        fields = (
            "id",
            "operational_date",
            "starts_at",
            "ends_at",
            "place",
            "paid_minutes",
            "revision",
        )
        read_only_fields = fields


class BidSerializer(serializers.ModelSerializer[ShiftBid]):
    """A bid."""

    answer = TextField()

    class Meta:
        model = ShiftBid
        fields = (
            "id",
            "open_shift",
            "agent",
            "rank",
            "status",
            "answer",
            "made_at",
            "decided_at",
        )
        read_only_fields = fields


class BidAskSerializer(serializers.Serializer[Any]):
    """How dear the offer is."""

    rank = serializers.IntegerField(min_value=1, max_value=9, default=1)


class OpenShiftSerializer(serializers.ModelSerializer[OpenShift]):
    """An offer of a shift, of overtime or of voluntary time off."""

    starts_at = InstantField()
    ends_at = InstantField()
    closes_at = InstantField(required=False, allow_null=True)
    queue = VisibleField(queryset=Queue.objects.all(), required=False, allow_null=True)
    site = VisibleField(queryset=Site.objects.all(), required=False, allow_null=True)
    team = VisibleField(queryset=Team.objects.all(), required=False, allow_null=True)
    for_agent = VisibleField(queryset=Agent.objects.all(), required=False, allow_null=True)
    places_left = serializers.SerializerMethodField()

    class Meta:
        model = OpenShift
        fields = (
            "id",
            "kind",
            "operational_date",
            "starts_at",
            "ends_at",
            "people",
            "places_left",
            "queue",
            "site",
            "team",
            "for_agent",
            "place",
            "rank_rule",
            "closes_at",
            "seed",
            "price_per_hour",
            "saved_cost",
            "note",
            "status",
            "created_at",
        )
        read_only_fields = ("id", "saved_cost", "status", "created_at")

    def get_places_left(self, row: OpenShift) -> int:
        """Places that nobody has been given yet."""
        return row.people - sum(bid.status == "WON" for bid in row.bids.all())


class CandidatesSerializer(serializers.Serializer[Any]):
    """Which offers of a re-optimisation to publish."""

    job = serializers.IntegerField(min_value=1, help_text="A finished re-optimisation.")
    kind = serializers.ChoiceField(choices=["overtime", "time_off"])
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=0), allow_empty=False, max_length=100
    )
    price_per_hour = serializers.DecimalField(
        max_digits=9, decimal_places=2, required=False, allow_null=True, default=None
    )


class ChangedDaySerializer(serializers.ModelSerializer[ShiftChangeDay]):
    """An operational day of an agent that changed."""

    class Meta:
        model = ShiftChangeDay
        fields = ("agent", "operational_date", "version", "version_revision")
        read_only_fields = fields


class ShiftChangeSerializer(serializers.ModelSerializer[ShiftChange]):
    """A change of published shifts: who, which days, why, before and after."""

    days = ChangedDaySerializer(many=True, read_only=True)

    class Meta:
        model = ShiftChange
        fields = (
            "id",
            "version",
            "kind",
            "changed_by",
            "why",
            "changed_at",
            "days",
            "before",
            "after",
        )
        read_only_fields = fields


class FeedSerializer(serializers.Serializer[Any]):
    """A secret calendar address; `url` is told once, when it is made."""

    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(allow_null=True)
