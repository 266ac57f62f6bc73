"""The job behind a simulation: day by day, a part of the repeats at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.simulated_levels import level_over
from staffing.core.simulation import OFFERED, SimulatedQueue, simulate
from staffing.core.simulation_chat import simulate_chat
from staffing.models import RequirementQueueResult, RequirementSimulation
from staffing.queries.live import FAMILY
from staffing.queries.simulations import SimulatedDay, simulated_day
from staffing.services.simulations import save_simulation
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.tenancy import system_tenant

REPEATS_AT_ONCE = 20
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class _Terms:
    """What holds on all days: the goal as kept with the result, patience, and how chats are held."""

    definition: ServiceLevel
    level: float
    threshold_seconds: float
    patience_seconds: float
    chat: dict[str, Any] | None


def simulate_requirement(ctx: JobContext) -> dict[str, Any]:
    """Live through every day many times and keep how the service level is spread."""
    with system_tenant():
        simulation = RequirementSimulation.objects.select_related("run", "queue").get(
            pk=ctx.params["simulation_id"]
        )
        terms = _terms(simulation)
        count = (simulation.ends_on - simulation.starts_on).days + 1
        days = [
            simulated_day(
                simulation.run, simulation.queue, simulation.starts_on + timedelta(days=number)
            )
            for number in range(count)
        ]
    counts = [
        _lived(ctx, simulation, terms, day, share=number / count, width=1 / count)
        for number, day in enumerate(days)
    ]
    figures = _figures(terms, days, counts)
    with ctx.publishing():
        save_simulation(simulation, figures)
    return {name: figures[name] for name in ("mean", "low", "high", "reached_share")}


def _terms(simulation: RequirementSimulation) -> _Terms:
    result = RequirementQueueResult.objects.get(run=simulation.run, queue=simulation.queue)
    versions = result.goal.get("versions", [])
    begun = [goal for goal in versions if goal["starts_on"] <= simulation.starts_on.isoformat()]
    goal = (begun or versions)[-1]
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
    share: float,
    width: float,
) -> FloatArray:
    """Return the counts of one day: repeat x interval x count; the job can stop in between."""
    interval_seconds = simulation.queue.interval_minutes * 60
    queue = SimulatedQueue(
        arrival_rate=day.erlangs / day.aht_seconds,
        aht_seconds=day.aht_seconds,
        patience_seconds=np.full(day.erlangs.shape, terms.patience_seconds),
        agents=day.agents.astype(np.int64),
        interval_seconds=interval_seconds,
        threshold_seconds=terms.threshold_seconds,
        short_seconds=5.0,
    )
    parts = []
    for first in range(0, simulation.repeats, REPEATS_AT_ONCE):
        ctx.raise_if_cancelled()
        ctx.progress(
            share + width * first / simulation.repeats,
            _("%(day)s, repeat %(number)s of %(count)s")
            % {"day": day.day, "number": first + 1, "count": simulation.repeats},
        )
        repeats = min(REPEATS_AT_ONCE, simulation.repeats - first)
        seed = (simulation.seed, day.day.toordinal(), first)
        parts.append(_repeats(queue, terms, repeats=repeats, seed=seed))
    return np.concatenate(parts)


def _repeats(
    queue: SimulatedQueue, terms: _Terms, *, repeats: int, seed: Sequence[int]
) -> FloatArray:
    if queue.agents.size == 0:
        return np.zeros((repeats, 0, 7))
    if terms.chat is None:
        return simulate(queue, days=repeats, seed=seed)
    return simulate_chat(
        queue,
        concurrency=terms.chat["concurrency"],
        growth_rate=terms.chat["growth_rate"],
        days=repeats,
        seed=seed,
    )


def _figures(terms: _Terms, days: list[SimulatedDay], counts: list[FloatArray]) -> dict[str, Any]:
    """Return the spread of the period's, each day's and each interval's level."""
    counted = [part[:, day.is_counted] for day, part in zip(days, counts, strict=True)]
    whole = np.concatenate(counted, axis=1)
    if not whole[:, :, OFFERED].any():
        raise JobRefused(_("Nothing is offered on these days; choose others."))
    try:
        period = level_over(whole, terms.definition, axis=1)
    except ValueError as error:
        raise JobRefused(str(error)) from error
    by_day = [level_over(part, terms.definition, axis=1) for part in counted]
    goal = terms.level
    daily = np.concatenate([levels[np.isfinite(levels)] for levels in by_day])
    return {
        "definition": str(terms.definition),
        "goal": goal,
        **_spread(period),
        "reached_share": float((daily >= goal).mean()),
        "days": [
            {"day": day.day.isoformat(), **_spread(levels), "reached_share": _reached(levels, goal)}
            for day, levels in zip(days, by_day, strict=True)
        ],
        "intervals": _intervals(terms, days, counted),
    }


def _spread(levels: FloatArray) -> dict[str, float | None]:
    known = levels[np.isfinite(levels)]
    if known.size == 0:
        return {"mean": None, "low": None, "high": None}
    low, high = np.quantile(known, [LOW, HIGH])
    return {"mean": float(known.mean()), "low": float(low), "high": float(high)}


def _reached(levels: FloatArray, goal: float) -> float | None:
    known = levels[np.isfinite(levels)]
    return float((known >= goal).mean()) if known.size else None


def _intervals(
    terms: _Terms, days: list[SimulatedDay], counted: list[FloatArray]
) -> dict[str, list[Any]]:
    """Return by interval: what came on average over all repeats, and what the run says."""
    levels = np.concatenate([level_over(part, terms.definition, axis=0) for part in counted])
    said = np.concatenate([day.said_level[day.is_counted] for day in days])
    starts = np.concatenate([day.starts_at[day.is_counted] for day in days])
    return {
        "starts_at": starts.tolist(),
        "level": [None if np.isnan(value) else round(value, 5) for value in levels.tolist()],
        "said": [None if np.isnan(value) else round(value, 5) for value in said.tolist()],
    }
