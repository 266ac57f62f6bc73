"""A version's shifts as the core's tours: to explain them, to price rules, to plan again from them.

A shift that no pattern of the contract gives (edited by hand, with a meeting inside) stays as it is: it
becomes a fixed shift of its agent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, ContractRules, FixedShift, ScheduleData
from scheduling.core.roster import Roster
from scheduling.core.shapes import Shape, shapes_of
from scheduling.core.tours import Tour, TourModel
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftActivity
from scheduling.queries.solve_input import (
    INTERVAL_MINUTES,
    Axis,
    CostParams,
    SolveInput,
    required_in_force,
    solve_input,
)
from scheduling.queries.solve_input.requirement import sum_of_skill
from scheduling.queries.versions import requirement_for


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    code: str
    first: int
    end: int
    is_work: bool


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One shift in slots of the axis."""

    pk: int
    agent_id: int
    day: int
    start: int
    end: int
    paid_minutes: int
    stretches: tuple[_Stretch, ...]

    @property
    def working(self) -> tuple[int, ...]:
        return tuple(
            s for part in self.stretches if part.is_work for s in range(part.first, part.end)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedVersion:
    """A version as the core sees it; `roster` holds its schedule."""

    version: ScheduleVersion
    given: SolveInput
    roster: Roster
    tours: tuple[Tour | None, ...]
    number_of: Mapping[int, int]
    """Number of each agent, by key."""
    shift_ids: Mapping[tuple[int, int], int]
    """Shift of each agent's number and day."""

    @property
    def data(self) -> ScheduleData:
        """The solver's data."""
        return self.given.data

    @property
    def axis(self) -> Axis:
        """The slots."""
        return self.given.axis


def planned_version(version: ScheduleVersion) -> PlannedVersion:
    """Read a version with the rules and the requirement that it is held against.

    A draft is held against the requirement that it is solved for, a published version against what
    is in force now. People who are no longer here count where they are scheduled.
    """
    given = held_against(version)
    rows = _rows(version, given.axis)
    number_of = {agent.pk: number for number, agent in enumerate(given.agents)}
    own: dict[int, list[_Row]] = defaultdict(list)
    strangers: list[_Row] = []
    for row in rows:
        (own[number_of[row.agent_id]] if row.agent_id in number_of else strangers).append(row)
    places = {number: _placed(given.data, number, found) for number, found in sorted(own.items())}
    data = _with_fixed(given.data, places, strangers, version)
    roster = Roster(data)
    tours: list[Tour | None] = [None] * len(data.agents)
    for number, (matched, fixed) in places.items():
        tours[number] = _tour(roster.class_of[number].model, matched, fixed)
    roster.load(tours)
    return PlannedVersion(
        version=version,
        given=replace(given, data=data),
        roster=roster,
        tours=tuple(tours),
        number_of=number_of,
        shift_ids={
            (number_of[row.agent_id], row.day): row.pk for row in rows if row.agent_id in number_of
        },
    )


def held_against(version: ScheduleVersion) -> SolveInput:
    """The solver's input for a version whose own locked shifts bind."""
    run = version.requirement_run
    is_published = version.status == ScheduleStatus.PUBLISHED
    if is_published:
        run = requirement_for(version.starts_on, version.ends_on, version.timezone) or run
    shadow = ScheduleVersion(
        requirement_run=run,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        timezone=version.timezone,
        status=version.status,
        parameters=version.parameters,
    )
    given = solve_input(version=shadow, costs=CostParams.of(version.parameters))
    if not is_published:
        return given
    # The update of today is in force, too; the run alone does not hold it.
    asked = {**given.required_by_queue, **required_in_force(given.axis)}
    known = {queue.pk: asked[queue.pk] for queue in given.queues}
    rows = {
        skill: sum_of_skill(skill, given.queues, known, given.axis)
        for skill in given.data.required_agents
    }
    return replace(given, required_by_queue=known, data=replace(given.data, required_agents=rows))


def _rows(version: ScheduleVersion, axis: Axis) -> list[_Row]:
    stretches: dict[int, list[_Stretch]] = defaultdict(list)
    activities = ShiftActivity.objects.filter(shift__version=version).order_by("starts_at")
    for shift_id, code, starts_at, ends_at, is_work in activities.values_list(
        "shift_id", "activity_code_id", "starts_at", "ends_at", "activity_code__is_work"
    ):
        stretches[shift_id].append(
            _Stretch(
                code=str(code),
                first=axis.slot(starts_at),
                end=axis.end_slot(ends_at),
                is_work=is_work,
            )
        )
    return [
        _Row(
            pk=pk,
            agent_id=agent_id,
            day=(date - axis.first_date).days,
            start=axis.slot(starts_at),
            end=axis.end_slot(ends_at),
            paid_minutes=paid,
            stretches=tuple(stretches[pk]),
        )
        for pk, agent_id, date, starts_at, ends_at, paid in Shift.objects.filter(version=version)
        .order_by("agent_id", "starts_at")
        .values_list("pk", "agent_id", "operational_date", "starts_at", "ends_at", "paid_minutes")
    ]


# -- shifts to shapes ----------------------------------------------------------------------------

_Match = tuple[int, int, int, tuple[int, ...]]
"""Day, shape, start slot, offsets of the breaks."""


def _placed(
    data: ScheduleData, number: int, rows: Sequence[_Row]
) -> tuple[list[_Match], list[FixedShift]]:
    contract = data.contracts[data.agents[number].contract]
    shapes = shapes_of(contract, interval_minutes=INTERVAL_MINUTES)
    by_day: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    matched, fixed = [], []
    for day, own in sorted(by_day.items()):
        found = _match(own[0], shapes, contract) if len(own) == 1 else None
        if found is not None:
            matched.append((day, *found))
        else:
            fixed.append(_fixed(day, own))
    return matched, fixed


def _match(
    row: _Row, shapes: Sequence[Shape], contract: ContractRules
) -> tuple[int, int, tuple[int, ...]] | None:
    for number, shape in enumerate(shapes):
        if shape.length != row.end - row.start or shape.paid_minutes != row.paid_minutes:
            continue
        breaks = _breaks(row, shape, contract)
        if breaks is None:
            continue
        working = shape.working_slots(start=row.start, breaks=breaks)
        if tuple(working.tolist()) == row.working:
            return number, row.start, breaks
    return None


def _breaks(row: _Row, shape: Shape, contract: ContractRules) -> tuple[int, ...] | None:
    """Offsets of the breaks in the pattern's order; None where they are not the pattern's."""
    rules = contract.patterns[shape.pattern].breaks
    free = [part for part in row.stretches if not part.is_work]
    offsets: dict[int, int] = {}
    for place in sorted(range(len(rules)), key=lambda n: shape.breaks[n].earliest):
        window = shape.breaks[place]
        found = next(
            (
                part
                for part in free
                if part.code == rules[place].code and part.end - part.first == window.length
            ),
            None,
        )
        if found is None:
            return None
        free.remove(found)
        offsets[place] = found.first - row.start
    return tuple(offsets[place] for place in range(len(rules)))


def _fixed(day: int, rows: Sequence[_Row]) -> FixedShift:
    return FixedShift(
        day=day,
        start_slot=min(row.start for row in rows),
        end_slot=max(row.end for row in rows),
        working_slots=tuple(sorted({slot for row in rows for slot in row.working})),
        paid_minutes=sum(row.paid_minutes for row in rows),
    )


def _with_fixed(
    data: ScheduleData,
    places: Mapping[int, tuple[list[_Match], list[FixedShift]]],
    strangers: Sequence[_Row],
    version: ScheduleVersion,
) -> ScheduleData:
    """Locked shifts and those of no pattern as fixed ones; shifts of people who left as carried."""
    locked = {
        (agent_id, (date - version.starts_on).days)
        for agent_id, date in Shift.objects.filter(version=version, is_locked=True).values_list(
            "agent_id", "operational_date"
        )
    }
    agents = []
    for number, agent in enumerate(data.agents):
        matched, fixed = places.get(number, ([], []))
        stay = [match for match in matched if (int(agent.key), match[0]) in locked]
        for match in stay:
            matched.remove(match)
            fixed.append(_as_fixed(match, agent, data))
        agents.append(replace(agent, fixed=tuple(sorted(fixed, key=lambda s: s.day))))
    return replace(data, agents=tuple(agents), carried=(*data.carried, *_carried(strangers, data)))


def _as_fixed(match: _Match, agent: AgentRules, data: ScheduleData) -> FixedShift:
    day, number, start, breaks = match
    contract = data.contracts[agent.contract]
    shape = shapes_of(contract, interval_minutes=INTERVAL_MINUTES)[number]
    return FixedShift(
        day=day,
        start_slot=start,
        end_slot=start + shape.length,
        working_slots=tuple(shape.working_slots(start=start, breaks=breaks).tolist()),
        paid_minutes=shape.paid_minutes,
    )


def _carried(
    rows: Sequence[_Row], data: ScheduleData
) -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
    """Shifts of people who are gone serve what the queues in them ask for."""
    skills: dict[int, set[str]] = defaultdict(set)
    served = ShiftActivity.objects.filter(shift__in=[row.pk for row in rows], queue__isnull=False)
    for shift_id, skill_id in served.values_list("shift_id", "queue__skill_id"):
        if str(skill_id) in data.required_agents:
            skills[shift_id].add(str(skill_id))
    last = data.horizon.slots
    return tuple(
        (tuple(sorted(skills[row.pk])), tuple(slot for slot in row.working if 0 <= slot < last))
        for row in rows
        if row.pk in skills
    )


def _tour(model: TourModel, matched: Sequence[_Match], fixed: Sequence[FixedShift]) -> Tour:
    order = sorted(
        [*matched, *((shift.day, -1, shift.start_slot, ()) for shift in fixed)],
        key=lambda match: match[0],
    )
    offsets: NDArray[np.int64] = np.full((len(order), model.tables.breaks.shape[1]), -1)
    for row, (_, _, _, breaks) in enumerate(order):
        offsets[row, : len(breaks)] = breaks
    return Tour(
        model,
        days=np.array([match[0] for match in order], dtype=np.int64),
        shapes=np.array([match[1] for match in order], dtype=np.int64),
        starts=np.array([match[2] for match in order], dtype=np.int64),
        offsets=offsets,
    )
