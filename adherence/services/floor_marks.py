"""What live pages show beside the rows: impact by queue, notes, long busy states, missing skills."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adherence.core.impact import QueueImpact
from adherence.models import AgentLive, BusyCase, Note
from adherence.queries.sole_holders import skill_gaps
from adherence.services.floor_cache import GAPS, IMPACT, Kept, kept, kept_or_made
from wfm.org.access import access_of
from wfm.org.models import Queue

NOTES_BACK = timedelta(hours=24)
CASES_BACK = timedelta(hours=24)
GAPS_FOR = timedelta(seconds=5)
OLD_AFTER = timedelta(minutes=5)
"""Older figures of impact are shown as old; the floor is not what it was."""


@dataclass(frozen=True)
class Impacts:
    """The impact of one agent by queue, and whose work each agent's is."""

    as_of: datetime | None
    queues: dict[int, QueueImpact]
    home_queue: dict[int, int]

    def of(self, agent_id: int, queue_id: int | None) -> QueueImpact | None:
        """The impact of the agent's queue: planned now, else their usual one."""
        number = queue_id if queue_id is not None else self.home_queue.get(agent_id)
        return None if number is None else self.queues.get(number)


def impacts_now() -> Impacts:
    """What was computed last; nothing where nothing was."""
    found: Kept | None = kept(IMPACT)
    if found is None:
        return Impacts(None, {}, {})
    queues = [QueueImpact.of_dict(values) for values in found.value["queues"]]
    home = {int(agent): int(queue) for agent, queue in found.value["home"].items()}
    return Impacts(found.as_of, {queue.queue_id: queue for queue in queues}, home)


def marks_now(*, principal: object, at: datetime) -> dict[str, Any]:
    """Everything that the principal may see of it, for JSON."""
    visible = set(AgentLive.objects.visible_to(principal).values_list("agent_id", flat=True))
    queues = dict(Queue.objects.visible_to(principal).active().values_list("pk", "name"))
    impacts = impacts_now()
    return {
        "impact": {
            "as_of": impacts.as_of,
            "is_old": impacts.as_of is not None and at - impacts.as_of > OLD_AFTER,
            "queues": [
                {**impact.as_dict(), "name": queues[pk]}
                for pk, impact in impacts.queues.items()
                if pk in queues
            ],
            "home_queue": {
                agent: queue
                for agent, queue in impacts.home_queue.items()
                if agent in visible and queue in queues
            },
        },
        "notes": _notes(principal, visible, at),
        "cases": _cases(principal, at),
        "skill_gaps": _gaps(principal, impacts, visible, queues, at),
    }


def _notes(principal: object, visible: set[int], at: datetime) -> dict[int, dict[str, Any]]:
    found: defaultdict[int, dict[str, Any]] = defaultdict(lambda: {"count": 0, "tags": []})
    recent = Note.objects.visible_to(principal).on_agents(visible, since=at - NOTES_BACK)
    for agent_id, tags in recent.order_by("pk").values_list("agent_id", "tags"):
        mark = found[int(agent_id or 0)]
        mark["count"] += 1
        mark["tags"] += [tag for tag in tags if tag not in mark["tags"]]
    return dict(found)


def _cases(principal: object, at: datetime) -> list[dict[str, Any]]:
    rows = BusyCase.objects.visible_to(principal).filter(
        closed_at=None, opened_at__gte=at - CASES_BACK
    )
    return [
        {
            "id": case.pk,
            "agent_id": case.agent_id,
            "code": case.activity_code.name,
            "began_at": case.began_at,
            "limit_seconds": case.limit_seconds,
            "ended_at": case.ended_at,
            "assigned_to": str(case.assigned_to) if case.assigned_to else "",
            "assigned_to_id": case.assigned_to_id,
        }
        for case in rows.select_related("activity_code", "assigned_to").order_by("began_at", "pk")
    ]


def _gaps(
    principal: object, impacts: Impacts, visible: set[int], queues: dict[int, str], at: datetime
) -> list[dict[str, Any]]:
    """Of the floor's gaps those whose queue the principal sees, with the agents that they see."""
    if not access_of(principal).is_internal:
        return []
    asking = [pk for pk, impact in impacts.queues.items() if (impact.required or 0.0) > 0.0]
    found = kept_or_made(
        GAPS,
        at=at,
        max_age=GAPS_FOR,
        make=lambda: [gap.as_dict() for gap in skill_gaps(at=at, asking_queue_ids=asking)],
    )
    gaps = []
    for gap in found.value:
        own = [pk for pk in gap["queue_ids"] if pk in queues]
        seen = [pk for pk in gap["planned_agent_ids"] if pk in visible]
        # A lead of one team is told of a skill that is missing, not of strangers who have it.
        if own and (seen or not gap["planned_agent_ids"]):
            gaps.append(
                {
                    "skill": gap["skill"],
                    "queues": [queues[pk] for pk in own],
                    "planned": len(gap["planned_agent_ids"]),
                    "agent_ids": seen,
                    "since": gap["since"],
                    "holders": gap["holders"],
                }
            )
    return gaps
