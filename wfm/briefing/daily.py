"""The daily briefing: yesterday and today so far against targets, alerts, and what is at risk today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q, QuerySet, Sum

from adherence.core.alert_defaults import DEFAULTS
from adherence.models import AdherenceDay, Alert, AlertKind, AlertOutcome, PlaybookRun
from adherence.models.alert import AlertQuerySet
from scheduling.models import Shift, ShiftActivity
from wfm import metrics
from wfm.board.grid import SLOT_HOURS
from wfm.intraday.asked import Scopes, ask_of
from wfm.intraday.day import Day, QueueDay, day_of
from wfm.intraday.risks import Risk, risks
from wfm.org.access import access_of
from wfm.org.models import AgentAssignment, AgentSkill, Client, Queue, Site, Team
from wfm.timeline import day_bounds

MOST_RISKS = 8
ADHERENCE_TARGET = DEFAULTS["TEAM_ADHERENCE"].threshold


@dataclass(frozen=True)
class QueueLine:
    """One queue on one day against its goal and its forecast."""

    queue: Queue
    goal: float | None
    level: float | None
    expected: float | None
    """Service of the rest of the day; of a day that is over nothing."""
    came: float
    known: float
    """Of what came, the part for whose time a forecast is there."""
    forecast: float
    short_hours: float
    over_hours: float

    @property
    def is_below(self) -> bool:
        """The goal was missed so far."""
        return self.goal is not None and self.level is not None and self.level < self.goal

    @property
    def difference(self) -> float | None:
        """By which share more came than forecast."""
        return self.known / self.forecast - 1.0 if self.forecast > 0 else None


@dataclass(frozen=True)
class PeopleLine:
    """The people of one day, pooled from their seconds."""

    adherence_rate: float | None
    shrinkage_rate: float | None
    """Of the scheduled time on position the share that was not worked; time nobody saw left out."""
    planned_shrinkage_rate: float | None
    """What the requirement reckons with, weighted by the people to schedule."""

    @property
    def is_below(self) -> bool:
        """Adherence is below its target."""
        return self.adherence_rate is not None and self.adherence_rate < ADHERENCE_TARGET


@dataclass(frozen=True)
class DayPart:
    """One day of the briefing."""

    on: date
    queues: tuple[QueueLine, ...]
    people: PeopleLine | None
    alerts: tuple[Alert, ...]
    runs: int

    @property
    def missed(self) -> list[QueueLine]:
        """Queues below their goal."""
        return [line for line in self.queues if line.is_below]

    @property
    def short_hours(self) -> float:
        """Person-hours missing, queue by queue."""
        return sum(line.short_hours for line in self.queues)

    @property
    def over_hours(self) -> float:
        """Person-hours over, queue by queue."""
        return sum(line.over_hours for line in self.queues)

    @property
    def came(self) -> float:
        """Contacts of live queues."""
        return sum(line.came for line in self.queues if line.queue.is_live)

    @property
    def forecast(self) -> float:
        """Their locked forecast."""
        return sum(line.forecast for line in self.queues if line.queue.is_live)

    @property
    def difference(self) -> float | None:
        """By which share more came than forecast."""
        known = sum(line.known for line in self.queues if line.queue.is_live)
        return known / self.forecast - 1.0 if self.forecast > 0 else None

    @property
    def by_kind(self) -> list[tuple[str, int, int]]:
        """Alerts by kind: its words, how many, and how many of them have an outcome."""
        counts = Counter(alert.kind for alert in self.alerts)
        told = Counter(alert.kind for alert in self.alerts if alert.outcome)
        return [(str(AlertKind(k).label), n, told[k]) for k, n in counts.most_common()]

    @property
    def by_outcome(self) -> list[tuple[str, int]]:
        """Alerts by what came of them."""
        counts = Counter(alert.outcome for alert in self.alerts if alert.outcome)
        return [(str(AlertOutcome(key).label), number) for key, number in counts.most_common()]


@dataclass(frozen=True)
class Briefing:
    """Yesterday, today so far, and what is at risk today."""

    at: datetime
    timezone: str
    yesterday: DayPart
    today: DayPart
    risks: tuple[Risk, ...]
    risk_count: int
    open_alerts: tuple[Alert, ...]
    adherence_target: float = ADHERENCE_TARGET


@dataclass(frozen=True, kw_only=True)
class About:
    """Parts of the operation that a briefing is about; none is everything that may be seen."""

    client: Client | None = None
    site: Site | None = None
    team: Team | None = None
    queue: Queue | None = None


def briefing(
    *, principal: object, timezone: str, at: datetime, about: About | None = None
) -> Briefing:
    """Return the briefing of the local day that holds a moment."""
    asked = about or About()
    scopes = Scopes(**vars(asked))
    today = at.astimezone(ZoneInfo(timezone)).date()
    days = [
        day_of(ask_of(principal=principal, day=day, timezone=timezone, at=at, scopes=scopes))
        for day in (today - timedelta(days=1), today)
    ]
    shown = {found.queue.pk for found in days[1].queues}
    at_risk = [risk for risk in risks(days[1]) if risk.queue.pk in shown]
    alerts = _alerts(principal, asked)
    return Briefing(
        at=at,
        timezone=timezone,
        yesterday=_part(days[0], principal, asked),
        today=_part(days[1], principal, asked),
        risks=tuple(at_risk[:MOST_RISKS]),
        risk_count=len(at_risk),
        open_alerts=tuple(alerts.filter(closed_at=None).order_by("opened_at")),
    )


def _alerts(principal: object, about: About) -> AlertQuerySet:
    rows = (
        Alert.objects.visible_to(principal)
        .shown()
        .select_related("queue", "team", "site", "client", "skill", "owner", "owner_role")
    )
    for name, part in vars(about).items():
        if part is not None:
            rows = rows.filter(**{name: part})
    return rows


def _part(day: Day, principal: object, about: About) -> DayPart:
    bounds = day_bounds(day.ask.starts_on, day.ask.timezone)
    within = Q(opened_at__gte=bounds.starts_at, opened_at__lt=bounds.ends_at)
    runs = (
        PlaybookRun.objects.visible_to(principal)
        .filter(local_date=day.ask.starts_on)
        .filter(_runs_about(about))
    )
    may_see_people = access_of(principal).can("adherence.view")
    return DayPart(
        on=day.ask.starts_on,
        queues=tuple(_queue(found) for found in day.queues),
        people=_people(day, principal, about) if may_see_people else None,
        alerts=tuple(_alerts(principal, about).filter(within).order_by("opened_at")),
        runs=runs.count(),
    )


def _runs_about(about: About) -> Q:
    """Return which runs are about these parts: their own ones and those of what lies in them."""
    found = Q()
    if about.queue is not None:
        found &= Q(queue=about.queue)
    if about.team is not None:
        found &= Q(team=about.team)
    if about.site is not None:
        found &= Q(site=about.site) | Q(queue__site=about.site) | Q(team__site=about.site)
    if about.client is not None:
        found &= Q(client=about.client) | Q(queue__client=about.client)
    return found


def _queue(found: QueueDay) -> QueueLine:
    goal, so_far = found.goal(), found.so_far()
    over = found.now
    difference = found.figure("difference_hours")[:over]
    return QueueLine(
        queue=found.queue,
        goal=None if goal is None else goal.level,
        level=found.level_so_far(),
        expected=found.level_rest() if over < found.edges[0].size else None,
        came=found.came,
        known=so_far.actual,
        forecast=so_far.forecast,
        short_hours=float(np.nansum(np.maximum(-difference, 0.0))),
        over_hours=float(np.nansum(np.maximum(difference, 0.0))),
    )


def _people(day: Day, principal: object, about: About) -> PeopleLine:
    on = day.ask.starts_on
    rows = AdherenceDay.objects.visible_to(principal).filter(operational_date=on)
    here = AgentAssignment.objects.effective_on(on)
    if about.team is not None:
        rows = rows.filter(agent__in=here.filter(team=about.team).values("agent"))
    if about.site is not None:
        rows = rows.filter(agent__in=here.filter(team__site=about.site).values("agent"))
    for queues in _queues_of(about):
        rows = rows.filter(agent__in=_on_queues(queues, on))
    sums = rows.aggregate(
        scheduled=Sum("scheduled_seconds", default=0),
        out=Sum("out_seconds", default=0),
        unknown=Sum("unknown_seconds", default=0),
        work=Sum("scheduled_work_seconds", default=0),
        unseen=Sum("unseen_work_seconds", default=0),
        worked=Sum("worked_seconds", default=0),
    )
    observed = sums["scheduled"] - sums["unknown"]
    counts = {"scheduled_seconds": observed, "out_of_adherence_seconds": sums["out"]}
    seen = sums["work"] - sums["unseen"]
    missing = max(seen - sums["worked"], 0)
    return PeopleLine(
        adherence_rate=metrics.evaluate("adherence_rate", counts).value if observed else None,
        shrinkage_rate=missing / seen if seen else None,
        planned_shrinkage_rate=_planned_shrinkage(day.queues),
    )


def _queues_of(about: About) -> Iterator[QuerySet[Queue]]:
    if about.client is not None:
        yield Queue.objects.filter(client=about.client)
    if about.queue is not None:
        yield Queue.objects.filter(pk=about.queue.pk)


def _on_queues(queues: QuerySet[Queue], on: date) -> QuerySet[Shift, Any]:
    """Return the agents whose shift of a day has work on these queues, or on none and the skill."""
    held = AgentSkill.objects.filter(skill__in=queues.values("skill"), starts_on__lte=on).filter(
        Q(ends_on=None) | Q(ends_on__gt=on)
    )
    work = ShiftActivity.objects.filter(
        shift__is_published=True, shift__operational_date=on, activity_code__is_work=True
    ).filter(Q(queue__in=queues) | Q(queue=None, shift__agent__in=held.values("agent")))
    return Shift.objects.filter(pk__in=work.values("shift")).values("agent")


def _planned_shrinkage(queues: Sequence[QueueDay]) -> float | None:
    net = gross = 0.0
    for found in queues:
        part = slice(found.grid.first, found.grid.last)
        net += float(np.nansum(found.line.of("required_hours")[part])) * SLOT_HOURS
        gross += float(np.nansum(found.line.of("to_schedule_hours")[part])) * SLOT_HOURS
    return max(1.0 - net / gross, 0.0) if gross > 0 else None
