"""Published formulas of adherence: each a projection of one sweep's cells.

A sweep is cut once. What the formulas need of it are a few sums per day, `FIGURES`; each formula
is an entry of the metric registry over counts made of these sums. So formulas never disagree about
what happened, only about what they count, and rates are pooled from sums of seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints, SweepResult
from adherence.core.groups import StateGroup
from wfm import metrics

Seconds = TypeVar("Seconds", int, Ints)

FIGURES = (
    "scheduled_seconds",
    "in_seconds",
    "out_seconds",
    "unknown_seconds",
    "excepted_seconds",
    "scheduled_work_seconds",
    "worked_seconds",
    "handling_seconds",
    "available_seconds",
    "matched_seconds",
    "tolerated_seconds",
    "excess_seconds",
    "unapproved_out_seconds",
    "unseen_seconds",
    "outside_seconds",
    "neutral_seconds",
    "neutral_in_seconds",
    "clocked_in_shift_seconds",
    "clocked_outside_seconds",
    "present_in_shift_seconds",
    "present_seconds",
    "paid_scheduled_seconds",
    "paid_unknown_seconds",
    "paid_out_seconds",
    "unseen_work_seconds",
)
"""Sums of seconds per day. Stored rows and corrections keep this order: only ever append."""

DEFAULT = "adherence_rate"
FORMULAS = (
    DEFAULT,
    "adherence_rate.excess_only",
    "adherence_rate.with_outside_shift",
    "adherence_rate.paid",
    "adherence_rate.calabrio",
    "adherence_rate.genesys_engage",
    "adherence_rate.amazon_connect",
    "adherence_rate.salesforce",
    "adherence_rate.servicenow",
    "adherence_rate.puzzel_straight",
    "adherence_rate.puzzel_tolerance",
    "adherence_rate.puzzel_approved",
    "conformance_rate",
    "conformance_rate.salesforce",
    "conformance_rate.servicenow",
)
"""Keys in the metric registry, the default first."""

_WORKING = (StateGroup.AVAILABLE, StateGroup.HANDLING)
_CLOCKED = (StateGroup.AVAILABLE, StateGroup.HANDLING, StateGroup.BUSY)
_PRESENT = (StateGroup.AVAILABLE, StateGroup.HANDLING, StateGroup.BUSY, StateGroup.AWAY)


@dataclass(frozen=True)
class CodeKinds:
    """Per activity code whether its time is paid, and whether it is neutral."""

    is_paid: NDArray[np.bool_]
    is_neutral: NDArray[np.bool_]


def day_figures(result: SweepResult, kinds: CodeKinds) -> dict[str, Ints]:
    """Return each of `FIGURES` per operational day of the sweep."""
    in_shift = np.asarray(result.seconds[:, :-1].sum(axis=1), dtype=np.int64)
    outside = result.seconds[:, -1]
    scheduled = np.asarray(result.seconds[:, :-1].sum(axis=2), dtype=np.int64)
    within = result.matched + result.tolerated + result.excused
    neutral, paid = kinds.is_neutral, kinds.is_paid
    return {
        "scheduled_seconds": scheduled.sum(axis=1),
        "in_seconds": within.sum(axis=1),
        "out_seconds": result.out.sum(axis=1),
        "unknown_seconds": result.unknown.sum(axis=1),
        "excepted_seconds": result.excused.sum(axis=1),
        "scheduled_work_seconds": scheduled[:, result.is_on_position].sum(axis=1),
        "worked_seconds": _of(in_shift + outside, _WORKING),
        "handling_seconds": _of(in_shift + outside, (StateGroup.HANDLING,)),
        "available_seconds": _of(in_shift + outside, (StateGroup.AVAILABLE,)),
        "matched_seconds": result.matched.sum(axis=1),
        "tolerated_seconds": result.tolerated.sum(axis=1),
        "excess_seconds": result.excess_seconds,
        "unapproved_out_seconds": result.out_unapproved.sum(axis=1),
        "unseen_seconds": _of(in_shift, (StateGroup.UNKNOWN,)),
        "outside_seconds": _of(outside, _WORKING),
        "neutral_seconds": (scheduled - result.unknown)[:, neutral].sum(axis=1),
        "neutral_in_seconds": within[:, neutral].sum(axis=1),
        "clocked_in_shift_seconds": _of(in_shift, _CLOCKED),
        "clocked_outside_seconds": _of(outside, _CLOCKED),
        "present_in_shift_seconds": _of(in_shift, _PRESENT),
        "present_seconds": _of(in_shift + outside, _PRESENT),
        "paid_scheduled_seconds": scheduled[:, paid].sum(axis=1),
        "paid_unknown_seconds": result.unknown[:, paid].sum(axis=1),
        "paid_out_seconds": result.out[:, paid].sum(axis=1),
        "unseen_work_seconds": np.asarray(
            result.seconds[:, :-1, StateGroup.UNKNOWN][:, result.is_on_position].sum(axis=1),
            dtype=np.int64,
        ),
    }


def counts_of(figures: Mapping[str, Seconds]) -> dict[str, Seconds]:
    """Return the counts of the metric registry that the formulas ask for.

    Time in which the feed was silent is no scheduled time in any of them: nobody knows what it
    was. Formulas that know no approvals leave it out also where it was excused.
    """
    seen = figures["scheduled_seconds"] - figures["unseen_seconds"]
    paid = figures["paid_scheduled_seconds"] - figures["paid_unknown_seconds"]
    seen_work = figures["scheduled_work_seconds"] - figures["unseen_work_seconds"]
    return {
        "scheduled_seconds": figures["scheduled_seconds"] - figures["unknown_seconds"],
        "seen_scheduled_seconds": seen,
        "paid_scheduled_seconds": paid,
        "out_of_adherence_seconds": figures["out_seconds"],
        "out_of_adherence_excess_seconds": figures["excess_seconds"],
        "out_before_approval_seconds": figures["unapproved_out_seconds"],
        "paid_out_of_adherence_seconds": figures["paid_out_seconds"],
        "outside_shift_seconds": figures["outside_seconds"],
        "in_adherence_seconds": figures["in_seconds"],
        "fitting_seconds": figures["matched_seconds"],
        "approved_seconds": figures["excepted_seconds"],
        "neutral_seconds": figures["neutral_seconds"],
        "neutral_in_adherence_seconds": figures["neutral_in_seconds"],
        "clocked_in_shift_seconds": figures["clocked_in_shift_seconds"],
        "clocked_outside_seconds": figures["clocked_outside_seconds"],
        "present_in_shift_seconds": figures["present_in_shift_seconds"],
        "present_seconds": figures["present_seconds"],
        "position_worked_seconds": figures["worked_seconds"],
        "position_scheduled_seconds": seen_work,
    }


def project(key: str, figures: Mapping[str, int]) -> metrics.Ratio:
    """Return one formula's numerator, denominator and value for a day, or for sums of days."""
    return metrics.evaluate(key, counts_of(figures))


