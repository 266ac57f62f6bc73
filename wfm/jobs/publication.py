"""Publication of a run: once, complete, and never without numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from wfm.integration.services import record_change
from wfm.jobs.models import JobStatus
from wfm.org.models import User
from wfm.org.runs import Run

_Run = TypeVar("_Run", bound=Run)


class UnableToPublish(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The run cannot be published; the sentence says why."""


def lock_run(run: Run) -> bool:
    """Hold the run until this transaction ends; return whether it is published by now.

    Whoever publishes it, fills it, applies overrides to it or clears it holds it, so that none of
    them works on what another has just made final. Rows that only refer to it are not held up.
    """
    held = type(run)._default_manager.select_for_update(no_key=True).filter(pk=run.pk)  # noqa: SLF001 - Django's name for it
    return held.values_list("published_at", flat=True).get() is not None


@transaction.atomic
def publish_run(
    *,
    run: _Run,
    published_at: datetime,
    published_by: User | None,
    by_own_job: bool = False,
) -> _Run:
    """Make the run final, so that the next room builds on it; a later run supersedes it.

    `by_own_job`: the run's job publishes as its last act, while it still counts as running.
    """
    is_published = lock_run(run)
    if run.job is not None and not by_own_job:
        run.job.refresh_from_db(fields=["status"])
        if run.job.status != JobStatus.SUCCEEDED:
            raise UnableToPublish(
                _("%(run)s is not complete (%(status)s); start a new one or wait for it.")
                % {"run": run.title, "status": run.job.get_status_display()}
            )
    cleared_at = run.queue_results.aggregate(last=Max("cleared_at"))["last"]
    if cleared_at is not None and not is_published:
        raise UnableToPublish(
            _(
                "%(run)s was left unused, and intervals of it were deleted on %(day)s; start a new one."
            )
            % {"run": run.title, "day": cleared_at.date()}
        )
    if not run.queue_results.with_numbers().exists():
        raise UnableToPublish(
            _("%(run)s holds no queue with numbers; there is nothing to publish.")
            % {"run": run.title}
        )
    unpublished = type(run)._default_manager.filter(pk=run.pk, published_at=None)  # noqa: SLF001 - Django's name for it
    if not unpublished.update(published_at=published_at, published_by=published_by):
        raise UnableToPublish(_("%(run)s is already published.") % {"run": run.title})
    run.refresh_from_db()
    _record(run, published_at)
    return run


def _record(run: Run, published_at: datetime) -> None:
    """Tell those who follow changes."""
    queues = run.queue_results.order_by("queue_id").values_list("queue_id", flat=True)
    record_change(
        kind=f"{run.change_subject}.published",
        key=f"{run.change_subject}-run:{run.pk}",
        payload={
            "run": run.pk,
            "queues": list(queues),
            "published_at": published_at,
            "published_by": run.published_by_id,
        },
    )
