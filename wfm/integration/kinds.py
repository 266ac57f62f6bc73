"""Kinds of change that a webhook can ask for, family by family."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Changes carry kinds such as `schedule.published`; the part before the dot is one of these.
KIND_FAMILIES: tuple[tuple[str, str | Promise], ...] = (
    ("schedule", _("Schedules: published, shifts changed")),
    ("request", _("Requests: time off, swaps, bids")),
    ("forecast", _("Forecasts: published")),
    ("requirement", _("Requirements: published")),
    ("adherence", _("Adherence: days computed or corrected")),
    ("alert", _("Alerts of the day in hand")),
    ("sla", _("Service levels: results computed")),
    ("report", _("Reports that are ready")),
    ("news", _("News and policies")),
    ("notice", _("Notices of people who chose this channel")),
)
_KNOWN = frozenset(family for family, _label in KIND_FAMILIES)
_FORM = re.compile(r"(?P<family>[a-z_]+)\.(\*|[a-z_.]+)")


def unknown_kinds(kinds: Iterable[str]) -> list[str]:
    """Return those that no change can be of: `schedule.*` and `schedule.published` are fine."""
    matches = {kind: _FORM.fullmatch(kind) for kind in kinds}
    return [
        kind for kind, match in matches.items() if match is None or match["family"] not in _KNOWN
    ]
