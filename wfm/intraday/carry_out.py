"""What was accepted becomes the published shift."""

from __future__ import annotations

from adherence.models import Measure, MeasureKind
from scheduling.models import ShiftChange, ShiftChangeKind
from scheduling.services.shift_changes import Reason
from scheduling.services.shift_edits import change_queue, drop_stretch, extend_shift, move_breaks

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
    shift = {"shift_id": measure.shift_id, "expected_revision": None, "reason": reason}
    span = {"starts_at": measure.starts_at, "ends_at": measure.ends_at}
    if measure.kind == MeasureKind.OVERTIME:
        return extend_shift(**shift, **span)
    if measure.kind == MeasureKind.TIME_OFF:
        return drop_stretch(**shift, **span)
    if measure.moved_from_at is not None:
        return move_breaks(**shift, moves={measure.moved_from_at: measure.starts_at})
    return change_queue(**shift, **span, queue_id=measure.queue_id)
