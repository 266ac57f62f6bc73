"""The ASGI application driven directly: what it sends, and when it stops."""

import asyncio
import json
from types import SimpleNamespace

import pytest
import redis.asyncio
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils.timezone import now

from adherence.live import LiveApplication
from adherence.live.hub import BACKLOG, RESET, Subscription
from adherence.live.viewer import Viewer, session_key_of
from adherence.services import refresh_live
from adherence.services.bus import KEEPER, announce, changes_since
from tests.factories.org import make_agent, make_team, make_user
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 10


@pytest.fixture
def floor(transactional_db, redis_client):
    with system_tenant():
        mine = make_team()
        agent, stranger = make_agent(team=mine), make_agent()
        refresh_live(agent_ids=[agent.pk, stranger.pk], at=now())
        lead = make_user("team_lead", team=mine)
    client = Client()
    client.force_login(lead)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    return SimpleNamespace(agent=agent, stranger=stranger, client=client, cookie=cookie)


def row_of(agent):
    return {agent.pk: f'{{"agent_id":{agent.pk}}}'}


class Connection:
    """One request to the application; `leave` is the viewer closing the page."""

    def __init__(self, app, *, path="/live/agents/", cookie="", origin="", kind="http"):
        self.sent = asyncio.Queue()
        self.told = []
        self.gone = asyncio.Event()
        headers = {"cookie": cookie, "host": "127.0.0.1:8001"} | (
            {"origin": origin} if origin else {}
        )
        scope = {
            "type": kind,
            "method": "GET",
            "path": path,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.task = asyncio.ensure_future(app(scope, self._receive, self.sent.put))

    async def _receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def start(self):
        message = await asyncio.wait_for(self.sent.get(), WAIT_SECONDS)
        return message["status"], dict(message["headers"])

    async def next(self, name):
        """The data of the next event of that name."""
        while True:
            while self.told:
                text = self.told.pop(0)
                if f"event: {name}\n" in text:
                    return json.loads(text.split("data: ", 1)[1])
            message = await asyncio.wait_for(self.sent.get(), WAIT_SECONDS)
            self.told += message.get("body", b"").decode().split("\n\n")

    async def leave(self):
        self.gone.set()
        await asyncio.wait_for(self.task, WAIT_SECONDS)


def drive(story):
    """Run a story against a fresh application and close it."""

    async def run():
        app = LiveApplication()
        try:
            await asyncio.wait_for(story(app), 30)
        finally:
            await app.hub.in_thread(_close_connections)
            app.hub.close()
            await asyncio.sleep(0.1)

    asyncio.run(run())


def _close_connections():
    connections.close_all()


def test_a_change_is_sent_to_those_who_may_see_it(floor):
    async def story(app):
        viewer = Connection(app, cookie=floor.cookie, origin="http://127.0.0.1:8000")
        status, headers = await viewer.start()
        assert (status, headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        assert headers[b"access-control-allow-origin"] == b"http://127.0.0.1:8000"
        await viewer.next("hello")
        await asyncio.to_thread(announce, row_of(floor.stranger))
        await asyncio.to_thread(announce, row_of(floor.agent))
        data = await viewer.next("rows")
        assert [row["agent_id"] for row in data["rows"]] == [floor.agent.pk]
        epoch, version = data["cursor"].split(":")
        known = await asyncio.to_thread(changes_since, epoch=epoch, version=int(version))
        assert known.agent_ids == frozenset()
        assert app.hub.viewers == 1
        await viewer.leave()
        assert app.hub.viewers == 0

    drive(story)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({}, 403),
        ({"cookie": "sessionid=made-up"}, 403),
        ({"cookie": "a=b; \x01"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"path": "/live/other/"}, 404),
        ({"path": "/live/health/"}, 200),
    ],
)
def test_others_are_answered_at_once(floor, request_, status):
    async def story(app):
        connection = Connection(app, **request_)
        assert (await connection.start())[0] == status

    drive(story)


