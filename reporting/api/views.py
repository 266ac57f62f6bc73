"""Service levels and definitions over REST."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils.timezone import localdate, now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting.models import IntervalActual
from reporting import jobs
from reporting.api import examples
from reporting.api.filters import SlaIntervalFilter, SlaResultFilter
from reporting.api.serializers import (
    MetricSerializer,
    SlaIntervalSerializer,
    SlaReportSerializer,
    SlaResultSerializer,
)
from reporting.models import SlaResult
from reporting.queries import sla_report, visible_queues
from wfm.metrics import Metric, UnknownMetricError, all_metrics, get
from wfm.org.models import Client, Queue
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import NotModifiedMixin
from wfm.web.api.views import JobReferenceSerializer, ListViewSet, ReadViewSet, accepted

LONGEST_DAYS = 400


@extend_schema_view(
    list=extend_schema(
        summary="List SLA results per queue and period",
        description="Ordered by period's first day, newest first. Periods follow the client's calendar.",
        examples=[examples.SLA_RESULT],
    ),
    retrieve=extend_schema(summary="Read one SLA result", examples=[examples.SLA_RESULT]),
)
class SlaResultViewSet(NotModifiedMixin, ReadViewSet):
    """Stored results: value, numerator, denominator, target, verdict, completeness, as-of time."""

    queryset = SlaResult.objects.select_related("client", "queue", "clause")
    serializer_class = SlaResultSerializer
    filterset_class = SlaResultFilter
    cursor_ordering = ("-starts_on", "-pk")
    required_permission = {"GET": "sla.view"}


@extend_schema_view(
    list=extend_schema(
        summary="List the intervals behind the service levels",
        description="Live queues only, in order of time. Deferred queues are judged by due time.",
        examples=[examples.SLA_INTERVAL],
    )
)
class SlaIntervalViewSet(NotModifiedMixin, ListViewSet):
    """Offered, answered, abandoned and waits per interval, with the default service level."""

    queryset = IntervalActual.objects.select_related("queue__client")
    serializer_class = SlaIntervalSerializer
    filterset_class = SlaIntervalFilter
    cursor_ordering = ("starts_at", "pk")
    required_permission = {"GET": "sla.view"}


class SlaReportView(NotModifiedMixin, APIView):
    """Any stretch of days, pooled per queue and metric: the figures of the SLA report page."""

    required_permission = {"GET": "sla.view"}

    @extend_schema(
        summary="Read the SLA report of some days",
        parameters=[
            FROM_DATE,
            TO_DATE,
            OpenApiParameter("client", OpenApiTypes.INT, description="Id of a client."),
            OpenApiParameter("queue", OpenApiTypes.INT, description="Id of a queue."),
        ],
        responses=SlaReportSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return a line per queue and metric, and a total per client and metric."""
        first, last = _days(request)
        client = _chosen(request, "client", Client.objects.visible_to(request.user))
        queue = _chosen(request, "queue", visible_queues(request.user))
        report = sla_report(request.user, first=first, last=last, client=client, queue=queue)
        body = {
            "starts_on": first,
            "ends_on": last + timedelta(days=1),
            "lines": report.lines,
        }
        return Response(SlaReportSerializer(body).data)


class SlaRunSerializer(serializers.Serializer[Any]):
    """Which days to compute again."""

    first = serializers.DateField(help_text="First day.")
    last = serializers.DateField(help_text="Last day, included.")
    client = serializers.IntegerField(required=False, min_value=1, help_text="Only this client.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse stretches that are reversed or too long for one job."""
        if attrs["first"] > attrs["last"]:
            raise serializers.ValidationError({"first": "Expected a day not after 'last'."})
        _refuse_too_long(attrs["first"], attrs["last"])
        return attrs


class SlaRunView(IdempotentMixin, APIView):
    """Compute results again from what is known now."""

    required_permission = {"POST": "sla.run"}

    @extend_schema(
        summary="Compute SLA results again",
        request=SlaRunSerializer,
        responses={202: JobReferenceSerializer},
    )
    def post(self, request: Request) -> Response:
        """Start the job; it deletes and refills its own rows."""
        wanted = SlaRunSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        client = None
        if "client" in data:
            client = Client.objects.visible_to(request.user).filter(pk=data["client"]).first()
            if client is None:
                raise Http404
        job = jobs.start_sla_results(
            first=data["first"],
            last=data["last"],
            as_of=now(),
            client=client,
            created_by=jobs.person_of(request.user),
        )
        return accepted(job)


class MetricListView(NotModifiedMixin, APIView):
    """The dictionary of metrics."""

    required_permission = {"GET": "metric.view"}

    @extend_schema(
        operation_id="metrics_list",
        summary="List metric definitions",
        parameters=[
            OpenApiParameter(
                "q", OpenApiTypes.STR, description="Words of key, title or definition."
            )
        ],
        responses=MetricSerializer(many=True),
        examples=[examples.METRIC],
    )
    def get(self, request: Request) -> Response:
        """Return all definitions, newest versions, by key."""
        words = request.query_params.get("q", "").casefold().split()
        found: Any = [metric for metric in all_metrics() if _holds(metric, words)]
        return Response(MetricSerializer(found, many=True).data)


class MetricView(NotModifiedMixin, APIView):
    """One definition."""

    required_permission = {"GET": "metric.view"}

    @extend_schema(
        operation_id="metrics_retrieve",
        summary="Read a metric definition",
        parameters=[
            OpenApiParameter("version", OpenApiTypes.INT, description="Default: the newest.")
        ],
        responses=MetricSerializer,
    )
    def get(self, request: Request, key: str) -> Response:
        """Return the definition in the version asked for."""
        version = _id(request, "version")
        try:
            metric = get(key, version)
        except UnknownMetricError as error:
            raise Http404(str(error)) from error
        return Response(MetricSerializer(metric).data)


def _holds(metric: Metric, words: list[str]) -> bool:
    text = f"{metric.key} {metric.title} {metric.definition}".casefold()
    return all(word in text for word in words)


def _days(request: Request) -> tuple[date, date]:
    first, last = date_span(request, default_days=31, today=localdate())
    _refuse_too_long(first, last)
    return first, last


def _refuse_too_long(first: date, last: date) -> None:
    if (last - first).days >= LONGEST_DAYS:
        raise serializers.ValidationError({"to": f"Expected at most {LONGEST_DAYS} days."})


def _chosen(request: Request, name: str, visible: Any) -> Any:
    number = _id(request, name)
    if number is None:
        return None
    found: Client | Queue | None = visible.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _id(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise serializers.ValidationError({name: "Expected a positive whole number."})
    return number
