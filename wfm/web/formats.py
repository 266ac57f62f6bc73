"""Numbers, shares, durations and moments as people read them. None is an en dash, never a zero."""

import zoneinfo
from datetime import UTC, date, datetime, tzinfo

from babel.dates import format_date, format_datetime, format_interval
from django.utils import timezone
from django.utils.translation import get_language, gettext

NOTHING = "–"
_MINUS = "\u2212"
_BABEL_LOCALES = {"zh-hans": "zh_Hans_CN", "en": "en_GB"}


def babel_locale() -> str:
    """Return the name that Babel's locale data uses for the active language."""
    return _BABEL_LOCALES.get(get_language() or "en", "en_GB")


def number(value: float | None, digits: int = 0) -> str:
    """Return `1,234.5`; with a real minus sign, and never a minus zero."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return NOTHING
    if value in {float("inf"), float("-inf")}:
        return "∞" if value > 0 else f"{_MINUS}∞"
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        bare = text[1:]
        return bare if not bare.strip("0.,") else _MINUS + bare
    return text


def signed(value: float | None, digits: int = 0) -> str:
    """Return a difference with its sign: `+12`, `−3`, `0`."""
    text = number(value, digits)
    positive = value is not None and text not in {NOTHING, "∞"} and value > 0
    return f"+{text}" if positive and text.strip("0.,") else text


def percent(rate: float | None, digits: int = 1) -> str:
    """Return a fraction 0-1 as `81.1 %`."""
    if rate is None or rate != rate:  # noqa: PLR0124 - only NaN differs from itself
        return NOTHING
    return f"{number(rate * 100, digits)}\u202f%"


def duration(seconds: float | None) -> str:
    """Return `45 s`, `4 min 5 s`, `2 h 5 min`, `3 d 4 h`: two units at most."""
    if seconds is None or seconds != seconds:  # noqa: PLR0124 - only NaN differs from itself
        return NOTHING
    if seconds == float("inf"):
        return "∞"
    whole = round(abs(seconds))
    sign = _MINUS if seconds < 0 and whole else ""
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        (days, gettext("d")),
        (hours, gettext("h")),
        (minutes, gettext("min")),
        (rest, gettext("s")),
    ]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    shown = [f"{amount}\u202f{unit}" for amount, unit in parts[:2] if amount]
    return sign + " ".join(shown or [f"0\u202f{gettext('s')}"])


def clock(seconds: float | None) -> str:
    """Return `h:mm` for a total of hours, as planners write it."""
    if seconds is None:
        return NOTHING
    minutes = round(abs(seconds) / 60)
    sign = _MINUS if seconds < 0 and minutes else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02d}"


def zone_of(name: str | tzinfo | None) -> tzinfo:
    """Return the zone of that name; without one the zone of the page."""
    if isinstance(name, tzinfo):
        return name
    return zoneinfo.ZoneInfo(name) if name else timezone.get_current_timezone()


def local_time(moment: datetime | None, zone: str | tzinfo | None = None) -> str:
    """Return `Mon 16 Nov 2026, 09:15` in that zone."""
    if moment is None:
        return NOTHING
    local = _aware(moment).astimezone(zone_of(zone))
    pattern = "y年M月d日 E HH:mm" if babel_locale().startswith("zh") else "E d MMM y, HH:mm"
    return str(format_datetime(local.replace(tzinfo=None), pattern, locale=babel_locale()))


def local_clock(moment: datetime | None, zone: str | tzinfo | None = None) -> str:
    """Return `09:15` in that zone."""
    return NOTHING if moment is None else _aware(moment).astimezone(zone_of(zone)).strftime("%H:%M")


def local_day(day: date | datetime | None, zone: str | tzinfo | None = None) -> str:
    """Return `Mon 16 Nov 2026`; a moment counts for its day in that zone."""
    if day is None:
        return NOTHING
    if isinstance(day, datetime):
        day = _aware(day).astimezone(zone_of(zone)).date()
    pattern = "y年M月d日 E" if babel_locale().startswith("zh") else "E d MMM y"
    return str(format_date(day, pattern, locale=babel_locale()))


def day_span(first: date, last: date) -> str:
    """Return `16–22 Nov 2026`, in the language's own form."""
    if first == last:
        return local_day(first)
    return str(format_interval(first, last, "yMMMd", locale=babel_locale()))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
