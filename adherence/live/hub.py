"""One subscription for all viewers of this process: changed rows are read once and sent to many."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import close_old_connections
from django.utils.timezone import now

from adherence.live.viewer import Viewer, find_viewer
from adherence.queries import LiveFilter, live_rows
from adherence.services.bus import CHANNEL, Changes, parse_message
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

GATHER_SECONDS = 0.05
"""Changes that come within this time are read together."""
RECONNECT_SECONDS = 1
SUBSCRIBE_SECONDS = 2
BACKLOG = 50
RESET = b"event: reset\ndata: {}\n\n"
GONE = b"event: gone\ndata: {}\n\n"


class Subscription:
    """One viewer's stream: bytes ready to be sent. A viewer too slow for it reads all again."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.messages: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self.is_gone = False

    def put(self, message: bytes) -> None:
        """Queue a message; when the queue is full, one that asks to read everything again."""
        if self.messages.full():
            while not self.messages.empty():
                self.messages.get_nowait()
            message = RESET
        self.messages.put_nowait(message)


class Hub:
    """Reads Redis and the database for every viewer of this process."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_listening = asyncio.Event()
        # Django's connections belong to threads: one thread, one connection.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-rows")

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
                asyncio.create_task(self._listen()),
                asyncio.create_task(self._check_viewers()),
            ]
        subscription = Subscription(viewer)
        self._subscriptions.add(subscription)
        return subscription

    async def listening(self) -> None:
        """Wait until Redis tells us of changes; not for long: after a break all read anew."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._is_listening.wait(), SUBSCRIBE_SECONDS)

    def leave(self, subscription: Subscription) -> None:
        """Take a viewer away; without viewers nobody listens."""
        self._subscriptions.discard(subscription)
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

    async def _listen(self) -> None:
        """Follow Redis; after a break every viewer reads anew, since something may be missed."""
        is_first = True
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(
                        settings.REDIS_URL, decode_responses=True
                    ) as client,
                    client.pubsub() as pubsub,
                ):
                    await pubsub.subscribe(CHANNEL)
                    await pubsub.get_message(timeout=SUBSCRIBE_SECONDS)  # its confirmation
                    self._is_listening.set()
                    if not is_first:
                        self._tell_all(RESET)
                    await self._follow(pubsub)
            except (redis.RedisError, OSError) as error:
                logger.warning("Live pages lost Redis (%s); trying again.", error)
                is_first = False
                self._is_listening.clear()
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow(self, pubsub: Any) -> None:
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
            if message is None:
                continue
            gathered = [parse_message(message["data"])]
            await asyncio.sleep(GATHER_SECONDS)
            while more := await pubsub.get_message(ignore_subscribe_messages=True, timeout=0):
                gathered.append(parse_message(more["data"]))
            try:
                await self._send(gathered)
            except Exception:
                logger.exception("Unable to read changed live rows")
                self._tell_all(RESET)

    async def _send(self, gathered: list[Changes]) -> None:
        """Read the changed rows once; each viewer is sent those that they may see."""
        changed = frozenset().union(*(changes.agent_ids or () for changes in gathered))
        watched = frozenset().union(*(item.viewer.agent_ids for item in self._subscriptions))
        rows = await self.in_thread(_read_rows, changed & watched)
        cursor = f"{gathered[-1].epoch}:{gathered[-1].version}"
        for subscription in list(self._subscriptions):
            own = [text for pk, text in rows.items() if pk in subscription.viewer.agent_ids]
            if own:
                body = f'{{"cursor":"{cursor}","rows":[{",".join(own)}]}}'
                subscription.put(f"event: rows\nid: {cursor}\ndata: {body}\n\n".encode())

    async def _check_viewers(self) -> None:
        """Now and then: is the session alive, and which agents may they see today."""
        while True:
            await asyncio.sleep(settings.LIVE_CHECK_SECONDS)
            for subscription in list(self._subscriptions):
                viewer = await self.in_thread(find_viewer, subscription.viewer.session_key)
                if viewer is None:
                    subscription.is_gone = True
                    subscription.put(GONE)
                elif viewer != subscription.viewer:
                    subscription.viewer = viewer
                    subscription.put(RESET)

    def _tell_all(self, message: bytes) -> None:
        for subscription in list(self._subscriptions):
            subscription.put(message)


def _read_rows(agent_ids: frozenset[int]) -> dict[int, str]:
    """Rows as JSON, by agent."""
    if not agent_ids:
        return {}
    with system_tenant():
        rows = live_rows(agent_ids=agent_ids, chosen=LiveFilter(), at=now())
    return {row.agent_id: json.dumps(row.as_dict(), ensure_ascii=False) for row in rows}


@contextlib.contextmanager
def watching(hub: Hub, viewer: Viewer) -> Any:
    """Join for the length of a stream."""
    subscription = hub.join(viewer)
    try:
        yield subscription
    finally:
        hub.leave(subscription)
