"""An agent's day as two lanes: planned above, what happened below, on one axis of true time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adherence.drawing import act_class
from adherence.queries import AgentDayView
from wfm.org.models import StateGroup

HOUR = timedelta(hours=1)
MOST_TICKS = 12


@dataclass(frozen=True)
class Bar:
    """A block of a lane."""

    starts_at: datetime
    ends_at: datetime
    css_class: str
    letter: str
    name: str


@dataclass(frozen=True)
class DayTimeline:
    """What the timeline widget draws; also a table for those who do not see it."""

    starts_at: datetime
    ends_at: datetime
    now: datetime | None
    ticks: tuple[datetime, ...]
    planned: tuple[Bar, ...]
    actual: tuple[Bar, ...]
    out: tuple[Bar, ...]


def day_timeline(day: AgentDayView, *, at: datetime) -> DayTimeline | None:
    """Lay the day out; None when nothing was planned and nothing happened."""
    blocks = [*day.planned, *day.actual]
    if not blocks:
        return None
    starts_at = _floor(min(block.starts_at for block in blocks))
    ends_at = _ceil(max(block.ends_at for block in blocks))
    hours = int((ends_at - starts_at) / HOUR)
    step = next(size for size in (1, 2, 3, 4, 6, 12) if hours / size <= MOST_TICKS)
    return DayTimeline(
        starts_at=starts_at,
        ends_at=ends_at,
        now=at if starts_at <= at < ends_at else None,
        ticks=tuple(starts_at + index * HOUR for index in range(0, hours + 1, step)),
        planned=tuple(
            Bar(
                block.starts_at,
                block.ends_at,
                act_class(block.code),
                block.code.letter,
                f"{block.code.name} · {block.queue}" if block.queue else block.code.name,
            )
            for block in day.planned
        ),
        actual=tuple(
            Bar(
                block.starts_at,
                block.ends_at,
                f"lane-state lane-state--{block.group.lower()}",
                block.code.letter if block.code and block.group != StateGroup.UNKNOWN else "",
                block.code.name
                if block.code and block.group != StateGroup.UNKNOWN
                else str(StateGroup(block.group).label),
            )
            for block in day.actual
        ),
        out=tuple(
            Bar(stretch.starts_at, stretch.ends_at, "lane-out", "", stretch.planned.name)
            for stretch in day.counted
        ),
    )


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _ceil(moment: datetime) -> datetime:
    floor = _floor(moment)
    return floor if floor == moment else floor + HOUR
