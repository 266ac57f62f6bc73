"""Long computations of the adherence room, run as jobs."""

from datetime import date, timedelta
from typing import Any

from django.utils.timezone import now

from adherence import services
from adherence.services.floor_figures import refresh_impacts, refresh_trend
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

__all__ = ["recompute_days", "refresh_impacts", "refresh_trend"]
DAYS_AT_ONCE = 7


def recompute_days(context: JobContext) -> dict[str, Any]:
    """Compute all operational days of a period again, a week at a time.

    Each week is written on its own; a second attempt goes on after the last finished one.
    """
    first, last = (date.fromisoformat(context.params[name]) for name in ("from", "to"))
    if first > last:
        raise JobRefused(f"The period must not end before it begins: {first} to {last}.")
    start = date.fromisoformat(context.checkpoint.get("next", first.isoformat()))
    written = int(context.checkpoint.get("written", 0))
    while start <= last:
        context.raise_if_cancelled()
        end = min(start + timedelta(days=DAYS_AT_ONCE - 1), last)
        with system_tenant():
            agent_ids = list(Agent.objects.values_list("pk", flat=True))
            written += services.recompute_days(
                agent_ids=agent_ids, first_date=start, last_date=end, at=now()
            )
        start = end + timedelta(days=1)
        context.save_checkpoint({"next": start.isoformat(), "written": written})
        done = (start - first).days / ((last - first).days + 1)
        context.progress(min(done, 1.0), f"{end.isoformat()}")
    return {"days": written}
