"""Links between queues over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from staffing.models import QueueLink
from staffing.models.link import MOST_DELAY_MINUTES, MOST_ITEMS
from staffing.services import LinkTerms, UnableToLink, delete_link, end_link, link_queues
from wfm.org.api.lookups import queue_of
from wfm.web.api.errors import Conflict
from wfm.web.api.views import ReadViewSet


class QueueLinkSerializer(serializers.ModelSerializer[QueueLink]):
    """So many items arrive in `target` for each that `source` finishes."""

    class Meta:
        model = QueueLink
        fields = ["id", "source", "target", "share", "delay_minutes", "starts_on", "ends_on"]
        read_only_fields = fields


class MakeLinkSerializer(serializers.Serializer[Any]):
    """A new link between two queues of one client."""

    source = serializers.IntegerField()  # type: ignore[assignment] # our field, not DRF's attribute
    target = serializers.IntegerField()
    share = serializers.FloatField(
        max_value=MOST_ITEMS, help_text="Items per finished item: above 0, at most 10."
    )
    delay_minutes = serializers.IntegerField(min_value=0, max_value=MOST_DELAY_MINUTES, default=0)
    starts_on = serializers.DateField(help_text="Local date of the source on which it finishes.")
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class EndLinkSerializer(serializers.Serializer[Any]):
    """When a link ends."""

    ends_on = serializers.DateField(help_text="The first date on which it holds no more.")


@extend_schema_view(
    list=extend_schema(summary="List links between queues, newest first"),
    retrieve=extend_schema(summary="Get one link"),
)
class QueueLinkViewSet(ReadViewSet):
    """What one queue finishes arrives in the next; loops are refused."""

    queryset = QueueLink.objects.all()
    serializer_class = QueueLinkSerializer
    required_permission = {
        "GET": "staffing.view",
        "POST": "staffing.edit",
        "PATCH": "staffing.edit",
        "DELETE": "staffing.edit",
    }
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Link two queues",
        request=MakeLinkSerializer,
        responses={201: QueueLinkSerializer},
    )
    def create(self, request: Request) -> Response:
        """Make the link; 409 with the sentence where it closes a loop or overlaps another."""
        asked = MakeLinkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        source, target = (queue_of(request, str(values.pop(end))) for end in ("source", "target"))
        try:
            link = link_queues(source=source, target=target, terms=LinkTerms(**values))
        except UnableToLink as error:
            raise Conflict(str(error)) from error
        return Response(QueueLinkSerializer(link).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="End a link", request=EndLinkSerializer, responses={200: QueueLinkSerializer}
    )
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Let it hold until the day before."""
        asked = EndLinkSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            link = end_link(link=self.get_object(), ends_on=asked.validated_data["ends_on"])
        except UnableToLink as error:
            raise Conflict(str(error)) from error
        return Response(QueueLinkSerializer(link).data)

    @extend_schema(summary="Take a link away", request=None, responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """As if it had never been; the audit keeps what it said."""
        delete_link(link=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
