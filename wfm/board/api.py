"""The one board over REST: the figures of the page, from the same function."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.timezone import get_current_timezone_name, now
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from staffing.models import Pool
from wfm.board.ages import items_by_age
from wfm.board.board import Ask, Board, board
from wfm.board.grid import LONGEST_DAYS, MOST_INTERVAL_DAYS, Granularity
from wfm.board.lines import FIGURES, QueueLine
from wfm.board.look import Look
from wfm.board.sums import Sums, added, pools_of_lines, sums_of, total_of
from wfm.board.teams import TEAM_FIGURES, TeamLine
from wfm.org.models import Client, Queue, Site, Team
from wfm.web.api.fields import FROM_DATE, TO_DATE, InstantField, date_span, row_number
from wfm.web.formats import zone_of

HELP = {
    "offered": "Contacts or items that arrive.",
    "workload_hours": "Their handling time.",
    "required_hours": "People on position (net) x time.",
    "to_schedule_hours": "The same with the absence that the schedule does not place (gross).",
    "scheduled_hours": "People on the queue in published shifts x time.",
    "difference_hours": "Scheduled less to schedule.",
    "short_hours": "What is missing, interval by interval.",
    "counted": "Contacts, or items due, of which a prediction is made.",
    "in_time": "Of these, those expected in time.",
    "late": "Metric expected_late.",
    "at_risk": "Metric sla_risk.",
    "transferable_hours": "Metric transferable_hours.",
    "service_level": "in_time / counted.",
    "live_hours": "Of the scheduled hours, on live queues.",
    "deferred_hours": "Of the scheduled hours, on deferred queues.",
    "live_workload_hours": "Handling time of contacts of the queues on which it has people, in the "
    "share of its people there at that moment.",
    "deferred_workload_hours": "The same of items.",
    "unassigned_hours": "Of the scheduled hours, on work that no queue asks for.",
}


def _figures(names: tuple[str, ...]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {
        name: serializers.FloatField(allow_null=True, help_text=HELP.get(name)) for name in names
    }


QueueFiguresSerializer = type(
    "BoardQueueFiguresSerializer",
    (serializers.Serializer,),
    {"__doc__": "Figures of a queue.", **_figures((*FIGURES, "service_level"))},
)
TeamFiguresSerializer = type(
    "BoardTeamFiguresSerializer",
    (serializers.Serializer,),
    {"__doc__": "Figures of a team.", **_figures((*TEAM_FIGURES, "service_level"))},
)


class BoardColumnSerializer(serializers.Serializer[Any]):
    """One day or interval."""

    starts_at = InstantField()
    ends_at = InstantField()


class BoardBacklogSerializer(serializers.Serializer[Any]):
    """Open items of a deferred queue, from where its work is followed on."""

    at = InstantField()
    items = serializers.FloatField()
    overdue_items = serializers.FloatField()
    today_items = serializers.FloatField(help_text="Due on that local day.")
    tomorrow_items = serializers.FloatField(help_text="Due on the next day.")
    week_items = serializers.FloatField(help_text="Due within a week, later than the next day.")
    later_items = serializers.FloatField()
    hours = serializers.FloatField(help_text="Handling time of the open items.")
    closing_hours = serializers.FloatField(
        allow_null=True, help_text="Open work at the end of the period."
    )


class BoardQueueSerializer(serializers.Serializer[Any]):
    """One queue: a list of figures, one per column, and the whole period."""

    queue = serializers.IntegerField()
    name = serializers.CharField()
    client = serializers.IntegerField()
    is_live = serializers.BooleanField()
    pool = serializers.IntegerField(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField())
    backlog = BoardBacklogSerializer(allow_null=True)
    columns = QueueFiguresSerializer(many=True)
    total = QueueFiguresSerializer()


class BoardPoolSerializer(serializers.Serializer[Any]):
    """One pool: its queues together."""

    pool = serializers.IntegerField()
    name = serializers.CharField()
    queues = serializers.ListField(child=serializers.IntegerField())
    columns = QueueFiguresSerializer(many=True)
    total = QueueFiguresSerializer()


class BoardTeamSerializer(serializers.Serializer[Any]):
    """One team; null for people whose team the caller may not see."""

    team = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    columns = TeamFiguresSerializer(many=True)
    total = TeamFiguresSerializer()


class BoardDonorSerializer(serializers.Serializer[Any]):
    """Hours of a team on another queue that could be moved."""

    team = serializers.IntegerField()
    queue = serializers.IntegerField()
    hours = serializers.FloatField()


class BoardLookSerializer(serializers.Serializer[Any]):
    """One window in which a queue is at risk, worst first."""

    queue = serializers.IntegerField()
    starts_at = InstantField()
    ends_at = InstantField()
    short_hours = serializers.FloatField()
    at_risk = serializers.FloatField()
    counted = serializers.FloatField()
    donors = BoardDonorSerializer(many=True)


class BoardSerializer(serializers.Serializer[Any]):
    """Both floors over the period."""

    timezone = serializers.CharField()
    granularity = serializers.ChoiceField(choices=[item.value for item in Granularity])
    has_schedule = serializers.BooleanField()
    predicted_from = InstantField(help_text="Before it nothing is predicted.")
    columns = BoardColumnSerializer(many=True)
    queues = BoardQueueSerializer(many=True)
    pools = BoardPoolSerializer(many=True)
    teams = BoardTeamSerializer(many=True)
    look_here = BoardLookSerializer(many=True)
    total = QueueFiguresSerializer()


class BoardView(APIView):
    """Demand, staff, service and risk of live and deferred queues, and hours that could move."""

    required_permission = {"GET": "schedule.view"}

    @extend_schema(
        operation_id="board_retrieve",
        summary="Read the board of both floors",
        parameters=[
            FROM_DATE,
            TO_DATE,
            OpenApiParameter(
                "granularity",
                OpenApiTypes.STR,
                enum=[item.value for item in Granularity],
                description="What a column is: a day (default), or an interval.",
            ),
            *(
                OpenApiParameter(name, OpenApiTypes.INT, description=f"Number of a {name}.")
                for name in ("client", "site", "team", "queue")
            ),
        ],
        responses=BoardSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the board; without dates this week, Monday to Sunday."""
        return Response(BoardSerializer(_body(board(_ask(request)))).data)


