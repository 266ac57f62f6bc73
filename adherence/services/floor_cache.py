"""Figures of the whole floor, computed once for everybody and kept in Redis with their moment."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adherence.services.bus import connection

IMPACT = "adherence:impact"
TREND = "adherence:trend"
GAPS = "adherence:gaps"
KEPT_FOR = timedelta(minutes=30)
LOCK = timedelta(seconds=10)


@dataclass(frozen=True)
class Kept:
    """A figure and when it was made."""

    as_of: datetime
    value: Any


def keep(key: str, value: Any, *, at: datetime) -> None:
    """Keep it; an older one never replaces a newer one for long, since each is made again."""
    text = json.dumps({"as_of": at.timestamp(), "value": value})
    connection().set(key, text, ex=int(KEPT_FOR.total_seconds()))


def kept(key: str) -> Kept | None:
    """What is kept; None where nothing is, or what is there cannot be read."""
    try:
        found = json.loads(str(connection().get(key) or "null"))
        return found and Kept(datetime.fromtimestamp(found["as_of"], UTC), found["value"])
    except (ValueError, KeyError, TypeError):
        return None


def kept_or_made(key: str, *, at: datetime, max_age: timedelta, make: Callable[[], Any]) -> Kept:
    """What is kept and young enough; else one of those who ask makes it, the others take the old."""
    found = kept(key)
    if found is not None and abs(at - found.as_of) <= max_age:
        return found
    is_mine = connection().set(f"{key}:lock", 1, nx=True, px=int(LOCK.total_seconds() * 1000))
    if found is not None and not is_mine:
        return found
    value = make()
    keep(key, value, at=at)
    connection().delete(f"{key}:lock")
    return Kept(at, value)
