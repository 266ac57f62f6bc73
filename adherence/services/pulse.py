"""How fast the live path is, kept for some minutes in Redis: shown, never decided by.

For each minute two hashes: how long events took from receipt to announcement, in classes that are
a tenth apart, and how many events came from each source.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adherence.services.bus import KEEPER, connection
from adherence.services.marks import Mark

KEPT_SECONDS = 900
VIEWERS_SECONDS = 5
ALIVE_SECONDS = 15
WINDOW_MINUTES = 5
STEP = 1.1
_VIEWERS = "adherence:viewers:"


@dataclass(frozen=True)
class Delays:
    """Seconds from receipt to announcement of the events of the last minutes."""

    events: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None


@dataclass(frozen=True)
class Pulse:
    """What Redis knows of the live path."""

    delays: Delays
    per_second_by_source: dict[str, float]
    keeper: dict[str, Any] | None
    """What the keeper said of itself in the last seconds; None: it says nothing."""
    viewers: int


class PulseBook:
    """Collects what a keeper has seen, and writes it now and then."""

    def __init__(self) -> None:
        self._delays: Counter[int] = Counter()
        self._sources: Counter[str] = Counter()

    def note(self, marks: Iterable[Mark], *, announced_at: datetime) -> None:
        """Note how long the events of these marks took."""
        for mark in marks:
            if mark.events:
                self._delays[_class_of(announced_at - mark.received_at)] += mark.events
                self._sources[mark.source] += mark.events

    def write(self, *, at: datetime, keeper: dict[str, Any]) -> None:
        """Write what has been noted since the last time, and that the keeper lives."""
        minute = int(at.timestamp()) // 60
        pipe = connection().pipeline(transaction=False)
        counts: tuple[tuple[str, Counter[Any]], ...] = (
            ("delays", self._delays),
            ("sources", self._sources),
        )
        for name, counted in counts:
            for field, number in counted.items():
                pipe.hincrby(_name(name, minute), str(field), number)
            if counted:
                pipe.expire(_name(name, minute), KEPT_SECONDS)
        pipe.set(KEEPER, json.dumps(keeper | {"at": at.isoformat()}), ex=ALIVE_SECONDS)
        pipe.execute()
        self._delays.clear()
        self._sources.clear()


def viewers_key(process: str) -> str:
    """Where a live process says how many are watching."""
    return f"{_VIEWERS}{process}"


def read_pulse(*, at: datetime) -> Pulse:
    """Return what is known of the last minutes, the present one included."""
    second = int(at.timestamp())
    minutes = [second // 60 - back for back in range(WINDOW_MINUTES)]
    pipe = connection().pipeline(transaction=False)
    for minute in minutes:
        pipe.hgetall(_name("delays", minute))
        pipe.hgetall(_name("sources", minute))
    pipe.get(KEEPER)
    *hashes, keeper = pipe.execute()
    delays: Counter[int] = Counter()
    sources: Counter[str] = Counter()
    for found, by_source in zip(hashes[::2], hashes[1::2], strict=True):
        delays.update({int(field): int(number) for field, number in found.items()})
        sources.update({source: int(number) for source, number in by_source.items()})
    covered = (WINDOW_MINUTES - 1) * 60 + second % 60 + 1
    return Pulse(
        delays=_percentiles(delays),
        per_second_by_source={
            source: round(number / covered, 2) for source, number in sorted(sources.items())
        },
        keeper=json.loads(keeper) if keeper else None,
        viewers=_viewers(),
    )


def _viewers() -> int:
    keys = list(connection().scan_iter(match=f"{_VIEWERS}*", count=500))
    return sum(int(number) for number in (connection().mget(keys) if keys else []) if number)


def _percentiles(classes: Counter[int]) -> Delays:
    total = sum(classes.values())

    def at_share(share: float) -> float | None:
        seen = 0
        for name in sorted(classes):
            seen += classes[name]
            if seen >= share * total:
                return round(STEP**name / 1000, 3)
        return None

    return Delays(total, at_share(0.5), at_share(0.95), at_share(0.99))


def _class_of(delay: timedelta) -> int:
    """The number of the class whose upper end is the next power of 1.1 milliseconds."""
    return math.ceil(math.log(max(delay.total_seconds() * 1000, 1.0), STEP))


def _name(what: str, minute: int) -> str:
    return f"adherence:pulse:{what}:{minute}"
