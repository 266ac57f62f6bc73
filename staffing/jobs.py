"""Start the long work of this room: run, job and outbox row in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forecasting.models import ForecastRun
from staffing.core.params import RequirementParams
from staffing.models import RequirementRun, RequirementSimulation
from staffing.services import create_requirement_run, create_simulation
from wfm.jobs.models import Job, WorkerQueue
from wfm.jobs.services import start_job
from wfm.org.models import Queue, User


@transaction.atomic
def start_requirement(
    *,
    forecast_run: ForecastRun,
    created_by: User | None,
    params: RequirementParams | None = None,
    queues: Sequence[Queue] | None = None,
) -> RequirementRun:
    """Create a run of the forecast's queues (or of some) and ring a worker; see `run.job`."""
    run = create_requirement_run(
        forecast_run=forecast_run,
        params=params or RequirementParams(),
        created_by=created_by,
        queues=queues,
    )
    run.job = start_job(
        kind="staffing.compute_requirement",
        title=_("Requirement from forecast #%(pk)s") % {"pk": forecast_run.pk},
        params={"run_id": run.pk},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("requirement-run", args=[run.pk]),
    )
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def start_clearing(
    *, at: datetime, kept_run_ids: Collection[int] = (), created_by: User | None = None
) -> Job:
    """Ring a worker that deletes what newer requirements have replaced; named runs stay whole."""
    return start_job(
        kind="staffing.clear_replaced",
        title=_("Deletion of replaced requirements"),
        params={"at": at.isoformat(), "kept_run_ids": sorted(kept_run_ids)},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("requirement-runs"),
    )


@transaction.atomic
def start_simulation(
    *,
    run: RequirementRun,
    queue: Queue,
    starts_on: date,
    ends_on: date,
    repeats: int,
    created_by: User | None,
    seed: int = 1,
) -> RequirementSimulation:
    """Ask for a simulation of some days of a requirement and ring a worker; see `.job`."""
    simulation = create_simulation(
        run=run,
        queue=queue,
        starts_on=starts_on,
        ends_on=ends_on,
        repeats=repeats,
        seed=seed,
        created_by=created_by,
    )
    simulation.job = start_job(
        kind="staffing.simulate_requirement",
        title=_("Simulation of %(queue)s") % {"queue": queue},
        params={"simulation_id": simulation.pk},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("requirement-simulation", args=[simulation.pk]),
    )
    simulation.save(update_fields=["job"])
    return simulation
