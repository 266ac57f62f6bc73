"""Who serves which queue when: most service in every slot, few changes of queue per person.

In each slot people first stay where they are, as far as their queue needs them; then queues that are short, the
dearest first, get someone by an augmenting path (others may move over); parts of a person's need come after whole
ones. Who is left over stays where he is.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Someone on position in these slots who may serve these queues, the first as the usual one."""

    queues: tuple[int, ...]
    working: NDArray[np.int64]


def assign_queues(
    workers: Sequence[Worker],
    required: Mapping[int, NDArray[np.float64]],
    under_cost: Mapping[int, float],
) -> list[dict[int, int]]:
    """Per worker the queue in each working slot. Workers without any queue get an empty answer."""
    by_slot: dict[int, list[int]] = {}
    for number, worker in enumerate(workers):
        if worker.queues:
            for slot in worker.working:
                by_slot.setdefault(int(slot), []).append(number)
    order = sorted(required)
    answers: list[dict[int, int]] = [{} for _ in workers]
    last: dict[int, int] = {}
    for slot in sorted(by_slot):
        need = {queue: float(required[queue][slot]) for queue in order}
        served = _match(by_slot[slot], workers, last, need, under_cost)
        for number in by_slot[slot]:
            queue = served.get(number, last.get(number, workers[number].queues[0]))
            answers[number][slot] = last[number] = queue
    return answers


def _match(
    present: list[int],
    workers: Sequence[Worker],
    last: Mapping[int, int],
    need: Mapping[int, float],
    under_cost: Mapping[int, float],
) -> dict[int, int]:
    """Serve whole units before parts of one: a person on a fifth of a need saves only that fifth."""
    served: dict[int, int] = {}
    left = {queue: floor(amount + TINY) for queue, amount in need.items()}
    for number in sorted(present, key=lambda n: len(workers[n].queues)):
        queue = last.get(number)
        if queue is not None and left.get(queue, 0) > 0:
            served[number] = queue
            left[queue] -= 1
    able: dict[int, list[int]] = {}
    for number in present:
        for queue in workers[number].queues:
            able.setdefault(queue, []).append(number)
    worth = [(under_cost[queue], queue, left[queue]) for queue in need]
    for queue, amount in need.items():
        part = amount - floor(amount + TINY)
        if part > TINY:
            worth.append((part * under_cost[queue], queue, 1))
    for saved, queue, units in sorted(worth, key=lambda unit: (-unit[0], unit[1])):
        for _unit in range(units):
            if not _augment(queue, able, served, saved=saved, under_cost=under_cost):
                break
    return served


def _augment(
    root: int,
    able: Mapping[int, list[int]],
    served: dict[int, int],
    *,
    saved: float,
    under_cost: Mapping[int, float],
) -> bool:
    """Find someone for the queue, moving others over where needed; False where nobody is left.

    Where nobody is free, someone is taken from the cheapest queue if less is lost there than `saved`.
    """
    mover: dict[int, tuple[int, int]] = {}
    seen = {root}
    waiting = deque([root])
    while waiting:
        queue = waiting.popleft()
        for number in able.get(queue, ()):
            if number not in served:
                _move_over(number, queue, root, mover, served)
                return True
            present = served[number]
            if present not in seen:
                seen.add(present)
                mover[present] = (number, queue)
                waiting.append(present)
    cheapest = min(mover, key=lambda queue: (under_cost[queue], queue), default=root)
    if cheapest == root or under_cost[cheapest] >= saved:
        return False
    free, queue = mover[cheapest]
    _move_over(free, queue, root, mover, served)
    return True


def _move_over(
    free: int,
    queue: int,
    root: int,
    mover: Mapping[int, tuple[int, int]],
    served: dict[int, int],
) -> None:
    """Apply a path: the free person takes the queue, whoever left it takes the next, up to the root."""
    served[free] = queue
    while queue != root:
        number, queue = mover[queue]
        served[number] = queue


def stretches(by_slot: Mapping[int, int]) -> list[tuple[int, int, int]]:
    """Runs of slots with the same queue as (first, end, queue)."""
    runs: list[tuple[int, int, int]] = []
    for slot in sorted(by_slot):
        queue = by_slot[slot]
        if runs and runs[-1][1] == slot and runs[-1][2] == queue:
            runs[-1] = (runs[-1][0], slot + 1, queue)
        else:
            runs.append((slot, slot + 1, queue))
    return runs
