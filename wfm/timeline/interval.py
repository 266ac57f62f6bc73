"""Half-open intervals [starts_at, ends_at) of aware instants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """A half-open stretch of time; both ends aware, the end after or at the start."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            msg = f"Expected aware instants, got {self.starts_at!r} and {self.ends_at!r}."
            raise ValueError(msg)
        if self.ends_at < self.starts_at:
            msg = f"Expected the end at or after the start, got {self.starts_at} to {self.ends_at}."
            raise ValueError(msg)

    @property
    def duration(self) -> timedelta:
        """Elapsed time, clock changes counted."""
        return self.ends_at - self.starts_at

    @property
    def seconds(self) -> float:
        """Elapsed seconds."""
        return self.duration.total_seconds()

    def contains(self, moment: datetime) -> bool:
        """Tell whether the moment lies inside (the end does not)."""
        return self.starts_at <= moment < self.ends_at

    def overlaps(self, other: "Interval") -> bool:
        """Tell whether the two share any time; touching intervals do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def clip(self, to: "Interval") -> "Interval | None":
        """Return the part inside `to`, or None when nothing is left."""
        starts_at, ends_at = max(self.starts_at, to.starts_at), min(self.ends_at, to.ends_at)
        return Interval(starts_at, ends_at) if starts_at < ends_at else None


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as disjoint intervals in order; touching ones become one."""
    merged: list[Interval] = []
    for item in sorted(intervals):
        if item.starts_at == item.ends_at:
            continue
        if merged and item.starts_at <= merged[-1].ends_at:
            last = merged[-1]
            merged[-1] = Interval(last.starts_at, max(last.ends_at, item.ends_at))
        else:
            merged.append(item)
    return merged


def subtract(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """Return what of `intervals` is left after `removed` is cut out, disjoint and in order."""
    left = merge(intervals)
    for cut in merge(removed):
        pieces: list[Interval] = []
        for item in left:
            if not item.overlaps(cut):
                pieces.append(item)
                continue
            if item.starts_at < cut.starts_at:
                pieces.append(Interval(item.starts_at, cut.starts_at))
            if cut.ends_at < item.ends_at:
                pieces.append(Interval(cut.ends_at, item.ends_at))
        left = pieces
    return left


def overlap_seconds(one: Interval, other: Interval) -> float:
    """Return the seconds that both share."""
    shared = one.clip(other)
    return shared.seconds if shared else 0.0
