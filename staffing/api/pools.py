"""Pools over REST: which queues the same people serve, and what runs say of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from staffing.models import Pool, RequirementPoolResult
from staffing.models.pool import MOST_GIVEN
from staffing.services import (
    PoolSettings,
    UnableToChangePool,
    change_pool,
    create_pool,
    delete_pool,
)
from wfm.org.api.lookups import queue_of
from wfm.org.models import Queue
from wfm.web.api.errors import Conflict
from wfm.web.api.views import ReadViewSet


class PoolSerializer(serializers.ModelSerializer[Pool]):
    """Queues that the same people serve, the first one before the others."""

    queues = serializers.SerializerMethodField()

    class Meta:
        model = Pool
        fields = [
            "id",
            "name",
            "max_occupancy_rate",
            "live_give_rate",
            "is_interruptible",
            "deferred_in_order",
            "queues",
        ]
        read_only_fields = fields

    def get_queues(self, pool: Pool) -> list[int]:
        """Ids of the queues in the order of their priorities."""
        return list(pool.members.order_by("priority").values_list("queue_id", flat=True))


class WritePoolSerializer(serializers.Serializer[Any]):
    """A pool with all its queues."""

    name = serializers.CharField(max_length=120)
    max_occupancy_rate = serializers.FloatField(min_value=0.01, max_value=1.0, default=0.85)
    live_give_rate = serializers.FloatField(min_value=0.0, max_value=MOST_GIVEN, default=0.005)
    is_interruptible = serializers.BooleanField(default=False)
    deferred_in_order = serializers.BooleanField(
        default=False,
        help_text="Deferred queues in the order of `queues`; else by due time. Live ones come first.",
    )
    queues = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of the queues, first served first."
    )


@extend_schema_view(
    list=extend_schema(summary="List pools, newest first"),
    retrieve=extend_schema(summary="Get one pool"),
)
class PoolViewSet(ReadViewSet):
    """Queues that the same people serve: live ones by priority, deferred ones in idle time."""

    queryset = Pool.objects.all()
    serializer_class = PoolSerializer
    required_permission = {
        "GET": "staffing.view",
        "POST": "staffing.edit",
        "PUT": "staffing.edit",
        "DELETE": "staffing.edit",
    }
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Make a pool", request=WritePoolSerializer, responses={201: PoolSerializer}
    )
    def create(self, request: Request) -> Response:
        """Make it; 409 with the sentence where a queue is in another pool."""
        settings, queues = self._asked(request)
        try:
            pool = create_pool(settings=settings, queues=queues)
        except UnableToChangePool as error:
            raise Conflict(str(error)) from error
        return Response(PoolSerializer(pool).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a pool", request=WritePoolSerializer, responses={200: PoolSerializer}
    )
    def update(self, request: Request, pk: str | None = None) -> Response:
        """Give it these settings and queues; published requirements are then out of date."""
        pool = self.get_object()
        settings, queues = self._asked(request)
        try:
            changed = change_pool(pool=pool, settings=settings, queues=queues)
        except UnableToChangePool as error:
            raise Conflict(str(error)) from error
        return Response(PoolSerializer(changed).data)

    @extend_schema(summary="Take a pool apart", request=None, responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """The queues are staffed apart again; what runs said of the pool stays with them."""
        delete_pool(pool=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _asked(self, request: Request) -> tuple[PoolSettings, list[Queue]]:
        asked = WritePoolSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        queues = [queue_of(request, str(pk)) for pk in values.pop("queues")]
        return PoolSettings(**values), queues


class RequirementPoolResultSerializer(serializers.ModelSerializer[RequirementPoolResult]):
    """What a run says of a pool: its people together and apart, or why it stayed apart."""

    class Meta:
        model = RequirementPoolResult
        fields = [
            "id",
            "run",
            "pool",
            "name",
            "queue_ids",
            "outcome",
            "reason",
            "required_hours",
            "separate_hours",
            "figures",
        ]
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="List what runs say of pools, newest first"),
    retrieve=extend_schema(summary="Get what one run says of one pool"),
)
class RequirementPoolResultViewSet(ReadViewSet):
    """People of pools by interval, with what their queues would need apart."""

    queryset = RequirementPoolResult.objects.all()
    serializer_class = RequirementPoolResultSerializer
    required_permission = {"GET": "staffing.view"}
    cursor_ordering = ("-pk",)
