"""Tags and filters of every page; `{% load wfm %}`. See docs/design-system.md."""

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from wfm import metrics
from wfm.web import formats
from wfm.web.spark import spark_paths
from wfm.web.strings import ui_texts

register = template.Library()


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """Return `1,234.5`."""
    return formats.number(_float(value), int(digits))


@register.filter
def signed(value: float | None, digits: int = 0) -> str:
    """Return `+12` or `−3`."""
    return formats.signed(_float(value), int(digits))


@register.filter
def percent(rate: float | None, digits: int = 1) -> str:
    """Return a fraction as `81.1 %`."""
    return formats.percent(_float(rate), int(digits))


@register.filter
def duration(seconds: float | None) -> str:
    """Return `4 min 5 s`."""
    return formats.duration(_float(seconds))


@register.filter
def clock(seconds: float | None) -> str:
    """Return `h:mm`."""
    return formats.clock(_float(seconds))


@register.filter
def localtime(moment: datetime | None, zone: str | None = None) -> str:
    """Return date and time in the zone, the person's own by default."""
    return formats.local_time(moment, zone)


@register.filter
def localclock(moment: datetime | None, zone: str | None = None) -> str:
    """Return `09:15`."""
    return formats.local_clock(moment, zone)


@register.filter
def localday(day: date | datetime | None, zone: str | None = None) -> str:
    """Return `Mon 16 Nov 2026`."""
    return formats.local_day(day, zone)


@register.filter
def dash(value: object) -> object:
    """Return an en dash for what is not there."""
    return formats.NOTHING if value is None or value == "" else value


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Return an icon of static/icons/ui.svg; decorative, the text beside it speaks."""
    css = {16: "icon", 20: "icon icon--20"}.get(size, "")
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons/ui.svg"),
        name,
    )


@register.simple_tag
def metric(key: str) -> SafeString:
    """Return the `i` button that shows the definition of a metric."""
    try:
        title = _(metrics.get(key).title)
    except metrics.MetricError:
        title = key
    return format_html(
        '<button class="info" type="button" data-metric="{}" data-url="{}" aria-label="{}"></button>',
        key,
        reverse("metric-definition", args=[key]),
        _("Definition of {name}").format(name=title),
    )


@register.simple_tag
def spark(values: list[float | None]) -> SafeString:
    """Return a small line without axes; the number beside it is what counts."""
    line, area = spark_paths(values, width=96, height=24)
    return format_html(
        '<svg class="spark" viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="spark__area" d="{}"></path><path d="{}"></path></svg>',
        area,
        line,
    )


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> SafeString:
    """Return what the named block renders, so that one title serves tab and heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return mark_safe(block.render(context).strip()) if block else mark_safe("")  # noqa: S308 - rendered by the engine, which has escaped it


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return the page's query string with these changes; None removes a key."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None and value != "":
            params[key] = str(value)
    return params.urlencode()


@register.simple_tag(takes_context=True)
def scoped_url(context: Context, name: str, *args: object, **changes: object) -> str:
    """Return the page's URL with the scope and period of this page carried on."""
    from wfm.web.scope import SCOPE_KEYS  # noqa: PLC0415 - models are not ready when tags load

    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    for key in list(params):
        if key not in SCOPE_KEYS:
            del params[key]
    for key, value in changes.items():
        params[key] = str(value)
    url = reverse(name, args=args)
    text = params.urlencode()
    return f"{url}?{text}" if text else url


@register.simple_tag
def ui_strings() -> SafeString:
    """Return the translated texts that scripts use."""
    return json_script(ui_texts(), "ui-strings")


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Tell whether the field is one tick box."""
    return type(field.field.widget) is CheckboxInput


@register.filter
def is_choices(field: BoundField) -> bool:
    """Tell whether the field is a list of tick boxes or radio buttons."""
    return isinstance(field.field.widget, CheckboxSelectMultiple | RadioSelect)


@register.filter
def styled(field: BoundField) -> SafeString:
    """Return the input, tied to its errors and help for screen readers."""
    attrs: dict[str, Any] = {}
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        attrs["aria-invalid"] = "true"
        described.insert(0, f"{field.auto_id}_error")
    if described and not is_choices(field):
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


def _float(value: object) -> float | None:
    """Return a number for what a template hands over; text that is no number is nothing."""
    if value is None or value == "":
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
