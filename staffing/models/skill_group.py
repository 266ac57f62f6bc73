"""Groups of a pool: people who can do the same live queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffing.models.pool import Pool, PoolQueue
from wfm.org.models.base import audited

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class SkillGroupQuerySet(models.QuerySet["SkillGroup"]):
    """Groups of pools."""

    def visible_to(self, principal: object) -> SkillGroupQuerySet:
        """Return those of visible pools."""
        return self.filter(pool__in=Pool.objects.visible_to(principal))


@audited()
class SkillGroup(models.Model):
    """People of a pool who can do the same queues, in the same order.

    A pool with groups is staffed group by group; without any, everybody can do everything.
    """

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="skill_groups")
    name = models.CharField(_("name"), max_length=120)
    max_agents = models.PositiveIntegerField(_("people at most"), null=True, blank=True)
    """People of the group there are; empty is without limit."""

    if TYPE_CHECKING:
        queues: RelatedManager[Any]

    objects = SkillGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill group")
        verbose_name_plural = _("skill groups")
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "name"],
                name="staffing_skillgroup_name_once",
                violation_error_message=_("Another group of this pool has that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


@audited()
class SkillGroupQueue(models.Model):
    """A queue that a group can do, and in which order it takes it.

    It hangs on the queue's place in the pool: a queue taken out of the pool leaves its groups too.
    """

    group = models.ForeignKey(SkillGroup, on_delete=models.CASCADE, related_name="queues")
    member = models.ForeignKey(PoolQueue, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField(_("rank"))
    """1 is taken first; of equal rank, whoever waits longest."""

    class Meta:
        verbose_name = _("queue of a skill group")
        verbose_name_plural = _("queues of skill groups")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member"], name="staffing_skillgroupqueue_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.member.queue}"
