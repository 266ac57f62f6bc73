"""Schedule versions: created for some weeks, copied as a new draft, deleted while they are drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.core.data import MINUTES_PER_DAY
from scheduling.models import (
    ActivityPlacement,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
)
from scheduling.services.errors import UnableToEdit, UnableToSolve
from staffing.models import RequirementRun
from wfm.org.models import User

MOST_WEEKS = 8
SECONDS_RANGE = (5, 3600)


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """What a planner may set for a solve; `based_on` gives the shifts that are locked."""

    time_limit_seconds: float = 60
    seed: int = 1
    under_cost_ratio: float = 10.0
    start_band_minutes: int = 120
    wish_worth: float = 5.0
    least_people: int = 0
    minimum_cost_ratio: float = 50.0
    joint_deferred: bool = False
    based_on: ScheduleVersion | None = None

    def __post_init__(self) -> None:
        """Refuse what would give no sensible schedule."""
        low, high = SECONDS_RANGE
        if not low <= self.time_limit_seconds <= high:
            raise UnableToSolve(
                _("Expected a time limit of %(low)d to %(high)d seconds, got %(seconds)s.")
                % {"low": low, "high": high, "seconds": self.time_limit_seconds}
            )
        if not self.under_cost_ratio > 0:
            raise UnableToSolve(
                _("A missing person must cost something; got %(ratio)s times an idle one.")
                % {"ratio": self.under_cost_ratio}
            )
        if not 0 <= self.start_band_minutes <= MINUTES_PER_DAY:
            raise UnableToSolve(
                _("Expected starts to vary by 0 to 1,440 minutes, got %(minutes)s.")
                % {"minutes": self.start_band_minutes}
            )
        for value in (self.wish_worth, self.least_people, self.minimum_cost_ratio):
            if value < 0:
                raise UnableToSolve(
                    _("Worths, minimums and their costs are 0 or more; got %(value)s.")
                    % {"value": value}
                )

    def parameters(self) -> dict[str, Any]:
        """What the version records."""
        return {
            "time_limit_seconds": self.time_limit_seconds,
            "under_cost_ratio": self.under_cost_ratio,
            "start_band_minutes": self.start_band_minutes,
            "wish_worth": self.wish_worth,
            "least_people": self.least_people,
            "minimum_cost_ratio": self.minimum_cost_ratio,
            "joint_deferred": self.joint_deferred,
        }


@transaction.atomic
def create_version(
    *,
    requirement_run: RequirementRun | None,
    starts_on: date,
    ends_on: date,
    timezone: str,
    options: SolveOptions,
    created_by: User | None = None,
) -> ScheduleVersion:
    """A draft of local dates [starts_on, ends_on), still without shifts."""
    if requirement_run is None or not requirement_run.is_published:
        raise UnableToSolve(
            _("There is no published requirement to schedule against. Publish one first.")
        )
    weeks, rest = divmod((ends_on - starts_on).days, 7)
    if rest or not 1 <= weeks <= MOST_WEEKS:
        raise UnableToSolve(
            _("Expected 1 to %(most)d whole weeks, got %(days)d days from %(first)s to %(last)s.")
            % {
                "most": MOST_WEEKS,
                "days": (ends_on - starts_on).days,
                "first": starts_on,
                "last": ends_on,
            }
        )
    return ScheduleVersion.objects.create(
        requirement_run=requirement_run,
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=timezone,
        parameters=options.parameters(),
        seed=options.seed,
        created_by=created_by,
        based_on=options.based_on,
    )


@transaction.atomic
def copy_version(*, version: ScheduleVersion, created_by: User | None) -> ScheduleVersion:
    """A new draft with the same shifts, to be changed while the old one stays in force."""
    copy = ScheduleVersion.objects.create(
        requirement_run=version.requirement_run,
        based_on=version,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        timezone=version.timezone,
        parameters=version.parameters,
        seed=version.seed,
        solver_status=version.solver_status,
        objective=version.objective,
        lower_bound=version.lower_bound,
        understaffed_hours=version.understaffed_hours,
        overstaffed_hours=version.overstaffed_hours,
        findings=version.findings,
        summary=version.summary,
        created_by=created_by,
        code_version=version.code_version,
    )
    old = list(Shift.objects.filter(version=version).order_by("pk"))
    new = Shift.objects.bulk_create(
        [
            Shift(
                version=copy,
                agent_id=shift.agent_id,
                operational_date=shift.operational_date,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                site_id=shift.site_id,
                place=shift.place,
                paid_minutes=shift.paid_minutes,
                is_locked=shift.is_locked,
            )
            for shift in old
        ],
        batch_size=2000,
    )
    ids = {before.pk: after.pk for before, after in zip(old, new, strict=True)}
    ActivityPlacement.objects.bulk_create(
        ActivityPlacement(
            version=copy,
            request_id=row.request_id,
            agent_id=row.agent_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            cost=row.cost,
            reason=row.reason,
        )
        for row in version.placements.order_by("pk")
    )
    activities = ShiftActivity.objects.filter(shift__in=ids).order_by("pk")
    ShiftActivity.objects.bulk_create(
        [
            ShiftActivity(
                shift_id=ids[row.shift_id],
                activity_code_id=row.activity_code_id,
                queue_id=row.queue_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in activities
        ],
        batch_size=5000,
    )
    return copy


@transaction.atomic
def delete_version(*, version: ScheduleVersion) -> None:
    """Delete a draft; what was published stays for ever."""
    found = ScheduleVersion.objects.select_for_update().get(pk=version.pk)
    if found.status != ScheduleStatus.DRAFT:
        raise UnableToEdit(_("Only a draft can be deleted; this version was published."))
    if found.job is not None and found.job.is_open:
        raise UnableToEdit(_("The solver still works on this draft. Cancel its job first."))
    found.delete()
