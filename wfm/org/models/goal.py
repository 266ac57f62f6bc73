"""What queues are staffed for: service levels within seconds, or by a due time."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import client_filter
from wfm.org.models.base import DateRange, audited
from wfm.org.models.work import Queue
from wfm.timeline import DueRule, DueUnit

DUE_UNITS = [
    (DueUnit.BUSINESS_MINUTES.value, _("minutes of business time")),
    (DueUnit.BUSINESS_DAYS.value, _("business days")),
    (DueUnit.CALENDAR_MINUTES.value, _("minutes round the clock")),
    (DueUnit.CALENDAR_DAYS.value, _("calendar days")),
]
DUE_DAY_UNITS = [unit.value for unit in DueUnit if unit.is_days]
MOST_DUE_MINUTES = 365 * 24 * 60
MOST_DUE_DAYS = 366


class ServiceGoalQuerySet(models.QuerySet["ServiceGoal"]):
    """Service goals."""

    def visible_to(self, principal: object) -> "ServiceGoalQuerySet":
        """Return those of queues in scope."""
        return self.filter(client_filter(principal, "queue__client"))

    def effective_on(self, day: object) -> "ServiceGoalQuerySet":
        """Return those in force on a date."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


@audited()
class ServiceGoal(models.Model):
    """What a queue is staffed for, in force [starts_on, ends_on); a change is a new version."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="service_goals")
    version = models.PositiveIntegerField(_("version"), default=1)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    metric_key = models.CharField(
        _("metric"), max_length=80, default="service_level.answered_over_offered"
    )
    level = models.FloatField(_("target share"))
    threshold_seconds = models.PositiveIntegerField(
        _("threshold in seconds"), null=True, blank=True
    )
    due_unit = models.CharField(
        _("deferred: due time counted in"), max_length=20, choices=DUE_UNITS, blank=True
    )
    due_amount = models.PositiveIntegerField(
        _("deferred: due within so many"), null=True, blank=True
    )
    due_cutoff_minute = models.PositiveSmallIntegerField(
        _("deferred: cut-off, minute of the day"), null=True, blank=True
    )
    """From this local minute on arrivals count as of the next day; empty: no cut-off."""
    max_asa_seconds = models.FloatField(_("ASA at most, seconds"), null=True, blank=True)
    max_abandonment_rate = models.FloatField(_("abandonment at most"), null=True, blank=True)
    max_occupancy_rate = models.FloatField(_("occupancy at most"), null=True, blank=True)

    objects = ServiceGoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("service goal")
        verbose_name_plural = _("service goals")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "version"], name="org_servicegoal_version_once"
            ),
            models.CheckConstraint(
                condition=Q(level__gt=0) & Q(level__lte=1),
                name="org_servicegoal_level_is_share",
                violation_error_message=_("The target is a share: above 0, at most 1."),
            ),
            models.CheckConstraint(
                condition=Q(threshold_seconds__isnull=False) | Q(due_amount__isnull=False),
                name="org_servicegoal_has_threshold",
                violation_error_message=_("Give a threshold in seconds (live) or a due time."),
            ),
            models.CheckConstraint(
                condition=Q(due_unit="", due_amount=None, due_cutoff_minute=None)
                | Q(due_unit__in=[unit.value for unit in DueUnit], due_amount__isnull=False),
                name="org_servicegoal_due_rule_is_whole",
                violation_error_message=_("A due time needs a number and what it counts."),
            ),
            models.CheckConstraint(
                condition=Q(due_amount=None)
                | Q(due_amount__gte=1, due_amount__lte=MOST_DUE_MINUTES)
                | Q(due_amount=0, due_unit__in=DUE_DAY_UNITS),
                name="org_servicegoal_due_amount_in_range",
                violation_error_message=_(
                    "Due within 1 to 525,600 minutes, or 0 days or more for the day of arrival."
                ),
            ),
            models.CheckConstraint(
                condition=Q(due_amount__lte=MOST_DUE_DAYS) | ~Q(due_unit__in=DUE_DAY_UNITS),
                name="org_servicegoal_due_days_in_range",
                violation_error_message=_("Due within 366 days at most."),
            ),
            models.CheckConstraint(
                condition=Q(due_cutoff_minute=None)
                | Q(due_cutoff_minute__gte=1, due_cutoff_minute__lte=1439),
                name="org_servicegoal_cutoff_in_day",
                violation_error_message=_(
                    "A cut-off is a time after midnight; leave it empty for none."
                ),
            ),
            ExclusionConstraint(
                name="org_servicegoal_one_at_a_time",
                expressions=[
                    ("queue", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another goal of this queue covers these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} v{self.version}: {self.level:.0%}"

    @property
    def due_rule(self) -> DueRule | None:
        """By when deferred work is due; None for live queues."""
        if self.due_amount is None:
            return None
        return DueRule(DueUnit(self.due_unit), self.due_amount, self.due_cutoff_minute)
