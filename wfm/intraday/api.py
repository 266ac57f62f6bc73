"""The day in hand over REST: figures, risks, suggestions and measures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.timezone import get_current_timezone_name, now
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.models import Alert, Measure, MeasureStatus
from wfm.intraday.accept import Chosen, UnableToAccept, accept, end_measure
from wfm.intraday.asked import Scopes, UnableToLook, ask_of, helping_span, span_between
from wfm.intraday.day import Day, QueueDay, day_of
from wfm.intraday.options import (
    Span,
    Suggestion,
    suggestions,
    time_off_suggestions,
    together,
)
from wfm.intraday.people import moment
from wfm.intraday.risks import Risk, risks
from wfm.intraday.serializers import (
    AcceptSerializer,
    DayInHandSerializer,
    MeasureSerializer,
    SuggestionsSerializer,
)
from wfm.org.access_views import person_of
from wfm.org.models import Client, Queue, Site, Team
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet
from wfm.web.formats import zone_of

SCOPE_PARAMETERS = [
    OpenApiParameter(name, OpenApiTypes.INT, description=f"Number of a {name}.")
    for name in ("client", "site", "team", "queue")
]
MODELS: dict[str, Any] = {"client": Client, "site": Site, "team": Team, "queue": Queue}


class IntradayView(APIView):
    """Actual against forecast, requirement and schedule, and what is at risk."""

    required_permission = {"GET": "intraday.view"}

    @extend_schema(
        operation_id="intraday_retrieve",
        summary="Read the day in hand",
        parameters=[
            OpenApiParameter("date", OpenApiTypes.DATE, description="A local day; today."),
            OpenApiParameter(
                "intervals", OpenApiTypes.BOOL, description="With the figures of each interval."
            ),
            *SCOPE_PARAMETERS,
        ],
        responses=DayInHandSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the queues, worst first, and the windows at risk, the dearest first."""
        day = _day(request, on=_date(request))
        found = risks(day)
        asked = {queue_day.queue.pk for queue_day in day.queues}
        with_intervals = request.query_params.get("intervals") in {"true", "1"}
        rows = [_queue(item, found, with_intervals) for item in day.queues]
        body = {
            "date": day.ask.starts_on,
            "timezone": day.ask.timezone,
            "as_of": day.ask.at,
            "queues": sorted(rows, key=lambda row: (-row["risk_cost"], row["name"])),
            "risks": [_risk(risk) for risk in found if risk.queue.pk in asked],
        }
        return Response(DayInHandSerializer(body).data)


def _queue(item: QueueDay, found: list[Risk], with_intervals: bool) -> dict[str, Any]:  # noqa: FBT001 - from the query
    goal, breaches, so_far = item.goal(), item.breaches, item.so_far()
    row = {
        "queue": item.queue.pk,
        "name": item.queue.name,
        "is_live": item.queue.is_live,
        "goal_level": None if goal is None else goal.level,
        "level_so_far": item.level_so_far(),
        "level_rest": item.level_rest(),
        "offered_so_far": item.came,
        "forecast_so_far": so_far.forecast,
        "required_now": item.required_now(),
        "scheduled_now": item.scheduled_now(),
        "planned_now": item.people.planned,
        "present_now": item.people.present,
        "unseen_now": item.people.unseen,
        "risk_cost": sum(r.window.cost for r in found if r.queue.pk == item.queue.pk),
        "open_items": item.open_items,
        "overdue_items": item.overdue_items,
        "will_breach_at": None if breaches is None else breaches.at,
        "hours_missing": None if breaches is None else breaches.hours_missing,
        "notes": list(item.line.notes),
    }
    if with_intervals:
        row["intervals"] = item.intervals()
    return row


def _risk(risk: Risk) -> dict[str, Any]:
    window = risk.window
    return {
        "queue": risk.queue.pk,
        "name": risk.queue.name,
        "starts_at": risk.starts_at,
        "ends_at": risk.ends_at,
        "worst_at": risk.worst_at,
        "cause": window.cause.value,
        "at_risk": window.at_risk,
        "counted": window.counted,
        "level": window.level,
        "short_hours": window.short_hours,
        "cost": window.cost,
        "owner": risk.owner_name,
        "will_breach_at": None if risk.breaches is None else risk.breaches.at,
    }


WINDOW_PARAMETERS = [
    OpenApiParameter("queue", OpenApiTypes.INT, required=True),
    OpenApiParameter("starts_at", OpenApiTypes.DATETIME, required=True),
    OpenApiParameter("ends_at", OpenApiTypes.DATETIME, required=True),
]


