"""How the live path stands, for those who run it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from adherence.services.status import live_status
from wfm.org.access_views import require

PERMISSION = "job.view"


@require_GET
@require(PERMISSION)
def status(request: HttpRequest) -> HttpResponse:
    """The whole page; its part with figures alone when HTMX asks."""
    is_part = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "adherence/_status.html" if is_part else "adherence/status.html"
    return render(request, template, _context())


def _context() -> dict[str, Any]:
    found = live_status(at=now())
    delays = found.pulse.delays if found.pulse else None
    return {
        "status": found,
        "tone": {"alive": "goal", "behind": "warn", "missing": "under"}[found.keeper_state],
        "p50_ms": _ms(delays.p50_seconds if delays else None),
        "p95_ms": _ms(delays.p95_seconds if delays else None),
        "p99_ms": _ms(delays.p99_seconds if delays else None),
        "silent": sum(feed.is_silent for feed in found.feeds),
    }


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(1000 * seconds)
