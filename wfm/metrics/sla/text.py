"""Clauses as one line of text, the form in which people read and type them.

    service_level.excl_short_abandons >= 80 % within 20 s, short 5 s, per month in Asia/Shanghai
    asa_seconds <= 30, per week in Europe/London, always, at least 50, except 2026-03-29

A rate's target is written in percent. After the promise and its period, parts follow in any order,
separated by commas: `short N s`, `opening_hours` or `always`, `at least N`, `except DATE …`,
`except volume above forecast + N %`, `version N`.
"""

from __future__ import annotations

import re
from typing import Any

from wfm.metrics.model import Direction, MetricError, Unit
from wfm.metrics.registry import get
from wfm.metrics.sla.clause import Calendar, Clause, ClauseError, ExclusionKind
from wfm.metrics.sla.mapping import clause_from_mapping

_NUMBER = r"(\d+(?:\.\d+)?)"
_PROMISE = re.compile(
    rf"(?P<metric>[a-z_0-9.]+)\s*(?P<sign>>=|<=)\s*{_NUMBER}\s*(?P<percent>%)?"
    r"(?:\s+within\s+(?P<threshold>\d+)\s*s)?"
)
_PERIOD = re.compile(r"per\s+(\w+)\s+in\s+(\S+)")
_SHORT = re.compile(r"short\s+(\d+)\s*s")
_SAMPLE = re.compile(r"at least\s+(\d+)")
_VERSION = re.compile(r"version\s+(\d+)")
_VOLUME = re.compile(rf"except volume above forecast\s*\+\s*{_NUMBER}\s*%")
_DATES = re.compile(r"except((?:\s+\d{4}-\d{2}-\d{2})+)")


def parse_clause(text: str) -> Clause:
    """Read a clause from its line of text; raises `ClauseError` naming the part not understood."""
    promise, *parts = [" ".join(part.split()) for part in text.split(",")]
    raw = _promise(promise)
    for part in parts:
        _read_part(part, raw)
    return clause_from_mapping(raw)


def clause_to_text(clause: Clause) -> str:
    """Write a clause as one line; `parse_clause` reads it back unchanged."""
    metric = clause.metric
    sign = "<=" if metric.better is Direction.LOWER else ">="
    is_rate = metric.unit is Unit.RATE
    target = f"{_percent(clause.target)} %" if is_rate else f"{clause.target:.10g}"
    line = f"{metric.key} {sign} {target}"
    if clause.threshold_seconds is not None:
        line += f" within {clause.threshold_seconds} s"
    parts = [line]
    if clause.short_seconds is not None:
        parts.append(f"short {clause.short_seconds} s")
    parts.append(f"per {clause.period} in {clause.timezone}")
    parts.append(clause.calendar.value)
    if clause.minimum_sample:
        parts.append(f"at least {clause.minimum_sample}")
    for item in clause.exclusions:
        if item.kind is ExclusionKind.DATES:
            parts.append(f"except {' '.join(item.dates)}")
        else:
            share = _percent(item.tolerance_share or 0.0)
            parts.append(f"except volume above forecast + {share} %")
    parts.append(f"version {clause.metric_version}")
    return ", ".join(parts)


def _promise(text: str) -> dict[str, Any]:
    match = _PROMISE.fullmatch(text)
    if match is None:
        raise ClauseError(f"Cannot read '{text}' as a metric, a sign (>= or <=) and a target.")
    try:
        metric = get(match["metric"])
    except MetricError as error:
        raise ClauseError(str(error)) from error
    expected = "<=" if metric.better is Direction.LOWER else ">="
    if match["sign"] != expected:
        raise ClauseError(f"{metric.key} is promised with {expected}, got {match['sign']}.")
    if (metric.unit is Unit.RATE) != bool(match["percent"]):
        wanted = "in percent" if metric.unit is Unit.RATE else "without a percent sign"
        raise ClauseError(f"The target of {metric.key} is written {wanted}.")
    target = float(match[3])
    raw: dict[str, Any] = {
        "metric": metric.key,
        "target": _share(target) if match["percent"] else target,
    }
    if match["threshold"]:
        raw["threshold_seconds"] = int(match["threshold"])
    return raw


def _read_part(part: str, raw: dict[str, Any]) -> None:
    if part in set(Calendar):
        raw["calendar"] = part
    elif match := _PERIOD.fullmatch(part):
        raw["period"], raw["timezone"] = match[1], match[2]
    elif match := _SHORT.fullmatch(part):
        raw["short_seconds"] = int(match[1])
    elif match := _SAMPLE.fullmatch(part):
        raw["minimum_sample"] = int(match[1])
    elif match := _VERSION.fullmatch(part):
        raw["version"] = int(match[1])
    elif match := _VOLUME.fullmatch(part):
        item = {"kind": "volume_above_forecast", "tolerance_share": _share(float(match[1]))}
        raw.setdefault("exclusions", []).append(item)
    elif match := _DATES.fullmatch(part):
        raw.setdefault("exclusions", []).append({"kind": "dates", "dates": match[1].split()})
    else:
        raise ClauseError(f"Cannot read '{part}' as a part of a clause.")


def _percent(share: float) -> str:
    return f"{share * 100:.10g}"


def _share(percent: float) -> float:
    return round(percent / 100, 12)
