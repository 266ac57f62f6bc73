"""Rows of the schedule room; name only what decides the test."""

from datetime import UTC, date, datetime, timedelta

from django.utils.timezone import now

from forecasting.models import ForecastRun
from scheduling.models import (
    BreakRule,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftTemplate,
    TimeOff,
    TimeOffStatus,
)
from staffing.models import RequirementInterval, RequirementQueueResult, RequirementRun
from tests.factories import org
from wfm.org.models import ActivityCode, StateGroup

MONDAY = date(2026, 3, 2)
QUARTER = timedelta(minutes=15)


def at(day=0, hour=0, minute=0, *, monday=MONDAY):
    """An instant of the week, UTC."""
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + timedelta(
        days=day, hours=hour, minutes=minute
    )


def make_codes():
    """Work, break and lunch, once."""
    wanted = {
        "work": {"letter": "W", "is_work": True, "state_group": StateGroup.AVAILABLE},
        "break": {"letter": "B", "state_group": StateGroup.AWAY},
        "lunch": {"letter": "L", "state_group": StateGroup.AWAY, "is_paid": False},
    }
    return {
        key: ActivityCode.objects.filter(key=key).first()
        or org.make_activity_code(key=key, name=key.title(), **fields)
        for key, fields in wanted.items()
    }


def make_requirement(*, queue, people=2.0, hours=(8, 18), days=7, monday=MONDAY, published=True):
    """A requirement of so many people in these UTC hours of each day.

    `people` is a number, or a function of (day, quarter hour) where the need is to change.
    """
    needed = people if callable(people) else lambda day, slot: people
    forecast = ForecastRun.objects.create(
        starts_at=at(monday=monday), ends_at=at(days, monday=monday), origin_at=at(monday=monday)
    )
    run = RequirementRun.objects.create(
        forecast_run=forecast, published_at=now() if published else None
    )
    RequirementQueueResult.objects.create(run=run, queue=queue, model="A")
    RequirementInterval.objects.bulk_create(
        RequirementInterval(
            run=run,
            queue=queue,
            starts_at=at(day, monday=monday) + slot * QUARTER,
            offered=10,
            aht_seconds=240,
            workload_erlangs=needed(day, slot),
            required_agents=needed(day, slot),
            required_fte=needed(day, slot) if hours[0] * 4 <= slot < hours[1] * 4 else 0.0,
        )
        for day in range(days)
        for slot in range(96)
    )
    return run


def make_contract(*, template=None, **fields):
    """Five days of eight hours between 06:00 and 22:00, with a lunch in the middle."""
    codes = make_codes()
    contract = org.make_employment_contract(
        **{
            "weekly_minutes_min": 2400,
            "weekly_minutes_max": 2400,
            "days_per_week_min": 5,
            "days_per_week_max": 5,
        }
        | fields
    )
    row = ShiftTemplate.objects.create(
        **{
            "employment_contract": contract,
            "name": "Day",
            "earliest_start_minute": 360,
            "latest_start_minute": 720,
            "length_min_minutes": 510,
            "length_max_minutes": 510,
        }
        | (template or {})
    )
    BreakRule.objects.create(
        template=row,
        activity_code=codes["lunch"],
        minutes=30,
        earliest_minute=180,
        latest_minute=270,
        is_paid=False,
    )
    return contract


def make_version(*, monday=MONDAY, days=7, **fields):
    return ScheduleVersion.objects.create(
        **{
            "starts_on": monday,
            "ends_on": monday + timedelta(days=days),
            "timezone": "UTC",
            "parameters": {"time_limit_seconds": 5},
        }
        | fields
    )


def make_shift(*, version, agent, starts_at, ends_at, queue=None, published=False, **fields):
    """A shift of queue work alone."""
    shift = Shift.objects.create(
        **{
            "version": version,
            "agent": agent,
            "operational_date": starts_at.date(),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "paid_minutes": int((ends_at - starts_at).total_seconds() // 60),
            "is_published": published,
        }
        | fields
    )
    ShiftActivity.objects.create(
        shift=shift,
        activity_code=make_codes()["work"],
        queue=queue,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return shift


def make_time_off(agent, *, day=0, days=1, monday=MONDAY, **fields):
    """Granted time off of whole UTC days."""
    code = ActivityCode.objects.filter(key="vacation").first() or org.make_activity_code(
        key="vacation", name="Vacation", state_group=StateGroup.OFFLINE
    )
    return TimeOff.objects.create(
        **{
            "agent": agent,
            "activity_code": code,
            "starts_at": at(day, monday=monday),
            "ends_at": at(day + days, monday=monday),
            "status": TimeOffStatus.APPROVED,
            "paid_minutes": 480 * days,
        }
        | fields
    )
