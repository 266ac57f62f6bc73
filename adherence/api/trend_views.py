"""Trends and measured shrinkage over REST."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from adherence.api.trend_serializers import (
    ShrinkageSerializer,
    StepRowSerializer,
    TakenOverSerializer,
    TakeOverSerializer,
    TrendCompletenessSerializer,
    TrendPageSerializer,
    cause_of,
    estimate_of,
    waterfall_of,
)
from adherence.core.measured_shrinkage import BAND_HOURS, Bands, MeasuredShrinkage
from adherence.core.time_cells import Reason
from adherence.core.waterfall import Waterfall
from adherence.queries import (
    TrendBy,
    TrendQuestion,
    TrendStep,
    completeness,
    measured_shrinkage,
    profile_on,
    sees_everyone,
    trends,
)
from adherence.services import (
    CauseChoice,
    UnableToTakeOver,
    default_is_scheduled,
    take_over_shrinkage,
)
from staffing.models import ShrinkageProfile
from wfm.org.access import agent_filter
from wfm.org.api.lookups import queue_of
from wfm.org.models import ActivityCode, Agent, Client, Queue, Site, Team
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.formats import zone_of

LONGEST_DAYS = 400
BY = OpenApiParameter("by", str, description="What time is summed over.", enum=list(TrendBy))
STEP = OpenApiParameter("step", str, description="Day, week or month.", enum=list(TrendStep))
FILTERS = [
    OpenApiParameter("team", OpenApiTypes.INT, description="Only time in this team."),
    OpenApiParameter("site", OpenApiTypes.INT, description="Only time at this site."),
    OpenApiParameter("client", OpenApiTypes.INT, description="Only time on this client's queues."),
    OpenApiParameter("queue", OpenApiTypes.INT, description="Only time on this queue."),
]
QUEUE = OpenApiParameter("queue", OpenApiTypes.INT, required=True, description="The queue.")
BAND = OpenApiParameter(
    "band_hours", int, description="Hours of a band of the day.", enum=list(BAND_HOURS)
)
WEEKDAY = OpenApiParameter("by_weekday", bool, description="Each weekday apart.")


class TrendViewSet(GenericViewSet[Any]):
    """Time by activity and the paid-time waterfall, from stored days."""

    queryset = Team.objects.none()
    required_permission = {"GET": "adherence.view"}
    cursor_ordering = ("pk",)

    @extend_schema(
        summary="Sum time up by agent, team, site, client or queue",
        description=(
            "Paid → present → available → handling with what each step lost, time by activity, and "
            "the same of the period before: as many days, or as many whole months."
        ),
        parameters=[FROM_DATE, TO_DATE, BY, *FILTERS],
        responses=TrendPageSerializer,
    )
    def list(self, request: Request) -> Response:
        """Return one row per group, in cursor pages."""
        question = _question(request)
        if question.by is TrendBy.ALL:
            page: list[Any] = [None]
        else:
            page = self.paginate_queryset(_groups(request, question)) or []
        if question.by is TrendBy.AGENT:
            ids = tuple(agent.pk for agent in page)
            question = TrendQuestion(**vars(question) | {"agent_ids": ids})
        found, keys = trends(question, principal=request.user), _keys()
        rows = [
            {
                "id": group.pk if group else None,
                "name": str(group) if group else "",
                **waterfall_of(found.groups.get(number, Waterfall()), keys),
                "before": waterfall_of(found.groups_before.get(number, Waterfall()), keys),
            }
            for group in page
            for number in [group.pk if group else 0]
        ]
        paging: dict[str, Any] = {"next": None, "previous": None, "results": rows}
        if question.by is not TrendBy.ALL:
            paging = self.get_paginated_response(rows).data
        return Response(paging | {"completeness": _complete(question, request)})

    @extend_schema(
        summary="Sum time up by day, week or month",
        parameters=[FROM_DATE, TO_DATE, STEP, *FILTERS],
        responses=StepRowSerializer(many=True),
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def steps(self, request: Request) -> Response:
        """Return one row per step of the period that has time."""
        found, keys = trends(_question(request), principal=request.user), _keys()
        return Response(
            [
                {"starts_on": day, **waterfall_of(waterfall, keys)}
                for day, waterfall in sorted(found.steps.items())
            ]
        )

    @extend_schema(
        summary="Say what the figures of a period rest on",
        parameters=[FROM_DATE, TO_DATE],
        responses=TrendCompletenessSerializer,
        filters=False,
    )
    @action(detail=False, pagination_class=None)
    def completeness(self, request: Request) -> Response:
        """Return how many agent-days are computed, missing and still under way."""
        return Response(_complete(_question(request), request))


class ShrinkageView(IdempotentMixin, APIView):
    """Shrinkage as measured, and its way to staffing."""

    required_permission = {"GET": "adherence.view", "POST": "staffing.edit"}

    @extend_schema(
        summary="Measure a queue's shrinkage",
        description=(
            "Shares of paid time not available, by cause and band of the week, on finished days; "
            "with intervals, and the share of the whole week where a band has seen too little."
        ),
        parameters=[QUEUE, FROM_DATE, TO_DATE, BAND, WEEKDAY],
        responses=ShrinkageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return causes and lines; by default of the last 28 days."""
        queue = queue_of(request, request.query_params.get("queue", ""))
        first, last = _period(request)
        measured = measured_shrinkage(
            queue=queue, first=first, last=last, bands=_bands(request), principal=request.user
        )
        profile = profile_on(queue, localdate(timezone=zone_of(queue.timezone)))
        told = _measured(measured, _keys()) | {
            "queue": queue.pk,
            "first_date": first,
            "last_date": last,
            "is_everyone": sees_everyone(request.user),
            "in_force": None if profile is None else _profile(profile),
        }
        return Response(ShrinkageSerializer(told).data)

    @extend_schema(
        summary="Take measured shrinkage over into staffing",
        description=(
            "Measures again, then begins a shrinkage profile on a date after today; 409 where too "
            "little was seen, the profile overlaps another, or nobody would be left."
        ),
        request=TakeOverSerializer,
        responses={201: TakenOverSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin the profile."""
        form = TakeOverSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        queue = queue_of(request, str(asked["queue"]))
        if not sees_everyone(request.user):
            raise Conflict(_("You see only some of the people who work on this queue."))
        _check_span(asked["first_date"], asked["last_date"])
        measured = measured_shrinkage(
            queue=queue,
            first=asked["first_date"],
            last=asked["last_date"],
            bands=Bands(hours=asked["band_hours"], by_weekday=asked["by_weekday"]),
            principal=request.user,
        )
        try:
            profile = take_over_shrinkage(
                queue=queue,
                measured=measured,
                choices=dict(_choice(choice) for choice in asked["choices"]),
                name=asked["name"],
                starts_on=asked["starts_on"],
                today=localdate(timezone=zone_of(queue.timezone)),
            )
        except UnableToTakeOver as error:
            raise Conflict(str(error)) from error
        return Response(_taken(profile), status=status.HTTP_201_CREATED)


def _question(request: Request) -> TrendQuestion:
    first, last = _period(request)
    return TrendQuestion(
        first=first,
        last=last,
        by=TrendBy(_word(request, "by", [str(by) for by in TrendBy], TrendBy.ALL)),
        step=TrendStep(_word(request, "step", [str(step) for step in TrendStep], TrendStep.DAY)),
        team_id=_row(request, "team", Team.objects.visible_to(request.user)),
        site_id=_row(request, "site", Site.objects.visible_to(request.user)),
        client_id=_row(request, "client", Client.objects.visible_to(request.user)),
        queue_id=_row(request, "queue", Queue.objects.visible_to(request.user)),
    )


def _period(request: Request) -> tuple[date, date]:
    first, last = date_span(request, default_days=28, today=now().date())
    _check_span(first, last)
    return first, last


def _check_span(first: date, last: date) -> None:
    if first > last:
        raise ValidationError({"last_date": _("Expected a day not before first_date.")})
    if (last - first).days >= LONGEST_DAYS:
        raise ValidationError(
            {"from": _("Expected at most %(days)d days.") % {"days": LONGEST_DAYS}}
        )


def _groups(request: Request, question: TrendQuestion) -> QuerySet[Any]:
    """What the rows are about, as far as the principal may see it."""
    if question.by is TrendBy.AGENT:
        agents = Agent.objects.filter(agent_filter(request.user, "adherence.view"))
        return (
            agents
            if question.team_id is None
            else agents.filter(assignments__team=question.team_id).distinct()
        )
    models: dict[TrendBy, Any] = {
        TrendBy.TEAM: Team,
        TrendBy.SITE: Site,
        TrendBy.CLIENT: Client,
        TrendBy.QUEUE: Queue,
    }
    found: QuerySet[Any] = models[question.by].objects.visible_to(request.user)
    return found


def _row(request: Request, name: str, visible: QuerySet[Any]) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise ValidationError({name: _("Expected an id.")})
    if not visible.filter(pk=number).exists():
        raise NotFound(_("There is no %(what)s %(pk)s.") % {"what": name, "pk": text})
    return number


def _word(request: Request, name: str, known: list[str], default: str) -> str:
    text = request.query_params.get(name, "") or default
    if text not in known:
        raise ValidationError({name: _("Expected one of %(known)s.") % {"known": ", ".join(known)}})
    return text


def _bands(request: Request) -> Bands:
    hours = _word(request, "band_hours", [str(hours) for hours in BAND_HOURS], "24")
    weekday = _word(request, "by_weekday", ["true", "false"], "false")
    return Bands(hours=int(hours), by_weekday=weekday == "true")


def _complete(question: TrendQuestion, request: Request) -> dict[str, Any]:
    found = completeness(question, principal=request.user)
    before = question.before
    return {
        "days": found.days,
        "missing_days": found.missing_days,
        "open_days": found.open_days,
        "computed_at": found.computed_at,
        "before_from": before[0],
        "before_to": before[1],
    }


def _keys() -> dict[int, str]:
    return dict(ActivityCode.objects.values_list("pk", "key"))


def _measured(measured: MeasuredShrinkage, keys: dict[int, str]) -> dict[str, Any]:
    return {
        "is_enough": measured.is_enough,
        "total": estimate_of(measured.total),
        "not_placed": estimate_of(measured.not_placed),
        "not_seen_seconds": measured.not_seen_seconds,
        "causes": [
            cause_of(cause, keys) | estimate_of(found) for cause, found in measured.causes.items()
        ],
        "lines": [
            cause_of(line.cause, keys)
            | estimate_of(line.estimate)
            | {
                "weekday": line.weekday,
                "starts_minute": line.starts_minute,
                "ends_minute": line.ends_minute,
                "is_pooled": line.is_pooled,
            }
            for line in measured.lines
        ],
    }


def _choice(asked: dict[str, Any]) -> tuple[tuple[Reason, int], CauseChoice]:
    code = asked["measured_code"]
    cause = (Reason[asked["reason"]], code.pk if code else 0)
    placed = asked.get("is_scheduled", default_is_scheduled(cause))
    return cause, CauseChoice(activity_code=asked["code"], is_scheduled=placed)


def _profile(profile: ShrinkageProfile) -> dict[str, Any]:
    return {"id": profile.pk, "name": profile.name, "starts_on": profile.starts_on.isoformat()}


def _taken(profile: ShrinkageProfile) -> dict[str, Any]:
    rates = profile.rates.select_related("activity_code").order_by("pk")
    return _profile(profile) | {
        "queue": profile.queue_id,
        "rates": [
            {
                "code": rate.activity_code.key,
                "rate": rate.rate,
                "weekday": rate.weekday,
                "starts_minute": rate.starts_minute,
                "ends_minute": rate.ends_minute,
                "is_scheduled": rate.is_scheduled,
            }
            for rate in rates
        ],
    }
