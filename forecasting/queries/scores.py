"""How frozen forecasts and overrides did, pooled for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Sum

from forecasting.core.override_score import OverrideErrors
from forecasting.core.scoring import HORIZONS, Score, pooled
from forecasting.models import ForecastScore, OverrideScore
from wfm.org.models import Queue

ALL_HORIZONS = "all"
NO_SCORE = Score()


@dataclass(frozen=True)
class QueueAccuracy:
    """Scores of one queue by horizon key; horizons without scored days are absent."""

    queue: Queue
    by_horizon: dict[str, Score]

    @property
    def overall(self) -> Score:
        """All horizons together."""
        return pooled(self.by_horizon.values())


def queue_accuracies(
    queues: Sequence[Queue], *, first_date: date, last_date: date, horizon: str = ALL_HORIZONS
) -> list[QueueAccuracy]:
    """Accuracy of the days from first to last, both included; most to improve first.

    The order goes by absolute error that is not chance, in the chosen horizon.
    """
    by_queue = {queue.pk: queue for queue in queues}
    names = [field.name for field in fields(Score)]
    found_rows: Any = (
        ForecastScore.objects.filter(
            queue__in=list(by_queue), target_date__range=(first_date, last_date)
        )
        .values("queue_id", "lead_days")
        .annotate(**{f"sum_{name}": Sum(name) for name in names})
    )
    found: dict[int, dict[str, list[Score]]] = {}
    for row in found_rows:
        score = Score(**{name: float(row[f"sum_{name}"]) for name in names})
        key = horizon_of(row["lead_days"])
        found.setdefault(row["queue_id"], {}).setdefault(key, []).append(score)
    accuracies = [
        QueueAccuracy(by_queue[pk], {key: pooled(scores) for key, scores in by_key.items()})
        for pk, by_key in found.items()
    ]
    return sorted(accuracies, key=_most_to_improve(horizon))


def _most_to_improve(horizon: str) -> Callable[[QueueAccuracy], tuple[float, str]]:
    def key(row: QueueAccuracy) -> tuple[float, str]:
        score = row.overall if horizon == ALL_HORIZONS else row.by_horizon.get(horizon, NO_SCORE)
        return -score.improvable_contacts, row.queue.name

    return key


def horizon_of(lead_days: int) -> str:
    """Key of the horizon that a day so many days ahead belongs to."""
    return next(item.key for item in HORIZONS if item.first <= lead_days <= item.last)


@dataclass(frozen=True)
class OverrideGroup(OverrideErrors):
    """Overrides of one planner, reason or kind together."""

    name: str
    overrides: int
    helped: int
    actual: float
    error_with: float
    error_without: float


def override_scores(
    principal: object, *, queues: Iterable[Queue], first_date: date, last_date: date
) -> list[OverrideScore]:
    """Judged overrides of these queues whose stretch began in the period, newest first."""
    found = OverrideScore.objects.visible_to(principal).filter(
        queue__in=list(queues), starts_at__date__range=(first_date, last_date)
    )
    return list(found.select_related("override__created_by", "queue").order_by("-starts_at", "-pk"))


def by_planner(scores: Sequence[OverrideScore]) -> list[OverrideGroup]:
    """Groups by the person who made the override, most saved first."""
    return _grouped(scores, lambda score: str(score.override.created_by or "–"))


def by_reason(scores: Sequence[OverrideScore]) -> list[OverrideGroup]:
    """Groups by reason, most saved first."""
    return _grouped(scores, lambda score: score.override.reason)


def _grouped(
    scores: Sequence[OverrideScore], name_of: Callable[[OverrideScore], Any]
) -> list[OverrideGroup]:
    groups: dict[str, list[OverrideScore]] = {}
    for score in scores:
        groups.setdefault(name_of(score), []).append(score)
    found = [
        OverrideGroup(
            name=name,
            overrides=len(members),
            helped=sum(member.helped for member in members),
            actual=sum(member.actual for member in members),
            error_with=sum(member.error_with for member in members),
            error_without=sum(member.error_without for member in members),
        )
        for name, members in groups.items()
    ]
    return sorted(found, key=lambda group: (-group.gain, group.name))
