"""The live path over REST: how it stands, late taps, old events taken after all."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.models import ActivityEvent, QuarantinedEvent
from adherence.queries.late_taps import closed_by_rule, late_taps
from adherence.services.retry import UnableToTake, take_after_all
from adherence.services.status import LiveStatus, live_status
from wfm.org.access import access_of
from wfm.org.access_views import person_of
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ListViewSet


class DelaysSerializer(serializers.Serializer[Any]):
    """From the receipt of an event to the announcement of its agent's row, last five minutes."""

    events = serializers.IntegerField()
    p50_seconds = serializers.FloatField(allow_null=True)
    p95_seconds = serializers.FloatField(allow_null=True)
    p99_seconds = serializers.FloatField(allow_null=True)


class FeedStateSerializer(serializers.Serializer[Any]):
    """A feed and whether it is heard."""

    source = serializers.CharField()  # type: ignore[assignment]
    last_heard_at = serializers.DateTimeField(allow_null=True)
    silence_limit_seconds = serializers.IntegerField(allow_null=True)
    is_silent = serializers.BooleanField()


class QuarantineCountSerializer(serializers.Serializer[Any]):
    """Events of one source and reason that nobody has resolved."""

    source = serializers.CharField()  # type: ignore[assignment]
    reason_code = serializers.CharField()
    events = serializers.IntegerField()
    times_seen = serializers.IntegerField()


class LiveStatusSerializer(serializers.Serializer[Any]):
    """How the live path stands."""

    at = serializers.DateTimeField()
    keeper = serializers.ChoiceField(
        choices=["alive", "behind", "missing"],
        help_text="`behind`: a mark has waited for more than five seconds.",
    )
    delays = DelaysSerializer(allow_null=True, help_text="Null while Redis does not answer.")
    events_per_second = serializers.DictField(
        child=serializers.FloatField(), help_text="By source, mean of the last five minutes."
    )
    viewers = serializers.IntegerField(allow_null=True, help_text="Open live lists and walls.")
    marks_waiting = serializers.IntegerField(help_text="Batches the keeper has not looked at.")
    oldest_mark_at = serializers.DateTimeField(allow_null=True)
    days_waiting = serializers.IntegerField(help_text="Agent-days to be computed again.")
    feeds = FeedStateSerializer(many=True)
    quarantine = QuarantineCountSerializer(many=True)
    first_partition = serializers.DateField(allow_null=True)
    last_partition = serializers.DateField(allow_null=True)
    has_events_outside_partitions = serializers.BooleanField()


def _as_json(found: LiveStatus) -> dict[str, Any]:
    pulse, waiting, days = found.pulse, found.waiting, found.partitions.days
    return {
        "at": found.at,
        "keeper": found.keeper_state,
        "delays": asdict(pulse.delays) if pulse else None,
        "events_per_second": pulse.per_second_by_source if pulse else {},
        "viewers": pulse.viewers if pulse else None,
        "marks_waiting": waiting.marks,
        "oldest_mark_at": waiting.oldest_mark_at,
        "days_waiting": waiting.days,
        "feeds": [asdict(feed) for feed in found.feeds],
        "quarantine": [asdict(row) for row in found.quarantine],
        "first_partition": days[0] if days else None,
        "last_partition": days[-1] if days else None,
        "has_events_outside_partitions": found.partitions.has_strays,
    }


class StatusView(APIView):
    """The live path."""

    required_permission = {"GET": "job.view"}

    @extend_schema(summary="How the live path stands", responses=LiveStatusSerializer)
    def get(self, request: Request) -> Response:
        """Return delays, feeds, quarantine, what waits, partitions, viewers."""
        if not access_of(request.user).is_internal:
            raise PermissionDenied(_("This is for our own people."))
        return Response(LiveStatusSerializer(_as_json(live_status(at=now()))).data)


