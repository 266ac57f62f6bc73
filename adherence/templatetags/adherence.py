"""How live rows are written, for templates: `{% load adherence %}`."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from adherence.core.impact import AgentImpact, Impact
from wfm.org.models import StateGroup
from wfm.web.formats import local_clock, number

register = template.Library()


@register.filter
def at_key(table: Mapping[str, object], key: str) -> object:
    """The table's value for a key, None without one."""
    return table.get(key) if key else None


@register.filter
def at_number(table: Mapping[str, object], number: int) -> object:
    """The table's value for a number, None without one."""
    return table.get(str(number))


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


IMPACT_TONES = {Impact.NEGATIVE: "under", Impact.POSITIVE: "goal", Impact.NEUTRAL: ""}
IMPACT_LETTERS = {Impact.NEGATIVE: "−", Impact.POSITIVE: "+", Impact.NEUTRAL: "="}


@register.filter
def impact_tone(impact: AgentImpact | None) -> str:
    """Tone of its badge."""
    return IMPACT_TONES[impact.sign] if impact else ""


@register.filter
def impact_letter(impact: AgentImpact | None) -> str:
    """Its sign; nothing where nothing can be told."""
    return IMPACT_LETTERS[impact.sign] if impact else ""


@register.filter
def impact_words(impact: AgentImpact | None) -> str:
    """Its word and number, as live-impact.js writes them; a dash where nothing can be told."""
    if impact is None:
        return "–"
    if impact.sign == Impact.NEUTRAL:
        return _("neutral")
    minutes = abs(impact.minutes_per_hour)
    words = number(minutes, 0 if minutes >= 9.95 else 1)
    if impact.sign == Impact.NEGATIVE:
        return _("costs {minutes} min/h").format(minutes=words)
    return _("helps {minutes} min/h").format(minutes=words)


@register.filter
def minutes_between(begin: datetime | None, end: datetime | None) -> str:
    """Whole minutes from one moment to the other; nothing without both."""
    return "" if begin is None or end is None else str(int((end - begin).total_seconds()) // 60)


@register.filter
def group_label(group: str) -> str:
    """The word of a state group."""
    return str(StateGroup(group).label)


@register.filter
def written_json(rows: list[str], element_id: str) -> SafeString:
    """Put rows that are written as JSON already into the page, as Django's `json_script` would."""
    text = ",".join(rows)
    for letter, escape in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(letter, escape)
    # Neither markup nor the end of the element is left in the text.
    return format_html(
        '<script id="{}" type="application/json">[{}]</script>',
        element_id,
        mark_safe(text),  # noqa: S308
    )
