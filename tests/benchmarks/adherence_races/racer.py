"""One process of the race: it sends its attempts over the whole stack, step by step with the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import django

WAIT_SECONDS = 600


def race(number: int, steps: Sequence[Any], barrier: Any, answers: Any) -> None:
    """Make the attempts of this place; put (step, status, sentence) for each."""
    django.setup()
    from django.db import connections  # noqa: PLC0415 - wants Django's settings

    logging.disable(logging.CRITICAL)
    clients: dict[int, Any] = {}
    found = []
    # Logged in beforehand: the race is about shifts, not about sessions.
    for step in steps:
        _client(clients, step.attempts[number].user_id)
    barrier.wait(WAIT_SECONDS)
    for place, step in enumerate(steps):
        attempt = step.attempts[number]
        barrier.wait(WAIT_SECONDS)
        answer = clients[attempt.user_id].post(f"/api/v1/scheduling/{attempt.path}")
        body = answer.json() if answer.content else {}
        sentence = body["errors"][0]["detail"] if "errors" in body else ""
        found.append((place, answer.status_code, sentence))
    connections.close_all()
    answers.put(found)


def _client(clients: dict[int, Any], user_id: int) -> None:
    from rest_framework.test import APIClient  # noqa: PLC0415 - wants Django's settings

    from wfm.org.models import User  # noqa: PLC0415 - wants Django's settings
    from wfm.org.tenancy import system_tenant  # noqa: PLC0415 - wants Django's settings

    if user_id not in clients:
        clients[user_id] = APIClient()
        with system_tenant():
            clients[user_id].force_login(
                User.objects.get(pk=user_id), "django.contrib.auth.backends.ModelBackend"
            )
