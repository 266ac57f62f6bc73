"""Hand measured shrinkage down to staffing: a new profile from a date, decided by a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from adherence.core.measured_shrinkage import (
    LEAST_DAYS,
    LEAST_HOURS,
    PLACED,
    Cause,
    MeasuredShrinkage,
)
from staffing.models import ShrinkageProfile
from staffing.services import RateChange, UnableToChangeShrinkage, change_shrinkage
from wfm.org.models import ActivityCode, Queue

LEAST_RATE = 0.0005
"""Shares that would be written as 0.0 % are left out."""
DIGITS = 4


class UnableToTakeOver(ValueError):  # noqa: N818 - domain errors are named for what failed
    """What was measured cannot be planned with; the sentence says why."""


@dataclass(frozen=True)
class CauseChoice:
    """What becomes of one cause: under which code it is planned, and whether the schedule places it."""

    activity_code: ActivityCode
    is_scheduled: bool


def default_is_scheduled(cause: Cause) -> bool:
    """Whether the schedule places a cause itself, as it was measured."""
    return cause[0] in PLACED


def rate_changes(
    measured: MeasuredShrinkage, choices: Mapping[Cause, CauseChoice]
) -> list[RateChange]:
    """Return the lines of a profile; causes of one code add up, causes without choice stay out."""
    rates: dict[tuple[ActivityCode, int | None, int, int, bool], float] = {}
    for line in measured.lines:
        choice = choices.get(line.cause)
        if choice is None:
            continue
        key = (
            choice.activity_code,
            line.weekday,
            line.starts_minute,
            line.ends_minute,
            choice.is_scheduled,
        )
        rates[key] = rates.get(key, 0.0) + line.estimate.rate
    return [
        RateChange(
            activity_code=code,
            rate=round(rate, DIGITS),
            weekday=weekday,
            starts_minute=starts_minute,
            ends_minute=ends_minute,
            is_scheduled=is_scheduled,
        )
        for (code, weekday, starts_minute, ends_minute, is_scheduled), rate in rates.items()
        if rate >= LEAST_RATE
    ]


def take_over_shrinkage(
    *,
    queue: Queue,
    measured: MeasuredShrinkage,
    choices: Mapping[Cause, CauseChoice],
    name: str,
    starts_on: date,
    today: date,
) -> ShrinkageProfile:
    """Begin a profile of measured shares; requirements computed from then on use it.

    The past keeps what it was planned with: the profile begins after today.
    """
    if not measured.is_enough:
        raise UnableToTakeOver(
            _(
                "Only %(days)d days with %(hours).0f paid hours were seen; %(least)d and %(most).0f are needed."
            )
            % {
                "days": measured.total.days,
                "hours": measured.total.paid_seconds / 3600,
                "least": LEAST_DAYS,
                "most": LEAST_HOURS,
            }
        )
    if starts_on <= today:
        raise UnableToTakeOver(
            _("A profile taken over begins after today; %(date)s is not.") % {"date": starts_on}
        )
    rates = rate_changes(measured, choices)
    if not rates:
        raise UnableToTakeOver(_("Nothing is left to take over: choose at least one line."))
    try:
        return change_shrinkage(queue=queue, name=name, rates=rates, starts_on=starts_on)
    except UnableToChangeShrinkage as error:
        raise UnableToTakeOver(str(error)) from error
