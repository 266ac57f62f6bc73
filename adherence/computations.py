"""Long computations of the adherence room, run as jobs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from adherence import services
from adherence.models import ChangeKind
from adherence.services.floor_figures import refresh_impacts, refresh_trend
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

__all__ = ["recompute_days", "refresh_impacts", "refresh_trend"]
DAYS_AT_ONCE = 31
WRITERS = 2
"""While PostgreSQL reads or writes for one, the other computes."""
PARTS_AT_ONCE = 4 * WRITERS
"""After so many parts the work is safe: a second attempt goes on from there."""


@dataclass(frozen=True)
class _Stretch:
    """Days to compute, and because of what."""

    first: date
    last: date
    cause: services.ChangeCause


def recompute_days(context: JobContext) -> dict[str, Any]:
    """Compute all operational days of a period again, a month of some agents at a time.

    Each part is written on its own; a second attempt goes on after the last finished one.
    """
    first, last = (date.fromisoformat(context.params[name]) for name in ("from", "to"))
    if first > last:
        raise JobRefused(f"The period must not end before it begins: {first} to {last}.")
    cause = services.ChangeCause(
        kind=context.params.get("kind", ChangeKind.MANUAL),
        by_id=context.params.get("by"),
        why=context.params.get("why", ""),
    )
    start = date.fromisoformat(context.checkpoint.get("next", first.isoformat()))
    done = int(context.checkpoint.get("parts", 0))
    written = int(context.checkpoint.get("written", 0))
    with system_tenant():
        agent_ids = list(Agent.objects.values_list("pk", flat=True))
    while start <= last:
        stretch = _Stretch(start, min(start + timedelta(days=DAYS_AT_ONCE - 1), last), cause)
        parts = _parts(agent_ids, stretch)
        while done < len(parts):
            context.raise_if_cancelled()
            written += _compute(parts[done : done + PARTS_AT_ONCE], stretch)
            done = min(done + PARTS_AT_ONCE, len(parts))
            context.save_checkpoint({"next": start.isoformat(), "parts": done, "written": written})
            passed = (start - first).days + done / len(parts) * _length(stretch)
            context.progress(passed / ((last - first).days + 1), stretch.last.isoformat())
        start, done = stretch.last + timedelta(days=1), 0
        context.save_checkpoint({"next": start.isoformat(), "parts": 0, "written": written})
    return {"days": written}


def _length(stretch: _Stretch) -> int:
    return (stretch.last - stretch.first).days + 1


def _parts(agent_ids: list[int], stretch: _Stretch) -> list[list[int]]:
    """Agents whose days are computed together; at least one part for each writer."""
    most = services.AGENT_DAYS_AT_ONCE // _length(stretch)
    size = max(1, min(most, -(-len(agent_ids) // WRITERS)))
    return services.independent_parts(agent_ids, size=size)


def _compute(parts: list[list[int]], stretch: _Stretch) -> int:
    """Compute the parts, several at a time where this is not inside somebody's transaction."""
    if connection.in_atomic_block:
        return _compute_in_turn(parts, stretch)
    with ThreadPoolExecutor(max_workers=WRITERS) as pool:
        shares = [parts[place::WRITERS] for place in range(WRITERS)]
        return sum(pool.map(lambda share: _compute_apart(share, stretch), shares))


def _compute_apart(parts: list[list[int]], stretch: _Stretch) -> int:
    """Compute in a thread, on a connection of its own."""
    try:
        return _compute_in_turn(parts, stretch)
    finally:
        connection.close()


def _compute_in_turn(parts: list[list[int]], stretch: _Stretch) -> int:
    written = 0
    for part in parts:
        with system_tenant():
            written += services.recompute_days(
                agent_ids=part,
                first_date=stretch.first,
                last_date=stretch.last,
                at=now(),
                cause=stretch.cause,
            )
    return written
