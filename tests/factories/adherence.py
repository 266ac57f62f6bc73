"""Codes, published shifts and events; name only what decides the test."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.utils.timezone import now

from adherence import models
from forecasting.models import ForecastRun
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftActivity
from staffing.models import RequirementInterval, RequirementQueueResult, RequirementRun
from tests.factories.org import make_activity_code
from wfm.org.models import StateGroup

_numbers = count(1)


def make_codes():
    """The codes of a small centre, by key."""
    rows = (
        ("work", "W", StateGroup.AVAILABLE, {"is_work": True, "tolerance_seconds": 300}),
        ("claims", "C", StateGroup.HANDLING, {"is_work": True, "tolerance_seconds": 300}),
        ("break", "B", StateGroup.AWAY, {"tolerance_seconds": 180}),
        ("lunch", "L", StateGroup.AWAY, {"is_paid": False, "tolerance_seconds": 0}),
        ("wrap-up", "A", StateGroup.BUSY, {"is_work": True, "limit_seconds": 240}),
        ("trouble", "T", StateGroup.BUSY, {"limit_seconds": 600, "tolerance_seconds": 601}),
    )
    return {
        key: make_activity_code(
            key=key,
            name=key.title(),
            letter=letter,
            state_group=group,
            portal_position=place,
            **more,
        )
        for place, (key, letter, group, more) in enumerate(rows)
    }


def make_version(*, starts_on: date, ends_on: date | None = None):
    return ScheduleVersion.objects.create(
        starts_on=starts_on,
        ends_on=ends_on or starts_on + timedelta(days=7),
        timezone="UTC",
        status=ScheduleStatus.PUBLISHED,
        published_at=now(),
    )


def make_shift(agent, *rows, version=None, day=None, place="OFFICE", queue=None, is_published=True):
    """A shift of (starts_at, ends_at, code) rows that touch or leave an unpaid gap."""
    starts_at, ends_at = rows[0][0], rows[-1][1]
    day = day or starts_at.date()
    shift = Shift.objects.create(
        version=version or make_version(starts_on=day),
        agent=agent,
        operational_date=day,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        paid_minutes=int((ends_at - starts_at).total_seconds() // 60),
        is_published=is_published,
    )
    ShiftActivity.objects.bulk_create(
        ShiftActivity(shift=shift, starts_at=start, ends_at=end, activity_code=code, queue=queue)
        for start, end, code in rows
    )
    return shift


def make_event(agent, occurred_at, code=None, **fields):
    defaults = {
        "source": "acd",
        "event_uid": f"event-{next(_numbers)}",
        "received_at": occurred_at,
    }
    return models.ActivityEvent.objects.create(
        agent=agent, occurred_at=occurred_at, activity_code=code, **defaults | fields
    )


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(int(second), UTC)


def make_connector(kind="amazon-connect", *, source="acd", mappings=(), **fields):
    """A connector; `mappings` are (state, reason, code or None for clocked out)."""
    feed, _made = models.EventFeed.objects.get_or_create(
        source=source, defaults={"silence_limit_seconds": fields.pop("silence_limit_seconds", None)}
    )
    connector = models.Connector.objects.create(
        **{"name": source.title(), "kind": kind, "source": source, "feed": feed} | fields
    )
    for state, reason, code in mappings:
        models.StateMapping.objects.create(
            connector=connector,
            state=state,
            reason=reason,
            activity_code=code,
            meaning=models.StateMeaning.ACTIVITY if code else models.StateMeaning.CLOCKED_OUT,
        )
    return connector


def make_required(
    *queues, at, offered=60.0, aht_seconds=240.0, required=18.0, hours=(-3, 30), **fields
):
    """A published requirement of these queues, quarter by quarter around a moment."""
    begin = at.replace(minute=0, second=0, microsecond=0)
    starts_at, ends_at = begin + timedelta(hours=hours[0]), begin + timedelta(hours=hours[1])
    forecast = ForecastRun.objects.create(starts_at=starts_at, ends_at=ends_at, origin_at=starts_at)
    run = RequirementRun.objects.create(forecast_run=forecast, published_at=at)
    for queue in queues:
        step = timedelta(minutes=queue.interval_minutes)
        RequirementQueueResult.objects.create(
            run=run,
            queue=queue,
            model=fields.get("model", "A" if queue.is_live else "deferred"),
            detail=fields.get("detail", {}),
        )
        RequirementInterval.objects.bulk_create(
            RequirementInterval(
                run=run,
                queue=queue,
                starts_at=starts_at + index * step,
                offered=offered,
                aht_seconds=aht_seconds,
                workload_erlangs=offered * aht_seconds / step.total_seconds(),
                required_agents=required,
                required_fte=required,
                is_open=fields.get("is_open", True),
            )
            for index in range(int((ends_at - starts_at) / step))
        )
    return run


def make_live(agent, **fields):
    """An agent's live row, planned on nothing unless told otherwise."""
    return models.AgentLive.objects.update_or_create(agent=agent, defaults=fields)[0]
