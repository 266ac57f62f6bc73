"""What time off costs its balance, what is left, and which limits hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from scheduling.core.balances import Allowance, Balance, balance
from scheduling.core.off_limits import OffBook, OffLimit, Waiting
from scheduling.models import (
    BalanceUnit,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    TimeOff,
    TimeOffCharge,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
    TimeOffStatus,
)
from scheduling.models.rotation import OFF
from scheduling.queries.rotations import rotation_letters
from scheduling.queries.versions import main_timezone
from wfm.org.models import AgentAssignment, AgentSkill, TimeOffCredit
from wfm.timeline import Interval, day_bounds

PENDING = (TimeOffStatus.REQUESTED, TimeOffStatus.WAITLISTED)
NOTHING = Decimal(0)
DAY = timedelta(days=1)
USUAL_DAY_MINUTES = 480


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What one local date of a request takes."""

    date: date
    minutes: int
    days: Decimal

    def amount(self, unit: str) -> Decimal:
        """In the unit of the kind."""
        return self.days if unit == BalanceUnit.DAYS else Decimal(self.minutes)


@dataclass(frozen=True, kw_only=True)
class AgentBalance:
    """A balance with what it was counted from."""

    kind: TimeOffKind
    entitlement: TimeOffEntitlement
    balance: Balance
    taken_by_date: dict[date, Decimal]
    pending_by_date: dict[date, Decimal]


def assignment_on(agent_id: int, day: date) -> AgentAssignment | None:
    """The agent's team and contract on a date."""
    return (
        AgentAssignment.objects.effective_on(day)
        .filter(agent=agent_id, agent__is_active=True)
        .select_related("agent", "team__site", "employment_contract")
        .first()
    )


def here_since(agent_ids: Collection[int]) -> dict[int, date]:
    """Since when people are here: their first assignment."""
    rows = AgentAssignment.objects.filter(agent__in=agent_ids).values_list("agent_id")
    return dict(rows.annotate(Min("starts_on")))


# -- what a request costs ------------------------------------------------------------------------


def charges_of(assignment: AgentAssignment, starts_at: datetime, ends_at: datetime) -> list[Charge]:
    """What each local date of [starts_at, ends_at) takes from a balance.

    A day with a published shift takes what of the shift is off; a published day without one, and a day
    that the rotation leaves free, takes nothing. Other days take the contract's day where half of the
    day or more is off, else the time itself; at most the contract's days a week. A shift counts on its
    operational day, also where it reaches into the stretch from the day before.
    """
    zone = ZoneInfo(assignment.team.site.timezone)
    first = starts_at.astimezone(zone).date()
    last = (ends_at.astimezone(zone) - timedelta(microseconds=1)).date() + DAY
    letters = rotation_letters([assignment], first=first, last=last).get(assignment.agent_id, "")
    shifts = _shifts_by_date(assignment.agent_id, first - DAY, last)
    published = _published_spans(first, last)
    span = Interval(starts_at, ends_at)
    found: list[Charge] = []
    by_week: dict[tuple[int, int], int] = defaultdict(int)
    reaches_in = _of_shifts(first - DAY, shifts.get(first - DAY, ()), span, assignment)
    if reaches_in is not None:
        by_week[(first - DAY).isocalendar()[:2]] += 1
        found.append(reaches_in)
    for number in range((last - first).days):
        day = first + number * DAY
        week = day.isocalendar()[:2]
        if day in shifts:
            charge = _of_shifts(day, shifts[day], span, assignment)
        else:
            is_free = letters[number : number + 1] == OFF or any(
                begins <= day < ends for begins, ends in published
            )
            is_full = by_week[week] >= assignment.employment_contract.days_per_week_max
            open_from = max((part.ends_at for part, _ in shifts.get(day - DAY, ())), default=None)
            charge = None if is_free or is_full else _of_day(day, span, assignment, open_from)
        if charge is not None:
            by_week[week] += 1
            found.append(charge)
    return found


def days_off(agent_id: int, first: date, last: date, timezone: str) -> Interval:
    """When the agent is off who is off on [first, last]: local days, moved by the shifts over midnight.

    A day off takes the shifts of that operational day whole, and leaves those of the days beside it
    alone: with shifts from 22:00 to 06:00 it lasts from 06:00 to 06:00.
    """
    starts_at = day_bounds(first, timezone).starts_at
    ends_at = day_bounds(last, timezone).ends_at
    shifts = Shift.objects.filter(
        is_published=True,
        agent=agent_id,
        operational_date__range=(first - DAY, last + DAY),
        starts_at__lt=ends_at + DAY,
        ends_at__gt=starts_at - DAY,
    )
    for shift in shifts.order_by("starts_at"):
        if shift.operational_date < first:
            starts_at = max(starts_at, shift.ends_at)
        elif shift.operational_date > last:
            ends_at = min(ends_at, shift.starts_at)
        else:
            starts_at, ends_at = min(starts_at, shift.starts_at), max(ends_at, shift.ends_at)
    if starts_at >= ends_at:  # the shifts beside fill it: nothing of it is theirs to keep
        return Interval(day_bounds(first, timezone).starts_at, day_bounds(last, timezone).ends_at)
    return Interval(starts_at, ends_at)


