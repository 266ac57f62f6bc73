"""A point of a curve as a draft: the version's copy with the changes of the point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.core.activities import Worker, assign_queues, stretches
from scheduling.core.data import WorkMode
from scheduling.models import ScheduleVersion, Shift, ShiftActivity, ShiftPlace
from scheduling.queries.after import KIND_OF_CURVE
from scheduling.queries.board import coverage
from scheduling.queries.solve_input.skills import skills_by_agent
from scheduling.services.edit import gap_code, work_code
from scheduling.services.errors import UnableToEdit
from scheduling.services.versions import copy_version
from wfm.jobs.models import Job, JobStatus
from wfm.org.models import AgentAssignment, Queue, User

WORK, GAP = 0, -1
"""Codes of stretches that are no activity of the contract."""
QUARTER = 900


@transaction.atomic
def draft_of_point(*, job: Job, number: int, created_by: User | None) -> ScheduleVersion:
    """Make a draft of the version with the changes of one point of a finished curve."""
    if job.kind != KIND_OF_CURVE or job.status != JobStatus.SUCCEEDED:
        raise UnableToEdit(_("There is no finished curve to pick from."))
    points = job.result["points"]
    if not 0 <= number < len(points):
        raise UnableToEdit(
            _("Expected a point from 0 to %(last)d, got %(number)d.")
            % {"last": len(points) - 1, "number": number}
        )
    version = ScheduleVersion.objects.select_for_update().get(pk=job.result["version_id"])
    if version.revision != job.result["revision"]:
        raise UnableToEdit(_("The version was changed since the curve was drawn. Draw it again."))
    draft = copy_version(version=version, created_by=created_by)
    gone = [(agent, day) for agent, day in job.result["lost"]]
    changes = points[number]["changes"]
    gone += [(change["agent"], change["date"]) for change in changes]
    old = _remove(draft, gone)
    _write(draft, [change for change in changes if change["stretches"]], old)
    draft.objective = draft.lower_bound = None
    draft.solver_status = ""
    draft.name = _("#%(pk)s planned again") % {"pk": version.pk}
    covered = coverage(draft)
    draft.understaffed_hours, draft.overstaffed_hours = covered.under_hours(), covered.over_hours()
    draft.save(
        update_fields=[
            "objective",
            "lower_bound",
            "solver_status",
            "name",
            "understaffed_hours",
            "overstaffed_hours",
        ]
    )
    return draft


def _remove(
    draft: ScheduleVersion, gone: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], Shift]:
    """Take the shifts of these agents and dates out of the draft; return them."""
    wanted = set(gone)
    found = {
        (shift.agent_id, str(shift.operational_date)): shift
        for shift in Shift.objects.filter(version=draft, agent__in={agent for agent, _ in wanted})
        if (shift.agent_id, str(shift.operational_date)) in wanted
    }
    Shift.objects.filter(pk__in=[shift.pk for shift in found.values()]).delete()
    return found


def _write(
    draft: ScheduleVersion,
    changes: Sequence[Mapping[str, Any]],
    old: Mapping[tuple[int, str], Shift],
) -> None:
    served = _queues(draft, changes)
    sites = {
        row.agent_id: row
        for row in AgentAssignment.objects.effective_on(draft.starts_on).select_related("team")
    }
    rows = [_shift_row(draft, change, old, sites) for change in changes]
    made = Shift.objects.bulk_create(rows, batch_size=2000)
    work, gap = work_code().pk, gap_code().pk
    activities = []
    for shift, change, by_slot in zip(made, changes, served, strict=True):
        for code, first, end in change["stretches"]:
            if code != WORK:
                activities.append(_activity(shift, gap if code == GAP else code, None, first, end))
                continue
            own = {s: q for s, q in by_slot.items() if first <= s * QUARTER < end}
            for low, high, queue in stretches(own):
                activities.append(
                    _activity(shift, work, queue or None, low * QUARTER, high * QUARTER)
                )
    ShiftActivity.objects.bulk_create(activities, batch_size=5000)


def _activity(shift: Shift, code: int, queue: int | None, first: int, end: int) -> ShiftActivity:
    return ShiftActivity(
        shift=shift,
        activity_code_id=code,
        queue_id=queue,
        starts_at=datetime.fromtimestamp(first, tz=UTC),
        ends_at=datetime.fromtimestamp(end, tz=UTC),
    )


def _shift_row(
    draft: ScheduleVersion,
    change: Mapping[str, Any],
    old: Mapping[tuple[int, str], Shift],
    assignments: Mapping[int, AgentAssignment],
) -> Shift:
    """The new shift where the old one was worked; a day more in the office unless they work at home."""
    before = old.get((change["agent"], change["date"]))
    assignment = assignments.get(change["agent"])
    at_home = assignment is not None and assignment.work_mode != WorkMode.OFFICE
    site = before.site_id if before else assignment.team.site_id if assignment else None
    place = before.place if before else ShiftPlace.HOME if at_home else ShiftPlace.OFFICE
    return Shift(
        version=draft,
        agent_id=change["agent"],
        operational_date=date.fromisoformat(change["date"]),
        starts_at=datetime.fromtimestamp(change["after"][0], tz=UTC),
        ends_at=datetime.fromtimestamp(change["after"][1], tz=UTC),
        site_id=site,
        place=place,
        paid_minutes=change["paid"],
    )


def _queues(draft: ScheduleVersion, changes: Sequence[Mapping[str, Any]]) -> list[dict[int, int]]:
    """The queue of each quarter hour (epoch seconds / 900) of the new shifts: what the others leave."""
    covered = coverage(draft)
    first = int(covered.starts_at.timestamp()) // QUARTER
    left = {
        queue.pk: np.maximum(covered.required[queue.pk] - covered.staffed[queue.pk], 0.0)
        for queue in covered.queues
    }
    own = _queues_of_agents(draft, [change["agent"] for change in changes], left)
    tail = np.zeros(4 * 24)
    need = {queue: np.concatenate([row, tail]) for queue, row in left.items()}
    workers = [
        Worker(
            queues=own.get(change["agent"], ()),
            working=np.array(
                [
                    slot - first
                    for code, low, high in change["stretches"]
                    if code == WORK
                    for slot in range(low // QUARTER, high // QUARTER)
                ],
                dtype=np.int64,
            ),
        )
        for change in changes
    ]
    answers = assign_queues(workers, need, dict.fromkeys(need, 1.0))
    return [
        {slot + first: by_slot.get(int(slot), 0) for slot in worker.working.tolist()}
        for worker, by_slot in zip(workers, answers, strict=True)
    ]


def _queues_of_agents(
    draft: ScheduleVersion, agents: Sequence[int], queues: Mapping[int, Any]
) -> dict[int, tuple[int, ...]]:
    """Queues of the version that each agent has the skill for."""
    by_skill: dict[str, list[int]] = defaultdict(list)
    for pk, skill_id in Queue.objects.filter(pk__in=queues).values_list("pk", "skill_id"):
        by_skill[str(skill_id)].append(pk)
    found = skills_by_agent(draft.starts_on)
    return {
        agent: tuple(queue for skill in found.get(agent, ()) for queue in by_skill.get(skill, ()))
        for agent in agents
    }
