"""Server-sent events from a real granian process: fast enough, and only to those who may see."""

import json
import time
from contextlib import ExitStack, closing
from datetime import timedelta
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils.timezone import now

from adherence.services import refresh_live
from tests.adherence.live.processes import Stream, running_pages
from tests.factories.adherence import make_codes, make_shift
from tests.factories.org import make_agent, make_team, make_user
from wfm.integration.services import create_api_key
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
VISIBLE_WITHIN_SECONDS = 2.0


@pytest.fixture
def floor(transactional_db, redis_client):
    """Two teams of one agent each, planned to work for four hours now."""
    with system_tenant():
        codes = make_codes()
        mine = make_team()
        start = now().replace(minute=0, second=0, microsecond=0)
        agent, stranger = make_agent(team=mine), make_agent()
        for person in (agent, stranger):
            make_shift(person, (start, start + timedelta(hours=4), codes["work"]))
        refresh_live(agent_ids=[agent.pk, stranger.pk], at=now())
        return SimpleNamespace(
            agent=agent,
            stranger=stranger,
            lead=make_user("team_lead", team=mine),
            planner=make_user("planner"),
            agent_user=make_user("agent", agent=agent),
            key=create_api_key(
                name="ACD", scopes=["event.ingest"], client=None, created_by=None
            ).text,
        )


def cookie_of(user):
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


def post_event(pages, key, agent, uid, code):
    body = {
        "source": "acd",
        "events": [
            {
                "event_uid": uid,
                "agent_key": agent.employee_number,
                "occurred_at": now().isoformat(),
                "code": code,
            }
        ],
    }
    with closing(HTTPConnection("127.0.0.1", pages.web_port, timeout=10)) as connection:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/adherence/events/", json.dumps(body), headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        assert json.loads(answer.read())["accepted"] == 1


def test_an_event_is_seen_within_two_seconds(floor, tmp_path, record_property):
    """From the moment before the POST to the moment its row has arrived, twelve times."""
    delays = []
    with (
        running_pages(tmp_path) as pages,
        Stream(pages.live_port, cookie=cookie_of(floor.lead)) as stream,
    ):
        stream.next("hello")
        for number in range(12):
            code = ("work", "break")[number % 2]
            sent = time.monotonic()
            post_event(pages, floor.key, floor.agent, f"e{number}", code)
            arrived, data = stream.next("rows")
            assert [(row["agent_id"], row["state"]["key"]) for row in data["rows"]] == [
                (floor.agent.pk, code)
            ]
            delays.append(arrived - sent)
    record_property("event_to_visible_seconds", [round(delay, 3) for delay in sorted(delays)])
    assert max(delays) < VISIBLE_WITHIN_SECONDS


def test_a_lead_is_sent_the_own_team_and_a_planner_everyone(floor, tmp_path):
    with (
        running_pages(tmp_path) as pages,
        Stream(pages.live_port, cookie=cookie_of(floor.lead)) as lead,
        Stream(pages.live_port, cookie=cookie_of(floor.planner)) as planner,
    ):
        for stream in (lead, planner):
            stream.next("hello")
        post_event(pages, floor.key, floor.stranger, "foreign", "work")
        assert planner.next("rows")[1]["rows"][0]["agent_id"] == floor.stranger.pk
        post_event(pages, floor.key, floor.agent, "own", "work")
        assert [row["agent_id"] for row in lead.next("rows")[1]["rows"]] == [floor.agent.pk]


def test_only_those_who_may_see_are_let_in(floor, tmp_path, owner_connection):
    with running_pages(tmp_path, LIVE_MAX_VIEWERS="3") as pages, ExitStack() as open_streams:
        lead = cookie_of(floor.lead)

        def stream(**request):
            return open_streams.enter_context(Stream(pages.live_port, **request))

        assert stream().status == 403
        assert stream(cookie="sessionid=made-up").status == 403
        assert stream(cookie=cookie_of(floor.agent_user)).status == 403
        assert stream(cookie=lead, origin="https://elsewhere.example").status == 403
        assert stream(cookie=lead, path="/live/other/").status == 404
        page = stream(cookie=lead, origin=pages.url)
        assert page.headers["Access-Control-Allow-Origin"] == pages.url
        assert page.headers["Access-Control-Allow-Credentials"] == "true"
        assert [stream(cookie=lead).status for _ in range(2)] == [200, 200]
        full = stream(cookie=lead)
        assert (full.status, full.headers["Retry-After"]) == (503, "60")
        with owner_connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'wfm_app'"
                " AND state LIKE 'idle in transaction%'"
            )
            assert cursor.fetchone() == (0,)


def test_a_session_that_ended_ends_the_stream(floor, tmp_path):
    """After logging out nothing more is sent: the viewer is checked again."""
    client = Client()
    client.force_login(floor.lead)
    with (
        running_pages(tmp_path, LIVE_CHECK_SECONDS="1") as pages,
        Stream(pages.live_port, cookie=f"sessionid={client.cookies['sessionid'].value}") as stream,
    ):
        stream.next("hello")
        client.session.flush()
        assert stream.next("gone")[1] == {}
