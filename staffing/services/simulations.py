"""Simulations of a requirement: asked for once, written by their job."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from staffing.models import RequirementQueueResult, RequirementRun, RequirementSimulation
from staffing.models.simulation import LEAST_REPEATS, MOST_REPEATS
from staffing.queries.simulations import covered_dates
from wfm.org.models import Queue, User

MOST_DAYS = 31


class UnableToSimulate(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The simulation cannot start; the sentence says why."""


@transaction.atomic
def create_simulation(
    *,
    run: RequirementRun,
    queue: Queue,
    starts_on: date,
    ends_on: date,
    repeats: int,
    seed: int,
    created_by: User | None,
) -> RequirementSimulation:
    """Ask for a simulation of some days of one queue of a run."""
    days = (ends_on - starts_on).days + 1
    if not 1 <= days <= MOST_DAYS:
        raise UnableToSimulate(
            _("Simulate from 1 to %(most)s days, not %(days)s.") % {"most": MOST_DAYS, "days": days}
        )
    if not LEAST_REPEATS <= repeats <= MOST_REPEATS:
        raise UnableToSimulate(
            _("Repeat each day from %(least)s to %(most)s times, not %(repeats)s.")
            % {"least": LEAST_REPEATS, "most": MOST_REPEATS, "repeats": repeats}
        )
    if not RequirementQueueResult.objects.filter(run=run, queue=queue).with_numbers().exists():
        raise UnableToSimulate(
            _("Requirement #%(pk)s holds no numbers of %(queue)s.") % {"pk": run.pk, "queue": queue}
        )
    first, last = covered_dates(run, queue) or (starts_on, ends_on)
    if starts_on < first or ends_on > last:
        raise UnableToSimulate(
            _("Requirement #%(pk)s covers %(first)s to %(last)s; choose days within.")
            % {"pk": run.pk, "first": first, "last": last}
        )
    return RequirementSimulation.objects.create(
        run=run,
        queue=queue,
        starts_on=starts_on,
        ends_on=ends_on,
        repeats=repeats,
        seed=seed,
        created_by=created_by,
    )


def save_simulation(simulation: RequirementSimulation, figures: dict[str, Any]) -> None:
    """Write what came of it; in the job's own transaction."""
    simulation.figures = figures
    simulation.save(update_fields=["figures"])
