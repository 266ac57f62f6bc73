"""Published shifts on the day: breaks moved, a stretch taken away, a shift made longer or added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.models import Shift, ShiftChange
from scheduling.services.edit import LONGEST, Stretch
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit
from scheduling.services.shift_changes import (
    PlannedChange,
    Reason,
    ShiftState,
    clipped,
    lock_agents,
    lock_published,
    overlaid,
    state_of,
    write_changes,
)
from wfm.org.models import ActivityCode


@transaction.atomic
def move_breaks(
    *,
    shift_id: int,
    expected_revision: int | None,
    moves: Mapping[datetime, datetime],
    reason: Reason,
) -> ShiftChange:
    """Move breaks of a published shift: from their beginning to another one, the length stays.

    What stood at the new time goes on where the break was, so that the shift stays filled.
    """
    shift = hold(shift_id, expected_revision)
    state = state_of(shift)
    work = set(ActivityCode.objects.filter(is_work=True).values_list("pk", flat=True))
    moved = [_break_at(state, begins, work) for begins in moves]
    for item, begins in zip(moved, moves.values(), strict=True):
        if min(item.starts_at, begins) < reason.at:
            raise UnableToEdit(_("A break that has begun, or would begin in the past, stays."))
    for item in moved:
        state = overlaid(state, _work_beside(state, item, work))
    for item, begins in zip(moved, moves.values(), strict=True):
        placed = replace(item, starts_at=begins, ends_at=begins + (item.ends_at - item.starts_at))
        _check_room(state, placed, work)
        state = overlaid(state, placed)
    change = PlannedChange(shift=shift, after=_joined(state), version_id=shift.version_id)
    return write_changes([change], reason)


@transaction.atomic
def drop_stretch(
    *,
    shift_id: int,
    expected_revision: int | None,
    starts_at: datetime,
    ends_at: datetime,
    reason: Reason,
    activity_code_id: int | None = None,
) -> ShiftChange:
    """Take [starts_at, ends_at) away from a published shift: its end, its beginning, or all of it.

    A stretch in the middle becomes the activity; without one it is refused.
    """
    shift = hold(shift_id, expected_revision)
    after = without(state_of(shift), starts_at, ends_at, activity_code_id=activity_code_id)
    change = PlannedChange(shift=shift, after=after, version_id=shift.version_id)
    return write_changes([change], reason)


@transaction.atomic
def extend_shift(
    *,
    shift_id: int,
    expected_revision: int | None,
    starts_at: datetime,
    ends_at: datetime,
    reason: Reason,
) -> ShiftChange:
    """Let a published shift begin earlier or end later; the work beside goes on in the new time."""
    shift = hold(shift_id, expected_revision)
    after = extended(state_of(shift), starts_at, ends_at)
    change = PlannedChange(shift=shift, after=after, version_id=shift.version_id)
    return write_changes([change], reason)


@transaction.atomic
def change_queue(
    *,
    shift_id: int,
    expected_revision: int | None,
    starts_at: datetime,
    ends_at: datetime,
    queue_id: int,
    reason: Reason,
) -> ShiftChange:
    """Let the work of [starts_at, ends_at) be on another queue; breaks and meetings stay."""
    shift = hold(shift_id, expected_revision)
    state = before = state_of(shift)
    for item in before.stretches:
        first, last = max(item.starts_at, starts_at), min(item.ends_at, ends_at)
        if item.queue_id is not None and first < last:
            moved = replace(item, queue_id=queue_id, starts_at=first, ends_at=last)
            state = overlaid(state, moved)
    if state == before:
        raise UnableToEdit(_("The shift holds no work on a queue in that time."))
    change = PlannedChange(shift=shift, after=_joined(state), version_id=shift.version_id)
    return write_changes([change], reason)


def hold(shift_id: int, expected_revision: int | None) -> Shift:
    """The published shift with its agent held."""
    known = Shift.objects.filter(pk=shift_id).values_list("agent_id", flat=True).first()
    if known is None:
        raise ChangedMeanwhile(_("This shift is no longer in force."))
    lock_agents([known])
    shift = lock_published({shift_id: expected_revision})[shift_id]
    if shift.agent_id != known:
        raise ChangedMeanwhile(_("This shift has changed meanwhile. Look at it again."))
    return shift


def without(
    state: ShiftState,
    starts_at: datetime,
    ends_at: datetime,
    *,
    activity_code_id: int | None = None,
) -> ShiftState | None:
    """The shift without a stretch; None where nothing is left."""
    if ends_at <= state.starts_at or starts_at >= state.ends_at:
        raise UnableToEdit(_("The shift does not lie in that time."))
    at_start, at_end = starts_at <= state.starts_at, ends_at >= state.ends_at
    if at_start and at_end:
        return None
    if at_end:
        return clipped(state, state.starts_at, starts_at)
    if at_start:
        return clipped(state, ends_at, state.ends_at)
    if activity_code_id is None:
        raise UnableToEdit(_("Only the beginning or the end of a shift can be taken away."))
    off = Stretch(
        activity_code_id=activity_code_id, queue_id=None, starts_at=starts_at, ends_at=ends_at
    )
    return overlaid(state, off)


def extended(state: ShiftState, starts_at: datetime, ends_at: datetime) -> ShiftState:
    """The shift made longer at one end or both."""
    first, last = min(starts_at, state.starts_at), max(ends_at, state.ends_at)
    if last - first > LONGEST:
        raise UnableToEdit(_("A shift is longer than nothing and at most 16 hours."))
    work = set(ActivityCode.objects.filter(is_work=True).values_list("pk", flat=True))
    found = list(state.stretches)
    if first < state.starts_at:
        beside = next((s for s in found if s.activity_code_id in work), found[0])
        found.insert(0, replace(beside, starts_at=first, ends_at=state.starts_at))
    if last > state.ends_at:
        beside = next((s for s in reversed(found) if s.activity_code_id in work), found[-1])
        found.append(replace(beside, starts_at=state.ends_at, ends_at=last))
    return _joined(replace(state, starts_at=first, ends_at=last, stretches=tuple(found)))


def _break_at(state: ShiftState, begins: datetime, work: set[int]) -> Stretch:
    for item in state.stretches:
        if item.starts_at == begins and item.activity_code_id not in work:
            return item
    raise UnableToEdit(_("The shift has no break that begins then."))


def _work_beside(state: ShiftState, item: Stretch, work: set[int]) -> Stretch:
    """The work before the break, or else after it, in the break's time."""
    beside = [s for s in state.stretches if s.activity_code_id in work]
    before = [s for s in beside if s.ends_at <= item.starts_at]
    if not beside:
        raise UnableToEdit(_("The shift holds no work that could go on during the break."))
    source = before[-1] if before else beside[0]
    return replace(source, starts_at=item.starts_at, ends_at=item.ends_at)


