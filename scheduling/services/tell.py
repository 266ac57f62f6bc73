"""Telling people and other systems of requests, inside the transaction that makes or decides them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy

from scheduling.request_texts import Answer, answer_text
from wfm.integration.services import lazy_words, notify, record_change
from wfm.org.deciders import deciders_of
from wfm.org.models import User

PORTAL_REQUESTS = "/portal/requests/"
LEAD_REQUESTS = "/schedule/requests/"
lazy_answer = lazy(answer_text, str)


def tell_agents(
    agent_ids: Iterable[int],
    *,
    kind: str,
    subject: str | Promise,
    body: str | Promise,
    url: str = "",
    at: datetime,
) -> None:
    """Tell the people behind these agents; who has no login is told nothing.

    Lazy texts are written in each person's language.
    """
    users = User.objects.filter(agent__in=set(agent_ids), is_active=True)
    notify(
        user_ids=users.values_list("pk", flat=True),
        kind=f"request.{kind}",
        subject=subject,
        body=body,
        url=url or PORTAL_REQUESTS,
        at=at,
    )


def tell_deciders(
    agent_ids: Sequence[int],
    *,
    permission: str,
    name: str,
    what: str | Promise,
    answer: Answer,
    at: datetime,
) -> None:
    """Tell those who may decide for these agents that a request waits; each of them once."""
    found = deciders_of(agent_ids, permission=permission, on=at.date())
    notify(
        user_ids=frozenset().union(*found.values()),
        kind="request.waiting",
        subject=lazy_words(gettext_lazy("%(name)s: %(what)s to decide"), name=name, what=what),
        body=lazy_answer(answer),
        url=LEAD_REQUESTS,
        at=at,
    )


def record_request(
    what: str, *, request: str, pk: int, agent_id: int, status: str, at: datetime, **more: Any
) -> None:
    """Record that a request was made, decided or withdrawn; for our own people only."""
    payload = {"request": request, "id": pk, "agent": agent_id, "status": str(status), "at": at}
    record_change(kind=f"request.{what}", key=f"{request}:{pk}", payload=payload | more)
