"""Two live queues whose people differ in what they can do, and runs over them."""

from datetime import date

from staffing.models import RequirementPoolResult, SkillGroup
from staffing.services.skill_groups import GroupTerms
from tests.factories.org import make_client, make_goal, make_queue
from tests.factories.staffing import make_pool
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    start_without_ringing,
)
from wfm.org.tenancy import system_tenant

OPEN = ((540, 720),)
TODAY = date(2026, 3, 2)


def make_queues():
    """Two live queues of one client, each with a skill of its own."""
    with system_tenant():
        client = make_client()
        made = [
            make_queue(name=name, client=client, interval_minutes=30, opening=OPEN)
            for name in ("Orders", "Returns")
        ]
        for queue in made:
            make_goal(queue)
        return made


def make_desk(queues):
    with system_tenant():
        return make_pool(*queues, name="Desk")


def two_groups(queues, *, most=None):
    orders, returns = queues
    return [
        GroupTerms("Both", [(returns, 1), (orders, 2)]),
        GroupTerms("Only orders", [(orders, 1)], most),
    ]


def said(pool):
    """Group: (people at most, rank by queue)."""
    with system_tenant():
        return {
            group.name: (
                group.max_agents,
                {item.member.queue.name: item.rank for item in group.queues.all()},
            )
            for group in SkillGroup.objects.filter(pool=pool)
        }


def started(monkeypatch, queues, *, volumes=(40.0, 30.0), days=1, starts_at=MONDAY):
    with system_tenant():
        forecast = make_forecast([], days=days, starts_at=starts_at)
        forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
        forecast.save()
        for queue, volume in zip(queues, volumes, strict=True):
            add_forecast_queue(
                forecast,
                queue,
                offered=lambda at, v=volume: v + at.day if 9 <= at.hour < 12 else 0.0,
            )
    return start_without_ringing(forecast, monkeypatch)


def staffed(monkeypatch, queues, **asked):
    run = started(monkeypatch, queues, **asked)
    assert compute(run).status == "SUCCEEDED"
    return run


def pool_result(run):
    with system_tenant():
        return RequirementPoolResult.objects.get(run=run)
