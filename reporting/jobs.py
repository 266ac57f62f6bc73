"""Starts long work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wfm.jobs.models import Job
from wfm.jobs.services import start_job
from wfm.org.models import Client, User


def start_sla_results(
    *,
    first: date,
    last: date,
    as_of: datetime,
    client: Client | None = None,
    created_by: User | None = None,
) -> Job:
    """Start to fill the SLA results of the days first…last, of one client or of all."""
    if first > last:
        msg = f"Expected a first day not after the last, got {first} to {last}."
        raise ValueError(msg)
    params: dict[str, Any] = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "as_of": as_of.isoformat(),
    }
    if client is not None:
        params["client_id"] = client.pk
    return start_job(
        kind="reporting.fill_sla_results",
        title=_("SLA results %(first)s to %(last)s") % {"first": first, "last": last},
        params=params,
        queue="default",
        created_by=created_by,
        client=client,
        result_url=f"{reverse('sla-report')}?from={first.isoformat()}&to={last.isoformat()}",
    )


def person_of(principal: object) -> User | None:
    """Return the person behind a request; an API key is none."""
    return principal if isinstance(principal, User) else None
