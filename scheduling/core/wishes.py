"""What a wish is worth in money, and whether a shift keeps it. Pure.

The worth halves with each rank. It grows for people whose wishes were seldom kept of late, and a wish for
a free weekend for those who worked more weekends than their team.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LUCK = 1.0
"""A person none of whose wishes were kept counts for so much more than one who had all."""
PER_WEEKEND = 0.25
"""How much more a free weekend is worth for each weekend worked beyond the team's mean."""
MOST_WEEKEND_SHARE = 2.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for on one day."""

    works: bool
    earliest_start_minute: int = 0
    latest_start_minute: int = 1440
    template: int | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """A shift as far as wishes go: its start on the wall clock and the templates it is one of."""

    start_minute: int
    templates: frozenset[int] = frozenset()


def is_kept(asked: Asked, given: Iterable[Given]) -> bool:
    """A day off is kept by no shift, any other wish by one shift that is as asked for."""
    shifts = list(given)
    if not asked.works:
        return not shifts
    return any(
        asked.earliest_start_minute <= shift.start_minute <= asked.latest_start_minute
        and (asked.template is None or asked.template in shift.templates)
        for shift in shifts
    )


def wish_worth(
    *,
    rank: int,
    first_worth: float,
    kept_share: float | None = None,
    extra_weekends: float = 0.0,
    is_free_weekend: bool = False,
) -> float:
    """Money that keeping a wish is worth.

    Args:
        rank: 1 is dearest; each rank is worth half of the one before.
        first_worth: the planner's setting, money for a wish of rank 1.
        kept_share: share of the person's wishes that were kept of late; None where none was made.
        extra_weekends: weekends worked of late beyond the mean of the team.
        is_free_weekend: the wish is for a Saturday or Sunday off.
    """
    worth = float(first_worth * 0.5 ** (rank - 1))
    if kept_share is not None:
        worth *= 1 + LUCK * (1 - kept_share)
    if is_free_weekend:
        worth *= 1 + min(MOST_WEEKEND_SHARE, PER_WEEKEND * max(0.0, extra_weekends))
    return worth
