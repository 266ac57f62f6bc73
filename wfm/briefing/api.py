"""The daily briefing over REST, and who wants it by e-mail."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import get_current_timezone_name, now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.models import BriefingSubscription
from wfm.briefing.daily import DayPart, briefing
from wfm.briefing.mail import subscribe
from wfm.org.access_views import person_of
from wfm.org.models import User
from wfm.org.models.base import validate_time_zone
from wfm.web.api.fields import InstantField


class BriefingQueueSerializer(serializers.Serializer[Any]):
    """One queue on one day."""

    queue = serializers.IntegerField(source="queue.pk")
    name = serializers.CharField(source="queue.name")
    goal = serializers.FloatField(allow_null=True)
    level = serializers.FloatField(allow_null=True, help_text="Service so far.")
    expected = serializers.FloatField(allow_null=True, help_text="Over the rest of the day.")
    came = serializers.FloatField()
    forecast = serializers.FloatField(help_text="Locked before the day, for the same time.")
    short_hours = serializers.FloatField()
    over_hours = serializers.FloatField()


class BriefingPeopleSerializer(serializers.Serializer[Any]):
    """People of one day."""

    adherence_rate = serializers.FloatField(allow_null=True)
    shrinkage_rate = serializers.FloatField(allow_null=True)
    planned_shrinkage_rate = serializers.FloatField(allow_null=True)


class BriefingDaySerializer(serializers.Serializer[Any]):
    """One day."""

    date = serializers.DateField()
    queues = BriefingQueueSerializer(many=True)
    people = BriefingPeopleSerializer(allow_null=True)
    alerts = serializers.IntegerField()
    playbook_runs = serializers.IntegerField()


class BriefingRiskSerializer(serializers.Serializer[Any]):
    """A window at risk today."""

    queue = serializers.IntegerField()
    name = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    cost = serializers.FloatField()
    owner = serializers.CharField()


class BriefingSerializer(serializers.Serializer[Any]):
    """Yesterday, today so far, and what is at risk."""

    as_of = InstantField()
    timezone = serializers.CharField()
    adherence_target = serializers.FloatField()
    yesterday = BriefingDaySerializer()
    today = BriefingDaySerializer()
    risks = BriefingRiskSerializer(many=True)
    open_alerts = serializers.IntegerField()


class BriefingView(APIView):
    """The daily briefing."""

    required_permission = {"GET": "intraday.view"}

    @extend_schema(
        operation_id="briefing_retrieve",
        summary="Read the daily briefing",
        responses=BriefingSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return it as it stands now, for everything that the caller sees."""
        found = briefing(principal=request.user, timezone=get_current_timezone_name(), at=now())
        body = {
            "as_of": found.at,
            "timezone": found.timezone,
            "adherence_target": found.adherence_target,
            "yesterday": _day(found.yesterday),
            "today": _day(found.today),
            "risks": [
                {
                    "queue": risk.queue.pk,
                    "name": risk.queue.name,
                    "starts_at": risk.starts_at,
                    "ends_at": risk.ends_at,
                    "cost": risk.window.cost,
                    "owner": risk.owner_name,
                }
                for risk in found.risks
            ],
            "open_alerts": len(found.open_alerts),
        }
        return Response(BriefingSerializer(body).data)


def _day(part: DayPart) -> dict[str, Any]:
    return {
        "date": part.on,
        "queues": part.queues,
        "people": part.people,
        "alerts": len(part.alerts),
        "playbook_runs": part.runs,
    }


class WishSerializer(serializers.Serializer[Any]):
    """When the briefing comes by e-mail."""

    is_active = serializers.BooleanField()
    at_minute = serializers.IntegerField(
        min_value=0, max_value=1439, help_text="Minute of the local day: 450 is 07:30."
    )
    timezone = serializers.CharField(max_length=64)
    weekdays = serializers.RegexField(r"^[0-6]{1,7}$", help_text="Digits, 0 for Monday.")

    def validate_timezone(self, value: str) -> str:
        """Refuse what is no zone."""
        validate_time_zone(value)
        return value


class BriefingWishView(APIView):
    """One's own wish for the briefing by e-mail."""

    required_permission = {"GET": "intraday.view", "PUT": "intraday.view"}

    @extend_schema(
        operation_id="briefing_wish_retrieve",
        summary="Read when my briefing comes by e-mail",
        responses=WishSerializer,
    )
    def get(self, request: Request) -> Response:
        """Without a wish it does not come."""
        person = _person(request)
        row = BriefingSubscription.objects.filter(user=person).first()
        if row is None:
            row = BriefingSubscription(
                user=person, is_active=False, timezone=get_current_timezone_name()
            )
        return Response(WishSerializer(row).data)

    @extend_schema(
        operation_id="briefing_wish_update",
        summary="Say when my briefing comes by e-mail",
        request=WishSerializer,
        responses=WishSerializer,
    )
    def put(self, request: Request) -> Response:
        """The first one is the next whose time is still ahead."""
        person = _person(request)
        asked = WishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = subscribe(user=person, at=now(), **asked.validated_data)
        return Response(WishSerializer(row).data)


def _person(request: Request) -> User:
    person = person_of(request)
    if person is None:
        raise PermissionDenied(_("An API key has no mailbox; ask as a person."))
    return person
