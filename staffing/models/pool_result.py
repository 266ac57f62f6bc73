"""What one run says of a pool: its people together, and apart."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffing.models.pool import Pool
from staffing.models.run import RequirementRun
from wfm.org.access import access_of
from wfm.org.models import Queue


class RequirementPoolResultQuerySet(models.QuerySet["RequirementPoolResult"]):
    """Results of pools."""

    def visible_to(self, principal: object) -> RequirementPoolResultQuerySet:
        """Return those for our own people who see every one of the pool's queues."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if access.client_ids is None:
            return self
        seen = Queue.objects.filter(client__in=access.client_ids)
        return self.filter(queue_ids__contained_by=list(seen.values_list("pk", flat=True)))


class PoolOutcome(models.TextChoices):
    """What became of a pool in a run."""

    BLENDED = "blended", _("staffed together")
    NO_GAIN = "no_gain", _("apart: together they need no fewer hours")
    NOT_FOUND = "not_found", _("apart: no plan together keeps every goal")
    LEFT = "left", _("apart")


class RequirementPoolResult(models.Model):
    """How a pool's queues were staffed together in one run, or why they stayed apart.

    The rows of the queues hold what each needs in the pool, so that they add up to its people. What
    they would need apart, and the picture of the pool, are kept here (ADR 0011).
    """

    run = models.ForeignKey(RequirementRun, on_delete=models.CASCADE, related_name="pool_results")
    pool = models.ForeignKey(Pool, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    queue_ids = models.JSONField(default=list)
    """Best priority first."""
    outcome = models.CharField(_("outcome"), max_length=12, choices=PoolOutcome)
    reason = models.TextField(_("reason"), blank=True)
    required_hours = models.FloatField(_("required hours"), default=0)
    separate_hours = models.FloatField(_("required hours apart"), default=0)
    figures = models.JSONField(default=dict, blank=True)

    objects = RequirementPoolResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool's requirement")
        verbose_name_plural = _("pools' requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "pool"], name="staffing_requirementpoolresult_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"

    @property
    def is_blended(self) -> bool:
        """Whether the queues are staffed together."""
        return self.outcome == PoolOutcome.BLENDED
