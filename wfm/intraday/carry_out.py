"""What was accepted becomes the published shift."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adherence.models import Measure, MeasureKind
from scheduling.models import ShiftChange, ShiftChangeKind
from scheduling.services.shift_changes import Reason
from scheduling.services.shift_edits import change_queue, drop_stretch, extend_shift, move_breaks

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGE_KINDS = {
    MeasureKind.MOVE_BREAK: ShiftChangeKind.BREAKS,
    MeasureKind.OVERTIME: ShiftChangeKind.OVERTIME,
    MeasureKind.TIME_OFF: ShiftChangeKind.VOLUNTARY_TIME_OFF,
}
"""Whoever works elsewhere for a while is a change of the day."""


def reason_kind(measure: Measure) -> ShiftChangeKind:
    """What the record of the change calls it."""
    return CHANGE_KINDS.get(MeasureKind(measure.kind), ShiftChangeKind.INTRADAY)


def carry_out(measure: Measure, reason: Reason) -> ShiftChange:
    """Change the published shift that the measure was made for.

    Raises UnableToEdit or ChangedMeanwhile where the shift is another one by now.
    """
    return _edit_of(measure)(shift_id=measure.shift_id, expected_revision=None, reason=reason)


def _edit_of(measure: Measure) -> Callable[..., ShiftChange]:
    """The edit of a shift that the measure asks for."""
    begin, end = measure.starts_at, measure.ends_at
    if measure.kind == MeasureKind.OVERTIME:
        return partial(extend_shift, starts_at=begin, ends_at=end)
    if measure.kind == MeasureKind.TIME_OFF:
        return partial(drop_stretch, starts_at=begin, ends_at=end)
    if measure.moved_from_at is not None:
        return partial(move_breaks, moves={measure.moved_from_at: measure.starts_at})
    return partial(change_queue, starts_at=begin, ends_at=end, queue_id=measure.queue_id)
