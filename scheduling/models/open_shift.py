"""Open shifts, overtime and voluntary time off that planners offer, and the bids of agents."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from scheduling.models.version import ScheduleVersion, ShiftPlace
from wfm.org.access import access_of, client_filter
from wfm.org.models import Agent, Queue, Site, Team
from wfm.org.models.base import audited

LOWEST_BID = 9


class OfferKind(models.TextChoices):
    """What is offered."""

    OPEN_SHIFT = "OPEN", _("open shift")
    OVERTIME = "OVERTIME", _("overtime")
    VOLUNTARY_TIME_OFF = "VTO", _("voluntary time off")


class RankRule(models.TextChoices):
    """Who goes first."""

    FIRST = "FIRST", _("first come, first served")
    SENIORITY = "SENIORITY", _("who has been here longest")
    RANK = "RANK", _("whose dearest wish it is, then seniority")
    FAIRNESS = "FAIRNESS", _("who was given fewest in the last quarter")
    RANDOM = "RANDOM", _("drawn by lot")


class OfferStatus(models.TextChoices):
    """Where an offer stands."""

    OPEN = "OPEN", _("open")
    AWARDED = "AWARDED", _("given")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


class OpenShiftQuerySet(models.QuerySet["OpenShift"]):
    """Offers."""

    def visible_to(self, principal: object) -> Self:
        """Return those of queues in scope for our own people."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if access.client_ids is None:
            return self
        return self.filter(Q(queue=None) | client_filter(principal, "queue__client"))

    def for_agent(self, agent_id: int) -> Self:
        """Return those that an agent may take part in, or has."""
        people = Agent.objects.filter(pk=agent_id)
        meant = (
            Q(for_agent=agent_id)
            | Q(for_agent=None, team__in=people.values("assignments__team"))
            | Q(for_agent=None, team=None, site__in=people.values("assignments__team__site"))
            | Q(for_agent=None, team=None, site=None)
        )
        return self.filter(meant | Q(bids__agent=agent_id)).distinct()


@audited()
class OpenShift(models.Model):
    """Work, or time off from it, that so many people may have on [starts_at, ends_at)."""

    version = models.ForeignKey(
        ScheduleVersion, on_delete=models.CASCADE, related_name="open_shifts"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=OfferKind)
    operational_date = models.DateField(_("operational day"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    people = models.PositiveSmallIntegerField(_("people"), default=1)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    for_agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    place = models.CharField(
        _("place"), max_length=8, choices=ShiftPlace, default=ShiftPlace.OFFICE
    )
    rank_rule = models.CharField(
        _("given to"), max_length=10, choices=RankRule, default=RankRule.FIRST
    )
    closes_at = models.DateTimeField(
        _("bids until"),
        null=True,
        blank=True,
        help_text=_("Empty for first come, first served: until the shift begins."),
    )
    seed = models.PositiveIntegerField(_("seed of the lot"), default=1)
    price_per_hour = models.DecimalField(
        _("extra pay per hour"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    saved_cost = models.FloatField(_("saves"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=OfferStatus, default=OfferStatus.OPEN
    )
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("offered"))

    objects = OpenShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("open shift")
        verbose_name_plural = _("open shifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="scheduling_openshift_ends_after_start",
                violation_error_message=_("An offer must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1),
                name="scheduling_openshift_for_someone",
                violation_error_message=_("At least one person must be wanted."),
            ),
            models.CheckConstraint(
                condition=Q(rank_rule="FIRST")
                | (Q(closes_at__isnull=False) & Q(closes_at__lte=F("starts_at"))),
                name="scheduling_openshift_bids_close",
                violation_error_message=_(
                    "Bids need a closing time, at the latest the beginning of the shift."
                ),
            ),
        ]
        indexes = [models.Index(fields=["status", "closes_at"], name="scheduling_openshift_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"


class BidStatus(models.TextChoices):
    """Where a bid stands."""

    MADE = "MADE", _("made")
    WON = "WON", _("won")
    LOST = "LOST", _("not given")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


@audited()
class ShiftBid(models.Model):
    """An agent would like an open shift; rank 1 is dearest."""

    open_shift = models.ForeignKey(OpenShift, on_delete=models.CASCADE, related_name="bids")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="shift_bids")
    rank = models.PositiveSmallIntegerField(_("rank, 1 is dearest"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=BidStatus, default=BidStatus.MADE)
    answer = models.JSONField(_("answer"), default=list, blank=True)
    made_at = models.DateTimeField(_("made"))
    decided_at = models.DateTimeField(null=True, blank=True)
    change = models.ForeignKey(
        "scheduling.ShiftChange", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        constraints = [
            models.UniqueConstraint(
                fields=["open_shift", "agent"], name="scheduling_shiftbid_once"
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=LOWEST_BID),
                name="scheduling_shiftbid_rank_known",
                violation_error_message=_("Ranks go from 1 to 9."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} #{self.rank}"
