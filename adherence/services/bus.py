"""Which agents have changed, told through Redis after the commit.

A number that is given out before the commit misleads: of two transactions the later number may
commit first, and whoever has read it never looks back. So the version of a change is taken here,
after the commit, in one script: count up, note the agents under the new version, tell everyone.
The rows themselves are always read from the database.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

CHANNEL = "adherence:live"
_VERSION = "adherence:live:version"
_EPOCH = "adherence:live:epoch"
_CHANGES = "adherence:live:changes"

# An epoch marks one life of these keys: with another epoch every version is void.
_PUBLISH = """
redis.call('SET', KEYS[2], ARGV[1], 'NX')
local version = redis.call('INCR', KEYS[1])
for index = 3, #ARGV do redis.call('ZADD', KEYS[3], version, ARGV[index]) end
redis.call('PUBLISH', ARGV[2], redis.call('GET', KEYS[2]) .. ' ' .. version .. ' '
    .. table.concat(ARGV, ',', 3))
return version
"""


@dataclass(frozen=True)
class Changes:
    """Agents changed since a version, and the version that this brings a reader to."""

    epoch: str
    version: int
    agent_ids: frozenset[int] | None
    """None: the reader's version is void, read everything."""


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """This process's pool of connections."""
    client: redis.Redis = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
    return client


def announce_after_commit(agent_ids: Iterable[int]) -> None:
    """Tell every live page of these agents once the transaction is committed."""
    ids = sorted(set(agent_ids))
    if ids:
        transaction.on_commit(lambda: announce(ids), robust=True)


def announce(agent_ids: Iterable[int]) -> int:
    """Give the change its version and tell everyone; return the version."""
    script: Any = connection().register_script(_PUBLISH)
    version = script(
        keys=[_VERSION, _EPOCH, _CHANGES],
        args=[secrets.token_hex(6), CHANNEL, *(str(pk) for pk in agent_ids)],
    )
    return int(version)


def changes_since(*, epoch: str, version: int) -> Changes:
    """Agents changed after that version of that epoch."""
    pipe = connection().pipeline(transaction=True)
    pipe.get(_EPOCH)
    pipe.get(_VERSION)
    pipe.zrangebyscore(_CHANGES, f"({version}", "+inf")
    known_epoch, latest, members = pipe.execute()
    is_known = bool(known_epoch) and epoch == known_epoch and version <= int(latest or 0)
    return Changes(
        epoch=known_epoch or "",
        version=int(latest or 0),
        agent_ids=frozenset(int(member) for member in members) if is_known else None,
    )


def parse_message(text: str) -> Changes:
    """Read what `announce` published."""
    epoch, version, ids = text.split(" ", 2)
    return Changes(
        epoch=epoch, version=int(version), agent_ids=frozenset(int(pk) for pk in ids.split(","))
    )
