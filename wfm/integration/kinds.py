"""Kinds of change that a webhook can ask for, family by family."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The part before the dot of a change's kind is one of these; a webhook may ask for all of it.
KIND_FAMILIES: tuple[tuple[str, str | Promise], ...] = (
    ("schedule", _("Schedules: published, shifts changed")),
    ("request", _("Requests: time off, swaps, bids")),
    ("forecast", _("Forecasts: published")),
    ("requirement", _("Requirements: published")),
    ("adherence", _("Adherence: corrections, explanations, events kept aside")),
    ("alert", _("Alerts of the day in hand")),
    ("sla", _("Service levels: results computed")),
    ("news", _("News and policies")),
    ("notice", _("Notices of people who chose this channel")),
)
# Every one is recorded where it happens, and described in docs/integration.md; a test runs a use
# case for each and refuses a kind that nothing records.
KINDS: tuple[str, ...] = (
    "schedule.published",
    "schedule.superseded",
    "schedule.changed",
    "request.made",
    "request.decided",
    "request.withdrawn",
    "forecast.published",
    "requirement.published",
    "adherence.corrected",
    "adherence.explained",
    "adherence.decided",
    "adherence.group_decided",
    "adherence.quarantined",
    "alert.opened",
    "alert.handed_on",
    "alert.acknowledged",
    "alert.closed",
    "sla.computed",
    "news.published",
    "notice.created",
)
_KNOWN = frozenset(KINDS) | {f"{family}.*" for family, _label in KIND_FAMILIES}


def unknown_kinds(kinds: Iterable[str]) -> list[str]:
    """Return those that no change can be of: `schedule.*` and `schedule.published` are fine."""
    return [kind for kind in kinds if kind not in _KNOWN]
