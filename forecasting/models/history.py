"""What happened: intervals, work items, backlogs, and where they came from."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, client_filter
from wfm.org.models import Queue

_Row = TypeVar("_Row", bound=models.Model)


class ByQueueQuerySet(models.QuerySet[_Row]):
    """Rows that belong to one queue."""

    def visible_to(self, principal: object) -> Self:
        """Return the rows of queues in scope."""
        return self.filter(client_filter(principal, "queue__client"))


class ImportKind(models.TextChoices):
    """What a file holds."""

    INTERVALS = "INTERVALS", _("interval history")
    WORK_ITEMS = "WORK_ITEMS", _("work items")
    CONTACTS = "CONTACTS", _("single contacts with their customer")


class ImportStatus(models.TextChoices):
    """Where an import stands. A refused or unchanged one has changed nothing."""

    UPLOADED = "UPLOADED", _("uploaded")
    CHECKED = "CHECKED", _("checked")
    REFUSED = "REFUSED", _("refused")
    DONE = "DONE", _("imported")
    UNCHANGED = "UNCHANGED", _("nothing new")


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Imports."""

    def visible_to(self, principal: object) -> "ImportBatchQuerySet":
        """Return the imports for our own people who see history."""
        access = access_of(principal)
        return self if access.is_internal and access.can("history.view") else self.none()


class ImportBatch(models.Model):
    """One uploaded file, all of it or nothing."""

    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64, db_index=True)
    stored_path = models.CharField(max_length=400, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=ImportStatus, default=ImportStatus.UPLOADED
    )
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    inserted_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    finding_counts = models.JSONField(_("findings"), default=dict, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    job = models.OneToOneField("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True)
    created_by = models.ForeignKey("org.User", on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name


class ImportFinding(models.Model):
    """What is wrong or worth knowing about a line of a file."""

    class Severity(models.TextChoices):
        """An error refuses the file, a warning does not."""

        ERROR = "ERROR", _("error")
        WARNING = "WARNING", _("warning")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="findings")
    line_number = models.PositiveIntegerField(_("line"), null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    code = models.CharField(_("code"), max_length=40)
    message = models.TextField(_("message"))

    class Meta:
        verbose_name = _("import finding")
        verbose_name_plural = _("import findings")

    def __str__(self) -> str:
        return f"{self.line_number}: {self.message}"


class IntervalActual(models.Model):
    """One queue interval as it happened. NULL is unknown, zero is zero; closed has no row.

    Sums and counts, never rates: rates are pooled where they are shown.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    offered = models.PositiveIntegerField()
    answered = models.PositiveIntegerField(null=True, blank=True)
    abandoned = models.PositiveIntegerField(null=True, blank=True)
    answered_within = models.PositiveIntegerField(null=True, blank=True)
    abandoned_within = models.PositiveIntegerField(null=True, blank=True)
    short_abandoned = models.PositiveIntegerField(null=True, blank=True)
    threshold_seconds = models.PositiveIntegerField(null=True, blank=True)
    wait_seconds_answered = models.FloatField(null=True, blank=True)
    wait_seconds_total = models.FloatField(null=True, blank=True)
    handle_seconds = models.FloatField(null=True, blank=True)
    is_volume_simulated = models.BooleanField(default=False)
    is_service_simulated = models.BooleanField(default=False)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("interval")
        verbose_name_plural = _("interval history")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "starts_at"], name="forecasting_intervalactual_once"
            ),
            models.CheckConstraint(
                condition=Q(handle_seconds=None) | Q(handle_seconds__gte=0),
                name="forecasting_intervalactual_handle_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(answered_within=None) | Q(answered_within__lte=F("answered")),
                name="forecasting_intervalactual_within_of_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.starts_at:%Y-%m-%d %H:%M}"


class WorkItem(models.Model):
    """One item of deferred work, from arrival to completion, with its own due time."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=80)
    arrived_at = models.DateTimeField()
    due_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    handle_seconds = models.FloatField(null=True, blank=True)
    is_simulated = models.BooleanField(default=False)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "external_id"], name="forecasting_workitem_once"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("arrived_at")),
                name="forecasting_workitem_due_after_arrival",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("arrived_at")),
                name="forecasting_workitem_done_after_arrival",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "due_at"], name="forecasting_workitem_due"),
            models.Index(fields=["queue", "arrived_at"], name="forecasting_workitem_arrived"),
            models.Index(
                fields=["queue", "due_at"],
                condition=Q(completed_at=None),
                name="forecasting_workitem_open",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class ContactRecord(models.Model):
    """One contact of a customer: when, and a keyed hash of who. The customer's key is not kept."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    arrived_at = models.DateTimeField()
    customer_hash = models.BinaryField(max_length=16)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "arrived_at", "customer_hash"],
                name="forecasting_contactrecord_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.arrived_at:%Y-%m-%d %H:%M:%S}"


class BacklogSnapshot(models.Model):
    """Open items of a deferred queue at a moment, by due time (the age profile)."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    open_items = models.PositiveIntegerField()

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("backlog snapshot")
        verbose_name_plural = _("backlog snapshots")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "at", "due_at"], name="forecasting_backlogsnapshot_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.at:%Y-%m-%d %H:%M}: {self.open_items}"
