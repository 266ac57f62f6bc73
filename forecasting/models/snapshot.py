"""What the system said before the day came, frozen, and how it did once the day had come."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.core.override_score import OverrideErrors
from forecasting.models.adjustment import Override
from forecasting.models.history import ByQueueQuerySet
from forecasting.models.run import ForecastRun
from wfm.org.models import Queue

KEPT_DAYS = 90
"""A snapshot younger than this cannot be deleted."""
RETENTION_SETTING = "wfm.retention"
"""Older ones can be deleted while this setting of the transaction is on: by the nightly job."""


class ForecastSnapshot(models.Model):
    """One local date as the system forecast it so many days before, without manual overrides.

    The database refuses to change a row, to delete one before its retention ends, and to delete
    any outside of `forget_old_snapshots`. Numbers are 32-bit floats, one per label of the wall clock, little-endian; NaN is closed.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    target_date = models.DateField(_("day"))
    lead_days = models.PositiveSmallIntegerField(_("days ahead"))
    origin_at = models.DateTimeField(_("history until"))
    run_number = models.BigIntegerField(_("forecast"))
    mean = models.BinaryField()
    low = models.BinaryField()
    high = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("frozen forecast")
        verbose_name_plural = _("frozen forecasts")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "target_date", "lead_days"],
                name="forecasting_forecastsnapshot_once",
            )
        ]
        indexes = [models.Index(fields=["target_date"], name="forecasting_snapshot_date")]
        triggers = [
            pgtrigger.Protect(name="frozen", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(
                    f"OLD.created_at > now() - interval '{KEPT_DAYS} days'"
                    f" OR coalesce(current_setting('{RETENTION_SETTING}', true), '') <> 'on'"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.target_date} - {self.lead_days}"


class ForecastScore(models.Model):
    """Sums of one frozen day against what came; pooled where they are shown.

    Written anew while late numbers may still arrive.
    """

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    target_date = models.DateField()
    lead_days = models.PositiveSmallIntegerField()
    intervals = models.PositiveIntegerField()
    actual = models.FloatField()
    expected = models.FloatField()
    absolute_error = models.FloatField()
    covered = models.FloatField()
    """Intervals inside the 80 % band, of banded_intervals; one on an end counts half."""
    banded_intervals = models.PositiveIntegerField(default=0)
    """Intervals expected to bring at least five contacts: those judged for the band."""
    noise = models.FloatField()
    """Absolute error that Poisson arrivals alone would have had."""
    excess_square = models.FloatField()
    """Squared errors beyond what Poisson arrivals bring."""
    expected_square = models.FloatField()
    naive_error = models.FloatField()
    """Absolute error of the same interval a week before, over naive_intervals."""
    naive_intervals = models.PositiveIntegerField()

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast score")
        verbose_name_plural = _("forecast scores")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "target_date", "lead_days"], name="forecasting_forecastscore_once"
            )
        ]
        indexes = [models.Index(fields=["target_date"], name="forecasting_score_date")]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.target_date} - {self.lead_days}: {self.absolute_error:.1f}"


class OverrideScore(OverrideErrors, models.Model):
    """What one override did: errors with and without it, from the moment that it stood.

    Judged is the last forecast published by then, with the overrides that stood then.
    """

    override = models.OneToOneField(Override, on_delete=models.CASCADE, related_name="score")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    intervals = models.PositiveIntegerField()
    actual = models.FloatField()
    expected_with = models.FloatField()
    expected_without = models.FloatField()
    error_with = models.FloatField()
    error_without = models.FloatField()

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("override's accuracy")
        verbose_name_plural = _("overrides' accuracy")

    def __str__(self) -> str:
        return f"{self.override_id}: {self.error_with:.1f} / {self.error_without:.1f}"

    @property
    def helped(self) -> bool:
        """The error with it was smaller."""
        return self.gain > 0
