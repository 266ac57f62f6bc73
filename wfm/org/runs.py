"""What every immutable run of a computation has in common."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of

_Row = TypeVar("_Row", bound=models.Model)


class RunQuerySet(models.QuerySet[_Row]):
    """Runs of one room. `view_permission` is set by each room's subclass."""

    view_permission: ClassVar[str] = ""

    def visible_to(self, principal: object) -> Self:
        """Return the runs for our own people with the room's permission."""
        access = access_of(principal)
        allowed = access.is_internal and access.can(self.view_permission)
        return self if allowed else self.none()

    def published(self) -> Self:
        """Return the published ones, latest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")


class Run(models.Model):
    """An immutable computation: inputs, parameters, seed, code version, summary.

    Status, progress, errors and times live on the job. Published is final: a change is a new run.
    """

    change_subject: ClassVar[str]
    """What a change calls such a run: "forecast" is published as `forecast.published`."""

    job = models.OneToOneField(
        "jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="%(class)s"
    )
    parameters = models.JSONField(_("parameters"), default=dict)
    seed = models.PositiveBigIntegerField(_("seed"), default=1)
    code_version = models.CharField(_("code version"), max_length=40, blank=True)
    summary = models.JSONField(_("summary"), default=dict, blank=True)
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    if TYPE_CHECKING:
        queue_results: Any  # the results of its queues, which every kind of runs has

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        """It is final and the next room may build on it."""
        return self.published_at is not None

    @classmethod
    def title_of(cls, pk: int) -> str:
        """How people call a run: "Forecast #12"."""
        return f"{capfirst(str(cls._meta.verbose_name))} #{pk}"

    @property
    def title(self) -> str:
        """How people call this run."""
        return self.title_of(self.pk)


class RunResult(models.Model):
    """What a run says of one queue."""

    if TYPE_CHECKING:
        run_id: int
        queue_id: int

    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    """When intervals that newer runs have replaced were deleted."""
    kept_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    """End of what was left then; what lies in the past is not looked at again."""

    class Meta:
        abstract = True
