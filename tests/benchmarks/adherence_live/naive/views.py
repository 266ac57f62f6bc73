"""Take events one by one, and say at once where each agent stands."""

import json
from datetime import timedelta

import redis
from django.conf import settings
from django.utils.timezone import now
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from scheduling.models import Shift
from tests.benchmarks.adherence_live.naive.models import NaiveEvent, NaiveLive
from wfm.org.models import ActivityCode, Agent

WORKING = {"AVAILABLE", "HANDLING"}


class EventSerializer(serializers.Serializer):
    event_uid = serializers.CharField(max_length=80)
    agent_key = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    kind = serializers.CharField(default="state")
    code = serializers.CharField(required=False, default="")
    sequence = serializers.IntegerField(default=0)


class NaiveIntakeView(APIView):
    required_permission = {"POST": "event.ingest"}

    def post(self, request):
        form = EventSerializer(data=request.data["events"], many=True)
        form.is_valid(raise_exception=True)
        accepted = 0
        for data, raw in zip(form.validated_data, request.data["events"], strict=True):
            agent = Agent.objects.get(employee_number=data["agent_key"])
            code = ActivityCode.objects.get(key=data["code"]) if data["code"] else None
            _event, is_new = NaiveEvent.objects.get_or_create(
                source=request.data["source"],
                event_uid=data["event_uid"],
                defaults={
                    "agent": agent,
                    "occurred_at": data["occurred_at"],
                    "activity_code": code,
                    "raw": raw,
                },
            )
            accepted += is_new
            tell(refresh(agent))
        return Response({"accepted": accepted})


def refresh(agent):
    """The agent's day so far: planned and out, second by second of each activity."""
    at = now()
    scheduled = out = 0
    planned = None
    shifts = Shift.objects.filter(
        agent=agent, is_published=True, starts_at__lte=at, ends_at__gt=at - timedelta(hours=12)
    )
    for shift in shifts:
        events = list(
            NaiveEvent.objects.filter(agent=agent, occurred_at__gte=shift.starts_at)
            .select_related("activity_code")
            .order_by("occurred_at")
        )
        for activity in shift.activities.order_by("starts_at"):
            end = min(activity.ends_at, at)
            if end <= activity.starts_at:
                continue
            scheduled += (end - activity.starts_at).total_seconds()
            if activity.starts_at <= at < activity.ends_at:
                planned = activity.activity_code
            out += out_of(activity, end, events)
    last = (
        NaiveEvent.objects.filter(agent=agent, occurred_at__lte=at)
        .select_related("activity_code")
        .order_by("-occurred_at")
        .first()
    )
    live, _created = NaiveLive.objects.get_or_create(agent=agent)
    code = last.activity_code if last else None
    live.state_group = code.state_group if code else "OFFLINE"
    live.planned_code = planned
    live.scheduled_seconds, live.out_seconds = int(scheduled), int(out)
    live.save()
    return live


def out_of(activity, end, events):
    code = activity.activity_code
    accepted = WORKING if code.is_work else {code.state_group}
    moment, group, out = activity.starts_at, "OFFLINE", 0.0
    for event in events:
        if event.occurred_at >= end:
            break
        if event.occurred_at > moment and group not in accepted:
            out += (event.occurred_at - moment).total_seconds()
        moment = max(event.occurred_at, moment)
        group = event.activity_code.state_group if event.activity_code else "OFFLINE"
    if group not in accepted:
        out += (end - moment).total_seconds()
    return out


def tell(live):
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.publish("naive", json.dumps({"agent": live.agent_id, "group": live.state_group}))
