"""Requirement runs: created with their job, filled queue by queue, published once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from forecasting.models import ForecastQueueResult, ForecastRun
from forecasting.services.staging import Staging
from staffing.core.params import RequirementParams
from staffing.core.series import FIGURES, RequirementSeries
from staffing.models import RequirementQueueResult, RequirementRun
from staffing.queries.links import queues_fed_by
from staffing.services.columns import copy_columns, nan_to_null
from wfm.jobs.publication import publish_run
from wfm.org.models import Queue, User

INTERVAL_COLUMNS = {
    "starts_at": "timestamptz",
    **dict.fromkeys(FIGURES, "double precision"),
    "is_open": "boolean",
}
COLUMN_NAMES = ", ".join(INTERVAL_COLUMNS)


class UnableToStaffRun(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The requirement cannot start or be written; the sentence says why."""


@dataclass(frozen=True)
class QueueRequirement(RequirementSeries):
    """All that one run says about one queue."""

    model: str
    goal: dict[str, Any]
    required_hours: float
    paid_hours: float
    overall_level: float | None
    ceiling_level: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def columns(self, intervals: int | None = None) -> dict[str, np.ndarray[Any, Any]]:
        """Return the intervals, or the first so many, by column."""
        return {name: getattr(self, name)[:intervals] for name in INTERVAL_COLUMNS}


@transaction.atomic
def create_requirement_run(
    *,
    forecast_run: ForecastRun,
    params: RequirementParams,
    created_by: User | None,
    queues: Sequence[Queue] | None = None,
) -> RequirementRun:
    """Create a run of the forecast's queues and those they feed, or of some of them.

    The forecast must be published.
    """
    if not forecast_run.is_published:
        raise UnableToStaffRun(
            _("Forecast #%(pk)s is not published; publish it first.") % {"pk": forecast_run.pk}
        )
    results = ForecastQueueResult.objects.filter(run=forecast_run).with_numbers()
    if results.filter(cleared_at__isnull=False).exists():
        raise UnableToStaffRun(
            _(
                "Newer forecasts have replaced parts of forecast #%(pk)s, which were deleted; staff"
                " a newer one."
            )
            % {"pk": forecast_run.pk}
        )
    known = list(results.order_by("queue_id").values_list("queue_id", flat=True))
    known += sorted(set(_fed(forecast_run, known)) - set(known))
    wanted = known if queues is None else [queue.pk for queue in queues]
    if strange := sorted(set(wanted) - set(known)):
        names = ", ".join(Queue.objects.filter(pk__in=strange).values_list("name", flat=True))
        raise UnableToStaffRun(
            _("Forecast #%(pk)s holds no numbers for: %(queues)s.")
            % {"pk": forecast_run.pk, "queues": names}
        )
    if not wanted:
        raise UnableToStaffRun(
            _("Forecast #%(pk)s holds no queue with numbers; there is nothing to staff.")
            % {"pk": forecast_run.pk}
        )
    return RequirementRun.objects.create(
        forecast_run=forecast_run,
        parameters=params.as_json() | {"queue_ids": wanted},
        code_version=str(getattr(settings, "CODE_VERSION", "")),
        created_by=created_by,
    )


def _fed(forecast_run: ForecastRun, queue_ids: list[int]) -> list[int]:
    """Return the queues that these feed; they need no forecast of their own."""
    return queues_fed_by(queue_ids, starts_at=forecast_run.starts_at, ends_at=forecast_run.ends_at)


Outcome = tuple[Queue, QueueRequirement | str]
"""A queue and its requirement, or the sentence that refuses it."""


@transaction.atomic
def save_requirements(*, run: RequirementRun, outcomes: Sequence[Outcome]) -> None:
    """Write some queues of an unpublished run; what was written of them before is replaced."""
    _clear(run, [queue.pk for queue, _result in outcomes])
    _save_intervals(
        run,
        {
            queue.pk: result.columns()
            for queue, result in outcomes
            if isinstance(result, QueueRequirement)
        },
    )
    RequirementQueueResult.objects.bulk_create(
        _result_row(run, queue, result) for queue, result in outcomes
    )


def _save_intervals(
    run: RequirementRun, columns: Mapping[int, dict[str, np.ndarray[Any, Any]]]
) -> None:
    """Write the intervals of these queues, given by column, in one go."""
    if not columns:
        return
    sizes = [part["starts_at"].size for part in columns.values()]
    table = {"queue_id": np.repeat(np.array([*columns], dtype=np.int64), sizes)}
    for name in INTERVAL_COLUMNS:
        table[name] = np.concatenate([part[name] for part in columns.values()])
    staging = Staging("staged_requirement", {"queue_id": "bigint", **INTERVAL_COLUMNS})
    copy_columns(staging, table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO staffing_requirementinterval (run_id, queue_id, {COLUMN_NAMES}) "  # noqa: S608 - our own column names
            f"SELECT %s, {nan_to_null(staging)} FROM {staging.name}",
            [run.pk],
        )


def _result_row(
    run: RequirementRun, queue: Queue, result: QueueRequirement | str
) -> RequirementQueueResult:
    if isinstance(result, str):
        return RequirementQueueResult(run=run, queue=queue, is_refused=True, reason=result)
    return RequirementQueueResult(
        run=run,
        queue=queue,
        model=result.model,
        goal=result.goal,
        required_hours=result.required_hours,
        paid_hours=result.paid_hours,
        service_level=result.overall_level,
        ceiling_level=result.ceiling_level,
        detail=result.detail,
    )


def _clear(run: RequirementRun, queue_ids: list[int]) -> None:
    if run.is_published:
        raise UnableToStaffRun(
            _("Requirement #%(pk)s is published and final; start a new one.") % {"pk": run.pk}
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM staffing_requirementinterval WHERE run_id = %s AND queue_id = ANY(%s)",
            [run.pk, queue_ids],
        )
    RequirementQueueResult.objects.filter(run=run, queue__in=queue_ids).delete()


def publish_requirement(
    *,
    run: RequirementRun,
    published_at: datetime,
    published_by: User | None,
    by_own_job: bool = False,
) -> RequirementRun:
    """Make the run final, so that the schedule builds on it; see publish_run."""
    return publish_run(
        run=run, published_at=published_at, published_by=published_by, by_own_job=by_own_job
    )
