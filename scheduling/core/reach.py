"""Who could be where under any legal schedule, and how few can then be missing.

Two proofs that a shortage cannot be planned away. By interval: everybody with any legal shift there, at work there at
once, does not suffice. By counting hours: for any worth of the slots between 0 and 1, everyone's best legal tour
earns at most so much, and what is required beyond it stays short (weak duality; the worths only decide how
strong the proof is).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData
from scheduling.core.pricing import AgentClass
from scheduling.core.roster import Roster
from scheduling.core.tours import TourModel

Floats = NDArray[np.float64]
SHORT = 1e-6
"""Parts of a person that count as none."""


def reach_of(model: TourModel, slots: int) -> NDArray[np.bool_]:
    """Slots in which some legal shift lies; limits of whole weeks are left out."""
    change = np.zeros(slots + 1, dtype=np.int64)
    for number, shape in enumerate(model.shapes):
        starts = model.start_table[model.by_day[:, number]]
        for offset, length in shape.pieces:
            np.add.at(change, np.minimum(starts + offset, slots), 1)
            np.add.at(change, np.minimum(starts + offset + length, slots), -1)
    found = np.cumsum(change[:-1]) > 0
    for shift in model.fixed.values():
        found[list(shift.working_slots)] = True
    return np.asarray(found)


def served_at(
    required: Sequence[float], people: Mapping[int, float], order: Iterable[int]
) -> dict[int, float]:
    """How many units of each skill so many people per set of skills can serve, skills in this order.

    The units that can be served together form a matroid: taking skill after skill is best for the
    first ones. How many units of the first skills are served is the least, over sets B of skills, of
    the units outside B and the people with a skill in B.
    """
    served: dict[int, float] = {}
    taken: list[int] = []
    before = 0.0
    for skill in order:
        taken.append(skill)
        total = _most_served(required, people, taken)
        served[skill], before = total - before, total
    return served


def _most_served(
    required: Sequence[float], people: Mapping[int, float], skills: Sequence[int]
) -> float:
    least = np.inf
    for subset in range(1 << len(skills)):
        inside = sum(1 << skill for place, skill in enumerate(skills) if subset >> place & 1)
        units = sum(required[s] for place, s in enumerate(skills) if not subset >> place & 1)
        least = min(least, units + sum(n for mask, n in people.items() if mask & inside))
    return float(least)


@dataclass(frozen=True, kw_only=True, eq=False)
class Uncoverable:
    """How many of the short intervals no legal schedule can cover.

    `proven` are slots; the others may or may not be coverable one by one.
    """

    short_slots: NDArray[np.int64]
    proven: NDArray[np.int64]
    least_hours: float
    """Hours short in the proven slots whatever is planned."""


def uncoverable(roster: Roster) -> Uncoverable:
    """Prove slot by slot that everybody who has a legal shift there is still too few."""
    short = np.flatnonzero(roster.coverage.shortage() > SHORT)
    possible = people_in_reach(roster.data, roster.classes, roster.coverage.mask)
    groups = [linked.mask for linked in roster.coverage.linked]
    proven, missing = [], 0.0
    for slot in short:
        short_here = 0.0
        people = {mask: float(row[slot]) for mask, row in possible.items()}
        required = roster.coverage.required[:, slot].tolist()
        for group in groups:
            skills = [n for n in range(len(required)) if group >> n & 1]
            own = {mask: n for mask, n in people.items() if mask & group}
            needed = float(sum(required[n] for n in skills))
            short_here += needed - _most_served(required, own, skills)
        if short_here > SHORT:
            proven.append(int(slot))
            missing += short_here
    return Uncoverable(
        short_slots=short,
        proven=np.array(proven, dtype=np.int64),
        least_hours=missing * roster.data.horizon.interval_minutes / 60,
    )


def people_in_reach(
    data: ScheduleData, classes: Sequence[AgentClass], mask_of: Callable[[tuple[str, ...]], int]
) -> dict[int, Floats]:
    """Per set of skills and slot: people of whom some legal shift lies there."""
    found: dict[int, Floats] = {}
    for group in classes:
        mask = mask_of(group.skills)
        row = found.setdefault(mask, np.zeros(data.horizon.slots))
        row += len(group.members) * reach_of(group.model, data.horizon.slots)
    for skills, working in data.carried:
        row = found.setdefault(mask_of(skills), np.zeros(data.horizon.slots))
        row[list(working)] += 1
    return found


# -- counting hours ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LeastShortage:
    """Hours that are short now, and hours that are short under every legal schedule."""

    short_hours: float
    least_hours: float


def least_shortage(
    roster: Roster, prices: Mapping[str, Floats] | None = None, *, rounds: int = 6
) -> LeastShortage:
    """What no legal schedule covers: the stronger of counting hours and going slot by slot.

    Args:
        roster: the schedule; its short slots and its staffing guide the proof.
        prices: the solver's, where there are any; they make the proof stronger.
        rounds: turns of re-weighing after the first proofs.

    """
    coverage, data = roster.coverage, roster.data
    hours = data.horizon.interval_minutes / 60
    shortage = coverage.shortage()
    models = [bare_model(group.model) for group in roster.classes]
    best, best_worth = 0.0, np.zeros(coverage.required.shape)
    first = [
        (coverage.required > SHORT).astype(float),
        np.tile((shortage > SHORT).astype(float), (len(coverage.skills), 1)),
    ]
    if prices is not None and set(prices) == set(coverage.skills):
        scale = (coverage.under_cost + coverage.over_cost)[:, None]
        first.append(np.clip(np.stack([prices[s] for s in coverage.skills]) / scale, 0.0, 1.0))
    staffed = np.zeros_like(best_worth)
    for worth in first:
        proof, there = _counted(roster, models, worth)
        if proof >= best:
            best, best_worth, staffed = proof, worth, there
    worth = best_worth
    for turn in range(rounds):
        missing = np.where(coverage.counted, coverage.required - staffed, 0.0)
        length = float((missing**2).sum())
        if length <= 0:
            break
        target = max(float(shortage.sum()) - best, 1.0)
        worth = np.clip(worth + target / (turn + 1) * missing / length, 0.0, 1.0)
        proof, staffed = _counted(roster, models, worth)
        best = max(best, proof)
    total = float(shortage.sum()) * hours
    least = max(best * hours, uncoverable(roster).least_hours)
    return LeastShortage(short_hours=total, least_hours=min(least, total))


def _counted(roster: Roster, models: Sequence[TourModel], worth: Floats) -> tuple[float, Floats]:
    """Agent-slots short under every legal schedule by this worth [skill, slot], and who would be where."""
    coverage = roster.coverage
    worth = np.where(coverage.counted, worth, 0.0)
    proof = float((worth * coverage.required).sum())
    staffed = np.zeros_like(worth)
    for group, model in zip(roster.classes, models, strict=True):
        rows = _rows(coverage.mask(group.skills), len(worth))
        if not rows:
            continue
        own = worth[rows].max(axis=0)
        earned, tour = model.priced(own)
        if tour is None:
            continue
        proof -= len(group.members) * earned
        chosen = np.asarray(rows)[worth[rows][:, tour.working].argmax(axis=0)]
        np.add.at(staffed, (chosen, tour.working), len(group.members))
    for skills, working in roster.data.carried:
        rows = _rows(coverage.mask(skills), len(worth))
        if rows:
            proof -= float(worth[rows].max(axis=0)[list(working)].sum())
    return proof, staffed


def _rows(mask: int, skills: int) -> list[int]:
    return [n for n in range(skills) if mask >> n & 1]


def bare_model(model: TourModel) -> TourModel:
    """The legal tours of a model, priced by cover alone: hours are counted, not pay or wishes."""
    contract = replace(
        model.contract,
        paid_cost_per_minute=0.0,
        overtime_cost_per_minute=0.0,
        overtime_after_minutes=None,
        patterns=tuple(replace(pattern, allowance=0.0) for pattern in model.contract.patterns),
    )
    return TourModel(
        replace(model.agent, wishes=()),
        contract,
        model.horizon,
        first_weekday=model.first_weekday,
    )
