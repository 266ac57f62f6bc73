"""Requirement runs and whether they are still up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecasting.models import ForecastQueueResult, ForecastRun
from forecasting.queries import in_force as forecasts_in_force
from staffing.models import (
    CallbackOffer,
    Pool,
    PoolQueue,
    QueueLink,
    RequirementPoolResult,
    RequirementQueueResult,
    RequirementRun,
    ShrinkageProfile,
    ShrinkageRate,
    SkillGroup,
)
from staffing.queries.in_force import in_force
from wfm.org.in_force import Stretch
from wfm.org.models import Queue, ServiceGoal


def staleness(run: RequirementRun, *, shown: Sequence[Stretch] | None = None) -> list[str]:
    """Return why the run may be out of date, in sentences; empty when it is not.

    `shown`: only these stretches, in which it is in force, are looked at; what newer runs say of
    other times does not matter there.
    """
    results = RequirementQueueResult.objects.filter(run=run)
    queues = list(results.values_list("queue_id", flat=True))
    newer: RequirementRun | None = None
    if shown is None:
        newer_forecast = _newer_forecast(run, queues)
        newer = RequirementRun.objects.filter(
            published_at__isnull=False, pk__gt=run.pk, queue_results__queue__in=queues
        ).first()
    else:
        queues = list({stretch.queue_id for stretch in shown})
        newer_forecast = _forecast_in_force(run, shown)
    reasons = {
        _("Forecast #%(pk)s was published after the one this was computed from.")
        % {"pk": newer_forecast.pk if newer_forecast else 0}: newer_forecast is not None,
        _("Requirement #%(pk)s was published later.") % {"pk": newer.pk if newer else 0}: (
            newer is not None
        ),
        _("A service goal was changed after this requirement began."): _changed(
            ServiceGoal, run, queue__in=queues
        ),
        _("Shrinkage was changed after this requirement began."): (
            _changed(ShrinkageProfile, run, queue__in=queues)
            or _changed(ShrinkageRate, run, profile__queue__in=queues)
        ),
        _("A link between queues was changed after this requirement began."): _changed(
            QueueLink, run, target__in=queues
        ),
        _("An offer of callbacks was changed after this requirement began."): (
            _changed(CallbackOffer, run, queue__in=queues)
            or _changed(CallbackOffer, run, target__in=queues)
        ),
        _("The groups of skills of a pool were changed after this requirement began."): _changed(
            SkillGroup, run, pool__in=_pools(run)
        ),
        _("A pool was changed after this requirement began."): _changed(
            PoolQueue, run, queue__in=queues
        )
        or _changed(Pool, run, pgh_obj__in=_pools(run)),
        _("A queue's own settings were changed after this requirement began."): _changed(
            Queue, run, pgh_obj__in=queues
        ),
    }
    sentences = [sentence for sentence, holds in reasons.items() if holds]
    return sentences + _newer_sources(run, results.filter(queue__in=queues), shown)


def _pools(run: RequirementRun) -> list[int | None]:
    found = RequirementPoolResult.objects.filter(run=run, pool__isnull=False)
    return list(found.values_list("pool_id", flat=True))


def _newer_sources(
    run: RequirementRun,
    results: QuerySet[RequirementQueueResult],
    shown: Sequence[Stretch] | None,
) -> list[str]:
    """Say which queues whose output arrives here have been staffed anew since."""
    used = {
        (source["queue"], max(source["runs"], default=run.pk))
        for arrivals in results.values_list("detail__arrivals", flat=True)
        for source in (arrivals or {}).get("sources", [])
    }
    stretches = shown or []
    bounds = {
        "starts_at": min(
            (part.starts_at for part in stretches), default=run.forecast_run.starts_at
        ),
        "ends_at": max((part.ends_at for part in stretches), default=run.forecast_run.ends_at),
    }
    newer: dict[int, int] = {}
    for part in in_force([queue for queue, _used in used], **bounds) if used else []:
        if any(queue == part.queue_id and part.run_id > last for queue, last in used):
            newer[part.queue_id] = max(part.run_id, newer.get(part.queue_id, 0))
    names = Queue.objects.in_bulk(list(newer))
    return [
        _("Requirement #%(pk)s has staffed %(queue)s anew, whose output arrives here.")
        % {"pk": pk, "queue": names[queue_id]}
        for queue_id, pk in sorted(newer.items())
    ]


def _forecast_in_force(run: RequirementRun, shown: Sequence[Stretch]) -> ForecastRun | None:
    """Return a forecast that is in force in one of these stretches in place of the run's own."""
    if not shown:
        return None
    found = forecasts_in_force(
        list({part.queue_id for part in shown}),
        starts_at=min(part.starts_at for part in shown),
        ends_at=max(part.ends_at for part in shown),
    )
    others = {
        forecast.run_id
        for forecast in found
        for part in shown
        if forecast.run_id != run.forecast_run_id and forecast.overlaps(part)
    }
    return ForecastRun.objects.filter(pk__in=others).order_by("-pk").first()


def _newer_forecast(run: RequirementRun, queues: list[int]) -> ForecastRun | None:
    """Return a forecast of one of these queues that was published after the run's own."""
    published_at = run.forecast_run.published_at or run.created_at
    found = ForecastQueueResult.objects.filter(
        queue__in=queues, run__published_at__gt=published_at
    ).with_numbers()
    newest = found.select_related("run").order_by("-run__published_at").first()
    return newest.run if newest else None


def _changed(model: Any, run: RequirementRun, **rows: Any) -> bool:
    """Tell from the audit whether such rows were changed since the run was asked for."""
    changes = model.pgh_event_model.objects.filter(pgh_created_at__gt=run.created_at, **rows)
    return bool(changes.exists())
