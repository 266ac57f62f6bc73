"""A planner's edits of a draft: move, resize, give to someone else, delete, add, lock.

Each edit locks version, agents and shift in this order, so that of two planners at once the second waits, sees
the new revision and is refused. Broken rules never refuse an edit; they come back as marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from scheduling.models import (
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftPlace,
    ShiftTemplate,
)
from scheduling.queries.wishes import GAP_KEY
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit
from wfm.org.models import (
    ActivityCode,
    Agent,
    AgentAssignment,
    AgentSkill,
    Queue,
    StateGroup,
)

STEP = timedelta(minutes=15)
LONGEST = timedelta(hours=16)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One activity of a shift."""

    activity_code_id: int
    queue_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What changes about a shift; None stays. `stretches` replace the activities (undo)."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    agent_id: int | None = None
    is_locked: bool | None = None
    stretches: Sequence[Stretch] = ()


@transaction.atomic
def edit_shift(*, shift_id: int, expected_revision: int, edit: Edit) -> Shift:
    """Move a shift, change its length, give it to another agent or lock it; activities follow."""
    shift = _locked(shift_id, expected_revision, also_agent=edit.agent_id)
    starts_at, ends_at = edit.starts_at or shift.starts_at, edit.ends_at or shift.ends_at
    _check_span(starts_at, ends_at)
    stretches = list(edit.stretches) or _moved(shift, starts_at, ends_at)
    shift.operational_date += _local_date(starts_at, shift) - _local_date(shift.starts_at, shift)
    shift.starts_at, shift.ends_at = starts_at, ends_at
    if edit.agent_id is not None:
        shift.agent_id = edit.agent_id
    if edit.is_locked is not None:
        shift.is_locked = edit.is_locked
    return _write(shift, fitted(stretches, starts_at, ends_at))


