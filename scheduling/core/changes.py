"""What changes between two schedules of one agent, day by day, by kind and at its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # prices are read by forms, which load no compiled loops
    from scheduling.core.tours import PlacedShift, Tour


class ChangeKind(StrEnum):
    """What happens to an agent's day."""

    BREAK_MOVED = "break_moved"
    START_MOVED = "start_moved"
    SHIFT_CHANGED = "shift_changed"
    """Another pattern: other length, pieces or breaks."""
    DAY_ADDED = "day_added"
    DAY_CANCELLED = "day_cancelled"
    ACTIVITY_MOVED = "activity_moved"


@dataclass(frozen=True, kw_only=True)
class ChangePrices:
    """What a change counts, by kind and by notice; 1 is a start moved with long notice."""

    break_moved: float = 0.25
    start_moved: float = 1.0
    shift_changed: float = 1.25
    day_added: float = 2.0
    day_cancelled: float = 1.5
    activity_moved: float = 0.5
    notice: tuple[tuple[float, float], ...] = ((24.0, 3.0), (72.0, 1.5))
    """(hours, factor): a change so few hours before the shift counts so many times."""

    def __post_init__(self) -> None:
        """Refuse prices that would reward change."""
        for kind in ChangeKind:
            if self.of(kind) < 0:
                raise ValueError(f"Expected a price of at least 0 for {kind}, got {self.of(kind)}.")
        if any(hours < 0 or factor <= 0 for hours, factor in self.notice):
            raise ValueError(f"Expected hours >= 0 and factors > 0 of notice, got {self.notice}.")

    def of(self, kind: ChangeKind) -> float:
        """The price of a kind with long notice."""
        return float(getattr(self, kind.value))

    def factor(self, hours_ahead: float) -> float:
        """How many times a change counts that is made so many hours before."""
        reached = [factor for hours, factor in sorted(self.notice) if hours_ahead < hours]
        return reached[0] if reached else 1.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """One agent's day that differs from the schedule before; a slot is None where there is no shift."""

    agent: int
    day: int
    kind: ChangeKind
    price: float
    before: tuple[int, int] | None
    after: tuple[int, int] | None


def by_day(tour: Tour | None) -> Mapping[int, PlacedShift]:
    return {} if tour is None else {shift.day: shift for shift in tour.shifts}


def span_of(shift: PlacedShift | None) -> tuple[int, int] | None:
    return None if shift is None else (shift.start_slot, shift.end_slot)


def kind_of_change(before: PlacedShift | None, after: PlacedShift | None) -> ChangeKind | None:
    """What kind of change lies between two shifts of a day; None where there is none."""
    if before is None or after is None:
        if before is after:
            return None
        return ChangeKind.DAY_ADDED if before is None else ChangeKind.DAY_CANCELLED
    if before.shape != after.shape:
        return ChangeKind.SHIFT_CHANGED
    if before.start_slot != after.start_slot:
        return ChangeKind.START_MOVED
    return ChangeKind.BREAK_MOVED if before.breaks != after.breaks else None


def changes_between(
    agent: int,
    before: Mapping[int, PlacedShift],
    after: Mapping[int, PlacedShift],
    *,
    prices: ChangePrices,
    factors: Sequence[float],
) -> list[Change]:
    """Every day on which two tours of an agent differ, with its price."""
    found = []
    for day in sorted({*before, *after}):
        old, new = before.get(day), after.get(day)
        kind = kind_of_change(old, new)
        if kind is not None:
            found.append(
                Change(
                    agent=agent,
                    day=day,
                    kind=kind,
                    price=prices.of(kind) * factors[day],
                    before=span_of(old),
                    after=span_of(new),
                )
            )
    return found
