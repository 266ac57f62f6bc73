"""A published shift that changes hands between two people."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.version import Shift
from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent
from wfm.org.models.base import audited


class SwapStatus(models.TextChoices):
    """Where a swap stands."""

    OFFERED = "OFFERED", _("offered")
    ACCEPTED = "ACCEPTED", _("accepted, with the lead")
    DONE = "DONE", _("done")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    LAPSED = "LAPSED", _("lapsed")


OPEN_SWAPS = (SwapStatus.OFFERED, SwapStatus.ACCEPTED)


class ShiftSwapQuerySet(models.QuerySet["ShiftSwap"]):
    """Swaps."""

    def visible_to(self, principal: object) -> Self:
        """Return those of agents in scope, one's own, and offers that are open to one."""
        access = access_of(principal)
        seen = [
            agent_filter(principal, "schedule.view", path)
            for path in ("offered_by", "to_agent", "accepted_by")
        ]
        if not all(seen):  # an empty condition: everybody is in scope
            return self
        if access.agent_id is not None and access.is_internal:
            seen.append(self._concerning(access.agent_id))
        return self.filter(reduce(or_, seen))

    def concerning(self, agent_id: int) -> Self:
        """Return what an agent has to do with: own, offered to them, offered to all of the site."""
        return self.filter(Q(offered_by=agent_id) | self._concerning(agent_id))

    def offered_to(self, agent_id: int) -> Self:
        """Return what an agent could have taken, also when somebody else has: they read who was faster."""
        sites = Agent.objects.filter(pk=agent_id).values("assignments__team__site")
        to_all = Q(to_agent=None, shift__site__in=sites) & ~Q(offered_by=agent_id)
        return self.filter(Q(to_agent=agent_id) | to_all)

    @staticmethod
    def _concerning(agent_id: int) -> Q:
        sites = Agent.objects.filter(pk=agent_id).values("assignments__team__site")
        return (
            Q(to_agent=agent_id)
            | Q(accepted_by=agent_id)
            | Q(to_agent=None, status=SwapStatus.OFFERED, shift__site__in=sites)
        )


@audited()
class ShiftSwap(models.Model):
    """An agent offers a published shift, to one colleague or to all, alone or for one of theirs."""

    offered_by = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="swaps_offered")
    shift = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="+")
    shift_revision = models.PositiveIntegerField(editable=False)
    to_agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="swaps_received"
    )
    return_shift = models.ForeignKey(
        Shift, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_exchange = models.BooleanField(_("exchange"), default=False)
    return_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)
    operational_date = models.DateField(_("operational day"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    status = models.CharField(
        _("status"), max_length=10, choices=SwapStatus, default=SwapStatus.OFFERED
    )
    accepted_by = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="swaps_accepted"
    )
    message = models.CharField(_("message"), max_length=300, blank=True)
    answer = models.JSONField(_("answer"), default=list, blank=True)
    requested_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ShiftSwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        constraints = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=Q(status__in=["OFFERED", "ACCEPTED"]),
                name="scheduling_shiftswap_one_open",
                violation_error_message=_("This shift is offered already."),
            ),
            models.CheckConstraint(
                condition=Q(is_exchange=False) | Q(to_agent__isnull=False),
                name="scheduling_shiftswap_exchange_names_a_person",
            ),
            models.CheckConstraint(
                condition=Q(to_agent=None) | ~Q(to_agent=models.F("offered_by")),
                name="scheduling_shiftswap_two_people",
                violation_error_message=_("A swap needs two people."),
            ),
        ]
        indexes = [models.Index(fields=["status", "starts_at"], name="scheduling_shiftswap_open")]

    def __str__(self) -> str:
        return f"{self.offered_by_id} {self.starts_at:%Y-%m-%d %H:%M}"
