"""Overrides: a log with reason and undo, on top of the system's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from forecasting.core.overrides import apply_overrides
from forecasting.models import ForecastRun, Override, OverrideComponent
from forecasting.queries.runs import (
    instant_factors,
    interval_series,
    latest_run,
    override_data,
)
from forecasting.services.runs import lock_queues
from forecasting.services.staging import Staging
from wfm.jobs.publication import lock_run
from wfm.org.models import Queue, User
from wfm.org.services.checks import refused_as


class UnableToOverride(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The override is refused; the sentence says why."""


@dataclass(frozen=True)
class OverrideChange:
    """What is changed and how: an OverrideComponent, an OverrideKind and its value."""

    kind: str
    value: float
    component: str = OverrideComponent.VOLUME


@transaction.atomic
def create_override(
    *,
    queue: Queue,
    change: OverrideChange,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    created_by: User | None,
) -> Override:
    """Log an override and apply it to the queue's newest run while that one is a draft.

    A published run stays as it is: the override counts from the next forecast on.
    """
    override = Override(
        queue=queue,
        component=change.component,
        kind=change.kind,
        value=change.value,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        created_by=created_by,
    )
    if not override.reason:
        raise UnableToOverride(_("Give a reason: it is shown beside the number."))
    if not np.isfinite(change.value):
        raise UnableToOverride(_("Expected a number, got %(value)s.") % {"value": change.value})
    with refused_as(UnableToOverride):
        override.full_clean()
    lock_queues([queue.pk])
    override.save()
    _reapply_to_draft(queue)
    return override


@transaction.atomic
def revoke_override(*, override: Override, revoked_at: datetime, revoked_by: User | None) -> None:
    """Undo an override; it stays in the log."""
    lock_queues([override.queue_id])
    changed = Override.objects.filter(pk=override.pk, revoked_at=None).update(
        revoked_at=revoked_at, revoked_by=revoked_by
    )
    if not changed:
        raise UnableToOverride(_("This override was already undone."))
    _reapply_to_draft(override.queue)


def _reapply_to_draft(queue: Queue) -> None:
    run = latest_run(queue)
    if run is not None and not lock_run(run):
        reapply_overrides(run=run, queue=queue)


@transaction.atomic
def reapply_overrides(*, run: ForecastRun, queue: Queue) -> int:
    """Compute the final mean of a draft run anew; return how many intervals changed."""
    series = interval_series(run=run, queue=queue, starts_at=run.starts_at, ends_at=run.ends_at)
    overrides = override_data(queue, starts_at=run.starts_at, ends_at=run.ends_at)
    factors = instant_factors(run=run, queue=queue, series=series) if overrides else None
    try:
        final = apply_overrides(
            mean=series.mean, starts_at=series.starts_at, overrides=overrides, factors=factors
        )
    except ValueError as error:
        raise UnableToOverride(
            _("Forecast #%(pk)s keeps no factors of %(queue)s; make a new forecast first.")
            % {"pk": run.pk, "queue": queue}
        ) from error
    final = np.where(series.is_open, final, 0.0).round(6)
    changed = final != series.final_mean
    staging = Staging(
        "staged_finals", {"starts_at": "timestamptz", "final_mean": "double precision"}
    )
    texts = np.datetime_as_string(series.starts_at[changed], unit="s")
    staging.copy(zip((f"{text}+00" for text in texts), final[changed].tolist(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forecasting_forecastinterval kept SET final_mean = staged.final_mean "
            "FROM staged_finals staged "
            "WHERE kept.run_id = %s AND kept.queue_id = %s AND kept.starts_at = staged.starts_at",
            [run.pk, queue.pk],
        )
    return int(changed.sum())
