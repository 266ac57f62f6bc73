"""Read single cells: numbers, durations, dates and times as other systems write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

MINUTES_PER_DAY = 1440
MISSING = frozenset({"", "-", "–", "—", "n/a", "na", "nan", "null", "none", "#n/a", "无"})
_CLOCK = re.compile(r"(\d{1,3}):([0-5]?\d)(?::([0-5]?\d(?:[.,]\d+)?))?\s*([AaPp]\.?[Mm]\.?)?")
_DATE = re.compile(r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?")
_RANGE = re.compile(r"\s*(?:-|–|—|~|至|to)\s*")
_SECONDS = re.compile(r"(?<=:\d\d):([0-5]\d(?:[.,]\d+)?)(?=\s*(?:[AaPp]\.?[Mm]\.?)?$)")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")


class UnreadableValue(ValueError):  # noqa: N818 - reads as what was found
    """A cell that cannot be read; the sentence quotes it."""


def is_missing(text: str) -> bool:
    """A blank or one of the usual words for nothing."""
    return text.strip().lower() in MISSING


@lru_cache(maxsize=65_536)
def parse_number(text: str, decimal: str = ".") -> float | None:
    """A number with its decimal sign; thousands marks and percent-free. None is missing."""
    cleaned = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if is_missing(cleaned):
        return None
    other = "," if decimal == "." else "."
    cleaned = cleaned.replace("'", "")
    if other in cleaned:
        pattern = rf"-?\d{{1,3}}(\{other}\d{{3}})+(\{decimal}\d+)?"
        if not re.fullmatch(pattern, cleaned):
            raise UnreadableValue(f"{text!r} is no number with {decimal!r} as decimal sign.")
        cleaned = cleaned.replace(other, "")
    cleaned = cleaned.replace(decimal, ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", cleaned):
        raise UnreadableValue(f"{text!r} is no number.")
    return float(cleaned)


@lru_cache(maxsize=65_536)
def parse_seconds(text: str, decimal: str = ".") -> float | None:
    """A duration: seconds, mm:ss or hh:mm:ss. None is missing."""
    if ":" not in text:
        return parse_number(text, decimal)
    match = _CLOCK.fullmatch(text.strip())
    if match is None or match.group(4):
        raise UnreadableValue(f"{text!r} is no duration; write hh:mm:ss or seconds.")
    first, second, third, _half = match.groups()
    if third is None:
        return int(first) * 60.0 + int(second)
    return int(first) * 3600.0 + int(second) * 60.0 + float(third.replace(",", "."))


@lru_cache(maxsize=16_384)
def parse_date(text: str, order: str = "ymd") -> date:
    """A date in the given order of year, month and day; two-digit years are of this century."""
    match = _DATE.match(text.strip())
    if match is None:
        compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text.strip())
        if compact is None:
            raise UnreadableValue(f"{text!r} is no date.")
        return _date(compact.groups(), "ymd", text)
    parts = match.groups()
    return _date(parts, "ymd" if len(parts[0]) == 4 else order, text)


def _date(parts: tuple[str | None, ...], order: str, text: str) -> date:
    numbers = dict(zip(order, (int(part or 0) for part in parts), strict=True))
    year = numbers["y"] + (2000 if numbers["y"] < 100 else 0)
    try:
        return date(year, numbers["m"], numbers["d"])
    except ValueError as error:
        raise UnreadableValue(f"{text!r} is no date of the calendar.") from error


@lru_cache(maxsize=16_384)
def parse_clock(text: str) -> tuple[int, int | None]:
    """Minute of the day, and the end minute where the cell is a range (09:00-09:30)."""
    parts = [part for part in _RANGE.split(text.strip()) if part]
    if not 1 <= len(parts) <= 2:
        raise UnreadableValue(f"{text!r} is no time of day.")
    start = _minute(parts[0], text)
    if len(parts) == 1:
        return start, None
    end = _minute(parts[1], text)
    return start, end if end > start else end + 1440


def _minute(part: str, text: str) -> int:
    match = _CLOCK.fullmatch(part.strip())
    if match is None:
        if re.fullmatch(r"\d{3,4}", part) and int(part[-2:]) < 60 and int(part[:-2]) < 24:
            return int(part[:-2]) * 60 + int(part[-2:])
        if re.fullmatch(r"\d{1,2}", part) and int(part) < 24:
            return int(part) * 60
        raise UnreadableValue(f"{text!r} is no time of day.")
    hour, minute = int(match.group(1)), int(match.group(2))
    half = (match.group(4) or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise UnreadableValue(f"{text!r} is no time of day.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or (hour == 24 and minute):
        raise UnreadableValue(f"{text!r} is no time of day.")
    seconds = match.group(3)
    if seconds and float(seconds.replace(",", ".")):
        raise UnreadableValue(f"{text!r} does not start on a whole minute.")
    return hour * 60 + minute


def parse_moment(text: str, order: str = "ymd") -> tuple[datetime, int | None]:
    """A date with time: naive wall clock, or aware where an offset is written; and a range's end.

    The second value is the length in minutes where the cell holds a range.
    """
    cleaned = (
        text.strip().replace("T", " ") if re.match(r"\d{4}-\d", text.strip()) else text.strip()
    )
    offset = _OFFSET.search(cleaned) if re.search(r":\d{2}", cleaned) else None
    if offset and not re.search(r"\d{2}:\d{2}\s*[-–]\s*\d{2}:?\d{2}$", cleaned):
        try:
            return datetime.fromisoformat(cleaned.replace(" ", "T", 1)).astimezone(UTC), None
        except ValueError as error:
            raise UnreadableValue(f"{text!r} is no moment.") from error
    day_text, _space, clock_text = cleaned.partition(" ")
    day = parse_date(day_text, order)
    if not clock_text.strip():
        raise UnreadableValue(f"{text!r} has a date but no time of day.")
    start, end = parse_clock(clock_text)
    return combine(day, start), None if end is None else end - start


def parse_start(text: str, order: str = "ymd") -> tuple[datetime, int | None]:
    """The start of an interval, and its length where the cell tells it; a date alone is a day."""
    stripped = text.strip()
    if " " not in stripped and "T" not in stripped and ":" not in stripped:
        return combine(parse_date(stripped, order), 0), MINUTES_PER_DAY
    return parse_moment(stripped, order)


def parse_instant(text: str, order: str = "ymd") -> datetime:
    """A date with time to the second: when something happened, not when an interval starts."""
    stripped = text.strip()
    found = _SECONDS.search(stripped)
    if found is None:
        return parse_moment(stripped, order)[0]
    moment, _length = parse_moment(stripped[: found.start()] + stripped[found.end() :], order)
    return moment + timedelta(seconds=float(found.group(1).replace(",", ".")))


def combine(day: date, minute: int) -> datetime:
    """Wall clock of a minute of the day; minute 1440 is the next midnight."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)
