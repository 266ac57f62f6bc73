"""Long computations of the adherence room, run as jobs."""

from datetime import date, timedelta
from typing import Any

from django.utils.timezone import now

from adherence import services
from adherence.models import ChangeKind
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

DAYS_AT_ONCE = 31
AGENTS_AT_ONCE = 1000


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
    done = int(context.checkpoint.get("agents", 0))
    written = int(context.checkpoint.get("written", 0))
    with system_tenant():
        agent_ids = list(Agent.objects.order_by("pk").values_list("pk", flat=True))
    while start <= last:
        context.raise_if_cancelled()
        end = min(start + timedelta(days=DAYS_AT_ONCE - 1), last)
        with system_tenant():
            written += services.recompute_days(
                agent_ids=agent_ids[done : done + AGENTS_AT_ONCE],
                first_date=start,
                last_date=end,
                at=now(),
                cause=cause,
            )
        done += AGENTS_AT_ONCE
        share = min(done / max(len(agent_ids), 1), 1.0)
        passed = (start - first).days + share * ((end - start).days + 1)
        if done >= len(agent_ids):
            start, done = end + timedelta(days=1), 0
        context.save_checkpoint({"next": start.isoformat(), "agents": done, "written": written})
        context.progress(passed / ((last - first).days + 1), f"{end.isoformat()}")
    return {"days": written}
