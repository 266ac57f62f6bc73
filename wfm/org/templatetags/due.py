"""Due rules in templates: `{{ goal|due }}`."""

from collections.abc import Mapping
from typing import Any

from django import template

from wfm.org.due_words import due_words, rule_of
from wfm.org.models import ServiceGoal

register = template.Library()


@register.filter
def due(goal: ServiceGoal | Mapping[str, Any]) -> str:
    """Return the goal's due rule in words; empty for a live queue."""
    rule = rule_of(goal)
    return "" if rule is None else due_words(rule)
