"""Forecast runs and their rows."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import Queue
from wfm.org.runs import Run, RunQuerySet, RunResult


class ForecastRunQuerySet(RunQuerySet["ForecastRun"]):
    """Forecast runs."""

    view_permission = "forecast.view"


class ForecastRun(Run):
    """A forecast of several queues over [starts_at, ends_at) from history before origin_at."""

    change_subject = "forecast"

    origin_at = models.DateTimeField(_("history until"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = ForecastRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        indexes = [models.Index(fields=["-published_at"], name="forecasting_run_published")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.starts_at:%Y-%m-%d} – {self.last_at:%Y-%m-%d}"

    @property
    def last_at(self) -> datetime:
        """The last second covered: its date is the last one of the forecast."""
        return self.ends_at - timedelta(seconds=1)

    @property
    def asked_levels(self) -> list[float]:
        """Quantiles that were asked for beside 0.1, 0.5 and 0.9, rising."""
        return list(self.parameters.get("quantiles") or ())


class ForecastQueueResultQuerySet(ByQueueQuerySet["ForecastQueueResult"]):
    """How queues were forecast."""

    def with_numbers(self) -> Self:
        """Leave out the queues that were refused."""
        return self.exclude(flag=ForecastQueueResult.Flag.REFUSED)


class ForecastQueueResult(RunResult):
    """How one queue was forecast in a run: method, backtest, components, or why it was refused."""

    class Flag(models.TextChoices):
        """What to think of it."""

        OK = "OK", _("ok")
        THIN = "THIN", _("thin history")
        CONSTANT = "CONSTANT", _("constant")
        REFUSED = "REFUSED", _("refused")

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="queue_results")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    flag = models.CharField(_("flag"), max_length=10, choices=Flag, default=Flag.OK)
    reason = models.TextField(_("reason"), blank=True)
    method = models.CharField(_("method"), max_length=60, blank=True)
    wape = models.FloatField(_("WAPE"), null=True, blank=True)
    bias = models.FloatField(_("bias"), null=True, blank=True)
    mase = models.FloatField(_("MASE"), null=True, blank=True)
    coverage = models.FloatField(_("coverage"), null=True, blank=True)
    wape_seasonal_naive = models.FloatField(_("WAPE, seasonal naive"), null=True, blank=True)
    wape_noise_floor = models.FloatField(_("WAPE, noise floor"), null=True, blank=True)
    dispersion = models.FloatField(_("over-dispersion"), null=True, blank=True)
    improvable = models.FloatField(_("share above the noise floor"), null=True, blank=True)
    backtest = models.JSONField(_("backtest"), default=dict, blank=True)
    components = models.JSONField(_("components"), default=dict, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    """The queue's own stretch of the run, which is cut by the clocks of all its queues."""

    objects = ForecastQueueResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue's forecast")
        verbose_name_plural = _("queues' forecasts")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "queue"], name="forecasting_forecastqueueresult_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.queue_id} {self.method}"


class ForecastInterval(models.Model):
    """One interval: the system's mean and quantiles, and the mean with overrides applied."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    mean = models.FloatField()
    quantile_10 = models.FloatField()
    quantile_50 = models.FloatField()
    quantile_90 = models.FloatField()
    final_mean = models.FloatField()
    aht_seconds = models.FloatField(null=True, blank=True)
    repeat_mean = models.FloatField(null=True, blank=True)
    """The part of `mean` that comes from customers calling again; NULL where that is unknown."""
    is_open = models.BooleanField(default=True)
    asked_quantiles = ArrayField(models.FloatField(), null=True, blank=True)
    """Contacts at the `asked_levels` of the run, in their order; NULL where it asked for none."""

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast interval")
        verbose_name_plural = _("forecast intervals")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "queue", "starts_at"], name="forecasting_forecastinterval_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}: {self.final_mean:.1f}"


class ForecastDay(models.Model):
    """The factors of one local date of a queue's forecast; their product is the system's mean.

    One value per label of the wall clock in `profile`; `special` and `today` hold one value per
    label, one for the whole day, or NULL for 1.
    """

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    level = models.FloatField()
    weekday = models.FloatField()
    driver = models.FloatField(default=1.0)
    profile = ArrayField(models.FloatField())
    special = ArrayField(models.FloatField(), null=True)
    today = ArrayField(models.FloatField(), null=True)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast day")
        verbose_name_plural = _("forecast days")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "queue", "date"], name="forecasting_forecastday_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.date}: {self.level:.1f} × {self.weekday:.2f}"
