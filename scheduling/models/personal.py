"""What agents ask for about their own availability and wishes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from wfm.org.models import Agent
from wfm.org.models.base import audited


class PersonalRequestKind(models.TextChoices):
    """What it is about."""

    AVAILABILITY = "AVAILABILITY", _("availability")
    WISH = "WISH", _("wish")


class PersonalRequestStatus(models.TextChoices):
    """Where it stands."""

    REQUESTED = "REQUESTED", _("requested")
    APPROVED = "APPROVED", _("approved")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


@audited()
class PersonalRequest(models.Model):
    """A week of availability from a date on, or a wish, as the agent asks for it.

    `wanted` holds the rows to write: for availability a list of {weekday, is_available, starts_minute,
    ends_minute} in place of those in force on [starts_on, ends_on); for a wish the wish's fields.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="personal_requests")
    kind = models.CharField(_("kind"), max_length=12, choices=PersonalRequestKind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    wanted = models.JSONField(_("wanted"))
    message = models.CharField(_("message"), max_length=300, blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PersonalRequestStatus,
        default=PersonalRequestStatus.REQUESTED,
    )
    answer = models.JSONField(_("answer"), default=list, blank=True)
    requested_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about oneself")
        verbose_name_plural = _("requests about oneself")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_personalrequest_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            )
        ]
        indexes = [models.Index(fields=["status", "starts_on"], name="scheduling_personalreq_open")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.kind} {self.starts_on}"