def _published_spans(first: date, last: date) -> list[tuple[date, date]]:
    """Days of published schedules."""
    rows = ScheduleVersion.objects.filter(
        status=ScheduleStatus.PUBLISHED, starts_on__lt=last, ends_on__gt=first
    )
    return list(rows.values_list("starts_on", "ends_on"))


def day_minutes(assignment: AgentAssignment) -> int:
    """Paid minutes of one of the contract's days."""
    contract = assignment.employment_contract
    if contract.time_off_credit == TimeOffCredit.DAY and contract.time_off_day_minutes:
        return contract.time_off_day_minutes
    return max(1, round(contract.weekly_minutes_max / max(1, contract.days_per_week_max)))


def _charge(day: date, minutes: float, assignment: AgentAssignment) -> Charge | None:
    if minutes <= 0:
        return None
    days = min(Decimal(1), Decimal(minutes) / day_minutes(assignment))
    return Charge(date=day, minutes=round(minutes), days=days.quantize(Decimal("0.001")))


def _of_day(
    day: date, span: Interval, assignment: AgentAssignment, open_from: datetime | None
) -> Charge | None:
    """A day without a shift of its own; the night of the day before is that day's."""
    bounds = day_bounds(day, assignment.team.site.timezone)
    if open_from is not None and bounds.starts_at < open_from < bounds.ends_at:
        bounds = Interval(open_from, bounds.ends_at)
    inside = span.clip(bounds)
    if inside is None:
        return None
    whole = day_minutes(assignment)
    is_off = inside.seconds * 2 >= bounds.seconds
    return _charge(day, whole if is_off else min(whole, inside.seconds / 60), assignment)


def _of_shifts(
    day: date, parts: Sequence[tuple[Interval, bool]], span: Interval, assignment: AgentAssignment
) -> Charge | None:
    paid = [part for part, is_paid in parts if is_paid]
    total = sum(part.seconds for part in paid)
    inside = [part.clip(span) for part in paid]
    off = sum(part.seconds for part in inside if part is not None)
    if off and off == total:
        contract = assignment.employment_contract
        if contract.time_off_credit == TimeOffCredit.DAY:
            return _charge(day, day_minutes(assignment), assignment)
    return _charge(day, off / 60, assignment)


def _shifts_by_date(
    agent_id: int, first: date, last: date
) -> dict[date, list[tuple[Interval, bool]]]:
    rows = ShiftActivity.objects.filter(
        shift__is_published=True,
        shift__agent=agent_id,
        shift__operational_date__gte=first,
        shift__operational_date__lt=last,
    ).values_list("shift__operational_date", "starts_at", "ends_at", "activity_code__is_paid")
    found: dict[date, list[tuple[Interval, bool]]] = defaultdict(list)
    for day, starts_at, ends_at, is_paid in rows:
        found[day].append((Interval(starts_at, ends_at), is_paid))
    return found


# -- balances ------------------------------------------------------------------------------------


def balances_of(
    agent_id: int, *, first: date, last: date, today: date, but: int | None = None
) -> list[AgentBalance]:
    """The agent's balances of periods that touch the dates [first, last]; `but` leaves a request out."""
    rows = (
        TimeOffEntitlement.objects.filter(
            agent=agent_id, starts_on__lte=last, ends_on__gt=first, kind__is_active=True
        )
        .select_related("kind__activity_code")
        .order_by("kind__activity_code__name", "starts_on")
    )
    return counted(list(rows), today=today, but=but)


def counted(
    rows: Sequence[TimeOffEntitlement], *, today: date, but: int | None = None
) -> list[AgentBalance]:
    """The balances of these periods as they stand, in as many queries for a thousand as for one."""
    off = [
        row
        for row in TimeOff.objects.filter(
            agent__in={row.agent_id for row in rows},
            activity_code__in={row.kind.activity_code_id for row in rows},
            status__in=(TimeOffStatus.APPROVED, *PENDING),
        )
        if row.pk != but
    ]
    charges = _charges_of_rows(off)
    by_owner: dict[tuple[int, int], list[TimeOff]] = defaultdict(list)
    for row in off:
        by_owner[row.agent_id, row.activity_code_id].append(row)
    return [
        _counted(row, by_owner[row.agent_id, row.kind.activity_code_id], charges, today)
        for row in rows
    ]


