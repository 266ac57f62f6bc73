"""What is left of a balance of time off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What may be taken in the period [starts_on, ends_on), and until when what was carried over."""

    starts_on: date
    ends_on: date
    granted: Decimal
    carried: Decimal = NOTHING
    carried_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Balance(Allowance):
    """An allowance with what of it is taken, asked for and lapsed."""

    taken: Decimal
    pending: Decimal
    lapsed: Decimal
    """Carried over, not used before it lapsed."""

    @property
    def left(self) -> Decimal:
        """What is neither taken nor lapsed; pending requests still count as left."""
        return self.granted + self.carried - self.lapsed - self.taken

    @property
    def free(self) -> Decimal:
        """What may still be asked for."""
        return self.left - self.pending


def balance(
    allowance: Allowance,
    *,
    taken_by_date: Mapping[date, Decimal],
    pending_by_date: Mapping[date, Decimal],
    today: date,
) -> Balance:
    """Count a period. What was carried over is used first, and only before the day it lapses."""
    first, last, lapses = allowance.starts_on, allowance.ends_on, allowance.carried_until
    lapsed = NOTHING
    if lapses is not None and today >= lapses:
        early = _within(taken_by_date, first, min(lapses, last))
        lapsed = max(NOTHING, allowance.carried - early)
    return Balance(
        starts_on=first,
        ends_on=last,
        granted=allowance.granted,
        carried=allowance.carried,
        carried_until=lapses,
        taken=_within(taken_by_date, first, last),
        pending=_within(pending_by_date, first, last),
        lapsed=lapsed,
    )


def missing_for(
    found: Balance,
    *,
    taken_by_date: Mapping[date, Decimal],
    pending_by_date: Mapping[date, Decimal],
    asked_by_date: Mapping[date, Decimal],
) -> Decimal:
    """How much a request exceeds the balance; 0 where it fits.

    Days from the lapse on cannot be paid for with what was carried over, even while it still stands.
    """
    asked = _within(asked_by_date, found.starts_on, found.ends_on)
    missing = asked - found.free
    lapses = found.carried_until
    if lapses is not None and lapses < found.ends_on:
        late = sum(
            (
                _within(part, max(lapses, found.starts_on), found.ends_on)
                for part in (taken_by_date, pending_by_date, asked_by_date)
            ),
            NOTHING,
        )
        early = sum(
            (
                _within(part, found.starts_on, lapses)
                for part in (taken_by_date, pending_by_date, asked_by_date)
            ),
            NOTHING,
        )
        # Early days beyond what was carried over come out of the period's own grant.
        missing = max(missing, late + max(NOTHING, early - found.carried) - found.granted)
    return max(NOTHING, missing)


def _within(by_date: Mapping[date, Decimal], first: date, last: date) -> Decimal:
    return sum((amount for day, amount in by_date.items() if first <= day < last), NOTHING)
