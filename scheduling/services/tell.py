"""Telling people what became of their requests, inside the transaction that decided it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from wfm.org.models import User

log = logging.getLogger(__name__)


def tell_agents(
    agent_ids: Iterable[int], *, kind: str, subject: str, body: str, url: str = "", at: datetime
) -> None:
    """Tell the people behind these agents; who has no login is told nothing."""
    users = list(User.objects.filter(agent__in=set(agent_ids), is_active=True).order_by("pk"))
    for user in users:
        log.info("%s to person %d at %s: %s %s", kind, user.pk, at.isoformat(), subject, url)
    del body
