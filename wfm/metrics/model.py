"""What a metric is: a definition that also computes.

The text of a formula and its computation are one thing here: `numerator` and `denominator` are
sums of named counts, parsed once, so that the dictionary can never describe another formula than
the one that ran.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_TERM = re.compile(r"\s*(?P<sign>[+-]?)\s*(?P<operand>[a-z][a-z0-9_]*|\d+(?:\.\d+)?)\s*")


class MetricError(ValueError):
    """A metric cannot be found, computed or pooled; the message says why."""


class UnknownMetricError(MetricError, LookupError):
    """There is no metric of this key or version."""


class Unit(StrEnum):
    """Unit of a metric's value. Rates are fractions 0-1; percent exists only on pages."""

    RATE = "rate"
    SECONDS = "seconds"
    HOURS = "hours"
    COUNT = "count"
    AGENTS = "agents"
    FTE = "fte"
    ERLANGS = "erlangs"
    RATIO = "ratio"
    MONEY = "money"
    SCORE = "score"


class Pooling(StrEnum):
    """How values of parts become the value of the whole."""

    POOLED = "pooled"  # sum of numerators over sum of denominators
    SUM = "sum"  # values add up
    LAST = "last"  # a level at a moment: the last value of the period
    SHARE_OF_PERIODS = "share_of_periods"  # share of intervals or days that met the target
    MEAN_OF_PERIODS = "mean_of_periods"  # mean of the periods' values, where a contract names it
    FROM_RECORDS = "from_records"  # needs the records themselves, for example a percentile
    FROM_MODEL = "from_model"  # result of a model; parts are computed anew, not added
    NOT_POOLED = "not_pooled"  # one value per series or interval; comparing is fine, adding is not


class Direction(StrEnum):
    """Which way is better, for targets and colours."""

    HIGHER = "higher"
    LOWER = "lower"
    NEAR_TARGET = "near_target"


@dataclass(frozen=True, slots=True)
class CountForm:
    """A sum of counts such as `answered + abandoned - abandoned_within_short`."""

    text: str
    terms: tuple[tuple[float, str], ...]
    constant: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the counts, in the order of the formula."""
        return tuple(name for _, name in self.terms)

    def of(self, counts: Mapping[str, float]) -> float:
        """Value of the form for `counts`; a missing count is an error, never a zero."""
        missing = [name for name in self.names if counts.get(name) is None]
        if missing:
            raise MetricError(f"Counts are missing for '{self.text}': {', '.join(missing)}.")
        value = self.constant + sum(factor * counts[name] for factor, name in self.terms)
        if not math.isfinite(value):
            raise MetricError(f"'{self.text}' is not finite for the counts given.")
        return value


def parse_form(text: str) -> CountForm:
    """Parse `a + b - c` (names and plain numbers, plus and minus only)."""
    position, constant = 0, 0.0
    terms: list[tuple[float, str]] = []
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or (position > 0 and not match["sign"]):
            raise MetricError(f"Cannot read '{text}' as a sum of counts.")
        factor = -1.0 if match["sign"] == "-" else 1.0
        if match["operand"][0].isdigit():
            constant += factor * float(match["operand"])
        else:
            terms.append((factor, match["operand"]))
        position = match.end()
    if not text.strip():
        raise MetricError("Expected a sum of counts, got an empty text.")
    return CountForm(text=text, terms=tuple(terms), constant=constant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One entry of the dictionary: definition, formula and how it is computed.

    `title`, `definition` and `edge_cases` are English; pages translate them where they show them.
    """

    key: str
    title: str
    definition: str
    unit: Unit
    pooling: Pooling
    better: Direction
    numerator: str = ""
    denominator: str = ""
    floor: float | None = None
    edge_cases: tuple[str, ...] = ()
    source: str = ""
    reference: str = ""
    version: int = 1
    valid_from: date = date(2026, 1, 1)
    _numerator_form: CountForm | None = field(init=False, repr=False, compare=False)
    _denominator_form: CountForm | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.denominator and not self.numerator:
            raise MetricError(f"Metric {self.key} has a denominator without a numerator.")
        if self.version < 1:
            raise MetricError(f"Expected a version of at least 1 for {self.key}.")
        over = parse_form(self.numerator) if self.numerator else None
        under = parse_form(self.denominator) if self.denominator else None
        object.__setattr__(self, "_numerator_form", over)
        object.__setattr__(self, "_denominator_form", under)

    @property
    def family(self) -> str:
        """First part of the key: `service_level` of `service_level.virtual`."""
        return self.key.partition(".")[0]

    @property
    def formula(self) -> str:
        """The formula in one line, as it is computed; empty where a model computes it."""
        if not self.numerator:
            return ""
        over, under = _bracketed(self.numerator), _bracketed(self.denominator)
        text = f"{over} / {under}" if self.denominator else self.numerator
        return text if self.floor is None else f"max({self.floor:g}, {text})"

    @property
    def counts_used(self) -> tuple[str, ...]:
        """Names of the counts that `evaluate` needs, without repetition."""
        forms = (self._numerator_form, self._denominator_form)
        return tuple(dict.fromkeys(name for form in forms if form for name in form.names))

    def of(self, counts: Mapping[str, float]) -> Ratio:
        """Compute the metric from `counts`."""
        if self._numerator_form is None:
            raise MetricError(
                f"{self.key} cannot be computed from counts (pooling: {self.pooling})."
            )
        over = self._numerator_form.of(counts)
        under = None if self._denominator_form is None else self._denominator_form.of(counts)
        return Ratio.of(metric=self, numerator=over, denominator=under)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A number that travels with its key: numerator, denominator and value.

    `denominator` is None where the metric is a plain sum; `value` is None where it is undefined
    (nothing in the denominator).
    """

    key: str
    version: int
    numerator: float
    denominator: float | None
    value: float | None

    @classmethod
    def of(cls, *, metric: Metric, numerator: float, denominator: float | None) -> Ratio:
        """Divide, with the metric's floor; refuses a negative denominator."""
        if denominator is not None and denominator < 0:
            raise MetricError(
                f"'{metric.denominator}' is {denominator:g} for {metric.key}; expected 0 or more."
            )
        value: float | None = numerator
        if denominator is not None:
            value = numerator / denominator if denominator else None
        if value is not None and metric.floor is not None:
            value = max(metric.floor, value)
        return cls(
            key=metric.key,
            version=metric.version,
            numerator=numerator,
            denominator=denominator,
            value=value,
        )


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text.strip() else text
