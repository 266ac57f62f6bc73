"""Playbooks: what to do when a day leaves its plan, and the days on which that was needed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from adherence.models.alert import Alert, AlertKind
from adherence.models.scope import Scoped, ScopedQuerySet, at_most_one_scope
from wfm.org.models.base import audited


class PlaybookQuerySet(ScopedQuerySet["Playbook"]):
    """Playbooks."""


@audited()
class Playbook(Scoped):
    """Steps for one kind of trouble. Without a kind it is started by hand only."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("when and why"), blank=True)
    kind = models.CharField(
        _("started by an alert of"), max_length=20, choices=AlertKind, blank=True
    )
    threshold = models.FloatField(
        _("from this value on"),
        null=True,
        blank=True,
        help_text=_("Empty: as soon as the alert is raised."),
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("when the alert has lasted minutes"), default=0
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlaybookQuerySet.as_manager()

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        constraints = [
            models.CheckConstraint(
                condition=at_most_one_scope(),
                name="adherence_playbook_one_scope",
                violation_error_message=_("Choose one of queue, team, site and client, or none."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlaybookStep(models.Model):
    """One thing to do, and who does it."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("what to do"), max_length=300)
    owner = models.CharField(
        _("who"), max_length=120, blank=True, help_text=_("A person, a role or a place.")
    )

    class Meta:
        verbose_name = _("step of a playbook")
        verbose_name_plural = _("steps of playbooks")
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "position"], name="adherence_playbookstep_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class RunOutcome(models.TextChoices):
    """What a run of a playbook came to."""

    HELPED = "HELPED", _("it helped")
    PARTLY = "PARTLY", _("it helped in part")
    NO_USE = "NO_USE", _("it did not help")
    NOT_NEEDED = "NOT_NEEDED", _("it was not needed")


class PlaybookRunQuerySet(ScopedQuerySet["PlaybookRun"]):
    """Runs."""

    def open(self) -> "PlaybookRunQuerySet":
        """Return those under way."""
        return self.filter(ended_at=None)


@audited()
class PlaybookRun(Scoped):
    """A playbook under way or done; its day is a contingency day."""

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="runs")
    alert = models.ForeignKey(
        Alert, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    scope_key = models.CharField(max_length=80, blank=True)
    local_date = models.DateField(_("day"))
    started_at = models.DateTimeField(_("started"))
    started_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Nobody: its alert."""
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=RunOutcome, blank=True)
    outcome_note = models.CharField(_("what came of it"), max_length=300, blank=True)

    objects = PlaybookRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a playbook")
        verbose_name_plural = _("runs of playbooks")
        constraints = [
            models.UniqueConstraint(
                fields=["playbook", "scope_key"],
                condition=Q(ended_at=None),
                name="adherence_playbookrun_one_open",
            ),
            models.UniqueConstraint(
                fields=["playbook", "alert"],
                condition=Q(alert__isnull=False),
                name="adherence_playbookrun_once_per_alert",
            ),
        ]
        indexes = [models.Index(fields=["local_date"], name="adherence_playbookrun_day")]

    def __str__(self) -> str:
        return f"{self.playbook} {self.local_date}"

    @property
    def is_forgotten(self) -> bool:
        """Nobody ended it: it ended with its day, and what it came to is not known."""
        return self.ended_at is not None and not self.outcome


class PlaybookRunStep(models.Model):
    """A step of a run as it was when the run began; ticked off by whoever did it."""

    run = models.ForeignKey(PlaybookRun, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("what to do"), max_length=300)
    owner = models.CharField(_("who"), max_length=120, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("step of a run")
        verbose_name_plural = _("steps of runs")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "position"], name="adherence_playbookrunstep_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"
