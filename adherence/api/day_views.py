"""Days, their sums and their corrections over REST."""

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from adherence.api.day_serializers import (
    AdherenceDaySerializer,
    CorrectionSerializer,
    PooledSerializer,
    RecomputeSerializer,
    pooled_row,
)
from adherence.core.projections import FORMULAS
from adherence.jobs import UnableToRecompute, start_recompute
from adherence.models import AdherenceDay, ChangeKind, DayCorrection
from adherence.queries import PooledBy, pooled_days, pooled_total, sums_of
from wfm.org.access_views import person_of
from wfm.org.models import AgentAssignment
from wfm.web.api.fields import FROM_DATE, TO_DATE, date_span, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ListViewSet, ReadViewSet, accepted

GROUP_FIELDS = {
    PooledBy.AGENT: "agent",
    PooledBy.TEAM: "team",
    PooledBy.DAY: "operational_date",
}
KEY = OpenApiParameter(
    "key", str, many=True, description="Metric keys; all when left out.", enum=list(FORMULAS)
)
BY = OpenApiParameter(
    "by", str, description="What is summed over; all of it when left out.", enum=list(PooledBy)
)
AGENT = OpenApiParameter("agent", OpenApiTypes.INT, description="Only this agent.")
TEAM = OpenApiParameter(
    "team", OpenApiTypes.INT, description="Only agents who are in this team on the last day."
)
KIND = OpenApiParameter(
    "kind", str, description="Only corrections with a cause of this kind.", enum=list(ChangeKind)
)


@extend_schema_view(
    list=extend_schema(
        summary="List adherence by agent and operational day", parameters=[FROM_DATE, TO_DATE]
    )
)
class AdherenceDayViewSet(IdempotentMixin, ListViewSet):
    """Adherence of operational days, by every published formula."""

    queryset = AdherenceDay.objects.select_related("agent")
    serializer_class = AdherenceDaySerializer
    filterset_fields = ("agent", "is_final")
    cursor_ordering: tuple[str, ...] = ("operational_date", "pk")
    required_permission = {"GET": "adherence.view", "POST": "adherence.edit"}

    def get_queryset(self) -> QuerySet[Any]:
        """Rows of the period, by default of the last seven days."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        first, last = date_span(self.request, default_days=7, today=now().date())
        return rows.filter(operational_date__range=(first, last))

    @extend_schema(
        summary="Pool adherence over agents, teams, days or all",
        description=(
            "Sums of seconds, and each formula's numerator, denominator and rate made of the sums."
        ),
        parameters=[FROM_DATE, TO_DATE, BY, KEY, AGENT, TEAM],
        responses=PooledSerializer(many=True),
    )
    @action(detail=False, filterset_fields=())
    def pooled(self, request: Request) -> Response:
        """Return one row per group, in cursor pages."""
        by = _by(request)
        keys = _keys(request)
        days = self._chosen(request)
        if by is PooledBy.ALL:
            total = _pooled(pooled_total(days), by, keys)
            return Response({"next": None, "previous": None, "results": [total]})
        self.cursor_ordering = ("group",)
        page = self.paginate_queryset(pooled_days(days, by=by).exclude(group=None))
        return self.get_paginated_response([_pooled(row, by, keys) for row in page or []])

    @extend_schema(
        summary="Compute days again",
        description=(
            "Starts a job over all agents. Finished days whose figures change keep both, with who "
            "asked for it and why, as corrections."
        ),
        request=RecomputeSerializer,
        responses={202: JobReferenceSerializer},
    )
    @action(detail=False, methods=["post"])
    def recompute(self, request: Request) -> Response:
        """Start the job."""
        form = RecomputeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        try:
            job = start_recompute(
                first_date=wanted["first_date"],
                last_date=wanted["last_date"],
                created_by=person_of(request),
                kind=wanted["cause"],
                why=wanted["why"],
            )
        except UnableToRecompute as error:
            raise ValidationError({"first_date": str(error)}) from error
        return accepted(job)

    def _chosen(self, request: Request) -> QuerySet[AdherenceDay]:
        rows: QuerySet[AdherenceDay] = self.get_queryset()
        agent, team = _number(request, "agent"), _number(request, "team")
        if agent is not None:
            rows = rows.filter(agent=agent)
        if team is not None:
            _first, last = date_span(request, default_days=7, today=now().date())
            members = AgentAssignment.objects.effective_on(last).filter(team=team)
            rows = rows.filter(agent__in=members.values("agent"))
        return rows.select_related(None)


@extend_schema_view(
    list=extend_schema(
        summary="List corrections of finished days",
        parameters=[FROM_DATE, TO_DATE, AGENT, TEAM, KIND],
    ),
    retrieve=extend_schema(summary="Read a correction of a finished day"),
)
class CorrectionViewSet(ReadViewSet):
    """Figures of finished days before and after they changed, with who and why."""

    queryset = DayCorrection.objects.select_related("agent")
    serializer_class = CorrectionSerializer
    cursor_ordering = ("-corrected_at", "-pk")
    required_permission = {"GET": "adherence.view"}

    def get_queryset(self) -> QuerySet[Any]:
        """Those of days in the period, by default of the last 31; newest first."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or self.action == "retrieve":
            return rows
        first, last = date_span(self.request, default_days=31, today=now().date())
        rows = rows.filter(operational_date__range=(first, last))
        agent, team = _number(self.request, "agent"), _number(self.request, "team")
        if agent is not None:
            rows = rows.filter(agent=agent)
        if team is not None:
            members = AgentAssignment.objects.effective_on(last).filter(team=team)
            rows = rows.filter(agent__in=members.values("agent"))
        kind = self.request.query_params.get("kind", "")
        if kind and kind not in ChangeKind:
            known = ", ".join(ChangeKind)
            raise ValidationError({"kind": _("Expected one of %(known)s.") % {"known": known}})
        return rows.filter(kinds__contains=[kind]) if kind else rows


def _pooled(row: dict[str, Any], by: PooledBy, keys: list[str]) -> dict[str, Any]:
    group = {GROUP_FIELDS[by]: row["group"]} if by in GROUP_FIELDS else {}
    return pooled_row(sums_of(row), days=row["days"], keys=keys, **group)


def _by(request: Request) -> PooledBy:
    text = request.query_params.get("by", "") or PooledBy.ALL
    if text not in list(PooledBy):
        known = ", ".join(PooledBy)
        raise ValidationError({"by": _("Expected one of %(known)s.") % {"known": known}})
    return PooledBy(text)


def _keys(request: Request) -> list[str]:
    keys = request.query_params.getlist("key") or list(FORMULAS)
    if unknown := [key for key in keys if key not in FORMULAS]:
        message = _("%(unknown)s is no formula; known are %(known)s.")
        raise ValidationError(
            {"key": message % {"unknown": unknown[0], "known": ", ".join(FORMULAS)}}
        )
    return keys


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise ValidationError({name: _("Expected an id.")})
    return number
