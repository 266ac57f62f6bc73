"""Reads: what was promised for a queue, and when it was in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reporting.core.periods import Span
from reporting.core.results import Promise
from wfm.metrics import get
from wfm.metrics.sla import Period
from wfm.org.models import Queue, ServiceGoal, SlaClause


@dataclass(frozen=True, kw_only=True)
class DatedPromise:
    """A promise and the local dates [starts_on, ends_on) in which it is in force."""

    promise: Promise
    clause: SlaClause | None
    starts_on: date
    ends_on: date | None

    def is_in_force(self, day: date) -> bool:
        """Tell whether it holds on a date."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def promises_of(*, queue: Queue) -> dict[str, list[DatedPromise]]:
    """Return what was promised for a queue, by metric, the latest first.

    The client's clauses come first; a metric without a clause takes the queue's own goal, which
    has a target but judges nothing.
    """
    found: dict[str, list[DatedPromise]] = {}
    clauses = SlaClause.objects.filter(queue=queue, contract__client=queue.client_id)
    for clause in clauses.select_related("contract").order_by("-contract__starts_on", "pk"):
        found.setdefault(clause.metric_key, []).append(
            DatedPromise(
                promise=Promise(
                    metric=get(clause.metric_key, clause.metric_version),
                    target=clause.target,
                    threshold_seconds=clause.threshold_seconds,
                    judged_period=Period(clause.period.lower()),
                    minimum_sample=clause.minimum_sample,
                ),
                clause=clause,
                starts_on=clause.contract.starts_on,
                ends_on=clause.contract.ends_on,
            )
        )
    promised = set(found)
    for goal in ServiceGoal.objects.filter(queue=queue).order_by("-starts_on"):
        if goal.metric_key not in promised:
            found.setdefault(goal.metric_key, []).append(
                DatedPromise(
                    promise=Promise(
                        metric=get(goal.metric_key),
                        target=goal.level,
                        threshold_seconds=goal.threshold_seconds,
                    ),
                    clause=None,
                    starts_on=goal.starts_on,
                    ends_on=goal.ends_on,
                )
            )
    return found


def promise_for(span: Span, dated: Sequence[DatedPromise]) -> DatedPromise | None:
    """Return the promise in force on the first day of the span, else the first that begins in it.

    A contract that changes inside a month judges from the next month on.
    """
    for item in dated:
        if item.is_in_force(span.starts_on):
            return item
    begun = [item for item in dated if span.starts_on <= item.starts_on < span.ends_on]
    return min(begun, key=lambda item: item.starts_on, default=None)
