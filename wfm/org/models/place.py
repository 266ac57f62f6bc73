"""Sites and their seats."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models.base import TimeZoneField, audited


class SiteQuerySet(models.QuerySet["Site"]):
    """Sites."""

    def visible_to(self, principal: object) -> "SiteQuerySet":
        """Return the sites for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class Site(models.Model):
    """A building where people work; home workers belong to one too."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    timezone = TimeZoneField(_("time zone"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name


class SeatPoolQuerySet(models.QuerySet["SeatPool"]):
    """Seats."""

    def visible_to(self, principal: object) -> "SeatPoolQuerySet":
        """Return the seat pools for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class SeatPool(models.Model):
    """Usable desks of a site, in force [starts_on, ends_on)."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="seat_pools")
    name = models.CharField(_("name"), max_length=80)
    seats = models.PositiveIntegerField(_("seats"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = SeatPoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat pool")
        verbose_name_plural = _("seat pools")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="org_seatpool_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.name} ({self.seats})"
