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
    "to_schedule_hours",
    "difference_hours",
    "at_risk",
    "transferable_hours",
)
TEAM_PLACE = {name: place for place, name in enumerate(TEAM_FIGURES)}
SHARED = ("to_schedule_hours", "difference_hours", "at_risk", "transferable_hours")
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
            found[group.queue_id] = found[group.queue_id] + group.by_slot
        else:
            found[group.queue_id] = group.by_slot
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
    totals = people_by_queue([group for group in placed if group.queue_id in by_queue])
    found: dict[int | None, FloatArray] = {}
    for group in placed:
        line = by_queue.get(group.queue_id or 0)
        if line is None:
            continue
        figures = _of(found, group, teams, size=line.figures.shape[1])
        share = np.divide(
            group.by_slot,
            totals[line.queue.pk],
            out=np.zeros_like(group.by_slot),
            where=totals[line.queue.pk] > 0.0,
        )
        hours = np.where(np.isfinite(line.of("scheduled_hours")), group.by_slot * SLOT_HOURS, 0.0)
        kind = "live_hours" if line.queue.is_live else "deferred_hours"
        figures[TEAM_PLACE["scheduled_hours"]] += hours
        figures[TEAM_PLACE[kind]] += hours
        for name in SHARED:
            figures[TEAM_PLACE[name]] += share * np.nan_to_num(line.of(name))
    for group in unplaced:
        figures = _of(found, group, teams, size=group.by_slot.size)
        figures[TEAM_PLACE["scheduled_hours"]] += group.by_slot * SLOT_HOURS
        figures[TEAM_PLACE["unassigned_hours"]] += group.by_slot * SLOT_HOURS
    known = [TeamLine(None if pk is None else teams[pk], rows) for pk, rows in found.items()]
    shown = [line for line in known if line.of("scheduled_hours").any()]
    return sorted(shown, key=lambda line: (line.team is None, line.team.name if line.team else ""))


def _of(
    found: dict[int | None, FloatArray], group: People, teams: Mapping[int, Team], *, size: int
) -> FloatArray:
    key = group.team_id if group.team_id in teams else None
    return found.setdefault(key, np.zeros((len(TEAM_FIGURES), size)))
