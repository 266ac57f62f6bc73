"""What an absence did to those who waited."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from adherence.queries import agent_day
from adherence.queries.effects import effects_of
from staffing.queries.one_fewer import one_fewer
from staffing.services import publish_requirement
from tests.factories.adherence import make_codes, make_event, make_shift
from tests.factories.org import make_agent, make_goal, make_queue, make_site, make_team, make_user
from tests.staffing.rows import compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 11, 18, 9, tzinfo=UTC)
MIDNIGHT = START.replace(hour=0)


@pytest.fixture
def centre(monkeypatch, redis_client):
    """Twelve people on one queue; the first is away from 09:20 to 09:50."""
    with system_tenant():
        codes, queue = make_codes(), make_queue(name="Bank voice")
        make_goal(queue)
        team = make_team(site=make_site(timezone="UTC"))
        agents = [make_agent(team=team) for _ in range(12)]
        for agent in agents:
            make_shift(agent, (START, START + timedelta(hours=4), codes["work"]), queue=queue)
            make_event(agent, START, codes["work"])
        make_event(agents[0], START + timedelta(minutes=20), codes["break"])
        make_event(agents[0], START + timedelta(minutes=50), codes["work"])
        forecast = make_forecast([queue], offered=30, aht_seconds=300, starts_at=MIDNIGHT)
    run = start_without_ringing(forecast, monkeypatch)
    compute(run)
    with system_tenant():
        run.refresh_from_db()
        publish_requirement(run=run, published_at=MIDNIGHT, published_by=None)
    return agents, queue, codes


def test_the_interval_that_was_missed_most_is_told(centre):
    agents, queue, _codes = centre
    with system_tenant():
        day = agent_day(agent_id=agents[0].pk, at=START + timedelta(hours=2))
        (effect,) = effects_of(agent_id=agents[0].pk, stretches=day.stretches)
        steps = one_fewer(queue=queue, starts_at=START + timedelta(minutes=30), people=12)
    assert effect.starts_at == START + timedelta(minutes=30)  # missed whole; 15 and 45 in part
    assert (effect.people, effect.queue) == (12, queue)
    assert effect.asa_seconds == steps.whole.asa_seconds < effect.asa_seconds_without
    assert effect.service_level_without < effect.service_level


def test_what_does_not_count_and_what_is_on_no_queue_is_left_out(centre):
    agents, _queue, codes = centre
    with system_tenant():
        make_event(agents[1], START + timedelta(minutes=20), codes["break"])
        make_event(agents[1], START + timedelta(minutes=22), codes["work"])
        idle = make_agent(team=agents[0].assignments.get().team)
        make_shift(idle, (START, START + timedelta(hours=4), codes["work"]))
        for agent in (agents[1], idle):
            day = agent_day(agent_id=agent.pk, at=START + timedelta(hours=2))
            assert effects_of(agent_id=agent.pk, stretches=day.stretches) == []
        assert day.counted  # the idle one never came, but to no queue


def test_the_portal_tells_it(centre, client):
    agents, _queue, _codes = centre
    with system_tenant():
        client.force_login(make_user("agent", agent=agents[0]))
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        page = client.get("/portal/").content.decode()
    assert "What it meant for those who waited" in page
    assert "09:30–09:45 · Bank voice · 12 people planned" in page
    assert "without you" in page