def project_all(figures: Mapping[str, int]) -> dict[str, metrics.Ratio]:
    """Return every formula's numerator, denominator and value, by key."""
    counts = counts_of(figures)
    return {key: metrics.evaluate(key, counts) for key in FORMULAS}


def project_rows(key: str, figures: Mapping[str, Ints]) -> NDArray[np.float64]:
    """Return one formula's value for many days or sums at once; NaN where it is undefined."""
    metric = metrics.get(key)
    counts = counts_of(figures)
    over, under = (_value_of(text, counts) for text in (metric.numerator, metric.denominator))
    rates: NDArray[np.float64] = np.divide(
        over, under, out=np.full(np.shape(over), np.nan), where=under > 0
    )
    return rates if metric.floor is None else np.maximum(rates, metric.floor)


def _value_of(text: str, counts: Mapping[str, Ints]) -> NDArray[np.float64]:
    form = metrics.parse_form(text)
    terms = [factor * np.asarray(counts[name], np.float64) for factor, name in form.terms]
    return np.asarray(np.sum(terms, axis=0) + form.constant, dtype=np.float64)


def _of(by_group: Ints, groups: tuple[StateGroup, ...]) -> Ints:
    return np.asarray(by_group[:, list(groups)].sum(axis=1), dtype=np.int64)
