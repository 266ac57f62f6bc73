"""Clients and what was promised to them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import client_filter
from wfm.org.models.base import DateRange, TimeZoneField, audited


class ClientQuerySet(models.QuerySet["Client"]):
    """Clients."""

    def visible_to(self, principal: object) -> "ClientQuerySet":
        """Return the clients in the principal's scope."""
        return self.filter(client_filter(principal, "pk"))


@audited()
class Client(models.Model):
    """Who the work is done for. In-house centres have one."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    key = models.SlugField(_("key"), unique=True)
    timezone = TimeZoneField(_("time zone"), default="UTC")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    is_active = models.BooleanField(_("active"), default=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")

    def __str__(self) -> str:
        return self.name


class ClientContractQuerySet(models.QuerySet["ClientContract"]):
    """Client contracts."""

    def visible_to(self, principal: object) -> "ClientContractQuerySet":
        """Return the contracts of clients in scope."""
        return self.filter(client_filter(principal))

    def effective_on(self, day: object) -> "ClientContractQuerySet":
        """Return those in force on a date."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


@audited()
class ClientContract(models.Model):
    """One version of what was promised to a client, in force [starts_on, ends_on)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contracts")
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = ClientContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("client contract")
        verbose_name_plural = _("client contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "version"], name="org_clientcontract_version_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="org_clientcontract_ends_after_start",
                violation_error_message=_("The contract must end after it starts."),
            ),
            ExclusionConstraint(
                name="org_clientcontract_one_at_a_time",
                expressions=[
                    ("client", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another contract of this client covers these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} v{self.version}"


class SlaPeriod(models.TextChoices):
    """The period over which a clause is judged."""

    DAY = "DAY", _("day")
    WEEK = "WEEK", _("week")
    MONTH = "MONTH", _("month")


class SlaClauseQuerySet(models.QuerySet["SlaClause"]):
    """SLA clauses."""

    def visible_to(self, principal: object) -> "SlaClauseQuerySet":
        """Return the clauses of clients in scope."""
        return self.filter(client_filter(principal, "contract__client"))


@audited()
class SlaClause(models.Model):
    """One promise: metric + target + period for one queue."""

    contract = models.ForeignKey(ClientContract, on_delete=models.CASCADE, related_name="clauses")
    queue = models.ForeignKey("org.Queue", on_delete=models.PROTECT, related_name="sla_clauses")
    metric_key = models.CharField(_("metric"), max_length=80)
    metric_version = models.PositiveIntegerField(_("metric version"), default=1)
    target = models.FloatField(_("target"))
    period = models.CharField(
        _("period"), max_length=10, choices=SlaPeriod, default=SlaPeriod.MONTH
    )
    threshold_seconds = models.PositiveIntegerField(
        _("threshold in seconds"), null=True, blank=True
    )
    short_seconds = models.PositiveIntegerField(_("short abandon in seconds"), default=5)
    minimum_sample = models.PositiveIntegerField(_("minimum sample"), default=0)

    objects = SlaClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA clause")
        verbose_name_plural = _("SLA clauses")
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "queue", "metric_key", "period"], name="org_slaclause_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.metric_key} {self.target:g} / {self.get_period_display()}"
