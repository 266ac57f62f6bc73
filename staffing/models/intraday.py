"""The requirement of the rest of today, as the update of the day's forecast asks for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from staffing.models.run import RequirementFigures, RequirementRun
from wfm.org.models import Queue


class IntradayRequirement(RequirementFigures):
    """One interval of today, staffed anew after the update of the forecast; the latest one stays.

    The published requirement is not changed; this stands before its number while that run is in
    force.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(RequirementRun, on_delete=models.CASCADE, related_name="+")
    """The published requirement that it corrects."""
    known_until = models.DateTimeField()
    """End of the last interval that counted."""
    forecast_made_at = models.DateTimeField()
    """When the update of the forecast was made that this follows."""

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement of the day")
        verbose_name_plural = _("requirements of the day")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_at"], name="staffing_intradayrequirement_once"
            )
        ]
