"""Both floors in rows: a voice queue and a mailbox, two teams, a requirement, a published week."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from scheduling.models import ScheduleStatus
from staffing.models import RequirementInterval
from tests.factories import org
from tests.factories.scheduling import MONDAY, make_requirement, make_shift, make_version
from wfm.board.board import Ask, board
from wfm.org.access import SYSTEM
from wfm.timeline import day_bounds

BEFORE = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Sunday noon: the week of the tests lies ahead."""
SUNDAY = MONDAY + timedelta(days=6)


def at(day=0, hour=0, minute=0, *, monday=MONDAY):
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + timedelta(
        days=day, hours=hour, minutes=minute
    )


@dataclass
class Floors:
    """What a test may look at; `week` is the published schedule, from `monday` on."""

    client: object
    voice: object
    mail: object
    north: object
    south: object
    monday: date = MONDAY
    week: object = None
    agents: dict = field(default_factory=dict)


def make_floors(
    *,
    client=None,
    voice_people=2.0,
    mail_people=1.0,
    prefix="",
    with_week=True,
    monday=MONDAY,
):
    """Voice and mail ask for people 8-18 each day; nobody is scheduled yet."""
    client = client or org.make_client()
    voice = org.make_queue(client=client, name=f"{prefix}Voice", opening=((480, 1080),))
    mail = org.make_deferred_queue(
        client=client, name=f"{prefix}Mail", opening=((480, 1080),), weekdays=range(5)
    )
    org.make_goal(voice)
    org.make_goal(mail, level=0.9)
    make_requirement(queue=voice, people=voice_people, monday=monday)
    make_requirement(queue=mail, people=mail_people, monday=monday)
    for queue in (voice, mail):
        close(queue)
    floors = Floors(
        client=client,
        voice=voice,
        mail=mail,
        north=org.make_team(name=f"{prefix}North", site=org.make_site(timezone="UTC")),
        south=org.make_team(name=f"{prefix}South", site=org.make_site(timezone="Asia/Shanghai")),
        monday=monday,
    )
    if with_week:
        floors.week = make_version(
            status=ScheduleStatus.PUBLISHED, published_at=BEFORE, monday=monday
        )
    return floors


def close(queue, *, hours=(8, 18), **changes):
    """Close the queue's intervals outside these hours, as its opening hours have it."""
    days = {row.weekday for row in queue.opening_hours.all()}
    for row in RequirementInterval.objects.filter(queue=queue):
        is_open = row.starts_at.weekday() in days and hours[0] <= row.starts_at.hour < hours[1]
        RequirementInterval.objects.filter(pk=row.pk).update(
            is_open=is_open,
            offered=row.offered if is_open else 0.0,
            workload_erlangs=row.workload_erlangs if is_open else 0.0,
            required_agents=row.required_agents if is_open else 0.0,
            required_fte=row.required_fte if is_open else 0.0,
            **changes,
        )


def work(floors, team, queue, *, day=0, hours=(8, 18), skills=None, agent=None):
    """Somebody of the team works on the queue (or on none) in these UTC hours of a day."""
    agent = agent or org.make_agent(
        team=team, skills=[queue.skill] if skills is None and queue else (skills or ())
    )
    make_shift(
        version=floors.week,
        agent=agent,
        starts_at=at(day, monday=floors.monday) + timedelta(hours=hours[0]),
        ends_at=at(day, monday=floors.monday) + timedelta(hours=hours[1]),
        queue=queue,
        published=True,
    )
    return agent


def ask(principal=SYSTEM, *, first=MONDAY, last=SUNDAY, now=BEFORE, zone="UTC", **more):
    return Ask(principal=principal, starts_on=first, ends_on=last, timezone=zone, at=now, **more)


def look(principal=SYSTEM, **more):
    return board(ask(principal, **more))


def day_of(zone, day):
    return day_bounds(day, zone)
