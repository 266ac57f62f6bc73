"""One process of the race: it sends its attempts over the whole stack, step by step with the others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import django

WAIT_SECONDS = 600


def race(number: int, attempts: Sequence[tuple[int, str]], barrier: Any, answers: Any) -> None:
    """Make the attempts (person, address) of one process; put its (step, status, sentence) for each."""
    django.setup()
    from django.db import connections  # noqa: PLC0415 - wants Django's settings
    from django.test.utils import setup_test_environment  # noqa: PLC0415 - as above

    setup_test_environment()  # the test client's own host is answered

    logging.disable(logging.CRITICAL)
    clients: dict[int, Any] = {}
    found = []
    # Logged in beforehand: the race is about shifts, not about sessions.
    for user_id, _path in attempts:
        _client(clients, user_id)
    barrier.wait(WAIT_SECONDS)
    for place, (user_id, path) in enumerate(attempts):
        barrier.wait(WAIT_SECONDS)
        answer = clients[user_id].post(f"/api/v1/scheduling/{path}")
        is_json = answer["Content-Type"].startswith("application/json")
        body = answer.json() if is_json else {}
        sentence = body["errors"][0]["detail"] if "errors" in body else ""
        found.append((place, answer.status_code, sentence))
    connections.close_all()
    answers.put((number, found))


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
