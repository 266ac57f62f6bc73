"""Rate limit per API key, counted in Redis so that all web processes share it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from wfm.integration.models import ApiKey

if TYPE_CHECKING:  # DRF reads its settings, which name this module, while it is being imported
    from rest_framework.views import APIView

WINDOW_SECONDS = 60


class ApiKeyThrottle(BaseThrottle):
    """At most `requests_per_minute` of a key in any 60 seconds.

    Two counters approximate a sliding window: this minute's, and the last minute's weighed by the
    part of it that the window still covers. A refused request is counted too, so that hammering
    does not help.
    """

    wait_seconds: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; tell whether it is within the key's limit."""
        key = request.user
        if not isinstance(key, ApiKey):
            return True
        at = time.time()
        window, elapsed = divmod(at, WINDOW_SECONDS)
        current = _count(key.pk, int(window))
        before = cache.get(_name(key.pk, int(window) - 1), 0)
        weight = 1 - elapsed / WINDOW_SECONDS
        if current + before * weight <= key.requests_per_minute:
            return True
        self.wait_seconds = _seconds_until_room(
            current=current, before=before, limit=key.requests_per_minute, elapsed=elapsed
        )
        return False

    def wait(self) -> float | None:
        """Return the seconds for Retry-After."""
        return self.wait_seconds


def _seconds_until_room(*, current: int, before: int, limit: int, elapsed: float) -> float:
    room = limit - current
    if before and room >= 0:
        enough = WINDOW_SECONDS * (1 - room / before)
        return max(1.0, enough - elapsed)
    return max(1.0, WINDOW_SECONDS - elapsed)


def _count(key_id: int, window: int) -> int:
    name = _name(key_id, window)
    cache.add(name, 0, timeout=2 * WINDOW_SECONDS + 1)
    try:
        return int(cache.incr(name))
    except ValueError:  # expired between the two calls
        cache.set(name, 1, timeout=2 * WINDOW_SECONDS + 1)
        return 1


def _name(key_id: int, window: int) -> str:
    return f"api-key-requests:{key_id}:{window}"
