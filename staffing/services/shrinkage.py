"""Shrinkage by code and interval: effective-dated profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from staffing.models import ShrinkageProfile, ShrinkageRate
from wfm.org.models import ActivityCode, Queue
from wfm.org.services.checks import refused_as


class UnableToChangeShrinkage(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The shrinkage cannot be changed like that; the sentence says why."""


@dataclass(frozen=True)
class RateChange:
    """One line of a profile."""

    activity_code: ActivityCode
    rate: float
    weekday: int | None = None
    starts_minute: int = 0
    ends_minute: int = 1440
    is_scheduled: bool = False


@transaction.atomic
def change_shrinkage(
    *, queue: Queue, name: str, rates: Sequence[RateChange], starts_on: date
) -> ShrinkageProfile:
    """Begin a new profile on a date; the one in force then ends the day before."""
    profiles = ShrinkageProfile.objects.select_for_update().filter(queue=queue)
    if later := profiles.filter(starts_on__gte=starts_on).order_by("starts_on").first():
        raise UnableToChangeShrinkage(
            _("“%(name)s” begins on %(date)s already; choose a later date.")
            % {"name": later.name, "date": later.starts_on}
        )
    _refuse_all_of_the_time(rates)
    profiles.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)).update(ends_on=starts_on)
    profile = ShrinkageProfile.objects.create(queue=queue, name=name, starts_on=starts_on)
    lines = [ShrinkageRate(profile=profile, **vars(rate)) for rate in rates]
    for line in lines:
        with refused_as(UnableToChangeShrinkage):
            line.full_clean()
    ShrinkageRate.objects.bulk_create(lines)
    return profile


def _refuse_all_of_the_time(rates: Sequence[RateChange]) -> None:
    """Shares of the same paid time that overlap must leave some of it."""
    for weekday in range(7):
        today = [rate for rate in rates if rate.weekday in {None, weekday}]
        for moment in {rate.starts_minute for rate in today}:
            holding = [r.rate for r in today if r.starts_minute <= moment < r.ends_minute]
            if sum(holding) >= 1.0:
                raise UnableToChangeShrinkage(
                    _(
                        "The shares add up to %(share)s %% at %(hour)02d:%(minute)02d; nobody is left."
                    )
                    % {
                        "share": round(sum(holding) * 100),
                        "hour": moment // 60,
                        "minute": moment % 60,
                    }
                )
