"""How activities are drawn, for templates: `{% load adherence %}`."""

from django import template

from adherence.drawing import act_class
from wfm.org.models import ActivityCode

register = template.Library()


@register.filter(name="act_class")
def act_class_filter(code: ActivityCode | None) -> str:
    """The design system's class for an activity code."""
    return act_class(code) if code else ""
