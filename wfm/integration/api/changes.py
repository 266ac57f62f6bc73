"""The feed of changes over REST."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.integration.models import Change
from wfm.integration.models.change import ChangeQuerySet
from wfm.integration.queries.change_feed import (
    CursorTooOld,
    FeedCursor,
    UnreadableCursor,
    feed_end,
    held_back_since,
    read_changes,
)
from wfm.web.api.fields import row_number
from wfm.web.api.schema import ErrorResponseSerializer

PAGE, MOST = 100, 1000
FROM_NOW = "now"


class Gone(APIException):
    """410: what comes after the cursor is no longer kept."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """One change."""

    class Meta:
        model = Change
        fields = ["id", "kind", "key", "payload", "client", "at"]


class ChangePageSerializer(serializers.Serializer[Any]):
    """Some changes in order, and where to go on."""

    results = ChangeSerializer(many=True)
    cursor = serializers.CharField(help_text="Send it as `since` to go on from here.")
    has_more = serializers.BooleanField(help_text="Ask again at once; otherwise after a while.")
    held_back_since = serializers.DateTimeField(
        allow_null=True,
        help_text="Changes recorded since then wait for an older transaction to end. They come.",
    )


class ChangesView(GenericAPIView[Change]):
    """What has changed, in order; nothing is lost and nothing comes twice."""

    queryset = Change.objects.all()
    serializer_class = ChangePageSerializer
    pagination_class = None
    filter_backends = ()
    required_permission = {"GET": "webhook.view"}

    @extend_schema(
        summary="Read what has changed since a cursor",
        description=(
            "Keep the cursor of each answer and send it as `since`. Changes of one thing (`key`) "
            "come in their order. A client's key reads that client's changes."
        ),
        parameters=[
            OpenApiParameter(
                "since",
                str,
                description="Cursor of the last answer; `now` for what comes from now on; left out"
                " for everything that is kept.",
            ),
            OpenApiParameter(
                "kind",
                str,
                description="Kinds with commas between them; `schedule.*` names a family.",
            ),
            OpenApiParameter("page_size", int, description="Changes in an answer, 1 to 1,000."),
        ],
        responses={
            200: ChangePageSerializer,
            410: OpenApiResponse(
                ErrorResponseSerializer, description="Changes after the cursor are not kept."
            ),
        },
    )
    def get(self, request: Request) -> Response:
        """Return a page."""
        mine: ChangeQuerySet = Change.objects.visible_to(request.user)
        kinds = [item for item in request.query_params.get("kind", "").split(",") if item]
        text = request.query_params.get("since", "")
        after = feed_end() if text == FROM_NOW else _cursor(text)
        try:
            page = read_changes(changes=mine, after=after, limit=_limit(request), kinds=kinds)
        except CursorTooOld as error:
            raise Gone(str(error)) from error
        answer = {
            "results": page.changes,
            "cursor": page.cursor.as_text(),
            "has_more": page.has_more,
            "held_back_since": None if page.has_more else held_back_since(mine, at=now()),
        }
        return Response(ChangePageSerializer(answer).data)


def _cursor(text: str) -> FeedCursor | None:
    if not text:
        return None
    try:
        return FeedCursor.from_text(text)
    except UnreadableCursor as error:
        raise ValidationError({"since": str(error)}) from error


def _limit(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE))
    number = row_number(text)
    if number is None or not 1 <= number <= MOST:
        raise ValidationError(
            {"page_size": _("Expected a number from 1 to %(most)d.") % {"most": MOST}}
        )
    return number
