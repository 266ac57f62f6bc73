"""The truth about every long computation, and the outbox that rings the workers."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of


class JobStatus(models.TextChoices):
    """Where a job stands."""

    QUEUED = "QUEUED", _("waiting")
    RUNNING = "RUNNING", _("running")
    SUCCEEDED = "SUCCEEDED", _("done")
    FAILED = "FAILED", _("failed")
    CANCELLED = "CANCELLED", _("cancelled")


OPEN_STATUSES = (JobStatus.QUEUED, JobStatus.RUNNING)


class WorkerQueue(models.TextChoices):
    """The worker pools."""

    DEFAULT = "default", _("default")
    FORECASTS = "forecasts", _("forecasts")
    SOLVES = "solves", _("solves")


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def visible_to(self, principal: object) -> "JobQuerySet":
        """Return the jobs for our own people with job.view, else one's own."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if not access.can("job.view"):
            return self.filter(created_by=getattr(principal, "pk", None))
        if access.client_ids is None:
            return self
        return self.filter(Q(client=None) | Q(client__in=access.client_ids))

    def unfinished(self) -> "JobQuerySet":
        """Return those that wait or run."""
        return self.filter(status__in=OPEN_STATUSES)

    def claimable(self, *, at: datetime) -> "JobQuerySet":
        """Return those that nobody works on: waiting, or left behind by a dead worker."""
        return self.filter(
            Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING, lease_until__lt=at)
        )

    def orphaned(self, *, at: datetime) -> "JobQuerySet":
        """Return the running ones whose worker has stopped renewing its lease."""
        return self.filter(status=JobStatus.RUNNING, lease_until__lt=at)


class Job(models.Model):
    """One long computation. `token` is the fence: only the last claimant may publish."""

    kind = models.CharField(_("kind"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    worker_queue = models.CharField(
        _("worker pool"), max_length=20, choices=WorkerQueue, default=WorkerQueue.DEFAULT
    )
    params = models.JSONField(_("parameters"), default=dict)
    status = models.CharField(
        _("status"), max_length=12, choices=JobStatus, default=JobStatus.QUEUED
    )
    progress = models.FloatField(_("progress"), default=0.0)
    message = models.CharField(_("message"), max_length=300, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    checkpoint = models.JSONField(_("checkpoint"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    result_url = models.CharField(_("result page"), max_length=300, blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.PositiveIntegerField(_("fencing token"), default=0)
    owner = models.CharField(_("worker"), max_length=120, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last heartbeat"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel asked for"), null=True, blank=True)
    client = models.ForeignKey("org.Client", on_delete=models.CASCADE, null=True, blank=True)
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cpu_seconds = models.FloatField(_("CPU seconds"), null=True, blank=True)
    peak_rss_kib = models.BigIntegerField(_("peak memory in KiB"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__gte=0) & Q(progress__lte=1), name="jobs_job_progress_is_share"
            ),
            models.CheckConstraint(
                condition=~Q(status=JobStatus.RUNNING) | Q(lease_until__isnull=False),
                name="jobs_job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "lease_until"],
                condition=Q(status__in=["QUEUED", "RUNNING"]),
                name="jobs_job_open",
            ),
            models.Index(fields=["kind", "-created_at"], name="jobs_job_kind_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def is_open(self) -> bool:
        """It waits or runs."""
        return self.status in OPEN_STATUSES


class OutboxMessage(models.Model):
    """A ring that is due, written in the job's own transaction."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="outbox_messages")
    task_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at=None), name="jobs_outbox_unsent")
        ]

    def __str__(self) -> str:
        return f"{self.task_name} for job {self.job_id}"
