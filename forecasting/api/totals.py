"""The forecast summed up over REST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from forecasting import queries
from forecasting.api import serializers
from forecasting.core.wall_clock import MINUTES_PER_DAY
from forecasting.models import ForecastQueueResult, ForecastRun
from wfm.jobs.api.runs import DEFAULT_DAYS, named_run
from wfm.org.models import Channel, Queue
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span, row_number
from wfm.web.api.views import VisibleQuerysetMixin

MOST_DAYS = {"interval": 31, "day": 100}
MOST_ROWS = 50_000
"""Rows of one answer: 500 queues for 100 days, or 16 queues by quarter hour for a month."""


class ForecastTotalViewSet(VisibleQuerysetMixin, GenericViewSet[Any]):
    """Sums over queues: a node is exactly the sum of the nodes below it."""

    queryset = ForecastQueueResult.objects.all()
    serializer_class = serializers.ForecastTotalSerializer
    filter_backends = ()
    pagination_class = None
    required_permission = {"GET": "forecast.view"}

    @extend_schema(
        summary="List the forecast summed by queue, channel, client or site",
        parameters=[
            OpenApiParameter(
                "level", str, enum=list(queries.LEVELS), description="`client` when left out."
            ),
            OpenApiParameter("step", str, enum=list(MOST_DAYS), description="`day` when left out."),
            OpenApiParameter("client", int, description="Only queues of this client."),
            OpenApiParameter("site", int, description="Only queues of this site."),
            OpenApiParameter("channel", str, enum=Channel.values, description="Only this channel."),
            OpenApiParameter("run", int, description="A run; what is in force when left out."),
            FROM_DATE,
            TO_DATE,
        ],
        responses=serializers.ForecastTotalSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Return mean and band of each node; the band knows how queues erred together."""
        level, step = _choice(request, "level", "client"), _choice(request, "step", "day")
        first, last = date_span(request, default_days=DEFAULT_DAYS, today=now().date())
        if (last - first).days >= MOST_DAYS[step]:
            raise ValidationError(
                {"to": _("Expected at most %(days)s days at once.") % {"days": MOST_DAYS[step]}}
            )
        queues = _queues(request)
        _refuse_too_many(queues, level, step, days=(last - first).days + 1)
        found = queries.totals(
            queues,
            levels=[level],
            first_date=first,
            last_date=last,
            by_day=step == "day",
            run=named_run(request, ForecastRun),
        )
        rows = [row for item in found for row in _rows(item)]
        return Response(self.get_serializer(rows, many=True).data)


def _choice(request: Request, name: str, default: str) -> str:
    known = {"level": queries.LEVELS, "step": tuple(MOST_DAYS)}[name]
    text = request.query_params.get(name, "") or default
    if text not in known:
        raise ValidationError({name: _("Expected one of %(known)s.") % {"known": ", ".join(known)}})
    return text


def _queues(request: Request) -> list[Queue]:
    """The visible queues that the filters leave."""
    found = Queue.objects.visible_to(request.user).select_related("work_type").order_by("pk")
    for name, field in (("client", "client_id"), ("site", "site_id")):
        text = request.query_params.get(name, "")
        if text:
            number = row_number(text)
            if number is None:
                raise ValidationError({name: _("Expected a number.")})
            found = found.filter(**{field: number})
    channel = request.query_params.get("channel", "")
    if channel:
        found = found.filter(work_type__channel=channel)
    return list(found)


def _refuse_too_many(queues: list[Queue], level: str, step: str, *, days: int) -> None:
    """Refuse before anything is read; a day with 25 hours is not worth counting."""
    nodes = len({queries.node_of(queue, level) for queue in queues})
    per_day = MINUTES_PER_DAY // queries.step_minutes(queues) if step == "interval" else 1
    rows = nodes * days * per_day
    if rows > MOST_ROWS:
        raise ValidationError(
            {
                "to": _(
                    "This asks for %(rows)s rows; an answer holds at most %(most)s. Ask for fewer"
                    " days, for a client or site, by day, or for a level further up."
                )
                % {"rows": rows, "most": MOST_ROWS}
            }
        )


def _rows(item: queries.NodeTotals) -> Iterator[dict[str, Any]]:
    for index, bucket in enumerate(item.buckets.tolist()):
        yield {
            **item.node._asdict(),
            "queues": item.queues,
            "date": queries.bucket_date(bucket) if item.by_day else None,
            "starts_at": None if item.by_day else datetime.fromtimestamp(bucket, tz=UTC),
            "mean": float(item.mean[index]),
            "final_mean": float(item.final_mean[index]),
            "quantile_10": float(item.quantile_10[index]),
            "quantile_50": float(item.quantile_50[index]),
            "quantile_90": float(item.quantile_90[index]),
        }
