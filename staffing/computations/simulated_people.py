"""The people of a pool that is simulated, and the rules that they were planned by.

A run keeps both with what it says of the pool: what became of the pool since changes nothing. Runs made
before rules were kept are simulated by those of their pool as it is, as long as it tells them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation_pool import AgentGroup
from staffing.models import Pool, RequirementPoolResult
from staffing.queries.skill_groups import groups_of
from wfm.jobs.runner import JobRefused


@dataclass(frozen=True)
class PooledPeople:
    """The plan's people on the simulated intervals.

    Attributes:
        agents: All of them.
        reserve: Of these, who are kept from deferred work.
        by_group: Heads of each group in the order of the result; None where all are alike.

    """

    agents: FloatArray
    reserve: FloatArray
    by_group: list[FloatArray] | None = None


def is_interruptible(pool: RequirementPoolResult) -> bool:
    """Tell whether the plan lets a live contact take the agent off an item."""
    return bool(_rule(pool, "is_interruptible"))


def deferred_ranks(pool: RequirementPoolResult, count: int) -> list[int]:
    """Return in which order the plan works on its deferred queues; at equal rank what is due first."""
    return list(range(count)) if _rule(pool, "deferred_in_order") else [0] * count


def groups_of_people(
    pool: RequirementPoolResult, people: PooledPeople, live_ids: list[int], *, deferred: int
) -> list[AgentGroup]:
    """Return the pool's people as the simulator takes them."""
    agents = people.agents.astype(np.int64)
    if people.by_group is None:
        every = np.ones(deferred, dtype=bool)
        return [AgentGroup(np.arange(len(live_ids)), every, agents, people.reserve)]
    return [
        AgentGroup(
            _live_ranks(pool, group, live_ids),
            np.zeros(deferred, dtype=bool),
            heads.astype(np.int64),
            np.zeros(agents.size, dtype=np.int64),
        )
        for group, heads in zip(pool.figures["groups"], people.by_group, strict=True)
    ]


def _live_ranks(
    pool: RequirementPoolResult, group: dict[str, Any], live_ids: list[int]
) -> IntArray:
    """Return in which order a group takes its queues, 0 first; -1: it cannot."""
    kept = group.get("ranks")
    if kept is None:
        ranks = _ranks_now(pool, group["name"])
    else:
        ranks = dict(zip(group["queue_ids"], kept, strict=True))
    known = [pk for pk in live_ids if pk in group["queue_ids"]]
    if not ranks.keys() >= set(known):
        raise JobRefused(
            _("The groups of the pool “%(pool)s” were changed since; simulate a newer requirement.")
            % {"pool": pool.name}
        )
    return np.array([ranks[pk] - 1 if pk in known else -1 for pk in live_ids], dtype=np.int64)


def _ranks_now(pool: RequirementPoolResult, name: str) -> dict[int, int]:
    found = groups_of(_pool_now(pool)).filter(name=name)
    return {item.member.queue_id: item.rank for group in found for item in group.queues.all()}


def _rule(pool: RequirementPoolResult, name: str) -> object:
    """Return a rule of the plan; a run made before they were kept has that of its pool as it is."""
    return pool.figures[name] if name in pool.figures else getattr(_pool_now(pool), name)


def _pool_now(pool: RequirementPoolResult) -> Pool:
    row: Pool | None = pool.pool
    if row is None:
        raise JobRefused(
            _("The pool “%(pool)s” was taken apart since; simulate a newer requirement.")
            % {"pool": pool.name}
        )
    return row
