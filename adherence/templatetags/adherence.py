"""How live rows are written, for templates: `{% load adherence %}`."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from wfm.web.formats import local_clock

register = template.Library()


@register.filter
def at_key(table: Mapping[str, object], key: str) -> object:
    """The table's value for a key, None without one."""
    return table.get(key) if key else None


@register.filter
def iso_clock(moment: str | None, zone: str) -> str:
    """Hours and minutes of an ISO instant in a zone; nothing for None."""
    parsed = parse_datetime(moment) if moment else None
    return local_clock(parsed, zone) if parsed else ""


@register.filter
def since_minutes(moment: str | None, at: datetime | str) -> str:
    """How long ago an ISO instant was, in the words of live-rows.js."""
    parsed = parse_datetime(moment) if moment else None
    if parsed is None or not isinstance(at, datetime):
        return ""
    seconds = max(int((at - parsed).total_seconds()), 0)
    if seconds < 60:
        return _("{seconds} s").format(seconds=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
