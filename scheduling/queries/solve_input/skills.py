"""Which skills people have."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Q

from wfm.org.models import AgentSkill


def skills_by_agent(day: date) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = AgentSkill.objects.filter(starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gt=day)
    )
    for agent_id, skill_id in rows.order_by("agent_id", "skill_id").values_list(
        "agent_id", "skill_id"
    ):
        found[agent_id].append(str(skill_id))
    return {agent_id: tuple(skills) for agent_id, skills in found.items()}
