"""The legal shifts of a contract as slot arithmetic: worth of every start at once."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from scheduling.core.data import ContractRules, InvalidDataError, ShiftPattern

NEVER = -1e12


@dataclass(frozen=True, kw_only=True)
class BreakWindow:
    """A break in slots from the start of the shift."""

    earliest: int
    latest: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A pattern with one of its gaps, in slots."""

    pattern: int
    gap_minutes: int
    pieces: tuple[tuple[int, int], ...]
    """Offset and length of each piece."""
    breaks: tuple[BreakWindow, ...]
    length: int
    paid_minutes: int

    def working_slots(self, *, start: int, breaks: tuple[int, ...]) -> NDArray[np.int64]:
        """Slots on position of a shift at `start` with its breaks at these offsets."""
        working = np.zeros(self.length, dtype=bool)
        for offset, length in self.pieces:
            working[offset : offset + length] = True
        for rule, offset in zip(self.breaks, breaks, strict=True):
            working[offset : offset + rule.length] = False
        return start + np.flatnonzero(working)

    def present_slots(self, *, start: int) -> NDArray[np.int64]:
        """Slots in which the shift holds a desk: breaks included, the split gap not."""
        return np.concatenate([np.arange(start + o, start + o + n) for o, n in self.pieces])


def shapes_of(contract: ContractRules, *, interval_minutes: int) -> tuple[Shape, ...]:
    """Every pattern of the contract with every gap."""
    return tuple(
        _shape(pattern, number=number, gap_minutes=gap, interval_minutes=interval_minutes)
        for number, pattern in enumerate(contract.patterns)
        for gap in pattern.gap_minutes
    )


def _slots(minutes: int, *, interval_minutes: int, what: str) -> int:
    if minutes % interval_minutes:
        raise InvalidDataError(f"{what}: {minutes} minutes are no multiple of {interval_minutes}.")
    return minutes // interval_minutes


def _shape(pattern: ShiftPattern, *, number: int, gap_minutes: int, interval_minutes: int) -> Shape:
    def slots(minutes: int) -> int:
        return _slots(minutes, interval_minutes=interval_minutes, what=pattern.key)

    pieces: list[tuple[int, int]] = []
    at = 0
    for minutes in pattern.piece_minutes:
        pieces.append((at, slots(minutes)))
        at += slots(minutes) + slots(gap_minutes)
    breaks = tuple(
        BreakWindow(
            earliest=pieces[rule.piece][0] + slots(rule.earliest_minutes),
            latest=pieces[rule.piece][0] + slots(rule.latest_minutes),
            length=slots(rule.minutes),
        )
        for rule in pattern.breaks
    )
    return Shape(
        pattern=number,
        gap_minutes=gap_minutes,
        pieces=tuple(pieces),
        breaks=breaks,
        length=pieces[-1][0] + pieces[-1][1],
        paid_minutes=pattern.paid_minutes,
    )


def start_values(shape: Shape, cumulative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Worth of the shape at each start slot with its breaks where they cost least.

    Args:
        shape: pieces and break windows.
        cumulative: 0 and the running sum of the worth of each slot, length slots + 1.

    Returns:
        One value per start slot and a last `NEVER`; `NEVER` where the shift would leave the row.
    """
    slots = len(cumulative) - 1
    starts = slots - shape.length + 1
    values = np.full(slots + 1, NEVER)
    if starts <= 0:
        return values
    worth = np.zeros(starts)
    for offset, length in shape.pieces:
        worth += cumulative[offset + length : offset + length + starts]
        worth -= cumulative[offset : offset + starts]
    for rule in shape.breaks:
        lost = cumulative[rule.length :] - cumulative[: -rule.length]
        cheapest = sliding_window_view(lost, rule.latest - rule.earliest + 1).min(axis=1)
        worth -= cheapest[rule.earliest : rule.earliest + starts]
    values[:starts] = worth
    return values


def best_breaks(shape: Shape, cumulative: NDArray[np.float64], *, start: int) -> tuple[int, ...]:
    """Offsets of the breaks that cost least for a shift at `start`; the earliest of equals."""
    offsets = []
    for rule in shape.breaks:
        first = start + rule.earliest
        last = start + rule.latest + 1
        lost = cumulative[first + rule.length : last + rule.length] - cumulative[first:last]
        offsets.append(rule.earliest + int(np.argmin(lost)))
    return tuple(offsets)
