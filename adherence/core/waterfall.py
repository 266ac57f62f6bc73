"""Paid → present → available → handling, and time by activity, from sums of packed cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from adherence.core.axis import sum_by
from adherence.core.data import Ints
from adherence.core.time_cells import UNRECORDED, DayCells, Kind
from wfm import metrics

METRICS = (
    "presence_rate",
    "availability_rate",
    "occupancy_rate",
    "utilization_rate",
    "shrinkage_rate",
    "unrecorded_rate",
)
"""Keys in the metric registry; all pooled from the seconds of a waterfall."""


class Share(StrEnum):
    """Whose time a second is."""

    PAID = "paid"
    """Planned and paid."""
    UNPAID = "unpaid"
    """Planned and not paid: lunch."""
    OUTSIDE = "outside"
    """Clocked without a plan."""


class Step(StrEnum):
    """The steps of the waterfall after what is paid."""

    PRESENT = "present"
    AVAILABLE = "available"
    HANDLING = "handling"


PLANNED_OFF = "PLANNED_OFF"
"""Paid time off that the plan has left free."""
STEP_OF = dict.fromkeys(Kind, Step.PRESENT) | {
    Kind.BUSY: Step.AVAILABLE,
    Kind.AWAY: Step.AVAILABLE,
    Kind.AVAILABLE: Step.HANDLING,
}
"""Before which step paid time is lost that became this."""


@dataclass(frozen=True)
class Loss:
    """Paid time lost before a step: what became of it (a Kind, or PLANNED_OFF), by which code."""

    step: Step
    what: str
    code: int
    seconds: int


Item = tuple[Share, Kind, int]
"""Whose time, what became of it, and by which activity code (database id; 0: none)."""


@dataclass(frozen=True)
class Waterfall:
    """Seconds of one group of agent-days."""

    items: Mapping[Item, int] = field(default_factory=dict)
    off: Mapping[int, int] = field(default_factory=dict)
    """Paid time off that the plan has left free, by code."""

    def seconds(self, *kinds: Kind, share: Share | None = Share.PAID) -> int:
        """Sum of what became this; without `share` planned or not."""
        return sum(
            seconds
            for (whose, kind, _code), seconds in self.items.items()
            if kind in kinds and (share is None or whose is share)
        )

    @property
    def planned_seconds(self) -> int:
        """Planned and paid."""
        return self.seconds(*Kind)

    @property
    def off_seconds(self) -> int:
        """Paid time off beside the plan."""
        return sum(self.off.values())

    @property
    def paid_seconds(self) -> int:
        """Planned and paid, and paid time off."""
        return self.planned_seconds + self.off_seconds

    @property
    def not_seen_seconds(self) -> int:
        """Planned and paid, but the feed was silent: in no rate."""
        return self.seconds(Kind.NOT_SEEN)

    @property
    def present_seconds(self) -> int:
        """Paid and clocked in."""
        return self.available_seconds + self.seconds(Kind.BUSY, Kind.AWAY)

    @property
    def available_seconds(self) -> int:
        """Paid, ready for work or on it."""
        return self.seconds(Kind.AVAILABLE, Kind.HANDLING)

    @property
    def handling_seconds(self) -> int:
        """Paid and on work."""
        return self.seconds(Kind.HANDLING)

    @property
    def unrecorded_seconds(self) -> int:
        """Planned and paid, and nothing says what it was."""
        return self.seconds(*UNRECORDED)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the metric registry."""
        paid = self.paid_seconds - self.not_seen_seconds
        return {
            "paid_seconds": paid,
            "planned_paid_seconds": self.planned_seconds - self.not_seen_seconds,
            "present_paid_seconds": self.present_seconds,
            "unavailable_seconds": paid - self.available_seconds,
            "unrecorded_seconds": self.unrecorded_seconds,
            "handling_seconds": self.handling_seconds,
            "available_idle_seconds": self.seconds(Kind.AVAILABLE),
        }

    @property
    def rates(self) -> dict[str, metrics.Ratio]:
        """Every metric's numerator, denominator and value, by key."""
        counts = self.counts
        return {key: metrics.evaluate(key, counts) for key in METRICS}

    def losses(self) -> list[Loss]:
        """What each step has lost, the largest of a step first."""
        found = [Loss(Step.PRESENT, PLANNED_OFF, code, own) for code, own in self.off.items()]
        for (share, kind, code), seconds in self.items.items():
            if share is Share.PAID and kind is not Kind.HANDLING:
                found.append(Loss(STEP_OF[kind], kind.name, code, seconds))
        order = list(Step)
        return sorted(
            (loss for loss in found if loss.seconds),
            key=lambda loss: (order.index(loss.step), -loss.seconds, loss.what, loss.code),
        )

    def by_activity(self) -> dict[int, int]:
        """Seconds of every declared activity, planned or not, by code."""
        found: dict[int, int] = {}
        for (_share, kind, code), seconds in self.items.items():
            if code and kind not in {Kind.TIME_OFF, Kind.NOT_SEEN}:
                found[code] = found.get(code, 0) + seconds
        return found


def waterfalls(
    *, group: Ints, cell: Ints, seconds: Ints, off: Mapping[int, Mapping[int, int]]
) -> dict[int, Waterfall]:
    """Put the cells of each group together; `off` is paid time off by group and code."""
    items: dict[int, dict[Item, int]] = {}
    for number, item, total in _items(group, cell, seconds):
        items.setdefault(number, {})[item] = total
    return {
        number: Waterfall(items=items.get(number, {}), off=off.get(number, {}))
        for number in sorted(items.keys() | off.keys())
    }


def _items(group: Ints, cell: Ints, seconds: Ints) -> Iterator[tuple[int, Item, int]]:
    cells = DayCells.unpacked(cell)
    share = np.where(cells.is_planned, np.where(cells.is_paid, 0, 1), 2)
    # Planned off duty and off duty: the activity is the planned one.
    as_planned = cells.is_kind(Kind.OFFLINE) & (cells.actual == 0)
    code = np.where(as_planned & (share == 0), cells.planned, cells.actual)
    key = (share << 4 | cells.kind) << 16 | code
    groups, place = np.unique(group, return_inverse=True)
    keys, kind = np.unique(key, return_inverse=True)
    width = max(len(keys), 1)
    rows, where = np.unique(place * width + kind, return_inverse=True)
    totals = sum_by(where, seconds, len(rows))
    shares = tuple(Share)
    for row, total in zip(rows.tolist(), totals.tolist(), strict=True):
        packed = int(keys[row % width])
        item = (shares[packed >> 20], Kind(packed >> 16 & 15), packed & 0xFFFF)
        yield int(groups[row // width]), item, total
