"""Desks of the sites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.queries.solve_input.axis import Axis
from wfm.org.models import AgentAssignment, SeatPool
from wfm.timeline import day_bounds


def seats_by_site(
    axis: Axis, assignments: Sequence[AgentAssignment]
) -> dict[str, NDArray[np.int64]]:
    """Desks per site and slot; a site without a seat pool has no limit."""
    sites = {row.team.site_id: row.team.site.timezone for row in assignments}
    pools = list(SeatPool.objects.filter(site__in=sites).order_by("pk"))
    found: dict[str, NDArray[np.int64]] = {}
    for pool in pools:
        row = found.setdefault(str(pool.site_id), np.zeros(axis.slots, dtype=np.int64))
        zone = sites[pool.site_id]
        first = max(0, axis.slot(day_bounds(pool.starts_on, zone).starts_at))
        last = axis.slots
        if pool.ends_on is not None:
            last = max(0, min(last, axis.slot(day_bounds(pool.ends_on, zone).starts_at)))
        row[first:last] += pool.seats
    return found
