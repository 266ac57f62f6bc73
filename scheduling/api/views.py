"""Versions, shifts, solve and publish over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.serializers import (
    MarkedShiftSerializer,
    ShiftAddSerializer,
    ShiftEditSerializer,
    ShiftSerializer,
    SolveSerializer,
    VersionSerializer,
)
from scheduling.jobs import start_solve
from scheduling.models import ScheduleVersion, Shift
from scheduling.queries.versions import main_timezone, requirement_for
from scheduling.services import (
    ChangedMeanwhile,
    SolveOptions,
    UnableToEdit,
    UnableToPublish,
    UnableToSolve,
    add_shift,
    copy_version,
    delete_shift,
    edit_shift,
    publish_schedule,
)
from scheduling.services.edit import Edit, Stretch
from scheduling.services.versions import MOST_WEEKS
from wfm.org.access_views import person_of
from wfm.web.api.errors import Conflict, PreconditionFailed, PreconditionRequired
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, accepted

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag of the shift."
)


class VersionViewSet(IdempotentMixin, ReadViewSet):
    """Schedule versions: drafts, published and superseded ones."""

    queryset = ScheduleVersion.objects.all().select_related("job")
    serializer_class = VersionSerializer
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "schedule.run",
    }
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Solve: create a draft and let a worker fill it",
        request=SolveSerializer,
        responses={202: JobReferenceSerializer},
    )
    def solve(self, request: Request) -> Response:
        """202 with the job; its result page is the draft."""
        asked = SolveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = dict(asked.validated_data)
        first, last = chosen.pop("starts_on"), chosen.pop("ends_on")
        zone = chosen.pop("timezone", None) or main_timezone(first)
        run = chosen.pop("requirement_run", None)
        weeks, rest = divmod((last - first).days, 7)
        if rest or not 1 <= weeks <= MOST_WEEKS:
            raise ValidationError(
                {"ends_on": f"Expected 1 to {MOST_WEEKS} whole weeks after starts_on."}
            )
        try:
            version = start_solve(
                requirement_run=run or requirement_for(first, last, zone),
                starts_on=first,
                ends_on=last,
                timezone=zone,
                created_by=person_of(request),
                options=SolveOptions(**chosen),
            )
        except UnableToSolve as error:
            raise Conflict(str(error)) from error
        assert version.job is not None
        return accepted(version.job)


class PublishViewSet(IdempotentMixin, ReadViewSet):
    """Publish a draft."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = VersionSerializer
    required_permission: ClassVar[dict[str, str]] = {"POST": "schedule.publish"}
    idempotency_key_required = True

    @extend_schema(
        summary="Publish a draft",
        request=None,
        responses=VersionSerializer,
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
        ],
    )
    def publish(self, request: Request, pk: int) -> Response:
        """409 with the reason where somebody would have two shifts at once."""
        del pk
        try:
            found = publish_schedule(
                version=self.get_object(), published_at=now(), published_by=person_of(request)
            )
        except UnableToPublish as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(found).data)


