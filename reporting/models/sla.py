"""Service levels as counted: numerator and denominator, never only the rate."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import client_filter
from wfm.org.models import Client, Queue, SlaClause
from wfm.org.models.client import SlaPeriod


class SlaResultQuerySet(models.QuerySet["SlaResult"]):
    """SLA results."""

    def visible_to(self, principal: object) -> "SlaResultQuerySet":
        """Return the results of clients in scope."""
        return self.filter(client_filter(principal))


class SlaResult(models.Model):
    """One metric of one queue over one period in the client's zone."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    clause = models.ForeignKey(
        SlaClause, on_delete=models.SET_NULL, null=True, blank=True, related_name="results"
    )
    metric_key = models.CharField(_("metric"), max_length=80)
    metric_version = models.PositiveIntegerField(_("metric version"), default=1)
    period = models.CharField(_("period"), max_length=10, choices=SlaPeriod)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    threshold_seconds = models.PositiveIntegerField(
        _("threshold in seconds"), null=True, blank=True
    )
    numerator = models.FloatField(_("numerator"))
    denominator = models.FloatField(_("denominator"))
    value = models.FloatField(_("value"), null=True, blank=True)
    target = models.FloatField(_("target"), null=True, blank=True)
    is_met = models.BooleanField(_("met"), null=True, blank=True)
    expected_intervals = models.PositiveIntegerField(default=0)
    present_intervals = models.PositiveIntegerField(default=0)
    is_simulated = models.BooleanField(_("simulated"), default=False)
    is_final = models.BooleanField(_("period is over"), default=False)
    as_of = models.DateTimeField(_("as of"))

    objects = SlaResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA result")
        verbose_name_plural = _("SLA results")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "queue", "metric_key", "metric_version", "period", "starts_on"],
                name="reporting_slaresult_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="reporting_slaresult_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "period", "-starts_on"], name="reporting_slaresult_recent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.metric_key} {self.starts_on}"
