"""Which shifts a contract allows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.models import ActivityCode, EmploymentContract
from wfm.org.models.base import audited


@audited()
class ShiftTemplate(models.Model):
    """Shifts of flexible start and length. Minutes count on the wall clock of the agent's site.

    A start may lie at up to 1,439 and the shift may pass midnight.
    """

    employment_contract = models.ForeignKey(
        EmploymentContract, on_delete=models.CASCADE, related_name="shift_templates"
    )
    name = models.CharField(_("name"), max_length=80)
    earliest_start_minute = models.PositiveSmallIntegerField(_("earliest start"))
    latest_start_minute = models.PositiveSmallIntegerField(_("latest start"))
    start_step_minutes = models.PositiveSmallIntegerField(_("start every, minutes"), default=30)
    length_min_minutes = models.PositiveSmallIntegerField(_("shortest, minutes"))
    length_max_minutes = models.PositiveSmallIntegerField(_("longest, minutes"))
    length_step_minutes = models.PositiveSmallIntegerField(_("length step, minutes"), default=30)
    weekdays = models.CharField(_("weekdays (0 = Monday)"), max_length=7, default="0123456")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("shift template")
        verbose_name_plural = _("shift templates")
        constraints = [
            models.UniqueConstraint(
                fields=["employment_contract", "name"], name="scheduling_shifttemplate_once"
            ),
            models.CheckConstraint(
                condition=Q(earliest_start_minute__lte=F("latest_start_minute"))
                & Q(latest_start_minute__lt=1440),
                name="scheduling_shifttemplate_starts_ordered",
            ),
            models.CheckConstraint(
                condition=Q(length_min_minutes__lte=F("length_max_minutes"))
                & Q(length_min_minutes__gt=0)
                & Q(length_max_minutes__lte=960),
                name="scheduling_shifttemplate_lengths_ordered",
            ),
            models.CheckConstraint(
                condition=Q(start_step_minutes__gt=0) & Q(length_step_minutes__gt=0),
                name="scheduling_shifttemplate_steps_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employment_contract}: {self.name}"


@audited()
class BreakRule(models.Model):
    """A break or lunch that shifts of some length have, in a window after the shift's start."""

    template = models.ForeignKey(ShiftTemplate, on_delete=models.CASCADE, related_name="breaks")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    earliest_minute = models.PositiveSmallIntegerField(_("earliest, minutes after the start"))
    latest_minute = models.PositiveSmallIntegerField(_("latest, minutes after the start"))
    from_length_minutes = models.PositiveSmallIntegerField(_("for shifts from, minutes"), default=0)
    is_paid = models.BooleanField(_("paid"), default=True)

    class Meta:
        verbose_name = _("break rule")
        verbose_name_plural = _("break rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(earliest_minute__lte=F("latest_minute")) & Q(minutes__gt=0),
                name="scheduling_breakrule_window_ordered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_code} {self.minutes} min"
