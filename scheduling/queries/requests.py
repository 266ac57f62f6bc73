"""All requests on one list: time off, swaps, availability and wishes, bids."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.models import (
    BidStatus,
    PersonalRequest,
    PersonalRequestKind,
    PersonalRequestStatus,
    ShiftBid,
    ShiftSwap,
    SwapStatus,
    TimeOff,
    TimeOffStatus,
)
from scheduling.queries.cover_effect import CoverBook, CoverEffect
from scheduling.request_texts import answer_text
from wfm.org.models import Agent, AgentAssignment, Team
from wfm.org.weekdays import WEEKDAYS

MOST_ROWS = 200
TONES = {
    "REQUESTED": "accent",
    "WAITLISTED": "accent",
    "OFFERED": "accent",
    "ACCEPTED": "accent",
    "MADE": "accent",
    "APPROVED": "goal",
    "DONE": "goal",
    "WON": "goal",
    "DECLINED": "under",
    "LOST": "under",
}


class RequestKind(TextChoices):
    """Kinds of requests, as the list's filter names them."""

    TIME_OFF = "time-off", gettext_lazy("Time off")
    SWAP = "swap", gettext_lazy("Swaps")
    AVAILABILITY = "availability", gettext_lazy("Availability and wishes")
    BID = "bid", gettext_lazy("Bids")


class RequestState(TextChoices):
    """Which of them."""

    OPEN = "open", gettext_lazy("Open")
    WAITING = "waiting", gettext_lazy("On the waitlist")
    DECIDED = "decided", gettext_lazy("Decided")
    ALL = "all", gettext_lazy("All")


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """A request as the list shows it."""

    kind: RequestKind
    pk: int
    agent: Agent
    what: str
    note: str
    starts_at: datetime | date
    ends_at: datetime | date | None
    asked_at: datetime | None
    status: str
    tone: str
    answer: str
    is_decidable: bool
    position: int | None = None
    effect: CoverEffect | None = None
    keeps_cover: bool = False

    @property
    def has_times(self) -> bool:
        """It is about hours, not whole days."""
        return isinstance(self.starts_at, datetime)


@dataclass(frozen=True, kw_only=True)
class RequestFilter:
    """What the address asks for."""

    kind: str = ""
    state: str = RequestState.OPEN
    team: Team | None = None


def request_rows(
    principal: object, chosen: RequestFilter, *, positions: dict[int, int], today: date
) -> list[RequestRow]:
    """The requests that a person may see; open ones with what they do to the cover of their days."""
    book = CoverBook()
    makers: dict[str, Callable[[Any], Iterator[RequestRow]]] = {
        RequestKind.TIME_OFF: lambda rows: _time_off(rows, book, positions),
        RequestKind.SWAP: _swaps,
        RequestKind.AVAILABILITY: _personal,
        RequestKind.BID: lambda rows: _bids(rows, book),
    }
    found: list[RequestRow] = []
    for kind, make in makers.items():
        if chosen.kind in ("", kind):
            found += make(_rows(RequestKind(kind), principal, chosen, today))
    return sorted(found, key=lambda row: (row.asked_at is None, row.asked_at, row.pk), reverse=True)


_OPEN: dict[RequestKind, tuple[str, ...]] = {
    RequestKind.TIME_OFF: (TimeOffStatus.REQUESTED, TimeOffStatus.WAITLISTED),
    RequestKind.SWAP: (SwapStatus.OFFERED, SwapStatus.ACCEPTED),
    RequestKind.AVAILABILITY: (PersonalRequestStatus.REQUESTED,),
    RequestKind.BID: (BidStatus.MADE,),
}


def _rows(kind: RequestKind, principal: object, chosen: RequestFilter, today: date) -> Any:
    querysets: dict[RequestKind, tuple[Any, str, tuple[str, ...]]] = {
        RequestKind.TIME_OFF: (TimeOff.objects.all(), "agent", ("agent", "activity_code")),
        RequestKind.SWAP: (
            ShiftSwap.objects.all(),
            "offered_by",
            ("offered_by", "to_agent", "accepted_by", "return_shift"),
        ),
        RequestKind.AVAILABILITY: (PersonalRequest.objects.all(), "agent", ("agent",)),
        RequestKind.BID: (ShiftBid.objects.all(), "agent", ("agent", "open_shift__queue")),
    }
    rows, agent, related = querysets[kind]
    rows = rows.visible_to(principal).select_related(*related)
    if chosen.team is not None:
        people = AgentAssignment.objects.effective_on(today).filter(team=chosen.team)
        rows = rows.filter(**{f"{agent}__in": people.values("agent")})
    return _of_state(rows, kind, chosen.state).order_by("-pk")[:MOST_ROWS]


