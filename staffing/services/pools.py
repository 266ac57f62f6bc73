"""Pools: which queues the same people serve, in which order, by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from staffing.models import Pool, PoolQueue
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as


class UnableToChangePool(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The pool cannot be like that; the sentence says why."""


@dataclass(frozen=True)
class PoolSettings:
    """What a pool says besides its queues."""

    name: str
    max_occupancy_rate: float = 0.85
    live_give_rate: float = 0.005
    is_interruptible: bool = False
    deferred_in_order: bool = False


@transaction.atomic
def create_pool(*, settings: PoolSettings, queues: Sequence[Queue]) -> Pool:
    """Create a pool of these queues, the first one served first."""
    _refuse(queues, pool=None)
    pool = Pool(**vars(settings))
    with refused_as(UnableToChangePool):
        pool.full_clean()
    with _refused_if_taken():
        pool.save(force_insert=True)
        _put(pool, queues)
    return pool


@transaction.atomic
def change_pool(*, pool: Pool, settings: PoolSettings, queues: Sequence[Queue]) -> Pool:
    """Give a pool these settings and queues, the first one served first."""
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    _refuse(queues, pool=pool)
    for name, value in vars(settings).items():
        setattr(pool, name, value)
    with refused_as(UnableToChangePool):
        pool.full_clean()
    with _refused_if_taken():
        pool.save(update_fields=list(vars(settings)))
        _put(pool, queues)
    return pool


@transaction.atomic
def delete_pool(*, pool: Pool) -> None:
    """Part the queues again; what was computed for the pool stays with its runs."""
    pool.delete()


@contextmanager
def _refused_if_taken() -> Iterator[None]:
    """Say in a sentence what the database refuses: somebody else was quicker."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise UnableToChangePool(
            _(
                "Somebody has just put one of these queues into another pool, or given a pool this"
                " name; open the list of pools and try again."
            )
        ) from error


def _put(pool: Pool, queues: Sequence[Queue]) -> None:
    """Write only what differs, so that the audit tells what was changed."""
    members = {member.queue_id: member for member in PoolQueue.objects.filter(pool=pool)}
    wanted = {queue.pk: priority for priority, queue in enumerate(queues, start=1)}
    PoolQueue.objects.filter(pool=pool).exclude(queue__in=wanted).delete()
    for queue_id, priority in wanted.items():
        member = members.get(queue_id)
        if member is None:
            PoolQueue.objects.create(pool=pool, queue_id=queue_id, priority=priority)
        elif member.priority != priority:
            member.priority = priority
            member.save(update_fields=["priority"])


def _refuse(queues: Sequence[Queue], *, pool: Pool | None) -> None:
    if len({queue.pk for queue in queues}) < len(queues):
        raise UnableToChangePool(_("Name each queue of the pool once."))
    if len(queues) < 2:
        raise UnableToChangePool(_("A pool needs at least two queues; add another one."))
    steps = sorted({queue.interval_minutes for queue in queues})
    if len(steps) > 1:
        raise UnableToChangePool(
            _(
                "The queues have intervals of %(steps)s minutes; the queues of a pool need the same"
                " interval."
            )
            % {"steps": ", ".join(str(step) for step in steps)}
        )
    others = PoolQueue.objects.filter(queue__in=[queue.pk for queue in queues])
    if pool is not None:
        others = others.exclude(pool=pool)
    if taken := others.select_related("queue", "pool").order_by("pk").first():
        raise UnableToChangePool(
            _("%(queue)s is in the pool “%(pool)s” already; take it out there first.")
            % {"queue": taken.queue, "pool": taken.pool}
        )
