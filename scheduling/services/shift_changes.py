"""The one way in which published shifts change in place: locked, checked at once, with a record.

Order of locks, the same everywhere: the request (swap, open shift), agents by id, shifts by id, versions by
id. Whoever calls `write_changes` holds the agents (`lock_agents`) and has judged the rules after that, so
that nobody's shifts move between the judgement and the writing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from scheduling.models import (
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftChange,
    ShiftChangeDay,
    ShiftChangeKind,
)
from scheduling.queries.published import activities_of
from scheduling.services.edit import Stretch
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit
from scheduling.services.publish import NO_OVERLAP
from wfm.integration.services import record_change
from wfm.org.models import ActivityCode, Agent, User

MOST_WHY = 300


@dataclass(frozen=True, kw_only=True)
class ShiftState:
    """A published shift as it is or shall be."""

    agent_id: int
    operational_date: date
    starts_at: datetime
    ends_at: datetime
    site_id: int | None
    place: str
    stretches: tuple[Stretch, ...]

    def as_json(self, shift_id: int | None) -> dict[str, Any]:
        """What the record keeps."""
        return {
            "shift": shift_id,
            "agent": self.agent_id,
            "operational_date": self.operational_date.isoformat(),
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "site": self.site_id,
            "place": self.place,
            "activities": [
                {
                    "activity_code": item.activity_code_id,
                    "queue": item.queue_id,
                    "starts_at": item.starts_at.isoformat(),
                    "ends_at": item.ends_at.isoformat(),
                }
                for item in self.stretches
            ],
        }


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What becomes of a published shift: `after` None takes it away, `shift` None adds one."""

    shift: Shift | None
    after: ShiftState | None
    version_id: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why published shifts change, and who says so."""

    kind: ShiftChangeKind
    at: datetime
    by: User | None = None
    why: str = ""


def lock_agents(ids: Iterable[int]) -> None:
    """Hold the agents in order of their ids until the end of the transaction."""
    wanted = sorted(set(ids))
    rows = Agent.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    if len(list(rows.values_list("pk"))) != len(wanted):
        raise UnableToEdit(_("There is no such agent."))


def lock_published(revisions: dict[int, int | None]) -> dict[int, Shift]:
    """Hold published shifts whose revisions the caller knows; None for any. Agents are held before."""
    rows = {
        shift.pk: shift
        for shift in Shift.objects.filter(pk__in=revisions)
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    for pk, revision in revisions.items():
        shift = rows.get(pk)
        if shift is None or not shift.is_published:
            raise ChangedMeanwhile(_("This shift is no longer in force."))
        if revision is not None and shift.revision != revision:
            raise ChangedMeanwhile(_("This shift has changed meanwhile. Look at it again."))
    return rows


def state_of(shift: Shift, activities: Sequence[ShiftActivity] | None = None) -> ShiftState:
    """The shift as it is."""
    rows = activities_of([shift.pk])[shift.pk] if activities is None else activities
    return ShiftState(
        agent_id=shift.agent_id,
        operational_date=shift.operational_date,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        site_id=shift.site_id,
        place=shift.place,
        stretches=tuple(
            Stretch(
                activity_code_id=row.activity_code_id,
                queue_id=row.queue_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in rows
        ),
    )


def clipped(state: ShiftState, starts_at: datetime, ends_at: datetime) -> ShiftState:
    """The part of the shift inside [starts_at, ends_at)."""
    return replace(
        state,
        starts_at=starts_at,
        ends_at=ends_at,
        stretches=tuple(
            replace(
                item,
                starts_at=max(item.starts_at, starts_at),
                ends_at=min(item.ends_at, ends_at),
            )
            for item in state.stretches
            if item.ends_at > starts_at and item.starts_at < ends_at
        ),
    )


def overlaid(state: ShiftState, stretch: Stretch) -> ShiftState:
    """The shift with one activity put over what was planned in its time."""
    kept = [
        piece
        for item in state.stretches
        for piece in (
            replace(item, ends_at=min(item.ends_at, stretch.starts_at)),
            replace(item, starts_at=max(item.starts_at, stretch.ends_at)),
        )
        if piece.starts_at < piece.ends_at
    ]
    return replace(
        state, stretches=tuple(sorted([*kept, stretch], key=lambda item: item.starts_at))
    )


def paid_minutes(stretches: Sequence[Stretch]) -> int:
    """Minutes of activities that are paid."""
    codes = {item.activity_code_id for item in stretches}
    paid = set(ActivityCode.objects.filter(pk__in=codes, is_paid=True).values_list("pk", flat=True))
    return sum(
        round((item.ends_at - item.starts_at).total_seconds() / 60)
        for item in stretches
        if item.activity_code_id in paid
    )


def write_changes(changes: Sequence[PlannedChange], reason: Reason) -> ShiftChange:
    """Write the shifts and the record of it; the caller's transaction holds the agents.

    Raises UnableToEdit where somebody would have two shifts at once; the caller rolls back.
    """
    before = [
        (change.shift.pk, state_of(change.shift), change.version_id)
        for change in changes
        if change.shift is not None
    ]
    after: list[tuple[int, ShiftState, int]] = []
    try:
        with transaction.atomic():
            for change in changes:
                pk = _write(change)
                if change.after is not None and pk is not None:
                    after.append((pk, change.after, change.version_id))
            check_at_once()
    except IntegrityError as error:
        if NO_OVERLAP not in str(error):
            raise
        raise UnableToEdit(_("Somebody would have two shifts at once.")) from error
    return _record(before, after, reason)


def check_at_once() -> None:
    """Let the deferred constraint speak now: at the commit it would be too late for a sentence."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED")


