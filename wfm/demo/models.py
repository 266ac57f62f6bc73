"""What must be remembered about the demo between two starts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoOperation(models.Model):
    """The one demo operation of this installation: its anchor and how far it has been loaded.

    The anchor never moves, so that what was loaded never changes (see docs/demo.md).
    """

    anchor_friday = models.DateField(_("last day of the source"))
    bank_is_real = models.BooleanField(_("the bank's volumes are real"))
    bank_until = models.DateField(_("the bank's history ends before"))
    generated_until = models.DateField(_("generated history ends before"))
    time_off_until = models.DateField(_("time off is written for weeks before"))
    events_until = models.DateTimeField(_("simulated events sent until"), null=True, blank=True)
    report = models.JSONField(_("what the last chain took and reached"), default=dict, blank=True)

    class Meta:
        verbose_name = _("demo operation")
        verbose_name_plural = _("demo operation")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="demo_operation_only_one")
        ]

    def __str__(self) -> str:
        return f"demo until {self.generated_until}"
