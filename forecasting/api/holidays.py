"""National calendars of queues over REST."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from forecasting import queries
from forecasting.api.serializers import QueueField
from forecasting.services import UnableToSetSpecialDay, set_holiday_codes
from wfm.org.models import Queue
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import VisibleQuerysetMixin


class HolidayCalendarSerializer(serializers.Serializer[Any]):
    """The countries whose holidays move a queue's volume."""

    queue = QueueField()
    codes = serializers.CharField(
        allow_blank=True,
        max_length=80,
        help_text="Countries and their parts: GB, US-NY or DE-BY,AT. Empty means none.",
    )


class NextHolidaySerializer(serializers.Serializer[Any]):
    """A national holiday."""

    date = serializers.DateField(source="on_date")
    name = serializers.CharField(source="kind")


class HolidayCalendarDetailSerializer(HolidayCalendarSerializer):
    """The same with the holidays that it brings next."""

    next_holidays = NextHolidaySerializer(many=True)


class HolidayCalendarViewSet(IdempotentMixin, VisibleQuerysetMixin, GenericViewSet[Any]):
    """Countries whose holidays move a queue's volume, and the holidays that come next."""

    queryset = Queue.objects.all()
    serializer_class = HolidayCalendarSerializer
    filter_backends = ()
    pagination_class = None
    required_permission = {"GET": "history.view", "POST": "history.edit"}

    @extend_schema(
        summary="Get the calendars of a queue",
        responses=HolidayCalendarDetailSerializer,
    )
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return the queue's codes and its next holidays."""
        return _answer(self.get_object())

    @extend_schema(
        summary="Set the calendars of a queue",
        responses={201: HolidayCalendarDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Set them; the next forecast knows their holidays, or none where the codes are empty."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        queue = asked.validated_data["queue"]
        try:
            set_holiday_codes(queue=queue, codes=asked.validated_data["codes"])
        except UnableToSetSpecialDay as error:
            raise ValidationError({"codes": str(error)}) from error
        return _answer(queue, status=201)


def _answer(queue: Queue, *, status: int = 200) -> Response:
    shown = {
        "queue": queue,
        "codes": queue.holiday_codes,
        "next_holidays": queries.next_holidays(queue, after=now()),
    }
    return Response(HolidayCalendarDetailSerializer(shown).data, status=status)
