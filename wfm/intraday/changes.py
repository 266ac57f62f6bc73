"""Work that comes and goes, put onto the people of the board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from adherence.models import Measure, MeasureKind, MeasureStatus
from staffing.core.board_people import people_on_grid
from staffing.core.kernels import FloatArray
from wfm.board.board import Inputs
from wfm.board.grid import BoardGrid
from wfm.board.rows import People
from wfm.intraday.core.options import Person, Stretch
from wfm.intraday.people import people_of

Change = tuple[Person, Stretch]


def changed(people: Sequence[People], changes: Iterable[Change], grid: BoardGrid) -> list[People]:
    """Return the people with these stretches of work more or less."""
    found: dict[tuple[int | None, int | None, frozenset[int]], FloatArray] = {}
    for group in people:
        key = (group.team_id, group.queue_id, group.skills)
        found[key] = found[key] + group.by_slot if key in found else group.by_slot
    for person, stretch in changes:
        key = (person.team, stretch.queue, person.skills)
        own = stretch.people * share_of_slots(stretch.starts_at, stretch.ends_at, grid)
        before = found.get(key, np.zeros(grid.slots.count))
        found[key] = np.maximum(before + own, 0.0)
    return [People(*key, by_slot) for key, by_slot in found.items()]


def share_of_slots(starts_at: int, ends_at: int, grid: BoardGrid) -> FloatArray:
    """Return which share of each slot lies between two moments."""
    return people_on_grid(grid.slots, at=np.array([starts_at, ends_at]), change=np.array([1, -1]))


def with_accepted(inputs: Inputs, *, at: datetime) -> tuple[Inputs, list[Measure]]:
    """Return the inputs as if what is accepted were done, and what that is.

    What was made for a shift that a later version has replaced counts no more.
    """
    measures = list(
        Measure.objects.visible_to(inputs.ask.principal)
        .filter(status=MeasureStatus.ACCEPTED)
        .filter(starts_at__lt=inputs.grid.ends_at, ends_at__gt=inputs.grid.starts_at)
        .select_related("agent", "queue", "other_queue")
        .order_by("starts_at", "pk")
    )
    if not measures:
        return inputs, []
    people = {
        person.shift: person
        for person in people_of(shift_ids={measure.shift_id for measure in measures}, at=at)
    }
    kept = [measure for measure in measures if measure.shift_id in people]
    changes = [
        (people[measure.shift_id], stretch) for measure in kept for stretch in stretches_of(measure)
    ]
    return inputs.having(changed(inputs.people, changes, inputs.grid)), kept


PEOPLE: Mapping[str, int] = {MeasureKind.OVERTIME: 1, MeasureKind.TIME_OFF: -1}


def stretches_of(measure: Measure) -> list[Stretch]:
    """Return the work that comes and goes by a measure."""
    first, last = int(measure.starts_at.timestamp()), int(measure.ends_at.timestamp())
    queue = measure.queue_id
    if measure.kind in PEOPLE:
        people = PEOPLE[measure.kind]
        return [Stretch(starts_at=first, ends_at=last, queue=queue, people=people)]
    if measure.moved_from_at is not None:
        was = int(measure.moved_from_at.timestamp())
        return [
            Stretch(starts_at=was, ends_at=was + last - first, queue=queue, people=1),
            Stretch(starts_at=first, ends_at=last, queue=queue, people=-1),
        ]
    return [
        Stretch(starts_at=first, ends_at=last, queue=measure.other_queue_id, people=-1),
        Stretch(starts_at=first, ends_at=last, queue=queue, people=1),
    ]
