"""One's own notices over REST, and messages to others."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wfm.integration.api.fields import OWN
from wfm.integration.models import Notice, QuietHours
from wfm.integration.services.choices import (
    Channels,
    UnableToSaveChoices,
    choices_of,
    mark_read,
    save_choices,
)
from wfm.integration.services.messages import MAX_TEXT, UnableToSendMessage, send_message
from wfm.org.access_views import person_of
from wfm.org.models import User
from wfm.web.api.errors import Conflict
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ReadViewSet

MOST_IDS = 1000


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One sentence to oneself."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "subject", "body", "url", "created_at", "read_at"]


class ReadSerializer(serializers.Serializer[Any]):
    """Which notices were read."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        max_length=MOST_IDS,
        help_text="Left out: all of them.",
    )


class ReadResultSerializer(serializers.Serializer[Any]):
    """How many had not been read before, and how many are still unread."""

    marked = serializers.IntegerField()
    unread = serializers.IntegerField()


class ChannelsSerializer(serializers.Serializer[Any]):
    """Where one wants to hear of a family of notices."""

    family = serializers.CharField(max_length=30)
    on_page = serializers.BooleanField()
    by_email = serializers.BooleanField()
    by_webhook = serializers.BooleanField()


class ChoicesSerializer(serializers.Serializer[Any]):
    """What one hears of, and when not."""

    families = ChannelsSerializer(many=True)
    quiet_from_minute = serializers.IntegerField(
        allow_null=True, min_value=0, max_value=1439, help_text="Minute of the day, own clock."
    )
    quiet_until_minute = serializers.IntegerField(allow_null=True, min_value=0, max_value=1439)


class ColleagueMessageSerializer(serializers.Serializer[Any]):
    """Words for some agents."""

    agents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=MOST_IDS
    )
    text = serializers.CharField(max_length=MAX_TEXT)


class ColleagueMessageSentSerializer(serializers.Serializer[Any]):
    """How many people will read it."""

    notices = serializers.IntegerField()


@extend_schema_view(
    list=extend_schema(
        summary="List my notices, newest first",
        parameters=[OpenApiParameter("unread", bool, description="Only those not read yet.")],
    ),
    retrieve=extend_schema(summary="Get a notice of mine"),
)
class NoticeViewSet(IdempotentMixin, ReadViewSet):
    """Notices to whoever asks."""

    queryset = Notice.objects.all()
    serializer_class = NoticeSerializer
    filterset_fields = ("kind",)
    cursor_ordering = ("-pk",)
    required_permission: ClassVar[dict[str, str]] = {"GET": OWN, "POST": OWN}

    def get_queryset(self) -> QuerySet[Any]:
        """One's own, perhaps only the unread ones."""
        mine: Any = super().get_queryset()
        only_unread = self.request.query_params.get("unread", "") in {"1", "true"}
        return mine.unread() if only_unread else mine  # type: ignore[no-any-return]

    @extend_schema(
        summary="Mark my notices as read", request=ReadSerializer, responses=ReadResultSerializer
    )
    def read(self, request: Request) -> Response:
        """Some, or all."""
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _person(request)
        marked = mark_read(user=user, notice_ids=asked.validated_data.get("ids"), at=now())
        unread = Notice.objects.visible_to(user).unread().count()
        return Response({"marked": marked, "unread": unread})


class ChoicesView(APIView):
    """Where and when one hears of what."""

    required_permission: ClassVar[dict[str, str]] = {"GET": OWN, "PUT": OWN}

    @extend_schema(summary="Ask what I hear of and how", responses=ChoicesSerializer)
    def get(self, request: Request) -> Response:
        """Each family with its channels, and the quiet hours."""
        return Response(_choices(_person(request)))

    @extend_schema(
        summary="Choose what I hear of and how",
        request=ChoicesSerializer,
        responses=ChoicesSerializer,
    )
    def put(self, request: Request) -> Response:
        """Families that are left out stay as they are."""
        asked = ChoicesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _person(request)
        data = asked.validated_data
        begins, ends = data["quiet_from_minute"], data["quiet_until_minute"]
        if (begins is None) is not (ends is None):
            raise ValidationError(
                {"quiet_until_minute": _("Quiet hours need both a beginning and an end.")}
            )
        try:
            save_choices(
                user=user,
                channels={
                    row["family"]: Channels(row["on_page"], row["by_email"], row["by_webhook"])
                    for row in data["families"]
                },
                quiet_minutes=None if begins is None else (begins, ends),
            )
        except UnableToSaveChoices as error:
            raise ValidationError(str(error)) from error
        return Response(_choices(user))


class MessageView(IdempotentMixin, APIView):
    """A message to agents."""

    required_permission: ClassVar[dict[str, str]] = {"POST": "notice.send"}

    @extend_schema(
        summary="Send a message to agents",
        request=ColleagueMessageSerializer,
        responses={201: ColleagueMessageSentSerializer},
    )
    def post(self, request: Request) -> Response:
        """To those of one's teams who have a login."""
        asked = ColleagueMessageSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            sent = send_message(
                sender=_person(request),
                agent_ids=asked.validated_data["agents"],
                text=asked.validated_data["text"],
                at=now(),
            )
        except UnableToSendMessage as error:
            raise ValidationError({"agents": str(error)}) from error
        return Response({"notices": len(sent)}, status=201)


def _person(request: Request) -> User:
    person = person_of(request)
    if person is None:
        raise Conflict(_("An API key is no person and has no notices."))
    return person


def _choices(user: User) -> dict[str, Any]:
    quiet = QuietHours.objects.filter(user=user).first()
    return {
        "families": [
            {
                "family": item.family.key,
                "on_page": item.channels.on_page,
                "by_email": item.channels.by_email,
                "by_webhook": item.channels.by_webhook,
            }
            for item in choices_of(user)
        ],
        "quiet_from_minute": quiet.from_minute if quiet else None,
        "quiet_until_minute": quiet.until_minute if quiet else None,
    }
