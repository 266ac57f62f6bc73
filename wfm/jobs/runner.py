"""Run a job under a lease: claim, heartbeat, progress, cancel, checkpoint, publish, finish."""

import logging
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from wfm.jobs.models import Job, JobStatus
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)


class JobRefused(Exception):  # noqa: N818 - reads as what happened
    """The input is wrong; the sentence says what and the cure. Not tried again."""


class JobCancelled(Exception):  # noqa: N818
    """The person asked to stop and the handler has stopped."""


class LostLease(Exception):  # noqa: N818
    """Another worker has taken over; nothing of this one may be published."""


Handler = Callable[["JobContext"], dict[str, Any]]


class JobContext:
    """What a handler sees of its job. A thread renews the lease and reports progress."""

    def __init__(self, job: Job) -> None:
        self.job_id = job.pk
        self.token = job.token
        self.attempt = job.attempts
        self.params: dict[str, Any] = dict(job.params)
        self.checkpoint: dict[str, Any] = dict(job.checkpoint)
        self._lock = threading.Lock()
        self._changes: dict[str, Any] = {}
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._on_cancel: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._beat, name=f"job-{job.pk}", daemon=True)

    @property
    def cancelled(self) -> bool:
        """The person has asked to stop."""
        return self._cancelled.is_set()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call this (from the heartbeat's thread) as soon as the person asks to stop."""
        with self._lock:
            self._on_cancel.append(callback)
        if self.cancelled:
            callback()

    def raise_if_cancelled(self) -> None:
        """Raise JobCancelled when the person has asked to stop, LostLease when fenced off."""
        if self._lost.is_set():
            msg = f"Job {self.job_id} has been taken over by another worker."
            raise LostLease(msg)
        if self.cancelled:
            msg = f"Job {self.job_id} was cancelled."
            raise JobCancelled(msg)

    def progress(self, share: float, message: str = "", **detail: Any) -> None:
        """Report progress 0-1; written at most once a second by the heartbeat's thread."""
        with self._lock:
            self._changes["progress"] = min(1.0, max(0.0, float(share)))
            if message:
                self._changes["message"] = message[:300]
            if detail:
                self._changes["detail"] = detail
        self._wake.set()

    def save_checkpoint(self, data: dict[str, Any]) -> None:
        """Keep what a later attempt can build on. Raises LostLease when fenced off."""
        with system_tenant():
            self._update(checkpoint=data)
        self.checkpoint = data

    @contextmanager
    def publishing(self) -> Iterator[Job]:
        """One transaction that holds the job's row and our token: the only place to write results.

        Raises LostLease when another worker has claimed the job since.
        """
        with system_tenant():
            job = Job.objects.select_for_update().filter(pk=self.job_id).first()
            if job is None or job.token != self.token or job.status != JobStatus.RUNNING:
                msg = (
                    f"Job {self.job_id} is no longer ours (token {self.token}); nothing is written."
                )
                raise LostLease(msg)
            yield job

    def _update(self, **changes: Any) -> None:
        changed = Job.objects.filter(
            pk=self.job_id, token=self.token, status=JobStatus.RUNNING
        ).update(**changes)
        if not changed:
            self._lost.set()
            msg = f"Job {self.job_id} is no longer ours (token {self.token})."
            raise LostLease(msg)

    # -- the heartbeat's thread -----------------------------------------------------------------

    def start(self) -> None:
        """Start to renew the lease."""
        self._thread.start()

    def stop(self) -> None:
        """Stop to renew; return when the thread has ended."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _beat(self) -> None:
        """Renew the lease and look for a cancel; a fault of the database is tried again."""
        last_renewal = 0.0
        try:
            while not self._stop.is_set() and not self._lost.is_set():
                try:
                    due = time.monotonic() - last_renewal >= settings.JOB_HEARTBEAT_SECONDS
                    self._report(renew=due)
                    if due:
                        last_renewal = time.monotonic()
                except LostLease:
                    logger.warning("Job %s was taken over by another worker.", self.job_id)
                    self._call_cancel_callbacks()
                except (DatabaseError, InterfaceError):
                    logger.exception(
                        "Unable to renew the lease of job %s; trying again.", self.job_id
                    )
                    connection.close()
                self._wake.wait(timeout=0.5)
                self._wake.clear()
                self._stop.wait(timeout=0.5)
        finally:
            connection.close()

    def _report(self, *, renew: bool) -> None:
        with self._lock:
            changes, self._changes = self._changes, {}
        with system_tenant():
            if renew or changes:
                moment = now()
                lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
                self._update(heartbeat_at=moment, lease_until=moment + lease, **changes)
            asked = Job.objects.filter(pk=self.job_id, cancel_requested_at__isnull=False).exists()
        if asked and not self._cancelled.is_set():
            self._cancelled.set()
            self._call_cancel_callbacks()

    def _call_cancel_callbacks(self) -> None:
        with self._lock:
            callbacks = list(self._on_cancel)
        for callback in callbacks:
            callback()


def run(job_id: int, handler: Handler) -> None:
    """Claim the job and run its handler; a job that someone else works on is left alone.

    Safe to call any number of times for the same job.
    """
    close_old_connections()
    job = _claim(job_id)
    if job is None:
        return
    context = JobContext(job)
    context.start()
    before = _cpu_seconds()
    outcome: dict[str, Any]
    try:
        # Whatever the handler changes is audited as this job's, for the person who started it.
        with pghistory.context(job=job.pk, user=job.created_by_id):
            result = handler(context)
    except JobCancelled:
        outcome = {"status": JobStatus.CANCELLED, "message": _("Cancelled.")}
    except JobRefused as error:
        outcome = {"status": JobStatus.FAILED, "error": str(error), "message": str(error)[:300]}
    except LostLease as error:
        logger.warning("%s", error)
        outcome = {}
    except Exception as error:  # a worker must outlive any handler
        logger.exception("Unable to finish job %s (%s)", job_id, job.kind)
        outcome = _after_fault(job, error)
    else:
        outcome = {"status": JobStatus.SUCCEEDED, "progress": 1.0, "result": result}
    finally:
        context.stop()
    if outcome:
        _finish(context, {**outcome, "cpu_seconds": _cpu_seconds() - before})


def _claim(job_id: int) -> Job | None:
    moment = now()
    with system_tenant():
        claimed = (
            Job.objects.claimable(at=moment)
            .filter(pk=job_id, attempts__lt=settings.JOB_MAX_ATTEMPTS)
            .update(
                status=JobStatus.RUNNING,
                owner=f"{socket.gethostname()}:{os.getpid()}",
                lease_until=moment + timedelta(seconds=settings.JOB_LEASE_SECONDS),
                heartbeat_at=moment,
                started_at=moment,
                token=F("token") + 1,
                attempts=F("attempts") + 1,
                error="",
            )
        )
        return Job.objects.get(pk=job_id) if claimed else None


def _after_fault(job: Job, error: Exception) -> dict[str, Any]:
    """Let the sweeper try again while attempts are left; else fail with the fault's own words."""
    if job.attempts < settings.JOB_MAX_ATTEMPTS:
        return {
            "lease_until": now() - timedelta(seconds=1),
            "message": _("A fault: %(error)s. It will be tried again.") % {"error": error},
        }
    sentence = _("It failed %(count)d times; the last fault: %(error)s") % {
        "count": job.attempts,
        "error": f"{type(error).__name__}: {error}",
    }
    return {"status": JobStatus.FAILED, "error": sentence, "message": sentence[:300]}


def _finish(context: JobContext, outcome: dict[str, Any]) -> None:
    outcome["message"] = outcome.get("message", "")[:300]
    outcome["peak_rss_kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if "status" in outcome:
        outcome |= {"finished_at": now(), "lease_until": None}
    else:
        outcome.pop("cpu_seconds")
    with system_tenant():
        mine = Job.objects.filter(
            pk=context.job_id, token=context.token, status=JobStatus.RUNNING
        ).update(**outcome)
    if not mine:
        logger.warning("Job %s ended elsewhere; this worker's end is not recorded.", context.job_id)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
