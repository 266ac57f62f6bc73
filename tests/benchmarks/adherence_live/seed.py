"""Fill a house: codes, sites, teams of 25, agents planned around now, a key, people who watch."""

import argparse
import json
import sys
from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from adherence.models import ActivityEvent  # noqa: E402
from scheduling.models import Shift, ShiftActivity  # noqa: E402
from tests.factories.adherence import make_codes, make_version  # noqa: E402
from tests.factories.org import (  # noqa: E402
    make_employment_contract,
    make_site,
    make_team,
    make_user,
)
from wfm.integration.services import create_api_key  # noqa: E402
from wfm.org.models import Agent, AgentAssignment  # noqa: E402
from wfm.org.tenancy import system_tenant  # noqa: E402

TEAM_SIZE = 25
CODES = ("work", "claims", "break", "wrap-up")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--days", type=int, default=0, help="days of events before today")
    options = parser.parse_args()
    with system_tenant():
        codes = make_codes()
        site, contract = make_site(timezone="UTC"), make_employment_contract()
        teams = [make_team(site=site) for _ in range(-(-options.agents // TEAM_SIZE))]
        agents = Agent.objects.bulk_create(
            [
                Agent(
                    employee_number=f"B{number:05d}",
                    name=f"Agent {number:05d}",
                    sort_key=f"agent {number:05d}",
                )
                for number in range(options.agents)
            ],
            batch_size=2000,
        )
        AgentAssignment.objects.bulk_create(
            [
                AgentAssignment(
                    agent=agent,
                    team=teams[index // TEAM_SIZE],
                    employment_contract=contract,
                    starts_on=date(2020, 1, 1),
                )
                for index, agent in enumerate(agents)
            ],
            batch_size=2000,
        )
        _plan(agents, codes)
        _history(agents, codes, options.days)
        key = create_api_key(
            name="bench", scopes=["event.ingest"], client=None, created_by=None,
            requests_per_minute=1_000_000,
        )  # fmt: skip
        planner = make_user("planner")
        leads = [
            make_user("team_lead", team=teams[index % len(teams)])
            for index in range(options.viewers)
        ]
        answer = {
            "key": key.text,
            "agents": [agent.employee_number for agent in agents],
            "planner": cookie(planner),
            "leads": [cookie(lead) for lead in leads],
        }
    json.dump(answer, sys.stdout)


def _plan(agents, codes):
    """Eight hours around now in four activities, and the same yesterday."""
    middle = now().replace(minute=0, second=0, microsecond=0)
    version = make_version(
        starts_on=middle.date() - timedelta(days=3), ends_on=middle.date() + timedelta(days=4)
    )
    for back in (1, 0):
        start = middle - timedelta(hours=4, days=back)
        shifts = Shift.objects.bulk_create(
            [
                Shift(
                    version=version,
                    agent=agent,
                    operational_date=start.date(),
                    starts_at=start,
                    ends_at=start + timedelta(hours=9),
                    paid_minutes=540,
                    is_published=True,
                )
                for agent in agents
            ],
            batch_size=2000,
        )
        rows = (
            ("work", 0, 120),
            ("break", 120, 135),
            ("work", 135, 330),
            ("lunch", 330, 360),
            ("work", 360, 540),
        )
        ShiftActivity.objects.bulk_create(
            [
                ShiftActivity(
                    shift=shift,
                    activity_code=codes[key],
                    starts_at=start + timedelta(minutes=first),
                    ends_at=start + timedelta(minutes=last),
                )
                for shift in shifts
                for key, first, last in rows
            ],
            batch_size=5000,
        )


def _history(agents, codes, days):
    """An event every five minutes of a shift, so that tables and memory are not empty."""
    at = now()
    for back in range(days, 0, -1):
        start = at - timedelta(days=back, hours=4)
        for part in range(0, len(agents), 500):
            ActivityEvent.objects.bulk_create(
                [
                    ActivityEvent(
                        agent=agent,
                        activity_code=codes[CODES[step % 4]],
                        source="past",
                        occurred_at=start + timedelta(minutes=5 * step),
                        received_at=start,
                        event_uid=f"{agent.pk}-{back}-{step}",
                    )
                    for agent in agents[part : part + 500]
                    for step in range(96)
                ],
                batch_size=5000,
            )


def cookie(user) -> str:
    """A session as a login makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


if __name__ == "__main__":
    assert datetime.now(UTC)
    main()
