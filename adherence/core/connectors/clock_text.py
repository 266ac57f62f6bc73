"""Dates and times as tables write them: any order, any separators, with or without an offset."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from adherence.core.connectors.event import from_epoch, parse_instant

_DATE = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?")
_COMPACT_DATE = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_CLOCK = re.compile(
    r"(?P<early>上午|下午)?\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<late>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?)?"
)
_COMPACT_CLOCK = re.compile(r"(\d\d)(\d\d)(\d\d)?")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d\d))?")
_EPOCH = re.compile(r"\d{10}([.,]\d+)?|\d{13}")
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}


@dataclass(frozen=True)
class Moment:
    """What a row says of its time: an instant, or a reading of a wall clock."""

    instant: datetime | None = None
    wall: datetime | None = None


def parse_moment(
    text: str, *, date_text: str = "", offset_text: str = "", order: str
) -> Moment | None:
    """Read a time, with its date beside it where that is a column of its own; None: unreadable."""
    whole = f"{date_text.strip()} {text.strip()}".strip()
    if _EPOCH.fullmatch(whole):
        digits = re.split(r"[.,]", whole)[0]
        instant = from_epoch(whole, per_second=1000 if len(digits) == 13 else 1)
        return Moment(instant=instant) if instant else None
    instant = parse_instant(whole)
    if instant is not None:
        return Moment(instant=instant)
    wall, rest = _wall(whole, order)
    if wall is None:
        return None
    told = offset_text.strip() or rest
    offset = _offset(told)
    if offset is None:
        return None if told else Moment(wall=wall)
    return Moment(instant=(wall - offset).replace(tzinfo=UTC))


def _wall(whole: str, order: str) -> tuple[datetime | None, str]:
    """Return the wall clock's reading, and the offset written behind it."""
    match = _DATE.match(whole) or _COMPACT_DATE.match(whole)
    if match is None:
        return None, ""
    clock_text = whole[match.end() :].lstrip(" T,")
    clock = _CLOCK.fullmatch(clock_text)
    compact = None if clock else _COMPACT_CLOCK.fullmatch(clock_text)
    if clock is None and compact is None:
        return None, ""
    try:
        year, month, day = _ymd(match.groups(), order)
        if compact is not None:
            hour, minute, second = (int(part or 0) for part in compact.groups())
            return datetime(year, month, day, hour, minute, second), ""  # noqa: DTZ001 - a wall clock's reading
        assert clock is not None
        micro = int((clock["part"] or "0")[:6].ljust(6, "0"))
        return (
            datetime(year, month, day, _hour(clock), int(clock["minute"]), int(clock["second"] or 0), micro),  # noqa: DTZ001 - as above
            clock["offset"] or "",
        )  # fmt: skip
    except ValueError:
        return None, ""


def _ymd(parts: tuple[str, ...], order: str) -> tuple[int, int, int]:
    chosen = "ymd" if len(parts[0]) == 4 else order
    year, month, day = (int(parts[place]) for place in ORDERS[chosen])
    return (year + 2000 if year < 100 else year), month, day


def _hour(clock: re.Match[str]) -> int:
    hour = int(clock["hour"])
    half = (clock["early"] or clock["late"] or "").lower().replace(".", "")
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in {"pm", "下午"} else 0)


def _offset(text: str) -> timedelta | None:
    bare = text.strip()
    if bare in {"Z", "UTC", "GMT"}:
        return timedelta()
    match = _OFFSET.fullmatch(bare)
    if match is None:
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    try:
        timezone(size)  # refuses a day and more
    except ValueError:
        return None
    return -size if match[1] == "-" else size
