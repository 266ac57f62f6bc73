"""Telling people what became of their requests, inside the transaction that decided it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wfm.integration.services import notify
from wfm.org.models import User

PORTAL_REQUESTS = "/portal/requests/"


def tell_agents(
    agent_ids: Iterable[int], *, kind: str, subject: str, body: str, url: str = "", at: datetime
) -> None:
    """Tell the people behind these agents; who has no login is told nothing."""
    users = User.objects.filter(agent__in=set(agent_ids), is_active=True)
    notify(
        user_ids=users.values_list("pk", flat=True),
        kind=f"request.{kind}",
        subject=subject,
        body=body,
        url=url or PORTAL_REQUESTS,
        at=at,
    )
