"""Secret calendar addresses: made, rotated, revoked; and what a calendar reads there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from scheduling.models import CalendarEntry, CalendarFeed, Shift, ShiftPlace, TimeOff, TimeOffStatus
from scheduling.queries.published import activities_of
from scheduling.queries.time_off import assignment_on
from scheduling.queries.versions import main_timezone
from scheduling.services.shift_changes import lock_agents
from wfm.org.models import ActivityCode, Agent

TOKEN_BYTES = 32
BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=26)
PRODUCT = "-//WFM//Schedule//EN"


@dataclass(frozen=True, kw_only=True)
class FeedText:
    """A calendar file, its fingerprint and when its contents last changed."""

    body: bytes
    etag: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Item:
    """A shift or time off as a calendar shows it."""

    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    is_busy: bool = True

    @property
    def digest(self) -> str:
        text = "|".join(
            [
                self.title,
                self.starts_at.isoformat(),
                self.ends_at.isoformat(),
                self.description,
                str(self.is_busy),
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def rotate_feed(*, agent: Agent, at: datetime) -> str:
    """Give the agent a new secret; the old address stops at once. The token is told only here."""
    lock_agents([agent.pk])
    revoke_feed(agent=agent, at=at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.create(agent=agent, token_sha256=_hashed(token), created_at=at)
    return token


@transaction.atomic
def revoke_feed(*, agent: Agent, at: datetime) -> bool:
    """Stop the agent's address; tell whether there was one."""
    alive = CalendarFeed.objects.filter(agent=agent, revoked_at=None)
    return alive.update(revoked_at=at) > 0


def feed_of(token: str) -> CalendarFeed | None:
    """The living address behind a token, of somebody who still works here."""
    return (
        CalendarFeed.objects.filter(
            token_sha256=_hashed(token), revoked_at=None, agent__is_active=True
        )
        .select_related("agent")
        .first()
    )


@transaction.atomic
def calendar_of(*, agent_id: int, at: datetime) -> FeedText:
    """The agent's published shifts and time off; what changed since the last reading has a new sequence."""
    lock_agents([agent_id])
    items = {item.key: item for item in _items(agent_id, at)}
    entries = {row.key: row for row in CalendarEntry.objects.filter(agent=agent_id)}
    for key, item in items.items():
        entries[key] = _followed(entries.get(key), item, agent_id, at)
    oldest = f"S{(at - BACK).date().isoformat()}"
    for key, row in entries.items():
        if key in items or row.is_cancelled:
            continue
        if key.startswith("S") and key < oldest:
            continue  # it has left the window of time; nobody cancelled it
        row.is_cancelled, row.changed_at = True, at
        row.save(update_fields=["is_cancelled", "changed_at"])
    changed_at = max(
        (row.changed_at for row in entries.values()), default=at.replace(microsecond=0)
    )
    body = _file((items[key], entries[key]) for key in sorted(items))
    return FeedText(body=body, etag=hashlib.sha256(body).hexdigest()[:32], changed_at=changed_at)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _zone_of(agent_id: int, day: date) -> ZoneInfo:
    """The zone of the agent's site; the main one for somebody without a team."""
    assignment = assignment_on(agent_id, day)
    return ZoneInfo(main_timezone(day) if assignment is None else assignment.team.site.timezone)


def _items(agent_id: int, at: datetime) -> list[_Item]:
    first, last = at - BACK, at + AHEAD
    shifts = list(
        Shift.objects.filter(
            is_published=True, agent=agent_id, ends_at__gt=first, starts_at__lt=last
        ).order_by("operational_date", "starts_at")
    )
    activities = activities_of([shift.pk for shift in shifts])
    codes = ActivityCode.objects.in_bulk()
    zone = _zone_of(agent_id, at.date())
    found: list[_Item] = []
    seen: dict[str, int] = {}
    for shift in shifts:
        day = shift.operational_date.isoformat()
        seen[day] = seen.get(day, 0) + 1
        place = _("home") if shift.place == ShiftPlace.HOME else _("office")
        parts = [
            f"{codes[row.activity_code_id].name} {row.starts_at.astimezone(zone):%H:%M}–"
            f"{row.ends_at.astimezone(zone):%H:%M %Z}"
            for row in activities[shift.pk]
            if not codes[row.activity_code_id].is_work
        ]
        found.append(
            _Item(
                key=f"S{day}.{seen[day]}",
                title=_("Shift (%(place)s)") % {"place": place},
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                description="\n".join(parts),
            )
        )
    off = TimeOff.objects.filter(
        agent=agent_id, status=TimeOffStatus.APPROVED, ends_at__gt=first, starts_at__lt=last
    ).select_related("activity_code")
    found += [
        _Item(
            key=f"T{row.pk}",
            title=row.activity_code.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_busy=False,
        )
        for row in off
    ]
    return found


def _followed(
    entry: CalendarEntry | None, item: _Item, agent_id: int, at: datetime
) -> CalendarEntry:
    """The entry with a new sequence where the item differs from what was last told."""
    if entry is None:
        return CalendarEntry.objects.create(
            agent_id=agent_id, key=item.key, digest=item.digest, changed_at=at
        )
    if entry.digest != item.digest or entry.is_cancelled:
        entry.digest, entry.is_cancelled, entry.changed_at = item.digest, False, at
        entry.sequence += 1
        entry.save(update_fields=["digest", "is_cancelled", "changed_at", "sequence"])
    return entry


def _file(rows: Iterable[tuple[_Item, CalendarEntry]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("My schedule"))
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    for item, entry in rows:
        event = Event()
        event.add("uid", str(entry.uid))
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("dtstart", item.starts_at)
        event.add("dtend", item.ends_at)
        event.add("summary", item.title)
        if item.description:
            event.add("description", item.description)
        event.add("transp", "OPAQUE" if item.is_busy else "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
