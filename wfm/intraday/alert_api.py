"""Alerts, limits, responsibilities, playbooks and contingency days over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.models import (
    Alert,
    AlertLog,
    AlertRule,
    Playbook,
    PlaybookRun,
    PlaybookRunStep,
    PlaybookStep,
    Responsibility,
)
from adherence.queries.contingency import METRIC_KEY, ContingencyMonth, contingency_days
from adherence.services.alerts import (
    UnableToAcknowledge,
    acknowledge,
    log_action,
    set_outcome,
    take_over,
)
from adherence.services.playbooks import (
    UnableToRun,
    end_run,
    save_playbook,
    start_playbook,
    tick_off,
)
from wfm.intraday.alert_serializers import (
    AlertActionSerializer,
    AlertOutcomeSerializer,
    AlertRuleSerializer,
    AlertSerializer,
    ContingencySerializer,
    EndSerializer,
    PlaybookRunSerializer,
    PlaybookSerializer,
    ResponsibilitySerializer,
    TickSerializer,
)
from wfm.intraday.verdict import verdict
from wfm.org.access_views import person_of
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet

MOST_MONTHS = 24
ACT = {"GET": "intraday.view", "POST": "intraday.act"}


@extend_schema_view(
    list=extend_schema(summary="List alerts, newest first"),
    retrieve=extend_schema(summary="Read an alert with what was done"),
)
class AlertViewSet(IdempotentMixin, ReadViewSet):
    """What is or was wrong, who answers for it, and what was done."""

    queryset = Alert.objects.select_related(
        "queue", "team", "site", "client", "skill", "owner", "owner_role"
    ).prefetch_related(Prefetch("log", queryset=AlertLog.objects.order_by("at", "pk")))
    serializer_class = AlertSerializer
    filterset_fields = ("kind", "status", "queue", "team", "site", "client", "owner")
    cursor_ordering = ("-opened_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = ACT

    def get_queryset(self) -> QuerySet[Any]:
        """Those that lasted long enough to be raised."""
        return super().get_queryset().exclude(opened_at=None)

    @extend_schema(summary="Acknowledge an alert", request=None, responses=AlertSerializer)
    def acknowledge(self, request: Request, pk: int) -> Response:
        """409 where somebody else did, or it is over."""
        alert: Any = self.get_object()
        return self._done(acknowledge, alert_id=alert.pk, by=person_of(request), at=now())

    @extend_schema(summary="Take an alert over", request=None, responses=AlertSerializer)
    def take_over(self, request: Request, pk: int) -> Response:
        """409 where it is over; a person's own session is needed."""
        alert: Any = self.get_object()
        person = person_of(request)
        if person is None:
            raise PermissionDenied(_("Only a person can take an alert over."))
        return self._done(take_over, alert_id=alert.pk, by=person, at=now())

    @extend_schema(
        summary="Write down what was done about an alert",
        request=AlertActionSerializer,
        responses=AlertSerializer,
    )
    def actions(self, request: Request, pk: int) -> Response:
        """Also after it is over."""
        alert: Any = self.get_object()
        asked = AlertActionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._done(
            log_action, alert_id=alert.pk, by=person_of(request), at=now(), **asked.validated_data
        )

    @extend_schema(
        summary="Say what came of an alert",
        request=AlertOutcomeSerializer,
        responses=AlertSerializer,
    )
    def outcome(self, request: Request, pk: int) -> Response:
        """An open one is over by that."""
        alert: Any = self.get_object()
        asked = AlertOutcomeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._done(
            set_outcome, alert_id=alert.pk, by=person_of(request), at=now(), **asked.validated_data
        )

    def _done(self, act: Any, **given: Any) -> Response:
        try:
            act(**given)
        except UnableToAcknowledge as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(self.get_object()).data)


