"""What a solve plans inside shifts: office or home, activities, deferred work; written beside the shifts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.formats import date_format
from numpy.typing import NDArray

from scheduling.core.data import WorkMode
from scheduling.models import (
    ActivityPlacement,
    ActivityRequest,
    ScheduleVersion,
)
from scheduling.queries.solve_input import SolveInput
from scheduling.queries.solve_input.activities import kept_placements
from scheduling.texts import finding_text

if TYPE_CHECKING:
    from scheduling.core.findings import Finding
    from scheduling.core.joint import JointResult

Spans = list[tuple[int, int, int]]
"""First slot, end and activity code."""


def is_in_office(given: SolveInput, result: JointResult, *, agent: int, day: int) -> bool:
    """True for a shift that is worked in the office."""
    if result.office is not None:
        return (agent, day) in result.office.in_office
    return given.data.agents[agent].work_mode == WorkMode.OFFICE


def activity_spans(result: JointResult) -> dict[int, Spans]:
    """Per agent (by position) the activities that are held with them."""
    requests = ActivityRequest.objects.in_bulk(
        {_request_of(item.key) for item in result.activities.placed}
    )
    found: dict[int, Spans] = {}
    for item in result.activities.placed:
        code = requests[_request_of(item.key)].activity_code_id
        for agent in item.attendants:
            found.setdefault(agent, []).append((item.start_slot, item.end_slot, code))
    return found


def _request_of(key: str) -> int:
    return int(key.partition(":")[0])


def save_placements(*, version: ScheduleVersion, given: SolveInput, result: JointResult) -> None:
    """Replace the version's placements: where each activity is held, or why it is not."""
    ActivityPlacement.objects.filter(version=version).delete()
    placed = {item.key: item for item in result.activities.placed}
    reasons = {f.subject: finding_text(_named(f, given)) for f in result.activities.findings}
    rows = []
    for activity in given.data.activities:
        request, _colon, agent = activity.key.partition(":")
        item = placed.get(activity.key)
        rows.append(
            ActivityPlacement(
                version=version,
                request_id=int(request),
                agent_id=int(agent) if agent else None,
                starts_at=None if item is None else given.axis.moment(item.start_slot),
                ends_at=None if item is None else given.axis.moment(item.end_slot),
                cost=0.0 if item is None else round(item.cost, 2),
                reason=reasons.get(activity.key, ""),
            )
        )
    rows += [
        ActivityPlacement(
            version=version,
            request_id=row.request_id,
            agent_id=row.agent_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            cost=row.cost,
        )
        for row in kept_placements(version)
    ]
    ActivityPlacement.objects.bulk_create(rows, batch_size=2000)


def _named(finding: Finding, given: SolveInput) -> Finding:
    """The finding with titles, names and dates instead of keys and numbers of days."""
    values = dict(finding.values)
    names = {str(agent.pk): agent.name for agent in given.agents}
    if "activity" in values:
        values["activity"] = _title(str(values["activity"]), names)
    if "agent" in values:
        values["agent"] = names.get(str(values["agent"]), values["agent"])
    if "skill" in values:
        skills = {str(queue.skill_id): queue.skill.name for queue in given.queues}
        values["skill"] = skills.get(str(values["skill"]), values["skill"])
    for day, named in (("day", "date"), ("first", "date"), ("last", "last_date")):
        if day in values:
            date = given.axis.date(int(str(values[day])) - 1)
            values[named] = date_format(date, "SHORT_DATE_FORMAT")
    return type(finding)(
        code=finding.code, severity=finding.severity, subject=finding.subject, values=values
    )


def _title(key: str, names: Mapping[str, str]) -> str:
    request, _colon, agent = key.partition(":")
    title = ActivityRequest.objects.values_list("title", flat=True).get(pk=int(request))
    return f"{title} ({names[agent]})" if agent in names else title


def findings_of(given: SolveInput, result: JointResult) -> list[dict[str, Any]]:
    """Findings as the version keeps them: severity, code, whom or what it is about, the sentence."""
    names = {str(agent.pk): agent.name for agent in given.agents}
    kept = []
    for finding in result.findings:
        named = _named(finding, given)
        is_person = finding.code.startswith("office_")
        about = named.values.get("activity", named.values.get("skill", ""))
        kept.append(
            {
                "severity": str(finding.severity),
                "code": finding.code,
                "agent": int(finding.subject) if is_person else None,
                "subject": names.get(finding.subject, "") if is_person else str(about),
                "text": finding_text(named),
            }
        )
    return kept


def required_with_deferred(
    given: SolveInput, result: JointResult
) -> Mapping[int, NDArray[np.float64]]:
    """People per queue and slot, deferred queues as their work is planned."""
    required = dict(given.required_by_queue)
    for queue, row in zip(given.deferred_queues, result.deferred.by_class, strict=False):
        required[queue] = required[queue] + row
    return required


def deferred_summary(given: SolveInput, result: JointResult) -> dict[str, Any]:
    """Per deferred queue that was planned as workload: hours done and late, and the people planned."""
    if not given.deferred_queues:
        return {}
    hours = given.data.horizon.interval_minutes / 60
    found: dict[str, dict[str, Any]] = {}
    pieces = zip(given.deferred_queues, result.deferred.by_class, result.deferred.late, strict=True)
    for queue, row, late in pieces:
        kept = found.setdefault(
            str(queue), {"done_hours": 0.0, "late_hours": 0.0, "people": np.zeros(len(row))}
        )
        kept["done_hours"] += float(row.sum()) * hours
        kept["late_hours"] += late * hours
        kept["people"] = kept["people"] + row
    for kept in found.values():
        kept["done_hours"] = round(kept["done_hours"], 2)
        kept["late_hours"] = round(kept["late_hours"], 2)
        kept["people"] = [round(float(x), 2) for x in kept["people"]]
    return {"deferred": found, "starts_at": given.axis.starts_at.isoformat()}


def office_summary(given: SolveInput, result: JointResult) -> dict[str, Any]:
    """Days in the office and the money that they cost."""
    if result.office is None:
        return {}
    hybrid = [
        (agent, day)
        for agent, day in result.office.in_office
        if given.data.agents[agent].work_mode == WorkMode.HYBRID
    ]
    return {
        "office": {
            "hybrid_days": len(hybrid),
            "missing_days": sum(conflict.missing_days for conflict in result.office.conflicts),
            "cost": round(result.office.cost, 2),
        }
    }
