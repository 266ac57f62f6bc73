"""An agent's day as two lanes: planned above, what happened below, on one axis of true time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adherence.queries import AgentDayView
from wfm.org.models import StateGroup

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
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
    spans = [(block.starts_at, block.ends_at) for block in day.planned]
    spans += [(block.starts_at, block.ends_at) for block in day.actual]
    if not spans:
        return None
    zone = ZoneInfo(day.timezone)
    starts_at = _whole_hour(min(start for start, _end in spans), zone)
    ends_at = _whole_hour(max(end for _start, end in spans) + HOUR - SECOND, zone)
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
                block.code.color,
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


def _whole_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last full hour on the wall clock at or before the moment."""
    wall = moment.astimezone(zone)
    return moment - timedelta(
        minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
