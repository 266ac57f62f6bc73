"""Clauses as plain mappings, the form in which contracts store them (JSON)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from wfm.metrics.model import MetricError
from wfm.metrics.registry import get
from wfm.metrics.sla.clause import (
    Calendar,
    Clause,
    ClauseError,
    Exclusion,
    ExclusionKind,
    Period,
)

_Choice = TypeVar("_Choice", bound=StrEnum)
_REQUIRED = {"metric", "target", "period", "timezone"}
_OPTIONAL = {
    "version",
    "threshold_seconds",
    "short_seconds",
    "calendar",
    "exclusions",
    "minimum_sample",
}


def clause_from_mapping(raw: Mapping[str, Any]) -> Clause:
    """Read a clause; raises `ClauseError` with one sentence per fault."""
    problems = [f"'{name}' is missing." for name in sorted(_REQUIRED - raw.keys())]
    problems += [
        f"'{name}' is not a part of a clause."
        for name in sorted(raw.keys() - _REQUIRED - _OPTIONAL)
    ]
    if problems:
        raise ClauseError(*problems)
    key = str(raw["metric"])
    return Clause(
        metric_key=key,
        metric_version=_integer(raw, "version") or _newest_version(key),
        target=_number(raw, "target"),
        period=_choice(Period, raw["period"], "period"),
        timezone=str(raw["timezone"]),
        threshold_seconds=_integer(raw, "threshold_seconds"),
        short_seconds=_integer(raw, "short_seconds"),
        calendar=_choice(Calendar, raw.get("calendar", Calendar.OPENING_HOURS), "calendar"),
        exclusions=tuple(_exclusion(item) for item in raw.get("exclusions") or ()),
        minimum_sample=_integer(raw, "minimum_sample") or 0,
    )


def clause_to_mapping(clause: Clause) -> dict[str, Any]:
    """Write a clause as JSON-ready values; `clause_from_mapping` reads it back unchanged."""
    return {
        "metric": clause.metric_key,
        "version": clause.metric_version,
        "target": clause.target,
        "period": clause.period.value,
        "timezone": clause.timezone,
        "threshold_seconds": clause.threshold_seconds,
        "short_seconds": clause.short_seconds,
        "calendar": clause.calendar.value,
        "exclusions": [_exclusion_to_mapping(item) for item in clause.exclusions],
        "minimum_sample": clause.minimum_sample,
    }


def _newest_version(key: str) -> int:
    try:
        return get(key).version
    except MetricError as error:
        raise ClauseError(str(error)) from error


def _exclusion(raw: Any) -> Exclusion:
    if not isinstance(raw, Mapping) or "kind" not in raw:
        raise ClauseError("Each exclusion needs a 'kind'.")
    days = tuple(str(day) for day in raw.get("dates") or ())
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError as error:
            raise ClauseError(f"Expected a date such as 2026-03-31, got '{day}'.") from error
    tolerance = raw.get("tolerance_share")
    return Exclusion(
        kind=_choice(ExclusionKind, raw["kind"], "kind of exclusion"),
        dates=days,
        tolerance_share=None if tolerance is None else _number(raw, "tolerance_share"),
    )


def _exclusion_to_mapping(item: Exclusion) -> dict[str, Any]:
    if item.kind is ExclusionKind.DATES:
        return {"kind": item.kind.value, "dates": list(item.dates)}
    return {"kind": item.kind.value, "tolerance_share": item.tolerance_share}


def _number(raw: Mapping[str, Any], name: str) -> float:
    value = raw[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ClauseError(f"Expected a number for '{name}', got {value!r}.")
    if not math.isfinite(value):
        raise ClauseError(f"Expected a finite number for '{name}'.")
    return float(value)


def _integer(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    number = _number(raw, name)
    if not number.is_integer():
        raise ClauseError(f"Expected a whole number for '{name}', got {value!r}.")
    return int(number)


def _choice(kind: type[_Choice], value: Any, name: str) -> _Choice:
    try:
        return kind(str(value))
    except ValueError as error:
        known = ", ".join(kind)
        raise ClauseError(f"Expected one of {known} for '{name}', got '{value}'.") from error
