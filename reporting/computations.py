"""The heavy use case: SLA results of many queues, published queue by queue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from reporting import queries, services
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.tenancy import system_tenant


def fill_sla_results(context: JobContext) -> dict[str, Any]:
    """Fill the results of all queues (or of one client's) for the job's days.

    Each queue is one transaction under the job's token; a second run writes the same rows.
    """
    first = date.fromisoformat(context.params["first"])
    last = date.fromisoformat(context.params["last"])
    as_of = datetime.fromisoformat(context.params["as_of"])
    client_id = context.params.get("client_id")
    with system_tenant():
        queues = queries.queues_to_report(client_ids=None if client_id is None else [client_id])
    if not queues:
        raise JobRefused("There is no active queue to report on. Add one under Settings.")
    written = 0
    findings: list[str] = []
    for number, queue in enumerate(queues):
        context.raise_if_cancelled()
        context.progress(number / len(queues), f"{queue.client}: {queue}")
        with context.publishing():
            refill = services.refill_queue(queue=queue, first=first, last=last, as_of=as_of)
        written += refill.written
        findings += refill.findings
    return {"queues": len(queues), "results": written, "findings": findings}
