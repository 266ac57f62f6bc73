"""Requirement runs and their rows."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models import ForecastRun
from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import Queue
from wfm.org.runs import Run, RunQuerySet, RunResult


class RequirementRunQuerySet(RunQuerySet["RequirementRun"]):
    """Requirement runs."""

    view_permission = "staffing.view"


class RequirementRun(Run):
    """The requirement of all queues of one published forecast."""

    change_subject = "requirement"

    forecast_run = models.ForeignKey(
        ForecastRun, on_delete=models.PROTECT, related_name="requirement_runs"
    )

    objects = RequirementRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        indexes = [models.Index(fields=["-published_at"], name="staffing_run_published")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RequirementQueueResultQuerySet(ByQueueQuerySet["RequirementQueueResult"]):
    """How queues were staffed."""

    def with_numbers(self) -> Self:
        """Leave out the queues that were refused."""
        return self.filter(is_refused=False)


class RequirementQueueResult(RunResult):
    """How one queue's requirement was computed: model, goal, ceiling, or why it was refused."""

    run = models.ForeignKey(RequirementRun, on_delete=models.CASCADE, related_name="queue_results")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(_("model"), max_length=40, blank=True)
    is_refused = models.BooleanField(_("refused"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    goal = models.JSONField(_("goal"), default=dict, blank=True)
    required_hours = models.FloatField(_("required hours"), default=0)
    paid_hours = models.FloatField(_("paid hours"), default=0)
    service_level = models.FloatField(_("predicted service level"), null=True, blank=True)
    ceiling_level = models.FloatField(_("best reachable level"), null=True, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = RequirementQueueResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue's requirement")
        verbose_name_plural = _("queues' requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "queue"], name="staffing_requirementqueueresult_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.queue_id}"


class RequirementFigures(models.Model):
    """What is told of one interval of a queue."""

    if TYPE_CHECKING:
        queue_id: int

    starts_at = models.DateTimeField()
    offered = models.FloatField()
    aht_seconds = models.FloatField(null=True, blank=True)
    workload_erlangs = models.FloatField()
    required_agents = models.FloatField()
    required_fte = models.FloatField()
    shrinkage_rate = models.FloatField(default=0)
    service_level = models.FloatField(null=True, blank=True)
    asa_seconds = models.FloatField(null=True, blank=True)
    abandonment_rate = models.FloatField(null=True, blank=True)
    occupancy_rate = models.FloatField(null=True, blank=True)
    fewer_service_level = models.FloatField(null=True, blank=True)
    """Level with one agent fewer in this interval alone; live queues only, as are the next ones."""
    more_service_level = models.FloatField(null=True, blank=True)
    compared_agents = models.FloatField(null=True, blank=True)
    """Agents under the other strategy (see LiveStrategy)."""
    compared_service_level = models.FloatField(null=True, blank=True)
    finished = models.FloatField(null=True, blank=True)
    """Contacts handled or items finished by the plan; empty in what was computed before links."""
    callbacks = models.FloatField(null=True, blank=True)
    """Contacts that take a callback instead of waiting; they are in `offered` and not in the level."""
    is_open = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}: {self.required_agents:g}"


class RequirementInterval(RequirementFigures):
    """One interval: people on position (net), paid people (gross), and what they would achieve."""

    # The constraint below begins with the run: a second index would only be kept up.
    run = models.ForeignKey(
        RequirementRun, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("required interval")
        verbose_name_plural = _("required intervals")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "queue", "starts_at"], name="staffing_requirementinterval_once"
            )
        ]
