"""What a planner may set when a version is planned again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from scheduling.core.changes import ChangePrices


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Somebody away on the local dates [first, last]."""

    agent_id: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class ReoptimiseOptions:
    """What a planner may set."""

    absences: tuple[Absence, ...] = ()
    frozen_until: datetime | None = None
    """Shifts that start before it stay; None for the moment of the start."""
    frozen_dates: tuple[date, ...] = ()
    prices: Mapping[str, float] = field(default_factory=dict)
    breaks_of: date | None = None
    """Only the breaks of this day are placed anew."""

    def as_params(self) -> dict[str, Any]:
        """What the job records."""
        return {
            "absences": [[a.agent_id, str(a.first), str(a.last)] for a in self.absences],
            "frozen_until": None if self.frozen_until is None else self.frozen_until.isoformat(),
            "frozen_dates": [str(day) for day in self.frozen_dates],
            "prices": dict(self.prices),
            "breaks_of": None if self.breaks_of is None else str(self.breaks_of),
        }

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> ReoptimiseOptions:
        """Read what a job records."""
        until, breaks = params.get("frozen_until"), params.get("breaks_of")
        return cls(
            absences=tuple(
                Absence(
                    agent_id=int(agent_id),
                    first=date.fromisoformat(first),
                    last=date.fromisoformat(last),
                )
                for agent_id, first, last in params.get("absences", [])
            ),
            frozen_until=None if until is None else datetime.fromisoformat(until),
            frozen_dates=tuple(date.fromisoformat(d) for d in params.get("frozen_dates", [])),
            prices=params.get("prices", {}),
            breaks_of=None if breaks is None else date.fromisoformat(breaks),
        )

    def change_prices(self) -> ChangePrices:
        """The core's prices; raises ValueError where one is no price."""
        default = ChangePrices()
        asked: dict[str, Any] = {key: float(value) for key, value in self.prices.items()}
        return replace(default, **asked)
