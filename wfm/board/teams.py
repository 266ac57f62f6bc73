"""The board by team: the same figures, each person counted once at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from staffing.core.board_people import split_by_load
from staffing.core.kernels import FloatArray
from wfm.board.grid import SLOT_HOURS
from wfm.board.lines import QueueLine
from wfm.board.rows import People
from wfm.org.models import Queue, Team

TEAM_FIGURES = (
    "scheduled_hours",
    "live_hours",
    "deferred_hours",
    "unassigned_hours",
    "live_workload_hours",
    "deferred_workload_hours",
    "to_schedule_hours",
    "difference_hours",
    "counted",
    "in_time",
    "late",
    "at_risk",
    "transferable_hours",
)
"""What is told of a team. Its demand, and what is in time or late of it, is that of the queues on which
it has people, in the share of its people among all who are on the queue at that moment; its level is
in_time / counted, so that each queue weighs with that demand. What comes while nobody is on a queue is
no team's.
"""
TEAM_PLACE = {name: place for place, name in enumerate(TEAM_FIGURES)}
SHARED = (
    "to_schedule_hours",
    "difference_hours",
    "counted",
    "in_time",
    "late",
    "at_risk",
    "transferable_hours",
)
"""What a queue's teams share in proportion to their people on it at that moment."""


@dataclass(frozen=True)
class TeamLine:
    """One team, with a row of slots per figure; no team stands for people without a visible one."""

    team: Team | None
    figures: FloatArray

    def of(self, name: str) -> FloatArray:
        """Return one figure by slot."""
        return np.asarray(self.figures[TEAM_PLACE[name]])


def with_queues(
    people: Sequence[People], *, queues: Sequence[Queue], load: Mapping[int, FloatArray]
) -> tuple[list[People], list[People]]:
    """Put people on work without a queue on those of their skills, by load; return both lists.

    The first holds everybody who is on a queue, the second who is on none: nothing asks for them
    at that moment.
    """
    placed = [group for group in people if group.queue_id is not None]
    unplaced = []
    for group in people:
        if group.queue_id is not None:
            continue
        served = [
            queue.pk for queue in queues if queue.skill_id in group.skills and queue.pk in load
        ]
        parts = (
            split_by_load(group.by_slot, np.stack([load[pk] for pk in served]))
            if served
            else np.zeros((0, group.by_slot.size))
        )
        placed += [
            People(group.team_id, pk, group.skills, part)
            for pk, part in zip(served, parts, strict=True)
            if part.any()
        ]
        rest = group.by_slot - parts.sum(axis=0)
        unplaced.append(People(group.team_id, None, group.skills, np.maximum(rest, 0.0)))
    return placed, unplaced


def people_by_queue(people: Sequence[People]) -> dict[int, FloatArray]:
    """Return the people on each queue by slot."""
    found: dict[int, FloatArray] = {}
    for group in people:
        assert group.queue_id is not None
        if group.queue_id in found:
            found[group.queue_id] += group.by_slot
        else:
            found[group.queue_id] = group.by_slot.copy()
    return found


def team_lines(
    lines: Sequence[QueueLine],
    *,
    placed: Sequence[People],
    unplaced: Sequence[People],
    teams: Mapping[int, Team],
) -> list[TeamLine]:
    """Return the teams that work on these queues, by name; those not in `teams` together last."""
    by_queue = {line.queue.pk: line for line in lines}
    shared = {
        pk: np.nan_to_num(np.stack([line.of(name) for name in SHARED]))
        for pk, line in by_queue.items()
    }
    there = [group for group in placed if group.queue_id in by_queue]
    totals = people_by_queue(there)
    found: dict[int | None, FloatArray] = {}
    rows = [TEAM_PLACE[name] for name in SHARED]
    for (team_id, queue_id), people in _by_team_and_queue(there, teams).items():
        line, total = by_queue[queue_id], totals[queue_id]
        figures = _of(found, team_id, size=line.figures.shape[1])
        share = np.divide(people, total, out=np.zeros_like(people), where=total > 0.0)
        hours = np.where(np.isfinite(line.of("scheduled_hours")), people * SLOT_HOURS, 0.0)
        kind = "live_hours" if line.queue.is_live else "deferred_hours"
        figures[TEAM_PLACE["scheduled_hours"]] += hours
        figures[TEAM_PLACE[kind]] += hours
        figures[rows] += share * shared[queue_id]
        work = "live_workload_hours" if line.queue.is_live else "deferred_workload_hours"
        figures[TEAM_PLACE[work]] += share * np.nan_to_num(line.of("workload_hours"))
    for group in unplaced:
        team_id = group.team_id if group.team_id in teams else None
        figures = _of(found, team_id, size=group.by_slot.size)
        figures[TEAM_PLACE["scheduled_hours"]] += group.by_slot * SLOT_HOURS
        figures[TEAM_PLACE["unassigned_hours"]] += group.by_slot * SLOT_HOURS
    known = [TeamLine(None if pk is None else teams[pk], rows) for pk, rows in found.items()]
    shown = [line for line in known if line.of("scheduled_hours").any()]
    return sorted(shown, key=lambda line: (line.team is None, line.team.name if line.team else ""))


def _by_team_and_queue(
    people: Sequence[People], teams: Mapping[int, Team]
) -> dict[tuple[int | None, int], FloatArray]:
    """Return the people of each team on each queue, whatever their skills."""
    found: dict[tuple[int | None, int], FloatArray] = {}
    for group in people:
        assert group.queue_id is not None
        key = (group.team_id if group.team_id in teams else None, group.queue_id)
        if key in found:
            found[key] += group.by_slot
        else:
            found[key] = group.by_slot.copy()
    return found


def _of(found: dict[int | None, FloatArray], team_id: int | None, *, size: int) -> FloatArray:
    return found.setdefault(team_id, np.zeros((len(TEAM_FIGURES), size)))