def _write(change: PlannedChange) -> int | None:
    shift, after = change.shift, change.after
    if after is None:
        if shift is not None:
            shift.delete()
        return None
    row = shift or Shift(version_id=change.version_id, is_published=True, revision=0)
    for name in ("agent_id", "operational_date", "starts_at", "ends_at", "site_id", "place"):
        setattr(row, name, getattr(after, name))
    row.paid_minutes = paid_minutes(after.stretches)
    row.revision += 1
    row.save()
    ShiftActivity.objects.filter(shift=row).delete()
    ShiftActivity.objects.bulk_create(
        ShiftActivity(
            shift=row,
            activity_code_id=item.activity_code_id,
            queue_id=item.queue_id,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
        )
        for item in after.stretches
    )
    return row.pk


def _record(
    before: Sequence[tuple[int, ShiftState, int]],
    after: Sequence[tuple[int, ShiftState, int]],
    reason: Reason,
) -> ShiftChange:
    touched = sorted(
        {
            (version, state.agent_id, state.operational_date)
            for _, state, version in (*before, *after)
        }
    )
    revisions = _count_changes({version for version, _, _ in touched})
    change = ShiftChange.objects.create(
        version_id=touched[0][0],
        kind=reason.kind,
        changed_by=reason.by,
        why=reason.why[:MOST_WHY],
        changed_at=reason.at,
        before=[state.as_json(pk) for pk, state, _ in before],
        after=[state.as_json(pk) for pk, state, _ in after],
    )
    ShiftChangeDay.objects.bulk_create(
        ShiftChangeDay(
            change=change,
            version_id=version,
            version_revision=revisions[version],
            agent_id=agent_id,
            operational_date=day,
        )
        for version, agent_id, day in touched
    )
    record_change(
        kind="schedule.changed",
        key=f"schedule-version:{change.version_id}",
        payload={
            "version": change.version_id,
            "change": change.pk,
            "reason": str(change.kind),
            "changed_by": change.changed_by_id,
            "changed_at": change.changed_at,
            "before": change.before,
            "after": change.after,
        },
    )
    return change


def _count_changes(version_ids: Collection[int]) -> dict[int, int]:
    """Count the versions' revisions up; the rows stay locked, so the numbers follow the commits."""
    found = {}
    for pk in sorted(version_ids):
        ScheduleVersion.objects.filter(pk=pk).update(revision=F("revision") + 1, objective=None)
        found[pk] = ScheduleVersion.objects.values_list("revision", flat=True).get(pk=pk)
    return found
