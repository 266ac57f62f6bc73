"""Shrinkage over REST: profiles by code, and which code costs how many people."""

from __future__ import annotations

from typing import Any

import numpy as np
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from staffing.models import RequirementQueueResult, ShrinkageProfile, ShrinkageRate
from staffing.queries import series_of_run
from staffing.queries.shrinkage import people_by_code
from staffing.services import RateChange, UnableToChangeShrinkage, change_shrinkage
from wfm.org.api.lookups import queue_of
from wfm.org.models import ActivityCode
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import InstantField
from wfm.web.api.views import ReadViewSet


class ShrinkageRateSerializer(serializers.ModelSerializer[ShrinkageRate]):
    """One code's share of paid time."""

    code: serializers.SlugRelatedField[ActivityCode] = serializers.SlugRelatedField(
        source="activity_code", slug_field="key", queryset=ActivityCode.objects.all()
    )

    class Meta:
        model = ShrinkageRate
        fields = ["code", "rate", "weekday", "starts_minute", "ends_minute", "is_scheduled"]


class ShrinkageProfileSerializer(serializers.ModelSerializer[ShrinkageProfile]):
    """The shrinkage of a queue, in force [starts_on, ends_on)."""

    rates = ShrinkageRateSerializer(many=True, read_only=True)

    class Meta:
        model = ShrinkageProfile
        fields = ["id", "queue", "name", "starts_on", "ends_on", "rates"]
        read_only_fields = fields


class MakeProfileSerializer(serializers.Serializer[Any]):
    """A new profile; the one in force ends the day before."""

    queue = serializers.IntegerField()
    name = serializers.CharField(max_length=80)
    starts_on = serializers.DateField()
    rates = ShrinkageRateSerializer(many=True, allow_empty=False)


class PaidIntervalSerializer(serializers.Serializer[Any]):
    """Paid people of one interval: on position and away by code."""

    starts_at = InstantField()
    required_agents = serializers.FloatField()
    people_by_code = serializers.DictField(child=serializers.FloatField())
    paid_people = serializers.FloatField()


@extend_schema_view(
    list=extend_schema(summary="List shrinkage profiles, newest first"),
    retrieve=extend_schema(summary="Get one shrinkage profile"),
)
class ShrinkageProfileViewSet(ReadViewSet):
    """Shares of paid time by code, weekday and time of day."""

    queryset = ShrinkageProfile.objects.prefetch_related("rates__activity_code")
    serializer_class = ShrinkageProfileSerializer
    required_permission = {"GET": "staffing.view", "POST": "staffing.edit"}
    cursor_ordering = ("-pk",)

    @extend_schema(
        summary="Begin a shrinkage profile",
        request=MakeProfileSerializer,
        responses={201: ShrinkageProfileSerializer},
    )
    def create(self, request: Request) -> Response:
        """Begin a profile; 409 with the sentence where it overlaps or leaves nobody."""
        asked = MakeProfileSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        try:
            profile = change_shrinkage(
                queue=queue_of(request, str(values["queue"])),
                name=values["name"],
                rates=[RateChange(**rate) for rate in values["rates"]],
                starts_on=values["starts_on"],
            )
        except UnableToChangeShrinkage as error:
            raise Conflict(str(error)) from error
        return Response(ShrinkageProfileSerializer(profile).data, status=status.HTTP_201_CREATED)


class PaidPeopleView(APIView):
    """Which code costs how many people in a run, by interval."""

    required_permission = {"GET": "staffing.view"}

    @extend_schema(
        summary="List a run's paid people by shrinkage code",
        responses={200: PaidIntervalSerializer(many=True)},
    )
    def get(self, request: Request, pk: int, queue_pk: int) -> Response:
        """Return every open interval of a queue's requirement."""
        results = RequirementQueueResult.objects.visible_to(request.user).with_numbers()
        result = get_object_or_404(results.select_related("queue", "run"), run=pk, queue=queue_pk)
        series = series_of_run(result)
        found = people_by_code(result, series)
        moments = series.moments()
        rows = [
            {
                "starts_at": moments[row],
                "required_agents": float(found.required_agents[row]),
                "people_by_code": {code: float(found.people[code][row]) for code in found.codes},
                "paid_people": float(found.paid_people[row]),
            }
            for row in np.flatnonzero(series.is_open).tolist()
        ]
        return Response(PaidIntervalSerializer(rows, many=True).data)