def _moved(shift: Shift, starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """The activities along with the shift; where only the start was dragged they stay."""
    only_start = shift.ends_at == ends_at
    delta = timedelta(0) if only_start else starts_at - shift.starts_at
    return [
        Stretch(
            activity_code_id=row.activity_code_id,
            queue_id=row.queue_id,
            starts_at=row.starts_at + delta,
            ends_at=row.ends_at + delta,
        )
        for row in ShiftActivity.objects.filter(shift=shift).order_by("starts_at")
    ]


@transaction.atomic
def delete_shift(*, shift_id: int, expected_revision: int) -> None:
    """Take a shift out of a draft."""
    shift = _locked(shift_id, expected_revision)
    version_id = shift.version_id
    shift.delete()
    _count_edit(version_id)


@transaction.atomic
def add_shift(
    *,
    version: ScheduleVersion,
    agent: Agent,
    starts_at: datetime,
    ends_at: datetime,
    stretches: Sequence[Stretch] = (),
    is_locked: bool = False,
) -> Shift:
    """Add a shift; without activities it gets the contract's breaks and the agent's usual queue."""
    found = _draft(version.pk)
    _lock_agents([agent.pk])
    _check_span(starts_at, ends_at)
    assignment = _assignment(agent, starts_at.date())
    site = assignment.team.site
    shift = Shift(
        version=found,
        agent=agent,
        operational_date=_date_in(starts_at, site.timezone),
        starts_at=starts_at,
        ends_at=ends_at,
        site=site,
        place=ShiftPlace.HOME if assignment.work_mode == "HOME" else ShiftPlace.OFFICE,
        paid_minutes=0,
        is_locked=is_locked,
    )
    shift.save()
    planned = list(stretches) or usual_day(assignment, starts_at, ends_at)
    return _write(shift, fitted(planned, starts_at, ends_at))


# -- locks and checks ----------------------------------------------------------------------------


def _draft(version_id: int) -> ScheduleVersion:
    version = ScheduleVersion.objects.select_for_update().get(pk=version_id)
    if version.status != ScheduleStatus.DRAFT:
        raise UnableToEdit(
            _("A published schedule is final. Copy it as a draft, change the copy and publish it.")
        )
    return version


def _lock_agents(ids: Sequence[int]) -> None:
    wanted = Agent.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    if len(list(wanted.values_list("pk"))) != len(set(ids)):
        raise UnableToEdit(_("There is no such agent."))


def _locked(shift_id: int, expected_revision: int, *, also_agent: int | None = None) -> Shift:
    """The shift with its version and agents held; refused when it has changed meanwhile."""
    known = Shift.objects.filter(pk=shift_id).values_list("version_id", "agent_id").first()
    gone = _("The shift has been deleted meanwhile. Load the schedule again.")
    if known is None:
        raise ChangedMeanwhile(gone)
    version_id, agent_id = known
    _draft(version_id)
    _lock_agents(sorted({agent_id, *([also_agent] if also_agent is not None else [])}))
    shift = (
        Shift.objects.select_for_update(of=("self",))
        .select_related("site", "version")
        .filter(pk=shift_id)
        .first()
    )
    if shift is None:
        raise ChangedMeanwhile(gone)
    if shift.revision != expected_revision:
        raise ChangedMeanwhile(
            _("Someone else has changed this shift meanwhile. Load it again, then change it.")
        )
    return shift


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if starts_at.timestamp() % STEP.total_seconds() or ends_at.timestamp() % STEP.total_seconds():
        raise UnableToEdit(_("Shifts start and end on quarter hours."))
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise UnableToEdit(_("A shift is longer than nothing and at most 16 hours."))


def _local_date(moment: datetime, shift: Shift) -> date:
    return _date_in(moment, shift.site.timezone if shift.site else shift.version.timezone)


def _date_in(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


# -- activities ----------------------------------------------------------------------------------


def fitted(stretches: Sequence[Stretch], starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """Cut what lies outside, then let the first and last queue work fill the shift."""
    inside = [
        replace(item, starts_at=max(item.starts_at, starts_at), ends_at=min(item.ends_at, ends_at))
        for item in sorted(stretches, key=lambda item: item.starts_at)
        if item.ends_at > starts_at and item.starts_at < ends_at
    ]
    work = next((item for item in inside if item.queue_id is not None), None)
    if work is None:
        code = work_code()
        work = Stretch(
            activity_code_id=code.pk, queue_id=None, starts_at=starts_at, ends_at=ends_at
        )
    filled: list[Stretch] = []
    at = starts_at
    for item in inside:
        if item.starts_at > at:
            filled.append(replace(work, starts_at=at, ends_at=item.starts_at))
        filled.append(item)
        at = item.ends_at
    if at < ends_at:
        filled.append(replace(work, starts_at=at, ends_at=ends_at))
    return _joined(filled)


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for item in stretches:
        last = joined[-1] if joined else None
        same = last is not None and (last.activity_code_id, last.queue_id, last.ends_at) == (
            item.activity_code_id,
            item.queue_id,
            item.starts_at,
        )
        if last is not None and same:
            joined[-1] = replace(last, ends_at=item.ends_at)
        else:
            joined.append(item)
    return joined


def work_code() -> ActivityCode:
    """The activity of people who are ready for work on a queue."""
    code = (
        ActivityCode.objects.filter(is_work=True, is_active=True, state_group="AVAILABLE")
        .order_by("portal_position", "pk")
        .first()
    )
    if code is None:
        raise UnableToEdit(
            _("There is no activity code for work on a queue. Add one in the settings.")
        )
    return code


def gap_code() -> ActivityCode:
    """The activity between the pieces of a split shift: unpaid, and no absence."""
    code, _made = ActivityCode.objects.get_or_create(
        key=GAP_KEY,
        defaults={
            "name": "Split gap",
            "letter": "–",
            "color": "activity-gap",
            "state_group": StateGroup.OFFLINE,
            "is_paid": False,
        },
    )
    return code


def usual_day(assignment: AgentAssignment, starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """Breaks of a template with this length, each in the middle of its window."""
    minutes = round((ends_at - starts_at).total_seconds() / 60)
    template = (
        ShiftTemplate.objects.filter(
            employment_contract=assignment.employment_contract,
            is_active=True,
            piece_minutes__len=0,
            length_min_minutes__lte=minutes,
            length_max_minutes__gte=minutes,
        )
        .order_by("pk")
        .first()
    )
    skills = AgentSkill.objects.filter(agent=assignment.agent, ends_on=None).values("skill")
    queue = Queue.objects.filter(skill__in=skills, is_active=True).order_by("pk").first()
    code = work_code()
    planned = []
    for rule in template.breaks.order_by("earliest_minute") if template else ():
        if rule.from_length_minutes > minutes:
            continue
        middle = (rule.earliest_minute + rule.latest_minute) // 2 // 15 * 15
        at = starts_at + timedelta(minutes=middle)
        planned.append(
            Stretch(
                activity_code_id=rule.activity_code_id,
                queue_id=None,
                starts_at=at,
                ends_at=at + timedelta(minutes=rule.minutes),
            )
        )
    work = Stretch(
        activity_code_id=code.pk,
        queue_id=queue.pk if queue else None,
        starts_at=starts_at,
        ends_at=planned[0].starts_at if planned else ends_at,
    )
    return [work, *planned]


def _assignment(agent: Agent, day: date) -> AgentAssignment:
    row = (
        AgentAssignment.objects.effective_on(day)
        .filter(agent=agent)
        .select_related("team__site", "employment_contract", "agent")
        .first()
    )
    if row is None:
        raise UnableToEdit(
            _("%(name)s belongs to no team on %(day)s.") % {"name": agent, "day": day}
        )
    return row


def _write(shift: Shift, stretches: Sequence[Stretch]) -> Shift:
    ShiftActivity.objects.filter(shift=shift).delete()
    ShiftActivity.objects.bulk_create(
        ShiftActivity(
            shift=shift,
            activity_code_id=item.activity_code_id,
            queue_id=item.queue_id,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
        )
        for item in stretches
    )
    paid = set(ActivityCode.objects.filter(is_paid=True).values_list("pk", flat=True))
    shift.paid_minutes = sum(
        round((item.ends_at - item.starts_at).total_seconds() / 60)
        for item in stretches
        if item.activity_code_id in paid
    )
    shift.revision += 1
    shift.save(
        update_fields=[
            "agent",
            "operational_date",
            "starts_at",
            "ends_at",
            "paid_minutes",
            "is_locked",
            "revision",
        ]
    )
    _count_edit(shift.version_id)
    return shift


def _count_edit(version_id: int) -> None:
    """An edited draft is no longer the solver's: its cost and bound do not hold for it."""
    ScheduleVersion.objects.filter(pk=version_id).update(revision=F("revision") + 1, objective=None)
