"""What is done about an interval at risk."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adherence.models.alert import Alert
from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent
from wfm.org.models.base import audited


class MeasureKind(models.TextChoices):
    """What can be done."""

    MOVE_BREAK = "MOVE_BREAK", _("move a break")
    OVERTIME = "OVERTIME", _("offer overtime")
    TIME_OFF = "TIME_OFF", _("offer voluntary time off")
    PEOPLE_OVER = "PEOPLE_OVER", _("bring somebody over")
    DEFER_WORK = "DEFER_WORK", _("put deferred work off")
    PULL_WORK = "PULL_WORK", _("pull deferred work forward")


class MeasureStatus(models.TextChoices):
    """Where it stands."""

    ACCEPTED = "ACCEPTED", _("accepted")
    DONE = "DONE", _("done")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class MeasureQuerySet(models.QuerySet["Measure"]):
    """Measures."""

    def visible_to(self, principal: object) -> "MeasureQuerySet":
        """Return those of queues in scope; of people who may not be seen nothing is told."""
        access = access_of(principal)
        if not access.is_internal or not access.can("intraday.view"):
            return self.none()
        rows = self
        if access.client_ids is not None:
            rows = rows.filter(
                Q(queue__client__in=access.client_ids),
                Q(other_queue=None) | Q(other_queue__client__in=access.client_ids),
            )
        return rows.filter(agent_filter(principal, "intraday.view", "agent"))


@audited()
class Measure(models.Model):
    """One accepted suggestion: who does what when, for which queue, and what it was to bring."""

    kind = models.CharField(_("kind"), max_length=12, choices=MeasureKind)
    queue = models.ForeignKey("org.Queue", on_delete=models.CASCADE, related_name="+")
    other_queue = models.ForeignKey(
        "org.Queue", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    shift_id = models.BigIntegerField(_("shift"))
    """The published shift it was made for; a later version has others."""
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    moved_from_at = models.DateTimeField(_("break moved from"), null=True, blank=True)
    effect = models.JSONField(_("effect"), default=dict)
    status = models.CharField(
        _("status"), max_length=10, choices=MeasureStatus, default=MeasureStatus.ACCEPTED
    )
    alert = models.ForeignKey(
        Alert, on_delete=models.SET_NULL, null=True, blank=True, related_name="measures"
    )
    accepted_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(_("accepted"))
    ended_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="adherence_measure_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["kind", "agent", "starts_at"],
                condition=~Q(status="WITHDRAWN"),
                name="adherence_measure_once",
                violation_error_message=_("This is accepted already."),
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="adherence_measure_starts")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.agent_id} {self.starts_at:%Y-%m-%d %H:%M}"
