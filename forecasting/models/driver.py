"""Drivers: what moves a queue's demand after a lag, with values that are known or typed ahead."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.access import access_of
from wfm.org.models import Queue
from wfm.org.models.base import audited


class DriverSeriesQuerySet(models.QuerySet["DriverSeries"]):
    """Named drivers."""

    def visible_to(self, principal: object) -> "DriverSeriesQuerySet":
        """Return the drivers for our own people who see forecasts."""
        access = access_of(principal)
        return self if access.is_internal and access.can("forecast.view") else self.none()


@audited()
class DriverSeries(models.Model):
    """A driver that is no queue: reservations, mailings, policies in force, one value a day."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    unit = models.CharField(
        _("one of it"), max_length=40, help_text=_("Such as letter or reservation.")
    )

    objects = DriverSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("named driver")
        verbose_name_plural = _("named drivers")

    def __str__(self) -> str:
        return self.name


class DriverValue(models.Model):
    """One day of a driver: of a named one, or ahead of its own counts the plan of a queue.

    `known_ahead` is true where the value was given before its day: only such values count for
    days that lie ahead of a forecast's origin.
    """

    series = models.ForeignKey(
        DriverSeries, on_delete=models.CASCADE, null=True, blank=True, related_name="values"
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    date = models.DateField(_("date"))
    value = models.FloatField(_("value"))
    known_ahead = models.BooleanField(_("known ahead"), default=False)
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("driver value")
        verbose_name_plural = _("driver values")
        constraints = [
            models.CheckConstraint(
                condition=Q(series=None, queue__isnull=False) | Q(series__isnull=False, queue=None),
                name="forecasting_drivervalue_of_one",
            ),
            models.UniqueConstraint(
                fields=["series", "date"], name="forecasting_drivervalue_series_once"
            ),
            models.UniqueConstraint(
                fields=["queue", "date"], name="forecasting_drivervalue_queue_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.value:g}"


@audited()
class DriverLink(models.Model):
    """A queue whose demand may follow a driver: another queue's arrivals or a named driver."""

    driver_queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="drives",
        verbose_name=_("driving queue"),
    )
    series = models.ForeignKey(
        DriverSeries,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("named driver"),
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, related_name="drivers", verbose_name=_("driven queue")
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints = [
            models.UniqueConstraint(
                fields=["driver_queue", "queue"], name="forecasting_driverlink_once"
            ),
            models.UniqueConstraint(
                fields=["series", "queue"], name="forecasting_driverlink_series_once"
            ),
            models.CheckConstraint(
                condition=Q(driver_queue=None) | ~Q(driver_queue=F("queue")),
                name="forecasting_driverlink_not_itself",
                violation_error_message=_("A queue cannot drive itself."),
            ),
            models.CheckConstraint(
                condition=Q(driver_queue=None, series__isnull=False)
                | Q(driver_queue__isnull=False, series=None),
                name="forecasting_driverlink_of_one",
                violation_error_message=_("Choose a queue or a named driver, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.driver_queue or self.series} → {self.queue}"

    @property
    def driver_name(self) -> str:
        """How the driver is called."""
        return str(self.driver_queue or self.series or _("another driver"))

    @property
    def unit(self) -> str:
        """One of the driver, in a sentence."""
        if self.series is not None:
            return self.series.unit
        return f"{self.driver_queue.name} item" if self.driver_queue else ""
