"""A roster as the arrays of the small moves."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduling.core.move_facts import ClassRules, Cover
from scheduling.core.pricing import AgentClass
from scheduling.core.roster import Roster
from scheduling.core.tour_facts import NEVER
from scheduling.core.tours import TourModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Item = TypeVar("Item", bound=np.generic)
Guide = Mapping[int, Floats]
"""Per skill set a figure for each slot; empty for none."""
NO_LIMIT = 1 << 40
MOST_CELLS = 40_000_000
"""Rosters whose rules and cover take more numbers than that are left to the other methods."""


def class_rules(classes: Sequence[AgentClass]) -> ClassRules:
    """The rules of all classes, filled up to the same size."""
    models = [group.model for group in classes]
    has_bonus = any(model.bonus.size for model in models)
    return ClassRules(
        starts=_stacked([m.start_table for m in models], models[0].horizon.slots),
        legal=_stacked([m.by_day for m in models], 0),
        bonus=_stacked([_bonus(m) for m in models], 0.0) if has_bonus else np.zeros((0, 0, 0, 0)),
        lengths=_stacked([m.tables.lengths for m in models], 0),
        gaps=_stacked([m.tables.gaps for m in models], -1),
        breaks=_stacked([m.tables.breaks for m in models], -1),
        kinds=_stacked([m.tables.kinds for m in models], 0),
        paid=_stacked([_paid(m) for m in models], 0),
        fixed_kinds=_stacked([m.fixed_kinds for m in models], -1),
        steps=_stacked([m.weeks.steps for m in models], -1),
        of_mask=_stacked([m.weeks.of_mask for m in models], NEVER),
        of_state=_stacked([m.weeks.of_state for m in models], NEVER),
        limits=np.array([_limits(m) for m in models], dtype=np.int64),
        weekend=models[0].weeks.weekend,
    )


def fits(roster: Roster) -> bool:
    """Whether somebody may be moved and the arrays of a roster stay small enough."""
    if not roster.placed() or not roster.coverage.linked:
        return False
    starts = max(group.model.by_day.size for group in roster.classes)
    units = sum(len(linked.left) * len(linked.subsets) for linked in roster.coverage.linked)
    return bool(starts * len(roster.classes) + units * roster.data.horizon.slots <= MOST_CELLS)


def cover_of(roster: Roster, *, target: Guide, worth: Guide) -> Cover:
    """What is on position now; the costs by slot are still to be reckoned."""
    coverage = roster.coverage
    masks = sorted(set(roster.masks))
    linked = coverage.linked
    nothing = np.zeros(len(coverage.counted))
    of_mask = [
        next((number for number, group in enumerate(linked) if group.mask & mask), -1)
        for mask in masks
    ]
    return Cover(
        adding=np.zeros((len(masks), len(nothing))),
        dropping=np.zeros((len(masks), len(nothing))),
        counted=coverage.counted.copy(),
        over_cost=float(coverage.over_cost),
        masks=np.array(masks, dtype=np.int64),
        linked_of=np.array(of_mask, dtype=np.int64),
        subsets=np.concatenate([group.subsets for group in linked]),
        first_subset=_firsts([len(group.subsets) for group in linked]),
        staffed=np.concatenate([group.staffed for group in linked]),
        left=np.concatenate([np.concatenate(group.left) for group in linked]),
        first_left=_firsts([len(group.subsets) * len(group.left) for group in linked]),
        values=np.concatenate([np.stack(group.steps) for group in linked]),
        first_value=_firsts([len(group.left) for group in linked]),
        present=np.stack([roster.staffed[mask] for mask in masks]),
        target=np.stack([target.get(mask, nothing) for mask in masks]),
        worth=np.stack([worth.get(mask, nothing) for mask in masks]),
        bend=np.zeros(2),
    )


def _firsts(counts: Sequence[int]) -> Ints:
    return np.cumsum([0, *counts])


def _stacked(rows: Sequence[NDArray[Item]], fill: float) -> NDArray[Item]:
    """Arrays of as many axes in one, each filled up at its ends."""
    shape = np.max([row.shape for row in rows], axis=0)
    whole = np.full((len(rows), *shape), fill, dtype=rows[0].dtype)
    for number, row in enumerate(rows):
        inside = tuple(slice(0, size) for size in row.shape)
        whole[number][inside] = row
    return whole


def _bonus(model: TourModel) -> Floats:
    return model.bonus if model.bonus.size else np.zeros(model.by_day.shape)


def _paid(model: TourModel) -> Ints:
    return np.array([shape.paid_minutes for shape in model.shapes], dtype=np.int64)


def _limits(model: TourModel) -> tuple[int, ...]:
    least, most = -1, NO_LIMIT
    period = model.contract.paid_minutes_per_period
    if period is not None:
        given = sum(model.agent.credited_minutes)
        given += sum(shift.paid_minutes for shift in model.fixed.values())
        least, most = period[0] - given, period[1] - given
    limits = model.limits
    return (
        limits.band,
        model.rest_slots,
        limits.first_run,
        limits.first_history,
        limits.most_in_row,
        limits.most_weekends,
        least,
        most,
    )
