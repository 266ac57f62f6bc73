"""Paid time that is not available, by code and interval."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import ActivityCode, Queue
from wfm.org.models.base import audited


@audited()
class ShrinkageProfile(models.Model):
    """The shrinkage of a queue in force [starts_on, ends_on)."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="shrinkage_profiles")
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("shrinkage profile")
        verbose_name_plural = _("shrinkage profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_on"], name="staffing_shrinkageprofile_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="staffing_shrinkageprofile_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.name}"


@audited()
class ShrinkageRate(models.Model):
    """One code's share of paid time, on all or one weekday, all day or between two minutes.

    `is_scheduled` marks what the schedule places itself (breaks, lunch, planned meetings): it is
    counted in paid hours but not added again to what the solver must cover.
    """

    profile = models.ForeignKey(ShrinkageProfile, on_delete=models.CASCADE, related_name="rates")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday (empty: all)"), null=True, blank=True)
    starts_minute = models.PositiveSmallIntegerField(_("from minute"), default=0)
    ends_minute = models.PositiveSmallIntegerField(_("until minute"), default=1440)
    rate = models.FloatField(_("share of paid time"))
    is_scheduled = models.BooleanField(_("placed by the schedule"), default=False)

    class Meta:
        verbose_name = _("shrinkage rate")
        verbose_name_plural = _("shrinkage rates")
        constraints = [
            models.CheckConstraint(
                condition=Q(rate__gte=0) & Q(rate__lt=1),
                name="staffing_shrinkagerate_is_share",
                violation_error_message=_("Shrinkage is a share: 0 or more, below 1."),
            ),
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute")) & Q(ends_minute__lte=1440),
                name="staffing_shrinkagerate_in_the_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_code} {self.rate:.1%}"
