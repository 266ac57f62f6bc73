"""Six days of three agents on one queue, with figures that can be added up by hand.

Planned 09:00-17:00 with a break at 11:00. `late` comes ten minutes late each day, has half an hour
of trouble and stays five minutes longer; `punctual` handles an hour and is absent on Wednesday;
`away` is on vacation on Wednesday and has no shifts.
"""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from adherence.services import recompute_days
from scheduling.models import TimeOff
from tests.factories.adherence import make_codes, make_event, make_shift, make_version
from tests.factories.org import (
    make_activity_code,
    make_agent,
    make_queue,
    make_skill,
    make_team,
    make_user,
)
from wfm.org.models import StateGroup

MONDAY = date(2026, 11, 2)
DAYS = 6
LAST = MONDAY + timedelta(days=DAYS - 1)
AFTER = datetime(2026, 11, 9, 10, tzinfo=UTC)
DAY = 8 * 3600
LATE, TROUBLE, ABSENT, OFF = DAYS * 600, DAYS * 1800, DAY, DAY
REST = (2 * DAYS - 1) * 900
PLANNED = 2 * DAYS * DAY
PAID = PLANNED + OFF
PRESENT = PLANNED - LATE - ABSENT
AVAILABLE = PRESENT - REST - TROUBLE
HANDLING = (DAYS - 1) * 3600
OUTSIDE = DAYS * 300


def make_week():
    """Write and compute it; inside a tenant."""
    codes = make_codes()
    off = {"state_group": StateGroup.OFFLINE, "is_work": False}
    codes["vacation"] = make_activity_code(key="vacation", name="Vacation", **off)
    codes["sick"] = make_activity_code(key="sick", name="Sickness", **off)
    skill = make_skill(name="Voice")
    queue = make_queue(name="Voice", skill=skill, timezone="UTC", opening=((480, 1080),))
    team, other = make_team(name="Alpha"), make_team(name="Beta")
    late = make_agent(name="Late Larry", team=team, skills=[skill])
    punctual = make_agent(name="Punctual Pat", team=other, skills=[skill])
    away = make_agent(name="Away Ann", team=other, skills=[skill])
    version = make_version(starts_on=MONDAY)
    for number in range(DAYS):
        start = datetime.combine(MONDAY, datetime.min.time(), UTC) + timedelta(days=number, hours=9)
        for agent in (late, punctual):
            _plan(agent, start, codes, queue, version)
        _behave(late, start, codes, ((10, "work"), (240, "trouble"), (270, "work"), (485, None)))
        if number != 2:
            _behave(
                punctual, start, codes, ((0, "work"), (300, "claims"), (360, "work"), (480, None))
            )
    wednesday = datetime.combine(MONDAY + timedelta(days=2), datetime.min.time(), UTC)
    TimeOff.objects.create(
        agent=away, activity_code=codes["vacation"], status="APPROVED", paid_minutes=480,
        starts_at=wednesday, ends_at=wednesday + timedelta(days=1),
    )  # fmt: skip
    recompute_days(
        agent_ids=[late.pk, punctual.pk, away.pk], first_date=MONDAY, last_date=LAST, at=AFTER
    )
    return SimpleNamespace(
        codes=codes, queue=queue, team=team, other=other, late=late, punctual=punctual, away=away,
        planner=make_user("planner"), lead=make_user("team_lead", team=team),
    )  # fmt: skip


def _plan(agent, start, codes, queue, version):
    minutes = [start + timedelta(minutes=m) for m in (0, 120, 135, 480)]
    rows = [
        (*minutes[0:2], codes["work"]),
        (*minutes[1:3], codes["break"]),
        (*minutes[2:4], codes["work"]),
    ]
    shift = make_shift(agent, *rows, version=version, queue=queue)
    shift.activities.filter(activity_code=codes["break"]).update(queue=None)


def _behave(agent, start, codes, events):
    for minute, key in (*events, (120, "break"), (135, "work")):
        make_event(agent, start + timedelta(minutes=minute), codes[key] if key else None)
