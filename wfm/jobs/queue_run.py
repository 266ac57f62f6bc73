"""A run that its job fills queue by queue: progress, cancel, checkpoint, summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Queue
from wfm.org.runs import Run
from wfm.org.tenancy import system_tenant

_Run = TypeVar("_Run", bound=Run)


@dataclass(frozen=True)
class QueueRun(Generic[_Run]):
    """A run, its queues, and how far its job has come.

    A queue is done when it is written: a worker that takes over goes on with the others. The queues
    move the job's progress up to `share`; what comes after them has the rest.
    """

    ctx: JobContext
    run: _Run
    queues: tuple[Queue, ...]
    share: float = 1.0

    @property
    def done(self) -> frozenset[int]:
        """The queues that are written."""
        return frozenset(self.ctx.checkpoint.get("done", []))

    def remaining(self) -> list[Queue]:
        """The queues that are not."""
        done = self.done
        return [queue for queue in self.queues if queue.pk not in done]

    def take_up(self, queues: Sequence[Queue], *, in_hand: int = 0) -> None:
        """Name the queues to be read now; stop here if the person has asked to.

        So many before them are in hand: read, but not yet written.
        """
        self.ctx.raise_if_cancelled()
        count, done = len(self.queues), len(self.done)
        first = done + in_hand + 1
        words = _("%(queue)s (%(number)s of %(count)s)") % {
            "queue": queues[0],
            "number": first,
            "count": count,
        }
        if len(queues) > 1:
            words = _("%(first)s to %(last)s (queues %(from)s–%(to)s of %(count)s)") % {
                "first": queues[0],
                "last": queues[-1],
                "from": first,
                "to": first + len(queues) - 1,
                "count": count,
            }
        self.ctx.progress(self.share * done / count, words)

    @contextmanager
    def writing(self, queues: Iterable[Queue]) -> Iterator[None]:
        """Write these queues; the same transaction notes them as done."""
        self.ctx.raise_if_cancelled()
        done = self.done.union(queue.pk for queue in queues)
        with self.ctx.publishing():
            yield
            self.ctx.save_checkpoint({"done": sorted(done)})
        self.ctx.progress(self.share * len(done) / len(self.queues))

    def finish(
        self, *, summarize: Callable[[_Run], dict[str, Any]], publish: Callable[..., object]
    ) -> dict[str, Any]:
        """Write the summary; publish where that was asked for and some queue has numbers."""
        run = self.run
        with self.ctx.publishing():
            run.summary = summarize(run)
            run.save(update_fields=["summary"])
            wanted = run.parameters.get("publish_when_done") and not run.is_published
            if wanted and run.summary["queues"]:
                publish(run=run, published_at=now(), published_by=run.created_by, by_own_job=True)
        return {"run_id": run.pk, **run.summary}


def queue_run(ctx: JobContext, runs: QuerySet[_Run]) -> QueueRun[_Run]:
    """The run that the job names, with its queues in order."""
    with system_tenant():
        pk = ctx.params["run_id"]
        run = runs.filter(pk=pk).first()
        if run is None:
            raise JobRefused(_("%(run)s no longer exists.") % {"run": runs.model.title_of(pk)})
        queues = Queue.objects.filter(pk__in=run.parameters["queue_ids"])
        return QueueRun(ctx, run, tuple(queues.select_related("work_type").order_by("pk")))
