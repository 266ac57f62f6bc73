"""The queues of a run on their way: read together, planned side by side, written together."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from staffing.models import RequirementRun
from staffing.services import QueueRequirement, save_requirements
from staffing.services.runs import Outcome
from wfm.jobs.queue_run import QueueRun
from wfm.org.models import Queue

MOST_PLANNERS = 4
QUEUES_AT_ONCE = 50
INTERVALS_AT_ONCE = 100_000
"""Queues are read together up to these numbers, so that reading stays short and memory small."""
INTERVALS_WRITTEN_AT_ONCE = 20_000
SECONDS_BETWEEN_WRITES = 2.0
"""What is planned is written after that time even where it is little: a killed worker loses no more."""
SECONDS_TO_CANCEL = 0.2

Planned = Future[QueueRequirement | str]
"""A requirement, or the sentence that refuses it."""


def planners() -> ThreadPoolExecutor:
    """Return threads that plan: the compiled loops let each other run."""
    cores = len(os.sched_getaffinity(0))
    return ThreadPoolExecutor(min(MOST_PLANNERS, cores), thread_name_prefix="planner")


def batches(
    run: RequirementRun, queues: Sequence[Queue], sources: Mapping[int, Collection[int]]
) -> Iterator[list[Queue]]:
    """Yield queues that can be read together: none is fed by another of its batch."""
    minutes = (run.forecast_run.ends_at - run.forecast_run.starts_at).total_seconds() / 60
    batch: list[Queue] = []
    intervals = 0.0
    for queue in queues:
        intervals += minutes / queue.interval_minutes
        is_full = len(batch) >= QUEUES_AT_ONCE or intervals > INTERVALS_AT_ONCE
        if batch and (is_full or is_fed_by(queue, batch, sources)):
            yield batch
            batch, intervals = [], minutes / queue.interval_minutes
        batch.append(queue)
    if batch:
        yield batch


def is_fed_by(
    queue: Queue, others: Sequence[Queue], sources: Mapping[int, Collection[int]]
) -> bool:
    """Tell whether one of these queues feeds it."""
    feeding = sources.get(queue.pk, ())
    return any(other.pk in feeding for other in others)


@dataclass
class QueueLine:
    """Queues that are being planned, in order, and what is done with those that are."""

    work: QueueRun[RequirementRun]
    waiting: deque[tuple[Queue, Planned]] = field(default_factory=deque)
    written_at: float = field(default_factory=time.monotonic)

    @property
    def queues(self) -> list[Queue]:
        """The queues in hand: not yet written."""
        return [queue for queue, _planned in self.waiting]

    def add(self, queue: Queue, planned: Planned) -> None:
        """Put a queue at the end; write those that have long been ready."""
        self.waiting.append((queue, planned))
        if time.monotonic() - self.written_at > SECONDS_BETWEEN_WRITES:
            self._write_group(left=len(self.waiting) - self._ready())

    def write(self, *, left: int) -> None:
        """Write the queues in their order as they are planned, until so many are left."""
        while len(self.waiting) > left:
            self._write_group(left=left)

    def _ready(self) -> int:
        """Return how many queues from the first on are planned."""
        for place, (_queue, planned) in enumerate(self.waiting):
            if not planned.done():
                return place
        return len(self.waiting)

    def _write_group(self, *, left: int) -> None:
        """Write the next queues, as many as are ready in time; wait for the first of them."""
        group: list[Outcome] = []
        intervals = 0
        while len(self.waiting) > left and intervals < INTERVALS_WRITTEN_AT_ONCE:
            queue, planned = self.waiting[0]
            if not self._is_planned(planned, is_needed=not group):
                break
            if group and planned.exception():
                break  # those before it are written first
            self.waiting.popleft()
            result = planned.result()
            group.append((queue, result))
            intervals += 0 if isinstance(result, str) else result.starts_at.size
        if group:
            with self.work.writing([queue for queue, _result in group]):
                save_requirements(run=self.work.run, outcomes=group)
            self.written_at = time.monotonic()

    def _is_planned(self, planned: Planned, *, is_needed: bool) -> bool:
        """Wait until it is; where it is not needed only until the next write is due."""
        while not planned.done():
            self.work.ctx.raise_if_cancelled()
            if not is_needed and time.monotonic() - self.written_at > SECONDS_BETWEEN_WRITES:
                return False
            wait([planned], timeout=SECONDS_TO_CANCEL)
        return True
