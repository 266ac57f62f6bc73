"""What many simulated days make of a requirement."""

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from staffing.models.run import RequirementRun
from wfm.jobs.models import Job
from wfm.org.models import Queue, User

LEAST_REPEATS, MOST_REPEATS = 20, 5_000


class RequirementSimulationQuerySet(ByQueueQuerySet["RequirementSimulation"]):
    """Simulations of requirements."""


class RequirementSimulation(models.Model):
    """Some days of one queue's requirement, lived through many times contact by contact.

    `figures` is empty until the job is done; see computations.simulate_requirement.
    """

    run = models.ForeignKey(RequirementRun, on_delete=models.CASCADE, related_name="simulations")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    """The last day."""
    repeats = models.PositiveIntegerField(
        _("simulated days per day"),
        default=200,
        validators=[MinValueValidator(LEAST_REPEATS), MaxValueValidator(MOST_REPEATS)],
    )
    seed = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    figures = models.JSONField(default=dict, blank=True)

    objects = RequirementSimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="staffing_simulation_days",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_on} – {self.ends_on}"

    @property
    def days(self) -> list[date]:
        """Every day that is lived through."""
        count = (self.ends_on - self.starts_on).days + 1
        return [self.starts_on + timedelta(days=number) for number in range(count)]

    @property
    def is_done(self) -> bool:
        """Whether there are figures."""
        return bool(self.figures)
