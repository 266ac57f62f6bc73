"""What time off may be asked for: kinds, balances, limits, and how requests are reviewed."""

from __future__ import annotations

from typing import Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet, TimeOff
from wfm.org.access import access_of
from wfm.org.models import ActivityCode, Agent, Site, Skill, Team
from wfm.org.models.base import DateRange, audited

MINUTES_PER_DAY = 1440


_Row = TypeVar("_Row", bound=models.Model)


class ForOurPeopleQuerySet(models.QuerySet[_Row]):
    """Settings that all our own people may read."""

    def visible_to(self, principal: object) -> Self:
        """Return them for our own people."""
        return self if access_of(principal).is_internal else self.none()


class BalanceUnit(models.TextChoices):
    """In what a balance is counted."""

    MINUTES = "MINUTES", _("minutes")
    DAYS = "DAYS", _("days")


class Review(models.TextChoices):
    """Who answers a request that the rules allow."""

    AUTOMATIC = "AUTOMATIC", _("granted at once where the rules allow it")
    LEAD = "LEAD", _("decided by the team lead")


class WaitlistRule(models.TextChoices):
    """Who is next when a place becomes free."""

    FIFO = "FIFO", _("who asked first")
    SENIORITY = "SENIORITY", _("who has been here longest")


@audited()
class TimeOffKind(models.Model):
    """A kind of time off that agents may ask for themselves."""

    activity_code = models.OneToOneField(
        ActivityCode, on_delete=models.PROTECT, related_name="time_off_kind"
    )
    unit = models.CharField(
        _("balance counted in"), max_length=8, choices=BalanceUnit, default=BalanceUnit.DAYS
    )
    needs_balance = models.BooleanField(
        _("taken from a balance"),
        default=True,
        help_text=_("Off for what has no yearly number, for example unpaid leave."),
    )
    review = models.CharField(
        _("requests are"), max_length=10, choices=Review, default=Review.AUTOMATIC
    )
    notice_days = models.PositiveSmallIntegerField(
        _("granted at once from so many days ahead"),
        default=1,
        help_text=_("A later request goes to the team lead."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ForOurPeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of time off")
        verbose_name_plural = _("kinds of time off")

    def __str__(self) -> str:
        return str(self.activity_code)


@audited()
class TimeOffEntitlement(models.Model):
    """What an agent may take of a kind in a period [starts_on, ends_on), in the kind's unit."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="entitlements")
    kind = models.ForeignKey(TimeOffKind, on_delete=models.PROTECT, related_name="entitlements")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    granted = models.DecimalField(_("granted for the period"), max_digits=9, decimal_places=2)
    carried = models.DecimalField(_("carried over"), max_digits=9, decimal_places=2, default=0)
    carried_until = models.DateField(
        _("carried over lapses on"),
        null=True,
        blank=True,
        help_text=_("Empty: it does not lapse within the period."),
    )

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("balance of time off")
        verbose_name_plural = _("balances of time off")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="scheduling_timeoffentitlement_ends_after_start",
                violation_error_message=_("The period must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(granted__gte=0, carried__gte=0),
                name="scheduling_timeoffentitlement_positive",
                violation_error_message=_("Write 0 or more."),
            ),
            ExclusionConstraint(
                name="scheduling_timeoffentitlement_one_at_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The agent already has a balance of this kind in these dates."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.kind} {self.starts_on}"


class TimeOffCharge(models.Model):
    """What a request takes from the balance on one local date of the agent's site."""

    time_off = models.ForeignKey(TimeOff, on_delete=models.CASCADE, related_name="charges")
    date = models.DateField(_("date"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    days = models.DecimalField(_("days"), max_digits=5, decimal_places=3)

    class Meta:
        verbose_name = _("charge of time off")
        verbose_name_plural = _("charges of time off")
        constraints = [
            models.UniqueConstraint(
                fields=["time_off", "date"], name="scheduling_timeoffcharge_once"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=0) & Q(days__lte=1) & Q(minutes__lte=1500),
                name="scheduling_timeoffcharge_of_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.minutes}"


@audited()
class TimeOffLimit(models.Model):
    """Most people of a team, site or skill who may be off on a day or in an interval of it."""

    name = models.CharField(_("name"), max_length=80)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, null=True, blank=True)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    weekdays = models.CharField(_("weekdays (0 = Monday)"), max_length=7, default="0123456")
    starts_minute = models.PositiveSmallIntegerField(_("from minute"), default=0)
    ends_minute = models.PositiveSmallIntegerField(_("until minute"), default=MINUTES_PER_DAY)
    most_people = models.PositiveSmallIntegerField(_("people off at once, most"))
    waitlist_rule = models.CharField(
        _("next on the waitlist is"),
        max_length=10,
        choices=WaitlistRule,
        default=WaitlistRule.FIFO,
    )

    objects = ForOurPeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit of time off")
        verbose_name_plural = _("limits of time off")
        constraints = [
            models.CheckConstraint(
                condition=(Q(team=None) & Q(site=None))
                | (Q(team=None) & Q(skill=None))
                | (Q(site=None) & Q(skill=None)),
                name="scheduling_timeofflimit_one_group",
                violation_error_message=_(
                    "A limit is for a team, a site or a skill: one of them, or none for everybody."
                ),
            ),
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute"))
                & Q(ends_minute__lte=MINUTES_PER_DAY),
                name="scheduling_timeofflimit_interval_ordered",
                violation_error_message=_("The interval must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_timeofflimit_ends_after_start",
                violation_error_message=_("A limit must end after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class RequestPolicy(models.Model):
    """How requests of a team are reviewed; the row without a team is everybody else's."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, blank=True)
    swap_review = models.CharField(
        _("swaps are"), max_length=10, choices=Review, default=Review.AUTOMATIC
    )
    swap_notice_minutes = models.PositiveIntegerField(
        _("swaps, claims and bids end so many minutes before the shift"), default=60
    )
    least_hours_bind = models.BooleanField(
        _("nobody may fall below the contract's least days and hours"), default=True
    )
    availability_review = models.CharField(
        _("changes of availability are"), max_length=10, choices=Review, default=Review.LEAD
    )
    availability_notice_days = models.PositiveSmallIntegerField(
        _("availability changes from so many days ahead"), default=14
    )
    wish_review = models.CharField(
        _("wishes are"), max_length=10, choices=Review, default=Review.AUTOMATIC
    )

    objects = ForOurPeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of requests")
        verbose_name_plural = _("reviews of requests")
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                nulls_distinct=False,
                name="scheduling_requestpolicy_once",
                violation_error_message=_("There is such a row already; change that one."),
            )
        ]

    def __str__(self) -> str:
        return str(self.team) if self.team_id else str(_("Everybody else"))
