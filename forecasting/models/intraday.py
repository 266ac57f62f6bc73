"""The rest of a day that is under way, forecast anew from what came so far."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import Queue


class IntradayForecast(models.Model):
    """The latest update of one interval. The published forecast stays as it was in the morning."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    run = models.ForeignKey("forecasting.ForecastRun", on_delete=models.CASCADE, related_name="+")
    """The published forecast that it corrects."""
    mean = models.FloatField()
    quantile_10 = models.FloatField()
    quantile_50 = models.FloatField()
    quantile_90 = models.FloatField()
    known_until = models.DateTimeField()
    """End of the last interval that counted."""
    made_at = models.DateTimeField()

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("update of the day")
        verbose_name_plural = _("updates of the day")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_at"], name="forecasting_intradayforecast_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}: {self.mean:.1f}"
