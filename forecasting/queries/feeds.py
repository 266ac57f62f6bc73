"""How far feeds of items and contacts have come: their silence is not yet an empty day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from forecasting.core.wall_clock import FloatArray, WallClockGrid
from forecasting.queries.batch import cells_of, item_queues, last_arrivals
from wfm.org.models import Queue

# Of a queue that is fed by files of contacts the last interval holds the last contact; where rows
# came since by another way, those tell that the day is over.
LAST_CONTACTS_SQL = """
SELECT queue.id, contact.arrived_at
FROM unnest(%s::bigint[]) AS queue(id),
LATERAL (SELECT arrived_at FROM forecasting_contactrecord
         WHERE queue_id = queue.id AND arrived_at < %s
         ORDER BY arrived_at DESC LIMIT 1) AS contact,
LATERAL (SELECT starts_at FROM forecasting_intervalactual
         WHERE queue_id = queue.id AND starts_at < %s
         ORDER BY starts_at DESC LIMIT 1) AS newest
WHERE newest.starts_at <= contact.arrived_at
"""


def unsettled_from(
    queues: Sequence[Queue], *, before: datetime, by_items: frozenset[int]
) -> dict[int, date]:
    """The first local date that a queue's feed has not passed; absent where rows tell by themselves.

    A day is over for a feed when something of a later day has come.
    """
    zones = {queue.pk: ZoneInfo(queue.timezone) for queue in queues}
    counted = [queue.pk for queue in queues if queue.pk not in by_items]
    last = last_arrivals(sorted(by_items & set(zones)), before=before)
    with connection.cursor() as cursor:
        cursor.execute(LAST_CONTACTS_SQL, [counted, before, before])
        last |= dict(cursor.fetchall())
    return {pk: moment.astimezone(zones[pk]).date() for pk, moment in last.items()}


def settled_offered(
    queues: Sequence[Queue], *, grid: WallClockGrid, before: datetime
) -> FloatArray:
    """Volumes by queue × date × label to judge forecasts by; NaN on days still to be reported."""
    by_items = item_queues(queues)
    offered = cells_of(queues, grid=grid, before=before, by_items=by_items).offered.copy()
    unsettled = unsettled_from(queues, before=before, by_items=by_items)
    for row, queue in enumerate(queues):
        if queue.pk in unsettled:
            offered[row, max((unsettled[queue.pk] - grid.first_date).days, 0) :] = np.nan
    return offered
