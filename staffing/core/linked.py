"""Linked queues: what one finishes arrives in the next. Order, loops, and arrivals on a grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray

Edge = tuple[int, int]


@dataclass(frozen=True)
class Arriving:
    """Items that a link brings.

    Attributes:
        items: Per interval of the target's grid.
        before: Those that arrived before the grid began.
        in_delay: Those that arrive after it ends.

    """

    items: FloatArray
    before: float
    in_delay: float


def arriving_items(
    *,
    finished: FloatArray,
    finished_at: NDArray[np.datetime64],
    finished_step_seconds: int,
    share: float,
    delay_seconds: int,
    grid: NDArray[np.datetime64],
    grid_step_seconds: int,
) -> Arriving:
    """Return what arrives in each interval of the grid, `share` items for each finished one.

    What is finished in an interval is finished evenly over it; it arrives the delay later, also
    where the target is closed. Nothing is lost: items + before + in_delay = share x finished.
    """
    total = share * float(finished.sum())
    if not finished.size or not grid.size:
        return Arriving(items=np.zeros(grid.size), before=0.0, in_delay=total)
    starts = finished_at.astype("datetime64[s]").astype(np.int64) + delay_seconds
    moments = np.stack([starts, starts + finished_step_seconds], axis=1).ravel()
    after = np.cumsum(share * finished)
    arrived = np.stack([after - share * finished, after], axis=1).ravel()
    first = grid.astype("datetime64[s]").astype(np.int64)
    until = np.interp(first + grid_step_seconds, moments, arrived)
    since = np.interp(first, moments, arrived)
    return Arriving(
        items=np.maximum(until - since, 0.0),
        before=float(since[0]),
        in_delay=max(0.0, float(arrived[-1] - until[-1])),
    )


def feeding_order(nodes: Sequence[int], edges: Iterable[Edge]) -> list[int]:
    """Return the nodes so that each comes after those that feed it, else in the order given.

    Nodes in a loop, or fed by one, come last in the order given.
    """
    place = {node: index for index, node in enumerate(nodes)}
    inner = {(source, target) for source, target in edges if source in place and target in place}
    waits = {node: sum(target == node for _, target in inner) for node in nodes}
    ready = [place[node] for node in nodes if not waits[node]]
    heapify(ready)
    ordered: list[int] = []
    while ready:
        node = nodes[heappop(ready)]
        ordered.append(node)
        for source, target in inner:
            if source == node:
                waits[target] -= 1
                if not waits[target]:
                    heappush(ready, place[target])
    done = set(ordered)
    return ordered + [node for node in nodes if node not in done]


def loop_through(edges: Sequence[Edge]) -> list[int]:
    """Return a loop that the last edge closes, from its source back to it; empty when there is none."""
    if not edges:
        return []
    source, target = edges[-1]
    came_from: dict[int, int] = {target: source}
    waiting = [target]
    while waiting:
        node = waiting.pop(0)
        if node == source:
            break
        for tail, head in edges:
            if tail == node and head not in came_from:
                came_from[head] = node
                waiting.append(head)
    if source not in came_from:
        return []
    path = [source]
    while (node := came_from[path[-1]]) != source:
        path.append(node)
    return [source, *reversed(path[1:]), source]


def fed_by(sources: Iterable[int], edges: Sequence[Edge]) -> list[int]:
    """Return the queues that these feed, one after the other, without themselves, in order."""
    begun = set(sources)
    reached, waiting = set(begun), list(begun)
    while waiting:
        node = waiting.pop()
        for tail, head in edges:
            if tail == node and head not in reached:
                reached.add(head)
                waiting.append(head)
    return sorted(reached - begun)