class SuggestionsView(APIView):
    """What to do about a window, with the effect of each."""

    required_permission = {"GET": "intraday.view"}

    @extend_schema(
        operation_id="intraday_suggestions_retrieve",
        summary="What could be done about a window at risk",
        parameters=[
            *WINDOW_PARAMETERS,
            OpenApiParameter(
                "aim",
                OpenApiTypes.STR,
                enum=["help", "free"],
                description="help (default): more people; free: who could go home early.",
            ),
        ],
        responses=SuggestionsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the suggestions, what is worth most first."""
        queue = _chosen(request, "queue")
        if queue is None:
            raise ValidationError({"queue": _("Expected the number of a queue.")})
        starts_at, ends_at = _instant(request, "starts_at"), _instant(request, "ends_at")
        day, queue_day, span = window_of(request.user, queue, starts_at, ends_at, at=now())
        is_free = request.query_params.get("aim") == "free"
        found = (time_off_suggestions if is_free else suggestions)(day, queue_day, span)
        joint = together(day, queue_day, span, found)
        body = {
            "queue": queue.pk,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "suggestions": [_suggestion(item) for item in found],
            "together": None
            if joint is None
            else {"agents": [item.agent.pk for item in joint[0]], "effect": joint[1].as_json()},
        }
        return Response(SuggestionsSerializer(body).data)


def window_of(
    principal: object, queue: Queue, starts_at: datetime, ends_at: datetime, *, at: datetime
) -> tuple[Day, QueueDay, Span]:
    """Return the day of a queue's window, the queue in it, and when people help."""
    zone = zone_of(queue.timezone)
    ask = ask_of(
        principal=principal,
        day=max(starts_at, at).astimezone(zone).date(),
        timezone=queue.timezone,
        at=at,
        scopes=Scopes(queue=queue),
    )
    day = day_of(ask)
    queue_day = day.of(queue.pk)
    if queue_day is None:
        raise NotFound(_("Nothing is asked of this queue on that day."))
    try:
        span = span_between(day, starts_at, ends_at)
    except UnableToLook as error:
        raise ValidationError({"starts_at": str(error)}) from error
    return day, queue_day, helping_span(day, queue_day, span)


def _suggestion(item: Suggestion) -> dict[str, Any]:
    option = item.option
    return {
        "kind": item.kind,
        "queue": item.queue.pk,
        "other_queue": None if item.other_queue is None else item.other_queue.pk,
        "agent": item.agent.pk,
        "agent_name": item.agent.name,
        "starts_at": moment(option.starts_at),
        "ends_at": moment(option.ends_at),
        "moved_from_at": None if option.moved_from is None else moment(option.moved_from),
        "effect": item.effect.as_json(),
    }


@extend_schema_view(
    list=extend_schema(summary="List accepted measures"),
    retrieve=extend_schema(summary="Read an accepted measure"),
)
class MeasureViewSet(IdempotentMixin, ReadViewSet):
    """What was accepted, with the effect that was expected of it."""

    queryset = Measure.objects.select_related("agent")
    serializer_class = MeasureSerializer
    filterset_fields = ("queue", "agent", "kind", "status")
    cursor_ordering = ("-starts_at", "-pk")
    required_permission = {"GET": "intraday.view", "POST": "intraday.act"}

    @extend_schema(
        summary="Accept a suggestion", request=AcceptSerializer, responses={201: MeasureSerializer}
    )
    def create(self, request: Request) -> Response:
        """409 where it is not possible any more, or the agent has agreed to something else then."""
        asked = AcceptSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        queue = Queue.objects.visible_to(request.user).filter(pk=wanted["queue"]).first()
        if queue is None:
            raise NotFound(_("There is no such queue."))
        day, queue_day, span = window_of(
            request.user, queue, wanted["window_starts_at"], wanted["window_ends_at"], at=now()
        )
        try:
            made = accept(
                day=day,
                queue_day=queue_day,
                span=span,
                chosen=Chosen(
                    kind=wanted["kind"],
                    agent_id=wanted["agent"],
                    starts_at=wanted["starts_at"],
                    ends_at=wanted["ends_at"],
                ),
                by=person_of(request),
                alert=_alert(request, wanted.get("alert")),
            )
        except UnableToAccept as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Say that a measure is done", request=None, responses=MeasureSerializer)
    def done(self, request: Request, pk: int) -> Response:
        """409 where it is done or withdrawn."""
        return self._end(request, MeasureStatus.DONE)

    @extend_schema(summary="Withdraw a measure", request=None, responses=MeasureSerializer)
    def withdraw(self, request: Request, pk: int) -> Response:
        """409 where it is done or withdrawn."""
        return self._end(request, MeasureStatus.WITHDRAWN)

    def _end(self, request: Request, to: MeasureStatus) -> Response:
        row: Any = self.get_object()
        try:
            ended = end_measure(measure=row, status=to, by=person_of(request), at=now())
        except UnableToAccept as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(ended).data)


def _alert(request: Request, pk: int | None) -> Alert | None:
    if pk is None:
        return None
    found = Alert.objects.visible_to(request.user).shown().filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such alert."))
    return found


def _day(request: Request, *, on: date | None) -> Day:
    chosen = {name: _chosen(request, name) for name in MODELS}
    team = chosen["team"]
    places = (chosen["queue"], chosen["site"], chosen["client"], team.site if team else None)
    zone = next((str(place.timezone) for place in places if place is not None), None)
    zone = zone or get_current_timezone_name()
    at = now()
    return day_of(
        ask_of(
            principal=request.user,
            day=on or at.astimezone(zone_of(zone)).date(),
            timezone=zone,
            at=at,
            scopes=Scopes(**chosen),
        )
    )


def _chosen(request: Request, name: str) -> Any:
    """Return the row that the query names; another tenant's is like one that does not exist."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    found = (
        None
        if number is None
        else MODELS[name].objects.visible_to(request.user).filter(pk=number).first()
    )
    if found is None:
        raise NotFound(_("There is no such %(name)s.") % {"name": name})
    return found


def _date(request: Request) -> date | None:
    text = request.query_params.get("date", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({"date": _("Expected a date such as 2026-03-31.")}) from error


def _instant(request: Request, name: str) -> datetime:
    field = InstantField()
    try:
        return field.run_validation(request.query_params.get(name, ""))  # type: ignore[no-any-return]
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error
