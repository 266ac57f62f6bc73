"""Exceptions for many people at once over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from adherence.models import GroupException
from adherence.queries.group_people import GroupPeople
from adherence.services.exceptions import UnableToApprove
from adherence.services.group_exceptions import (
    GroupAsk,
    GroupPreview,
    NobodyToExcuse,
    approve_group,
    preview_group,
    withdraw_group,
)
from wfm.org.access_views import person_of
from wfm.org.models import Queue, Site, Team
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet

MOST_AGENTS = 10_000
COUNTS = ("people", "at_work", "already_excused", "to_excuse", "left_out", "is_own_left_out")


class GroupExceptionSerializer(serializers.ModelSerializer[GroupException]):
    """One stretch for many; its rows are `/exceptions/?group=<id>`."""

    people = serializers.IntegerField(read_only=True, help_text="Of those whom you may see.")
    excused = serializers.IntegerField(
        read_only=True, help_text="Of those whom you may see, not withdrawn."
    )

    class Meta:
        model = GroupException
        fields: ClassVar[list[str]] = [
            "id",
            "scope",
            "scope_name",
            "team",
            "site",
            "queue",
            "starts_at",
            "ends_at",
            "timezone",
            "reason",
            "includes_absent",
            "people",
            "excused",
            "created_by",
            "created_at",
        ]
        read_only_fields = fields


class GroupPreviewSerializer(serializers.Serializer[Any]):
    """Whom it concerns."""

    people = serializers.IntegerField(help_text="How many are meant.")
    at_work = serializers.IntegerField(help_text="Planned or clocked in in the stretch.")
    already_excused = serializers.IntegerField(help_text="Of them, those who need no exception.")
    to_excuse = serializers.IntegerField(help_text="Exceptions to be made.")
    left_out = serializers.IntegerField(help_text="Not at work in the stretch.")
    is_own_left_out = serializers.BooleanField(
        help_text="You are one of them: somebody else decides about you. Not counted."
    )


class GroupResultSerializer(GroupPreviewSerializer):
    """What was done."""

    group = GroupExceptionSerializer()


class GroupAskSerializer(serializers.Serializer[Any]):
    """Exactly one of team, site and queue, or agents; with both, these agents of it."""

    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.none(), required=False)
    site = serializers.PrimaryKeyRelatedField(queryset=Site.objects.none(), required=False)
    queue = serializers.PrimaryKeyRelatedField(queryset=Queue.objects.none(), required=False)
    agents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        allow_empty=False,
        max_length=MOST_AGENTS,
    )
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.CharField(max_length=300)
    includes_absent = serializers.BooleanField(
        default=False, help_text="Also who was neither planned nor clocked in in the stretch."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Offer only what the principal may see."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            teams = Team.objects.visible_to(request.user)
            offered: dict[str, Any] = {
                "team": teams.select_related("site"),
                "site": Site.objects.visible_to(request.user).filter(pk__in=teams.values("site")),
                "queue": Queue.objects.visible_to(request.user),
            }
            for name, rows in offered.items():
                fields[name].queryset = rows  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Say clearly who is meant."""
        parts = [name for name in ("team", "site", "queue") if attrs.get(name)]
        if len(parts) > 1:
            raise ValidationError(_("Name one of team, site and queue, not several."))
        if not parts and not attrs.get("agents"):
            raise ValidationError(_("Name a team, a site, a queue or agents."))
        return attrs

    @property
    def ask(self) -> GroupAsk:
        """What is to be excused."""
        data = self.validated_data
        agents = data.get("agents")
        return GroupAsk(
            people=GroupPeople(
                team=data.get("team"),
                site=data.get("site"),
                queue=data.get("queue"),
                agent_ids=None if agents is None else frozenset(agents),
            ),
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            reason=data["reason"],
            includes_absent=data["includes_absent"],
        )


@extend_schema_view(
    list=extend_schema(summary="List exceptions for many people, the latest first"),
    retrieve=extend_schema(summary="Read an exception for many people"),
)
class GroupExceptionViewSet(IdempotentMixin, ReadViewSet):
    """One stretch and one reason for a team, a site, a queue or chosen agents."""

    queryset = GroupException.objects.all()
    serializer_class = GroupExceptionSerializer
    filterset_fields = ("scope", "team", "site", "queue")
    cursor_ordering = ("-starts_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = {
        "GET": "adherence.view",
        "POST": "adherence.approve",
    }

    def get_queryset(self) -> Any:
        """With the numbers that the principal may see."""
        rows: Any = super().get_queryset()
        return rows.with_counts(self.request.user)

    @extend_schema(
        summary="Approve one exception for many people",
        description=(
            "A row per agent who was at work, all or none; the days are computed again within"
            " minutes. 409 where nobody is left to excuse."
        ),
        request=GroupAskSerializer,
        responses={201: GroupResultSerializer},
    )
    def create(self, request: Request) -> Response:
        """Approve for all of them."""
        form = self._form(request)
        try:
            group, done = approve_group(ask=form.ask, **self._who(request))
        except NobodyToExcuse as error:
            raise Conflict(str(error)) from error
        except UnableToApprove as error:
            raise ValidationError(str(error)) from error
        answer = _counts(done) | {"group": self.get_queryset().get(pk=group.pk)}
        return Response(GroupResultSerializer(answer).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Tell whom an exception for many people would concern",
        request=GroupAskSerializer,
        responses=GroupPreviewSerializer,
    )
    def preview(self, request: Request) -> Response:
        """Nothing is written."""
        form = self._form(request)
        try:
            found = preview_group(ask=form.ask, **self._who(request))
        except UnableToApprove as error:
            raise ValidationError(str(error)) from error
        return Response(GroupPreviewSerializer(_counts(found)).data)

    @extend_schema(
        summary="Withdraw an exception for many people",
        description="For all whom you decide about. 409 where nothing of it is left to withdraw.",
        request=None,
        responses=GroupExceptionSerializer,
    )
    def withdraw(self, request: Request, pk: int) -> Response:
        """The rows stay, declined."""
        del pk
        group: GroupException = self.get_object()
        try:
            withdraw_group(
                group=group, principal=request.user, withdrawn_by=person_of(request), at=now()
            )
        except UnableToApprove as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(self.get_object()).data)

    def _form(self, request: Request) -> GroupAskSerializer:
        form = GroupAskSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return form

    def _who(self, request: Request) -> dict[str, Any]:
        return {"principal": request.user, "approved_by": person_of(request), "at": now()}


def _counts(found: GroupPreview) -> dict[str, Any]:
    return {name: getattr(found, name) for name in COUNTS}
