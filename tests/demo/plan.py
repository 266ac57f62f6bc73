"""A published plan for the demo's people, laid by a simple rule instead of the solver."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftActivity
from wfm.demo.calendar import days_between
from wfm.demo.operation import HALIFAX, TORONTO
from wfm.demo.people import Person, people
from wfm.demo.workforce import NIGHT_TEAM
from wfm.org.models import ActivityCode, Agent, Queue

DAY_STARTS = (7, 9, 13)


def publish_plan(*, starts_on: date, ends_on: date) -> ScheduleVersion:
    """Publish eight-hour shifts: weekdays for all, every day for the line that never closes."""
    version = ScheduleVersion.objects.create(
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=TORONTO,
        status=ScheduleStatus.PUBLISHED,
        published_at=datetime.combine(starts_on, datetime.min.time(), tzinfo=UTC),
    )
    agents = {agent.employee_number: agent for agent in Agent.objects.all()}
    queues = {queue.key: queue for queue in Queue.objects.all()}
    codes = {code.key: code for code in ActivityCode.objects.all()}
    planned = [
        (agents[person.number], queues[person.skills[place % len(person.team.skills)]], start)
        for place, person in enumerate(people())
        for day in days_between(starts_on, ends_on)
        if (start := _start(person, place, day)) is not None
    ]
    shifts = Shift.objects.bulk_create(
        Shift(
            version=version,
            agent=agent,
            operational_date=start.astimezone(ZoneInfo(TORONTO)).date(),
            starts_at=start,
            ends_at=start + timedelta(hours=8),
            paid_minutes=450,
            is_published=True,
        )
        for agent, _, start in planned
    )
    ShiftActivity.objects.bulk_create(
        ShiftActivity(
            shift=shift,
            activity_code=codes[code],
            queue=queue if code == "work" else None,
            starts_at=start + timedelta(hours=begins),
            ends_at=start + timedelta(hours=ends),
        )
        for shift, (_, queue, start) in zip(shifts, planned, strict=True)
        for code, begins, ends in (("work", 0, 4), ("lunch", 4, 4.5), ("work", 4.5, 8))
    )
    return version


def _start(person: Person, place: int, day: date) -> datetime | None:
    zone = ZoneInfo(TORONTO if person.team.site == "Toronto" else HALIFAX)
    is_night = person.team.name == NIGHT_TEAM
    never_closes = "claims-line" in person.team.skills
    if (place + day.toordinal()) % 7 >= 5 if never_closes else day.weekday() > 4:
        return None
    hour = 20 + 3 * (place % 2) if is_night else DAY_STARTS[place % 3]
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
