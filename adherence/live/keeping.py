"""The keeper as a process: one works, others wait in line; what fails is begun again."""

import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils.timezone import now

from adherence.services.bus import BELL
from adherence.services.keeper import Keeper, StepResult
from adherence.services.partitions import keep_partitions
from adherence.services.pulse import PulseBook
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)

LOCK_SQL = "SELECT pg_try_advisory_lock(hashtext('adherence.keeper'))"
IDLE_SECONDS = 0.5
"""Without a bell the keeper looks this often."""
ROUND_SECONDS = 0.04
"""What is marked within this time is taken together."""
WAIT_IN_LINE_SECONDS = 1.0
AFTER_FAILURE_SECONDS = 0.5
STRAGGLER_SECONDS = 60.0
LOOK_AT_ALL_SECONDS = 5.0


class Bell:
    """Waits for the doorbell in Redis; without Redis it just waits."""

    def __init__(self) -> None:
        self._pubsub: redis.client.PubSub | None = None

    def wait(self, seconds: float) -> None:
        """Return when it rings, at the latest after so many seconds."""
        try:
            pubsub = self._pubsub or self._connect()
            if pubsub.get_message(timeout=seconds) is not None:
                while pubsub.get_message(timeout=0) is not None:
                    pass
        except (redis.RedisError, OSError):
            self.close()
            time.sleep(min(seconds, 0.1))

    def close(self) -> None:
        """Let go of the connection."""
        if self._pubsub is not None:
            with suppress(redis.RedisError, OSError):
                self._pubsub.close()
        self._pubsub = None

    def _connect(self) -> redis.client.PubSub:
        client: redis.Redis = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._pubsub.subscribe(BELL)
        return self._pubsub


class Every:
    """Says when something that is done every so many seconds is due."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: float | None = None

    def is_due(self) -> bool:
        """True at first, and then each time that the seconds have passed."""
        moment = time.monotonic()
        if self._last is not None and moment - self._last < self._seconds:
            return False
        self._last = moment
        return True


class Floor:
    """Up to which mark the keeper need not look.

    While an old transaction is open anywhere, marks that were taken still lie there and would have
    to be stepped over. A mark's number is drawn before its commit, so only those of a minute ago
    are passed over, and every five seconds one look goes over all of them.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._floor = 0
        self._look_at_all = Every(LOOK_AT_ALL_SECONDS)

    def note(self, mark_id: int) -> None:
        """The highest mark that has been taken now."""
        self._seen.append((time.monotonic(), mark_id))

    def now(self) -> int:
        """Look for marks above this one."""
        while self._seen and self._seen[0][0] < time.monotonic() - STRAGGLER_SECONDS:
            self._floor = max(self._floor, self._seen.popleft()[1])
        return 0 if self._look_at_all.is_due() else self._floor


class KeeperProcess:
    """Runs a keeper until it is told to stop."""

    def __init__(self, *, is_stopped: Callable[[], bool]) -> None:
        self._is_stopped = is_stopped
        self._bell = Bell()
        self._keeper = Keeper()
        self._book = PulseBook()
        self._floor = Floor()

    def run(self) -> None:
        """Wait in line, work; after a failure begin again with an empty memory."""
        while not self._is_stopped():
            try:
                if self._take_lock():
                    self._work()
                else:
                    time.sleep(WAIT_IN_LINE_SECONDS)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The keeper begins again: %s", str(error).strip())
                self._begin_again()
            except Exception:
                logger.exception("The keeper begins again")
                self._begin_again()
        self._bell.close()
        connection.close()

    def _begin_again(self) -> None:
        """The lock goes with the connection, so that another keeper may be quicker."""
        self._keeper.forget_everything()
        self._floor = Floor()
        with suppress(Exception):
            connection.close()
        time.sleep(AFTER_FAILURE_SECONDS)

    def _take_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(LOCK_SQL)
            return bool(cursor.fetchone()[0])

    def _work(self) -> None:
        logger.info("This keeper is at work.")
        chores = self._chores()
        is_behind = False
        while not self._is_stopped():
            if not is_behind:
                self._bell.wait(IDLE_SECONDS)
            begun = time.monotonic()
            for every, chore in chores:
                if every.is_due():
                    chore(now())
            with system_tenant():
                result = self._keeper.step(at=now(), marks_above=self._floor.now())
            self._note(result)
            is_behind = result.is_behind
            if not is_behind:
                time.sleep(max(0.0, ROUND_SECONDS - (time.monotonic() - begun)))

    def _chores(self) -> list[tuple[Every, Callable[[datetime], None]]]:
        return [
            (Every(3600), _keep_partitions),
            (Every(1), _as_system(lambda at: self._keeper.follow(at=at))),
            (Every(10), _as_system(lambda at: self._keeper.close_and_expand(at=at))),
            (Every(15), _as_system(lambda at: self._keeper.reread(at=at))),
            (Every(1), self._tell),
        ]

    def _note(self, result: StepResult) -> None:
        self._book.note(result.marks, announced_at=now())
        if result.marks:
            self._floor.note(result.marks[-1].pk)

    def _tell(self, at: datetime) -> None:
        """Say that this keeper lives; for the status page only."""
        said = {"process": f"{socket.gethostname()}:{os.getpid()}", "agents": self._keeper.agents}
        with suppress(redis.RedisError, OSError):
            self._book.write(at=at, keeper=said)


def _keep_partitions(at: datetime) -> None:
    """What cannot be done now, because someone holds a table, is done the next time."""
    try:
        with system_tenant():
            keep_partitions(at=at)
    except DatabaseError as error:
        logger.warning("Partitions are kept later: %s", str(error).strip())


def _as_system(work: Callable[[datetime], None]) -> Callable[[datetime], None]:
    def chore(at: datetime) -> None:
        with system_tenant():
            work(at)

    return chore