class LateTapSerializer(serializers.ModelSerializer[ActivityEvent]):
    """A tap that reached us more than two minutes after it was made."""

    employee_number = serializers.CharField(source="agent.employee_number", read_only=True)
    name = serializers.CharField(source="agent.name", read_only=True)
    code = serializers.CharField(
        source="activity_code.key", read_only=True, default=None, help_text="Null: clocked out."
    )
    late_seconds = serializers.SerializerMethodField(help_text="From the tap to its receipt.")

    class Meta:
        model = ActivityEvent
        fields: ClassVar[list[str]] = [
            "id",
            "agent",
            "employee_number",
            "name",
            "kind",
            "code",
            "occurred_at",
            "received_at",
            "device_at",
            "late_seconds",
        ]
        read_only_fields = fields

    def get_late_seconds(self, event: ActivityEvent) -> int:
        """How late."""
        return int((event.received_at - event.occurred_at).total_seconds())


class ClosingSerializer(serializers.ModelSerializer[ActivityEvent]):
    """A clock-out that the rule set, because none came."""

    employee_number = serializers.CharField(source="agent.employee_number", read_only=True)
    name = serializers.CharField(source="agent.name", read_only=True)
    operational_date = serializers.DateField(
        source="shift_date", read_only=True, help_text="Null: no shift went before."
    )

    class Meta:
        model = ActivityEvent
        fields: ClassVar[list[str]] = [
            "id",
            "agent",
            "employee_number",
            "name",
            "occurred_at",
            "received_at",
            "operational_date",
        ]
        read_only_fields = fields


class ReceivedViewSet(ListViewSet):
    """Events that a lead is told of, by when they reached us."""

    queryset = ActivityEvent.objects.all()
    filterset_fields = ("agent",)
    cursor_ordering = ("-received_at", "-pk")
    required_permission = {"GET": "adherence.view"}
    select: ClassVar[Callable[..., QuerySet[ActivityEvent]]]
    """Which of them: a query of `queries.late_taps`."""

    def get_queryset(self) -> QuerySet[Any]:
        """Those received in the period, by default in the last seven days."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        first, last = date_span(self.request, default_days=7, today=now().date())
        return type(self).select(
            principal=self.request.user,
            begin=datetime.combine(first, time(), UTC),
            end=datetime.combine(last + timedelta(days=1), time(), UTC),
        )


@extend_schema_view(
    list=extend_schema(
        summary="List taps that arrived late, the last received first",
        parameters=[FROM_DATE, TO_DATE],
    )
)
class LateTapViewSet(ReceivedViewSet):
    """Taps of the portal that were made without network, for the team lead."""

    serializer_class = LateTapSerializer
    select = staticmethod(late_taps)


@extend_schema_view(
    list=extend_schema(
        summary="List clock-outs that the rule set, the last first",
        parameters=[FROM_DATE, TO_DATE],
    )
)
class ClosingViewSet(ReceivedViewSet):
    """Forgotten clock-outs, for the team lead."""

    serializer_class = ClosingSerializer
    select = staticmethod(closed_by_rule)


class TakeOldSerializer(serializers.Serializer[Any]):
    """Why an old event counts after all."""

    reason = serializers.CharField(max_length=300)


class TakenEventSerializer(serializers.ModelSerializer[ActivityEvent]):
    """The event that was taken."""

    class Meta:
        model = ActivityEvent
        fields: ClassVar[list[str]] = ["id", "agent", "occurred_at", "source", "event_uid"]
        read_only_fields = fields


class TakeOldView(IdempotentMixin, APIView):
    """Events refused for their age."""

    required_permission = {"POST": "adherence.edit"}

    @extend_schema(
        summary="Take an event after all that was refused for its age",
        description="Its days are computed again and keep both figures, with who and why.",
        request=TakeOldSerializer,
        responses={201: TakenEventSerializer},
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002 - the name of the path
        """Take it; 409 with the reason when that is not possible."""
        kept = get_object_or_404(QuarantinedEvent.objects.visible_to(request.user), pk=id)
        form = TakeOldSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            taken = take_after_all(
                event=kept,
                reason=form.validated_data["reason"],
                taken_by=person_of(request),
                at=now(),
            )
        except UnableToTake as error:
            raise Conflict(str(error)) from error
        return Response(TakenEventSerializer(taken).data, status=status.HTTP_201_CREATED)
