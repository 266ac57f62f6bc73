"""How often a calendar address may be read, counted in Redis so that all web processes share it."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 60
MOST_PER_ADDRESS = 30
MOST_PER_CALLER = 120


def seconds_until_free(request: HttpRequest, token: str) -> int:
    """Count a reading of the address, and of the caller whatever they ask for; 0 while both are free."""
    window, elapsed = divmod(time.time(), WINDOW_SECONDS)
    caller = str(request.META.get("REMOTE_ADDR", ""))
    over = [
        _count("address", token, int(window)) > MOST_PER_ADDRESS,
        _count("caller", caller, int(window)) > MOST_PER_CALLER,
    ]
    return max(1, round(WINDOW_SECONDS - elapsed)) if any(over) else 0


def _count(kind: str, value: str, window: int) -> int:
    # The cache never sees the secret itself.
    name = f"ical:{kind}:{hashlib.sha256(value.encode()).hexdigest()}:{window}"
    cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:  # expired between the two calls
        return 1
