"""Adherence per agent and operational day, and exceptions to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adherence.models.event import ByAgentQuerySet
from wfm.org.models import Agent
from wfm.org.models.base import audited


class AdherenceDay(models.Model):
    """Seconds of one agent's operational day. Rates are pooled from these, never averaged."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    operational_date = models.DateField(_("operational day"))
    scheduled_seconds = models.PositiveIntegerField(default=0)
    in_seconds = models.PositiveIntegerField(default=0)
    out_seconds = models.PositiveIntegerField(default=0)
    unknown_seconds = models.PositiveIntegerField(default=0)
    excepted_seconds = models.PositiveIntegerField(default=0)
    scheduled_work_seconds = models.PositiveIntegerField(default=0)
    worked_seconds = models.PositiveIntegerField(default=0)
    handling_seconds = models.PositiveIntegerField(default=0)
    available_seconds = models.PositiveIntegerField(default=0)
    matrix = models.JSONField(_("seconds by plan and state"), default=dict, blank=True)
    exceptions = models.JSONField(_("stretches out of adherence"), default=list, blank=True)
    is_final = models.BooleanField(_("day is over"), default=False)
    computed_at = models.DateTimeField(null=True, blank=True)
    metric_version = models.PositiveIntegerField(default=1)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adherence of a day")
        verbose_name_plural = _("adherence by day")
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "operational_date"], name="adherence_adherenceday_once"
            )
        ]
        indexes = [models.Index(fields=["operational_date"], name="adherence_day_date")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"

    @property
    def adherence_rate(self) -> float | None:
        """1 - out / scheduled, floor 0, unseen time left out; None without scheduled time."""
        observed = self.scheduled_seconds - self.unknown_seconds
        return max(0.0, 1 - self.out_seconds / observed) if observed else None

    @property
    def conformance_rate(self) -> float | None:
        """Worked on position / scheduled on position; None without scheduled time on position."""
        if not self.scheduled_work_seconds:
            return None
        return self.worked_seconds / self.scheduled_work_seconds


class PendingDay(models.Model):
    """A day to be computed again. Rows are only added and taken away, so that intake never waits."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    operational_date = models.DateField(_("operational day"))

    class Meta:
        verbose_name = _("day to be computed again")
        verbose_name_plural = _("days to be computed again")

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"


class ExceptionStatus(models.TextChoices):
    """Where an exception stands."""

    REQUESTED = "REQUESTED", _("requested")
    APPROVED = "APPROVED", _("approved")
    DECLINED = "DECLINED", _("declined")


@audited()
class AdherenceException(models.Model):
    """A stretch that counts as in adherence once approved, with who and why."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    status = models.CharField(
        _("status"), max_length=10, choices=ExceptionStatus, default=ExceptionStatus.REQUESTED
    )
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adherence exception")
        verbose_name_plural = _("adherence exceptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="adherence_exception_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_at:%Y-%m-%d %H:%M}: {self.reason}"
