"""Pools: queues that the same people serve, live ones first, deferred work in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models import Queue
from wfm.org.models.base import audited

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

MOST_GIVEN = 0.005
"""Deferred work may cost a live queue half a point of its service level, not more."""


class PoolQuerySet(models.QuerySet["Pool"]):
    """Pools."""

    def visible_to(self, principal: object) -> PoolQuerySet:
        """Return the pools for our own people who see every one of their queues."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if access.client_ids is None:
            return self
        members = PoolQueue.objects.filter(pool=OuterRef("pk"))
        return self.exclude(Exists(members.exclude(queue__client__in=access.client_ids)))


@audited()
class Pool(models.Model):
    """People who serve several queues, and the rules by which they do.

    A free agent takes live contacts first, in the order of the queues' priorities; deferred work
    fills the time in which nobody waits, up to the occupancy cap: what is due first, or the queues in
    the order of their priorities.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    max_occupancy_rate = models.FloatField(_("occupancy at most"), default=0.85)
    """Share of the agents' time that live and deferred work together may take."""
    live_give_rate = models.FloatField(_("live service given up at most"), default=0.005)
    """By how much deferred work may lower the service level of a live queue: 0.005 = half a point.
    """
    is_interruptible = models.BooleanField(_("deferred work can be interrupted"), default=False)
    """A live contact takes the agent off the item in hand, which goes on later where it was."""
    deferred_in_order = models.BooleanField(_("deferred queues in their order"), default=False)
    """A deferred queue is worked on before those of later priorities; else what is due first is."""

    if TYPE_CHECKING:
        members: RelatedManager[Any]

    objects = PoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_occupancy_rate__gt=0) & Q(max_occupancy_rate__lte=1),
                name="staffing_pool_occupancy_is_share",
                violation_error_message=_("The occupancy is a share: above 0, at most 1."),
            ),
            models.CheckConstraint(
                condition=Q(live_give_rate__gte=0) & Q(live_give_rate__lte=MOST_GIVEN),
                name="staffing_pool_gives_little",
                violation_error_message=_("Live service can give up 0 to 0.5 points (0.005)."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PoolQueueQuerySet(models.QuerySet["PoolQueue"]):
    """Queues of pools."""

    def visible_to(self, principal: object) -> PoolQueueQuerySet:
        """Return those of visible pools."""
        return self.filter(pool__in=Pool.objects.visible_to(principal))


@audited()
class PoolQueue(models.Model):
    """A queue's place in its pool; a queue is in one pool at most."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="pool_member")
    priority = models.PositiveSmallIntegerField(_("priority"))
    """1 is served first."""

    objects = PoolQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue of a pool")
        verbose_name_plural = _("queues of a pool")
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "priority"],
                name="staffing_poolqueue_priority_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.priority}. {self.queue}"