def _ask(request: Request) -> Ask:
    client = _chosen(request, "client", Client)
    site = _chosen(request, "site", Site)
    team = _chosen(request, "team", Team)
    queue = _chosen(request, "queue", Queue)
    places = (queue, site, client, None if team is None else team.site)
    zone = next((place.timezone for place in places if place is not None), None)
    zone = zone or get_current_timezone_name()
    first, last = _days(request, now().astimezone(zone_of(zone)).date())
    granularity = _granularity(request)
    days = (last - first).days + 1
    most = MOST_INTERVAL_DAYS if granularity is Granularity.INTERVAL else LONGEST_DAYS
    if days > most:
        raise ValidationError(
            {
                "to": _("Expected at most %(most)d days, got %(days)d.")
                % {"most": most, "days": days}
            }
        )
    return Ask(
        principal=request.user,
        starts_on=first,
        ends_on=last,
        timezone=zone,
        at=now(),
        granularity=granularity,
        client=client,
        site=site,
        team=team,
        queue=queue,
    )


def _days(request: Request, today: date) -> tuple[date, date]:
    """Return the days asked for; without any this week."""
    if request.query_params.get("from") or request.query_params.get("to"):
        return date_span(request, default_days=7, today=today + timedelta(days=6))
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _granularity(request: Request) -> Granularity:
    text = request.query_params.get("granularity", Granularity.DAY)
    try:
        return Granularity(text)
    except ValueError as error:
        raise ValidationError(
            {"granularity": _("Expected day or interval, got “%(text)s”.") % {"text": text}}
        ) from error


def _chosen(request: Request, name: str, model: Any) -> Any:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise ValidationError({name: _("Expected a number.")})
    found = model.objects.visible_to(request.user).filter(pk=number).first()
    if found is None:
        raise NotFound(_("There is no %(name)s %(pk)s.") % {"name": name, "pk": number})
    return found


def _body(found: Board) -> dict[str, Any]:
    return {
        "timezone": found.ask.timezone,
        "granularity": found.ask.granularity.value,
        "has_schedule": found.has_schedule,
        "predicted_from": found.grid.moment(found.grid.origin),
        "columns": [
            {"starts_at": column.starts_at, "ends_at": column.ends_at} for column in found.columns
        ],
        "queues": [_queue(line, found) for line in found.lines],
        "pools": [_pool(pool, lines, found) for pool, lines in pools_of_lines(found.lines)],
        "teams": [_team(line, found) for line in found.teams],
        "look_here": [_look(look) for look in found.looks],
        "total": total_of(found.lines, found).at(0),
    }


def _by_column(sums: Sums) -> list[dict[str, float | None]]:
    return [sums.at(place) for place in range(sums.values.shape[1])]


def _queue(line: QueueLine, found: Board) -> dict[str, Any]:
    return {
        "queue": line.queue.pk,
        "name": line.queue.name,
        "client": line.queue.client_id,
        "is_live": line.queue.is_live,
        "pool": None if line.source.pool is None else line.source.pool.pk,
        "notes": list(line.notes),
        "backlog": _backlog(line, found),
        "columns": _by_column(sums_of(line, found)),
        "total": total_of([line], found).at(0),
    }


def _backlog(line: QueueLine, found: Board) -> dict[str, Any] | None:
    if line.backlog is None:
        return None
    items = float(line.backlog.items.items.sum())
    ages = items_by_age(line.backlog, found.ask.timezone)
    return {
        "at": line.backlog.origin_at,
        "items": items,
        **{f"{name}_items": count for name, count in ages.items()},
        "hours": items * line.backlog.aht_seconds / 3600,
        "closing_hours": line.closing_hours(found.grid),
    }


def _pool(pool: Pool, lines: list[QueueLine], found: Board) -> dict[str, Any]:
    return {
        "pool": pool.pk,
        "name": pool.name,
        "queues": [line.queue.pk for line in lines],
        "columns": _by_column(added([sums_of(line, found) for line in lines])),
        "total": total_of(lines, found).at(0),
    }


def _team(line: TeamLine, found: Board) -> dict[str, Any]:
    return {
        "team": None if line.team is None else line.team.pk,
        "name": None if line.team is None else line.team.name,
        "columns": _by_column(sums_of(line, found)),
        "total": total_of([line], found).at(0),
    }


def _look(look: Look) -> dict[str, Any]:
    return {
        **{name: getattr(look, name) for name in ("starts_at", "ends_at", "short_hours")},
        "queue": look.queue.pk,
        "at_risk": look.at_risk,
        "counted": look.counted,
        "donors": [
            {"team": donor.team.pk, "queue": donor.queue.pk, "hours": donor.hours}
            for donor in look.donors
        ],
    }
