"""Who wants the daily briefing by e-mail, and which were sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.models.base import TimeZoneField


class BriefingSubscription(models.Model):
    """A person wants the briefing each morning at a minute of the local day."""

    user = models.OneToOneField(
        "org.User", on_delete=models.CASCADE, related_name="briefing_subscription"
    )
    at_minute = models.PositiveSmallIntegerField(_("minute of the local day"), default=450)
    timezone = TimeZoneField(_("time zone"))
    weekdays = models.CharField(_("weekdays (0 = Monday)"), max_length=7, default="01234")
    is_active = models.BooleanField(_("active"), default=True)
    starts_on = models.DateField(_("from"))
    """The first morning; so that nobody gets this morning's again by subscribing at noon."""

    class Meta:
        verbose_name = _("subscription of the briefing")
        verbose_name_plural = _("subscriptions of the briefing")
        constraints = [
            models.CheckConstraint(
                condition=Q(at_minute__lt=1440),
                name="adherence_briefingsubscription_in_day",
                violation_error_message=_("Choose a time of the day."),
            ),
            models.CheckConstraint(
                condition=Q(weekdays__regex=r"^[0-6]{1,7}$"),
                name="adherence_briefingsubscription_weekdays",
                violation_error_message=_("Write the weekdays as digits, 0 for Monday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at_minute // 60:02d}:{self.at_minute % 60:02d}"


class BriefingSent(models.Model):
    """A briefing that was sent, once per person and local day."""

    user = models.ForeignKey("org.User", on_delete=models.CASCADE, related_name="+")
    local_date = models.DateField(_("day"))
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("sent briefing")
        verbose_name_plural = _("sent briefings")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "local_date"], name="adherence_briefingsent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.local_date}"
