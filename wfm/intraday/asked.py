"""What a page or a request asks for, and the figures that both show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from adherence.models import Alert
from wfm.board.board import Ask
from wfm.intraday.day import Day, QueueDay
from wfm.intraday.options import Span
from wfm.intraday.risks import Risk
from wfm.org.models import Client, Queue, Site, Team

LEAST_SPARE_PEOPLE = 1.0
LEAST_SPARE_SLOTS = 4
"""Over an hour or more somebody can be spared: worth to be shown."""


class UnableToLook(ValueError):  # noqa: N818 - domain errors are named for what failed
    """What was asked for cannot be looked at."""


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """Parts of the operation that a day is asked of."""

    client: Client | None = None
    site: Site | None = None
    team: Team | None = None
    queue: Queue | None = None


def ask_of(*, principal: object, day: date, timezone: str, at: datetime, scopes: Scopes) -> Ask:
    """Return the board's question for one local day."""
    return Ask(
        principal=principal,
        starts_on=day,
        ends_on=day,
        timezone=timezone,
        at=at,
        client=scopes.client,
        site=scopes.site,
        team=scopes.team,
        queue=scopes.queue,
    )


def span_between(day: Day, starts_at: datetime, ends_at: datetime) -> Span:
    """Return the slots from one moment to another. Raises UnableToLook outside the day ahead."""
    grid = day.grid
    first = max(grid.slot(starts_at), grid.origin, grid.first)
    end = min(grid.slot(ends_at), grid.last)
    if first >= end:
        raise UnableToLook(
            _("Nothing of %(first)s–%(last)s UTC lies ahead on this day.")
            % {"first": f"{starts_at:%H:%M}", "last": f"{ends_at:%H:%M}"}
        )
    return Span(first=first, end=end)


def helping_span(day: Day, queue_day: QueueDay, span: Span) -> Span:
    """Return when people help: deferred work can be done any time before it is due."""
    if queue_day.queue.is_live:
        return span
    return Span(first=max(day.grid.origin, day.grid.first), end=span.end)


@dataclass(frozen=True)
class QueueState:
    """One queue in the list: its day, what is at risk, its open alerts."""

    day: QueueDay
    risks: tuple[Risk, ...]
    alerts: int

    @property
    def cost(self) -> float:
        """What its windows at risk cost."""
        return sum(risk.window.cost for risk in self.risks)

    @property
    def first_risk(self) -> Risk | None:
        """The next window."""
        return min(self.risks, key=lambda risk: risk.starts_at, default=None)

    @property
    def is_missed(self) -> bool:
        """The goal is expected to be missed over the rest of the day."""
        level, goal = self.day.level_rest(), self.day.goal()
        return level is not None and goal is not None and level < goal.level - 5e-4


def states(day: Day, found: Sequence[Risk], alerts: Sequence[Alert]) -> list[QueueState]:
    """Return the queues asked for, the dearest first, then those with most open alerts."""
    counts: dict[int, int] = {}
    for alert in alerts:
        if alert.queue_id is not None:
            counts[alert.queue_id] = counts.get(alert.queue_id, 0) + 1
    rows = [
        QueueState(
            queue_day,
            tuple(risk for risk in found if risk.queue.pk == queue_day.queue.pk),
            counts.get(queue_day.queue.pk, 0),
        )
        for queue_day in day.queues
    ]
    return sorted(rows, key=lambda row: (-row.cost, -row.alerts, row.day.queue.name))


def spare_spans(day: Day, queue_day: QueueDay) -> list[Span]:
    """Return the stretches of an hour or more ahead in which a live queue has somebody to spare."""
    if not queue_day.queue.is_live:
        return []
    grid, line = day.grid, queue_day.line
    difference, at_risk = line.of("difference_hours"), line.of("at_risk")
    found: list[Span] = []
    first: int | None = None
    for slot in range(max(grid.origin, grid.first), grid.last + 1):
        is_spare = (
            slot < grid.last
            and difference[slot] >= LEAST_SPARE_PEOPLE / 4
            and not at_risk[slot] > 0
        )
        if is_spare and first is None:
            first = slot
        elif not is_spare and first is not None:
            if slot - first >= LEAST_SPARE_SLOTS:
                found.append(Span(first=first, end=slot))
            first = None
    return found
