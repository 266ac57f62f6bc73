"""The requirement of the rest of today, as the update of the day's forecast asks for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from staffing.models.run import RequirementRun
from wfm.org.models import Queue


class IntradayRequirement(models.Model):
    """One interval of today, staffed anew after the update of the forecast; the latest one stays.

    The published requirement is not changed; this stands before its number while that run is in
    force.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    run = models.ForeignKey(RequirementRun, on_delete=models.CASCADE, related_name="+")
    """The published requirement that it corrects."""
    offered = models.FloatField()
    aht_seconds = models.FloatField(null=True, blank=True)
    workload_erlangs = models.FloatField()
    required_agents = models.FloatField()
    required_fte = models.FloatField()
    shrinkage_rate = models.FloatField(default=0)
    service_level = models.FloatField(null=True, blank=True)
    asa_seconds = models.FloatField(null=True, blank=True)
    abandonment_rate = models.FloatField(null=True, blank=True)
    occupancy_rate = models.FloatField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    known_until = models.DateTimeField()
    """End of the last interval that counted."""
    forecast_made_at = models.DateTimeField()
    """When the update of the forecast was made that this follows."""

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement of the day")
        verbose_name_plural = _("requirements of the day")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_at"], name="staffing_intradayrequirement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}: {self.required_agents:g}"
