"""Nobody decides what is about themselves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wfm.org.models import User


def is_about(person: User | None, *agent_ids: int | None) -> bool:
    """The person is one of these agents."""
    return person is not None and person.agent_id is not None and person.agent_id in agent_ids


def own_refusal() -> str:
    """Why somebody cannot decide what is about themselves, and who can."""
    return _("This is about yourself, so another team lead or planner decides it.")
