"""Rows of the staffing room with sensible defaults; name only what decides the test."""

from itertools import count

from staffing.models import Pool, PoolQueue

_numbers = count(1)


def make_pool(*queues, **fields):
    """A pool of these queues, the first one served first."""
    pool = Pool.objects.create(**{"name": f"Pool {next(_numbers)}"} | fields)
    PoolQueue.objects.bulk_create(
        PoolQueue(pool=pool, queue=queue, priority=priority)
        for priority, queue in enumerate(queues, start=1)
    )
    return pool
