"""Which rules a change breaks that were not broken before, or breaks worse."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scheduling.core.mark_types import Mark

LARGER_IS_WORSE = {
    "days": "days",
    "minutes": "hours",
    "consecutive": "days",
    "weekends": "weekends",
    "splits": "splits",
    "band": "hours",
    "period_minutes": "hours",
}
SMALLER_IS_WORSE = {
    "rest": "hours",
    "too_few_days": "days",
    "too_few_minutes": "hours",
    "days_off_together": "days",
    "period_too_few": "hours",
}
LEAST_HOURS = frozenset({"too_few_days", "too_few_minutes", "period_too_few"})
"""Rules that somebody breaks who works less than the contract asks for."""
OF_THE_PATTERN = frozenset({"length", "start", "band"})
"""Rules about the contract's shifts, which overtime and time off leave."""


def new_marks(
    before: Sequence[Mark], after: Sequence[Mark], *, ignored: Collection[str] = ()
) -> list[Mark]:
    """Marks of the state after that the state before did not have, or had less badly."""
    old: dict[tuple[object, ...], list[Mark]] = {}
    for mark in before:
        old.setdefault(_key(mark), []).append(mark)
    return [
        mark
        for mark in after
        if mark.code not in ignored and not _known(mark, old.get(_key(mark), ()))
    ]


def _key(mark: Mark) -> tuple[object, ...]:
    about = mark.values.get("week") or mark.values.get("weekend") or mark.values.get("day")
    return mark.code, mark.shift, about


def _known(mark: Mark, before: Sequence[Mark]) -> bool:
    """The same rule was broken of the same shift or week, at least as badly."""
    if not before:
        return False
    if mark.code in LARGER_IS_WORSE:
        name = LARGER_IS_WORSE[mark.code]
        return _number(mark, name) <= max(_number(old, name) for old in before)
    if mark.code in SMALLER_IS_WORSE:
        name = SMALLER_IS_WORSE[mark.code]
        return _number(mark, name) >= min(_number(old, name) for old in before)
    return True


def _number(mark: Mark, name: str) -> float:
    return float(str(mark.values[name]))
