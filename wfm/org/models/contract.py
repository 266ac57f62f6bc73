"""Employment contracts: what binds an agent, and what the agent costs."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models.base import audited


class TimeOffCredit(models.TextChoices):
    """What granted time off counts for towards the contract's days and hours."""

    GRANTED = "GRANTED", _("the paid minutes of each grant")
    DAY = "DAY", _("a fixed number of minutes for each day off")
    NONE = "NONE", _("nothing")


class EmploymentContractQuerySet(models.QuerySet["EmploymentContract"]):
    """Employment contracts."""

    def visible_to(self, principal: object) -> "EmploymentContractQuerySet":
        """Return the contracts for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class EmploymentContract(models.Model):
    """What binds an agent: hours, days, rest, weekends, pay. Pay is by the paid hour."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    weekly_minutes_min = models.PositiveIntegerField(_("paid minutes a week, least"))
    weekly_minutes_max = models.PositiveIntegerField(_("paid minutes a week, most"))
    days_per_week_min = models.PositiveSmallIntegerField(_("days a week, least"), default=0)
    days_per_week_max = models.PositiveSmallIntegerField(_("days a week, most"), default=5)
    max_consecutive_days = models.PositiveSmallIntegerField(_("consecutive days, most"), default=6)
    consecutive_days_off = models.PositiveSmallIntegerField(
        _("days off together, least"),
        default=1,
        help_text=_("So many days off stand together at least once in each week with a day off."),
    )
    max_weekends_in_4_weeks = models.PositiveSmallIntegerField(
        _("weekends with work in any four weeks, most"),
        null=True,
        blank=True,
        help_text=_("Empty: no limit. Weekends worked before the schedule count."),
    )
    max_split_shifts_per_week = models.PositiveSmallIntegerField(
        _("split shifts a week, most"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    start_band_minutes = models.PositiveSmallIntegerField(
        _("starts vary within a week by at most, minutes"),
        null=True,
        blank=True,
        help_text=_("Empty: what the planner sets for the solve."),
    )
    period_weeks = models.PositiveSmallIntegerField(
        _("weeks of a period of account"),
        null=True,
        blank=True,
        help_text=_("Empty: hours are counted by the week alone."),
    )
    period_starts_on = models.DateField(
        _("a period begins on"), null=True, blank=True, help_text=_("Any Monday that begins one.")
    )
    period_minutes_min = models.PositiveIntegerField(_("paid minutes a period, least"), default=0)
    period_minutes_max = models.PositiveIntegerField(
        _("paid minutes a period, most"), null=True, blank=True
    )
    overtime_after_minutes = models.PositiveIntegerField(
        _("overtime after paid minutes a week"),
        null=True,
        blank=True,
        help_text=_("Each paid minute above earns the premium. Empty: no overtime."),
    )
    time_off_credit = models.CharField(
        _("granted time off counts as"),
        max_length=8,
        choices=TimeOffCredit,
        default=TimeOffCredit.GRANTED,
    )
    time_off_day_minutes = models.PositiveSmallIntegerField(
        _("minutes that a day off counts for"), default=0
    )
    min_rest_minutes = models.PositiveIntegerField(_("rest between shifts in minutes"), default=660)
    hourly_cost = models.DecimalField(_("cost per paid hour"), max_digits=9, decimal_places=2)
    overtime_premium_rate = models.FloatField(_("overtime premium"), default=0.5)
    full_time_minutes = models.PositiveIntegerField(
        _("minutes of one full-timer's week"), default=2400
    )

    objects = EmploymentContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment contract")
        verbose_name_plural = _("employment contracts")
        constraints = [
            models.CheckConstraint(
                condition=Q(weekly_minutes_min__lte=F("weekly_minutes_max")),
                name="org_employmentcontract_minutes_ordered",
                violation_error_message=_("The least weekly minutes exceed the most."),
            ),
            models.CheckConstraint(
                condition=Q(days_per_week_min__lte=F("days_per_week_max"))
                & Q(days_per_week_max__lte=7),
                name="org_employmentcontract_days_ordered",
                violation_error_message=_(
                    "Days a week must be 0 to 7, the least not above the most."
                ),
            ),
            models.CheckConstraint(
                condition=Q(consecutive_days_off__gte=1, consecutive_days_off__lte=7),
                name="org_employmentcontract_days_off_in_a_week",
                violation_error_message=_("Days off together must be 1 to 7."),
            ),
            models.CheckConstraint(
                condition=Q(max_weekends_in_4_weeks=None) | Q(max_weekends_in_4_weeks__lte=4),
                name="org_employmentcontract_weekends_of_four",
                violation_error_message=_("Of four weekends, 0 to 4 may have work."),
            ),
            models.CheckConstraint(
                condition=Q(start_band_minutes=None) | Q(start_band_minutes__lte=1440),
                name="org_employmentcontract_band_in_a_day",
                violation_error_message=_("Starts vary by 0 to 1,440 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(period_weeks=None)
                | (
                    Q(period_weeks__gte=1, period_weeks__lte=52)
                    & Q(period_starts_on__isnull=False, period_starts_on__iso_week_day=1)
                    & Q(period_minutes_max__isnull=False)
                    & Q(period_minutes_min__lte=F("period_minutes_max"))
                ),
                name="org_employmentcontract_period_complete",
                violation_error_message=_(
                    "A period of account needs 1 to 52 weeks, a Monday on which one begins, and "
                    "paid minutes of which the least do not exceed the most."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