def _check_room(state: ShiftState, placed: Stretch, work: set[int]) -> None:
    if placed.starts_at < state.starts_at or placed.ends_at > state.ends_at:
        raise UnableToEdit(_("The break would lie outside the shift."))
    for item in state.stretches:
        overlaps = item.starts_at < placed.ends_at and placed.starts_at < item.ends_at
        if overlaps and item.activity_code_id not in work:
            raise UnableToEdit(_("The break would lie in another break or activity."))


def _joined(state: ShiftState) -> ShiftState:
    """Neighbouring stretches of the same activity and queue become one."""
    joined: list[Stretch] = []
    for item in state.stretches:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.ends_at == item.starts_at
            and (last.activity_code_id, last.queue_id) == (item.activity_code_id, item.queue_id)
        ):
            joined[-1] = replace(last, ends_at=item.ends_at)
        else:
            joined.append(item)
    return replace(state, stretches=tuple(joined))


def becomes_time_off(
    *, agent_id: int, starts_at: datetime, ends_at: datetime, activity_code_id: int, reason: Reason
) -> ShiftChange | None:
    """Clear [starts_at, ends_at) of the agent's published shifts; the caller holds the agent.

    Shifts inside are removed, those that reach in are cut; time off in the middle of a shift becomes
    an activity of it. None where nothing was published then.
    """
    touched = Shift.objects.filter(
        is_published=True, agent=agent_id, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    shifts = lock_published(dict.fromkeys(touched.values_list("pk", flat=True)))
    changes = [
        PlannedChange(
            shift=shift,
            after=without(state_of(shift), starts_at, ends_at, activity_code_id=activity_code_id),
            version_id=shift.version_id,
        )
        for shift in shifts.values()
    ]
    return write_changes(changes, reason) if changes else None
