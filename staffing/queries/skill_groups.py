"""Reads of skill groups: those of a pool, and the sets of skills that people have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Prefetch, Q

from staffing.models import Pool, RequirementPoolResult, SkillGroup, SkillGroupQueue
from staffing.models.skill_group import SkillGroupQuerySet
from wfm.org.models import Agent, AgentAssignment, AgentSkill, Queue


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
    counts = Counter(frozenset(queue_ids) for queue_ids in able.values())
    return dict(counts.most_common())


def latest_split(pool: Pool, *, principal: object) -> RequirementPoolResult | None:
    """Return what the newest run says of a pool's groups."""
    found = RequirementPoolResult.objects.visible_to(principal).filter(
        pool=pool, figures__has_key="groups"
    )
    return found.select_related("run").order_by("-run__pk").first()
