"""News, policies and links to knowledge over REST: for readers and for those who write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wfm.integration.api.fields import OWN, VisibleField
from wfm.integration.models import KnowledgeLink, NewsEntry, NewsKind
from wfm.integration.queries.news import (
    knowledge_for,
    news_for,
    readers_of,
    shown_version,
)
from wfm.integration.services.knowledge import LinkInput, UnableToSaveLink, delete_link, save_link
from wfm.integration.services.news import (
    NewsInput,
    UnableToAcknowledge,
    UnableToRemind,
    UnableToSaveNews,
    acknowledge_news,
    change_news,
    publish_news,
    remind_readers,
    withdraw_news,
)
from wfm.org.access_views import person_of
from wfm.org.models import ActivityCode, Queue, Site, Team, User
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.preconditions import IfMatchMixin
from wfm.web.api.views import ReadViewSet


class MyNewsSerializer(serializers.Serializer[Any]):
    """An entry as the reader sees it."""

    id = serializers.IntegerField(source="entry.pk")
    kind = serializers.ChoiceField(choices=NewsKind.choices, source="entry.kind")
    version = serializers.IntegerField(source="version.number")
    title = serializers.CharField(source="version.title")
    body = serializers.CharField(source="version.body")
    link_title = serializers.CharField(source="version.link_title")
    link_url = serializers.CharField(source="version.link_url")
    starts_at = serializers.DateTimeField(source="entry.starts_at")
    ends_at = serializers.DateTimeField(source="entry.ends_at", allow_null=True)
    needs_acknowledgement = serializers.BooleanField(source="entry.needs_acknowledgement")
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class MyNewsListSerializer(serializers.Serializer[Any]):
    """What is told to the reader now."""

    results = MyNewsSerializer(many=True)


class AcknowledgeSerializer(serializers.Serializer[Any]):
    """Which version was read."""

    version = serializers.IntegerField(min_value=1)


class AcknowledgedSerializer(serializers.Serializer[Any]):
    """When it was acknowledged."""

    acknowledged_at = serializers.DateTimeField()


class NewsEntrySerializer(serializers.ModelSerializer[NewsEntry]):
    """An entry with the words that are shown."""

    title = serializers.CharField(max_length=200)
    body = serializers.CharField(allow_blank=True, required=False, max_length=20_000)
    link_title = serializers.CharField(allow_blank=True, required=False, max_length=200)
    link_url = serializers.URLField(allow_blank=True, required=False, max_length=500)
    starts_at = InstantField()
    ends_at = InstantField(allow_null=True, required=False)
    site = VisibleField(queryset=Site.objects.all(), allow_null=True, required=False)
    team = VisibleField(queryset=Team.objects.all(), allow_null=True, required=False)
    queue = VisibleField(queryset=Queue.objects.all(), allow_null=True, required=False)
    asks_again = serializers.BooleanField(
        write_only=True,
        required=False,
        help_text="Whether changed words ask everybody again; yes unless told otherwise.",
    )

    class Meta:
        model = NewsEntry
        fields = [
            *("id", "kind", "audience", "site", "team", "queue", "starts_at", "ends_at"),
            *("needs_acknowledgement", "number", "asks_from_number", "created_at", "created_by"),
            *("title", "body", "link_title", "link_url", "asks_again"),
        ]
        read_only_fields = ["number", "asks_from_number", "created_at", "created_by"]

    def to_representation(self, instance: NewsEntry) -> dict[str, Any]:
        """Return the entry with the words of its version."""
        version = shown_version(instance)
        for name in ("title", "body", "link_title", "link_url"):
            setattr(instance, name, getattr(version, name))
        return super().to_representation(instance)


class ReaderSerializer(serializers.Serializer[Any]):
    """A person of the audience."""

    user = serializers.IntegerField(source="user.pk")
    name = serializers.CharField(source="user.display_name")
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class ReadersSerializer(serializers.Serializer[Any]):
    """Who has acknowledged and who has not."""

    missing = serializers.IntegerField()
    results = ReaderSerializer(many=True)


class RemindedSerializer(serializers.Serializer[Any]):
    """How many people were reminded."""

    reminded = serializers.IntegerField()


class KnowledgeLinkSerializer(serializers.ModelSerializer[KnowledgeLink]):
    """Where something is written down."""

    activity_code = serializers.PrimaryKeyRelatedField(
        queryset=ActivityCode.objects.all(), allow_null=True, required=False
    )
    queue = VisibleField(queryset=Queue.objects.all(), allow_null=True, required=False)

    class Meta:
        model = KnowledgeLink
        fields = ["id", "title", "url", "activity_code", "queue", "place"]


class KnowledgeListSerializer(serializers.Serializer[Any]):
    """Links that help now."""

    results = KnowledgeLinkSerializer(many=True)


class MyNewsView(APIView):
    """News and policies for whoever asks."""

    required_permission: ClassVar[dict[str, str]] = {"GET": OWN}

    @extend_schema(summary="List what is told to me now", responses=MyNewsListSerializer)
    def get(self, request: Request) -> Response:
        """What still asks for an acknowledgement comes first."""
        items = news_for(request.user, at=now())
        return Response(MyNewsListSerializer({"results": items}).data)


class AcknowledgeView(IdempotentMixin, APIView):
    """One's own acknowledgement."""

    required_permission: ClassVar[dict[str, str]] = {"POST": OWN}

    @extend_schema(
        summary="Acknowledge a policy or news",
        request=AcknowledgeSerializer,
        responses=AcknowledgedSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """The version that was read; 409 when it was changed meanwhile."""
        asked = AcknowledgeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            at = acknowledge_news(
                entry_id=pk,
                number=asked.validated_data["version"],
                user=_writer(request),
                at=now(),
            )
        except UnableToAcknowledge as error:
            raise Conflict(str(error)) from error
        return Response({"acknowledged_at": at})


@extend_schema_view(
    list=extend_schema(summary="List news and policies with their audience"),
    retrieve=extend_schema(summary="Get an entry"),
)
class NewsEntryViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """News and policies for those who write them."""

    queryset = NewsEntry.objects.all()
    serializer_class = NewsEntrySerializer
    filterset_fields = ("kind", "audience", "site", "team", "queue")
    cursor_ordering = ("-starts_at", "-pk")
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(
        ("GET", "POST", "PATCH", "DELETE"), "news.edit"
    )

    @extend_schema(summary="Write news or a policy", responses={201: NewsEntrySerializer})
    def create(self, request: Request) -> Response:
        """People are told when it begins to be shown."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        data.pop("asks_again", None)
        with _refusals():
            entry = publish_news(wanted=NewsInput(**_words(data)), by=_writer(request), at=now())
        return Response(self.get_serializer(entry).data, status=201)

    @extend_schema(summary="Change an entry", responses=NewsEntrySerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changed words are a new version; what was acknowledged stays on record."""
        entry: Any = self.get_object()
        asked = self.get_serializer(entry, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        data = {**_as_it_is(entry), **asked.validated_data}
        asks_again = data.pop("asks_again", True)
        with _refusals():
            changed = change_news(
                entry=entry,
                wanted=NewsInput(**data),
                asks_again=asks_again,
                by=_writer(request),
                at=now(),
            )
        return Response(self.get_serializer(changed).data)

    @extend_schema(summary="Withdraw an entry")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """It is shown no longer; what was acknowledged stays on record."""
        found: Any = self.get_object()
        withdraw_news(entry=found, at=now())
        return Response(status=204)

    @extend_schema(summary="Ask who has acknowledged an entry", responses=ReadersSerializer)
    @action(detail=True, methods=["get"])
    def readers(self, request: Request, pk: str | None = None) -> Response:
        """Those who have not come first."""
        found: Any = self.get_object()
        readers = readers_of(found, at=now())
        missing = sum(reader.acknowledged_at is None for reader in readers)
        return Response(ReadersSerializer({"missing": missing, "results": readers}).data)

    @extend_schema(
        summary="Remind those who have not acknowledged",
        request=None,
        responses={202: RemindedSerializer},
    )
    @action(detail=True, methods=["post"])
    def remind(self, request: Request, pk: str | None = None) -> Response:
        """By a notice, at most once an hour."""
        found: Any = self.get_object()
        try:
            reminded = remind_readers(entry=found, at=now())
        except UnableToRemind as error:
            raise Conflict(str(error)) from error
        return Response({"reminded": reminded}, status=202)


@extend_schema_view(
    list=extend_schema(summary="List links to knowledge"),
    retrieve=extend_schema(summary="Get a link to knowledge"),
)
class KnowledgeLinkViewSet(IdempotentMixin, IfMatchMixin, ReadViewSet):
    """Links to knowledge for those who keep them."""

    queryset = KnowledgeLink.objects.all()
    serializer_class = KnowledgeLinkSerializer
    filterset_fields = ("activity_code", "queue")
    cursor_ordering = ("place", "title", "pk")
    required_permission: ClassVar[dict[str, str]] = dict.fromkeys(
        ("GET", "POST", "PATCH", "DELETE"), "news.edit"
    )

    @extend_schema(summary="Add a link to knowledge", responses={201: KnowledgeLinkSerializer})
    def create(self, request: Request) -> Response:
        """Of an activity, a queue or both."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with _refusals():
            link = save_link(
                link=None, wanted=LinkInput(**asked.validated_data), by=_writer(request)
            )
        return Response(self.get_serializer(link).data, status=201)

    @extend_schema(summary="Change a link to knowledge", responses=KnowledgeLinkSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """What is left out stays."""
        found: Any = self.get_object()
        asked = self.get_serializer(found, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        names = ("title", "url", "activity_code", "queue", "place")
        data = {name: getattr(found, name) for name in names} | dict(asked.validated_data)
        with _refusals():
            link = save_link(link=found, wanted=LinkInput(**data), by=_writer(request))
        return Response(self.get_serializer(link).data)

    @extend_schema(summary="Delete a link to knowledge")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """At once."""
        found: Any = self.get_object()
        delete_link(link=found)
        return Response(status=204)


class KnowledgeView(APIView):
    """Links that help at what is being done."""

    required_permission: ClassVar[dict[str, str]] = {"GET": OWN}

    @extend_schema(
        summary="List links that help at an activity or with a queue's work",
        parameters=[
            OpenApiParameter("activity_code", int, description="Number of the activity code."),
            OpenApiParameter("queue", int, description="Number of the queue."),
        ],
        responses=KnowledgeListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Those of the activity and those of the queue."""
        links = knowledge_for(
            request.user,
            activity_code_id=row_number(request.query_params.get("activity_code", "")),
            queue_id=row_number(request.query_params.get("queue", "")),
        )
        return Response(KnowledgeListSerializer({"results": links}).data)


def _writer(request: Request) -> User:
    person = person_of(request)
    if person is None:
        raise Conflict(_("This takes a person; an API key is none."))
    return person


def _words(data: dict[str, Any]) -> dict[str, Any]:
    return {"body": "", **data}


def _as_it_is(entry: NewsEntry) -> dict[str, Any]:
    version = shown_version(entry)
    fields = (
        *("kind", "audience", "site", "team", "queue", "starts_at", "ends_at"),
        "needs_acknowledgement",
    )
    words = ("title", "body", "link_title", "link_url")
    return {name: getattr(entry, name) for name in fields} | {
        name: getattr(version, name) for name in words
    }


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell what the service refuses as the field's fault."""
    try:
        yield
    except (UnableToSaveNews, UnableToSaveLink) as error:
        detail = str(error)
        raise ValidationError({error.field: detail} if error.field else detail) from error
