"""When an alert is raised, kept and over, and who answers for it. Moments are seconds since 1970.

An alert is raised when its value has been bad for a while, and it is over when the value has been
better than the threshold by some margin for another while: so it does not flicker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Turn(StrEnum):
    """What becomes of an alert in one look."""

    NOTHING = "nothing"
    NOTICE = "notice"
    """Bad, but not for long enough."""
    OPEN = "open"
    KEEP = "keep"
    CALM = "calm"
    """Better, but not for long enough."""
    CLOSE = "close"
    FORGET = "forget"
    """It passed before it was raised."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When to raise and when to let go.

    Attributes:
        threshold: From this value on it is bad.
        is_worse_above: Larger values are worse; else smaller ones.
        hysteresis: By so much the value must be better than the threshold to count as over.
        hold_seconds: So long it must be bad.
        clear_seconds: So long it must be better.
        escalate_seconds: So long a responsible person has to acknowledge.

    """

    threshold: float
    is_worse_above: bool
    hysteresis: float = 0.0
    hold_seconds: int = 0
    clear_seconds: int = 0
    escalate_seconds: int = 0

    def __post_init__(self) -> None:
        """Refuse negative times and margins."""
        for name in ("hysteresis", "hold_seconds", "clear_seconds", "escalate_seconds"):
            if getattr(self, name) < 0:
                msg = f"Expected {name} >= 0, got {getattr(self, name)}."
                raise ValueError(msg)

    def excess(self, value: float) -> float:
        """Return by how much a value is beyond the threshold, below 0 where it is not."""
        return value - self.threshold if self.is_worse_above else self.threshold - value


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert as it stands: noticed, raised or not yet, and better since when."""

    began_at: int
    opened_at: int | None = None
    calm_since: int | None = None


def turn(*, value: float | None, standing: Standing | None, limits: Limits, at: int) -> Turn:
    """Return what becomes of an alert whose value is this now; None: nothing is known any more."""
    excess = None if value is None else limits.excess(value)
    if standing is None:
        if excess is None or excess < 0:
            return Turn.NOTHING
        return Turn.OPEN if limits.hold_seconds == 0 else Turn.NOTICE
    if standing.opened_at is None:
        if excess is None or excess < 0:
            return Turn.FORGET
        return Turn.OPEN if at - standing.began_at >= limits.hold_seconds else Turn.NOTICE
    if excess is not None and excess >= -limits.hysteresis:
        return Turn.KEEP
    since = at if standing.calm_since is None else standing.calm_since
    return Turn.CLOSE if at - since >= limits.clear_seconds else Turn.CALM


def is_worse(value: float, other: float, *, is_worse_above: bool) -> bool:
    """Tell whether a value is worse than another."""
    return value > other if is_worse_above else value < other


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Somebody answers for a scope at some hours; who, says `key`.

    Attributes:
        key: The row.
        scope: Names and ids of what it covers; empty covers everything.
        kind: For alerts of this kind only; empty for all.
        place: Of several for the same scope the lower comes first.
        weekdays: 0 for Monday.
        from_minute: Of the local day.
        until_minute: Before `from_minute`: over midnight.

    """

    key: int
    scope: Mapping[str, int]
    kind: str = ""
    place: int = 1
    weekdays: frozenset[int] = frozenset(range(7))
    from_minute: int = 0
    until_minute: int = 1440

    def is_on(self, *, weekday: int, minute: int) -> bool:
        """Tell whether it holds at a minute of a local day; a night belongs to the day it began."""
        if self.from_minute < self.until_minute:
            return weekday in self.weekdays and self.from_minute <= minute < self.until_minute
        if minute >= self.from_minute:
            return weekday in self.weekdays
        return minute < self.until_minute and (weekday - 1) % 7 in self.weekdays


NARROWEST_FIRST = ("queue", "team", "site", "client")


def covers(scope: Mapping[str, int], about: Mapping[str, int | None]) -> bool:
    """Tell whether what covers `scope` covers something that is about these ids."""
    return all(about.get(name) == pk for name, pk in scope.items())


def width(scope: Mapping[str, int]) -> int:
    """Return 0 for the narrowest scope, more for wider ones."""
    return next(
        (place for place, name in enumerate(NARROWEST_FIRST) if name in scope),
        len(NARROWEST_FIRST),
    )


def chain(
    duties: Sequence[Duty],
    *,
    kind: str,
    about: Mapping[str, int | None],
    local: Mapping[int, tuple[int, int]],
) -> list[int]:
    """Return who answers, first to last: on duty now, the narrowest scope first, then by place.

    A duty for this very kind goes before one for all kinds of the same scope. Where nobody is on
    duty, those off duty answer in the same order: better somebody than nobody.

    Args:
        duties: All of them.
        kind: Of the alert.
        about: Ids of what the alert is about.
        local: Weekday and minute of the day now in each duty's own zone, by its key.

    """
    mine = [duty for duty in duties if duty.kind in {"", kind} and covers(duty.scope, about)]
    mine.sort(key=lambda duty: (width(duty.scope), duty.kind == "", duty.place, duty.key))
    on_duty = [
        duty for duty in mine if duty.is_on(weekday=local[duty.key][0], minute=local[duty.key][1])
    ]
    return [duty.key for duty in on_duty or mine]


def must_hand_on(
    *, since: int, at: int, is_acknowledged: bool, level: int, people: int, limits: Limits
) -> bool:
    """Tell whether an alert goes to the next of so many people: nobody has acknowledged it."""
    return not is_acknowledged and level + 1 < people and at - since >= limits.escalate_seconds
