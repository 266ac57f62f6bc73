"""What a chain of all rooms computes; it travels as JSON with the chain's job. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

DaySpan = tuple[date, date]


@dataclass(frozen=True, kw_only=True)
class ChainParams:
    """What a chain computes.

    Attributes:
        origin_at: the forecast uses the history before this moment and begins on its local date.
        forecast_days: length of the forecast.
        weeks: first days of the weeks to solve and publish, in order.
        timezone: zone of the schedule's days.
        solve_seconds: time limit of each week's solve.
        adherence_days: first and last day whose adherence is computed; None leaves it out.
        sla_days: first and last day whose SLA results are filled; None leaves them out.
        score_days: first and last day whose frozen forecasts are scored; None leaves them out.
        publish: publish the forecast and staff it; else it stays a draft beside the published one.
        is_refresh: settle the past first, freeze the forecast, and end well without any history.

    """

    origin_at: datetime | None = None
    forecast_days: int = 42
    weeks: tuple[date, ...] = ()
    timezone: str = "UTC"
    solve_seconds: int = 60
    adherence_days: DaySpan | None = None
    sla_days: DaySpan | None = None
    score_days: DaySpan | None = None
    publish: bool = True
    is_refresh: bool = False

    def __post_init__(self) -> None:
        """Refuse a chain without work."""
        if not (self.origin_at or self.weeks or self.adherence_days or self.sla_days):
            msg = "Expected an origin, weeks or days to settle: this chain has nothing to do."
            raise ValueError(msg)
        if self.solve_seconds < 1:
            msg = f"Expected solve_seconds >= 1, got {self.solve_seconds}."
            raise ValueError(msg)

    def as_json(self) -> dict[str, Any]:
        """Return what the job's row keeps."""
        return {
            "origin_at": self.origin_at.isoformat() if self.origin_at else None,
            "forecast_days": self.forecast_days,
            "weeks": [day.isoformat() for day in self.weeks],
            "timezone": self.timezone,
            "solve_seconds": self.solve_seconds,
            "adherence_days": _span_as_json(self.adherence_days),
            "sla_days": _span_as_json(self.sla_days),
            "score_days": _span_as_json(self.score_days),
            "publish": self.publish,
            "is_refresh": self.is_refresh,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ChainParams":
        """Read what as_json wrote."""
        return cls(
            origin_at=datetime.fromisoformat(data["origin_at"]) if data.get("origin_at") else None,
            forecast_days=data["forecast_days"],
            weeks=tuple(date.fromisoformat(text) for text in data["weeks"]),
            timezone=data["timezone"],
            solve_seconds=data["solve_seconds"],
            adherence_days=_span_from_json(data.get("adherence_days")),
            sla_days=_span_from_json(data.get("sla_days")),
            score_days=_span_from_json(data.get("score_days")),
            publish=data.get("publish", True),
            is_refresh=data.get("is_refresh", False),
        )


def _span_as_json(span: DaySpan | None) -> list[str] | None:
    return [day.isoformat() for day in span] if span else None


def _span_from_json(data: list[str] | None) -> DaySpan | None:
    return (date.fromisoformat(data[0]), date.fromisoformat(data[1])) if data else None
