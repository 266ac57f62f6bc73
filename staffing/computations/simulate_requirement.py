"""The job behind a simulation: a part of the repeats at a time; live queues day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.computations.simulate_deferred import deferred_figures
from staffing.computations.simulate_pool import pool_figures
from staffing.computations.simulated_spread import reached, rounded, spread
from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.simulated_levels import level_sums, share
from staffing.core.simulation import COUNTS, SimulatedQueue, simulate
from staffing.core.simulation_chat import simulate_chat
from staffing.models import RequirementQueueResult, RequirementSimulation
from staffing.queries.live import FAMILY
from staffing.queries.simulations import SimulatedDay, simulated_day
from staffing.services.simulations import save_simulation
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

REPEATS_AT_ONCE = 20


@dataclass(frozen=True)
class _Terms:
    """What holds on a day: the goal in force then, as kept with the result, and the handling."""

    definition: ServiceLevel
    level: float
    threshold_seconds: float
    patience_seconds: float
    chat: dict[str, Any] | None


@dataclass(frozen=True)
class _Lived:
    """Sums of one day: good and counted contacts by repeat, and by interval over all repeats."""

    day: SimulatedDay
    terms: _Terms
    by_repeat: tuple[FloatArray, FloatArray]
    by_interval: tuple[FloatArray, FloatArray]


def simulate_requirement(ctx: JobContext) -> dict[str, Any]:
    """Live through the days many times and keep how the service level is spread."""
    with system_tenant():
        simulation = RequirementSimulation.objects.select_related("run", "queue").get(
            pk=ctx.params["simulation_id"]
        )
        result = RequirementQueueResult.objects.select_related("queue").get(
            run=simulation.run, queue=simulation.queue
        )
        is_live = simulation.queue.is_live
    if "pool" in result.detail:
        figures = pool_figures(ctx, simulation, result)
    elif is_live:
        lived = [
            _lived(ctx, simulation, _terms(result, day.day), day, number=number)
            for number, day in enumerate(_days(simulation))
        ]
        figures = _figures(lived)
    else:
        figures = deferred_figures(ctx, simulation, result)
    with ctx.publishing():
        save_simulation(simulation, figures)
    return {name: figures[name] for name in ("mean", "low", "high", "reached_share")}


def _days(simulation: RequirementSimulation) -> list[SimulatedDay]:
    with system_tenant():
        return [simulated_day(simulation.run, simulation.queue, day) for day in simulation.days]


def _terms(result: RequirementQueueResult, day: date) -> _Terms:
    versions = result.goal.get("versions", [])
    begun = [goal for goal in versions if goal["starts_on"] <= day.isoformat()]
    goal = begun[-1] if begun else versions[0]
    patience = result.detail.get("patience", {}).get("seconds")
    return _Terms(
        definition=ServiceLevel(goal["metric_key"].removeprefix(FAMILY)),
        level=goal["level"],
        threshold_seconds=goal["threshold_seconds"],
        patience_seconds=np.nan if patience is None else patience,
        chat=result.detail.get("chat"),
    )


def _lived(
    ctx: JobContext,
    simulation: RequirementSimulation,
    terms: _Terms,
    day: SimulatedDay,
    *,
    number: int,
) -> _Lived:
    """Live through one day, a part of the repeats at a time; the job can stop in between."""
    by_repeat: list[tuple[FloatArray, FloatArray]] = []
    good, counted = np.zeros(day.starts_at.size), np.zeros(day.starts_at.size)
    for first in range(0, simulation.repeats, REPEATS_AT_ONCE):
        ctx.raise_if_cancelled()
        ctx.progress(
            (number + first / simulation.repeats) / len(simulation.days),
            _("%(day)s, repeat %(number)s of %(count)s")
            % {"day": day.day, "number": first + 1, "count": simulation.repeats},
        )
        repeats = min(REPEATS_AT_ONCE, simulation.repeats - first)
        seed = (simulation.seed, day.day.toordinal(), first)
        counts = _counts(simulation.queue, terms, day, repeats=repeats, seed=seed)
        try:
            sums = level_sums(counts, terms.definition)
        except ValueError as error:
            raise JobRefused(str(error)) from error
        by_repeat.append((sums[0].sum(axis=1), sums[1].sum(axis=1)))
        good, counted = good + sums[0].sum(axis=0), counted + sums[1].sum(axis=0)
    return _Lived(
        day=day,
        terms=terms,
        by_repeat=(
            np.concatenate([part[0] for part in by_repeat]),
            np.concatenate([part[1] for part in by_repeat]),
        ),
        by_interval=(good[day.is_counted], counted[day.is_counted]),
    )


def _counts(
    queue: Queue, terms: _Terms, day: SimulatedDay, *, repeats: int, seed: Sequence[int]
) -> FloatArray:
    """Return repeat x interval x count, every stretch of open intervals by itself."""
    counts = np.zeros((repeats, day.starts_at.size, COUNTS))
    for number, rows in enumerate(day.stretches()):
        stretch = SimulatedQueue(
            arrival_rate=day.erlangs[rows] / day.aht_seconds[rows],
            aht_seconds=day.aht_seconds[rows],
            patience_seconds=np.full(rows.size, terms.patience_seconds),
            agents=day.agents[rows].astype(np.int64),
            interval_seconds=queue.interval_minutes * 60,
            threshold_seconds=terms.threshold_seconds,
            short_seconds=DEFAULT_SHORT_SECONDS,
            callback_after_seconds=day.callbacks.after_seconds[rows],
            callback_rate=day.callbacks.acceptance_rate[rows],
        )
        counts[:, rows] = _stretch(stretch, terms, repeats=repeats, seed=(*seed, number))
    counts[:, ~day.is_counted] = 0.0
    return counts


def _stretch(
    queue: SimulatedQueue, terms: _Terms, *, repeats: int, seed: Sequence[int]
) -> FloatArray:
    if terms.chat is None:
        return simulate(queue, days=repeats, seed=seed)
    return simulate_chat(
        queue,
        concurrency=terms.chat["concurrency"],
        growth_rate=terms.chat["growth_rate"],
        days=repeats,
        seed=seed,
    )


def _figures(lived: list[_Lived]) -> dict[str, Any]:
    """Return the spread of the period's, each day's and each interval's level."""
    good, counted = (sum(item.by_repeat[part] for item in lived) for part in (0, 1))
    if not np.any(counted):
        raise JobRefused(_("Nothing is offered on these days; choose others."))
    goals = [reached(*item.by_repeat, level=item.terms.level) for item in lived]
    judged = np.concatenate([part for part in goals if part.size])
    return {
        "definition": str(lived[0].terms.definition),
        "goal": lived[0].terms.level,
        **spread(np.asarray(good), np.asarray(counted)),
        "reached_share": float(judged.mean()),
        "days": [
            {
                "day": item.day.day.isoformat(),
                "goal": item.terms.level,
                **spread(*item.by_repeat),
                "reached_share": float(part.mean()) if part.size else None,
            }
            for item, part in zip(lived, goals, strict=True)
        ],
        "intervals": _intervals(lived),
    }


def _intervals(lived: list[_Lived]) -> dict[str, list[Any]]:
    """Return by interval: what came over all repeats, what the run says, and the goal."""
    levels = np.concatenate([share(*item.by_interval) for item in lived])
    said = np.concatenate([item.day.said_level[item.day.is_counted] for item in lived])
    starts = np.concatenate([item.day.starts_at[item.day.is_counted] for item in lived])
    goals = [item.terms.level for item in lived for _row in range(int(item.day.is_counted.sum()))]
    return {
        "starts_at": starts.tolist(),
        "level": rounded(levels),
        "said": rounded(said),
        "goal": goals,
    }
