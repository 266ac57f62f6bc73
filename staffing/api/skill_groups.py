"""Groups of a pool over REST: who can do what, and what runs make of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from staffing.models import Pool, RequirementRun
from staffing.queries.pools import pool_results
from staffing.queries.skill_groups import groups_of
from staffing.services.skill_groups import (
    MOST_RANK,
    GroupTerms,
    UnableToGroup,
    set_skill_groups,
    take_groups_from_people,
)
from wfm.org.api.lookups import queue_of
from wfm.web.api.errors import Conflict

MOST_PEOPLE = 2**31 - 1


class RankSerializer(serializers.Serializer[Any]):
    """A queue that a group can do."""

    queue = serializers.IntegerField()
    rank = serializers.IntegerField(
        min_value=1, max_value=MOST_RANK, help_text="1 is taken first; equal: longest wait."
    )


class GroupSerializer(serializers.Serializer[Any]):
    """People who can do the same queues."""

    name = serializers.CharField(max_length=120)
    max_agents = serializers.IntegerField(
        min_value=0, max_value=MOST_PEOPLE, allow_null=True, default=None
    )
    queues = RankSerializer(many=True)

    def validate_queues(self, value: list[dict[str, int]]) -> list[dict[str, int]]:
        """Refuse a queue that is there twice."""
        times = Counter(item["queue"] for item in value)
        if twice := [queue for queue, count in times.items() if count > 1]:
            raise serializers.ValidationError(
                _("Queue %(queue)s is there twice; give each queue one rank.") % {"queue": twice[0]}
            )
        return value


class GroupsSerializer(serializers.Serializer[Any]):
    """All groups of a pool; none makes everybody able to do everything."""

    groups = GroupSerializer(many=True)


class TakenSerializer(GroupsSerializer):
    """Groups taken from people's skills."""

    notes = serializers.ListField(
        child=serializers.CharField(), help_text="Who is shared with other pools, and how."
    )


class FromPeopleSerializer(serializers.Serializer[Any]):
    """The date whose people are counted."""

    on = serializers.DateField(required=False, help_text="Today where it is left out.")


class SplitSerializer(serializers.Serializer[Any]):
    """A pool of a run, split over its groups; arrays have one element per interval."""

    pool = serializers.IntegerField(source="pool_id", allow_null=True)
    name = serializers.CharField()
    note = serializers.CharField(source="reason")
    required_hours = serializers.FloatField()
    separate_hours = serializers.FloatField()
    pooled_hours = serializers.FloatField(source="figures.pooled_hours")
    simulated_days = serializers.IntegerField(source="figures.simulated_days")
    groups = serializers.JSONField(source="figures.groups")
    queues = serializers.JSONField(source="figures.queues")
    intervals = serializers.JSONField(source="figures.intervals")
    misses = serializers.ListField(
        child=serializers.JSONField(), source="figures.misses", default=list
    )


def _groups(pool: Pool) -> dict[str, Any]:
    return {
        "groups": [
            {
                "name": group.name,
                "max_agents": group.max_agents,
                "queues": [
                    {"queue": item.member.queue_id, "rank": item.rank}
                    for item in group.queues.all()
                ],
            }
            for group in groups_of(pool)
        ]
    }


class SkillGroupsView(APIView):
    """Who in a pool can do what."""

    required_permission = {
        "GET": "staffing.view",
        "PUT": "staffing.edit",
        "POST": "staffing.edit",
    }

    @extend_schema(summary="List a pool's skill groups", responses={200: GroupsSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Return the groups with their queues, first taken first."""
        return Response(_groups(_pool(request, pk)))

    @extend_schema(
        summary="Set a pool's skill groups",
        request=GroupsSerializer,
        responses={200: GroupsSerializer},
    )
    def put(self, request: Request, pk: int) -> Response:
        """Put these groups in place of those there are; 409 with the sentence where they cannot."""
        pool = _pool(request, pk)
        asked = GroupsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        terms = [
            GroupTerms(
                name=group["name"],
                ranks=[
                    (queue_of(request, str(item["queue"])), item["rank"])
                    for item in group["queues"]
                ],
                max_agents=group["max_agents"],
            )
            for group in asked.validated_data["groups"]
        ]
        try:
            set_skill_groups(pool=pool, groups=terms)
        except UnableToGroup as error:
            raise Conflict(str(error)) from error
        return Response(_groups(pool))

    @extend_schema(
        summary="Take a pool's skill groups from people's skills",
        request=FromPeopleSerializer,
        responses={200: TakenSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make a group of each set of skills that active agents have on a date."""
        pool = _pool(request, pk)
        asked = FromPeopleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            taken = take_groups_from_people(
                pool=pool,
                on=asked.validated_data.get("on") or localdate(),
                principal=request.user,
            )
        except UnableToGroup as error:
            raise Conflict(str(error)) from error
        return Response(_groups(pool) | {"notes": taken.notes})


class SkillSplitsView(APIView):
    """What a run makes of the pools that have groups."""

    required_permission = {"GET": "staffing.view"}

    @extend_schema(
        summary="List a run's pools by skill group", responses={200: SplitSerializer(many=True)}
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return heads by group and interval, and the simulated level of each queue."""
        run = get_object_or_404(RequirementRun.objects.visible_to(request.user), pk=pk)
        found = [
            result
            for result in pool_results(run, principal=request.user)
            if "groups" in result.figures
        ]
        return Response(SplitSerializer(found, many=True).data)


def _pool(request: Request, pk: int) -> Pool:
    return get_object_or_404(Pool.objects.visible_to(request.user), pk=pk)
