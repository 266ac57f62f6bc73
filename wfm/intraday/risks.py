"""The list of intervals at risk: what costs most first, each with who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adherence.models import AlertKind, Responsibility
from adherence.queries.duties import Duties, duties_at
from wfm.intraday.core.risk import Cause, Window, windows
from wfm.intraday.day import Breaches, Day, QueueDay
from wfm.org.models import Queue

KINDS = {
    Cause.SERVICE: AlertKind.SERVICE_AT_RISK,
    Cause.SHORT: AlertKind.UNDERSTAFFED,
    Cause.LATE: AlertKind.BACKLOG_BREACH,
}


@dataclass(frozen=True)
class Risk:
    """A window at risk of one queue."""

    day: QueueDay
    window: Window
    owner: Responsibility | None

    @property
    def queue(self) -> Queue:
        """Which queue."""
        return self.day.queue

    @property
    def starts_at(self) -> datetime:
        """From when."""
        return self.day.grid.moment(int(self.day.edges[0][self.window.first]))

    @property
    def ends_at(self) -> datetime:
        """Until when."""
        return self.day.grid.moment(int(self.day.edges[1][self.window.end - 1]))

    @property
    def worst_at(self) -> datetime:
        """The interval that costs most."""
        return self.day.grid.moment(int(self.day.edges[0][self.window.worst]))

    @property
    def owner_name(self) -> str:
        """The person or role; empty where nobody answers for it."""
        return "" if self.owner is None else str(self.owner.user or self.owner.role)

    @property
    def breaches(self) -> Breaches | None:
        """When deferred work will first be late."""
        return self.day.breaches


def about(queue: Queue) -> dict[str, int | None]:
    """Return the scopes that a queue lies in."""
    return {
        "queue": queue.pk,
        "team": None,
        "site": queue.site_id,
        "client": queue.client_id,
    }


def risks(day: Day, *, duties: Duties | None = None) -> list[Risk]:
    """Return the windows at risk of all queues from now on, the dearest first."""
    duties = duties_at(day.ask.at) if duties is None else duties
    found = []
    for queue_day in day.queues:
        for window in windows(queue_day.risk(), since=queue_day.now):
            owner = duties.owner(kind=KINDS[window.cause], about=about(queue_day.queue))
            found.append(Risk(queue_day, window, owner))
    return sorted(found, key=lambda risk: (-risk.window.cost, risk.starts_at, risk.queue.pk))
