"""What has changed, told through Redis after the commit; the doorbell of the keeper.

A number that is given out before the commit misleads: of two transactions the later number may
commit first, and whoever has read it never looks back. So the version of a change is taken here,
after the commit, in one script: count up, note the agents under the new version, tell everyone.
The message carries the rows as they are sent to pages, so that nobody need read the database.

An epoch marks one life of these keys, with another epoch every version is void and viewers read
anew. The keeper begins an epoch when it starts, when Redis could not be reached, and when Redis
does not stand where the keeper left it (restarted without its last second, or an older file): what
was committed and not announced is then never missed.
"""

import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

CHANNEL = "adherence:live"
BELL = "adherence:bell"
KEEPER = "adherence:keeper"
"""What the keeper says of itself; it expires soon after the keeper falls silent."""
_VERSION = "adherence:live:version"
_EPOCH = "adherence:live:epoch"
_CHANGES = "adherence:live:changes"
_ANY = ""
_NONE = "none"
TIMEOUT_SECONDS = 3
MOST_CHANGED = 1000
"""Where more have changed it is quicker to read all rows."""
ROWS_PER_MESSAGE = 400

_PUBLISH = """
local epoch = redis.call('GET', KEYS[2])
local version = tonumber(redis.call('GET', KEYS[1]) or '0')
if not epoch or (ARGV[1] ~= '' and (epoch ~= ARGV[1] or version ~= tonumber(ARGV[2]))) then
    epoch = ARGV[3]
    redis.call('SET', KEYS[2], epoch)
    redis.call('DEL', KEYS[3])
end
version = redis.call('INCR', KEYS[1])
for index = 6, #ARGV do redis.call('ZADD', KEYS[3], version, ARGV[index]) end
redis.call('PUBLISH', ARGV[4], epoch .. ' ' .. version .. '\\n' .. ARGV[5])
return {epoch, version}
"""


@dataclass(frozen=True)
class Changes:
    """Agents changed since a version, and the version that this brings a reader to."""

    epoch: str
    version: int
    agent_ids: frozenset[int] | None
    """None: the reader's version is void, read everything."""
    is_kept: bool | None = None
    """Whether a keeper brings the rows up to date; None while Redis does not answer."""


@dataclass(frozen=True)
class Announcement:
    """Rows that have changed, ready to be sent, by agent."""

    epoch: str
    version: int
    rows: dict[int, str]


@dataclass(frozen=True)
class Place:
    """Where an announcer left the keys."""

    epoch: str = _NONE
    version: int = 0


NOWHERE = Place()
"""Of an announcer that begins: its first announcement begins an epoch."""


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """This process's pool of connections."""
    client: redis.Redis = redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
    return client


def ring() -> None:
    """Tell the keeper that there is a mark. Without the bell it looks by itself."""
    with suppress(redis.RedisError, OSError):
        connection().publish(BELL, "1")


def announce(rows: Mapping[int, str], *, place: Place | None = None) -> Place:
    """Give the change its version and tell everyone; return where this left the keys.

    `place` is where this announcer left them the last time; None for one that keeps no account.
    Without rows only the version goes on.
    """
    script: Any = connection().register_script(_PUBLISH)
    found = list(rows.items())
    for start in range(0, max(len(found), 1), ROWS_PER_MESSAGE):
        chunk = found[start : start + ROWS_PER_MESSAGE]
        expected = (_ANY, 0) if place is None else (place.epoch, place.version)
        epoch, version = script(
            keys=[_VERSION, _EPOCH, _CHANGES],
            args=[
                *expected,
                secrets.token_hex(6),
                CHANNEL,
                "\n".join([f"{agent_id} {text}" for agent_id, text in chunk]),
                *[agent_id for agent_id, _text in chunk],
            ],
        )
        made = Place(epoch=str(epoch), version=int(version))
        place = made if place is not None else None
    return made


def changes_since(*, epoch: str, version: int) -> Changes:
    """Agents changed after that version of that epoch; without Redis everything, of no epoch."""
    try:
        return _changes_since(epoch, version)
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis does not say what has changed (%s); everything is read.", error)
        return Changes(epoch="", version=0, agent_ids=None)


def _changes_since(epoch: str, version: int) -> Changes:
    pipe = connection().pipeline(transaction=True)
    pipe.get(_EPOCH)
    pipe.get(_VERSION)
    pipe.zrangebyscore(_CHANGES, f"({version}", "+inf")
    pipe.exists(KEEPER)
    known_epoch, latest, members, kept = pipe.execute()
    is_known = bool(known_epoch) and epoch == known_epoch and version <= int(latest or 0)
    is_few = is_known and len(members) <= MOST_CHANGED
    return Changes(
        epoch=known_epoch or "",
        version=int(latest or 0),
        agent_ids=frozenset(int(member) for member in members) if is_few else None,
        is_kept=bool(kept),
    )


def current_epoch_key() -> str:
    """The key that holds the epoch of now."""
    return _EPOCH


def parse_message(text: str) -> Announcement:
    """Read what `announce` published."""
    head, *lines = text.split("\n")
    epoch, version = head.split(" ")
    rows: dict[int, str] = {}
    for line in lines:
        agent_id, _blank, row = line.partition(" ")
        if agent_id:
            rows[int(agent_id)] = row
    return Announcement(epoch=epoch, version=int(version), rows=rows)
