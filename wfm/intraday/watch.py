"""What the day says each minute that may be wrong: service, people, volume, backlog of every queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adherence.models import AlertKind
from adherence.queries.alert_readings import OWN_KINDS, Reading, own_readings
from adherence.services.alerts import Observed, observe
from adherence.services.playbooks import start_due
from wfm.board.board import Ask
from wfm.intraday.day import HOUR_SLOTS, Day, QueueDay, day_of
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

DAY_KINDS = (
    AlertKind.SERVICE_AT_RISK,
    AlertKind.UNDERSTAFFED,
    AlertKind.ABOVE_FORECAST,
    AlertKind.BELOW_FORECAST,
    AlertKind.BACKLOG_BREACH,
)
LEAST_FORECAST = 20.0
"""Contacts of an hour; of fewer a share says nothing."""
LEAST_COUNTED = 1.0
LEAST_REQUIRED = 1.0
MOST_SILENT = 0.5
"""Where more of the people cannot be seen nobody can tell who is missing."""


def watch(*, at: datetime) -> Observed:
    """Bring all alerts up to date and start the playbooks that are due; safe to run twice.

    Each part is a transaction of its own: nobody who acknowledges waits for a prediction.
    """
    with system_tenant():
        own = own_readings(at=at)
    with system_tenant():
        done = observe(readings=own, kinds=OWN_KINDS, at=at)
    with system_tenant():
        seen = list(day_readings(watched_day(at=at)))
    with system_tenant():
        more = observe(readings=seen, kinds=DAY_KINDS, at=at)
    with system_tenant():
        start_due(at=at)
    return Observed(
        opened=done.opened + more.opened,
        closed=done.closed + more.closed,
        handed_on=done.handed_on + more.handed_on,
    )


def watched_day(*, at: datetime) -> Day:
    """Return the hours around now of all queues: two hours back, tomorrow included."""
    since = (at - timedelta(hours=2)).astimezone(UTC).date()
    until = (at + timedelta(days=1)).astimezone(UTC).date()
    return day_of(Ask(principal=SYSTEM, starts_on=since, ends_on=until, timezone="UTC", at=at))


def day_readings(day: Day) -> Iterator[Reading]:
    """Yield what each queue says."""
    for found in day.all_queues:
        if found.queue.is_live:
            yield from _service(found)
            yield from _people(found)
        else:
            yield from _backlog(found, day.ask.at)
        yield from _volume(found)


def _reading(kind: str, found: QueueDay, value: float, **detail: float | str | None) -> Reading:
    queue = found.queue
    return Reading(
        kind=kind,
        scope_key=f"queue:{queue.pk}",
        value=value,
        queue_id=queue.pk,
        site_id=queue.site_id,
        client_id=queue.client_id,
        detail=detail,
    )


def _service(found: QueueDay) -> Iterator[Reading]:
    first = found.grid.origin
    level, goal = found.level_between(first, first + HOUR_SLOTS), found.goal()
    counted = float(found.line.of("counted")[first : first + HOUR_SLOTS].sum())
    if level is None or goal is None or not counted >= LEAST_COUNTED:
        return
    yield _reading(
        AlertKind.SERVICE_AT_RISK, found, goal.level - level, level=level, goal=goal.level
    )


def _people(found: QueueDay) -> Iterator[Reading]:
    """Who is there against who is required; the people of a pool are on any of its queues.

    That nobody is planned where people are required is the worst of it, not a reason to be silent.
    """
    required, people = found.required_now(), found.people
    is_known = people.unseen <= MOST_SILENT * people.planned
    if required is None or required < LEAST_REQUIRED or found.line.source.plan is not None:
        return
    if not is_known or (not people.planned and found.scheduled_now()):
        return  # unseen, or scheduled on no queue of their own: nobody can tell who is missing
    there = people.present + people.unseen
    yield _reading(
        AlertKind.UNDERSTAFFED,
        found,
        1.0 - there / required,
        required=required,
        present=people.present,
        planned=people.planned,
    )


def _volume(found: QueueDay) -> Iterator[Reading]:
    hour = found.last_hour()
    if hour.share is None or hour.forecast < LEAST_FORECAST:
        return
    figures = {"actual": hour.actual, "forecast": hour.forecast}
    yield _reading(AlertKind.ABOVE_FORECAST, found, hour.share, **figures)
    yield _reading(AlertKind.BELOW_FORECAST, found, -hour.share, **figures)


def _backlog(found: QueueDay, at: datetime) -> Iterator[Reading]:
    breaches = found.breaches
    if breaches is None:
        return
    yield _reading(
        AlertKind.BACKLOG_BREACH,
        found,
        (breaches.at - at).total_seconds() / 3600.0,
        breach_at=breaches.at.isoformat(),
        hours_missing=breaches.hours_missing,
    )
