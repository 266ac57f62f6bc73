"""What newer runs have replaced, and drafts that nobody published: found, deleted and marked.

Each result is looked at once, and again while what was kept of it reaches ahead: past that end
nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from wfm.jobs.models import OPEN_STATUSES
from wfm.org.in_force import RunsInForce, Span, Stretch, gaps
from wfm.org.runs import RunResult

_Result = TypeVar("_Result", bound=RunResult)


@dataclass(frozen=True)
class Retention:
    """How long what was replaced stays: of runs of the night, and of those by a person's hand."""

    days: int
    by_hand_days: int


@dataclass(frozen=True)
class Clearable(Generic[_Result]):
    """The stretches of a queue's result that nothing needs any more, and where the rest ends."""

    result: _Result
    gone: list[Stretch]
    kept_until: datetime | None
    """None while something is only kept for now: it is looked at again."""


def results_to_clear(
    results: QuerySet[_Result],
    *,
    at: datetime,
    retention: Retention,
    kept_run_ids: Collection[int],
) -> list[int]:
    """Ids of those results that are old enough to be looked at, queue by queue.

    A run without a person is the night's or a program's.
    """
    nobodys = Q(run__created_by=None, run__published_by=None)
    limit, by_hand_limit = (
        at - timedelta(days=days) for days in (retention.days, retention.by_hand_days)
    )
    found = (
        results.annotate(made_at=Coalesce("run__published_at", "run__created_at"))
        .filter(Q(kept_until=None) | Q(kept_until__gt=at))
        .filter(nobodys & Q(made_at__lt=limit) | ~nobodys & Q(made_at__lt=by_hand_limit))
        .exclude(run__in=[*kept_run_ids])
        .exclude(run__job__status__in=list(OPEN_STATUSES))
    )
    return list(found.order_by("queue", "pk").values_list("pk", flat=True))


def locked_results(results: QuerySet[_Result], ids: Sequence[int]) -> list[_Result]:
    """These results with their runs, which stay locked until the transaction ends.

    So no draft is published half deleted.
    """
    locked = results.select_related("run").select_for_update(no_key=True, of=("run",))
    return list(locked.filter(pk__in=ids).order_by("run", "pk"))


def clearable(
    spans: Mapping[_Result, Span],
    runs: RunsInForce,
    *,
    needed: Mapping[_Result, Iterable[Span]] | None = None,
) -> Iterator[Clearable[_Result]]:
    """What can go of the span of each result: all that is neither in force nor needed otherwise.

    A draft is never in force.
    """
    for_now = {result.pk: [*(needed or {}).get(result, ())] for result in spans}
    kept: dict[int, list[Span]] = {result.pk: [] for result in spans}
    for part in runs.between(
        list({result.queue_id for result in spans}),
        starts_at=min(begin for begin, _end in spans.values()),
        ends_at=max(end for _begin, end in spans.values()),
    ):
        if part.result_id in kept:
            kept[part.result_id].append((part.starts_at, part.ends_at))
    for result, span in spans.items():
        held = [*kept[result.pk], *for_now[result.pk]]
        gone = [
            Stretch(result.queue_id, result.run_id, result.pk, *gap) for gap in gaps(*span, held)
        ]
        ends = max((end for _begin, end in kept[result.pk]), default=span[0])
        yield Clearable(result, gone, None if for_now[result.pk] else ends)


def clear(found: Sequence[Clearable[_Result]], runs: RunsInForce, *, at: datetime) -> int:
    """Delete the intervals that can go and mark the results; return how many intervals."""
    deleted = runs.delete([stretch for item in found for stretch in item.gone])
    for item in found:
        item.result.kept_until = item.kept_until
        if item.gone:
            item.result.cleared_at = at
    if found:
        results = [item.result for item in found]
        type(results[0])._default_manager.bulk_update(results, ["kept_until", "cleared_at"])  # noqa: SLF001 - Django's name for it
    return deleted
