"""Versions by week, what they build on and whether that is still the newest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from scheduling.models import (
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftChangeDay,
    TimeOff,
    TimeOffStatus,
)
from staffing.models import RequirementRun
from staffing.queries import in_force as requirements_in_force
from wfm.org.models import AgentAssignment
from wfm.timeline import day_bounds

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class WeekRow:
    """One week on the list: what is in force, what is in the making."""

    starts_on: date
    published: ScheduleVersion | None
    drafts: tuple[ScheduleVersion, ...]
    requirement_run: RequirementRun | None

    @property
    def last_date(self) -> date:
        """Sunday."""
        return self.starts_on + timedelta(days=6)

    @property
    def published_week(self) -> int:
        """Which week of the published version this is, 1 for its first."""
        return (self.starts_on - self.published.starts_on).days // 7 + 1 if self.published else 1

    @property
    def can_solve(self) -> bool:
        """A published requirement reaches into the week."""
        return self.requirement_run is not None


def main_timezone(day: date) -> str:
    """The zone of the site where most people work: the wall clock of the whole schedule."""
    zones = Counter(
        AgentAssignment.objects.effective_on(day)
        .filter(agent__is_active=True)
        .values_list("team__site__timezone", flat=True)
    )
    return max(sorted(zones), key=lambda zone: zones[zone]) if zones else "UTC"


def requirement_for(starts_on: date, ends_on: date, timezone: str) -> RequirementRun | None:
    """The published requirement that is in force for the most queue time of these local dates.

    A newer one of a single queue, or one that ends within the week, does not take its place.
    """
    starts_at = day_bounds(starts_on, timezone).starts_at
    ends_at = day_bounds(ends_on, timezone).starts_at
    seconds: Counter[int] = Counter()
    for part in requirements_in_force(None, starts_at=starts_at, ends_at=ends_at):
        seconds[part.run_id] += int((part.ends_at - part.starts_at).total_seconds())
    if not seconds:
        return None
    chosen = max(seconds, key=lambda run_id: (seconds[run_id], run_id))
    return RequirementRun.objects.select_related("forecast_run").get(pk=chosen)


def weeks(first: date, count: int, *, timezone: str, principal: object) -> list[WeekRow]:
    """Weeks from a Monday on with their versions."""
    last = first + WEEK * count
    versions = list(
        listed_versions(principal)
        .filter(starts_on__lt=last, ends_on__gt=first)
        .order_by("-published_at", "-pk")
    )
    rows = []
    for number in range(count):
        monday = first + WEEK * number
        own = [v for v in versions if v.starts_on < monday + WEEK and v.ends_on > monday]
        rows.append(
            WeekRow(
                starts_on=monday,
                published=next((v for v in own if v.status == ScheduleStatus.PUBLISHED), None),
                drafts=tuple(v for v in own if v.status == ScheduleStatus.DRAFT),
                requirement_run=requirement_for(monday, monday + WEEK, timezone),
            )
        )
    return rows


def listed_versions(principal: object) -> QuerySet[ScheduleVersion]:
    """Versions that a person may see, with what the list shows."""
    return (
        ScheduleVersion.objects.all()
        .visible_to(principal)
        .select_related("job", "created_by", "published_by", "requirement_run")
        .annotate(shift_count=Count("shifts"))
    )


def staleness(version: ScheduleVersion) -> list[str]:
    """Why the version may be out of date, in sentences."""
    reasons = []
    newest = requirement_for(version.starts_on, version.ends_on, version.timezone)
    if newest is not None and version.requirement_run_id not in {None, newest.pk}:
        reasons.append(
            _("Requirement #%(pk)s was published after the one this was solved for.")
            % {"pk": newest.pk}
        )
    changed = _changed_since(version)
    if changed:
        reasons.append(
            _(
                "Published shifts changed since this draft was made (swaps, claims, time off): "
                "%(count)d. Publishing it would undo that."
            )
            % {"count": changed}
        )
    off = (
        TimeOff.objects.filter(
            status=TimeOffStatus.APPROVED,
            agent__shifts__version=version,
            agent__shifts__starts_at__lt=F("ends_at"),
            agent__shifts__ends_at__gt=F("starts_at"),
        )
        .distinct()
        .count()
    )
    if off:
        reasons.append(
            _("%(count)d times off were granted to people who have shifts then.") % {"count": off}
        )
    return reasons


def _changed_since(version: ScheduleVersion) -> int:
    """Changes of shifts in force on a draft's days that the draft knows nothing of."""
    if version.status != ScheduleStatus.DRAFT:
        return 0
    days = ShiftChangeDay.objects.filter(
        operational_date__gte=version.starts_on,
        operational_date__lt=version.ends_on,
        change__changed_at__gt=version.created_at,
    )
    return days.values("change").distinct().count()


def has_shifts(version: ScheduleVersion) -> bool:
    """The version holds at least one shift."""
    return Shift.objects.filter(version=version).exists()
