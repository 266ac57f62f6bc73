"""What an agent's deviation means for service: helps, costs, or neither.

The unit is the same for all work, so that a call centre and a back office can be ranked together:
minutes that customers wait, per hour. Of live queues the minutes in the queue, of deferred work the
minutes past the due time.
"""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from adherence.core.groups import ON_POSITION, StateGroup
from adherence.core.live import Severity

NEUTRAL_MINUTES = 0.5
"""Less than half a minute of waiting an hour is no effect that anyone could see."""


class Impact(StrEnum):
    """The sign of an agent's deviation."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class QueueKind(StrEnum):
    """How the cost of a queue was found."""

    LIVE = "live"
    POOL = "pool"
    DEFERRED = "deferred"


@dataclass(frozen=True, kw_only=True)
class QueueImpact:
    """What one agent more or fewer does to a queue now.

    Attributes:
        queue_id: The queue.
        kind: Live, deferred, or part of a pool whose people are one team.
        present: People on position now.
        planned: People planned on position now.
        required: People required on position now; None where nothing is published.
        saved_minutes_per_hour: Waiting saved by one agent more.
        caused_minutes_per_hour: Waiting caused by one agent fewer.
        level: Service level expected in the coming hour with the people who are there.
        level_more: The same with one more.
        level_fewer: The same with one fewer.
        asa_seconds: Mean wait of the answered, with the people who are there.
        asa_more_seconds: The same with one more.
        asa_fewer_seconds: The same with one fewer.
        slack_hours: Of deferred work: person-hours to spare at the tightest due time.
        saved_money_per_hour: Worth of one agent more; None where the queue has no value.
        lost_money_per_hour: Worth of one agent fewer.
        note: Why there is no figure, a key; empty where there is one.

    """

    queue_id: int
    kind: QueueKind
    present: int
    planned: float
    required: float | None = None
    saved_minutes_per_hour: float | None = None
    caused_minutes_per_hour: float | None = None
    level: float | None = None
    level_more: float | None = None
    level_fewer: float | None = None
    asa_seconds: float | None = None
    asa_more_seconds: float | None = None
    asa_fewer_seconds: float | None = None
    slack_hours: float | None = None
    saved_money_per_hour: float | None = None
    lost_money_per_hour: float | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> "QueueImpact":
        """Read what `as_dict` wrote; fields of another version are left out."""
        known = {field.name for field in fields(cls)}
        found = {name: value for name, value in values.items() if name in known}
        return cls(**found | {"kind": QueueKind(found["kind"])})


@dataclass(frozen=True)
class AgentImpact:
    """Waiting per hour by one agent's deviation: below 0 it costs, above 0 it helps."""

    sign: Impact
    minutes_per_hour: float


NONE = AgentImpact(Impact.NEUTRAL, 0.0)


def agent_impact(
    *, severity: int, state_group: str, queue: QueueImpact | None
) -> AgentImpact | None:
    """Return what an agent's deviation does to their queue; None without one, or without figures.

    Who is expected on position and not there costs what one more would save; who works where a
    break or nothing was planned helps as much as one fewer would cost. Late to a meeting, or unseen,
    is neutral. `impactOf` of live-impact.js says the same.
    """  # fmt: skip
    if severity == Severity.NONE:
        return None
    works = state_group in {StateGroup(group).name for group in ON_POSITION}
    if severity >= Severity.MAJOR:
        minutes = None if queue is None else queue.saved_minutes_per_hour
        minutes = None if minutes is None else -minutes
    elif severity == Severity.NOTICE and works:
        minutes = None if queue is None else queue.caused_minutes_per_hour
    else:
        return NONE
    if minutes is None:
        return None
    if abs(minutes) < NEUTRAL_MINUTES:
        return NONE
    return AgentImpact(Impact.NEGATIVE if minutes < 0 else Impact.POSITIVE, minutes)


def money_of_one(
    *, hour_value: float | None, required: float | None, present: int
) -> tuple[float | None, float | None]:
    """Worth per hour of one agent more and of one fewer: the part of them that is required."""
    if hour_value is None or required is None:
        return None, None
    more = min(1.0, max(0.0, required - present))
    fewer = min(1.0, max(0.0, required - (present - 1)))
    return hour_value * more, hour_value * fewer
