"""Reads of skill groups: those of a pool, and the sets of skills that people have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from staffing.models import (
    Pool,
    PoolOutcome,
    PoolQueue,
    RequirementPoolResult,
    RequirementQueueResult,
    SkillGroup,
    SkillGroupQueue,
)
from staffing.models.skill_group import SkillGroupQuerySet
from wfm.org.models import Agent, AgentAssignment, AgentSkill, Queue
from wfm.org.tenancy import system_tenant


def groups_of(pool: Pool) -> SkillGroupQuerySet:
    """Return the groups of a pool by name, their queues in the order in which they are taken."""
    queues = SkillGroupQueue.objects.select_related("member__queue__work_type")
    return (
        SkillGroup.objects.filter(pool=pool)
        .prefetch_related(Prefetch("queues", queryset=queues.order_by("rank", "member__priority")))
        .order_by("name")
    )


def skill_sets(queues: Sequence[Queue], *, on: date) -> dict[frozenset[int], int]:
    """Return how many active agents can do which of the queues on a date, most people first.

    Who can do none of them is not counted; an agent counts once, in the set of all she can do.
    """
    counts = Counter(frozenset(queue_ids) for queue_ids in _able(queues, on=on).values())
    return dict(counts.most_common())


@dataclass(frozen=True)
class SharedPeople:
    """Active agents with the same skills, some of them in other pools too.

    Attributes:
        queue_ids: What they can do in this pool.
        people: How many they are.
        other_pools: Where else they can take contacts.

    """

    queue_ids: frozenset[int]
    people: int
    other_pools: tuple[Pool, ...]


def shared_people(pool: Pool, *, on: date) -> list[SharedPeople]:
    """Return who can do queues of the pool on a date, apart by all that they can do in any pool.

    Counted over all clients, whoever asks: two planners must come to the same parts. The order is
    that of the queues' keys, so that every pool of these people reads them in the same one.
    """
    with system_tenant():
        members = PoolQueue.objects.select_related("pool", "queue__work_type").order_by("pk")
        live = [member for member in members if member.queue.is_live]
        able = _able([member.queue for member in live], on=on)
    pool_of = {member.queue_id: member.pool for member in live}
    counts = Counter(tuple(sorted(queue_ids)) for queue_ids in able.values())
    pools = {found.pk: found for found in pool_of.values()}
    shared = []
    for queue_ids, people in sorted(counts.items()):
        own = frozenset(pk for pk in queue_ids if pool_of[pk].pk == pool.pk)
        others = sorted({pool_of[pk].pk for pk in queue_ids} - {pool.pk})
        if own:
            shared.append(SharedPeople(own, people, tuple(pools[pk] for pk in others)))
    return shared


def needs_of_pools(pools: Iterable[Pool]) -> dict[int, float]:
    """Return by pool the hours of its live queues in the newest runs that have numbers for them.

    Read over all clients like the people that are shared out by them; 0 where no run has numbers.
    """
    needs = dict.fromkeys((pool.pk for pool in pools), 0.0)
    with system_tenant():
        members = PoolQueue.objects.filter(pool__in=list(needs)).select_related("queue__work_type")
        pool_of = {member.queue_id: member.pool_id for member in members if member.queue.is_live}
        newest = (
            RequirementQueueResult.objects.with_numbers()
            .filter(queue__in=list(pool_of))
            .order_by("queue", "-run")
            .distinct("queue")
        )
        for queue_id, hours in newest.values_list("queue_id", "required_hours"):
            needs[pool_of[queue_id]] += hours
    return needs


def _able(queues: Sequence[Queue], *, on: date) -> dict[int, set[int]]:
    """Return by active agent which of the queues she can do on a date."""
    by_skill: dict[int, set[int]] = defaultdict(set)
    for queue in queues:
        by_skill[queue.skill_id].add(queue.pk)
    in_force = Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gt=on))
    working = AgentAssignment.objects.effective_on(on).filter(agent__in=Agent.objects.active())
    rows = AgentSkill.objects.filter(
        in_force, skill__in=list(by_skill), agent__in=working.values("agent")
    )
    able: dict[int, set[int]] = defaultdict(set)
    for agent_id, skill_id in rows.values_list("agent_id", "skill_id"):
        able[agent_id] |= by_skill[skill_id]
    return able


def latest_split(pool: Pool, *, principal: object) -> RequirementPoolResult | None:
    """Return what the newest run says of a pool's groups."""
    found = RequirementPoolResult.objects.visible_to(principal).filter(
        pool=pool, figures__has_key="groups"
    )
    return found.select_related("run").order_by("-run__pk").first()


def left_apart(pool: Pool, *, principal: object) -> RequirementPoolResult | None:
    """Return what the newest run says where it left the queues apart; None where it did not."""
    found = RequirementPoolResult.objects.visible_to(principal).filter(pool=pool)
    newest = found.select_related("run").order_by("-run__pk").first()
    # Pools staffed together may have notes as reason too.
    return None if newest is None or newest.outcome == PoolOutcome.BLENDED else newest
