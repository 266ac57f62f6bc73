"""What notices are about. A notice's kind is `family.what`; a person chooses by family."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class NoticeFamily:
    """A family of kinds and where its notices go unless a person chooses otherwise."""

    key: str
    label: str | Promise
    by_email: bool


FAMILIES = (
    NoticeFamily("schedule", _("My schedule: published, changed, offered"), by_email=True),
    NoticeFamily("request", _("Requests: time off, swaps, bids, availability"), by_email=True),
    NoticeFamily("message", _("Messages from colleagues"), by_email=True),
    NoticeFamily("adherence", _("Adherence: exceptions, corrections, late taps"), by_email=False),
    NoticeFamily("intraday", _("The day in hand: alerts and actions"), by_email=False),
    NoticeFamily("news", _("News and policies"), by_email=False),
    NoticeFamily("webhook", _("Webhooks that were switched off"), by_email=True),
)
OTHER = NoticeFamily("other", _("Everything else"), by_email=False)
_BY_KEY = {family.key: family for family in (*FAMILIES, OTHER)}


def family_of(kind: str) -> NoticeFamily:
    """Return the family of a kind such as `request.approved`; an unknown one is "other"."""
    return _BY_KEY.get(kind.partition(".")[0], OTHER)