class KeptViewSet(IdempotentMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, ReadViewSet):
    """Rows that planners keep."""

    required_permission: ClassVar[dict[str, str]] = {
        "GET": "intraday.view",
        "POST": "intraday.edit",
        "PATCH": "intraday.edit",
        "DELETE": "intraday.edit",
    }
    cursor_ordering = ("pk",)

    def destroy(self, request: Request, pk: int) -> Response:
        """204."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _described(what: str, plural: str) -> Any:
    return extend_schema_view(
        list=extend_schema(summary=f"List {plural}"),
        retrieve=extend_schema(summary=f"Get {what}"),
        create=extend_schema(summary=f"Add {what}"),
        partial_update=extend_schema(summary=f"Change {what}"),
        destroy=extend_schema(summary=f"Delete {what}"),
    )


@_described("a limit of alerts", "limits of alerts")
class AlertRuleViewSet(KeptViewSet):
    """When alerts are raised; built-in limits hold where no row says otherwise."""

    queryset = AlertRule.objects.all()
    serializer_class = AlertRuleSerializer


@_described("a responsibility", "responsibilities")
class ResponsibilityViewSet(KeptViewSet):
    """Who answers for what."""

    queryset = Responsibility.objects.all()
    serializer_class = ResponsibilitySerializer


@_described("a playbook", "playbooks")
class PlaybookViewSet(KeptViewSet):
    """Steps for one kind of trouble."""

    queryset = Playbook.objects.prefetch_related(
        Prefetch("steps", queryset=PlaybookStep.objects.order_by("position"))
    )
    serializer_class = PlaybookSerializer

    def perform_create(self, serializer: Any) -> None:
        """Write it with its steps."""
        values = dict(serializer.validated_data)
        steps = values.pop("steps")
        serializer.instance = save_playbook(playbook=Playbook(**values), steps=_steps(steps))

    def perform_update(self, serializer: Any) -> None:
        """Replace the steps where they are named."""
        values, row = dict(serializer.validated_data), serializer.instance
        steps = values.pop("steps", None)
        kept = [{"text": step.text, "owner": step.owner} for step in row.steps.order_by("position")]
        for name, value in values.items():
            setattr(row, name, value)
        save_playbook(playbook=row, steps=_steps(kept if steps is None else steps))
        serializer.instance = self.get_queryset().get(pk=row.pk)

    def destroy(self, request: Request, pk: int) -> Response:
        """409 where it has run: its days count; switch it off instead."""
        row: Any = self.get_object()
        if row.runs.exists():
            raise Conflict(
                _("%(name)s has run, and its days count; switch it off instead.")
                % {"name": row.name}
            )
        row.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _steps(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["text"], row.get("owner", "")) for row in rows]


@extend_schema_view(
    list=extend_schema(summary="List runs of playbooks, newest first"),
    retrieve=extend_schema(summary="Read a run with its steps"),
)
class PlaybookRunViewSet(IdempotentMixin, ReadViewSet):
    """Playbooks under way and done."""

    queryset = PlaybookRun.objects.select_related("playbook").prefetch_related(
        Prefetch("steps", queryset=PlaybookRunStep.objects.order_by("position"))
    )
    serializer_class = PlaybookRunSerializer
    filterset_fields = ("playbook", "alert", "local_date", "queue", "client", "site", "team")
    cursor_ordering = ("-started_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = ACT

    @extend_schema(
        summary="Tick a step off, or take the tick back",
        request=TickSerializer,
        responses=PlaybookRunSerializer,
    )
    def tick(self, request: Request, pk: int) -> Response:
        """409 where it is ticked off already, or the run has ended."""
        run: Any = self.get_object()
        asked = TickSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            tick_off(run=run, by=person_of(request), at=now(), **asked.validated_data)
        except PlaybookRunStep.DoesNotExist as error:
            raise NotFound(_("There is no such step.")) from error
        except UnableToRun as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(summary="End a run", request=EndSerializer, responses=PlaybookRunSerializer)
    def end(self, request: Request, pk: int) -> Response:
        """409 where it has ended."""
        run: Any = self.get_object()
        asked = EndSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            end_run(run=run, by=person_of(request), at=now(), **asked.validated_data)
        except UnableToRun as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(self.get_object()).data)


class PlaybookStartViewSet(IdempotentMixin, ReadViewSet):
    """Start a playbook by hand."""

    queryset = Playbook.objects.all()
    serializer_class = PlaybookRunSerializer
    required_permission: ClassVar[dict[str, str]] = {"POST": "intraday.act"}

    @extend_schema(summary="Start a playbook", request=None, responses={201: PlaybookRunSerializer})
    def start(self, request: Request, pk: int) -> Response:
        """409 where it is under way for the same scope."""
        book: Any = self.get_object()
        try:
            run = start_playbook(playbook=book, by=person_of(request), at=now())
        except UnableToRun as error:
            raise Conflict(str(error)) from error
        made = PlaybookRunViewSet.queryset.get(pk=run.pk)
        return Response(PlaybookRunSerializer(made).data, status=status.HTTP_201_CREATED)


class ContingencyView(APIView):
    """The share of contingency days."""

    required_permission = {"GET": "intraday.view"}

    @extend_schema(
        operation_id="contingency_days_retrieve",
        summary="Share of days on which a playbook was triggered, by month, client and site",
        parameters=[OpenApiParameter("months", OpenApiTypes.INT, description="1 to 24; 6.")],
        responses=ContingencySerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the months up to this one."""
        months = row_number(request.query_params.get("months", "6"))
        if months is None or not 1 <= months <= MOST_MONTHS:
            raise ValidationError({"months": _("Expected 1 to 24 months.")})
        lines = contingency_days(principal=request.user, months=months, today=localdate())
        body = {
            "metric": METRIC_KEY,
            "lines": [
                {
                    "client": None if line.client is None else line.client.pk,
                    "site": None if line.site is None else line.site.pk,
                    "months": [_month(month) for month in line.months],
                    "verdict": verdict(line.total.share),
                }
                for line in lines
            ],
        }
        return Response(ContingencySerializer(body).data)


def _month(month: ContingencyMonth) -> dict[str, Any]:
    return {
        "month": month.month,
        "days_with_playbook": month.days_with_playbook,
        "days": month.days,
        "share": month.share,
    }
