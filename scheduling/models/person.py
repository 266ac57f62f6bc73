"""When people can work: availability and time off."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import agent_filter
from wfm.org.models import ActivityCode, Agent
from wfm.org.models.base import audited

_Row = TypeVar("_Row", bound=models.Model)


class ByAgentQuerySet(models.QuerySet[_Row]):
    """Rows about one agent."""

    def visible_to(self, principal: object) -> Self:
        """Return the rows of agents in scope, and one's own."""
        return self.filter(agent_filter(principal, "schedule.view", "agent"))


@audited()
class Availability(models.Model):
    """A weekday's stretch in which an agent can work, minutes on the site's wall clock.

    No row for a weekday: any time. An end beyond 1,440 reaches into the next day. A row with
    `is_available` off closes the weekday.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    is_available = models.BooleanField(_("can work"), default=True)
    starts_minute = models.PositiveSmallIntegerField(_("from minute"), default=0)
    ends_minute = models.PositiveSmallIntegerField(_("until minute"), default=2880)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_minute__lt=F("ends_minute"))
                & Q(weekday__lte=6)
                & Q(ends_minute__lte=2880),
                name="scheduling_availability_ordered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.weekday}"


class TimeOffStatus(models.TextChoices):
    """Where a request stands."""

    REQUESTED = "REQUESTED", _("requested")
    WAITLISTED = "WAITLISTED", _("on the waitlist")
    APPROVED = "APPROVED", _("approved")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


@audited()
class TimeOff(models.Model):
    """Time an agent is off; approved it binds the solver."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="time_off")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    status = models.CharField(
        _("status"), max_length=10, choices=TimeOffStatus, default=TimeOffStatus.REQUESTED
    )
    paid_minutes = models.PositiveIntegerField(_("paid minutes that count"), default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answer = models.JSONField(_("answer"), default=list, blank=True)
    decided_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="scheduling_timeoff_ends_after_start",
                violation_error_message=_("Time off must end after it starts."),
            )
        ]
        indexes = [
            models.Index(fields=["status", "starts_at", "ends_at"], name="scheduling_timeoff_open")
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_at:%Y-%m-%d}"
