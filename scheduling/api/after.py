"""Reasons, prices, clashes, service and comfort of a version, and planning it again, over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.after_serializers import (
    ClashSerializer,
    ComfortPageSerializer,
    DayQuestionSerializer,
    DayReasonSerializer,
    IntervalQuestionSerializer,
    IntervalReasonSerializer,
    PickSerializer,
    QueueServiceSerializer,
    ReoptimiseSerializer,
    WishPriceSerializer,
    WishQuestionSerializer,
)
from scheduling.api.serializers import VersionSerializer
from scheduling.jobs_after import start_reoptimise, start_rule_prices
from scheduling.models import ScheduleVersion
from scheduling.queries.after import KIND_OF_CURVE, KIND_OF_PRICES, is_current, latest_result
from scheduling.queries.comfort import version_comfort
from scheduling.services import UnableToEdit, UnableToSolve
from scheduling.services.errors import UnableToExplain
from scheduling.services.reoptimise_options import Absence, ReoptimiseOptions
from wfm.jobs.models import Job
from wfm.org.access_views import person_of
from wfm.org.models import Agent, Queue
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, accepted

if TYPE_CHECKING:
    from types import ModuleType


def _reasons() -> ModuleType:
    """Load the compiled loops with the first question, not with the web process."""
    from scheduling.services import reasons  # noqa: PLC0415 - numba stays out of the start

    return reasons


class AfterViewSet(IdempotentMixin, ReadViewSet):
    """What is asked of a finished version."""

    queryset = ScheduleVersion.objects.all().select_related("job", "requirement_run")
    serializer_class = VersionSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "schedule.run",
    }

    def _asked(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        asked = kind(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def _visible(self, row: Any, name: str) -> Any:
        """Nobody asks about whom they may not see."""
        seen = type(row).objects.all().visible_to(self.request.user).filter(pk=row.pk)
        if not seen.exists():
            raise ValidationError({name: f"There is no such {name}."})
        return row

    @extend_schema(
        summary="Why is this interval short?",
        parameters=[IntervalQuestionSerializer],
        responses=IntervalReasonSerializer,
    )
    def interval(self, request: Request, pk: int) -> Response:
        """Capacity, rule or skill, with who could have covered and what keeps each away."""
        del pk
        asked = self._asked(IntervalQuestionSerializer)
        queue: Queue = self._visible(asked["queue"], "queue")
        try:
            found = _reasons().why_interval(
                version=self.get_object(), queue=queue, at=asked["at"], principal=request.user
            )
        except UnableToExplain as error:
            raise Conflict(str(error)) from error
        return Response(IntervalReasonSerializer(found).data)

    @extend_schema(
        summary="Why this shift?", parameters=[DayQuestionSerializer], responses=DayReasonSerializer
    )
    def day(self, request: Request, pk: int) -> Response:
        """What the shift saves, and what the next best choices cost more."""
        del pk
        asked = self._asked(DayQuestionSerializer)
        agent: Agent = self._visible(asked["agent"], "agent")
        try:
            found = _reasons().why_day(
                version=self.get_object(), agent=agent, day=asked["date"], principal=request.user
            )
        except UnableToExplain as error:
            raise Conflict(str(error)) from error
        return Response(DayReasonSerializer(found).data)

    @extend_schema(
        summary="What would this wish cost?",
        parameters=[WishQuestionSerializer],
        responses=WishPriceSerializer,
    )
    def wish(self, request: Request, pk: int) -> Response:
        """Exact while everybody else stays."""
        del pk
        asked = self._asked(WishQuestionSerializer)
        agent: Agent = self._visible(asked.pop("agent"), "agent")
        reasons = _reasons()
        try:
            found = reasons.cost_of_wish(
                version=self.get_object(),
                agent=agent,
                wish=reasons.WishedDay(**asked),
                principal=request.user,
            )
        except UnableToExplain as error:
            raise Conflict(str(error)) from error
        return Response(WishPriceSerializer(found).data)

    @extend_schema(
        summary="Which rules of an agent clash?",
        responses={200: ClashSerializer, 204: OpenApiResponse(description="None do.")},
    )
    def clash(self, request: Request, pk: int, agent: int) -> Response:
        """The smallest set of rules that cannot be kept together; 204 where a legal tour exists."""
        del pk
        someone = get_object_or_404(Agent.objects.visible_to(request.user), pk=agent)
        try:
            found = _reasons().clash_of(
                version=self.get_object(), agent=someone, principal=request.user
            )
        except UnableToExplain as error:
            raise Conflict(str(error)) from error
        if found is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(ClashSerializer(found).data)

    @extend_schema(
        summary="Predicted service of a version", responses=QueueServiceSerializer(many=True)
    )
    def service(self, request: Request, pk: int) -> Response:
        """Per live queue, day and interval, by the queue's own model, beside its goal."""
        from scheduling.queries.predicted import predicted_service  # noqa: PLC0415 - staffing's loops

        del pk
        seen = set(Queue.objects.visible_to(request.user).values_list("pk", flat=True))
        found = [row for row in predicted_service(self.get_object()) if row.queue.pk in seen]
        return Response(QueueServiceSerializer(found, many=True).data)

    @extend_schema(summary="Comfort and fairness of a version", responses=ComfortPageSerializer)
    def comfort(self, request: Request, pk: int) -> Response:
        """Per agent whom you may see."""
        del pk
        return Response(
            ComfortPageSerializer(version_comfort(self.get_object(), request.user)).data
        )

    # -- work for the solvers ----------------------------------------------------------------

    @extend_schema(
        summary="Price the rules of a version",
        request=None,
        responses={202: JobReferenceSerializer},
    )
    def start_prices(self, request: Request, pk: int) -> Response:
        """202 with the job; ask `rule-prices` when it is done."""
        del pk
        try:
            job = start_rule_prices(version=self.get_object(), created_by=person_of(request))
        except UnableToSolve as error:
            raise Conflict(str(error)) from error
        return accepted(job)

    @extend_schema(
        summary="Prices of rules",
        responses={200: OpenApiResponse(description="Prices, uncoverable intervals, proofs.")},
    )
    def prices(self, request: Request, pk: int) -> Response:
        """The newest prices; `is_current` tells whether the version was edited since."""
        del request, pk
        version = self.get_object()
        job = latest_result(version, KIND_OF_PRICES)
        if job is None:
            raise NotFound("The rules of this version were not priced yet.")
        return Response(
            {**job.result, "is_current": is_current(version, job.result), "job": job.pk}
        )

    @extend_schema(
        summary="Plan a version again",
        request=ReoptimiseSerializer,
        responses={202: JobReferenceSerializer},
    )
    def start_curve(self, request: Request, pk: int) -> Response:
        """202 with the job; ask `reoptimise` when it is done."""
        del pk
        asked = ReoptimiseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data
        for row in chosen["absences"]:
            self._visible(row["agent"], "agent")
        options = ReoptimiseOptions(
            absences=tuple(
                Absence(agent_id=row["agent"].pk, first=row["first"], last=row["last"])
                for row in chosen["absences"]
            ),
            frozen_until=chosen.get("frozen_until"),
            frozen_dates=tuple(chosen["frozen_dates"]),
            prices=chosen["prices"],
            breaks_of=chosen.get("breaks_of"),
        )
        try:
            job = start_reoptimise(
                version=self.get_object(),
                options=options,
                at=now(),
                created_by=person_of(request),
            )
        except UnableToSolve as error:
            raise Conflict(str(error)) from error
        return accepted(job)

    @extend_schema(
        summary="The curve of changes against shortage",
        responses={200: OpenApiResponse(description="Points, changes, offers.")},
    )
    def curve(self, request: Request, pk: int) -> Response:
        """The newest curve of the version."""
        del request, pk
        version = self.get_object()
        job = latest_result(version, KIND_OF_CURVE)
        if job is None:
            raise NotFound("This version was not planned again yet.")
        return Response(
            {**job.result, "is_current": is_current(version, job.result), "job": job.pk}
        )


class PickViewSet(IdempotentMixin, ReadViewSet):
    """Make a draft of a point of the curve."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = VersionSerializer
    required_permission: ClassVar[dict[str, str]] = {"POST": "schedule.edit"}

    @extend_schema(
        summary="Make a draft of a point of the curve",
        request=PickSerializer,
        responses={201: VersionSerializer},
    )
    def pick(self, request: Request, pk: int) -> Response:
        """409 where the version was changed since the curve was drawn."""
        from scheduling.services.repick import draft_of_point  # noqa: PLC0415

        del pk
        version = self.get_object()
        asked = PickSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = get_object_or_404(
            Job, pk=asked.validated_data["job"], params__version_id=version.pk, kind=KIND_OF_CURVE
        )
        try:
            draft = draft_of_point(
                job=job, number=asked.validated_data["point"], created_by=person_of(request)
            )
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(draft).data, status=status.HTTP_201_CREATED)
