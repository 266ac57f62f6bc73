"""Due rules in words, with what they mean for a Friday afternoon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wfm.org.models import ServiceGoal
from wfm.timeline import BusinessCalendar, DueRule, DueUnit, due_instant

FRIDAY = 4


def rule_of(goal: ServiceGoal | Mapping[str, Any]) -> DueRule | None:
    """Return the due rule of a goal, or of a goal as a result keeps it."""
    if isinstance(goal, ServiceGoal):
        return goal.due_rule
    if goal.get("due_amount") is not None:
        unit = DueUnit(goal["due_unit"])
        return DueRule(unit, goal["due_amount"], goal.get("due_cutoff_minute"))
    # Results from before there were units hold business minutes, and are never rewritten.
    minutes = goal.get("within_business_minutes")
    return DueRule(DueUnit.BUSINESS_MINUTES, minutes) if minutes else None


def due_words(rule: DueRule) -> str:
    """Return `8 business hours; from 16:00 on counts as the next day`."""
    words = _amount_words(rule)
    if rule.cutoff_minute is None:
        return words
    hour, minute = divmod(rule.cutoff_minute, 60)
    return _("%(within)s; from %(clock)s on counts as the next day") % {
        "within": words,
        "clock": f"{hour:02d}:{minute:02d}",
    }


def _amount_words(rule: DueRule) -> str:
    if rule.unit == DueUnit.BUSINESS_DAYS:
        if rule.amount == 0:
            return _("closing of the same business day")
        words = ngettext("%(n)s business day", "%(n)s business days", rule.amount)
    elif rule.unit == DueUnit.CALENDAR_DAYS:
        if rule.amount == 0:
            return _("midnight of the same day")
        words = ngettext("%(n)s calendar day", "%(n)s calendar days", rule.amount)
    else:
        return _minute_words(rule)
    return words % {"n": rule.amount}


def _minute_words(rule: DueRule) -> str:
    hours, rest = divmod(rule.amount, 60)
    is_business = rule.unit == DueUnit.BUSINESS_MINUTES
    if rest:
        words = (
            ngettext("%(n)s business minute", "%(n)s business minutes", rule.amount)
            if is_business
            else ngettext(
                "%(n)s minute round the clock", "%(n)s minutes round the clock", rule.amount
            )
        )
        return words % {"n": rule.amount}
    words = (
        ngettext("%(n)s business hour", "%(n)s business hours", hours)
        if is_business
        else ngettext("%(n)s hour round the clock", "%(n)s hours round the clock", hours)
    )
    return words % {"n": hours}


@dataclass(frozen=True)
class DueExample:
    """An arrival and when it is due, both on the queue's clock."""

    arrived_at: datetime
    due_at: datetime

    @property
    def due_day(self) -> date:
        """The day whose end or part the due time is: midnight belongs to the day it closes."""
        return (self.due_at - timedelta(minutes=1)).date()

    @property
    def due_clock(self) -> str:
        """The due time on the clock of that day, 24:00 for its end."""
        return "24:00" if self.due_at.time() == time() else f"{self.due_at:%H:%M}"


def due_examples(calendar: BusinessCalendar, rule: DueRule, *, today: date) -> list[DueExample]:
    """Return what the rule makes of a Friday, the Saturday after it and the Monday.

    Raises ValueError where the calendar holds too little open time.
    """
    zone = ZoneInfo(calendar.tz)
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    moments = [
        (friday, time(10)),
        (friday, time(16)),
        (friday + timedelta(days=1), time(12)),
        (friday + timedelta(days=3), time(8, 30)),
    ]
    arrivals = [datetime.combine(day, clock, tzinfo=zone) for day, clock in moments]
    return [DueExample(at, due_instant(calendar, rule, at).astimezone(zone)) for at in arrivals]
