"""Start, ring, cancel and sweep jobs."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext as _

from wfm.jobs.models import Job, JobStatus, OutboxMessage, WorkerQueue
from wfm.org.models import Client, User
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
RING_BATCH = 200
# A job that waits this long without a claim is rung again: the broker may have lost the message.
RE_RING_AFTER = timedelta(seconds=20)


class UnableToCancel(RuntimeError):  # noqa: N818 - domain errors are named for what failed
    """The job cannot be cancelled."""


def start_job(
    *,
    kind: str,
    title: str,
    params: dict[str, Any],
    queue: str = WorkerQueue.DEFAULT,
    created_by: User | None = None,
    client: Client | None = None,
    result_url: str = "",
) -> Job:
    """Create the job and its outbox row in the caller's transaction; the bell rings on commit.

    `kind` is the name of the Celery task. Should the ring after the commit be lost, the sweeper
    finds the outbox row.
    """
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            title=title,
            params=params,
            worker_queue=WorkerQueue(queue),
            created_by=created_by,
            client=client,
            result_url=result_url,
        )
        message = OutboxMessage.objects.create(job=job, task_name=kind)
    transaction.on_commit(lambda: _ring_after_commit(message.pk), robust=True)
    return job


def _ring_after_commit(message_id: int) -> None:
    try:
        with system_tenant():
            ring_outbox(message_ids=[message_id])
    except Exception:
        logger.exception("Unable to ring outbox message %s; the sweeper will.", message_id)


def ring_outbox(*, message_ids: list[int] | None = None) -> int:
    """Send unsent outbox rows to Celery and mark them; return how many.

    A crash between sending and marking sends twice, which is harmless: claiming decides.
    """
    bell = import_string(settings.JOB_BELL)
    with transaction.atomic():
        unsent = OutboxMessage.objects.filter(sent_at=None).select_related("job")
        if message_ids is not None:
            unsent = unsent.filter(pk__in=message_ids)
        messages = list(
            unsent.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:RING_BATCH]
        )
        for message in messages:
            bell.send_task(
                message.task_name,
                kwargs={"job_id": message.job_id},
                queue=message.job.worker_queue,
                ignore_result=True,
            )
        OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
            sent_at=now()
        )
    return len(messages)


def sweep_jobs(*, at: datetime) -> dict[str, int]:
    """Ring what is unsent, ring orphans again, give up on those without attempts left.

    Safe to run at any moment and in several places at once.
    """
    with transaction.atomic():
        orphans = list(
            Job.objects.orphaned(at=at)
            .select_for_update(skip_locked=True)
            .order_by("pk")[:RING_BATCH]
        )
        failed = rung = cancelled = 0
        for job in orphans:
            if job.cancel_requested_at is not None:
                cancelled += _finish(
                    job, JobStatus.CANCELLED, _("Cancelled; its worker had stopped.")
                )
            elif job.attempts >= settings.JOB_MAX_ATTEMPTS:
                failed += _finish(
                    job,
                    JobStatus.FAILED,
                    _(
                        "The worker stopped %(count)d times while it computed this. It is not tried again."
                    )
                    % {"count": job.attempts},
                )
            else:
                Job.objects.filter(pk=job.pk).update(
                    status=JobStatus.QUEUED,
                    lease_until=None,
                    message=_("The worker stopped; another one takes over."),
                )
                OutboxMessage.objects.create(job=job, task_name=job.kind)
                rung += 1
        forgotten = (
            Job.objects.filter(status=JobStatus.QUEUED, created_at__lt=at - RE_RING_AFTER)
            .exclude(outbox_messages__sent_at=None)
            .exclude(outbox_messages__sent_at__gt=at - RE_RING_AFTER)
        )
        for job in forgotten.order_by("pk")[:RING_BATCH]:
            OutboxMessage.objects.create(job=job, task_name=job.kind)
            rung += 1
        OutboxMessage.objects.filter(sent_at__lt=at - timedelta(days=7)).delete()
    sent = ring_outbox()
    return {"rung": rung, "failed": failed, "cancelled": cancelled, "sent": sent}


def _finish(job: Job, status: JobStatus, sentence: str) -> int:
    return Job.objects.filter(pk=job.pk, token=job.token).update(
        status=status,
        error=sentence if status == JobStatus.FAILED else "",
        message=sentence[:300],
        finished_at=now(),
        lease_until=None,
    )


def cancel_job(*, job: Job, at: datetime) -> None:
    """Ask the job to stop; one that nobody has claimed yet stops at once.

    Raises UnableToCancel when it has already ended.
    """
    stopped = Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(
        status=JobStatus.CANCELLED,
        cancel_requested_at=at,
        finished_at=at,
        message=_("Cancelled before it began."),
    )
    if stopped:
        return
    asked = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(cancel_requested_at=at)
    if not asked:
        job.refresh_from_db()
        msg = _("“%(title)s” has already ended (%(status)s); there is nothing to cancel.") % {
            "title": job.title,
            "status": job.get_status_display(),
        }
        raise UnableToCancel(msg)