def test_a_full_house_says_when_to_come_back(floor, settings):
    settings.LIVE_MAX_VIEWERS = 0

    async def story(app):
        status, headers = await Connection(app, cookie=floor.cookie).start()
        assert (status, headers[b"retry-after"]) == (503, b"60")

    drive(story)


def test_a_trusted_origin_is_let_in(floor, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://wfm.example"]

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie, origin="https://wfm.example")
        assert (await viewer.start())[0] == 200
        await viewer.leave()

    drive(story)


def test_a_viewer_who_logs_out_is_sent_away(floor, settings):
    settings.LIVE_CHECK_SECONDS = 0.2

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie)
        await viewer.next("hello")
        await asyncio.to_thread(floor.client.session.flush)
        await viewer.next("gone")
        await asyncio.wait_for(viewer.task, WAIT_SECONDS)

    drive(story)


def test_a_viewer_whose_people_change_reads_anew(floor, settings):
    settings.LIVE_CHECK_SECONDS = 0.2

    def newcomer():
        with system_tenant():
            team = floor.agent.assignments.get().team
            refresh_live(agent_ids=[make_agent(team=team).pk], at=now())

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie)
        await viewer.next("hello")
        await asyncio.to_thread(newcomer)
        await viewer.next("reset")
        await viewer.leave()

    drive(story)


def test_after_a_break_of_redis_everyone_reads_anew(floor, monkeypatch):
    monkeypatch.setattr("adherence.live.hub.RECONNECT_SECONDS", 0.05)

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie)
        await viewer.next("hello")
        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
            await client.client_kill_filter(_type="pubsub")
        await viewer.next("reset")
        await asyncio.to_thread(announce, row_of(floor.agent))
        await viewer.next("rows")
        await viewer.leave()

    drive(story)


def test_a_break_of_redis_is_told_until_it_is_over(floor, monkeypatch):
    """The stream stays open meanwhile, so that pages would believe all is well."""
    monkeypatch.setattr("adherence.live.hub.RECONNECT_SECONDS", 0.05)

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie)
        await viewer.next("hello")
        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
            await client.set(KEEPER, '{"at": "2026-11-18T09:00:00+00:00"}')
            await client.client_kill_filter(_type="pubsub")
        while (await viewer.next("state"))["is_connected"]:
            pass
        while not (await viewer.next("state"))["is_connected"]:
            pass
        await viewer.leave()

    drive(story)


def test_viewers_are_told_while_nobody_keeps_the_rows(floor, monkeypatch):
    monkeypatch.setattr("adherence.live.hub.KEEPER_SECONDS", 0.05)
    said = "2026-11-18T09:00:00+00:00"

    async def story(app):
        viewer = Connection(app, cookie=floor.cookie)
        missing = {"is_connected": True, "is_kept": False, "kept_at": None}
        assert await viewer.next("state") == missing
        later = Connection(app, cookie=floor.cookie)
        assert await later.next("state") == missing
        await later.leave()
        async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
            await client.set(KEEPER, json.dumps({"at": said}))
            assert await viewer.next("state") == missing | {"is_kept": True}
            await client.delete(KEEPER)
            assert await viewer.next("state") == missing | {"kept_at": said}
        await viewer.leave()

    drive(story)


def test_a_viewer_too_slow_is_told_to_read_anew():
    subscription = Subscription(Viewer(session_key="s", agent_ids=frozenset()))

    async def story():
        for number in range(BACKLOG + 1):
            subscription.put(str(number).encode())
        return [subscription.messages.get_nowait() for _ in range(subscription.messages.qsize())]

    assert asyncio.run(story()) == [RESET]


def test_the_server_may_start_and_stop_it(floor):
    async def story(app):
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        answers = []

        async def receive():
            return next(messages)

        async def send(message):
            answers.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        assert answers == ["lifespan.startup.complete", "lifespan.shutdown.complete"]

    asyncio.run(story(LiveApplication()))


def test_session_keys_are_read_from_the_cookie_header():
    assert session_key_of("theme=dark; sessionid=abc; x=y") == "abc"
    assert session_key_of("") == ""
