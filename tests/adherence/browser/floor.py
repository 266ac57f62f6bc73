"""A floor of forty agents in the middle of a working day, in every state that there is."""

from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import F
from django.utils.timezone import now

from adherence.models import ActivityEvent, AdherenceException
from adherence.services import EventKind, IncomingEvent, ingest_events, recompute_days, refresh_live
from tests.factories.adherence import make_shift, make_version
from tests.factories.org import (
    make_activity_code,
    make_agent,
    make_employment_contract,
    make_queue,
    make_site,
    make_team,
    make_user,
)
from wfm.org.models import StateGroup
from wfm.org.tenancy import system_tenant

TORONTO = ZoneInfo("America/Toronto")
NAMES = (
    "Amara Okafor", "Ben Carter", "Chen Wei", "Daniela Rossi", "Emeka Obi", "Fatima Zahra",
    "Grace Kim", "Hugo Lambert", "Ines Duarte", "Jonas Weber", "Kavya Rao", "Li Na", "Marta Nowak",
    "Noah Fischer", "Olivia Brown", "Pedro Alves", "Qiu Yan", "Rosa Marin", "Samir Haddad",
    "Tara Singh", "Ulf Berg", "Vera Petrova", "Wang Fang", "Ximena Cruz", "Yusuf Demir", "Zoe Martin",
    "Aidan Walsh", "Bianca Conti", "Carl Lindqvist", "Dina Aziz", "Elif Kaya", "Felix Baumann",
    "Gita Menon", "Hana Sato", "Ivan Horvat", "Julia Santos", "Karim Said", "Lucia Moreno",
    "Mei Lin", "Nadia Hassan",
)  # fmt: skip


def make_floor():
    """Write it; the first agent has a login and a shift that covers now."""
    with system_tenant():
        codes = _codes()
        at = now().replace(microsecond=0)
        start = at - timedelta(hours=3, minutes=at.minute % 15, seconds=at.second)
        site = make_site(name="Toronto", timezone="America/Toronto")
        teams = [make_team(name=f"Bank voice {letter}", site=site) for letter in "AB"]
        queue = make_queue(name="Bank voice")
        contract = make_employment_contract()
        version = make_version(starts_on=(at - timedelta(days=2)).date())
        agents = [
            make_agent(name=NAMES[index], team=teams[index % 2], employment_contract=contract)
            for index in range(40)
        ]
        rng = np.random.default_rng(7)
        events = []
        for index, agent in enumerate(agents):
            _plan(agent, start, codes, queue, version, place=("OFFICE", "HOME")[index % 3 == 0])
            for day in (1, 2, 3):
                _plan(agent, start + timedelta(days=day), codes, queue, version, place="OFFICE")
            events += _behave(agent, index, start, at, rng)
        _send(events, at)
        AdherenceException.objects.create(
            agent=agents[0], starts_at=start, ends_at=start + timedelta(minutes=12),
            reason="System trouble", status="APPROVED",
        )  # fmt: skip
        ids = [agent.pk for agent in agents]
        refresh_live(agent_ids=ids, at=at)
        recompute_days(
            agent_ids=ids, first_date=(at - timedelta(days=1)).date(), last_date=at.date(), at=at
        )
        return SimpleNamespace(
            agents=agents,
            codes=codes,
            start=start,
            lead=make_user("team_lead", email="lead@demo.example", display_name="Lena Lead"),
            agent_user=make_user(
                "agent", agent=agents[0], email="agent@demo.example", display_name=agents[0].name,
                timezone="America/Toronto",
            ),
        )  # fmt: skip


def _codes():
    away, busy = StateGroup.AWAY, StateGroup.BUSY
    rows = (
        ("work", "On the queue", "W", StateGroup.AVAILABLE, {"is_work": True}),
        (
            "handling",
            "On a contact",
            "H",
            StateGroup.HANDLING,
            {"is_work": True, "portal_position": None},
        ),
        ("after-work", "After-contact work", "A", busy, {"is_work": True, "limit_seconds": 300}),
        ("break", "Break", "B", away, {"tolerance_seconds": 120}),
        ("lunch", "Lunch", "L", away, {"is_paid": False}),
        ("meeting", "Meeting", "M", away, {}),
        ("training", "Training", "T", away, {}),
        ("technical", "Technical trouble", "X", busy, {"limit_seconds": 900}),
    )
    return {
        key: make_activity_code(
            color=f"activity-{place}",
            key=key,
            name=name,
            letter=letter,
            state_group=group,
            **{"portal_position": place} | more,
        )
        for place, (key, name, letter, group, more) in enumerate(rows, start=1)
    }


def _plan(agent, start, codes, queue, version, *, place):
    parts = (("work", 120), ("break", 15), ("work", 105), ("lunch", 30), ("work", 90), ("meeting", 30), ("work", 90))  # fmt: skip
    rows, at = [], start
    for key, minutes in parts:
        rows.append((at, at + timedelta(minutes=minutes), codes[key]))
        at = rows[-1][1]
    day = start.astimezone(TORONTO).date()
    make_shift(agent, *rows, version=version, place=place, queue=queue, day=day)


def _behave(agent, index, start, at, rng):
    """Eight ways to spend the morning."""

    def event(minutes, code):
        return IncomingEvent(
            event_uid=f"{agent.pk}-{minutes:.1f}",
            agent_key=agent.employee_number,
            occurred_at=start + timedelta(minutes=minutes),
            kind=EventKind.STATE if code else EventKind.LOGOUT,
            code=code,
        )

    if index % 8 == 1:
        return []  # never came
    found = [event(8 if index % 8 == 2 else 0, "work"), event(121, "break"), event(136, "work")]
    found += [
        event(10 + 6.5 * n, ("handling", "work")[n % 2]) for n in range(int(rng.integers(4, 16)))
    ]
    last = {3: "break", 4: "technical", 5: "", 6: "handling"}.get(index % 8)
    if last is not None:
        passed = (at - start).total_seconds() / 60
        found.append(event(passed - float(rng.integers(5, 25)), last))
    return found


def _send(events, at):
    for begin in range(0, len(events), 500):
        ingest_events(events=events[begin : begin + 500], source="acd", received_at=at)
    # They are written at once, but the feed had sent each in time.
    ActivityEvent.objects.update(received_at=F("occurred_at") + timedelta(seconds=1), is_late=False)
