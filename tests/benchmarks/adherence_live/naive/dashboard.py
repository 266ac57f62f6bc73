"""The page as one would write it first: for each agent the last event, the plan, the day so far."""

import argparse
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from adherence.models import ActivityEvent  # noqa: E402
from scheduling.models import Shift  # noqa: E402
from tests.benchmarks.adherence_live.stack import tree_cpu  # noqa: E402
from wfm.org.models import Agent, AgentAssignment  # noqa: E402
from wfm.org.tenancy import system_tenant  # noqa: E402

WORKING = {"AVAILABLE", "HANDLING"}


def row(agent):
    at = now()
    assignment = (
        AgentAssignment.objects.filter(agent=agent, starts_on__lte=at.date())
        .select_related("team__site")
        .order_by("-starts_on")
        .first()
    )
    shift = Shift.objects.filter(
        agent=agent, is_published=True, starts_at__lte=at, ends_at__gt=at
    ).first()
    planned, upcoming, out = None, None, 0.0
    last = (
        ActivityEvent.objects.filter(agent=agent, occurred_at__lte=at)
        .select_related("activity_code")
        .order_by("-occurred_at")
        .first()
    )
    if shift is not None:
        events = list(
            ActivityEvent.objects.filter(agent=agent, occurred_at__gte=shift.starts_at)
            .select_related("activity_code")
            .order_by("occurred_at")
        )
        for activity in shift.activities.select_related("activity_code").order_by("starts_at"):
            if activity.starts_at <= at < activity.ends_at:
                planned = activity
            elif activity.starts_at > at and upcoming is None:
                upcoming = activity
        for event in events:
            if planned and event.activity_code and event.activity_code.state_group not in WORKING:
                out += 1
    return {
        "name": agent.name,
        "team": assignment.team.name if assignment else "",
        "state": last.activity_code.key if last and last.activity_code else "",
        "planned": planned.activity_code.key if planned else "",
        "next": upcoming.activity_code.key if upcoming else "",
        "out": out,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    options = parser.parse_args()
    with system_tenant():
        agents = list(Agent.objects.order_by("pk")[: options.agents])
        row(agents[0])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        begun, database = time.process_time(), tree_cpu(backend)
        for agent in agents:
            row(agent)
        used = time.process_time() - begun + tree_cpu(backend) - database
    sys.stdout.write(str(1000 * used / len(agents)))


if __name__ == "__main__":
    main()
