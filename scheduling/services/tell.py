"""Telling people what became of their requests, inside the transaction that decided it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import override

from wfm.integration.services import notify
from wfm.org.models import User

PORTAL_REQUESTS = "/portal/requests/"


def tell_agents(
    agent_ids: Iterable[int], *, kind: str, subject: str, body: str, url: str = "", at: datetime
) -> None:
    """Tell the people behind these agents; who has no login is told nothing."""
    _tell(_users(agent_ids), kind=kind, subject=subject, body=body, url=url, at=at)


def tell_each(
    agent_ids: Iterable[int],
    *,
    kind: str,
    words: Callable[[], tuple[str, str]],
    url: str = "",
    at: datetime,
) -> None:
    """Tell the people behind these agents in their own language; `words` are subject and body."""
    for user in _users(agent_ids):
        with override(user.language or settings.LANGUAGE_CODE):
            subject, body = words()
        _tell([user], kind=kind, subject=subject, body=body, url=url, at=at)


def _users(agent_ids: Iterable[int]) -> QuerySet[User]:
    return User.objects.filter(agent__in=set(agent_ids), is_active=True).order_by("pk")


def _tell(
    users: Iterable[User], *, kind: str, subject: str, body: str, url: str, at: datetime
) -> None:
    notify(
        user_ids=[user.pk for user in users],
        kind=f"request.{kind}",
        subject=subject,
        body=body,
        url=url or PORTAL_REQUESTS,
        at=at,
    )
