"""People and keys of the adherence tests."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.factories.adherence import make_codes, make_shift
from tests.factories.org import make_agent, make_team, make_user
from wfm.org.tenancy import system_tenant

PLAN_START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def centre(db, redis_client):
    """Two teams with one agent each, both planned to work 09:00-17:00 with a break at 11:00."""
    with system_tenant():
        codes = make_codes()
        mine, other = make_team(), make_team()
        agent, stranger = make_agent(team=mine), make_agent(team=other)
        start = PLAN_START
        for person in (agent, stranger):
            make_shift(
                person,
                (start, start + timedelta(hours=2), codes["work"]),
                (start + timedelta(hours=2), start + timedelta(minutes=135), codes["break"]),
                (start + timedelta(minutes=135), start + timedelta(hours=8), codes["work"]),
            )
        yield SimpleNamespace(
            codes=codes,
            team=mine,
            agent=agent,
            stranger=stranger,
            start=start,
            lead=make_user("team_lead", team=mine),
            agent_user=make_user("agent", agent=agent),
            planner=make_user("planner"),
        )