def _of_state(rows: Any, kind: RequestKind, state: str) -> Any:
    if state == RequestState.OPEN:
        return rows.filter(status__in=_OPEN[kind])
    if state == RequestState.WAITING:
        return rows.filter(status=TimeOffStatus.WAITLISTED)
    if state == RequestState.DECIDED:
        return rows.exclude(status__in=_OPEN[kind])
    return rows


def _common(row: Any, kind: RequestKind, *, decidable: Collection[str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "pk": row.pk,
        "status": row.get_status_display(),
        "tone": TONES.get(row.status, ""),
        "answer": answer_text(row.answer),
        "is_decidable": row.status in decidable,
    }


def _time_off(rows: Any, book: CoverBook, positions: dict[int, int]) -> Iterator[RequestRow]:
    for row in rows:
        is_open = row.status in _OPEN[RequestKind.TIME_OFF]
        yield RequestRow(
            **_common(row, RequestKind.TIME_OFF, decidable=_OPEN[RequestKind.TIME_OFF]),
            agent=row.agent,
            what=str(row.activity_code),
            note=row.reason,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            asked_at=row.requested_at,
            position=positions.get(row.pk),
            effect=book.of_time_off(row) if is_open else None,
        )


def _swaps(rows: Any) -> Iterator[RequestRow]:
    for row in rows:
        other = row.accepted_by or row.to_agent
        values = {"name": other} if other is not None else {}
        what = _("to all")
        if other is not None:
            what = (_("exchange with %(name)s") if row.is_exchange else _("to %(name)s")) % values
        yield RequestRow(
            **_common(row, RequestKind.SWAP, decidable=(SwapStatus.ACCEPTED,)),
            agent=row.offered_by,
            what=what,
            note=row.message,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            asked_at=row.requested_at,
            keeps_cover=True,
        )


def _personal(rows: Any) -> Iterator[RequestRow]:
    for row in rows:
        yield RequestRow(
            **_common(row, RequestKind.AVAILABILITY, decidable=(PersonalRequestStatus.REQUESTED,)),
            agent=row.agent,
            what=personal_words(row),
            note=row.message,
            starts_at=row.starts_on,
            ends_at=row.ends_on,
            asked_at=row.requested_at,
        )


def _bids(rows: Any, book: CoverBook) -> Iterator[RequestRow]:
    for row in rows:
        offer = row.open_shift
        yield RequestRow(
            **_common(row, RequestKind.BID, decidable=()),
            agent=row.agent,
            what=_("%(offer)s, rank %(rank)d")
            % {"offer": offer.get_kind_display(), "rank": row.rank},
            note="",
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            asked_at=row.made_at,
            effect=book.of_offer(offer) if row.status == BidStatus.MADE else None,
        )


def personal_words(row: PersonalRequest) -> str:
    """What the agent would like, in words."""
    days = dict(WEEKDAYS)
    if row.kind == PersonalRequestKind.AVAILABILITY:
        if not row.wanted:
            return _("any time")
        return ", ".join(
            f"{days[part['weekday']]} {_hours(part)}"
            if part["is_available"]
            else _("%(weekday)s not at all") % {"weekday": days[part["weekday"]]}
            for part in row.wanted
        )
    wanted = row.wanted
    when = str(wanted["date"] or days[wanted["weekday"]])
    kinds = {
        "DAY_OFF": _("day off: %(when)s"),
        "START": _("start %(hours)s: %(when)s"),
        "TEMPLATE": _("a certain shift: %(when)s"),
    }
    hours = f"{_clock(wanted['earliest_start_minute'])}–{_clock(wanted['latest_start_minute'])}"
    return kinds[wanted["kind"]] % {"when": when, "hours": hours}


def _hours(part: dict[str, Any]) -> str:
    return f"{_clock(part['starts_minute'])}–{_clock(part['ends_minute'])}"


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