def _counted(
    row: TimeOffEntitlement,
    off: Sequence[TimeOff],
    charges: Mapping[int, Sequence[Charge]],
    today: date,
) -> AgentBalance:
    taken: dict[date, Decimal] = defaultdict(lambda: NOTHING)
    pending: dict[date, Decimal] = defaultdict(lambda: NOTHING)
    for request in off:
        amounts = taken if request.status == TimeOffStatus.APPROVED else pending
        for charge in charges[request.pk]:
            amounts[charge.date] += charge.amount(row.kind.unit)
    return AgentBalance(
        kind=row.kind,
        entitlement=row,
        taken_by_date=dict(taken),
        pending_by_date=dict(pending),
        balance=balance(
            Allowance(
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                granted=row.granted,
                carried=row.carried,
                carried_until=row.carried_until,
            ),
            taken_by_date=taken,
            pending_by_date=pending,
            today=today,
        ),
    )


def _charges_of_rows(off: Sequence[TimeOff]) -> dict[int, list[Charge]]:
    """What each request takes; a grant of before charges were kept counts on its first date."""
    found: dict[int, list[Charge]] = defaultdict(list)
    rows = TimeOffCharge.objects.filter(time_off__in=[row.pk for row in off])
    for pk, day, minutes, days in rows.values_list("time_off_id", "date", "minutes", "days"):
        found[pk].append(Charge(date=day, minutes=minutes, days=days))
    for row in off:
        if row.pk not in found and row.paid_minutes:
            day = row.starts_at.date()
            assignment = assignment_on(row.agent_id, day)
            whole = USUAL_DAY_MINUTES if assignment is None else day_minutes(assignment)
            days = Decimal(row.paid_minutes) / whole
            found[row.pk].append(Charge(date=day, minutes=row.paid_minutes, days=days))
    return found


# -- limits --------------------------------------------------------------------------------------


def off_book(*, starts_at: datetime, ends_at: datetime, but: int | None = None) -> OffBook:
    """Limits in force around [starts_at, ends_at) and who is off then."""
    first, last = starts_at.date() - DAY, ends_at.date() + DAY
    rows = (
        TimeOffLimit.objects.filter(starts_on__lte=last)
        .filter(Q(ends_on=None) | Q(ends_on__gt=first))
        .select_related("team__site", "site")
        .order_by("pk")
    )
    limits = [_limit(row, first, last) for row in rows]
    off: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    if limits:
        granted = TimeOff.objects.filter(
            status=TimeOffStatus.APPROVED, starts_at__lt=ends_at + DAY, ends_at__gt=starts_at - DAY
        )
        if but is not None:
            granted = granted.exclude(pk=but)
        for agent_id, begins, ends in granted.values_list("agent_id", "starts_at", "ends_at"):
            off[agent_id].append((begins, ends))
    return OffBook(limits, off)


def _limit(row: TimeOffLimit, first: date, last: date) -> OffLimit:
    members: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    if row.skill_id is not None:
        rows = AgentSkill.objects.filter(skill=row.skill_id)
    else:
        chosen = {"team": row.team_id} if row.team_id else {}
        chosen |= {"team__site": row.site_id} if row.site_id else {}
        rows = AgentAssignment.objects.filter(**chosen)  # type: ignore[assignment]
    in_force = rows.filter(agent__is_active=True, starts_on__lte=last).filter(
        Q(ends_on=None) | Q(ends_on__gt=first)
    )
    for agent_id, starts_on, ends_on in in_force.values_list("agent_id", "starts_on", "ends_on"):
        members[agent_id].append((starts_on, ends_on))
    site = row.site or (row.team.site if row.team else None)
    return OffLimit(
        key=row.pk,
        name=row.name,
        most_people=row.most_people,
        members=members,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        weekdays=row.weekdays,
        starts_minute=row.starts_minute,
        ends_minute=row.ends_minute,
        timezone=main_timezone(first) if site is None else site.timezone,
    )


def waiting_rows(*, at: datetime) -> list[TimeOff]:
    """Requests on the waitlist that still lie ahead."""
    return list(
        TimeOff.objects.filter(status=TimeOffStatus.WAITLISTED, starts_at__gt=at)
        .select_related("agent", "activity_code")
        .order_by("requested_at", "pk")
    )


def as_waiting(rows: Sequence[TimeOff]) -> list[Waiting]:
    """The same as the core reads them."""
    since = here_since({row.agent_id for row in rows})
    return [
        Waiting(
            key=row.pk,
            agent_id=row.agent_id,
            span=(row.starts_at, row.ends_at),
            asked_at=row.requested_at or row.starts_at,
            here_since=since.get(row.agent_id, date.max),
        )
        for row in rows
    ]


def published_shifts_between(agent_id: int, starts_at: datetime, ends_at: datetime) -> list[Shift]:
    """The agent's shifts in force that reach into the stretch."""
    rows = Shift.objects.filter(
        is_published=True, agent=agent_id, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    return list(rows.order_by("starts_at"))