class CopyViewSet(IdempotentMixin, ReadViewSet):
    """Copy a version as a new draft."""

    queryset = ScheduleVersion.objects.all()
    serializer_class = VersionSerializer
    required_permission: ClassVar[dict[str, str]] = {"POST": "schedule.edit"}

    @extend_schema(
        summary="Copy a version as a draft", request=None, responses={201: VersionSerializer}
    )
    def copy(self, request: Request, pk: int) -> Response:
        """The copy's shifts may be changed; the original stays."""
        del pk
        made = copy_version(version=self.get_object(), created_by=person_of(request))
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class ShiftViewSet(IdempotentMixin, ReadViewSet):
    """Shifts; those of drafts may be changed."""

    queryset = Shift.objects.select_related("version").prefetch_related("activities")
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "schedule.view",
        "POST": "schedule.edit",
        "PATCH": "schedule.edit",
        "DELETE": "schedule.edit",
    }
    cursor_ordering = ("starts_at", "pk")

    def get_serializer_class(self) -> Any:
        """The list leaves the marks out: they are computed per person."""
        return ShiftSerializer if self.action == "list" else MarkedShiftSerializer

    def get_queryset(self) -> Any:
        """Filter by version and agent."""
        found = super().get_queryset()
        for name in ("version", "agent"):
            asked = self.request.query_params.get(name, "")
            if asked:
                if not asked.isdecimal():
                    raise ValidationError({name: "Expected a number."})
                found = found.filter(**{name: int(asked)})
        return found

    @extend_schema(
        summary="List shifts",
        parameters=[OpenApiParameter("version", int), OpenApiParameter("agent", int)],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Shifts in order of time."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One shift with its ETag."""
        return self._answer(self.get_object())

    @extend_schema(
        summary="Add a shift to a draft",
        request=ShiftAddSerializer,
        responses={201: MarkedShiftSerializer},
    )
    def create(self, request: Request) -> Response:
        """Broken rules do not refuse it; they come back as marks."""
        asked = ShiftAddSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data
        self._check_visible(chosen["version"], chosen["agent"])
        try:
            shift = add_shift(
                version=chosen["version"],
                agent=chosen["agent"],
                starts_at=chosen["starts_at"],
                ends_at=chosen["ends_at"],
                stretches=_stretches(chosen.get("activities", ())),
                is_locked=chosen["is_locked"],
            )
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return self._answer(self._again(shift.pk), status.HTTP_201_CREATED)

    def _check_visible(self, version: ScheduleVersion | None, agent: Any) -> None:
        """Nobody writes where they may not look."""
        user = self.request.user
        if version is not None:
            seen = ScheduleVersion.objects.all().visible_to(user).filter(pk=version.pk)
            if not seen.exists():
                raise ValidationError({"version": "There is no such version."})
        if agent is not None:
            seen_agents = type(agent).objects.all().visible_to(user).filter(pk=agent.pk)
            if not seen_agents.exists():
                raise ValidationError({"agent": "There is no such agent."})

    @extend_schema(
        summary="Move, resize, reassign or lock a shift of a draft",
        request=ShiftEditSerializer,
        responses=MarkedShiftSerializer,
        parameters=[IF_MATCH],
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """412 when somebody else was faster, 409 when the version is published."""
        shift = self.get_object()
        asked = ShiftEditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data
        self._check_visible(None, chosen.get("agent"))
        try:
            edit_shift(
                shift_id=shift.pk,
                expected_revision=self._revision(shift),
                edit=Edit(
                    starts_at=chosen.get("starts_at"),
                    ends_at=chosen.get("ends_at"),
                    agent_id=chosen["agent"].pk if "agent" in chosen else None,
                    is_locked=chosen.get("is_locked"),
                    stretches=_stretches(chosen.get("activities", ())),
                ),
            )
        except ChangedMeanwhile as error:
            raise PreconditionFailed(str(error)) from error
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return self._answer(self._again(pk))

    @extend_schema(summary="Delete a shift of a draft", parameters=[IF_MATCH])
    def destroy(self, request: Request, pk: int) -> Response:
        """204; 412 when somebody else was faster, 409 when the version is published."""
        del request, pk
        shift = self.get_object()
        try:
            delete_shift(shift_id=shift.pk, expected_revision=self._revision(shift))
        except ChangedMeanwhile as error:
            raise PreconditionFailed(str(error)) from error
        except UnableToEdit as error:
            raise Conflict(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _revision(self, shift: Shift) -> int:
        """The revision that If-Match names."""
        header = self.request.headers.get("If-Match", "").strip()
        if not header:
            raise PreconditionRequired
        number = header.strip('"').removeprefix(f"shift-{shift.pk}-")
        if not number.isdecimal():
            raise PreconditionFailed
        return int(number)

    def _again(self, pk: int) -> Shift:
        found: Shift = self.get_queryset().get(pk=pk)
        return found

    def _answer(self, shift: Shift, code: int = status.HTTP_200_OK) -> Response:
        data = MarkedShiftSerializer(shift, context=self.get_serializer_context()).data
        etag = f'"shift-{shift.pk}-{shift.revision}"'
        return Response(data, status=code, headers={"ETag": etag})


def _stretches(rows: Any) -> list[Stretch]:
    return [
        Stretch(
            activity_code_id=row["activity_code"].pk,
            queue_id=row["queue"].pk if row["queue"] else None,
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
        )
        for row in rows
    ]
