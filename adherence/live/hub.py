"""One subscription for all viewers of this process: what the keeper has written is passed on."""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import close_old_connections

from adherence.live.state import State
from adherence.live.viewer import Viewer, find_viewer
from adherence.services.bus import (
    CHANNEL,
    KEEPER,
    Announcement,
    current_epoch_key,
    parse_message,
)
from adherence.services.pulse import VIEWERS_SECONDS, viewers_key

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

RECONNECT_SECONDS = 1
SUBSCRIBE_SECONDS = 2
KEEP_ALIVE_SECONDS = 15
KEEPER_SECONDS = 5
BACKLOG = 50
RESET = b"event: reset\ndata: {}\n\n"
GONE = b"event: gone\ndata: {}\n\n"
KEEP_ALIVE = b": still here\n\n"
END = b""
"""In place of a message: nothing more comes."""


class Subscription:
    """One viewer's stream: bytes ready to be sent. A viewer too slow for it reads all again."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.messages: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)

    def put(self, message: bytes) -> None:
        """Queue a message; when the queue is full, one that asks to read everything again."""
        if self.messages.full():
            while not self.messages.empty():
                self.messages.get_nowait()
            message = RESET if message else END
        self.messages.put_nowait(message)

    async def next(self) -> bytes:
        """Everything that is waiting, in one piece; END when nothing more comes."""
        message = await self.messages.get()
        while message and not self.messages.empty():
            more = self.messages.get_nowait()
            if not more:
                self.messages.put_nowait(END)
                break
            message += more
        return message


@dataclass
class Audience:
    """Viewers who may see the same agents: what is sent to them is put together once."""

    subscriptions: set[Subscription] = field(default_factory=set)
    rows: list[str] = field(default_factory=list)


class Hub:
    """Passes on what Redis tells to every viewer of this process."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_listening = asyncio.Event()
        self._audiences: dict[int, list[Audience]] | None = None
        self._epoch = ""
        self._state = State()
        self._kept_at: str | None = None
        # Django's connections belong to threads: one thread, one connection.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-viewers")

    @property
    def viewers(self) -> int:
        """How many are watching."""
        return len(self._subscriptions)

    async def in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        """Run database work in the hub's thread."""

        def guarded() -> Result:
            close_old_connections()
            try:
                return work(*args)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)

    def join(self, viewer: Viewer) -> Subscription:
        """Add a viewer; the first one starts the subscription."""
        if not self._tasks or any(task.done() for task in self._tasks):
            self._stop_tasks()
            self._tasks = [
                asyncio.create_task(work())
                for work in (
                    self._listen,
                    self._watch_keeper,
                    self._check_viewers,
                    self._keep_alive,
                    self._count,
                )
            ]
        subscription = Subscription(viewer)
        self._subscriptions.add(subscription)
        self._audiences = None
        if not self._state.is_well:
            subscription.put(self._state.message())
        return subscription

    async def listening(self) -> None:
        """Wait until Redis tells us of changes; not for long: after a break all read anew."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_listening.wait(), SUBSCRIBE_SECONDS)

    def leave(self, subscription: Subscription) -> None:
        """Take a viewer away; without viewers nobody listens."""
        self._subscriptions.discard(subscription)
        self._audiences = None
        if not self._subscriptions:
            self._stop_tasks()

    def close(self) -> None:
        """End everything."""
        self._stop_tasks()
        self._thread.shutdown(wait=False)

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._is_listening.clear()
        self._state = State()

    async def _listen(self) -> None:
        """Follow Redis; after a break every viewer reads anew, since something may be missed."""
        is_first = True
        while True:
            try:
                async with _redis() as client, client.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await pubsub.get_message(timeout=SUBSCRIBE_SECONDS)  # its confirmation
                    self._epoch = await client.get(current_epoch_key()) or ""
                    self._is_listening.set()
                    if not is_first:
                        self._tell_all(RESET)
                    self._become(replace(self._state, is_connected=True))
                    await self._follow(pubsub)
            except (redis.RedisError, OSError) as error:
                logger.warning("Live pages lost Redis (%s); trying again.", error)
                is_first = False
                self._is_listening.clear()
                self._become(replace(self._state, is_connected=False))
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _watch_keeper(self) -> None:
        """Tell the viewers when no keeper lives: nothing would change, and all would seem well."""
        while True:
            with contextlib.suppress(redis.RedisError, OSError):
                async with _redis() as client:
                    while True:
                        said = await client.get(KEEPER)
                        if said:
                            self._kept_at = json.loads(said)["at"]
                        kept_at = None if said else self._kept_at
                        self._become(replace(self._state, is_kept=bool(said), kept_at=kept_at))
                        await asyncio.sleep(KEEPER_SECONDS)
            await asyncio.sleep(KEEPER_SECONDS)

    def _become(self, state: State) -> None:
        """Take note of the state; where it is another one, tell everyone."""
        if state != self._state:
            self._state = state
            self._tell_all(state.message())

    async def _follow(self, pubsub: Any) -> None:
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
            if message is not None:
                self._pass_on(parse_message(message["data"]))

    def _pass_on(self, told: Announcement) -> None:
        """Send each viewer the rows that they may see; with a new epoch all read anew."""
        if told.epoch != self._epoch:
            self._epoch = told.epoch
            self._tell_all(RESET)
            return
        audiences = self._audiences_by_agent()
        touched: dict[int, Audience] = {}
        for agent_id, text in told.rows.items():
            for audience in audiences.get(agent_id, ()):
                audience.rows.append(text)
                touched[id(audience)] = audience
        cursor = f"{told.epoch}:{told.version}"
        for audience in touched.values():
            body = f'{{"cursor":"{cursor}","rows":[{",".join(audience.rows)}]}}'
            audience.rows = []
            message = f"event: rows\nid: {cursor}\ndata: {body}\n\n".encode()
            for subscription in audience.subscriptions:
                subscription.put(message)

    def _audiences_by_agent(self) -> dict[int, list[Audience]]:
        """Who is to be told of each agent; put together anew when viewers come or go."""
        if self._audiences is None:
            alike: dict[frozenset[int], Audience] = {}
            for subscription in self._subscriptions:
                audience = alike.setdefault(subscription.viewer.agent_ids, Audience())
                audience.subscriptions.add(subscription)
            self._audiences = {}
            for agent_ids, audience in alike.items():
                for agent_id in agent_ids:
                    self._audiences.setdefault(agent_id, []).append(audience)
        return self._audiences

    async def _check_viewers(self) -> None:
        """Now and then: is the session alive, and which agents may they see today."""
        while True:
            await asyncio.sleep(settings.LIVE_CHECK_SECONDS)
            for subscription in list(self._subscriptions):
                try:
                    viewer = await self.in_thread(find_viewer, subscription.viewer.session_key)
                except Exception:
                    logger.exception("Unable to check who is watching")
                    continue
                if viewer is None:
                    subscription.put(GONE)
                    subscription.put(END)
                elif viewer != subscription.viewer:
                    subscription.viewer = viewer
                    self._audiences = None
                    subscription.put(RESET)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            for subscription in list(self._subscriptions):
                if subscription.messages.empty():
                    subscription.put(KEEP_ALIVE)

    async def _count(self) -> None:
        """Tell the status page how many are watching here."""
        key = viewers_key(f"{socket.gethostname()}:{os.getpid()}")
        while True:
            with contextlib.suppress(redis.RedisError, OSError):
                async with _redis() as client:
                    while True:
                        await client.set(key, self.viewers, ex=3 * VIEWERS_SECONDS)
                        await asyncio.sleep(VIEWERS_SECONDS)
            await asyncio.sleep(VIEWERS_SECONDS)

    def _tell_all(self, message: bytes) -> None:
        for subscription in list(self._subscriptions):
            subscription.put(message)


def _redis() -> Any:
    return redis.asyncio.Redis.from_url(settings.REDIS_URL, decode_responses=True)


@contextlib.contextmanager
def watching(hub: Hub, viewer: Viewer) -> Iterator[Subscription]:
    """Join for the length of a stream."""
    subscription = hub.join(viewer)
    try:
        yield subscription
    finally:
        hub.leave(subscription)
