"""One clause: metric, target, threshold, period, zone, calendar, exclusions, minimum sample."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from wfm.metrics.model import Direction, Metric, MetricError, Unit
from wfm.metrics.registry import get


class ClauseError(ValueError):
    """A clause that cannot be computed; `problems` holds a sentence per fault."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class Period(StrEnum):
    """The stretch over which a clause is judged, in the clause's zone."""

    INTERVAL = "interval"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Calendar(StrEnum):
    """Which time counts: every hour of the clock, or the queue's opening hours."""

    ALWAYS = "always"
    OPENING_HOURS = "opening_hours"


class ExclusionKind(StrEnum):
    """What is left out before judging."""

    DATES = "dates"  # named days, for example an outage agreed with the client
    VOLUME_ABOVE_FORECAST = "volume_above_forecast"  # intervals above the locked forecast + x


class Verdict(StrEnum):
    """What a period came to."""

    MET = "met"
    MISSED = "missed"
    NOT_JUDGED = "not_judged"  # nothing to judge, or fewer than the minimum sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One exclusion: days as ISO dates, or a tolerance above the locked forecast."""

    kind: ExclusionKind
    dates: tuple[str, ...] = ()
    tolerance_share: float | None = None

    def problems(self) -> list[str]:
        """Sentences about what is wrong with this exclusion."""
        if self.kind is ExclusionKind.DATES and not self.dates:
            return ["An exclusion of dates names no date."]
        if self.kind is ExclusionKind.VOLUME_ABOVE_FORECAST and (
            self.tolerance_share is None or self.tolerance_share < 0
        ):
            return ["An exclusion of volume above forecast needs a tolerance of 0 or more."]
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A promise to a client: `metric` compared with `target` over each `period`.

    `threshold_seconds` and `short_seconds` are the waits that the counts were taken with; deferred
    work has neither, its due times say what was promised.
    """

    metric_key: str
    target: float
    period: Period
    timezone: str
    metric_version: int = 1
    threshold_seconds: int | None = None
    short_seconds: int | None = None
    calendar: Calendar = Calendar.OPENING_HOURS
    exclusions: tuple[Exclusion, ...] = ()
    minimum_sample: int = 0

    def __post_init__(self) -> None:
        problems = [*self._metric_problems(), *self._number_problems()]
        problems += [problem for item in self.exclusions for problem in item.problems()]
        if not _is_zone(self.timezone):
            problems.append(f"There is no time zone '{self.timezone}'.")
        if problems:
            raise ClauseError(*problems)

    @property
    def metric(self) -> Metric:
        """The metric's definition, in the version the clause was signed with."""
        return get(self.metric_key, self.metric_version)

    @property
    def zone(self) -> ZoneInfo:
        """Time zone in which periods begin and end."""
        return ZoneInfo(self.timezone)

    def judge(self, *, value: float | None, sample: float) -> Verdict:
        """Compare a value with the target; too small a sample is not judged."""
        return judge(
            metric=self.metric,
            target=self.target,
            minimum_sample=self.minimum_sample,
            value=value,
            sample=sample,
        )

    def _metric_problems(self) -> list[str]:
        try:
            metric = get(self.metric_key, self.metric_version)
        except MetricError as error:
            return [str(error)]
        if not metric.numerator:
            return [f"{metric.key} is not measured: it cannot be promised to a client."]
        problems = []
        if "within_threshold" in metric.formula and self.threshold_seconds is None:
            problems.append(f"{metric.key} needs a threshold in seconds.")
        if "within_short" in metric.formula and self.short_seconds is None:
            problems.append(f"{metric.key} needs the seconds of a short abandon.")
        if metric.unit is Unit.RATE and not 0 <= self.target <= 1:
            problems.append(f"Expected a target between 0 and 1, got {self.target:g}.")
        return problems

    def _number_problems(self) -> list[str]:
        problems = []
        if self.threshold_seconds is not None and self.threshold_seconds <= 0:
            problems.append(f"Expected a threshold above 0 s, got {self.threshold_seconds}.")
        if self.short_seconds is not None and self.short_seconds < 0:
            problems.append(f"Expected short abandons of 0 s or more, got {self.short_seconds}.")
        if self.minimum_sample < 0:
            problems.append(f"Expected a minimum sample of 0 or more, got {self.minimum_sample}.")
        if self.target < 0:
            problems.append(f"Expected a target of 0 or more, got {self.target:g}.")
        return problems


def judge(
    *, metric: Metric, target: float, minimum_sample: int, value: float | None, sample: float
) -> Verdict:
    """Compare a metric's value with its target, in the metric's better direction."""
    if value is None or sample < minimum_sample:
        return Verdict.NOT_JUDGED
    lower = metric.better is Direction.LOWER
    return Verdict.MET if (value <= target if lower else value >= target) else Verdict.MISSED


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
