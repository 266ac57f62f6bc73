"""What was accepted becomes the published shift."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from adherence.models import Measure, MeasureKind
from scheduling.core.mark_diff import LEAST_HOURS, OF_THE_PATTERN
from scheduling.models import Shift, ShiftChange, ShiftChangeKind
from scheduling.queries.published import rule_book
from scheduling.services.errors import ChangedMeanwhile
from scheduling.services.legal import check_rules
from scheduling.services.shift_changes import Reason, lock_agents
from scheduling.services.shift_edits import change_queue, drop_stretch, extend_shift, move_breaks

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGE_KINDS = {
    MeasureKind.MOVE_BREAK: ShiftChangeKind.BREAKS,
    MeasureKind.OVERTIME: ShiftChangeKind.OVERTIME,
    MeasureKind.TIME_OFF: ShiftChangeKind.VOLUNTARY_TIME_OFF,
}
"""Whoever works elsewhere for a while is a change of the day."""


IGNORED = LEAST_HOURS | OF_THE_PATTERN
"""What is agreed on the day leaves the contract's shifts, and time off may go below its hours."""


def reason_kind(measure: Measure) -> ShiftChangeKind:
    """What the record of the change calls it."""
    return CHANGE_KINDS.get(MeasureKind(measure.kind), ShiftChangeKind.INTRADAY)


def carry_out(measure: Measure, reason: Reason) -> ShiftChange:
    """Change the published shift that the measure was made for.

    The agent is held, the shift is written, and what is published then is judged by the labor rules
    against what was published before: much may have changed since it was accepted. Raises
    UnableToEdit or ChangedMeanwhile where the shift is another one by now, UnableToRequest with rule
    and person where it would break one; the caller rolls back.
    """
    lock_agents([measure.agent_id])
    days = list(
        Shift.objects.filter(pk=measure.shift_id).values_list("operational_date", flat=True)
    )
    if not days:
        raise ChangedMeanwhile(_("This shift is no longer in force."))
    agents = [measure.agent_id]
    before = rule_book(agent_ids=agents, days=days)
    change = _edit_of(measure)(shift_id=measure.shift_id, expected_revision=None, reason=reason)
    after = rule_book(agent_ids=agents, days=days).planned.get(measure.agent_id, ())
    check_rules(before, {measure.agent_id: after}, ignored=IGNORED)
    return change


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
